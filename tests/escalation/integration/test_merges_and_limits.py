"""What a merge does to limits beyond the earliest end: the unit is told, and a standing matter gets one (domain.md d.10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from event_contracts import intake

A, B = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
REFS = {A: "A", B: "B"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def begin(city: Any, matter: str, day: str, days: int) -> None:
    city.say(city.registered("ZJJ", matter, REFS[matter], days=days), at(f"{day} 09:00"))
    city.serve(at(f"{day} 09:00"), matter=matter)


def begin_standing(city: Any, day: str) -> None:
    """Supervision without an end of its own leads."""
    plain = city.registered("ZJJ", A, REFS[A])
    items = [replace(plain.assignments[0], limit=None)]
    city.say(replace(plain, assignments=items, source=intake.SourceRecord(type="EIGHT_RULES")), at(f"{day} 09:00"))
    city.serve(at(f"{day} 09:00"), matter=A)


def merge(city: Any, when: str, revision: int = 1) -> None:
    about = {"matter_id": B, "external_ref": REFS[B], "submitted_by": "OFFICE", "revision": revision}
    fact = intake.MatterMerged(**about, into=A, into_ref=REFS[A], units=["ZJJ"], merged_at=at(when))
    city.say(fact, at(when))


def part(city: Any, when: str, revision: int = 2) -> None:
    about = {"matter_id": B, "external_ref": REFS[B], "submitted_by": "OFFICE", "revision": revision}
    city.say(intake.MatterUnmerged(**about, out_of=A, out_of_ref=REFS[A], unmerged_at=at(when)), at(when))


def clock(city: Any, matter: str) -> tuple[str, str] | None:
    rows = [row for row in city.lists()["deadlines"] if (row["matter"], row["owner"]) == (REFS[matter], "ASSIGNMENT")]
    return (rows[0]["deadline"], rows[0]["state"]) if rows else None


def moves(city: Any) -> list[tuple[str, str, str, str]]:
    found = [event.data for event in city.published("escalation.clock.moved.v1")]
    return [(d.external_ref, d.previous_deadline.isoformat(), d.deadline.isoformat(), d.reason) for d in found]


def test_a_merge_that_shortens_a_limit_is_told_and_so_is_its_end(city: Any) -> None:
    begin(city, A, "2026-03-02", 40)
    begin(city, B, "2026-03-04", 10)
    before = clock(city, A)
    assert before is not None
    merge(city, "2026-03-05 10:00")
    assert clock(city, A) == ("2026-03-18", "RUNNING")
    part(city, "2026-03-09 10:00")
    assert clock(city, A) == before
    assert moves(city) == [("A", before[0], "2026-03-18", "MERGED"), ("A", "2026-03-18", before[0], "UNMERGED")]


def test_a_merge_that_moves_no_end_says_nothing(city: Any) -> None:
    begin(city, A, "2026-03-02", 10)
    begin(city, B, "2026-03-04", 40)
    merge(city, "2026-03-05 10:00")
    assert moves(city) == []


def test_the_service_of_the_merged_part_moves_the_leading_limit_when_it_comes_later(city: Any) -> None:
    begin(city, A, "2026-03-02", 40)
    city.say(city.registered("ZJJ", B, REFS[B], days=10), at("2026-03-04 09:00"))
    merge(city, "2026-03-05 10:00")
    assert moves(city) == []
    city.serve(at("2026-03-06 09:00"), matter=B)
    assert [(row[0], row[2]) for row in moves(city)] == [("A", "2026-03-20")]


def test_a_clock_that_runs_again_after_parting_says_why(city: Any) -> None:
    begin(city, A, "2026-03-02", 40)
    begin(city, B, "2026-03-04", 10)
    merge(city, "2026-03-05 10:00")
    part(city, "2026-03-09 10:00")
    assert clock(city, B) == ("2026-03-18", "RUNNING")
    (again,) = city.published("escalation.clock.resumed.v1")
    assert (again.data.external_ref, again.data.reason) == ("B", "UNMERGED")


def test_a_standing_matter_that_leads_has_the_limit_of_the_merged_one(city: Any) -> None:
    begin_standing(city, "2026-03-02")
    begin(city, B, "2026-03-04", 10)
    assert clock(city, A) is None
    merge(city, "2026-03-05 10:00")
    assert clock(city, A) == ("2026-03-18", "RUNNING")
    city.until(at("2026-03-19 00:00"))
    slips = [(row["matter"], row["colour"], row["ground"], row["liability_date"]) for row in city.lists()["slips"]]
    assert slips == [("A", "WHITE", "OVERDUE", "2026-03-19")]
    assert "随并案事项" in city.slip("WHITE")["reason"]


def test_a_standing_matter_that_goes_on_by_itself_has_no_limit_again(city: Any) -> None:
    begin_standing(city, "2026-03-02")
    begin(city, B, "2026-03-04", 10)
    merge(city, "2026-03-05 10:00")
    part(city, "2026-03-09 10:00")
    city.until(at("2026-03-18 12:00"))
    assert clock(city, A) == ("2026-03-18", "STOPPED")
    city.until(at("2026-03-25 00:00"))
    assert [(row["matter"], row["colour"]) for row in city.lists()["slips"]] == [("B", "WHITE")]
    assert [row["matter"] for row in city.lists()["breaches"]] == ["B"]


def test_standing_supervision_merged_again_has_a_limit_again(city: Any) -> None:
    begin_standing(city, "2026-03-02")
    begin(city, B, "2026-03-04", 10)
    merge(city, "2026-03-05 10:00")
    part(city, "2026-03-09 10:00")
    merge(city, "2026-03-10 10:00", revision=3)
    assert clock(city, A) == ("2026-03-18", "RUNNING")
    city.until(at("2026-03-19 00:00"))
    assert [(row["matter"], row["colour"]) for row in city.lists()["slips"]] == [("A", "WHITE")]
