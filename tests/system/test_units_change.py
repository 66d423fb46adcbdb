"""Units merge, split and are renamed while matters are open (domain.md B3): the ladder goes on under whoever succeeds."""

from __future__ import annotations

from typing import Any

import pytest
from acceptance import Played, PlayLines, local, said, seen, shaken


def unit(code: str, since: str = "2010-01-01", **more: Any) -> dict[str, Any]:
    return {"code": code, "name": code, "kind": "DEPARTMENT", "valid_from": since, **more}


def units(*rows: dict[str, Any], at: str = "2026-06-01 09:00", **more: Any) -> str:
    return said("units.published", "OFFICE", at, units=list(rows), **more)


RENAMED = (unit("ZJJ", valid_to="2026-06-30", successor="ZGJ"), unit("ZGJ", "2026-07-01"), unit("SLJ"))
MERGED = (unit("ZJJ", valid_to="2026-06-30", successor="SLJ"), unit("SLJ"))


def part(code: str, role: str = "LEAD", days: int = 5) -> dict[str, Any]:
    return {"unit": code, "role": role, "deliverable": "报告", "limit": {"amount": days, "unit": "WORKDAY"}}


def matter(ref: str, *parts: dict[str, Any], at: str = "2026-06-10 09:00", **more: Any) -> str:
    source = {"type": "DOCUMENT", "number": ref}
    return said(
        "matter.submitted",
        "OFFICE",
        at,
        external_ref=ref,
        title=ref,
        source=source,
        standard="完成",
        assignments=[*parts],
        **more,
    )


def signed(code: str, at: str, colour: str | None = None, ref: str = "M1") -> str:
    more = {"colour": colour} if colour else {}
    return said("notice.signed", code, at, matter=ref, unit=code, signed_by="张三", **more)


WHITE_UNDER_ZJJ = [
    matter("M1", part("ZJJ")),
    signed("ZJJ", "2026-06-10 10:00"),
    signed("ZJJ", "2026-06-18 10:00", "WHITE"),
]
"""The white of 18 June runs to Friday 3 July, across the change of 1 July."""


def slips(played: Played) -> list[tuple[str, str, str, str]]:
    return [(row["unit"], row["colour"], row["deadline"], row["state"]) for row in played.outcome["slips"]]


def test_the_running_slip_keeps_its_limit_and_the_successor_gets_the_next_colour(play_lines: PlayLines) -> None:
    played = play_lines([units(*RENAMED), *WHITE_UNDER_ZJJ], "2026-07-07")
    assert slips(played)[0] == ("ZGJ", "WHITE", "2026-07-03", "EXPIRED")
    yellow = played.one("slips", colour="YELLOW")
    assert (yellow["unit"], yellow["liability_date"], local(yellow["issued_at"])) == ("ZGJ", "2026-07-06", "2026-07-06 00:00")
    assert played.outcome["balances"] == [{"unit": "ZGJ", "year": 2026, "points": "-0.30", "eligible": True}]


def test_the_successor_is_told_what_it_goes_on_with_and_gets_the_reminders(play_lines: PlayLines) -> None:
    played = play_lines([units(*RENAMED), *WHITE_UNDER_ZJJ], "2026-07-03")
    told = played.rows("notices", unit="ZGJ", addressee="HEAD")
    assert [(row["kind"], local(row["dispatched_at"])) for row in told] == [
        ("ASSIGNMENT", "2026-07-01 00:00"),
        ("REMINDER", "2026-07-02 08:30"),
    ]


def test_what_the_old_unit_said_before_its_end_counts_however_late_it_comes(play_lines: PlayLines) -> None:
    late = said("completion.claimed", "ZJJ", "2026-06-29 17:00", arrives="2026-07-02 09:00", matter="M1", unit="ZJJ", text="完成")
    found = said("completion.verified", "OFFICE", "2026-07-03 09:00", matter="M1", unit="ZJJ", verified_by="李四")
    played = play_lines([units(*RENAMED), *WHITE_UNDER_ZJJ, late, found], "2026-07-20")
    assert slips(played) == [("ZGJ", "WHITE", "2026-07-03", "LIFTED")]
    assert played.outcome["refusals"] == []


def test_after_its_end_the_old_unit_is_told_who_speaks(play_lines: PlayLines) -> None:
    old = said("completion.claimed", "ZJJ", "2026-07-02 10:00", id_="old", matter="M1", unit="ZJJ", text="完成")
    asks = said("extension.requested", "ZJJ", "2026-07-01 10:00", id_="asks", matter="M1", unit="ZJJ", days=2, reason="等")
    new = said("completion.claimed", "ZGJ", "2026-07-02 11:00", matter="M1", unit="ZGJ", text="完成")
    played = play_lines([units(*RENAMED), *WHITE_UNDER_ZJJ, old, asks, new], "2026-07-20")
    assert {row["id"]: row["code"] for row in played.outcome["refusals"]} == {"old": "UNKNOWN_UNIT", "asks": "UNKNOWN_UNIT"}
    assert all("ZGJ" in row["detail"] for row in played.outcome["refusals"])
    assert len(played.outcome["slips"]) == 1


def test_units_that_become_one_go_on_with_one_ladder_to_the_earlier_end(play_lines: PlayLines) -> None:
    lines = [
        units(*MERGED),
        matter("M1", part("ZJJ", days=30), part("SLJ", "SUPPORTING", 25)),
        signed("ZJJ", "2026-06-10 10:00"),
        signed("SLJ", "2026-06-11 10:00"),
    ]
    played = play_lines(lines, "2026-07-01")
    kept = [(row["unit"], row["state"], row["deadline"]) for row in played.rows("deadlines", owner="ASSIGNMENT")]
    assert sorted(kept) == [("SLJ", "RUNNING", "2026-07-17"), ("ZJJ", "STOPPED", "2026-07-23")]
    moved = [event["data"] for event in played.published if event["type"] == "intake.assignment.moved.v1"]
    assert [(data["unit"], data["successor"], data["role"], data["joined"]) for data in moved] == [("ZJJ", "SLJ", "LEAD", True)]


def test_a_matter_for_a_unit_that_is_not_there_is_refused_by_name(play_lines: PlayLines) -> None:
    lines = [
        matter("EARLY", part("WJW"), at="2026-05-20 09:00"),
        units(*RENAMED),
        matter("ENDED", part("ZJJ"), at="2026-07-01 09:00", id_="ended"),
        matter("UNKNOWN", part("SLJ"), part("YYY", "SUPPORTING"), id_="unknown"),
        matter("SOON", part("ZGJ"), id_="soon"),
    ]
    played = play_lines(lines, "2026-07-02")
    assert {row["id"]: row["code"] for row in played.outcome["refusals"]} == dict.fromkeys(
        ("ended", "unknown", "soon"), "UNKNOWN_UNIT"
    )


def test_a_matter_from_before_the_change_that_comes_after_it_follows_at_once(play_lines: PlayLines) -> None:
    late = matter("M1", part("ZJJ"), at="2026-06-30 17:00", arrives="2026-07-02 09:00")
    played = play_lines([units(*RENAMED), late], "2026-07-10")
    assert {row["unit"] for row in played.rows("deadlines", owner="ASSIGNMENT")} == {"ZGJ"}


def test_a_list_that_cannot_be_is_refused_and_changes_nothing(play_lines: PlayLines) -> None:
    lines = [
        units(*RENAMED),
        units(unit("ZJJ", valid_to="2026-06-20", successor="NOBODY"), at="2026-06-02 09:00", id_="no-heir"),
        units(unit("AMY", kind="COMPANY"), at="2026-06-03 09:00", id_="a-company"),
        units(unit("SLJ"), at="2026-05-31 09:00", id_="older"),
        *WHITE_UNDER_ZJJ,
    ]
    played = play_lines(lines, "2026-07-07")
    refused = {row["id"]: row["code"] for row in played.outcome["refusals"]}
    assert refused == {"no-heir": "SCHEMA_INVALID", "a-company": "SCHEMA_INVALID"}
    assert {row["unit"] for row in played.outcome["slips"]} == {"ZGJ"}


@pytest.mark.parametrize("seed", [1, 2])
def test_order_and_repetition_change_nothing(play_lines: PlayLines, seed: int) -> None:
    lines = [units(*RENAMED), *WHITE_UNDER_ZJJ, matter("M2", part("SLJ", days=20))]
    assert seen(play_lines(shaken(seed)(lines), "2026-08-15")) == seen(play_lines(lines, "2026-08-15"))


def test_points_of_the_year_follow_the_successor_and_those_of_the_year_before_stay(play_lines: PlayLines) -> None:
    lines = [
        units(*RENAMED, at="2025-06-01 09:00"),
        matter("OLD", part("ZJJ"), at="2025-11-03 09:00"),
        matter("NEW", part("ZJJ"), at="2026-02-02 09:00"),
    ]
    played = play_lines(lines, "2026-07-05", '[limits]\nwhite = {amount = 5, unit = "WORKDAY"}\n')
    sums = {(row["unit"], row["year"]): row["points"] for row in played.outcome["balances"]}
    assert sums == {("ZJJ", 2025): "-0.30", ("ZGJ", 2026): "-0.30"}
    assert {row["unit"] for row in played.rows("slips", matter="NEW")} == {"ZGJ"}
