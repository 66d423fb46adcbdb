"""The city's indicators as sheets: the whole city, each group, each unit; and what each figure means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from service_chassis.spreadsheet.sheet import Cell, Column, Form, Sheet
from service_chassis.spreadsheet.units import NamedUnit

from duban.indicators import COLOURS, City, Figures, total

NO_DATA = "无数据 no data"
WHOLE_CITY = "全市 whole city"
NO_GROUP = "未分组 no group"
DECIDED = ("review_upheld", "review_overturned", "review_varied")
NAMES = {"WHITE": ("白单", "white"), "YELLOW": ("黄单", "yellow"), "RED": ("红单", "red")}

INDICATORS = (
    Column("scope", "范围", "scope"),
    Column("group", "组别", "group"),
    Column("unit", "单位代码", "unit"),
    Column("name", "单位名称", "name"),
    Column("on_time_rate", "按时率", "on-time rate", Form.RATE),
    Column("kept", "按时", "kept", Form.COUNT),
    Column("ended", "已到期限", "limits ended", Form.COUNT),
    Column("running", "尚未到期", "still running", Form.COUNT),
    Column("reply_rate", "按期答复率", "reply rate", Form.RATE),
    Column("replied", "按期答复", "replied in time", Form.COUNT),
    Column("replies_due", "应答复", "replies due", Form.COUNT),
    Column("satisfaction", "满意率", "satisfaction", Form.RATE),
    Column("satisfied", "满意", "satisfied", Form.COUNT),
    Column("assessed", "已评价", "answers assessed", Form.COUNT),
    *(
        Column(f"{colour.lower()}_{key}", f"{NAMES[colour][0]}{zh}", f"{NAMES[colour][1]} {en}", Form.COUNT)
        for colour in COLOURS
        for key, zh, en in (("issued", "签发", "issued"), ("fallen", "撤销", "fallen"))
    ),
    Column("renewals", "黄单续期", "yellow renewed", Form.COUNT),
    Column("overturn_rate", "复核推翻率", "overturn rate", Form.RATE),
    Column("overturned", "复核推翻", "reviews overturned", Form.COUNT),
    Column("varied", "复核变更", "reviews varied", Form.COUNT),
    Column("decided", "复核决定", "reviews decided", Form.COUNT),
)

DEFINITIONS = (
    Column("indicator", "指标", "indicator", width=26),
    Column("zh", "口径", "in Chinese", width=70),
    Column("en", "英文", "in English", width=70),
)

MEANING = (
    (
        "按时率 on-time rate",
        "按时 ÷ 已到期限。末日（当地日期）在本年度内的交办期限和白、黄（含续期）、红单期限；期内提出办结报告为按时。",
        "kept ÷ limits ended. Limits of assignments and slips whose last local day is in the year; kept: claimed done within it.",
    ),
    (
        "已到期限 limits ended",
        "被新单取代、并案、撤回的期限不计；尚未到期的另列。",
        "Limits that were replaced, merged or withdrawn do not count; those still running stand apart.",
    ),
    (
        "按期答复率 reply rate",
        "按期答复 ÷ 应答复。应答复：答复期限末日在本年度内，且已答复或已逾期。",
        "replied in time ÷ replies due: reply limits whose last local day is in the year and which were answered or missed.",
    ),
    (
        "满意率 satisfaction",
        "满意 ÷ 已评价。本年度内来文方（代表、委员、网民、领导等）对答复的评价；同一事项以年内最后一次为准。",
        "satisfied ÷ answers assessed in the year by their sources; of each matter the last word of the year counts.",
    ),
    (
        "签发／撤销 issued, fallen",
        "按责任日所在年度计；撤销含收回、复核推翻、随前单失效，均已计入签发数。",
        "By the year of the liability date; fallen: withdrawn, overturned or vacated. They are among the issued ones.",
    ),
    (
        "复核推翻率 overturn rate",
        "复核推翻 ÷ 本年度作出的复核决定（维持、推翻、变更）。",
        "overturned ÷ reviews decided in the year (upheld, overturned, varied).",
    ),
    (
        "无数据 no data",
        "分母为零或无事件可据。",
        "The denominator is zero, or no event can tell.",
    ),
)


def sheets(city: City, directory: Mapping[str, NamedUnit]) -> list[Sheet]:
    """The figures, and what they mean."""
    groups: dict[str, list[str]] = defaultdict(list)
    for unit in sorted({*city.units, *directory}):
        found = directory.get(unit)
        groups[found.group if found is not None and found.group else NO_GROUP].append(unit)
    rows = [_row(WHOLE_CITY, "", "", "", total(city.units.values()))]
    for group, units in sorted(groups.items(), key=lambda item: (item[0] == NO_GROUP, item[0])):
        rows.append(_row("组别 group", group, "", "", total(city.units.get(unit, Figures()) for unit in units)))
    for group, units in sorted(groups.items(), key=lambda item: (item[0] == NO_GROUP, item[0])):
        rows += [_row("单位 unit", group, unit, _name(directory, unit), city.units.get(unit, Figures())) for unit in units]
    about: list[Cell] = ["年度与来源 year and source", f"{city.year}；{city.events} 个事件", f"{city.year}; {city.events} events"]
    return [
        Sheet("indicators", "指标", "indicators", INDICATORS, rows),
        Sheet("definitions", "口径", "definitions", DEFINITIONS, [about, *([*line] for line in MEANING)]),
    ]


def _name(directory: Mapping[str, NamedUnit], unit: str) -> str:
    found = directory.get(unit)
    return (found.name or "") if found is not None else ""


def _row(scope: str, group: str, unit: str, name: str, of: Figures) -> list[Cell]:
    counts = of.counts
    return [
        scope,
        group,
        unit,
        name,
        _said(of.share("limit_kept", "limit_kept", "limit_missed")),
        counts["limit_kept"],
        counts["limit_kept"] + counts["limit_missed"],
        counts["limit_running"],
        _said(of.share("reply_kept", "reply_kept", "reply_missed")),
        counts["reply_kept"],
        counts["reply_kept"] + counts["reply_missed"],
        _said(of.share("satisfied", "satisfied", "not_satisfied")),
        counts["satisfied"],
        counts["satisfied"] + counts["not_satisfied"],
        *(counts[f"{colour.lower()}_{key}"] for colour in COLOURS for key in ("issued", "fallen")),
        counts["renewals"],
        _said(of.share("review_overturned", *DECIDED)),
        counts["review_overturned"],
        counts["review_varied"],
        sum(counts[name] for name in DECIDED),
    ]


def _said(share: Decimal | None) -> Cell:
    return NO_DATA if share is None else share
