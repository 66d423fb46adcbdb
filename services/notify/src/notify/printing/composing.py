"""Composes a bulletin of a period from its slips, as a draft for whoever approves it (domain.md C9; Decree 733 art. 21)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from event_contracts.escalation import SlipLifted
from event_contracts.notify import BulletinEntry, BulletinPublished
from service_chassis.errors import ConfigError

from notify.printing import wording
from notify.printing.bulletins import bulletin_sheet
from notify.printing.casebook import SlipCase
from notify.printing.desk import Desk
from notify.printing.press import Sheet

NAMED = ("YELLOW", "RED")
"""Colours that a bulletin names: a white reminds its unit and nobody else (domain.md E4); it is only counted."""
MOST = 500
"""Slips that one bulletin may name (the wire's limit)."""
DRAFT = {"text": "草　稿", "told": "本稿待批准，批准前不印发。"}
PENDING = "（待批准）"


def composed(
    desk: Desk, number: str, scope: Sequence[str], since: date, until: date, made_at: datetime, approved_by: str = ""
) -> BulletinPublished:
    """The bulletin of all slips issued from `since` to `until`, both included, that stand. ConfigError where there is nothing
    to name, or too much."""
    cases = [case for case in desk.book.issued() if stands(desk, case, since, until)]
    named = [case for case in cases if case.issued.colour in NAMED]
    if not named:
        raise ConfigError(f"{wording.day(since)}至{wording.day(until)}没有可通报的黄色、红色督办单 / no yellow or red to name")
    if len(named) > MOST:
        raise ConfigError(f"一份通报至多{MOST}张督办单，现有{len(named)}张 / too many slips for one bulletin: shorten the period")
    return BulletinPublished(
        bulletin=number,
        scope=list(scope),
        items=[entry(case) for case in named],
        approved_by=approved_by,
        text=text(desk, cases, since, until),
        published_at=made_at,
    )


def entry(case: SlipCase) -> BulletinEntry:
    """A slip as a bulletin names it."""
    given = case.issued
    return BulletinEntry(matter=given.external_ref or given.matter_id, unit=given.unit, colour=given.colour)


def stands(desk: Desk, case: SlipCase, since: date, until: date) -> bool:
    """Whether a slip was issued in the period and has not fallen; a renewal is the same slip (same number)."""
    return since <= desk.local(case.issued.issued_at) <= until and not case.has_fallen and not case.issued.renewal


def text(desk: Desk, cases: Sequence[SlipCase], since: date, until: date) -> str:
    """The words: title, figures by colour, and what is expected."""
    of = Counter(case.issued.colour for case in cases)
    figures = "、".join(f"{wording.COLOURS[colour]}{of[colour]}张" for colour in wording.COLOURS)
    lifted = sum(isinstance(case.ended, SlipLifted) for case in cases)
    units = len({case.issued.unit for case in cases if case.issued.colour in NAMED})
    return "\n".join(
        [
            f"关于{wording.day(since)}至{wording.day(until)}督办情况的通报",
            f"{wording.day(since)}至{wording.day(until)}，全市签发督办单{len(cases)}张，其中{figures}；已解除{lifted}张。",
            f"现对下列{units}个单位的黄色、红色督办单予以通报。望被通报单位对照整改标准限期整改，其他单位引以为戒。",
        ]
    )


def draft_sheet(desk: Desk, bulletin: BulletinPublished) -> Sheet:
    """The draft on paper, marked as one until it names who approved it."""
    if bulletin.approved_by:
        return bulletin_sheet(desk, bulletin)
    sheet = bulletin_sheet(desk, bulletin)
    return Sheet(sheet.template, sheet.title, sheet.made_at, {**sheet.values, "mark": DRAFT, "imprint": [f"批准：{PENDING}"]})
