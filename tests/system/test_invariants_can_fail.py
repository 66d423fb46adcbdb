"""The checks of `invariants.py` are tested themselves: a sound history passes all of them, and each fails on one bad sample."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

import invariants
import invariants_effects as effects
import pytest
from ground_rules.policy import load_policy
from invariants import INVARIANTS, Check, History
from invariants_effects import EFFECTS, broken

Row = dict[str, Any]
Damage = Callable[[History], None]

POLICY = load_policy({}, rehearsal=True)
PLACE = {"matter": "M-1", "unit": "ZJJ"}
BODIES = ("DISCIPLINE", "ASSESSMENT", "ORGANISATION")
NOW = datetime.fromisoformat("2026-06-30T00:00:00+08:00")


def slip(colour: str, issued: str, served: str, due: str, **more: Any) -> Row:
    times = {"issued_at": f"{issued}+08:00", "served_at": f"{served}+08:00", "due_instant": f"{due}T00:00:00+08:00"}
    found = PLACE | {"colour": colour, "renewal": 0, "state": "EXPIRED", "liability_date": issued[:10], "number": f"{colour}-1"}
    return found | times | more


def message(id_: str, name: str, at: str, **data: Any) -> Row:
    return {"id": id_, "type": f"{name}.v1", "time": f"{at}+08:00", "data": PLACE | data}


def fact(name: str, **data: Any) -> Row:
    known = {"external_ref": "M-1", "unit": "ZJJ"}
    return {"id": name, "type": f"{name}.v1", "time": "2026-04-01T00:00:00+08:00", "data": known | data}


def sound() -> History:
    """A ladder up to the red, with a rejected claim on the way and a review by somebody else."""
    slips = [
        slip("WHITE", "2026-03-02T09:00:00", "2026-03-02T10:00:00", "2026-03-17", ground="OVERDUE"),
        slip("YELLOW", "2026-03-18T10:00:00", "2026-03-18T11:00:00", "2026-03-26", state="DETERMINED"),
        slip("RED", "2026-03-26T10:00:00", "2026-03-26T11:00:00", "2026-04-03"),
    ]
    messages = [
        message("c-1", "completion.claimed", "2026-03-16T10:00:00", text="完成"),
        message("v-1", "completion.rejected", "2026-03-18T10:00:00", claim="c-1", verified_by="李文静"),
        message("d-1", "determination.made", "2026-03-26T09:00:00", decided_by="赵明远"),
        message("r-1", "review.decided", "2026-05-06T09:00:00", reviewers=["何敏"]),
    ]
    issued = {"standard": "完成", "limit": {"amount": 5, "unit": "WORKDAY"}}
    booked = {"entry_id": "e-1", "year": 2026, "amount": "-0.30"}
    closed = {"year": 2026, "totals": [{"unit": "ZJJ", "points": "-0.30"}]}
    published = [
        *(fact("escalation.slip.issued", colour=one["colour"], renewal=0, number=one["number"], **issued) for one in slips),
        *(fact("escalation.referral.created", body=body) for body in BODIES),
        fact("escalation.determination.made", decided_at="2026-03-26T09:00:00+08:00", progress_class="NO_MOVEMENT"),
        fact("scoring.score.deducted", **booked),
        fact("scoring.assessment.finalised", **closed),
    ]
    entry = PLACE | {"year": 2026, "amount": "-0.30", "kind": "DEDUCTION"}
    outcome = {
        "slips": slips,
        "score_entries": [entry],
        "balances": [{"unit": "ZJJ", "year": 2026, "points": "-0.30", "eligible": False}],
        "referrals": [PLACE | {"body": body, "state": "CREATED"} for body in BODIES],
        "restatements": [],
        "refusals": [],
        "deadlines": [PLACE | {"owner": "ASSIGNMENT", "state": "BREACHED", "due_instant": "2026-03-02T00:00:00+08:00"}],
    }
    return History(POLICY, messages, published, outcome, NOW)


def of(history: History, colour: str) -> Row:
    (found,) = (one for one in history.outcome["slips"] if one["colour"] == colour)
    return found


def finding(history: History) -> Row:
    (found,) = history.facts("escalation.determination.made")
    return found["data"]


def a_second_yellow(history: History) -> None:
    history.outcome["slips"].append(deepcopy(of(history, "YELLOW")) | {"issued_at": "2026-03-19T10:00:00+08:00"})


def a_second_deduction(history: History) -> None:
    history.outcome["score_entries"] *= 2
    history.outcome["balances"][0]["points"] = "-0.60"


def a_fallen_yellow_without_its_points(history: History) -> None:
    of(history, "YELLOW").update(state="WITHDRAWN", cause="x")


def another_balance(history: History) -> None:
    history.outcome["balances"][0]["points"] = "-0.31"


def a_balance_that_is_missing(history: History) -> None:
    history.outcome["balances"].clear()


def a_white_served_too_late(history: History) -> None:
    of(history, "WHITE")["served_at"] = "2026-03-20T10:00:00+08:00"


def a_white_never_served(history: History) -> None:
    of(history, "WHITE")["served_at"] = None


def a_finding_of_improvement(history: History) -> None:
    finding(history)["progress_class"] = "SUBSTANTIVE_IMPROVEMENT"


def a_finding_after_the_red(history: History) -> None:
    finding(history)["decided_at"] = "2026-03-27T09:00:00+08:00"


def an_improvement_found_last(history: History) -> None:
    later = {"decided_at": "2026-03-26T09:30:00+08:00", "progress_class": "SUBSTANTIVE_IMPROVEMENT"}
    history.published.append(fact("escalation.determination.made", **later))


def a_yellow_never_served(history: History) -> None:
    of(history, "YELLOW")["served_at"] = None


def an_empty_standard(history: History) -> None:
    history.published[0]["data"]["standard"] = " "


def no_limit(history: History) -> None:
    history.published[1]["data"]["limit"] = None


def a_verdict_that_came_after_the_yellow(history: History) -> None:
    history.messages[1]["arrivaltime"] = "2026-03-18T12:00:00+08:00"


def a_verdict_that_never_came(history: History) -> None:
    del history.messages[1]


def issued_while_suspended(history: History) -> None:
    history.published.insert(1, fact("escalation.clock.suspended", owner="SLIP:WHITE"))


def a_claim_that_was_verified(history: History) -> None:
    history.messages[1] |= {"type": "completion.verified.v1"}


def a_claim_that_came_late_and_was_verified(history: History) -> None:
    history.messages[0]["arrivaltime"] = "2026-03-17T20:00:00+08:00"
    a_claim_that_was_verified(history)


def work_that_was_done_before_the_assignment_ended(history: History) -> None:
    history.messages[0] |= {"time": "2026-03-01T10:00:00+08:00", "arrivaltime": "2026-03-02T12:00:00+08:00"}
    a_claim_that_was_verified(history)


def a_fall_without_a_cause(history: History) -> None:
    of(history, "RED").update(state="WITHDRAWN", cause=None)


def a_clock_that_nothing_waits_for(history: History) -> None:
    history.unwatched.append(PLACE | {"owner": "SLIP:RED"})


def an_entry_that_is_gone(history: History) -> None:
    history.outcome["score_entries"].clear()


def an_entry_that_was_changed(history: History) -> None:
    history.outcome["score_entries"][0]["amount"] = "-0.20"


def a_reversal_of_nothing(history: History) -> None:
    history.published.append(fact("scoring.score.reversed", reverses="e-9"))


def a_reversal_twice(history: History) -> None:
    history.published += [fact("scoring.score.reversed", reverses="e-1")] * 2


def a_reviewer_who_determined(history: History) -> None:
    history.messages[3]["data"]["reviewers"] = ["何敏", " 赵明远 "]


def a_referral_too_few(history: History) -> None:
    history.outcome["referrals"].pop()


def a_red_without_its_year(history: History) -> None:
    history.outcome["balances"][0]["eligible"] = True


def a_year_lost_without_a_red(history: History) -> None:
    of(history, "RED").update(state="VACATED_BY_CASCADE", cause="VACATED_BY_CASCADE")


# ---- effects


def a_reason_that_waits(history: History) -> None:
    history.published.insert(1, fact("escalation.justification.filed", owner="SLIP:WHITE", request="j-1"))


def a_slip_that_was_not_told(history: History) -> None:
    del history.published[0]


def a_referral_that_was_not_told(history: History) -> None:
    history.published.remove(history.facts("escalation.referral.created")[0])


def an_entry_that_was_told_only(history: History) -> None:
    history.published.append(fact("scoring.score.bonus_awarded", year=2026, amount="0.50"))


def a_gap_in_the_numbers(history: History) -> None:
    for number in (1, 3):
        history.published.append(
            fact("escalation.urge.sent") | {"source": "/duban/escalation", "subject": "m", "sequence": number}
        )


def a_limit_without_a_reason(history: History) -> None:
    history.unexplained.append(PLACE | {"owner": "SLIP:WHITE"})


def a_red_on_a_fallen_yellow(history: History) -> None:
    of(history, "YELLOW").update(state="OVERTURNED", cause="x")


def a_recall_without_a_fall(history: History) -> None:
    history.outcome["referrals"][0]["state"] = "RECALLED"


def a_fall_without_a_recall(history: History) -> None:
    of(history, "RED").update(state="OVERTURNED", cause="x")


def a_reversal_in_another_year(history: History) -> None:
    history.published.append(fact("scoring.score.reversed", entry_id="e-2", reverses="e-1", year=2027, amount="0.30"))


def a_reversal_of_another_amount(history: History) -> None:
    history.published.append(fact("scoring.score.reversed", entry_id="e-2", reverses="e-1", year=2026, amount="0.20"))


def points_in_another_year(history: History) -> None:
    history.outcome["score_entries"][0]["year"] = 2025


def a_deadline_that_a_calendar_shortened(history: History) -> None:
    ends = {"owner": "SLIP:WHITE", "deadline": "2026-03-15", "previous_deadline": "2026-03-16"}
    history.published.append(fact("escalation.clock.reprojected", **ends))


def a_closed_year_that_changed_silently(history: History) -> None:
    history.facts("scoring.assessment.finalised")[0]["data"]["totals"][0]["points"] = "-0.60"


def a_covert_inspection_that_is_named(history: History) -> None:
    plan = {"inspection": "I-1", "mode": "COVERT", "place": "某村", "team": {"leader": "组长"}}
    history.messages.append(message("i-1", "inspection.planned", "2026-03-01T09:00:00", **plan))
    history.published.append(fact("intake.inspection.planned", place="某村"))


def reminded_while_suspended(history: History) -> None:
    history.published += [fact(f"escalation.{name}", owner="SLIP:RED") for name in ("clock.suspended", "deadline.approaching")]


def breached_while_suspended(history: History) -> None:
    history.published += [fact(f"escalation.{name}", owner="SLIP:RED") for name in ("clock.suspended", "deadline.breached")]


SAMPLES: list[tuple[Check, Damage]] = [
    (invariants.one_slip_for_each_rung, a_second_yellow),
    (invariants.one_deduction_for_each_yellow, a_second_deduction),
    (invariants.one_deduction_for_each_yellow, a_fallen_yellow_without_its_points),
    (invariants.balances_are_sums, another_balance),
    (invariants.balances_are_sums, a_balance_that_is_missing),
    (invariants.no_yellow_without_a_served_white, a_white_served_too_late),
    (invariants.no_yellow_without_a_served_white, a_white_never_served),
    (invariants.no_red_without_a_determined_yellow, a_finding_of_improvement),
    (invariants.no_red_without_a_determined_yellow, a_finding_after_the_red),
    (invariants.no_red_without_a_determined_yellow, an_improvement_found_last),
    (invariants.no_red_without_a_determined_yellow, a_yellow_never_served),
    (invariants.every_slip_has_a_standard_and_a_limit, an_empty_standard),
    (invariants.every_slip_has_a_standard_and_a_limit, no_limit),
    (invariants.no_colour_while_a_claim_waits, a_verdict_that_came_after_the_yellow),
    (invariants.no_colour_while_a_claim_waits, a_verdict_that_never_came),
    (invariants.no_colour_while_suspended, issued_while_suspended),
    (invariants.no_colour_while_suspended, reminded_while_suspended),
    (invariants.no_colour_while_suspended, breached_while_suspended),
    (invariants.timely_work_leaves_no_standing_slip, a_claim_that_was_verified),
    (invariants.timely_work_leaves_no_standing_slip, a_claim_that_came_late_and_was_verified),
    (invariants.timely_work_leaves_no_standing_slip, work_that_was_done_before_the_assignment_ended),
    (invariants.fallen_slips_name_their_cause, a_fall_without_a_cause),
    (invariants.every_clock_has_a_next_action, a_clock_that_nothing_waits_for),
    (invariants.entries_are_only_added, an_entry_that_is_gone),
    (invariants.entries_are_only_added, an_entry_that_was_changed),
    (invariants.entries_are_only_added, a_reversal_of_nothing),
    (invariants.entries_are_only_added, a_reversal_twice),
    (invariants.reviewers_had_no_part_in_the_act, a_reviewer_who_determined),
    (invariants.reds_cost_the_year_and_go_to_three_bodies, a_referral_too_few),
    (invariants.reds_cost_the_year_and_go_to_three_bodies, a_red_without_its_year),
    (invariants.reds_cost_the_year_and_go_to_three_bodies, a_year_lost_without_a_red),
    (effects.no_colour_while_a_reason_waits, a_reason_that_waits),
    (effects.what_is_shown_was_told, a_slip_that_was_not_told),
    (effects.what_is_shown_was_told, a_referral_that_was_not_told),
    (effects.what_is_shown_was_told, an_entry_that_was_told_only),
    (effects.events_are_numbered_without_gaps, a_gap_in_the_numbers),
    (effects.every_limit_that_passed_has_a_reason, a_limit_without_a_reason),
    (effects.nothing_stands_on_a_fallen_slip, a_red_on_a_fallen_yellow),
    (effects.referrals_are_recalled_with_their_red, a_recall_without_a_fall),
    (effects.referrals_are_recalled_with_their_red, a_fall_without_a_recall),
    (effects.a_fall_gives_back_what_it_cost_in_its_own_year, a_reversal_in_another_year),
    (effects.a_fall_gives_back_what_it_cost_in_its_own_year, a_reversal_of_another_amount),
    (effects.points_belong_to_the_year_of_liability, points_in_another_year),
    (effects.a_served_deadline_is_never_shortened_by_a_calendar, a_deadline_that_a_calendar_shortened),
    (effects.a_closed_year_changes_only_by_restatements, a_closed_year_that_changed_silently),
    (effects.nothing_of_a_covert_inspection_is_told_before_its_conclusion, a_covert_inspection_that_is_named),
]


def test_a_sound_history_breaks_nothing() -> None:
    assert not broken(sound())


@pytest.mark.parametrize(("check", "damage"), SAMPLES, ids=[damage.__name__ for _, damage in SAMPLES])
def test_each_check_finds_its_bad_sample(check: Check, damage: Damage) -> None:
    history = sound()
    damage(history)
    assert list(check(history))


def test_every_check_has_a_bad_sample() -> None:
    assert {check for check, _ in SAMPLES} == {*INVARIANTS, *EFFECTS}


def test_a_late_claim_outside_its_window_is_not_believed_by_machine() -> None:
    history = sound()
    history.messages[0]["arrivaltime"] = "2026-03-25T10:00:00+08:00"
    a_claim_that_was_verified(history)
    assert not list(invariants.timely_work_leaves_no_standing_slip(history))


def test_what_has_not_arrived_yet_counts_for_nothing() -> None:
    history = sound()
    history.now = datetime.fromisoformat("2026-03-16T09:00:00+08:00")
    a_verdict_that_never_came(history)
    assert not list(invariants.no_colour_while_a_claim_waits(history))


@pytest.mark.parametrize(
    "end", [fact("escalation.justification.refused", request="j-1"), fact("escalation.clock.stopped", owner="SLIP:WHITE")]
)
def test_a_reason_that_was_decided_or_whose_limit_ended_does_not_hold_the_ladder(end: Row) -> None:
    history = sound()
    a_reason_that_waits(history)
    history.published.insert(2, end)
    assert not list(effects.no_colour_while_a_reason_waits(history))
