"""Once persons are published, only those who hold an office decide; before that everybody is believed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from event_contracts.inbound import Person, PersonsPublished


@pytest.fixture
def published() -> Any:
    def make(*names: str, role: str = "OFFICER", since: date = date(2026, 1, 1)) -> PersonsPublished:
        return PersonsPublished(persons=[Person(name=name, capacities=[{"role": role, "from": since}]) for name in names])

    return make


def test_the_list_is_announced(bench: Any, published: Any, at: Any) -> None:
    bench.send("OFFICE", published("陈立 ", "李文静"), at(1))
    (event,) = bench.announced("persons.published")
    assert [person.name for person in event.data.persons] == ["陈立", "李文静"]
    assert event.data.persons[0].capacities[0].role == "OFFICER"
    assert event.data.revision == 1


def test_an_older_list_that_comes_later_changes_nothing(bench: Any, published: Any, at: Any) -> None:
    bench.send("OFFICE", published("陈立"), at(3))
    bench.send("OFFICE", published("李文静"), at(2))
    assert len(bench.announced("persons.published")) == 1
    assert bench.rows("SELECT name FROM person") == [{"name": "陈立"}]


def test_a_verdict_of_somebody_without_office_is_refused(
    bench: Any, matter: Any, claim: Any, verify: Any, published: Any, at: Any
) -> None:
    bench.send("OFFICE", published("李文静"), at(1))
    bench.send("OFFICE", matter())
    bench.send("ZJJ", claim(), at(5))
    bench.send("OFFICE", verify(), at(6), id_="v")
    assert bench.refused() == {"v": "NOT_EMPOWERED"}
    assert bench.refusals()[0]["detail"].startswith("陈立")


def test_before_the_first_list_everybody_is_believed(
    bench: Any, matter: Any, claim: Any, verify: Any, published: Any, at: Any
) -> None:
    bench.send("OFFICE", matter())
    bench.send("ZJJ", claim(), at(5))
    bench.send("OFFICE", published("李文静"), at(7))
    bench.send("OFFICE", published("李文静"), at(8))
    bench.send("OFFICE", verify(), at(6))
    assert bench.refused() == {}


def test_an_officer_of_the_day_is_believed(bench: Any, matter: Any, report: Any, assess: Any, published: Any, at: Any) -> None:
    bench.send("OFFICE", published("陈立"), at(1))
    bench.send("OFFICE", matter())
    bench.send("ZJJ", report(), at(5))
    bench.send("OFFICE", assess(), at(6))
    assert len(bench.announced("progress.accepted")) == 1
