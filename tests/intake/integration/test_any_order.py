"""Whatever the order and the cut of batches: the same final state, and the last word about each filing is the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

WORDS = (
    "progress.reported",
    "progress.accepted",
    "progress.returned",
    "completion.claimed",
    "completion.verified",
    "completion.rejected",
)


def last_words(bench: Any) -> dict[str, tuple[str, Any]]:
    """Filing → what its latest event (by revision) says of it."""
    found: dict[str, tuple[str, Any]] = {}
    for event in bench.announced(*WORDS):
        found[getattr(event.data, "claim", None) or event.data.filing] = (event.type, event.time)
    return found


def final(bench: Any) -> Any:
    return (
        bench.rows("SELECT state, closed_at FROM matter"),
        bench.rows("SELECT unit, state, done_at FROM assignment ORDER BY unit"),
        last_words(bench),
    )


@pytest.fixture
def story(
    matter: Any, report: Any, assess: Any, claim: Any, verify: Any, reject: Any, at: Any
) -> Callable[[Any, Random], list[Any]]:
    """Everything that happens to a matter with two units: some of it by name, some at equal instants; varied by chance."""

    def tell(bench: Any, chance: Random) -> list[Any]:
        def some(first: int) -> Any:
            return at(first) + timedelta(days=chance.randrange(6))

        units = [
            ("OFFICE", matter(helped=True), at(1), "s1"),
            ("SLJ", claim(unit="SLJ"), some(4), "d1"),
            ("OFFICE", verify(unit="SLJ"), some(8), "w1"),
        ]
        filings = [("ZJJ", report(), some(2), f"r{n}") for n in range(2)] + [("ZJJ", claim(), some(4), f"c{n}") for n in range(3)]
        verdicts = [
            ("OFFICE", assess(), some(4), "a1"),
            ("OFFICE", assess(False), some(4), "a2"),
            ("OFFICE", reject(), some(5), "v1"),
            ("OFFICE", verify(claim=chance.choice([None, "c1"])), some(5), "v2"),
            ("OFFICE", reject(claim=chance.choice([None, "c1"])), some(5), "v3"),
        ]
        return [bench.delivery(*message) for message in (*units, *filings, *verdicts)]

    return tell


@pytest.mark.parametrize("seed", range(40))
def test_the_final_state_does_not_depend_on_the_order_of_arrival(
    new_bench: Callable[[], Any], story: Callable[[Any, Random], list[Any]], seed: int
) -> None:
    straight = new_bench()
    straight.receive(*story(straight, Random(seed)))
    for shuffle in range(3):
        chance, bench = Random(f"{seed}/{shuffle}"), new_bench()
        messages = story(bench, Random(seed))
        messages += chance.sample(messages, 4)
        chance.shuffle(messages)
        while messages:
            size = chance.randint(1, 5)
            batch, messages = messages[:size], messages[size:]
            bench.receive(*batch)
        assert final(bench) == final(straight)
