"""The role `tick` as a real process, with any number of replicas, on a clock that the test moves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    file = tmp_path / "now"
    file.write_text("2026-01-05T09:00:00+08:00")
    return file


def move(clock: Path, instant: str) -> None:
    new = clock.with_suffix(".new")
    new.write_text(instant)
    new.replace(clock)


def test_of_two_replicas_each_timer_is_answered_once(city: Any, clock: Path) -> None:
    settings = {"DUBAN_CLOCK": f"file:{clock}", "DUBAN_TICK": "0.05", "DUBAN_TIMER_BATCH": "3"}
    city.start("consume", **settings).wait_until_ready()
    refs = city.publish(*["timer"] * 40)
    city.until(lambda: len(city.notes()) == 40, "they are armed")
    ticks = [city.start("tick", **settings).wait_until_ready() for _ in range(2)]
    assert len(city.notes()) == 40, "nothing is due before its time"
    move(clock, "2026-01-05T10:00:00+08:00")
    city.until(lambda: city.sql("SELECT count(*) FROM timer") == [(0,)], "all rang")
    assert sorted(city.sql("SELECT ref FROM note WHERE title = 'rang'")) == sorted((ref,) for ref in refs)
    assert [tick.end() for tick in ticks] == [0, 0]


def test_ticks_stop_at_a_schema_that_became_newer(city: Any, clock: Path) -> None:
    tick = city.start("tick", DUBAN_CLOCK=f"file:{clock}", DUBAN_TICK="0.05").wait_until_ready()
    city.sql("UPDATE alembic_version SET version_num = '9999'")
    city.until(lambda: '"ready": false' in tick.page("/readyz") or "newer" in tick.text(), "it notices")
    assert not tick.has_ended
