"""Which fallen slips make a bulletin wrong, and since when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notify.domain.bulletin import Bulletin, Entry, Fall, correction

NOON = datetime(2026, 3, 20, 4, tzinfo=UTC)
BULLETIN = Bulletin(
    bulletin="TB-3",
    scope=("市直各部门",),
    entries=(Entry(matter="M-01", unit="ZJJ", colour="YELLOW"), Entry(matter="M-02", unit="ZJJ", colour="RED")),
    text="通报",
    approved_by="市长 韩立新",
    published_at=NOON,
)
FALL = Fall(
    slip_id="y1",
    matter_id="m1",
    external_ref="M-01",
    unit="ZJJ",
    colour="YELLOW",
    renewal=0,
    issued_at=NOON - timedelta(days=3),
    fell_at=NOON + timedelta(days=40),
)


def test_a_slip_that_was_named_and_fell_is_corrected_at_its_fall() -> None:
    made = correction(BULLETIN, FALL)
    assert made is not None
    assert (made.entry, made.slip_id, made.corrected_at) == (BULLETIN.entries[0], "y1", FALL.fell_at)
    assert made.number == "TB-3（更正：M-01 ZJJ YELLOW）"


def test_a_bulletin_may_name_the_matter_by_our_id() -> None:
    by_id = replace(BULLETIN, entries=(Entry(matter="m1", unit="ZJJ", colour="YELLOW"),))
    assert correction(by_id, FALL) is not None


def test_another_matter_unit_or_colour_was_not_named() -> None:
    others = (replace(FALL, external_ref="M-03"), replace(FALL, unit="HBJ"), replace(FALL, colour="RED"))
    assert [correction(BULLETIN, other) for other in others] == [None] * 3


def test_a_yellow_stands_while_only_its_renewal_falls() -> None:
    assert correction(BULLETIN, replace(FALL, renewal=1)) is None


def test_a_slip_issued_after_the_bulletin_is_not_the_one_that_it_names() -> None:
    assert correction(BULLETIN, replace(FALL, issued_at=NOON + timedelta(seconds=1))) is None
    assert correction(BULLETIN, replace(FALL, issued_at=NOON)) is not None
    assert correction(BULLETIN, replace(FALL, issued_at=None)) is not None


def test_a_bulletin_published_after_the_fall_was_wrong_from_its_first_hour() -> None:
    made = correction(BULLETIN, replace(FALL, fell_at=NOON - timedelta(days=1)))
    assert made is not None and made.corrected_at == NOON
