"""How a ladder's journal folds into claims, rungs and a standing, in whatever order it was written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

from escalation.domain.clock import Clock, Reckoning
from escalation.domain.lateness import LateReports
from escalation.domain.rungs import may_propose, rungs, standing_of, unfounded
from escalation.domain.slip import Slip
from escalation.domain.standing import Entry, Ladder
from ground_rules.limits import Limit
from ground_rules.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
RECKONING = Reckoning(WorkCalendar.china(), ZONE)
BELIEVING = LateReports("auto", Limit(3, "WORKDAY"), RECKONING)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def clock(about: str, served: str, deadline: str, passed: bool) -> Clock:
    due = at(f"{deadline} 00:00") + (at("2026-01-02 00:00") - at("2026-01-01 00:00"))
    day, last = date.fromisoformat(served), date.fromisoformat(deadline)
    owner = f"SLIP:{about.upper()}"
    return Clock(
        "m", "ZJJ", owner, about, 10 if about == "white" else 5, "WORKDAY", None, day, at(f"{served} 10:00"), last, due, False, 0,
        "RUNNING", due if passed else None,
    )  # fmt: skip


def slip(colour: str, issued: str | None, **more: Any) -> Slip:
    instant = at(issued) if issued else None
    known: dict[str, Any] = {
        "served_at": instant,
        "state": "SERVED" if issued else "DRAFT",
        "standing": True,
        "ground": "OVERDUE",
    }
    known |= more
    return Slip(
        colour.lower(), "m", "ZJJ", colour, known.pop("renewal", 0), 0, known.pop("ground"), known.pop("state"),
        known.pop("standing"), None, "标准", [], 5, "WORKDAY", None, known.pop("by", "陈立"), instant, None, "", None, **known,
    )  # fmt: skip


def ladder(*entries: Entry, slips: list[Slip] | None = None, clocks: list[Clock] | None = None) -> Ladder:
    made = Ladder("m", "ZJJ", "M-1", "OFFICE", "a", "LEAD", "题", "标准", 200, "WORKDAY", None, None)
    made.journal.extend(entries)
    made.slips.extend(slips or [slip("WHITE", "2026-03-02 09:00", ground="SLOW_PROGRESS")])
    for found in clocks or [clock("white", "2026-03-02", "2026-03-16", passed=True)]:
        made.clocks[found.about] = found
    return made


def claimed(when: str, arrived: str | None = None, id_: str = "c") -> Entry:
    return Entry("CLAIM", id_, at(when), at(arrived or when), {})


def verdict(when: str, what: str, id_: str = "c", claimed_at: str = "2026-03-13 15:20") -> Entry:
    data = {"claim": id_, "claimed_at": at(claimed_at).isoformat(), "verdict": what}
    return Entry("VERDICT", f"{what}-{when}", at(when), at(when), data)


YELLOW = [slip("WHITE", "2026-03-02 09:00", ground="SLOW_PROGRESS"), slip("YELLOW", "2026-03-17 00:00")]


def test_the_last_verdict_by_time_decides_in_whatever_order_they_were_written() -> None:
    entries = [claimed("2026-03-13 15:20"), verdict("2026-03-14 10:00", "REJECTED"), verdict("2026-03-16 10:00", "VERIFIED")]
    for order in permutations(entries):
        found = ladder(*order).claims()
        assert [(c.verdict, c.decided_at) for c in found] == [("VERIFIED", at("2026-03-16 10:00"))]


def test_a_verdict_stands_for_its_claim_until_the_claim_arrives() -> None:
    found = ladder(verdict("2026-03-16 10:00", "VERIFIED")).claims()
    assert [(c.id, c.at) for c in found] == [("c", at("2026-03-13 15:20"))]


def test_a_claim_belongs_to_what_was_in_force_at_its_time() -> None:
    made = ladder(claimed("2026-03-23 16:00"), slips=YELLOW)
    assert [[c.id for c in rung.claims] for rung in rungs(made, RECKONING, BELIEVING)] == [[], [], ["c"]]


def test_a_claim_at_the_instant_of_the_next_issue_still_belongs_to_the_slip_before() -> None:
    made = ladder(claimed("2026-03-17 00:00"), slips=YELLOW)
    white, yellow = rungs(made, RECKONING, BELIEVING)[1:]
    assert [c.at for c in white.course.late] == [at("2026-03-17 00:00")]
    assert [c.at for c in yellow.claims] == [at("2026-03-17 00:00")]


def test_a_late_claim_goes_on_to_count_for_the_next_slip_from_its_issue() -> None:
    """d.17: when verified, that next slip is LIFTED, dated its issue."""
    yellow = [*YELLOW[:1], slip("YELLOW", "2026-03-17 08:30")]
    made = ladder(claimed("2026-03-17 07:00"), verdict("2026-03-18 10:00", "VERIFIED"), slips=yellow)
    found = rungs(made, RECKONING, BELIEVING)
    assert (found[2].course.status, found[2].course.at) == ("DONE", at("2026-03-17 08:30"))
    assert not unfounded(found[1], yellow[1])


def test_a_claim_that_was_rejected_before_the_next_issue_stays_behind() -> None:
    yellow = [*YELLOW[:1], slip("YELLOW", "2026-03-17 08:30")]
    made = ladder(claimed("2026-03-17 07:00"), verdict("2026-03-17 08:00", "REJECTED"), slips=yellow)
    assert rungs(made, RECKONING, BELIEVING)[2].claims == []


def test_a_claim_in_time_that_arrived_late_takes_the_ground_from_the_slip_above() -> None:
    made = ladder(claimed("2026-03-16 23:50", arrived="2026-03-18 09:00"), slips=YELLOW)
    found = rungs(made, RECKONING, BELIEVING)
    assert unfounded(found[1], YELLOW[1])


def test_after_the_window_a_late_report_is_not_believed_by_machine_but_counts_for_the_slip_above() -> None:
    believed = ladder(claimed("2026-03-16 23:50", arrived="2026-03-19 23:59"), slips=YELLOW)
    doubted = ladder(claimed("2026-03-16 23:50", arrived="2026-03-20 00:00"), slips=YELLOW)
    assert unfounded(rungs(believed, RECKONING, BELIEVING)[1], YELLOW[1])
    found = rungs(doubted, RECKONING, BELIEVING)
    assert not unfounded(found[1], YELLOW[1])
    assert found[2].course.status == "PENDING"


def test_where_a_person_decides_about_late_reports_none_is_believed() -> None:
    made = ladder(claimed("2026-03-16 23:50", arrived="2026-03-17 09:00"), slips=YELLOW)
    asking = LateReports("person", Limit(3, "WORKDAY"), RECKONING)
    assert not unfounded(rungs(made, RECKONING, asking)[1], YELLOW[1])


def test_a_report_that_arrived_before_the_issue_is_never_doubted() -> None:
    yellow = [*YELLOW[:1], slip("YELLOW", "2026-03-30 00:00")]
    made = ladder(claimed("2026-03-16 23:50", arrived="2026-03-25 09:00"), slips=yellow)
    assert unfounded(rungs(made, RECKONING, BELIEVING)[1], yellow[1])


def test_a_white_for_slow_progress_stands_whatever_is_claimed_about_the_assignment() -> None:
    made = ladder(claimed("2026-03-02 08:00"))
    found = rungs(made, RECKONING, BELIEVING)
    assert found[0].course.status == "PENDING"
    assert not unfounded(found[0], made.slips[0])


def test_an_early_rejection_that_arrived_late_moves_the_end_and_takes_the_ground_from_the_slip_above() -> None:
    made = ladder(
        claimed("2026-03-04 10:00", arrived="2026-03-18 09:00"),
        verdict("2026-03-06 10:00", "REJECTED", claimed_at="2026-03-04 10:00"),
        slips=YELLOW,
    )
    assert unfounded(rungs(made, RECKONING, BELIEVING)[1], YELLOW[1])


def test_fallen_slips_and_drafts_are_no_rungs() -> None:
    fallen = slip("YELLOW", "2026-03-17 00:00", standing=False, state="WITHDRAWN")
    made = ladder(slips=[YELLOW[0], fallen, slip("RED", None)])
    assert [rung.slip.colour for rung in rungs(made, RECKONING, BELIEVING) if rung.slip] == ["WHITE"]


def test_a_standing_has_only_the_findings_made_while_its_slip_was_in_force() -> None:
    def found(when: str) -> Entry:
        return Entry("FINDING", when, at(when), at(when), {"class": "NO_MOVEMENT", "by": "赵明远"})

    made = ladder(found("2026-03-16 10:00"), found("2026-03-25 10:00"), slips=YELLOW)
    standing = standing_of(made, rungs(made, RECKONING, BELIEVING)[-1], [])
    assert [f.at for f in standing.findings] == [at("2026-03-25 10:00")]


def test_a_standing_knows_when_a_person_withdrew_the_next_slip_but_not_when_the_machine_did() -> None:
    for cause, expected in [("WITHDRAWN_BY_OFFICE", at("2026-03-18 10:00")), ("LATE_ARRIVING_TIMELY_COMPLETION", None)]:
        fallen = slip(
            "YELLOW", "2026-03-17 00:00", standing=False, state="WITHDRAWN", cause=cause, ended_at=at("2026-03-18 10:00")
        )
        made = ladder(slips=[YELLOW[0], fallen])
        assert standing_of(made, rungs(made, RECKONING, BELIEVING)[-1], []).fell_at == expected


def test_a_standing_without_a_journal_says_the_same_as_one_with_an_irrelevant_line() -> None:
    bare, written = ladder(slips=YELLOW), ladder(slips=YELLOW)
    written.journal.append(Entry("SERVICE", "x", at("2026-03-02 10:00"), at("2026-03-02 10:00"), {}))
    rung = rungs(bare, RECKONING, BELIEVING)[-1]
    one, other = standing_of(bare, rung, []), standing_of(written, rung, [])
    for name in ("colour", "renewal", "passed", "issued_at", "served_at", "ground", "fell_at"):
        assert getattr(one, name) == getattr(other, name)


def test_a_higher_colour_may_be_proposed_only_on_the_one_below() -> None:
    made = ladder(slips=[YELLOW[0]])
    assert [may_propose(made, colour) for colour in ("WHITE", "YELLOW", "RED")] == [True, True, False]


def test_a_finding_at_the_very_instant_of_the_issue_belongs_to_the_slip_before() -> None:
    data = {"class": "SUBSTANTIVE_IMPROVEMENT", "by": "赵明远"}
    made = ladder(Entry("FINDING", "f", at("2026-03-17 00:00"), at("2026-03-17 00:00"), data), slips=YELLOW)
    assert standing_of(made, rungs(made, RECKONING, BELIEVING)[-1], []).findings == []


def test_a_report_that_arrived_at_the_instant_of_the_issue_is_not_doubted() -> None:
    yellow = [*YELLOW[:1], slip("YELLOW", "2026-03-30 00:00")]
    made = ladder(claimed("2026-03-16 23:50", arrived="2026-03-30 00:00"), slips=yellow)
    assert unfounded(rungs(made, RECKONING, BELIEVING)[1], yellow[1])


def test_slips_and_drafts_are_found_by_colour_and_id() -> None:
    first, renewed, draft = slip("YELLOW", "2026-03-17 00:00"), slip("YELLOW", "2026-03-25 00:00", renewal=1), slip("RED", None)
    made = ladder(slips=[renewed, first, draft, slip("WHITE", "2026-03-02 09:00", standing=False)])
    assert made.standing_slip("YELLOW") is first
    assert made.standing_slip("WHITE") is None
    assert made.draft("RED") is draft
    assert made.draft("YELLOW") is None
    assert made.slip("red") is draft
    assert made.slip("nothing") is None


def test_of_several_fallen_slips_of_a_colour_the_last_one_decides() -> None:
    earlier = slip("YELLOW", "2026-03-17 00:00", standing=False, cause="WITHDRAWN_BY_OFFICE", ended_at=at("2026-03-18 10:00"))
    later = slip("YELLOW", "2026-03-20 00:00", standing=False, cause="DRAFT_OBSOLETE", ended_at=at("2026-03-21 10:00"))
    later.attempt = 1
    made = ladder(slips=[YELLOW[0], earlier, later])
    assert standing_of(made, rungs(made, RECKONING, BELIEVING)[-1], []).fell_at is None


def applied(slip_id: str, when: str) -> Entry:
    return Entry("REVIEW", slip_id, at(when), at(when), {"review": f"r-{slip_id}", "colour": slip_id.upper()})


def ruled(slip_id: str, when: str, outcome: str, lengthened: str | None = None) -> Entry:
    return Entry("REVIEW_DECISION", slip_id, at(when), at(when), {"outcome": outcome, "lengthened": lengthened})


def test_a_review_and_its_decision_fold_into_one_in_whatever_order_they_were_written() -> None:
    entries = [applied("yellow", "2026-04-10 09:00"), ruled("yellow", "2026-05-06 09:00", "VARIED", "yellow")]
    for order in permutations(entries):
        (found,) = ladder(*order, slips=YELLOW).reviews()
        assert (found.review_id, found.outcome, found.decided_at) == ("r-yellow", "VARIED", at("2026-05-06 09:00"))
        assert (found.lengthened, found.pending) == ("yellow", False)
    made = ladder(entries[0], slips=YELLOW)
    assert (made.review_is_pending("yellow"), made.review_is_pending("white"), made.review_of("white")) == (True, False, None)


def test_a_review_of_a_slip_that_has_fallen_holds_nothing() -> None:
    fallen = slip("RED", "2026-03-25 10:00", standing=False, state="WITHDRAWN")
    made = ladder(applied("red", "2026-04-10 09:00"), applied("yellow", "2026-04-10 09:00"), slips=[*YELLOW, fallen])
    found = standing_of(made, rungs(made, RECKONING, BELIEVING)[-1], [])
    assert [review.slip_id for review in found.reviews] == ["yellow"]


def test_what_was_found_before_a_slip_got_a_longer_limit_counts_no_more_for_it() -> None:
    finding = Entry("FINDING", "f", at("2026-03-25 09:00"), at("2026-03-25 09:00"), {"class": "NO_MOVEMENT", "by": "赵明远"})
    applied_for = applied("yellow", "2026-04-10 09:00")

    def findings(lengthened: str | None) -> int:
        made = ladder(finding, applied_for, ruled("yellow", "2026-05-06 09:00", "VARIED", lengthened), slips=YELLOW)
        return len(standing_of(made, rungs(made, RECKONING, BELIEVING)[-1], []).findings)

    assert (findings("yellow"), findings("white"), findings(None)) == (0, 1, 1)


# ---------------------------------------------------------------- rounds, withdrawals and successors


def reopened(when: str) -> Entry:
    return Entry("REOPENED", f"b-{when}", at(when), at(when), {})


def withdrawn(when: str) -> Entry:
    return Entry("MATTER_WITHDRAWN", f"w-{when}", at(when), at(when), {})


def approved(when: str) -> Entry:
    return Entry("APPROVAL", f"p-{when}", at(when), at(when), {"colour": "RED", "by": "周建国"})


def test_a_matter_that_was_done_again_begins_with_its_last_round() -> None:
    first, second = reopened("2026-03-03 09:00"), reopened("2026-03-05 09:00")
    of = ladder(
        claimed("2026-03-02 09:00"), first, claimed("2026-03-05 09:00", id_="d"), second, claimed("2026-03-06 09:00", id_="e")
    )
    assert of.begun_at == at("2026-03-05 09:00")
    assert [entry.id for entry in of.of_this_round()] == ["e"]
    plain = ladder(claimed("2026-03-02 09:00"))
    assert (plain.begun_at, plain.of_this_round()) == (None, plain.journal)


def test_a_matter_is_withdrawn_since_the_first_word_of_it_and_every_rung_knows() -> None:
    of = ladder(withdrawn("2026-03-06 09:00"), withdrawn("2026-03-05 09:00"))
    assert of.withdrawn_at == at("2026-03-05 09:00")
    assert {rung.withdrawn_at for rung in rungs(of, RECKONING, BELIEVING)} == {at("2026-03-05 09:00")}
    assert ladder().withdrawn_at is None
    assert {rung.withdrawn_at for rung in rungs(ladder(), RECKONING, BELIEVING)} == {None}


def test_a_ladder_is_known_by_the_units_that_it_was_before() -> None:
    of = ladder()
    assert (of.was("ZJJ"), of.was("CGJ")) == (True, False)
    of.formerly = ["CGJ"]
    assert (of.was("ZJJ"), of.was("CGJ"), of.was("SLJ")) == (True, True, False)


def test_approvals_of_an_earlier_round_do_not_count_in_the_next() -> None:
    early, late = "2026-03-25 09:00", "2026-03-27 09:00"
    entries = [approved(early), approved(late)]
    clocks = [clock("white", "2026-03-02", "2026-03-16", True), clock("yellow", "2026-03-17", "2026-03-24", True)]
    for begun, wanted in ((None, [early, late]), ("2026-03-26 09:00", [late]), (late, [])):
        of = ladder(*entries, *([reopened(begun)] if begun else []), slips=list(YELLOW), clocks=list(clocks))
        top = rungs(of, RECKONING, BELIEVING)[-1]
        found = standing_of(of, top, [])
        assert [approval.at for approval in found.approvals] == [at(when) for when in wanted]


def test_the_part_of_a_matter_that_was_done_again_was_given_then() -> None:
    assert rungs(ladder(), RECKONING, BELIEVING)[0].since < at("2000-01-01 00:00")
    again = ladder(reopened("2026-03-01 09:00"))
    assert rungs(again, RECKONING, BELIEVING)[0].since == at("2026-03-01 09:00")


def test_slips_that_fell_in_an_earlier_round_do_not_count_in_the_next() -> None:
    fell = {"standing": False, "state": "OVERTURNED", "ended_at": at("2026-03-18 09:00")}
    slips = [YELLOW[0], slip("YELLOW", "2026-03-17 00:00", **fell)]
    for begun, counts in ((None, True), ("2026-03-16 09:00", True), ("2026-03-17 00:00", False), ("2026-03-19 09:00", False)):
        of = ladder(approved("2026-03-20 09:00"), *([reopened(begun)] if begun else []), slips=list(slips))
        found = standing_of(of, rungs(of, RECKONING, BELIEVING)[-1], [])
        assert (found.fell_at is not None) is counts, begun
