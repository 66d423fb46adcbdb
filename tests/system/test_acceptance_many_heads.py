"""The scenario AC-15 of the domain model, three heads and one matter, with every date and number in it, as rehearsals."""

from __future__ import annotations

from acceptance import Play, Played, local

AT_ONCE = 'service = "immediate"\n'
CASES = {
    "ac15-three-heads-one-ladder": "2026-03-31",
    "ac15-reported-once-answered-three-times": "2026-06-30",
    "ac15-distinct-after-all": "2026-04-10",
}


def clock(played: Played, matter: str, owner: str) -> tuple[str, str]:
    row = played.one("deadlines", matter=matter, owner=owner)
    return row["deadline"], row["state"]


def test_ac15_the_second_and_third_head_are_suspected_and_merged(play: Play) -> None:
    played = play("ac15-three-heads-one-ladder", "2026-03-31", AT_ONCE)
    found = played.outcome["duplicates"]
    assert {(row["matter"], row["suspected_of"], row["outcome"]) for row in found} == {
        ("PS-15", "JY-15", "MERGE"),
        ("LY-15", "JY-15", "MERGE"),
    }
    assert all(50 <= row["score"] <= 100 for row in found)


def test_ac15_one_ladder_on_the_earliest_limit_and_three_reply_clocks(play: Play) -> None:
    played = play("ac15-three-heads-one-ladder", "2026-03-31", AT_ONCE)
    assert clock(played, "JY-15", "ASSIGNMENT") == ("2026-04-01", "STOPPED")
    assert clock(played, "JY-15", "REPLY") == ("2026-06-10", "RUNNING")
    assert clock(played, "PS-15", "REPLY") == ("2026-04-07", "RUNNING")
    assert clock(played, "LY-15", "REPLY") == ("2026-04-01", "RUNNING")
    assert clock(played, "PS-15", "ASSIGNMENT")[1] == clock(played, "LY-15", "ASSIGNMENT")[1] == "STOPPED"
    assert played.one("slips")["matter"] == "JY-15"


def test_ac15_a_second_white_is_refused_and_the_unit_is_burdened_once(play: Play) -> None:
    played = play("ac15-three-heads-one-ladder", "2026-03-31", AT_ONCE)
    assert [(row["type"], row["code"]) for row in played.outcome["refusals"]] == [("slip.proposed.v1", "DUPLICATE_LADDER")]
    row = played.one("burden", unit="SLJ", month="2026-03")
    assert (row["matters"], row["slips"], row["feedback"], row["inspections"]) == (1, 1, 0, 0)


def test_ac15_without_an_urging_the_joint_limit_breaches_once(play: Play) -> None:
    played = play("ac15-three-heads-one-ladder", "2026-04-30", AT_ONCE, lines=lambda lines: lines[:5])
    assert [(row["matter"], row["owner"], local(row["at"])) for row in played.outcome["breaches"]] == [
        ("JY-15", "ASSIGNMENT", "2026-04-02 00:00"),
        ("LY-15", "REPLY", "2026-04-02 00:00"),
        ("PS-15", "REPLY", "2026-04-08 00:00"),
        ("JY-15", "SLIP:WHITE", "2026-04-18 00:00"),
        ("JY-15", "SLIP:YELLOW", "2026-04-28 00:00"),
    ]
    assert {row["matter"] for row in played.outcome["slips"]} == {"JY-15"}


def test_ac15_the_unit_reports_once_and_closing_needs_three_answers(play: Play) -> None:
    played = play("ac15-reported-once-answered-three-times", "2026-06-30", AT_ONCE)
    assert clock(played, "JY-15", "ASSIGNMENT") == ("2026-04-01", "STOPPED")
    assert clock(played, "LY-15", "REPLY")[1] == clock(played, "PS-15", "REPLY")[1] == "STOPPED"
    assert clock(played, "JY-15", "REPLY") == ("2026-06-10", "BREACHED")
    assert [(row["matter"], row["owner"]) for row in played.outcome["breaches"]] == [("JY-15", "REPLY")]
    assert played.outcome["slips"] == [] and played.outcome["score_entries"] == []
    closed = [event for event in played.published if event["type"] == "intake.matter.closed.v1"]
    assert [(event["data"]["external_ref"], local(event["time"])) for event in closed] == [("JY-15", "2026-06-12 09:00")]


def test_ac15_an_instruction_that_was_another_matter_after_all_has_its_own_ladder_again(play: Play) -> None:
    played = play("ac15-distinct-after-all", "2026-04-10", AT_ONCE)
    assert played.one("duplicates", matter="PS-15")["outcome"] == "DISTINCT"
    assert played.one("duplicates", matter="LY-15", suspected_of="JY-15")["outcome"] == "MERGE"
    assert clock(played, "PS-15", "ASSIGNMENT") == ("2026-04-07", "BREACHED")
    assert clock(played, "JY-15", "ASSIGNMENT") == ("2026-04-01", "BREACHED")
    assert {(row["matter"], row["colour"]) for row in played.outcome["slips"]} == {("JY-15", "WHITE"), ("PS-15", "WHITE")}
    assert [event["type"] for event in played.published if "unmerged" in event["type"]] == ["intake.matter.unmerged.v1"]
