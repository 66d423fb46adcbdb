"""When a unit has a notice: the earlier of its signature and deemed service, never before the dispatch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ground_rules.workdays import WorkCalendar
from hypothesis import given
from hypothesis import strategies as st
from notify.domain.audience import Addressee, Kind
from notify.domain.serving import (
    Deeming,
    Letter,
    Mode,
    Receipt,
    Signing,
    awaiting,
    deem,
    deemed_service,
    dispatch_instant,
    recall,
    receipt,
    served_at_once,
    sign,
    signed_for,
)

ZONE = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar.china()
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)


def local(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def a_letter(dispatched_at: datetime = MONDAY, **other: object) -> Letter:
    given_: dict[str, object] = {
        "letter_id": "SLIP:s1",
        "kind": Kind.SLIP,
        "matter_id": "m1",
        "external_ref": "M-01",
        "submitted_by": "OFFICE",
        "unit": "ZJJ",
        "about": "s1",
        "colour": "WHITE",
        "renewal": 0,
        "dispatched_at": dispatched_at,
    }
    return Letter(**(given_ | other))  # type: ignore[arg-type]


def waiting(dispatched_at: datetime = MONDAY, **other: object) -> Letter:
    return awaiting(a_letter(dispatched_at, **other), CHINA, ZONE)


# ---- deemed service


def test_deemed_service_is_the_end_of_the_next_workday() -> None:
    assert deemed_service(MONDAY, CHINA, ZONE) == (date(2026, 3, 3), local(4))


def test_a_notice_sent_on_friday_is_deemed_served_at_the_end_of_monday() -> None:
    assert deemed_service(local(6, 17), CHINA, ZONE) == (date(2026, 3, 9), local(10))


def test_the_dispatch_day_is_the_local_one() -> None:
    sunday_in_utc = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    assert deemed_service(sunday_in_utc, CHINA, ZONE)[0] == date(2026, 3, 3)


def test_a_make_up_saturday_is_a_day_of_deemed_service() -> None:
    friday = datetime(2017, 3, 31, 9, tzinfo=ZONE)
    assert deemed_service(friday, CHINA, ZONE)[0] == date(2017, 4, 1)


def test_where_every_day_is_a_workday_it_is_the_next_day() -> None:
    assert deemed_service(local(6, 17), WorkCalendar.every_day(), ZONE)[0] == date(2026, 3, 7)


def test_an_unsigned_letter_is_deemed_served_on_that_workday() -> None:
    served, outcome = deem(waiting())
    assert outcome is Deeming.SERVED
    assert (served.served_on, served.served_at, served.mode) == (date(2026, 3, 3), local(4), Mode.DEEMED)


def test_a_signed_letter_is_not_deemed_served_again() -> None:
    signed, _ = sign(waiting(), local(2, 10), "王芳", ZONE)
    assert deem(signed) == (signed, Deeming.SERVED_BEFORE)


def test_a_recalled_letter_is_never_served() -> None:
    recalled = recall(waiting())
    assert deem(recalled)[1] is Deeming.RECALLED
    assert sign(recalled, local(2, 10), "王芳", ZONE)[1] is Signing.KEPT_RECALLED
    assert sign(recalled, local(2, 10), "王芳", ZONE)[0].served_at is None


def test_a_letter_that_was_served_cannot_be_recalled() -> None:
    served, _ = deem(waiting())
    assert recall(served) is served


# ---- signatures


def test_a_signature_serves_at_its_own_time_and_day() -> None:
    signed, outcome = sign(waiting(), local(2, 10), "王芳", ZONE)
    assert outcome is Signing.SERVED
    assert (signed.served_at, signed.served_on, signed.mode) == (local(2, 10), date(2026, 3, 2), Mode.SIGNED)
    assert (signed.signed_at, signed.signed_by) == (local(2, 10), "王芳")


def test_the_last_instant_before_deemed_service_still_counts() -> None:
    signed, outcome = sign(waiting(), local(4) - timedelta(seconds=1), "王芳", ZONE)
    assert (outcome, signed.served_on) == (Signing.SERVED, date(2026, 3, 3))


def test_a_signature_at_the_instant_of_deemed_service_is_too_late_even_while_the_letter_waits() -> None:
    kept, outcome = sign(waiting(), local(4), "王芳", ZONE)
    assert (outcome, kept.served_at, kept.signed_by) == (Signing.KEPT_TOO_LATE, None, "王芳")
    assert deem(kept)[0].mode is Mode.DEEMED


def test_an_earlier_signature_that_arrives_after_a_late_one_still_serves() -> None:
    late, _ = sign(waiting(), local(4, 8), "李强", ZONE)
    signed, outcome = sign(late, local(3, 8), "王芳", ZONE)
    assert (outcome, signed.served_at, signed.signed_by) == (Signing.SERVED, local(3, 8), "王芳")


def test_a_signature_after_deemed_service_is_kept_and_changes_nothing() -> None:
    deemed, _ = deem(waiting())
    kept, outcome = sign(deemed, local(5, 9), "王芳", ZONE)
    assert outcome is Signing.KEPT_AFTER_SERVICE
    assert kept == replace(deemed, signed_at=local(5, 9), signed_by="王芳")


def test_signing_twice_changes_nothing() -> None:
    once, _ = sign(waiting(), local(2, 10), "王芳", ZONE)
    assert sign(once, local(2, 11), "李强", ZONE) == (once, Signing.ALREADY_SIGNED)


def test_a_signature_never_counts_before_the_dispatch() -> None:
    signed, outcome = sign(waiting(), MONDAY - timedelta(days=3), "王芳", ZONE)
    assert (outcome, signed.served_at, signed.served_on) == (Signing.SERVED, MONDAY, date(2026, 3, 2))


@given(st.lists(st.integers(-100, 4000), min_size=1, max_size=6))
def test_however_often_it_is_signed_the_service_stays_what_it_was_first(minutes: list[int]) -> None:
    letter, served = waiting(), set()
    for minute in minutes:
        letter, _ = sign(letter, MONDAY + timedelta(minutes=minute), "王芳", ZONE)
        if letter.served_at is not None:
            served.add((letter.served_at, letter.served_on, letter.mode))
    letter, _ = deem(letter)
    served.add((letter.served_at, letter.served_on, letter.mode))
    assert len(served) == 1
    assert letter.served_at is not None and MONDAY <= letter.served_at <= local(4)


# ---- which letter a signature is for


def test_a_signature_is_for_the_newest_renewal_that_had_left() -> None:
    first, second = a_letter(), a_letter(local(9), letter_id="SLIP:s2", renewal=1)
    assert signed_for([second, first], local(3)) is first
    assert signed_for([first, second], local(9)) is second


def test_a_signature_dated_before_every_dispatch_is_for_the_first() -> None:
    first, second = a_letter(), a_letter(local(9), letter_id="SLIP:s2", renewal=1)
    assert signed_for([second, first], local(1)) is first


def test_a_signature_waits_while_nothing_has_left() -> None:
    assert signed_for([], local(3)) is None


# ---- dispatch


def test_a_lag_within_the_local_day_does_not_move_the_dispatch() -> None:
    assert dispatch_instant(MONDAY, local(2, 23, 59), ZONE) == MONDAY


def test_after_an_outage_the_day_on_which_it_really_left_counts() -> None:
    assert dispatch_instant(MONDAY, local(5, 8), ZONE) == local(5, 8)


def test_a_notice_dated_in_the_future_keeps_its_date() -> None:
    assert dispatch_instant(local(5), MONDAY, ZONE) == local(5)


def test_immediate_service_is_on_dispatch() -> None:
    served = served_at_once(a_letter(), ZONE)
    assert (served.served_at, served.served_on, served.mode) == (MONDAY, date(2026, 3, 2), Mode.DEEMED)


def test_the_day_of_dispatch_and_of_service_is_the_local_one_although_utc_is_a_day_behind() -> None:
    early = local(3, 1)
    signed, _ = sign(waiting(), early, "王芳", ZONE)
    at_once = served_at_once(a_letter(early), ZONE)
    assert (signed.served_on, at_once.served_on) == (date(2026, 3, 3), date(2026, 3, 3))
    assert dispatch_instant(early, local(3, 9), ZONE) == early
    assert dispatch_instant(local(2, 23), early, ZONE) == early


# ---- receipts


@pytest.mark.parametrize("addressee", [Addressee.LIAISON, Addressee.HEAD])
def test_the_units_receipt_covers_liaison_and_head(addressee: Addressee) -> None:
    signed, _ = sign(waiting(), local(2, 10), "王芳", ZONE)
    assert receipt(signed, addressee) == Receipt(local(2, 10), Mode.SIGNED)
    assert receipt(waiting(), addressee) == Receipt(None, None)


@pytest.mark.parametrize("addressee", [Addressee.ASSESSMENT, Addressee.DISCIPLINE, Addressee.LEADING_GROUP])
def test_other_bodies_are_served_when_it_leaves(addressee: Addressee) -> None:
    assert receipt(waiting(colour="RED"), addressee) == Receipt(MONDAY, Mode.DEEMED)


def test_a_reminder_needs_no_service() -> None:
    assert receipt(a_letter(kind=Kind.REMINDER), Addressee.LIAISON) == Receipt(None, None)
