"""Each kind of paper, rendered from its PDF by another program, looks like the stored picture that somebody has looked at.

After a wanted change: DUBAN_TEST_NEW_PAGES=1 stores new pictures; look at them before they are committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from event_contracts import escalation
from notify.printing.annual import AnnualLine, annual_sheet
from notify.printing.bulletins import bulletin_sheet
from notify.printing.letters import referral_sheet, review_sheet
from notify.printing.press import Press, Sheet
from notify.printing.slips import slip_sheet
from papers import BULLETIN, LADDER, MATTER, Decimal, at, changed, date, desk_of, ended, picture_of
from PIL import Image, ImageChops

PAGES = Path(__file__).parent / "pages"
SCALE = 0.75
COLOURS = 256
"""So many are kept in a stored picture, which makes it small."""
CELL = 2
"""Pictures are compared in squares of so many points: the edge of a letter may be drawn a little differently."""
SAME = 45
"""The most that a square's red, green or blue may differ, of 255: storing costs up to 26, a 3 that became an 8 makes 67."""


def slip(colour: str) -> Callable[[], Sheet]:
    def made() -> Sheet:
        desk = desk_of(*LADDER)
        return slip_sheet(desk, desk.book.slips[f"s-{colour}"])

    return made


def withdrawn() -> Sheet:
    desk = desk_of(*LADDER, ended(escalation.SlipWithdrawn, "YELLOW", cause="WITHDRAWN_BY_OFFICE", withdrawn_at=at("2026-03-19")))
    return slip_sheet(desk, desk.book.slips["s-yellow"])


def review() -> Sheet:
    about: dict[str, Any] = {**MATTER, "review_id": "r", "slip_id": "s-yellow", "unit": "ZJJ", "colour": "YELLOW"}
    filed = escalation.ReviewFiled(**about, filed_at=at("2026-04-10"), decide_by=date(2026, 5, 11))
    decided = escalation.ReviewDecided(
        **about, outcome="OVERTURNED", reviewers=["市政府副秘书长 郑浩", "市司法局 何敏"], decided_at=at("2026-05-06")
    )
    desk = desk_of(*LADDER, filed, decided)
    return review_sheet(desk, desk.book.reviews["r"])


def referral() -> Sheet:
    about: dict[str, Any] = {**MATTER, "referral_id": "f", "slip_id": "s-red", "unit": "ZJJ"}
    return referral_sheet(desk_of(*LADDER), escalation.ReferralCreated(**about, body="DISCIPLINE", kind="EFFICACY_SUPERVISION"))


def annual() -> Sheet:
    def line(unit: str, name: str, points: str, rank: int, eligible: bool, pending: str) -> AnnualLine:
        return AnnualLine(unit, name, "市直部门", *map(Decimal, points.split()), rank, eligible, Decimal(pending))  # type: ignore[arg-type]

    lines = [
        line("ZJJ", "市住建局", "96.40 -0.90 0.30 0.50 -0.10 96.30", 1, True, "-0.30"),
        line("SLJ", "市水利局", "95.00 -0.30 0.00 0.00 -0.30 94.70", 2, False, "0.00"),
    ]
    return annual_sheet(desk_of(), 2026, lines, at("2027-01-15"), at("2027-01-20"))


SHEETS: dict[str, Callable[[], Sheet]] = {
    "white": slip("white"),
    "yellow": slip("yellow"),
    "red": slip("red"),
    "yellow-withdrawn": withdrawn,
    "review": review,
    "referral": referral,
    "bulletin": lambda: bulletin_sheet(desk_of(*LADDER), BULLETIN),
    "annual": annual,
}


def difference(one: Image.Image, other: Image.Image) -> int:
    """How much the most different squares of two pictures differ, of 255; 255 where their sizes do."""
    if one.size != other.size:
        return 255
    small = (one.width // CELL, one.height // CELL)
    squares = ImageChops.difference(*(picture.convert("RGB").resize(small, Image.Resampling.BOX) for picture in (one, other)))
    return int(max(high for _, high in squares.getextrema()))  # type: ignore[misc]


@pytest.mark.parametrize("name", SHEETS)
def test_a_page_looks_as_stored(press: Press, name: str) -> None:
    picture = picture_of(press.pdf(SHEETS[name]()), SCALE)
    stored = PAGES / f"{name}.png"
    if os.environ.get("DUBAN_TEST_NEW_PAGES"):
        picture.quantize(COLOURS).save(stored, optimize=True)
    with Image.open(stored) as expected:
        assert difference(picture, expected) <= SAME


def test_another_character_and_another_colour_are_seen(press: Press) -> None:
    desk = desk_of(*changed("RED", number="咸督办〔2026〕红字第8号"))
    other = picture_of(press.pdf(slip_sheet(desk, desk.book.slips["s-red"])), SCALE)
    with Image.open(PAGES / "red.png") as stored:
        assert difference(other, stored) > SAME
    with Image.open(PAGES / "red.png") as red, Image.open(PAGES / "yellow.png") as yellow:
        assert difference(red, yellow) > SAME
