"""The scenarios AC-09, AC-11 and AC-16 of the domain model, with every date and number in them, as rehearsals.

What undoes a yellow here is a withdrawal by the level above; a review that overturns it has the same consequences.
"""

from __future__ import annotations

import pytest
from acceptance import Play, Played, colours, local, local_day

MORNING = 'issue_time = "08:30"\n'


def states(played: Played, colour: str) -> list[str]:
    """How the slips of a colour ended, in order of issue."""
    return [slip["state"] for slip in played.rows("slips", colour=colour)]


# ---------------------------------------------------------------- AC-09


def test_ac09_improvement_renews_the_yellow_under_its_number(play: Play) -> None:
    played = play("ac09-improvement-is-not-red", "2026-08-07")
    assert played.one("slips", colour="WHITE")["deadline"] == "2026-07-15"
    first, second = played.rows("slips", colour="YELLOW")
    assert (first["renewal"], first["liability_date"], first["deadline"]) == (0, "2026-07-16", "2026-07-23")
    assert local_day(first["issued_at"]) == local_day(first["served_at"]) == "2026-07-16"
    assert (second["renewal"], second["served_on"], second["deadline"]) == (1, "2026-07-24", "2026-07-31")
    assert second["number"] == first["number"]
    assert second["state"] == "LIFTED"
    assert local(second["ended_at"]) == "2026-07-30 10:00"


def test_ac09_a_renewal_costs_nothing_more_and_the_unit_stays_eligible(play: Play) -> None:
    played = play("ac09-improvement-is-not-red", "2026-08-07")
    assert [entry["amount"] for entry in played.outcome["score_entries"]] == ["-0.30"]
    balance = played.one("balances", unit="QDQ", year=2026)
    assert (balance["points"], balance["eligible"]) == ("-0.30", True)
    assert not played.outcome["referrals"]


def test_ac09_a_red_against_the_finding_is_refused(play: Play) -> None:
    played = play("ac09-improvement-is-not-red", "2026-08-07")
    refusal = played.one("refusals")
    assert (refusal["code"], refusal["type"]) == ("RED_BARRED", "slip.approved.v1")
    assert not played.rows("slips", colour="RED")


def test_ac09_after_the_last_renewal_a_new_finding_and_an_approval_make_the_red(play: Play) -> None:
    played = play("ac09-no-movement-after-the-renewal", "2026-08-10")
    red = played.one("slips", colour="RED")
    assert (red["ground"], red["liability_date"], red["deadline"]) == ("NO_MOVEMENT", "2026-08-03", "2026-08-10")
    assert local(red["issued_at"]) == "2026-08-03 10:00"
    assert [entry["amount"] for entry in played.outcome["score_entries"]] == ["-0.30"]
    assert played.one("balances", unit="QDQ")["eligible"] is False


def test_ac09_after_the_last_renewal_there_is_no_red_without_the_approval(play: Play) -> None:
    def without(lines: list[str]) -> list[str]:
        return [line for line in lines if not ('"slip.approved.v1"' in line and '"RED"' in line)]

    assert colours(play("ac09-no-movement-after-the-renewal", "2026-08-10", lines=without)) == (1, 2, 0)


# ---------------------------------------------------------------- AC-11


def test_ac11_the_ladder_goes_on_to_the_red(play: Play) -> None:
    played = play("ac11-yellow-then-red", "2026-03-31")
    assert played.one("slips", colour="YELLOW")["deadline"] == "2026-03-24"
    red = played.one("slips", colour="RED")
    assert (red["liability_date"], red["deadline"]) == ("2026-03-25", "2026-04-01")
    assert local_day(red["issued_at"]) == "2026-03-25"
    balance = played.one("balances", unit="ZJJ", year=2026)
    assert (balance["points"], balance["eligible"]) == ("-0.30", False)
    assert [row["state"] for row in played.outcome["referrals"]] == ["CREATED"] * 3


def test_ac11_with_its_yellow_the_red_falls_and_everything_is_repaired(play: Play) -> None:
    played = play("ac11-yellow-withdrawn-with-its-red", "2026-05-31")
    assert (states(played, "WHITE"), states(played, "YELLOW"), states(played, "RED")) == (
        ["EXPIRED"],
        ["WITHDRAWN"],
        ["VACATED_BY_CASCADE"],
    )
    red, yellow = played.one("slips", colour="RED"), played.one("slips", colour="YELLOW")
    assert red["vacated_by"] == yellow["number"]
    assert [(entry["amount"], entry["year"]) for entry in played.outcome["score_entries"]] == [("-0.30", 2026), ("0.30", 2026)]
    balance = played.one("balances", unit="ZJJ", year=2026)
    assert (balance["points"], balance["eligible"]) == ("0.00", True)
    assert [row["state"] for row in played.outcome["referrals"]] == ["RECALLED"] * 3


def test_ac11_the_consequences_come_in_causal_order_under_one_correlation(play: Play) -> None:
    published = play("ac11-yellow-withdrawn-with-its-red", "2026-05-31").published
    day = [event for event in published if "2026-05-06 00:00" < local(event["time"]) < "2026-05-07"]
    types = [event["type"] for event in day]
    first = types.index("escalation.slip.withdrawn.v1")
    for later in ("scoring.score.reversed.v1", "scoring.eligibility.restored.v1"):
        assert types.index(later) > first
    assert len({event["correlationid"] for event in day}) == 1
    fallen = ("escalation.slip.withdrawn.v1", "escalation.slip.vacated.v1")
    assert [(event["type"], event["data"]["colour"]) for event in day if event["type"] in fallen] == [
        (fallen[0], "YELLOW"),
        (fallen[1], "RED"),
    ]


def test_ac11_another_effective_red_keeps_the_year_revoked(play: Play) -> None:
    played = play("ac11-another-red-of-the-year-stands", "2026-05-31")
    balance = played.one("balances", unit="ZJJ", year=2026)
    assert (balance["points"], balance["eligible"]) == ("-0.30", False)
    assert sorted(row["state"] for row in played.outcome["referrals"]) == ["CREATED"] * 3 + ["RECALLED"] * 3


# ---------------------------------------------------------------- AC-16


def test_ac16_a_claim_in_time_that_arrives_before_the_issue_leaves_no_slip(play: Play) -> None:
    played = play("ac16-claim-in-time-arrives-before-the-issue", "2026-03-31", MORNING)
    assert colours(played) == (1, 0, 0)
    white = played.one("slips")
    assert (white["state"], local(white["ended_at"])) == ("LIFTED", "2026-03-16 23:50")
    assert not played.outcome["score_entries"] and not played.outcome["breaches"]


def test_ac16_one_that_arrives_after_the_issue_withdraws_the_yellow_by_itself(play: Play) -> None:
    played = play("ac16-claim-in-time-arrives-after-the-issue", "2026-03-31", MORNING)
    yellow = played.one("slips", colour="YELLOW")
    assert local(yellow["issued_at"]) == "2026-03-17 08:30"
    assert (yellow["state"], yellow["cause"]) == ("WITHDRAWN", "LATE_ARRIVING_TIMELY_COMPLETION")
    assert local(yellow["ended_at"]) == "2026-03-18 09:00"
    assert [entry["amount"] for entry in played.outcome["score_entries"]] == ["-0.30", "0.30"]
    assert played.one("balances", unit="ZJJ")["points"] == "0.00"
    assert states(played, "WHITE") == ["LIFTED"]


def test_ac16_one_that_came_late_and_is_rejected_leads_to_a_new_yellow(play: Play) -> None:
    played = play("ac16-claim-in-time-arrives-late-and-is-rejected", "2026-03-31", MORNING)
    first, second = played.rows("slips", colour="YELLOW")
    assert (first["state"], first["ground"]) == ("WITHDRAWN", "OVERDUE")
    assert (second["ground"], second["liability_date"]) == ("BELOW_STANDARD", "2026-03-19")
    assert [entry["amount"] for entry in played.outcome["score_entries"]] == ["-0.30", "0.30", "-0.30"]


@pytest.mark.parametrize("service", ["intake", "notify", "escalation", "scoring"])
def test_ac16_a_service_that_is_down_around_the_deadline_changes_nothing_in_the_end(play: Play, service: str) -> None:
    outage = (
        f'[[rehearsal.outages]]\nservice = "{service}"\nfrom = "2026-03-16T23:00:00+08:00"\nuntil = "2026-03-17T01:00:00+08:00"\n'
    )
    for case in ("ac02-white-then-yellow", "ac16-claim-in-time-arrives-before-the-issue"):
        calm, troubled = (play(case, "2026-04-17", MORNING + more).outcome for more in ("", outage))
        assert troubled == calm
