"""Which notices are written, to whom, and that each is written once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.escalation import SlipOverturned, SlipReported, SlipVacated
from notify.store import letters as store
from sqlalchemy.exc import IntegrityError

Make = Callable[..., Any]


def local(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def addressees(bench: Any, **where: Any) -> list[str]:
    return sorted(notice["addressee"] for notice in bench.notices(**where))


def test_an_assignment_goes_to_the_units_liaison_and_head_in_one_dispatch(bench: Any, matter: Any, assignment: Any) -> None:
    bench.tell(matter, assignment)
    assert addressees(bench, kind="ASSIGNMENT", unit="ZJJ", matter="M-01") == ["HEAD", "LIAISON"]
    (told,) = bench.announced("dispatched")
    assert (told.subject, told.data.about, told.data.kind, told.data.addressees) == (
        "m1",
        "a1",
        "ASSIGNMENT",
        ["LIAISON", "HEAD"],
    )
    assert (told.data.dispatched_at, told.data.deemed_at) == (local(2, 8), local(4))
    assert (told.data.matter_id, told.data.external_ref, told.data.submitted_by) == ("m1", "M-01", "OFFICE")


def test_a_yellow_is_copied_to_the_assessment_office_on_the_same_day(bench: Any, slip: Make) -> None:
    bench.tell(slip("y1", "YELLOW"))
    assert addressees(bench, kind="SLIP", colour="YELLOW") == ["ASSESSMENT", "HEAD", "LIAISON"]
    (copy,) = bench.notices(addressee="ASSESSMENT")
    assert (copy["dispatched_at"], copy["served_at"], copy["mode"]) == ("2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", "DEEMED")


def test_a_red_is_referred_to_the_three_bodies_and_told_to_the_leading_group(bench: Any, slip: Make) -> None:
    bench.tell(slip("r1", "RED"))
    expected = ["ASSESSMENT", "DISCIPLINE", "HEAD", "LEADING_GROUP", "LIAISON", "ORGANISATION"]
    assert addressees(bench, kind="SLIP", colour="RED") == expected
    assert len(bench.announced("dispatched")) == 1


def test_a_renewed_yellow_is_a_notice_of_its_own(bench: Any, slip: Make, renewal: Make) -> None:
    bench.tell(slip("y1", "YELLOW"))
    bench.move_to(local(9, 9))
    bench.tell(renewal())
    assert [(m.data.about, m.data.renewal) for m in bench.announced("dispatched")] == [("y1", 0), ("y2", 1)]
    assert len(bench.notices(kind="SLIP", colour="YELLOW", addressee="HEAD")) == 2


def test_reminders_go_to_liaison_and_head_and_need_no_service(bench: Any, approaching: Make) -> None:
    bench.clock.move_to(local(11, 8, 30))
    bench.tell(approaching(3))
    bench.clock.move_to(local(13, 8, 30))
    bench.tell(approaching(1, "SLIP:YELLOW:1"))
    assert addressees(bench, kind="REMINDER", colour="WHITE") == ["HEAD", "LIAISON"]
    found = bench.notices(kind="REMINDER")
    assert {notice["dispatched_at"] for notice in found} == {"2026-03-11T00:30:00Z", "2026-03-13T00:30:00Z"}
    assert {notice["colour"] for notice in found} == {"WHITE", "YELLOW"}
    assert {(notice["served_at"], notice["mode"]) for notice in found} == {(None, None)}
    assert bench.everything() == []


def test_each_report_of_an_open_red_goes_to_the_leading_group_once_and_needs_no_service(bench: Any) -> None:
    bench.clock.move_to(local(9, 8, 30))
    reported = {"colour": "RED", "renewal": 0, "ground": "NO_MOVEMENT", "state": "EXPIRED", "slip_id": "r1", "unit": "ZJJ"}
    names = {"matter_id": "m1", "external_ref": "M-1", "submitted_by": "OFFICE"}
    for count in (1, 2, 2):
        bench.tell(SlipReported(**names, **reported, count=count, period_end=date(2026, 3, 8), reported_at=local(9, 8, 30)))
    found = bench.notices(kind="REPORT")
    assert [(row["addressee"], row["colour"], row["served_at"]) for row in found] == [("LEADING_GROUP", "RED", None)] * 2
    assert bench.everything() == []


def test_a_reminder_of_an_assignment_has_no_colour(bench: Any, approaching: Make) -> None:
    bench.tell(approaching(3, "ASSIGNMENT"))
    assert {notice["colour"] for notice in bench.notices(kind="REMINDER")} == {None}


def test_an_urging_reaches_the_unit(bench: Any, urged: Any) -> None:
    bench.tell(urged)
    assert addressees(bench, kind="URGE") == ["HEAD", "LIAISON"]


def test_a_lifting_is_told_to_the_unit(bench: Any, slip: Make, lifted: Make) -> None:
    bench.tell(slip("y1", "YELLOW"), lifted("y1", "YELLOW"))
    assert addressees(bench, kind="SLIP_LIFTED", colour="YELLOW") == ["HEAD", "LIAISON"]


@pytest.mark.parametrize("kind", [SlipOverturned, SlipVacated])
def test_a_slip_that_a_review_or_a_cascade_took_away_is_taken_back_from_all_who_received_it(
    bench: Any, slip: Make, kind: type[Any]
) -> None:
    about = {
        "matter_id": "m",
        "slip_id": "r1",
        "unit": "ZJJ",
        "colour": "RED",
        "renewal": 0,
        "ground": "NO_MOVEMENT",
        "state": "X",
    }
    end = {"review_id": "v", "overturned_at": bench.clock.now()}
    if kind is SlipVacated:
        end = {"cascade_root": "y1", "vacated_at": bench.clock.now()}
    bench.tell(slip("r1", "RED"), kind(**about, **end))
    assert addressees(bench, kind="SLIP_WITHDRAWN") == addressees(bench, kind="SLIP")
    assert len(addressees(bench, kind="SLIP_WITHDRAWN")) == 6


def test_a_withdrawal_is_told_to_all_who_received_the_slip(bench: Any, slip: Make, withdrawn: Make) -> None:
    bench.tell(slip("y1", "YELLOW"), withdrawn("y1", "YELLOW"))
    assert addressees(bench, kind="SLIP_WITHDRAWN") == addressees(bench, kind="SLIP")


@pytest.mark.parametrize("batches", [1, 2], ids=["in one batch", "in two batches"])
def test_a_message_delivered_twice_makes_one_notice_for_each_addressee(
    bench: Any, slip: Make, lifted: Make, urged: Any, approaching: Make, batches: int
) -> None:
    messages = [bench.message(fact) for fact in (slip(), approaching(), urged, lifted())]
    for _ in range(batches):
        bench.deliver(messages * 2)
    found = [(notice["kind"], notice["addressee"]) for notice in bench.notices()]
    assert sorted(found) == sorted((k, a) for k in ("SLIP", "REMINDER", "URGE", "SLIP_LIFTED") for a in ("HEAD", "LIAISON"))
    assert len(bench.announced("dispatched")) == 1


def test_the_same_slip_told_by_another_message_is_not_sent_again(bench: Any, slip: Make, withdrawn: Make) -> None:
    bench.tell(slip(), withdrawn())
    bench.tell(slip(), withdrawn())
    assert len(bench.notices(addressee="HEAD")) == 2
    assert len(bench.announced("dispatched")) == 1
    assert bench.parked() == 0


def test_the_database_itself_allows_one_copy_for_each_addressee(bench: Any, slip: Make) -> None:
    bench.tell(slip())
    with pytest.raises(IntegrityError), bench.database.begin() as session:
        session.execute(store.notice.insert(), {"letter_id": "SLIP:w1", "addressee": "HEAD", "reason": "again"})


def test_what_is_told_late_on_the_same_day_is_dated_as_it_happened(bench: Any, slip: Make) -> None:
    bench.clock.move_to(local(2, 17))
    bench.tell(slip(), time=local(2, 9))
    assert {notice["dispatched_at"] for notice in bench.notices()} == {"2026-03-02T01:00:00Z"}


def test_after_an_outage_of_days_the_notice_is_dated_when_it_left(bench: Any, slip: Make) -> None:
    bench.clock.move_to(local(5, 8))
    bench.tell(slip(), time=local(2, 9))
    (told,) = bench.announced("dispatched")
    assert told.data.dispatched_at == local(5, 8)
    assert told.data.deemed_at == local(7)
    assert told.time - local(5, 8) == timedelta(0)
