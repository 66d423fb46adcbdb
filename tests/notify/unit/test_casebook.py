"""What papers are made of does not depend on the order in which events were read, or on how often."""

from __future__ import annotations

import random

import pytest
from event_contracts import escalation
from notify.printing.casebook import Casebook
from notify.printing.desk import Desk
from notify.printing.slips import slip_sheet
from papers import BULLETIN, LADDER, at, body, desk_of, ended
from service_chassis.errors import ConfigError

LIFTED = ended(escalation.SlipLifted, "YELLOW", lifted_at=at("2026-03-23"), revision=20)
OVERTURNED = ended(escalation.SlipOverturned, "YELLOW", review_id="r", overturned_at=at("2026-05-06"), revision=30)
EVENTS = (*LADDER, LIFTED, OVERTURNED, BULLETIN)


@pytest.mark.parametrize("seed", range(6))
def test_order_and_repetition_of_events_do_not_matter(seed: int) -> None:
    mixed = [fact for fact in EVENTS for _ in range(2)]
    random.Random(seed).shuffle(mixed)
    straight, shaken = desk_of(*EVENTS), desk_of(*mixed)
    assert [case.slip_id for case in shaken.book.issued()] == ["s-white", "s-yellow", "s-red"]
    for slip_id, case in straight.book.slips.items():
        assert slip_sheet(shaken, shaken.book.slips[slip_id]) == slip_sheet(straight, case)


def test_a_slip_that_falls_after_it_was_lifted_has_fallen() -> None:
    assert desk_of(*LADDER, OVERTURNED, LIFTED).book.slips["s-yellow"].has_fallen
    assert not desk_of(*LADDER, LIFTED).book.slips["s-yellow"].has_fallen


def test_reading_tells_which_slips_read_differently_now() -> None:
    desk: Desk = desk_of(*LADDER)
    extended = escalation.ClockExtended(
        matter_id="m-1", unit="ZJJ", owner="SLIP:YELLOW", deadline=None, days=3, reason="延期", revision=40
    )
    assert desk.book.read([body(LIFTED)]) == {"s-yellow"}
    assert desk.book.read([body(extended)]) == {"s-white", "s-yellow", "s-red"}
    assert desk.book.read([body(BULLETIN)]) == set()


def test_events_that_papers_do_not_need_are_passed_over() -> None:
    other = escalation.UrgeSent(matter_id="m-1", unit="ZJJ", by="OFFICE", urged_at=at("2026-03-20"), count=1)
    book = Casebook()
    assert book.read([body(other), b'{"type":"somebody.elses.v1"}']) == set()
    assert book == Casebook()


@pytest.mark.parametrize("broken", [b"", b"[]", b'{"type":"escalation.slip.issued.v1"}', b"\xff"])
def test_what_is_no_event_is_said(broken: bytes) -> None:
    with pytest.raises(ConfigError, match="not a published event"):
        Casebook().read([broken])
