"""The scenarios AC-06, AC-07, AC-10, AC-11 (by review), AC-12, AC-14 and AC-19 of the domain model, as rehearsals, with both
branches of each and what is refused."""

from __future__ import annotations

import pytest
from acceptance import Play, Played, colours, local, local_day

YELLOW_BY_A_PERSON = '[approval]\nyellow = "required"\n'


def amounts(played: Played, unit: str, year: int) -> list[str]:
    """The entries of a unit's year, in order."""
    return [entry["amount"] for entry in played.rows("score_entries", unit=unit, year=year)]


def clock(played: Played, owner: str, unit: str) -> str:
    """The last day of a unit's only clock of this owner."""
    return str(played.one("deadlines", owner=owner, unit=unit)["deadline"])


def codes(played: Played) -> list[tuple[str, str]]:
    """Type and code of everything that was refused."""
    return [(row["type"], row["code"]) for row in played.outcome["refusals"]]


# ---------------------------------------------------------------- AC-06


def test_ac06_a_hearing_suspends_the_clock_and_the_remaining_days_survive(play: Play) -> None:
    played = play("ac06-hearing-suspends-the-clock", "2026-07-10")
    white = played.one("slips")
    assert (white["colour"], white["deadline"], white["state"]) == ("WHITE", "2026-07-03", "LIFTED")
    assert played.one("deadlines", owner="SLIP:WHITE")["suspended_days"] == 13
    assert not played.outcome["breaches"] and not played.outcome["score_entries"] and not played.outcome["refusals"]


def test_ac06_the_office_had_three_workdays_for_its_decision(play: Play) -> None:
    assert clock(play("ac06-hearing-suspends-the-clock", "2026-07-10"), "DECISION:JUSTIFICATION", "HBJ") == "2026-06-09"


def test_ac06_while_suspended_nobody_is_reminded(play: Play) -> None:
    played = play("ac06-hearing-suspends-the-clock", "2026-07-10")
    days = {local_day(notice["dispatched_at"]) for notice in played.rows("notices", kind="REMINDER")}
    assert days == {"2026-06-30", "2026-07-02"}


def test_ac06_a_reason_refused_in_time_leaves_the_deadline(play: Play) -> None:
    played = play("ac06-reason-refused-in-time", "2026-07-10")
    white = played.one("slips")
    assert (white["deadline"], white["state"]) == ("2026-06-15", "LIFTED")
    assert played.one("deadlines", owner="SLIP:WHITE")["suspended_days"] == 0


def test_ac06_a_reason_refused_after_the_deadline_makes_the_day_of_the_refusal_the_liability_date(play: Play) -> None:
    played = play("ac06-reason-refused-after-the-deadline", "2026-06-25")
    yellow = played.one("slips", colour="YELLOW")
    assert (yellow["liability_date"], yellow["ground"], yellow["deadline"]) == ("2026-06-18", "OVERDUE", "2026-06-26")
    assert local(yellow["issued_at"]) == "2026-06-18 11:00"
    assert not [row for row in played.outcome["breaches"] if local_day(row["at"]) < "2026-06-18"]
    assert amounts(played, "HBJ", 2026) == ["-0.30"]


def test_ac06_no_suspension_before_the_filing_and_no_reason_after_the_deadline(play: Play) -> None:
    played = play("ac06-refused-variants", "2026-06-17")
    assert sorted(codes(played)) == [
        ("justification.decided.v1", "SUSPENSION_BEFORE_FILING"),
        ("justification.filed.v1", "INADMISSIBLE_LATE"),
    ]
    assert colours(played) == (1, 0, 0)


# ---------------------------------------------------------------- AC-07


def test_ac07_a_partial_extension_moves_the_deadline_by_what_was_granted(play: Play) -> None:
    played = play("ac07-partial-extension-then-late", "2026-05-07")
    assert played.one("slips", colour="WHITE")["deadline"] == "2026-04-30"
    assert local(played.one("breaches", owner="SLIP:WHITE")["at"]) == "2026-05-01 00:00"
    yellow = played.one("slips", colour="YELLOW")
    assert (yellow["liability_date"], local_day(yellow["issued_at"])) == ("2026-05-06", "2026-05-06")
    assert played.one("balances", unit="SLJ", year=2026)["points"] == "-0.30"


def test_ac07_a_second_request_after_the_deadline_is_refused(play: Play) -> None:
    played = play("ac07-partial-extension-then-late", "2026-05-07")
    assert codes(played) == [("extension.requested.v1", "INADMISSIBLE_LATE")]


def test_ac07_the_second_workday_before_the_deadline_is_the_last_day_for_a_request(play: Play) -> None:
    full = play("ac07-full-extension-on-the-last-day", "2026-05-10")
    assert not full.outcome["refusals"]
    white = full.one("slips")
    assert (white["deadline"], white["state"]) == ("2026-05-07", "LIFTED")
    late = play("ac07-request-one-day-too-late", "2026-04-28")
    assert codes(late) == [("extension.requested.v1", "INADMISSIBLE_LATE")]
    assert late.one("slips", colour="YELLOW")["liability_date"] == "2026-04-28"


# ---------------------------------------------------------------- AC-10


def test_ac10_an_overturned_yellow_gives_its_points_back_in_its_own_year(play: Play) -> None:
    played = play("ac10-review-overturns", "2026-05-06", YELLOW_BY_A_PERSON)
    assert played.one("slips", colour="YELLOW")["state"] == "OVERTURNED"
    assert amounts(played, "ZJJ", 2026) == ["-0.30", "0.30"]
    balance = played.one("balances", unit="ZJJ", year=2026)
    assert (balance["points"], balance["eligible"]) == ("0.00", True)


def test_ac10_the_windows_of_filing_and_deciding_roll_over_holidays(play: Play) -> None:
    played = play("ac10-review-overturns", "2026-05-06", YELLOW_BY_A_PERSON)
    assert clock(played, "REVIEW_WINDOW", "ZJJ") == "2026-04-16"
    assert clock(played, "REVIEW", "ZJJ") == "2026-05-11"


def test_ac10_who_approved_the_yellow_may_not_review_it(play: Play) -> None:
    played = play("ac10-review-overturns", "2026-05-05", YELLOW_BY_A_PERSON)
    assert codes(played) == [("review.decided.v1", "RECUSAL")]
    assert played.one("slips", colour="YELLOW")["state"] == "LIFTED"
    assert played.one("score_entries")["state"] == "PROVISIONAL"


def test_ac10_the_bulletin_is_corrected_to_the_same_recipients(play: Play) -> None:
    bulletins = play("ac10-review-overturns", "2026-05-06", YELLOW_BY_A_PERSON).outcome["bulletins"]
    published, corrected = bulletins
    assert (published["kind"], corrected["kind"], corrected["corrects"]) == ("PUBLISHED", "CORRECTED", "TB2026-03")
    assert corrected["scope"] == published["scope"]


def test_ac10_a_review_filed_after_the_window_is_inadmissible_and_the_points_are_effective(play: Play) -> None:
    played = play("ac10-review-filed-too-late", "2026-05-06", YELLOW_BY_A_PERSON)
    assert codes(played) == [("review.filed.v1", "INADMISSIBLE_LATE")]
    assert played.one("score_entries")["state"] == "EFFECTIVE"


def test_ac10_a_review_filed_on_the_last_evening_keeps_the_points_provisional_until_it_is_decided(play: Play) -> None:
    before = play("ac10-review-upholds", "2026-05-05", YELLOW_BY_A_PERSON)
    assert before.one("score_entries")["state"] == "PROVISIONAL"
    after = play("ac10-review-upholds", "2026-05-06", YELLOW_BY_A_PERSON)
    assert not after.outcome["refusals"]
    assert (after.one("score_entries")["state"], after.one("slips", colour="YELLOW")["state"]) == ("EFFECTIVE", "LIFTED")


# ---------------------------------------------------------------- AC-11, by review


def test_ac11_with_the_overturned_yellow_the_red_and_its_consequences_fall(play: Play) -> None:
    played = play("ac11-yellow-overturned-with-its-red", "2026-05-31")
    yellow, red = played.one("slips", colour="YELLOW"), played.one("slips", colour="RED")
    assert (yellow["state"], red["state"], red["vacated_by"]) == ("OVERTURNED", "VACATED_BY_CASCADE", yellow["number"])
    assert amounts(played, "ZJJ", 2026) == ["-0.30", "0.30"]
    assert played.one("balances", unit="ZJJ", year=2026)["eligible"] is True
    assert [row["state"] for row in played.outcome["referrals"]] == ["RECALLED"] * 3


def test_ac11_while_the_review_runs_the_referrals_are_under_review(play: Play) -> None:
    played = play("ac11-yellow-overturned-with-its-red", "2026-05-05")
    assert [row["state"] for row in played.outcome["referrals"]] == ["UNDER_REVIEW"] * 3
    assert played.one("balances", unit="ZJJ", year=2026)["eligible"] is False


def test_ac11_the_events_of_the_cascade_have_one_correlation_and_the_order_of_their_causes(play: Play) -> None:
    published = play("ac11-yellow-overturned-with-its-red", "2026-05-31").published
    day = [event for event in published if "2026-05-06 00:00" < local(event["time"]) < "2026-05-07"]
    types = [event["type"].rpartition(".v")[0] for event in day]
    order = ["escalation.review.decided", "escalation.slip.overturned", "escalation.slip.vacated", "escalation.referral.recalled"]
    assert [types.index(name) for name in order] == sorted(types.index(name) for name in order)
    for consequence in ("scoring.score.reversed", "scoring.eligibility.restored"):
        assert types.index(consequence) > types.index("escalation.slip.overturned")
    assert len({event["correlationid"] for event in day}) == 1


def test_ac11_with_another_effective_red_the_year_stays_revoked(play: Play) -> None:
    played = play("ac11-overturned-beside-another-red", "2026-05-31")
    balance = played.one("balances", unit="ZJJ", year=2026)
    assert (balance["points"], balance["eligible"]) == ("-0.30", False)


# ---------------------------------------------------------------- AC-12


def test_ac12_a_closed_year_is_restated_and_the_next_one_untouched(play: Play) -> None:
    played = play("ac12-review-across-the-closing", "2026-03-01")
    assert played.one("slips", colour="WHITE")["deadline"] == "2025-12-22"
    yellow = played.one("slips", colour="YELLOW")
    assert (yellow["liability_date"], yellow["state"]) == ("2025-12-23", "OVERTURNED")
    assert (amounts(played, "SLJ", 2025), amounts(played, "SLJ", 2026)) == (["-0.30", "0.30"], [])
    restated = played.one("restatements")
    assert (restated["year"], restated["unit"], restated["amount"]) == (2025, "SLJ", "0.30")
    assert local_day(restated["at"]) == "2026-02-13"
    assert played.one("balances", unit="SLJ", year=2025)["total"] == "93.10"


def test_ac12_windows_roll_over_the_spring_festival(play: Play) -> None:
    played = play("ac12-review-across-the-closing", "2026-03-01")
    assert clock(played, "REVIEW_WINDOW", "SLJ") == "2026-01-22"
    assert clock(played, "REVIEW", "SLJ") == "2026-02-24"


def test_ac12_at_the_closing_the_entry_was_listed_as_pending(play: Play) -> None:
    played = play("ac12-review-across-the-closing", "2026-01-31")
    (closing,) = [event for event in played.published if event["type"] == "scoring.assessment.finalised.v1"]
    (line,) = [each for each in closing["data"]["totals"] if each["unit"] == "SLJ"]
    assert closing["data"]["pending"] == line["pending"]
    assert len(line["pending"]) == 1
    assert played.one("balances", unit="SLJ", year=2025)["total"] == "92.80"


# ---------------------------------------------------------------- AC-14


def test_ac14_a_lead_that_urged_and_reported_gets_the_days_that_it_waited(play: Play) -> None:
    played = play("ac14-lead-is-shielded", "2026-07-03")
    assert played.one("slips", unit="SLJ", colour="WHITE")["deadline"] == "2026-06-01"
    yellow = played.one("slips", unit="SLJ", colour="YELLOW")
    assert (yellow["liability_date"], yellow["state"]) == ("2026-06-02", "LIFTED")
    lead = played.one("slips", unit="ZJJ")
    assert (lead["colour"], lead["deadline"], lead["state"]) == ("WHITE", "2026-06-24", "LIFTED")
    assert (amounts(played, "SLJ", 2026), amounts(played, "ZJJ", 2026)) == (["-0.30"], [])
    assert not played.rows("breaches", unit="ZJJ")


@pytest.mark.parametrize("case", ["ac14-lead-did-neither", "ac14-lead-urged-too-late", "ac14-lead-did-not-report"])
def test_ac14_without_both_in_time_there_is_no_shield(play: Play, case: str) -> None:
    played = play(case, "2026-06-20")
    assert played.one("slips", unit="ZJJ", colour="WHITE")["deadline"] == "2026-06-15"
    assert played.one("slips", unit="ZJJ", colour="YELLOW")["liability_date"] == "2026-06-16"
    assert (amounts(played, "SLJ", 2026), amounts(played, "ZJJ", 2026)) == (["-0.30"], ["-0.30"])


# ---------------------------------------------------------------- AC-19


def test_ac19_the_years_total_is_exact_to_the_cent(play: Play) -> None:
    played = play("ac19-total-is-exact", "2026-12-31")
    assert sorted(amounts(played, "ZJJ", 2026)) == ["-0.30", "-0.30", "-0.30", "0.30", "0.50"]
    balance = played.one("balances", unit="ZJJ", year=2026)
    assert (balance["points"], balance["total"], balance["eligible"]) == ("-0.10", "96.30", True)
    assert played.one("score_entries", kind="BONUS")["amount"] == "0.50"


def test_ac19_a_red_costs_the_eligibility_and_no_points(play: Play) -> None:
    balance = play("ac19-a-red-costs-no-points", "2026-12-31").one("balances", unit="ZJJ", year=2026)
    assert (balance["total"], balance["eligible"]) == ("96.30", False)


def test_ac19_a_withdrawn_red_restores_the_eligibility_and_its_yellow_stays_deducted(play: Play) -> None:
    played = play("ac19-the-red-is-withdrawn", "2026-12-31")
    assert played.one("slips", colour="RED")["state"] == "WITHDRAWN"
    balance = played.one("balances", unit="ZJJ", year=2026)
    assert (balance["total"], balance["eligible"]) == ("96.30", True)
