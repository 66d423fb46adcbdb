"""The table for the assessment office (考核办): a year's balances, eligibility and ranks, its entries and restatements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from ground_rules.policy import Policy
from service_chassis.spreadsheet.sheet import Cell, Column, Form, Sheet

from scoring.domain.assessment import Closing, UnitYear, YearResult, restatements, result
from scoring.domain.ledger import Entry, Kind, State, balance
from scoring.domain.ranking import By, Rank, ranking
from scoring.report import Year

KINDS = {Kind.DEDUCTION: "扣分 deduction", Kind.REVERSAL: "冲销 reversal", Kind.BONUS: "加分 bonus"}
STATES = {State.PROVISIONAL: "待定 provisional", State.EFFECTIVE: "生效 effective", State.REVERSED: "已冲销 reversed"}
COLOURS = {"WHITE": "白 white", "YELLOW": "黄 yellow", "RED": "红 red"}
RANKED_BY = {
    By.TOTAL: "总分 total",
    By.POINTS: "加减分 points",
    By.NOTHING: "缺基础总分 base total missing",
}
MACHINE, BY_POLICY = "DUBAN", "系统按政策 by policy"
"""How a slip that the policy issues without a person is signed, and how that reads."""
NO_GROUP = "未分组 no group"

BALANCES = (
    Column("group", "考核组别", "group"),
    Column("unit", "单位代码", "unit"),
    Column("name", "单位名称", "name"),
    Column("year", "考核年度", "year", Form.COUNT),
    Column("base_total", "加权基础总分", "base total", Form.POINTS),
    Column("deductions", "扣分", "deductions", Form.POINTS),
    Column("reversals", "冲销", "reversals", Form.POINTS),
    Column("bonus", "加分", "bonus", Form.POINTS),
    Column("points", "加减分合计", "points", Form.POINTS),
    Column("total", "总分", "total", Form.POINTS),
    Column("rank", "组内名次", "rank", Form.COUNT),
    Column("ranked", "组内排名单位数", "units ranked", Form.COUNT),
    Column("ranked_by", "排名依据", "ranked by"),
    Column("eligible", "可评优秀", "eligible for excellent"),
    Column("reds", "有效红单", "effective reds", Form.COUNT),
    Column("pending", "待定扣分笔数", "pending entries", Form.COUNT),
    Column("pending_points", "待定扣分", "pending points", Form.POINTS),
    Column("points_at_closing", "办结时加减分", "points at closing", Form.POINTS),
    Column("restated", "办结后重述", "restated since", Form.POINTS),
)

ENTRIES = (
    Column("unit", "单位代码", "unit"),
    Column("name", "单位名称", "name"),
    Column("year", "考核年度", "year", Form.COUNT),
    Column("at", "发生时间", "at", Form.INSTANT),
    Column("kind", "类别", "kind"),
    Column("amount", "分值", "points", Form.POINTS),
    Column("state", "状态", "state"),
    Column("colour", "单色", "colour"),
    Column("matter", "事项", "matter"),
    Column("basis", "依据", "basis", width=50),
    Column("approved_by", "批准人", "approved by"),
    Column("evidence", "证据", "evidence", width=40),
    Column("liability_date", "责任日", "liability date"),
    Column("slip_id", "督办单标识", "slip id"),
    Column("entry_id", "分录号", "entry id"),
    Column("reverses", "冲销分录", "reverses"),
    Column("caused_by", "原因事件", "caused by event"),
    Column("policy_version", "政策版本", "policy version"),
)

RESTATEMENTS = (
    Column("unit", "单位代码", "unit"),
    Column("name", "单位名称", "name"),
    Column("year", "考核年度", "year", Form.COUNT),
    Column("at", "发生时间", "at", Form.INSTANT),
    Column("amount", "重述分值", "points", Form.POINTS),
    Column("eligible", "此后可评优秀", "eligible after it"),
    Column("colour", "单色", "colour"),
    Column("matter", "事项", "matter"),
    Column("entry_id", "分录号", "entry or turn"),
)

NOTES = (
    Column("item", "项目", "item", width=28),
    Column("zh", "说明", "in Chinese", width=70),
    Column("en", "英文", "in English", width=70),
)


def sheets(of: Year, policy: Policy, made_at: datetime) -> list[Sheet]:
    """Balances with ranks, entries, restatements, and how to read them; instants in the city's own time."""

    def local(value: datetime) -> datetime:
        return value.astimezone(policy.zone)

    return [
        Sheet("balances", "汇总", "balances", BALANCES, _balances(of)),
        Sheet("entries", "明细", "entries", ENTRIES, _entries(of, local)),
        Sheet("restatements", "办结后重述", "restated", RESTATEMENTS, _restatements(of, local)),
        Sheet("notes", "说明", "notes", NOTES, _notes(of, policy, local(made_at), local)),
    ]


# ---- balances


def _balances(of: Year) -> list[list[Cell]]:
    results = [result(unit_year, _base(of, unit_year)) for unit_year in of.units]
    ranks = ranking(results, {code: unit.group or "" for code, unit in of.directory.items()})
    lines = [(unit_year, found, ranks[found.unit]) for unit_year, found in zip(of.units, results, strict=True)]
    return [_balance(of, *line) for line in sorted(lines, key=lambda line: _place(of, line[1], line[2]))]


def _base(of: Year, unit_year: UnitYear) -> Decimal | None:
    return of.closing.bases.get(unit_year.unit) if of.closing is not None else None


def _place(of: Year, found: YearResult, rank: Rank) -> tuple[bool, str, int, str]:
    """By group (units without one last), rank and code."""
    group = of.group(found.unit)
    return group is None, group or "", rank.place or rank.of + 1, found.unit


def _balance(of: Year, unit_year: UnitYear, found: YearResult, rank: Rank) -> list[Cell]:
    pending = [entry for entry in unit_year.entries if entry.entry_id in found.pending]
    at_closing = None if of.closing is None else result(unit_year.until(of.closing.at)).points
    return [
        of.group(found.unit) or NO_GROUP,
        found.unit,
        of.name(found.unit),
        found.year,
        found.base,
        *(_sum(unit_year.entries, kind) for kind in (Kind.DEDUCTION, Kind.REVERSAL, Kind.BONUS)),
        found.points,
        found.total,
        rank.place,
        rank.of,
        RANKED_BY[rank.by],
        found.eligible,
        len(unit_year.reds),
        len(pending),
        balance(entry.amount for entry in pending),
        at_closing,
        None if at_closing is None else found.points - at_closing,
    ]


def _sum(entries: Sequence[Entry], kind: Kind) -> Decimal:
    return balance(entry.amount for entry in entries if entry.kind is kind)


# ---- entries and restatements


def _entries(of: Year, local: Callable[[datetime], datetime]) -> list[list[Cell]]:
    lines = [(entry, unit_year) for unit_year in of.units for entry in unit_year.entries]
    lines.sort(key=lambda line: (line[0].unit, line[0].at, line[0].entry_id))
    return [_entry(of, entry, unit_year, local) for entry, unit_year in lines]


def _entry(of: Year, entry: Entry, unit_year: UnitYear, local: Callable[[datetime], datetime]) -> list[Cell]:
    record = unit_year.records.get(entry.slip_id or "")
    issued = record.issued if record is not None else None
    return [
        entry.unit,
        of.name(entry.unit),
        entry.year,
        local(entry.at),
        KINDS[entry.kind],
        entry.amount,
        STATES[unit_year.state(entry)],
        COLOURS.get(entry.colour or "", ""),
        entry.external_ref or entry.matter_id,
        entry.basis,
        BY_POLICY if entry.approved_by == MACHINE else entry.approved_by,
        "; ".join(_evidence(item) for item in entry.evidence),
        issued.liability_date if issued is not None else None,
        entry.slip_id,
        entry.entry_id,
        entry.reverses,
        of.caused_by.get(entry.entry_id),
        entry.policy_version,
    ]


def _evidence(item: Mapping[str, object]) -> str:
    return f"{item.get('kind', '')} sha256:{item.get('sha256', '')}"


def _restatements(of: Year, local: Callable[[datetime], datetime]) -> list[list[Cell]]:
    if of.closing is None:
        return []
    lines = [line for unit_year in of.units for line in restatements(unit_year, of.closing.at)]
    return [
        [
            line.unit,
            of.name(line.unit),
            line.year,
            local(line.at),
            line.amount,
            line.eligible,
            COLOURS.get(line.colour or "", ""),
            line.external_ref or line.matter_id,
            line.key,
        ]
        for line in sorted(lines, key=lambda line: (line.at, line.unit, line.key))
    ]


# ---- notes


def _notes(of: Year, policy: Policy, made_at: datetime, local: Callable[[datetime], datetime]) -> list[list[Cell]]:
    made = f"{made_at:%Y-%m-%d %H:%M}"
    reading: list[list[Cell]] = [[*line] for line in READING]
    return [
        ["考核年度 year", str(of.year), str(of.year)],
        ["制表时间 made at", made, made],
        ["年度状态 state of the year", *_closed(of.closing, local)],
        ["政策版本 policy version", policy.version, policy.version],
        *reading,
    ]


def _closed(closing: Closing | None, local: Callable[[datetime], datetime]) -> tuple[str, str]:
    if closing is None:
        return "尚未办结", "not closed yet"
    when = f"{local(closing.at):%Y-%m-%d %H:%M}"
    return f"{when} 办结", f"closed on {when}"


READING = (
    (
        "加减分合计 points",
        "等于本年度全部明细分值之和（扣分＋冲销＋加分），精确到0.01。",
        "The sum of all entries of the year (deductions, reversals, bonuses), exact to 0.01.",
    ),
    (
        "总分 total",
        "加权基础总分＋加减分合计；考核办未提供基础总分时为空。",
        "Base total after weighting plus points; empty until the assessment office has given the base total.",
    ),
    (
        "组内名次 rank",
        "只与同组单位比较；并列同名次，其后跳号。组内已有基础总分的按总分排名，否则按加减分排名。",
        "Within the group; equal results share a rank, the next is skipped. By totals once the group has one, else by points.",
    ),
    (
        "可评优秀 eligible",
        "本年度没有有效红单即可评优，与名次无关。",
        "No effective red slip in the year; independent of the rank.",
    ),
    (
        "待定 pending",
        "复核期未满或复核未决的扣分。已计入合计；复核推翻时，以冲销分录返还到原年度。",
        "Deductions that a review may still undo. They are counted; if overturned, a reversal gives them back in the same year.",
    ),
    (
        "办结后重述 restated since",
        "年度办结之后发生的变化；下一年度不受影响。",
        "What changed after the year was closed; the next year is untouched.",
    ),
    (
        "核对 proof",
        "python -m scoring verify：由事件重算并逐笔核对。python -m scoring verify-chain：核对哈希链。",
        "The first command recomputes the ledger from the events, the second checks the chain of hashes.",
    ),
)
