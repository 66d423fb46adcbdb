"""The scenario AC-20c of the domain model, a covert inspection and its conclusion, with every date in it, as rehearsals; and what
falls with a conclusion that a review overturns."""

from __future__ import annotations

import json
from typing import Any

from acceptance import Play, Played, local

SECRET = ("渭滨街道办事处办事大厅", "孙立群", "何佳", "周敏", "2026-07-06", "2026-07-08", "2026-07-10", "AF-20")
"""Place, team, collector, days and reference of the covert inspection."""


def told(played: Played, before: str) -> str:
    """Everything that was published at a time before an instant."""
    return "\n".join(json.dumps(event, ensure_ascii=False) for event in played.published if event["time"] < before)


def clock(played: Played, owner: str, matter: str = "JL-20") -> tuple[str, str]:
    row = played.one("deadlines", matter=matter, owner=owner)
    return row["deadline"], row["state"]


def test_ac20_nothing_of_a_covert_inspection_is_told_before_its_conclusion_is_served(play: Play) -> None:
    played = play("ac20-covert-inspection", "2026-08-31")
    assert told(played, "2026-07-17T01:00:00Z") == ""
    between = told(played, "2026-07-17T03:00:00Z")
    assert not [word for word in (*SECRET, "WT-1", "安置房") if word in between]
    after = told(played, "2026-07-17T03:00:01Z")
    assert not [word for word in SECRET if word not in after]


def test_ac20_rehearsed_until_the_day_before_the_conclusion_the_city_knows_of_nothing(play: Play) -> None:
    played = play("ac20-covert-inspection", "2026-07-16")
    assert played.published == []
    assert not any(played.outcome.values())


def test_ac20_the_unit_signs_for_its_conclusion_and_hears_then_what_it_says(play: Play) -> None:
    played = play("ac20-covert-inspection", "2026-07-18")
    served = played.rows("notices", kind="CONCLUSION")
    assert {(row["addressee"], local(row["served_at"]), row["mode"]) for row in served} == {
        ("HEAD", "2026-07-17 11:00", "SIGNED"),
        ("LIAISON", "2026-07-17 11:00", "SIGNED"),
    }
    assert {local(row["dispatched_at"]) for row in played.rows("notices", kind="DISCLOSURE")} == {"2026-07-17 11:00"}
    assert played.one("burden", unit="QDQ")["inspections"] == 1


def test_ac20_the_review_window_rolls_from_a_sunday_to_the_monday(play: Play) -> None:
    played = play("ac20-covert-inspection", "2026-08-31")
    assert clock(played, "REVIEW_WINDOW") == ("2026-08-17", "STOPPED")
    assert played.one("refusals")["code"] == "INADMISSIBLE_LATE"
    assert [e["type"] for e in played.published if ".conclusion." in e["type"] and e["time"] > "2026-08"] == [
        "escalation.conclusion.confirmed.v1",
        "escalation.conclusion.contest_refused.v1",
    ]


def test_ac20_unsigned_it_is_deemed_served_by_the_rule_and_told_only_then(play: Play) -> None:
    played = play("ac20-covert-inspection", "2026-08-31", lines=lambda lines: lines[:3])
    assert clock(played, "REVIEW_WINDOW")[0] == "2026-08-19"
    disclosed = [event["time"] for event in played.published if event["type"] == "intake.conclusion.disclosed.v1"]
    assert [local(time) for time in disclosed] == ["2026-07-21 00:00"]


def test_a_finding_becomes_one_matter_whose_source_points_back_to_the_conclusion(play: Play) -> None:
    played = play("ac20-covert-inspection", "2026-07-31")
    registered = [event["data"] for event in played.published if event["type"] == "intake.matter.registered.v1"]
    assert [(each["external_ref"], each["source"]["type"], each["source"]["number"]) for each in registered] == [
        ("JL-20/WT-1", "INSPECTION", "JL-20")
    ]
    assert registered[0]["source"]["clause"] == "WT-1"


def test_who_took_part_recuses_and_another_panel_overturns_with_all_that_stood_on_it(play: Play) -> None:
    played = play("ac20-covert-conclusion-overturned", "2026-12-31")
    assert [(row["id"], row["code"]) for row in played.outcome["refusals"]] == [("c7", "RECUSAL")]
    assert clock(played, "REVIEW") == ("2026-09-16", "STOPPED")
    assert {(row["colour"], row["state"]) for row in played.rows("slips")} == {
        ("WHITE", "WITHDRAWN"),
        ("YELLOW", "VACATED_BY_CASCADE"),
    }
    assert [row["amount"] for row in played.outcome["score_entries"]] == ["-0.30", "0.30"]
    assert played.one("balances", unit="QDQ")["points"] == "0.00"
    withdrawn = [event["data"]["external_ref"] for event in played.published if event["type"] == "intake.matter.withdrawn.v1"]
    assert withdrawn == ["JL-20/WT-1"]
    assert {row["addressee"] for row in played.rows("notices", kind="CONCLUSION_CHANGED")} == {"HEAD", "LIAISON"}


# ---------------------------------------------------------------- a campaign (domain.md D1)

CAMPAIGN = "d1-campaign-with-a-conclusion-for-each-unit"


def events(played: Played, name: str) -> list[dict[str, Any]]:
    return [event["data"] for event in played.published if event["type"] == f"{name}.v1"]


def test_a_campaign_is_one_item_for_each_unit_and_task_however_often_it_is_planned(play: Play) -> None:
    played = play(CAMPAIGN, "2026-08-31")
    first, amended = events(played, "intake.campaign.planned")
    assert len(first["items"]) == 4 and len(amended["items"]) == 6
    assert {item["item"] for item in first["items"]} < {item["item"] for item in amended["items"]}
    assert [(row["id"], row["code"]) for row in sorted(played.outcome["refusals"], key=lambda row: str(row["id"]))] == [
        ("k3", "AUTHORITY_MISSING"),
        ("k9", "AUTHORITY_MISSING"),
    ]


def test_a_campaign_counts_once_for_each_unit_and_its_visit_once_more(play: Play) -> None:
    played = play(CAMPAIGN, "2026-08-31")
    counted = {(row["unit"], row["month"]): row["inspections"] for row in played.outcome["burden"] if row["inspections"]}
    assert counted == {("QDQ", "2026-06"): 1, ("ZJJ", "2026-06"): 1, ("SLJ", "2026-06"): 2}


def test_its_bulletin_names_the_conclusions_and_is_corrected_when_one_is_varied(play: Play) -> None:
    played = play(CAMPAIGN, "2026-08-31")
    assert [(row["kind"], [item["matter"] for item in row["items"]]) for row in played.outcome["bulletins"]] == [
        ("PUBLISHED", ["JL-QDQ", "JL-ZJJ"]),
        ("CORRECTED", ["JL-QDQ"]),
    ]
    assert [each["conclusion"] for each in events(played, "notify.bulletin.corrected")[0]["conclusions"]] == ["JL-QDQ"]
    assert [each["external_ref"] for each in events(played, "intake.matter.registered")] == ["JL-QDQ/WT-1", "JL-QDQ/WT-2"]
    assert [each["external_ref"] for each in events(played, "intake.matter.withdrawn")] == ["JL-QDQ/WT-2"]
    assert clock(played, "REVIEW_WINDOW", "JL-ZJJ") == ("2026-08-03", "STOPPED")
