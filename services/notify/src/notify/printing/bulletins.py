"""A bulletin (通报) and its correction (更正通报), to the same audience (domain.md C9, d.8; Decree 733 art. 21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from event_contracts.notify import BulletinConclusion, BulletinCorrected, BulletinEntry, BulletinFact, BulletinPublished

from notify.printing import wording
from notify.printing.casebook import SlipCase
from notify.printing.desk import Desk
from notify.printing.letters import paper
from notify.printing.press import Sheet
from notify.printing.slips import fall

LONGEST_TITLE = 40
"""A first line of a bulletin's text up to this length that ends with 通报 is its title."""
HEADING = "督查通报"


def bulletin_sheet(desk: Desk, bulletin: BulletinPublished) -> Sheet:
    """The bulletin as it went to its scope."""
    told = wording.paragraphs(bulletin.text)
    has_title = bool(told) and len(told[0]) <= LONGEST_TITLE and told[0].endswith("通报")
    corrected = [found for (number, _), found in desk.book.corrections.items() if number == bulletin.bulletin]
    named = [*bulletin.items, *bulletin.conclusions]
    mark = None
    if corrected:
        day = desk.day(min(found.corrected_at for found in corrected))
        mark = {"text": "已更正", "told": f"本通报所列部分督办单已撤销，已于{day}起向同一范围更正。"}
    return paper(
        desk,
        bulletin.published_at,
        told[0] if has_title else HEADING,
        number=wording.line(bulletin.bulletin),
        addressee=scope(bulletin),
        before=told[1:] if has_title else told,
        table=rows(desk, bulletin.items, bulletin.conclusions, bulletin.published_at) if named else None,
        mark=mark,
        imprint=[f"批准：{wording.line(bulletin.approved_by)}", f"{desk.settings.issuer}　{desk.day(bulletin.published_at)}印发"],
    )


def correction_sheet(desk: Desk, corrections: list[BulletinCorrected]) -> Sheet:
    """What a bulletin's audience is told once slips that it named have fallen: all of them, dated by the last one."""
    ordered = sorted(corrections, key=lambda found: (found.corrected_at, found.bulletin))
    last = ordered[-1]
    published = desk.book.bulletins.get(last.corrects)
    when = f"{desk.day(published.published_at)}印发的" if published is not None else ""
    items = [entry for found in ordered for entry in found.items]
    conclusions = [named for found in ordered for named in found.conclusions]
    what = "督办单" if not conclusions else "督查结论" if not items else "督办单、督查结论"
    fallen = "已撤销" if not conclusions else "已撤销或变更"
    whys = [why for found in ordered if (why := reason(desk, found))]
    return paper(
        desk,
        last.corrected_at,
        "更正通报",
        number=wording.line(last.corrects) + "（更正）",
        addressee=scope(last),
        before=[f"我室{when}通报（{wording.line(last.corrects)}）所列下列{what}{fallen}，其效果一并撤销，现予更正："],
        table=rows(desk, items, conclusions, last.corrected_at),
        after=[*whys, "请收到原通报的单位以本更正为准。"],
        imprint=[f"批准：{wording.line(last.approved_by)}", f"{desk.settings.issuer}　{desk.day(last.corrected_at)}印发"],
    )


def reason(desk: Desk, correction: BulletinCorrected) -> str:
    """Why one slip fell; nothing where the archive does not say."""
    case = desk.book.slips.get(correction.slip_id)
    if case is None or not case.has_fallen or case.given is None:
        return ""
    at, why = fall(case.ended)  # type: ignore[arg-type]  # has_fallen: not a lifted one
    return f"{wording.line(case.given.number)}于{desk.day(at)}撤销（{why}）。"


def scope(bulletin: BulletinFact) -> str:
    """To whom it goes (主送)."""
    return "，".join(wording.line(name) for name in bulletin.scope)


def rows(desk: Desk, items: Sequence[BulletinEntry], conclusions: Sequence[BulletinConclusion], at: datetime) -> dict[str, Any]:
    """A line for each slip, with its number and title where the archive has them, and for each conclusion."""
    lines = []
    for count, entry in enumerate(items, 1):
        case: SlipCase | None = desk.book.slip_of(entry.matter, entry.unit, entry.colour)
        given = case.issued if case is not None else None
        lines.append(
            [
                str(count),
                desk.unit(entry.unit, desk.local(given.issued_at if given else at)),
                wording.line(given.title if given else entry.matter),
                wording.COLOURS.get(entry.colour, entry.colour),
                wording.line(given.number) if given else "",
            ]
        )
    for count, named in enumerate(conclusions, len(lines) + 1):
        lines.append([str(count), desk.unit(named.unit, desk.local(at)), wording.line(named.conclusion), "督查结论", ""])
    return {"columns": ["序号", "单位", "督办事项", "督办单", "文号"], "widths": [11, 28, 47, 16, 54], "rows": lines}
