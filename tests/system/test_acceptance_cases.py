"""The scenarios AC-01, AC-02 and AC-03 of the domain model, with every date and number in them, as rehearsals.

The files under `cases/` are read as a user's would be; each must give the same outcome with its lines shuffled and repeated.
"""

from __future__ import annotations

import pytest
from acceptance import Play, colours, local, local_day

# ---------------------------------------------------------------- AC-01


def test_ac01_a_white_done_in_time_is_lifted_and_costs_nothing(play: Play) -> None:
    played = play("ac01-white-done-in-time", "2026-04-30")
    white = played.one("slips", colour="WHITE")
    assert (white["matter"], white["unit"], white["renewal"]) == ("DC2026-017", "ZJJ", 0)
    assert white["served_on"] == "2026-03-02"
    assert local(white["served_at"]) == "2026-03-02 09:50"
    assert white["deadline"] == "2026-03-16"
    assert white["due_instant"] == "2026-03-16T16:00:00Z"
    assert white["state"] == "LIFTED"
    assert local(white["ended_at"]) == "2026-03-13 15:20"
    assert colours(played) == (1, 0, 0)
    assert not played.rows("score_entries")
    assert not played.rows("balances", eligible=False)
    assert not played.rows("breaches")
    assert not played.rows("refusals")


def test_ac01_notices_are_the_white_two_reminders_and_the_lifting(play: Play) -> None:
    played = play("ac01-white-done-in-time", "2026-04-30")
    white = played.rows("notices", kind="SLIP", colour="WHITE")
    assert {notice["addressee"] for notice in white} == {"LIAISON", "HEAD"}
    assert {notice["mode"] for notice in white} == {"SIGNED"}
    reminders = played.rows("notices", kind="REMINDER")
    assert {local_day(notice["dispatched_at"]) for notice in reminders} == {"2026-03-11", "2026-03-13"}
    assert {notice["addressee"] for notice in reminders} == {"LIAISON", "HEAD"}
    assert len({notice["dispatched_at"] for notice in reminders}) == 2
    assert {notice["addressee"] for notice in played.rows("notices", kind="SLIP_LIFTED")} >= {"LIAISON", "HEAD"}


def test_ac01_the_lifting_is_published_with_the_day_of_the_claim(play: Play) -> None:
    played = play("ac01-white-done-in-time", "2026-04-30")
    lifted = [event for event in played.published if event["type"] == "escalation.slip.lifted.v1"]
    assert [local(event["data"]["lifted_at"]) for event in lifted] == ["2026-03-13 15:20"]


# ---------------------------------------------------------------- AC-02


def test_ac02_a_white_that_runs_out_becomes_a_yellow_on_the_next_workday(play: Play) -> None:
    played = play("ac02-white-then-yellow", "2026-04-16")
    breach = played.one("breaches", owner="SLIP:WHITE")
    assert local(breach["at"]) == "2026-03-17 00:00"
    assert played.one("slips", colour="WHITE")["state"] in ("EXPIRED", "DETERMINED")
    yellow = played.one("slips", colour="YELLOW")
    assert (yellow["ground"], yellow["renewal"]) == ("OVERDUE", 0)
    assert yellow["liability_date"] == "2026-03-17"
    assert local_day(yellow["issued_at"]) == "2026-03-17"
    assert (yellow["served_on"], yellow["deadline"], yellow["due_instant"]) == (
        "2026-03-17",
        "2026-03-24",
        "2026-03-24T16:00:00Z",
    )
    assert yellow["state"] == "LIFTED"
    assert local(yellow["ended_at"]) == "2026-03-23 16:40"
    assert colours(played) == (1, 1, 0)


def test_ac02_the_deduction_is_provisional_until_the_review_window_ends(play: Play) -> None:
    entry = play("ac02-white-then-yellow", "2026-04-16").one("score_entries")
    assert (entry["unit"], entry["year"], entry["amount"], entry["kind"], entry["colour"]) == (
        "ZJJ",
        2026,
        "-0.30",
        "DEDUCTION",
        "YELLOW",
    )
    assert entry["state"] == "PROVISIONAL"
    played = play("ac02-white-then-yellow", "2026-04-17")
    assert played.one("score_entries")["state"] == "EFFECTIVE"
    assert played.one("deadlines", owner="REVIEW_WINDOW")["deadline"] == "2026-04-16"
    balance = played.one("balances", unit="ZJJ", year=2026)
    assert (balance["points"], balance["eligible"]) == ("-0.30", True)


def test_ac02_the_yellow_goes_to_head_and_liaison_with_a_copy_to_the_assessment_office(play: Play) -> None:
    notices = play("ac02-white-then-yellow", "2026-04-17").rows("notices", kind="SLIP", colour="YELLOW")
    assert {notice["addressee"] for notice in notices} == {"LIAISON", "HEAD", "ASSESSMENT"}
    assert {local_day(notice["dispatched_at"]) for notice in notices} == {"2026-03-17"}


# ---------------------------------------------------------------- AC-03

FULL = [("ac03-full-ladder", ""), ("ac03-no-movement-found-by-machine", '[approval]\nred = "auto"\n')]


@pytest.mark.parametrize(("case", "policy"), FULL, ids=["determined and approved", "found by machine"])
def test_ac03_the_full_ladder_in_the_year_of_the_source_document(play: Play, case: str, policy: str) -> None:
    played = play(case, "2017-04-05", policy)
    assert colours(played) == (1, 1, 1)
    white, yellow, red = (played.one("slips", colour=colour) for colour in ("WHITE", "YELLOW", "RED"))
    assert (white["served_on"], white["deadline"]) == ("2017-03-06", "2017-03-20")
    assert (yellow["liability_date"], yellow["served_on"], yellow["deadline"]) == ("2017-03-21", "2017-03-21", "2017-03-28")
    assert (red["ground"], red["liability_date"], local_day(red["issued_at"])) == ("NO_MOVEMENT", "2017-03-29", "2017-03-29")
    assert (red["served_on"], red["deadline"], red["due_instant"]) == ("2017-03-29", "2017-04-06", "2017-04-06T16:00:00Z")
    assert {local(row["at"]) for row in played.rows("breaches")} == {"2017-03-21 00:00", "2017-03-29 00:00"}
    urged = [local(notice["dispatched_at"]) for notice in played.rows("notices", kind="URGE", addressee="LIAISON")]
    assert urged[-1] == "2017-03-24 09:30"


@pytest.mark.parametrize(("case", "policy"), FULL, ids=["determined and approved", "found by machine"])
def test_ac03_costs_030_once_and_the_years_eligibility(play: Play, case: str, policy: str) -> None:
    played = play(case, "2017-04-05", policy)
    assert [entry["amount"] for entry in played.rows("score_entries", unit="QDQ", year=2017)] == ["-0.30"]
    balance = played.one("balances", unit="QDQ", year=2017)
    assert (balance["points"], balance["eligible"]) == ("-0.30", False)


@pytest.mark.parametrize(("case", "policy"), FULL, ids=["determined and approved", "found by machine"])
def test_ac03_the_red_and_its_three_referrals_are_one_act(play: Play, case: str, policy: str) -> None:
    played = play(case, "2017-04-05", policy)
    assert {(row["body"], row["kind"], row["state"]) for row in played.outcome["referrals"]} == {
        ("DISCIPLINE", "EFFICACY_SUPERVISION", "CREATED"),
        ("ASSESSMENT", "EXCELLENCE_REVOCATION", "CREATED"),
        ("ORGANISATION", "ORGANISATIONAL_MEASURE", "CREATED"),
    }
    assert len(played.outcome["referrals"]) == 3
    acts = [event for event in played.published if event["type"].startswith("escalation.")]
    issued = next(
        n for n, event in enumerate(acts) if event["type"] == "escalation.slip.issued.v1" and event["data"]["colour"] == "RED"
    )
    together = acts[issued : issued + 4]
    assert [event["type"] for event in together[1:]] == ["escalation.referral.created.v1"] * 3
    assert len({event["recordedtime"] for event in together}) == 1


def test_ac03_the_red_waits_for_its_approval(play: Play) -> None:
    def without_approval(lines: list[str]) -> list[str]:
        return [line for line in lines if not ('"slip.approved.v1"' in line and '"RED"' in line)]

    played = play("ac03-full-ladder", "2017-04-05", lines=without_approval)
    assert not [slip for slip in played.rows("slips", colour="RED") if slip["issued_at"]]
    assert not played.rows("referrals")
    assert not played.rows("balances", eligible=False)
