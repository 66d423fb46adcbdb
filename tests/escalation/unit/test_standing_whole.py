"""A standing in full, as it is folded from the journal: nothing that the decision depends on is left out or mixed up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.acts import Approval, ParkedHold, Proposal
from escalation.domain.clock import Clock, Reckoning, Term
from escalation.domain.determination import Finding
from escalation.domain.fallen import next_colour
from escalation.domain.lateness import LateReports
from escalation.domain.review import Review
from escalation.domain.rungs import rungs, standing_of, term
from escalation.domain.slip import Slip
from escalation.domain.standing import Entry, Ladder
from escalation.domain.steps import Standing
from ground_rules.limits import Limit
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)
BELIEVING = LateReports("auto", Limit(3, "WORKDAY"), RECKONING)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def entry(kind: str, id_: str, when: str, **data: Any) -> Entry:
    return Entry(kind, id_, at(when), at(when), data)


def slip(colour: str, issued: str, renewal: int = 0, **more: Any) -> Slip:
    known: dict[str, Any] = {"served_at": at(issued.replace("00:00", "10:00")), "served_on": at(issued).date()} | more
    return Slip(
        f"{colour.lower()}{renewal}", "m", "ZJJ", colour, renewal, 0, "BELOW_STANDARD", "SERVED", True, None, "标准", [], 5,
        "WORKDAY", None, "DUBAN", at(issued), None, "", None, **known,
    )  # fmt: skip


def clock(about: str, served: str, deadline: str, due: str) -> Clock:
    day, last = date.fromisoformat(served), date.fromisoformat(deadline)
    return Clock(
        "m", "ZJJ", "SLIP", about, 5, "WORKDAY", None, day, at(f"{served} 10:00"), last, at(due), False, 0, "RUNNING", at(due)
    )


def ladder(*slips: Slip, journal: tuple[Entry, ...] = ()) -> Ladder:
    found = Ladder("m", "ZJJ", "M-1", "OFFICE", "a", "LEAD", "题", "标准", 200, "WORKDAY", None, None)
    found.slips.extend(slips)
    found.journal.extend(journal)
    found.clocks["white0"] = clock("white0", "2026-03-02", "2026-03-09", "2026-03-10 00:00")
    found.clocks["yellow0"] = clock("yellow0", "2026-03-10", "2026-03-17", "2026-03-18 00:00")
    return found


WHITE, YELLOW = slip("WHITE", "2026-03-02 00:00"), slip("YELLOW", "2026-03-10 00:00")
RENEWED = slip("YELLOW", "2026-03-18 00:00", renewal=1)
HOLD = ParkedHold(at("2026-03-11 09:00"), at("2026-03-12 09:00"))

JOURNAL = (
    entry("PROPOSAL", "p2", "2026-03-19 09:00", colour="RED", by="李文静"),
    entry("PROPOSAL", "p1", "2026-03-01 09:00", colour="WHITE", by="何敏", ground="NO_PROGRESS"),
    entry("APPROVAL", "a1", "2026-03-01 10:00", colour="WHITE", by="周建国"),
    entry("URGE", "u1", "2026-03-12 09:00", by="OFFICE"),
    entry("PROGRESS", "g1", "2026-03-13 09:00"),
    entry("FINDING", "f1", "2026-03-17 09:00", **{"class": "PERFUNCTORY_POOR", "by": "赵明远", "reasons": "敷衍"}),
    entry("FINDING", "f2", "2026-03-18 09:00", **{"class": "NO_MOVEMENT", "by": "周建国"}),
    entry("CLAIM", "c1", "2026-03-16 09:00"),
    entry("VERDICT", "v1", "2026-03-19 10:00", claim="c1", claimed_at=at("2026-03-16 09:00").isoformat(), verdict="REJECTED"),
    entry("REVIEW", "yellow0", "2026-03-16 09:00", review="r1", colour="YELLOW"),
    entry("REVIEW_DECISION", "yellow0", "2026-03-16 12:00", outcome="UPHELD"),
)


def test_the_standing_of_a_yellow_has_everything_that_was_said_about_it() -> None:
    made = ladder(WHITE, YELLOW, journal=JOURNAL)
    rung = rungs(made, RECKONING, BELIEVING)[-1]
    assert standing_of(made, rung, [HOLD]) == Standing(
        colour="YELLOW",
        renewal=0,
        course=rung.course,
        passed=True,
        issued_at=YELLOW.issued_at,
        served_at=YELLOW.served_at,
        ground="BELOW_STANDARD",
        claims=rung.claims,
        proposals=[
            Proposal("WHITE", at("2026-03-01 09:00"), "何敏", "NO_PROGRESS"),
            Proposal("RED", at("2026-03-19 09:00"), "李文静", None),
        ],
        approvals=[Approval("WHITE", at("2026-03-01 10:00"), "周建国")],
        findings=[
            Finding("PERFUNCTORY_POOR", at("2026-03-17 09:00"), "赵明远", "敷衍"),
            Finding("NO_MOVEMENT", at("2026-03-18 09:00"), "周建国", ""),
        ],
        urges=[at("2026-03-12 09:00")],
        progress=[at("2026-03-13 09:00")],
        holds=[HOLD],
        fell_at=None,
        reviews=[Review("r1", "yellow0", "YELLOW", at("2026-03-16 09:00"), "UPHELD", at("2026-03-16 12:00"))],
    )
    assert [claim.id for claim in rung.claims] == ["c1"]
    assert (rung.course.status, rung.since, rung.until) == ("REJECTED", YELLOW.issued_at, None)


@pytest.mark.parametrize("journal", [(), (entry("URGE", "u1", "2026-01-12 09:00", by="OFFICE"),)], ids=["bare", "journal"])
def test_the_standing_of_an_assignment_has_no_slip(journal: tuple[Entry, ...]) -> None:
    made = ladder(journal=journal)
    made.clocks = {"a": clock("a", "2026-03-02", "2026-03-09", "2026-03-10 00:00")}
    (rung,) = rungs(made, RECKONING, BELIEVING)
    found = standing_of(made, rung, [HOLD])
    assert (found.colour, found.renewal, found.issued_at, found.served_at, found.ground) == (None, 0, None, None, "")
    assert (found.course, found.passed, found.holds) == (rung.course, True, [HOLD])
    assert rung.clock is made.clocks["a"]


@pytest.mark.parametrize("journal", [(), (entry("URGE", "u1", "2026-01-12 09:00", by="OFFICE"),)], ids=["bare", "journal"])
def test_the_standing_of_a_renewal_has_its_number(journal: tuple[Entry, ...]) -> None:
    made = ladder(WHITE, YELLOW, RENEWED, journal=journal)
    rung = rungs(made, RECKONING, BELIEVING)[-1]
    found = standing_of(made, rung, [HOLD])
    assert (found.colour, found.renewal, found.issued_at, found.ground) == ("YELLOW", 1, RENEWED.issued_at, "BELOW_STANDARD")
    assert (found.served_at, found.course, found.passed, found.holds) == (RENEWED.served_at, rung.course, False, [HOLD])


@pytest.mark.parametrize("journal", [(), (entry("URGE", "u1", "2026-01-12 09:00", by="OFFICE"),)], ids=["bare", "journal"])
def test_a_standing_knows_when_a_person_took_the_next_slip_back(journal: tuple[Entry, ...]) -> None:
    taken = slip("YELLOW", "2026-03-10 00:00", cause="WITHDRAWN_BY_OFFICE", ended_at=at("2026-03-11 09:00"))
    taken.standing = False
    made = ladder(WHITE, taken, journal=journal)
    rung = rungs(made, RECKONING, BELIEVING)[-1]
    assert standing_of(made, rung, []).fell_at == at("2026-03-11 09:00")


def test_the_term_of_what_was_not_served_has_its_length_but_no_start() -> None:
    made = ladder(WHITE)
    assert term(made, WHITE, None) == Term(5, "WORKDAY", None, None)
    made.amount, made.limit_unit, made.fixed_due = None, None, at("2026-04-01 12:00")
    assert term(made, None, None) == Term(None, None, at("2026-04-01 12:00"), None)
    made.amount, made.limit_unit, made.fixed_due = 20, "DAY", None
    assert term(made, None, None) == Term(20, "DAY", None, None)


def test_the_term_of_what_was_served_is_that_of_its_clock() -> None:
    made = ladder(WHITE)
    found = made.clocks["white0"]
    found.amount, found.limit_unit, found.fixed_due = None, None, at("2026-03-09 15:00")
    assert term(made, WHITE, found) == Term(None, None, at("2026-03-09 15:00"), date(2026, 3, 2))


def test_claims_are_in_the_order_of_their_time_then_of_their_ids() -> None:
    late = entry("VERDICT", "v", "2026-03-20 10:00", claim="a", claimed_at=at("2026-03-12 09:00").isoformat(), verdict="VERIFIED")
    entries = (late, entry("CLAIM", "c", "2026-03-12 09:00"), entry("CLAIM", "b", "2026-03-11 09:00"))
    found = ladder(journal=entries).claims()
    assert [(claim.id, claim.arrived) for claim in found] == [
        ("b", at("2026-03-11 09:00")),
        ("a", at("2026-03-20 10:00")),
        ("c", at("2026-03-12 09:00")),
    ]


def test_a_claim_that_is_not_believed_leaves_the_limit_below_as_it_was() -> None:
    made = ladder(WHITE, YELLOW)
    made.slips[1].ground = "OVERDUE"
    late = Entry("CLAIM", "c", at("2026-03-09 15:00"), at("2026-03-20 09:00"), {})
    made.journal.append(late)
    _, white, yellow = rungs(made, RECKONING, BELIEVING)
    assert white.claims == []
    assert (white.course.status, white.course.end and white.course.end.last_day) == ("RUNNING", date(2026, 3, 9))
    assert [claim.id for claim in yellow.claims] == ["c"]


def test_nothing_comes_after_red() -> None:
    assert [next_colour(None), next_colour(WHITE), next_colour(YELLOW)] == ["WHITE", "YELLOW", "RED"]
    assert next_colour(slip("RED", "2026-03-18 00:00")) is None
