"""The five powers and field notes are recorded, announced without their words, and listed beside the matters they are about."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from event_contracts.escalation import InterviewHeld
from event_contracts.inbound import (
    ActionRecorded,
    FieldNoteRecorded,
    Person,
    PersonsPublished,
    SubmittedSource,
    Unit,
    UnitsPublished,
)
from event_contracts.notify import BulletinEntry, BulletinPublished
from intake import trace

WORDS = "管网图纸四月十五日前提供"


def action(kind: str = "COORDINATION", by: str = "陈立", **about: Any) -> ActionRecorded:
    return ActionRecorded(kind=kind, parties=["ZJJ", "SLJ"], outcome=WORDS, by=by, **about)


def note(by: str = "陈立") -> FieldNoteRecorded:
    return FieldNoteRecorded(occasion="列席市政府常务会议", text=WORDS, by=by, kind="MEETING")


def listed(bench: Any, **wanted: Any) -> list[list[Any]]:
    """Power, matter, unit and outcome of what the trace shows."""
    with bench.database.begin() as session:
        return [[row[0].split()[0], *row[2:4], row[5]] for row in trace.acts_sheet(session, trace.Wanted(**wanted)).rows]


def all_five(bench: Any, matter: Any, at: Any) -> Any:
    bench.send("OFFICE", matter(source=SubmittedSource(type="FIELD_NOTE", number="note-1")))
    bench.send("OFFICE", action(matter="M-01", unit="ZJJ"), at(5))
    bench.send("OFFICE", action("INVESTIGATION", matter="M-01"), at(6))
    bench.send("OFFICE", action("DISPOSITION", unit="ZJJ"), at(7))
    bench.send("OFFICE", note(), at(1), id_="note-1")
    held = InterviewHeld(interview_id="i-1", unit="ZJJ", year=2026, held_at=at(9), minutes="已约谈")
    bulletin = BulletinPublished(
        bulletin="通报1号",
        scope=["ZJJ"],
        items=[BulletinEntry(matter="M-01", unit="ZJJ", colour="YELLOW"), BulletinEntry(matter="X", unit="SLJ", colour="RED")],
        approved_by="市长",
        text="予以通报",
        published_at=at(10),
    )
    for _ in range(2):
        bench.hear(held, at(9), "escalation")
        bench.hear(bulletin, at(10))
    return bench


def test_all_five_powers_and_the_note_behind_a_matter_are_listed(bench: Any, matter: Any, at: Any) -> None:
    all_five(bench, matter, at)
    assert bench.refused() == {}
    about_matter = [
        ["列席、随同", "M-01", None, WORDS],
        ["协调", "M-01", "ZJJ", WORDS],
        ["调查核实", "M-01", None, WORDS],
        ["情况通报", "M-01", "ZJJ", "予以通报"],
    ]
    assert listed(bench, matter="M-01") == about_matter
    about_unit = listed(bench, unit="ZJJ")
    assert ["处理", None, "ZJJ", WORDS] in about_unit
    assert ["约谈", None, "ZJJ", "已约谈"] in about_unit
    assert [row for row in listed(bench) if row[0] == "情况通报"] == [
        ["情况通报", "M-01", "ZJJ", "予以通报"],
        ["情况通报", None, "SLJ", "予以通报"],
    ]
    assert listed(bench, unit="JYJ") == []


def test_what_was_done_is_announced_and_its_words_are_not(bench: Any, matter: Any, at: Any) -> None:
    all_five(bench, matter, at)
    acts = [(event.data.kind, event.subject, event.data.external_ref) for event in bench.announced("action.recorded")]
    ours = bench.rows("SELECT matter_id FROM matter")[0]["matter_id"]
    assert acts == [("COORDINATION", ours, "M-01"), ("INVESTIGATION", ours, "M-01"), ("DISPOSITION", "UNIT:ZJJ", None)]
    assert [event.data.note for event in bench.announced("field_note.recorded")] == ["note-1"]
    assert WORDS.encode() not in bench.everything_told()


def test_an_action_about_a_matter_that_is_not_known_yet_waits_for_it(bench: Any, matter: Any, at: Any) -> None:
    bench.send("OFFICE", action(matter="M-01"), at(5))
    assert bench.announced() == []
    bench.send("OFFICE", matter())
    assert len(bench.announced("action.recorded")) == 1


@pytest.mark.parametrize(
    ("message", "role", "good"),
    [
        (action(), "TEAM_MEMBER", True),
        (action("INVESTIGATION"), "UNIT_HEAD", False),
        (action("DISPOSITION"), "OFFICER", False),
        (action("DISPOSITION"), "SECTION_HEAD", True),
        (note(), "LEADER", True),
        (note(), "UNIT_LIAISON", False),
    ],
)
def test_once_persons_are_published_each_power_needs_its_office(
    new_bench: Any, at: Any, message: Any, role: str, good: bool
) -> None:
    bench = new_bench()
    persons = [Person(name="陈立", capacities=[{"role": role, "from": date(2026, 1, 1)}])]
    bench.send("OFFICE", PersonsPublished(persons=persons), at(1))
    bench.send("OFFICE", message, at(5), id_="a")
    assert bench.refused() == ({} if good else {"a": "NOT_EMPOWERED"})


def test_a_unit_that_does_not_exist_is_refused(new_bench: Any, at: Any) -> None:
    bench = new_bench()
    bench.send("OFFICE", UnitsPublished(units=[Unit(code="ZJJ", name="住建局", kind="部门", valid_from=date(2020, 1, 1))]), at(1))
    bench.send("OFFICE", action(unit="ZJX"), at(5), id_="a")
    assert bench.refused() == {"a": "UNKNOWN_UNIT"}
