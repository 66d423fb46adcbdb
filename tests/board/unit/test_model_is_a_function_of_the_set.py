"""The board's model depends on which events there are, never on their order, repetition, or how they were cut into batches."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from board.domain.folding import fold
from board.projector import Projector
from board.store import tables, writing
from board.store.database import Database
from published import PLAYED, bodies, events, everything
from sqlalchemy import select

Dump = dict[str, list[str]]


def rows(database: Database) -> Dump:
    """Everything that was made from events."""
    with database.reading() as connection:
        return {
            name: sorted(
                json.dumps(dict(row), sort_keys=True, default=str) for row in connection.execute(select(table)).mappings()
            )
            for name, table in {**tables.FOLDED, "cube": tables.cube, "burden": tables.burden}.items()
        }


def built(path: Path, found: list[bytes], batch: int) -> Dump:
    """The model of these events, read in batches, folded after each."""
    database = Database(f"sqlite:///{path}")
    database.prepare()
    for start in range(0, len(found), batch):
        with database.writing() as connection:
            writing.keep(connection, "test", str(start), found[start : start + batch])
            while writing.fold_some(connection, 50):
                pass
    made = rows(database)
    database.close()
    return made


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Dump:
    return built(tmp_path_factory.mktemp("straight") / "a.sqlite", everything(), 10_000)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_any_repetition_and_any_batches_give_the_same_rows(straight: Dump, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    shuffled = [body for body in everything() for _ in range(rng.randint(1, 3))]
    rng.shuffle(shuffled)
    made = built(tmp_path / "b.sqlite", shuffled, rng.randint(20, 300))
    assert made == straight
    kinds = "matter part slip clock entry referral notice todo eligibility conclusion bulletin cube burden"
    assert all(made[name] for name in kinds.split())


def test_an_event_that_is_lost_is_missed(straight: Dump, tmp_path: Path) -> None:
    without = [body for body in everything() if json.loads(body)["type"] != "escalation.slip.overturned.v1"]
    assert built(tmp_path / "c.sqlite", without, 500) != straight


def test_the_model_is_built_anew_from_the_archive_to_the_same_rows(desk: Any) -> None:
    desk.read(*everything())
    first = rows(desk.site.database)
    desk.site.database.forget_model()
    assert not any(rows(desk.site.database).values())
    desk.read()
    assert rows(desk.site.database) == first


def test_a_batch_that_fails_leaves_neither_rows_nor_place(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.feed.bodies.extend(bodies("ac03-full-ladder"))

    def broken(*_: Any) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr(writing, "remember", broken)
    with pytest.raises(RuntimeError):
        desk.site.projector.step()
    with desk.site.database.reading() as connection:
        assert writing.place_of(connection, "list") == ""
        assert writing.counts(connection)["stored"] == 0


def test_a_second_reader_goes_on_where_the_first_one_was_killed(desk: Any) -> None:
    desk.feed.bodies.extend(everything())
    desk.site.projector.step()
    second = Projector(desk.site.database, desk.feed, desk.outbox)
    while second.step() or second.behind:
        pass
    second.fold()
    with desk.site.database.reading() as connection:
        assert writing.place_of(connection, "list") == str(len(everything()))
        assert writing.counts(connection)["dirty"] == 0


def test_a_matter_that_cannot_be_folded_keeps_its_rows_and_stops_nobody(desk: Any) -> None:
    desk.read(*bodies("ac03-full-ladder"))
    before = rows(desk.site.database)
    broken = json.loads(next(body for body in bodies("ac03-full-ladder") if b"escalation.slip.served" in body))
    del broken["data"]["deadline"]
    desk.read(json.dumps(broken | {"id": "odd", "sequence": 999}).encode(), *bodies("ac09-improvement-is-not-red"))
    after = rows(desk.site.database)
    assert set(before["slip"]) < set(after["slip"])
    with desk.site.database.reading() as connection:
        assert writing.counts(connection)["broken"] == 1
    assert "broken" in desk.browser("OPERATOR").get("/system").get_data(as_text=True)


def case_of(name: str) -> Any:
    """The first matter of a case, folded."""
    found = events(name)
    matter = next(event["data"]["matter_id"] for event in found if event["type"] == "intake.matter.registered.v1")
    return fold(matter, [event for event in found if event["data"].get("matter_id") == matter])


def test_a_ladder_is_told_with_its_colours_points_and_referrals() -> None:
    case = case_of("ac03-full-ladder")
    assert {slip.colour: slip.state for slip in case.slips.values()}.keys() == {"WHITE", "YELLOW", "RED"}
    assert [part.colour for part in case.parts.values()] == ["RED"]
    assert sum(entry.cents for entry in case.entries.values()) == -30
    assert len(case.referrals) == 3


def test_when_a_yellow_is_overturned_everything_that_stood_on_it_falls() -> None:
    case = case_of("ac11-yellow-overturned-with-its-red")
    states = {slip.colour: slip.state for slip in case.slips.values()}
    assert states["YELLOW"] == "OVERTURNED"
    assert states["RED"] == "VACATED_BY_CASCADE"
    assert not any(slip.in_force for slip in case.slips.values() if slip.colour != "WHITE")
    assert sum(entry.cents for entry in case.entries.values()) == 0
    assert {referral.state for referral in case.referrals.values()} == {"RECALLED"}


@pytest.mark.parametrize(("settles", "waiting"), [("b", {"c"}), (None, set()), ("d", {"b", "c"})])
def test_a_suspicion_waits_until_an_officer_has_answered_it(settles: str | None, waiting: set[str]) -> None:
    about = {"source": "/duban/intake", "subject": "a", "time": "2026-03-20T02:00:00Z"}
    candidates = [{"matter_id": other, "external_ref": other.upper(), "score": 90} for other in "bc"]
    told = [
        about | {"id": "1", "sequence": 1, "type": "intake.duplicate.suspected.v1", "data": {"candidates": candidates}},
        about | {"id": "2", "sequence": 2, "type": "intake.duplicate.resolved.v1", "data": {"suspected_of": settles}},
    ]
    case = fold("a", reversed(told))
    assert {filing.key for filing in case.filings.values() if filing.open} == waiting


@pytest.mark.parametrize("name", PLAYED)
def test_every_event_of_a_matter_has_its_words_in_both_languages(name: str) -> None:
    from board.telling import line_of

    silent = {"notify.notice.dispatched.v1", "escalation.slip.served.v1"}  # told by the notice that was served
    for event in events(name):
        if event["data"].get("matter_id") and event["type"] not in silent:
            for english in (False, True):
                line = line_of(event, lambda code: code, english)
                assert line is not None and line.text, event["type"]
