"""What a ladder's journal grants for each of its limits, and what that does to where they end (domain.md d.5, d.7, d.9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain import justification
from escalation.domain.checks import failed_of, met_after_all, met_by, started_on, track_of
from escalation.domain.clock import Claim, Clock, Reckoning, Term, course, merged
from escalation.domain.lateness import LateReports
from escalation.domain.progress import cycle_check
from escalation.domain.relief import NO_RELIEF, LeftOut, Relief, Wait
from escalation.domain.rungs import rungs, term
from escalation.domain.slip import Slip, check_reason
from escalation.domain.standing import Entry, Ladder
from ground_rules.limits import Limit
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)
BELIEVING = LateReports("auto", Limit(3, "WORKDAY"), RECKONING)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def day(number: int) -> date:
    return date(2026, 3, number)


def entry(kind: str, id_: str, when: str, **data: Any) -> Entry:
    return Entry(kind, id_, at(when), at(when), data)


def ladder(*journal: Entry) -> Ladder:
    """An assignment of ten workdays from Monday 2026-03-02, to 03-16."""
    found = Ladder("m", "ZJJ", "M-1", "OFFICE", "a", "LEAD", "题", "标准", 10, "WORKDAY", None, None)
    found.journal.extend(journal)
    due = at("2026-03-17 00:00")
    found.clocks["a"] = Clock(
        "m",
        "ZJJ",
        "ASSIGNMENT",
        "a",
        10,
        "WORKDAY",
        None,
        day(2),
        at("2026-03-02 10:00"),
        day(16),
        due,
        False,
        0,
        "RUNNING",
        None,
    )
    return found


def decided(id_: str, when: str, effect: str, *, first: str | None = None, days: int | None = None) -> Entry:
    said = {"outcome": "GRANTED", "effect": effect, "suspended_from": first, "days": days}
    return entry("JUSTIFICATION_DECISION", id_, when, **said)


def filed(id_: str, when: str, about: str = "a") -> Entry:
    return entry("JUSTIFICATION", id_, when, about=about, category="STATUTORY_PROCEDURE")


def wait(filed_at: str, decided_at: str | None) -> Wait:
    return Wait("JUSTIFICATION_PENDING", at(filed_at), at(decided_at) if decided_at else None)


JOURNAL = (
    filed("s", "2026-03-04 09:00"),
    decided("s", "2026-03-05 09:00", "SUSPEND", first="2026-03-05"),
    entry("RESUMPTION", "r", "2026-03-09 09:00", on="2026-03-08"),
    filed("x", "2026-03-09 10:00"),
    decided("x", "2026-03-10 09:00", "EXTEND", days=2),
    entry("EXTENSION", "e", "2026-03-10 10:00", about="a", days=4),
    entry("EXTENSION_DECISION", "e", "2026-03-11 09:00", granted=3),
    filed("open", "2026-03-12 09:00"),
    filed("other", "2026-03-12 10:00", about="white"),
    entry("EXTENSION", "f", "2026-03-12 10:00", about="white", days=4),
    entry("EXTENSION_DECISION", "f", "2026-03-12 11:00", granted=4),
    entry("OBJECTION", "o", "2026-03-03 09:00", about="a"),
    entry("OBJECTION_DECISION", "o", "2026-03-03 10:00", outcome="REFUSED"),
    entry("OBJECTION", "p", "2026-03-03 09:00", about="before"),
)


def test_a_limit_has_everything_that_was_granted_and_asked_for_it_and_nothing_else() -> None:
    assert ladder(*JOURNAL).relief("a") == Relief(
        extension=5,
        left_out=(LeftOut(day(5), day(8), "STATUTORY_PROCEDURE"),),
        waits=(
            wait("2026-03-04 09:00", "2026-03-05 09:00"),
            wait("2026-03-09 10:00", "2026-03-10 09:00"),
            wait("2026-03-12 09:00", None),
            Wait("OBJECTION_PENDING", at("2026-03-03 09:00"), at("2026-03-03 10:00")),
        ),
        resumed=(at("2026-03-09 09:00"),),
    )


def test_days_of_waiting_for_another_unit_come_on_top() -> None:
    waiting = LeftOut(day(10), None, "AWAITING_OTHER_UNIT")
    made = ladder(*JOURNAL)
    made.waited = [waiting]
    assert made.relief("a").left_out == (LeftOut(day(5), day(8), "STATUTORY_PROCEDURE"), waiting)
    bare = ladder()
    bare.waited = [waiting]
    assert bare.relief("a") == Relief(left_out=(waiting,))
    urged = ladder(entry("URGE", "u", "2026-03-05 09:00"))
    assert urged.relief("a") == NO_RELIEF


def test_the_first_waiver_lets_the_limit_go() -> None:
    later = [filed("w", "2026-03-05 09:00"), decided("w", "2026-03-07 09:00", "WAIVE")]
    found = ladder(*later, filed("v", "2026-03-05 10:00"), decided("v", "2026-03-06 09:00", "WAIVE")).relief("a")
    assert (found.let_off_at, found.let_off, found.extension) == (at("2026-03-06 09:00"), "WAIVED", 0)


def test_an_accepted_objection_lets_the_assignment_go() -> None:
    objection = [
        entry("OBJECTION", "o", "2026-03-03 09:00", about="a"),
        entry("OBJECTION_DECISION", "o", "2026-03-04 09:00", outcome="ACCEPTED"),
    ]
    made = ladder(*objection)
    found = made.relief("a")
    assert (found.let_off_at, found.let_off) == (at("2026-03-04 09:00"), "TRANSFERRED")
    made.waited = [LeftOut(day(10), None, "AWAITING_OTHER_UNIT")]
    assert made.relief("a").left_out == tuple(made.waited)
    (rung,) = rungs(made, RECKONING, BELIEVING)
    assert rung.course.status == "TRANSFERRED"


def test_refusals_grant_nothing() -> None:
    refused = replace(
        justification.Justification("j", "a", "X", at("2026-03-04 09:00")),
        outcome="REFUSED", effect="WAIVE", decided_at=at("2026-03-05 09:00"), days=4, suspended_from=day(5),
    )  # fmt: skip
    found = justification.relief([refused], [], 1, [])
    assert found == Relief(extension=1, waits=(wait("2026-03-04 09:00", "2026-03-05 09:00"),))


def test_the_term_carries_all_of_it() -> None:
    made = ladder(*JOURNAL)
    found = term(made, None, made.clocks["a"], made.relief("a"))
    assert found == Term(10, "WORKDAY", None, day(2), extension=5, spans=((day(5), day(8)),))
    (rung,) = rungs(made, RECKONING, BELIEVING)
    assert rung.course.end is not None
    assert (rung.course.end.last_day, rung.course.suspended_days) == (day(25), 2)
    assert rung.relief == made.relief("a")


# ---- where a lengthened limit ends


@pytest.mark.parametrize(
    ("limit", "last"),
    [
        (Term(10, "WORKDAY", None, day(2), extension=3), day(19)),
        (Term(10, "DAY", None, day(2), extension=1), day(13)),
        (Term(10, "DAY", None, day(2), extension=2), day(16)),
        (Term(1, "MONTH", None, day(2), extension=1), date(2026, 4, 3)),
        (Term(10, "DAY", None, day(2), spans=((day(4), day(5)),)), day(16)),
        (Term(None, None, at("2026-03-06 15:30"), day(2), extension=2), day(8)),
        (Term(None, None, at("2026-03-06 15:30"), day(2), spans=((day(1), day(3)),)), day(7)),
        (Term(None, None, at("2026-03-06 15:30"), day(2), spans=((day(6), day(6)),)), day(7)),
        (Term(None, None, at("2026-03-06 15:30"), day(2), spans=((day(7), day(9)),)), day(6)),
        (Term(None, None, at("2026-03-06 15:30"), day(2), spans=((date(2026, 2, 20), date(2026, 2, 25)),)), day(6)),
    ],
)
def test_extensions_and_days_left_out_move_the_end(limit: Term, last: date) -> None:
    end = limit.end(RECKONING)
    assert end is not None
    assert (end.last_day, end.provisional, end.fixed) == (last, False, limit.fixed_due is not None)


def test_a_limit_that_is_stopped_until_further_notice_has_no_end_unless_it_had_ended_before() -> None:
    assert Term(10, "WORKDAY", None, day(2), open_from=day(16)).end(RECKONING) is None
    ended = Term(10, "WORKDAY", None, day(2), open_from=day(17)).end(RECKONING)
    assert ended is not None
    assert ended.last_day == day(16)
    assert Term(10, "WORKDAY", None, day(2), let_off=True).end(RECKONING) is None
    assert Term(None, "DAY", None, day(2)).end(RECKONING) is None
    assert Term(10, None, None, day(2)).end(RECKONING) is None


def test_a_stopped_limit_is_suspended_and_one_let_off_or_not_begun_is_not() -> None:
    stopped = Term(10, "WORKDAY", None, day(2), open_from=day(5))
    assert course(stopped, [], RECKONING).suspended
    for limit in (replace(stopped, let_off=True), replace(stopped, start=None), replace(stopped, open_from=None)):
        assert not course(limit, [], RECKONING).suspended
    assert not course(replace(stopped, open_from=day(20)), [], RECKONING).suspended


@pytest.mark.parametrize(
    ("limit", "days"),
    [
        (Term(10, "WORKDAY", None, day(2), spans=((day(5), day(8)),)), 2),
        (Term(10, "DAY", None, day(2), spans=((day(5), day(8)),)), 4),
        (Term(None, "WORKDAY", at("2026-03-16 12:00"), day(2), spans=((day(5), day(8)),)), 4),
        (Term(10, "WORKDAY", None, day(2), spans=((date(2026, 2, 25), day(3)),)), 1),
        (Term(10, "WORKDAY", None, None, spans=((day(5), day(8)),)), 0),
        (Term(10, "WORKDAY", None, day(2)), 0),
        (Term(10, "WORKDAY", None, day(2), spans=((day(5), day(6)),), open_from=day(9)), 2),
    ],
)
def test_the_days_left_out_are_told_in_the_limits_own_unit(limit: Term, days: int) -> None:
    assert course(limit, [], RECKONING).suspended_days == days


def test_claims_after_a_late_one_still_count_if_they_were_in_time() -> None:
    """A checked claim moves the end, so that what was late before it is not the last word."""
    late = Claim("l", at("2026-03-18 09:00"), at("2026-03-18 09:00"))
    early = Claim("e", at("2026-03-12 09:00"), at("2026-03-12 09:00"), "REJECTED", at("2026-03-13 09:00"))
    found = course(Term(10, "WORKDAY", None, day(2)), [early, late], RECKONING)
    assert (found.status, found.spans, found.claimed, found.late) == ("PENDING", ((day(12), day(13)),), True, ())
    none = course(Term(10, "WORKDAY", None, day(2), extension=1), [], RECKONING)
    assert (none.claimed, none.spans, none.late) == (False, (), ())
    two = course(Term(10, "WORKDAY", None, day(2)), [replace(late, id="k"), replace(late, at=at("2026-03-19 09:00"))], RECKONING)
    assert [claim.id for claim in two.late] == ["k", "l"]


def test_spans_that_touch_or_overlap_are_one() -> None:
    assert merged([(day(9), day(10)), (day(2), day(5)), (day(6), day(6)), (day(3), day(4))]) == (
        (day(2), day(6)),
        (day(9), day(10)),
    )
    assert merged([(day(2), day(3)), (day(5), day(6))]) == ((day(2), day(3)), (day(5), day(6)))


# ---- checks of progress on a ladder


FIVE = Limit(5, "WORKDAY")


def check(made_at: str = "2026-03-10 00:00") -> Entry:
    first = cycle_check(track_of(rungs(ladder(), RECKONING, BELIEVING)[0], day(2), RECKONING), FIVE, 1)
    return Entry("CHECK", first.id, at(made_at), at(made_at), first.data())


def test_a_ladder_begins_with_the_service_of_its_assignment() -> None:
    assert started_on(ladder()) == day(2)
    standing = ladder(entry("SERVICE", "a", "2026-03-03 09:00", served_on="2026-03-03", mode="SIGNED"))
    standing.clocks = {}
    assert started_on(standing) is None
    standing.amount = None
    assert started_on(standing) == day(3)
    standing.fixed_due = at("2026-03-16 12:00")
    assert started_on(standing) is None
    other = ladder(entry("SERVICE", "white", "2026-03-03 09:00", served_on="2026-03-03", mode="SIGNED"))
    other.clocks, other.amount = {}, None
    assert started_on(other) is None


def test_the_checks_are_counted_like_the_limit() -> None:
    made = ladder(*JOURNAL[:3])
    (rung,) = rungs(made, RECKONING, BELIEVING)
    found = track_of(rung, day(2), RECKONING)
    assert (found.start, found.spans, found.moved) == (day(2), ((day(5), day(8)),), 2)
    plain = track_of(rungs(ladder(), RECKONING, BELIEVING)[0], day(2), RECKONING)
    assert (plain.spans, plain.moved) == ((), 0)


def test_a_cycle_without_an_accepted_report_fails_and_one_with_it_does_not() -> None:
    made = ladder(check())
    (rung,) = rungs(made, RECKONING, BELIEVING)
    assert rung.failed is not None
    assert (rung.failed.ground, rung.failed.check.number) == ("NO_PROGRESS", 1)
    reported = ladder(check(), entry("PROGRESS", "p", "2026-03-06 09:00", percent=20))
    assert rungs(reported, RECKONING, BELIEVING)[0].failed is None


def test_nothing_fails_while_the_time_is_not_counted_or_before_the_service() -> None:
    stopped = ladder(check(), *JOURNAL[:2])
    assert rungs(stopped, RECKONING, BELIEVING)[0].failed is None
    unserved = ladder(check())
    unserved.clocks = {}
    (rung,) = rungs(unserved, RECKONING, BELIEVING)
    assert failed_of(unserved, rung, RECKONING) is None


def white(issued: str | None = "2026-03-10 00:00") -> Slip:
    return Slip(
        "w", "m", "ZJJ", "WHITE", 0, 0, "NO_PROGRESS", "ISSUED", True, None, "标准", [], 10, "WORKDAY", None, "DUBAN",
        at(issued) if issued else None, None, "", None,
    )  # fmt: skip


def lower(*journal: Entry, **more: Any) -> Any:
    (rung,) = rungs(ladder(check(), *journal), RECKONING, BELIEVING)
    return replace(rung, **more)


def test_a_white_on_a_failed_check_stands_until_the_check_is_met_after_all() -> None:
    assert not met_after_all(lower(), white())
    report = lower(entry("PROGRESS", "p", "2026-03-06 09:00", percent=20))
    assert (met_after_all(report, white()), met_by(report, white())) == (True, "LATE_ARRIVING_TIMELY_REPORT")
    pending = lower(entry("PROGRESS_REPORT", "p", "2026-03-06 09:00", percent=20))
    assert met_after_all(pending, white())
    assert met_after_all(lower(), white("2026-03-09 00:00"))
    assert met_after_all(lower(), white(None))


def test_a_claim_or_a_reason_from_before_takes_the_ground_too() -> None:
    claimed = lower(entry("CLAIM", "c", "2026-03-06 09:00"))
    assert (met_after_all(claimed, white()), met_by(claimed, white())) == (True, "LATE_ARRIVING_TIMELY_COMPLETION")
    asked = lower(filed("j", "2026-03-06 09:00"))
    assert (met_after_all(asked, white()), met_by(asked, white())) == (True, "LEGITIMATE_REASON")
    longer = lower(*JOURNAL[3:5])
    assert met_by(longer, white()) == "LEGITIMATE_REASON"


@pytest.mark.parametrize(
    ("what", "percent", "ground", "how"),
    [
        ("CYCLE", None, "NO_PROGRESS", "第2个报告周期至2026-03-09止，期内无认可的进展，无进展"),
        ("MILESTONE", 40, "SLOW_PROGRESS", "计划至2026-03-09完成60%，认可进展40%，落后超过允许幅度，进展缓慢"),
        ("MILESTONE", None, "SLOW_PROGRESS", "计划至2026-03-09完成60%，无认可进展，落后超过允许幅度，进展缓慢"),
    ],
)
def test_why_a_white_came_before_the_end_in_words(what: str, percent: int | None, ground: str, how: str) -> None:
    found = check_reason(what=what, number=2, last_day=day(9), planned=60, percent=percent, ground=ground, liability=day(10))
    assert found == f"{how}；发白色督办单提醒，不扣分，责任日期2026-03-10。"
