"""The decision table of domain.md d.4, row by row through the service: what follows, and the reason that is recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts import intake

ZONE = ZoneInfo("Asia/Shanghai")
AUTO = {"white": "auto", "yellow": "auto", "red": "auto"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def found(city: Any, progress_class: str, when: str = "2026-03-25 09:00") -> None:
    evidence = [{"kind": "DOCUMENT", "sha256": "0" * 64}]
    details = {"progress_class": progress_class, "reasons": "理由", "evidence": evidence, "decided_by": "赵明远"}
    city.request("determination.made", at(when), **details)


def done_in_time(city: Any) -> None:
    city.claim(at("2026-03-13 15:20"))
    city.until(at("2026-03-17 00:00"))
    city.verify(at("2026-03-17 10:00"), at("2026-03-13 15:20"))


def pending(city: Any) -> None:
    city.claim(at("2026-03-13 15:20"))
    city.until(at("2026-03-18 00:00"))


def rejected_after_the_deadline(city: Any) -> None:
    city.claim(at("2026-03-13 15:20"))
    city.reject(at("2026-03-18 10:00"), at("2026-03-13 15:20"))


def rejected_before_the_deadline(city: Any) -> None:
    city.claim(at("2026-03-05 10:00"))
    city.reject(at("2026-03-06 10:00"), at("2026-03-05 10:00"))
    city.until(at("2026-03-18 23:00"))


def not_claimed(city: Any) -> None:
    city.until(at("2026-03-17 00:00"))


def yellow(city: Any) -> None:
    """The yellow of 03-17 is signed that day and ends with 03-24."""
    city.until(at("2026-03-17 09:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))


def yellow_without_a_finding(city: Any) -> None:
    yellow(city)
    city.until(at("2026-03-26 00:00"))


def no_movement_by_machine(city: Any) -> None:
    yellow(city)
    city.request("urge.sent", at("2026-03-20 09:00"), by="OFFICE")
    city.until(at("2026-03-25 00:00"))


def no_movement_by_an_official(city: Any) -> None:
    yellow(city)
    found(city, "NO_MOVEMENT")


def perfunctory(city: Any) -> None:
    yellow(city)
    found(city, "PERFUNCTORY_POOR")


def improved(city: Any) -> None:
    yellow(city)
    found(city, "SUBSTANTIVE_IMPROVEMENT")


def improved_twice(city: Any) -> None:
    improved(city)
    city.sign("YELLOW", at("2026-03-25 10:00"), renewal=1)
    city.until(at("2026-04-02 00:00"))
    found(city, "SUBSTANTIVE_IMPROVEMENT", "2026-04-02 09:00")


def improved_twice_and_renewed_again(city: Any) -> None:
    improved_twice(city)
    city.request("slip.approved", at("2026-04-02 10:00"), colour="YELLOW", by="高志强")


def red_not_done(city: Any) -> None:
    no_movement_by_an_official(city)
    city.sign("RED", at("2026-03-25 10:00"))
    city.until(at("2026-04-30 00:00"))


W, Y, R = "WHITE", "YELLOW", "RED"
ROWS: list[tuple[str, Callable[[Any], None], list[tuple[str, int, str]], str | None]] = [
    ("any, done in time: lifted", done_in_time, [(W, 0, "LIFTED")], "DONE_IN_TIME"),
    ("any, claim in time pending: hold", pending, [(W, 0, "SERVED")], "VERIFICATION_PENDING"),
    ("white, not claimed: yellow", not_claimed, [(W, 0, "EXPIRED"), (Y, 0, "ISSUED")], "ESCALATED"),
    ("white, rejected after: yellow", rejected_after_the_deadline, [(W, 0, "EXPIRED"), (Y, 0, "ISSUED")], "ESCALATED"),
    ("white, rejected before: runs on", rejected_before_the_deadline, [(W, 0, "SERVED")], None),
    (
        "yellow, no finding: hold",
        yellow_without_a_finding,
        [(W, 0, "EXPIRED"), (Y, 0, "EXPIRED")],
        "AWAITING_DETERMINATION",
    ),
    (
        "yellow, NO_MOVEMENT by machine: red",
        no_movement_by_machine,
        [(W, 0, "EXPIRED"), (Y, 0, "DETERMINED"), (R, 0, "ISSUED")],
        "ESCALATED",
    ),
    (
        "yellow, NO_MOVEMENT: red",
        no_movement_by_an_official,
        [(W, 0, "EXPIRED"), (Y, 0, "DETERMINED"), (R, 0, "ISSUED")],
        "ESCALATED",
    ),
    ("yellow, PERFUNCTORY_POOR: red", perfunctory, [(W, 0, "EXPIRED"), (Y, 0, "DETERMINED"), (R, 0, "ISSUED")], "ESCALATED"),
    (
        "yellow, SUBSTANTIVE_IMPROVEMENT: renewed",
        improved,
        [(W, 0, "EXPIRED"), (Y, 0, "DETERMINED"), (Y, 1, "ISSUED")],
        "ESCALATED",
    ),
    (
        "yellow, improved, no renewals left: hold",
        improved_twice,
        [(W, 0, "EXPIRED"), (Y, 0, "DETERMINED"), (Y, 1, "EXPIRED")],
        "RENEWALS_EXHAUSTED",
    ),
    (
        "yellow, improved, leading group renews",
        improved_twice_and_renewed_again,
        [(W, 0, "EXPIRED"), (Y, 0, "DETERMINED"), (Y, 1, "DETERMINED"), (Y, 2, "ISSUED")],
        "ESCALATED",
    ),
    (
        "red, not done: no further penalty, a report to the leading group",
        red_not_done,
        [(W, 0, "EXPIRED"), (Y, 0, "DETERMINED"), (R, 0, "EXPIRED")],
        "RED_REPORT",
    ),
]


@pytest.mark.parametrize(("row", "happens", "slips", "reason"), ROWS, ids=[row[0] for row in ROWS])
def test_every_row_of_the_table_has_its_slips_and_its_recorded_reason(
    city_with: Callable[..., Any], row: str, happens: Callable[[Any], None], slips: list[Any], reason: str | None
) -> None:
    city = city_with(approval=AUTO)
    city.white_by_office()
    happens(city)
    assert city.slips() == slips, row
    assert city.refusals() == []
    assert city.outcomes_in_order()[-1:] == ([reason] if reason else [])


def test_a_yellow_for_poor_work_says_so_and_dates_from_the_rejection(city: Any) -> None:
    city.white_by_office()
    rejected_after_the_deadline(city)
    assert (city.slip("YELLOW")["ground"], city.slip("YELLOW")["liability_date"]) == ("BELOW_STANDARD", "2026-03-18")


def test_a_claim_that_is_rejected_before_the_deadline_gives_back_the_days_of_checking(city: Any) -> None:
    city.white_by_office()
    rejected_before_the_deadline(city)
    city.until(at("2026-03-19 00:00"))
    assert city.slip("YELLOW")["liability_date"] == "2026-03-19"


def test_by_default_a_red_waits_for_its_approval_and_that_is_the_recorded_reason(city: Any) -> None:
    city.white_by_office()
    no_movement_by_an_official(city)
    assert [colour for colour, *_ in city.slips()] == [W, Y]
    assert city.outcomes_in_order()[-1] == "AWAITING_APPROVAL"


def test_an_unreadable_message_is_the_recorded_reason_while_it_holds_the_ladder(city: Any) -> None:
    city.white_by_office()
    held = {"parked_id": "x", "sender": "ZJJ", "code": "SCHEMA_INVALID", "parked_at": at("2026-03-16 22:00")}
    city.say(intake.InboundParked(**held), at("2026-03-16 22:00"))
    city.until(at("2026-03-17 09:00"))
    assert [colour for colour, *_ in city.slips()] == [W]
    assert city.outcomes_in_order() == ["PARKED"]


def test_a_slip_that_waits_for_its_hour_has_that_recorded(city_with: Callable[..., Any]) -> None:
    city = city_with(issue_time="08:30")
    city.white_by_office()
    city.until(at("2026-03-17 08:00"))
    assert city.outcomes_in_order() == ["ISSUE_SCHEDULED"]
    city.until(at("2026-03-17 08:30"))
    assert city.outcomes_in_order() == ["ISSUE_SCHEDULED", "ESCALATED"]
