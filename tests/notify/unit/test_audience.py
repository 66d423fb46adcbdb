"""Who is told, and why: nobody without a reason, and everybody whom the colour concerns."""

from __future__ import annotations

import pytest
from event_contracts.vocabulary import NOTICE_KINDS
from notify.domain.audience import Addressee, Kind, Reason, audience

UNIT = {Addressee.LIAISON, Addressee.HEAD}


def told(kind: Kind, colour: str | None = None) -> set[Addressee]:
    return {hearer.addressee for hearer in audience(kind, colour)}


def test_an_assignment_and_a_white_concern_the_unit_alone() -> None:
    assert told(Kind.ASSIGNMENT) == told(Kind.SLIP, "WHITE") == UNIT


def test_a_yellow_is_copied_to_the_assessment_office() -> None:
    assert told(Kind.SLIP, "YELLOW") == UNIT | {Addressee.ASSESSMENT}


def test_a_red_goes_to_the_three_bodies_and_the_leading_group() -> None:
    bodies = {Addressee.DISCIPLINE, Addressee.ASSESSMENT, Addressee.ORGANISATION, Addressee.LEADING_GROUP}
    assert told(Kind.SLIP, "RED") == UNIT | bodies


@pytest.mark.parametrize("colour", ["WHITE", "YELLOW", "RED"])
def test_a_withdrawal_reaches_all_who_received_the_slip(colour: str) -> None:
    assert told(Kind.SLIP_WITHDRAWN, colour) == told(Kind.SLIP, colour)


@pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.URGE, Kind.SLIP_LIFTED])
def test_reminders_urgings_and_liftings_stay_with_the_unit(kind: Kind) -> None:
    assert told(kind, "RED") == UNIT


def test_a_missing_signature_is_told_to_the_head_alone() -> None:
    assert told(Kind.UNACKNOWLEDGED, "YELLOW") == {Addressee.HEAD}


def test_that_a_red_is_still_open_is_for_the_leading_group_alone() -> None:
    assert told(Kind.REPORT, "RED") == {Addressee.LEADING_GROUP}


def test_a_bulletin_and_its_correction_have_the_same_audience() -> None:
    assert audience(Kind.BULLETIN) == audience(Kind.BULLETIN_CORRECTED)
    assert told(Kind.BULLETIN) == UNIT


def test_every_kind_may_stand_in_an_announcement() -> None:
    assert set(Kind) == set(NOTICE_KINDS)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("colour", [None, "WHITE", "YELLOW", "RED"])
def test_everybody_is_told_once_and_for_a_reason(kind: Kind, colour: str | None) -> None:
    hearers = audience(kind, colour)
    assert len({hearer.addressee for hearer in hearers}) == len(hearers) > 0
    assert all(isinstance(hearer.reason, Reason) for hearer in hearers)
