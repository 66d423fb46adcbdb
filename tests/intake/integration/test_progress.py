"""Reports of progress and the office's answers to them."""

from __future__ import annotations

from typing import Any

import pytest
from event_contracts.event import Evidence

PHOTO = Evidence(kind="PHOTO", sha256="9f" * 32, place="现场")


@pytest.fixture
def open_matter(bench: Any, matter: Any) -> Any:
    bench.send("OFFICE", matter(helped=True), id_="s1")
    return bench


def test_a_report_is_announced_and_the_matter_is_in_progress(open_matter: Any, report: Any, at: Any) -> None:
    open_matter.send("ZJJ", report(evidence=[PHOTO]), at(5), "r1")
    (event,) = open_matter.announced("progress.reported")
    assert (event.time, event.data.filing, event.data.unit, event.data.percent) == (at(5), "r1", "ZJJ", 50)
    assert event.data.evidence == [PHOTO]
    assert open_matter.rows("SELECT state FROM matter") == [{"state": "IN_PROGRESS"}]
    assert open_matter.rows("SELECT unit, state FROM assignment ORDER BY unit") == [
        {"unit": "SLJ", "state": "DISPATCHED"},
        {"unit": "ZJJ", "state": "IN_PROGRESS"},
    ]


def test_an_accepted_report_is_announced_with_the_time_of_the_report(open_matter: Any, report: Any, assess: Any, at: Any) -> None:
    open_matter.send("ZJJ", report(), at(5), "r1")
    open_matter.send("OFFICE", assess(substantive=True), at(6), "a1")
    (event,) = open_matter.announced("progress.accepted")
    assert (event.time, event.data.filing, event.data.reported_at) == (at(6), "r1", at(5))
    assert (event.data.substantive, event.data.decided_by, event.data.percent) == (True, "陈立", 50)


def test_a_returned_report_is_announced_as_returned(open_matter: Any, report: Any, assess: Any, at: Any) -> None:
    open_matter.send("ZJJ", report(), at(5), "r1")
    open_matter.send("OFFICE", assess(False), at(6))
    assert [event.data.filing for event in open_matter.announced("progress.returned")] == ["r1"]
    assert open_matter.announced("progress.accepted") == []


def test_an_answer_is_about_the_last_open_report_before_it(open_matter: Any, report: Any, assess: Any, at: Any) -> None:
    for name, day in (("r1", 3), ("r2", 5), ("r3", 9)):
        open_matter.send("ZJJ", report(), at(day), name)
    open_matter.send("OFFICE", assess(), at(6))
    open_matter.send("OFFICE", assess(), at(7))
    assert [event.data.filing for event in open_matter.announced("progress.accepted")] == ["r2", "r1"]


def test_an_answer_may_name_its_report(open_matter: Any, report: Any, assess: Any, at: Any) -> None:
    open_matter.send("ZJJ", report(), at(3), "r1")
    open_matter.send("ZJJ", report(), at(5), "r2")
    open_matter.send("OFFICE", assess(request="r1"), at(6))
    assert [event.data.filing for event in open_matter.announced("progress.accepted")] == ["r1"]


def test_an_answer_waits_for_its_report(open_matter: Any, report: Any, assess: Any, at: Any) -> None:
    open_matter.send("OFFICE", assess(), at(6), "a1")
    assert open_matter.announced("progress.accepted") == []
    open_matter.send("ZJJ", report(), at(5), "r1")
    assert [event.data.filing for event in open_matter.announced("progress.accepted")] == ["r1"]
    assert open_matter.refused() == {}


def test_an_answer_to_nothing_is_refused_in_the_end(open_matter: Any, assess: Any, report: Any, at: Any) -> None:
    open_matter.send("OFFICE", assess(), at(4), "a1")
    open_matter.send("ZJJ", report(), at(5), "r1")
    assert open_matter.give_up() == 1
    assert set(open_matter.refused()) == {"a1"}


def test_an_older_report_that_arrives_after_the_answer_takes_no_answer_from_a_newer_one(
    open_matter: Any, report: Any, assess: Any, at: Any
) -> None:
    open_matter.send("ZJJ", report(), at(5), "r2")
    open_matter.send("OFFICE", assess(), at(6))
    open_matter.send("ZJJ", report(), at(3), "r1")
    assert [(e.type, e.data.filing) for e in open_matter.announced("progress.reported", "progress.accepted")] == [
        ("intake.progress.reported.v1", "r2"),
        ("intake.progress.accepted.v1", "r2"),
        ("intake.progress.reported.v1", "r1"),
    ]


def test_a_report_that_should_have_been_answered_takes_the_answer_when_it_arrives(
    open_matter: Any, report: Any, assess: Any, at: Any
) -> None:
    open_matter.send("ZJJ", report(), at(3), "r1")
    open_matter.send("OFFICE", assess(), at(6))
    open_matter.send("ZJJ", report(), at(5), "r2")
    assert [(e.type, e.data.filing) for e in open_matter.announced("progress.reported", "progress.accepted")] == [
        ("intake.progress.reported.v1", "r1"),
        ("intake.progress.accepted.v1", "r1"),
        ("intake.progress.reported.v1", "r2"),
        ("intake.progress.reported.v1", "r1"),  # open again
        ("intake.progress.accepted.v1", "r2"),
    ]


def test_a_unit_without_a_part_is_told_that_it_knows_no_such_matter(open_matter: Any, report: Any, at: Any) -> None:
    open_matter.send("HBJ", report(unit="HBJ"), at(5), "r1")
    assert open_matter.announced("progress.reported") == []
    assert open_matter.give_up() == 1
    assert open_matter.refused() == {"r1": "UNKNOWN_MATTER"}


def test_a_submitter_without_a_part_of_its_own_cannot_report(bench: Any, matter: Any, report: Any, at: Any) -> None:
    from event_contracts.inbound import Authorisation

    bench.send("JYJ", matter(authorisation=Authorisation(principal="PARTY", basis="DECISION")), id_="s1")
    bench.send("JYJ", report(unit="JYJ"), at(5), "r1")
    assert bench.refused() == {"r1": "NOT_PARTY"}


def test_a_unit_speaks_for_itself_only(open_matter: Any, report: Any, at: Any) -> None:
    open_matter.send("SLJ", report(unit="ZJJ"), at(5), "r1")
    assert open_matter.refused() == {"r1": "SENDER_MISMATCH"}


def test_a_report_before_its_matter_waits_for_it(bench: Any, matter: Any, report: Any, at: Any) -> None:
    bench.send("ZJJ", report(), at(5), "r1")
    assert bench.announced() == []
    bench.send("OFFICE", matter(), at(2), "s1")
    assert [event.data.filing for event in bench.announced("progress.reported")] == ["r1"]
