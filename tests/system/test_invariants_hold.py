"""Random histories through the whole chain on the virtual clock: the invariants of domain.md d.13 hold after each of them.

A state machine plays the city (`acting.py` and what stands on it). `make test` plays a fixed set of histories; `make properties`
plays as many new ones as one likes.
"""

from __future__ import annotations

import json
import os
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from acting import START
from acting_merge import ActingMerge
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from invariants_effects import broken
from living import migrated, played, rebuilt

Row = dict[str, Any]

WANTED = int(os.environ.get("DUBAN_HISTORIES", "0"))
"""How many new histories are played; 0: the fixed set of `make test`."""

FIXED, STEPS = 40, 40
"""Histories of the fixed set, and acts in each of them at most."""

AFTERWARDS = timedelta(days=75)
"""Long enough for the whole ladder and the review window of its last slip."""


class City(ActingMerge):
    """A city that is looked at after each act, and long after its last message."""

    finished = 0
    """Histories that were played to their end."""

    @invariant()
    def nothing_is_broken(self) -> None:
        found = broken(self.chain.history())
        assert not found, "\n".join(found)

    def teardown(self) -> None:
        if not hasattr(self, "chain"):
            return
        try:
            self.chain.end(AFTERWARDS)
            history = self.chain.history()
            found = broken(history)
            assert not found, "\n".join(found)
            self.order_and_repetition_mean_nothing(history.outcome)
            self.a_replay_has_no_effect(history.outcome)
            type(self).finished += 1
        finally:
            self.chain.close()

    def order_and_repetition_mean_nothing(self, found: dict[str, list[Row]]) -> None:
        """5. The same messages as a file, shaken and repeated, have the outcome that they had one by one."""
        chance = random.Random(self.count)
        lines = [json.dumps(m, ensure_ascii=False).encode() for m in self.chain.messages for _ in range(chance.randint(1, 3))]
        chance.shuffle(lines)
        assert played(self.template, self.policy, lines, START, self.chain.now) == found

    def a_replay_has_no_effect(self, found: dict[str, list[Row]]) -> None:
        """14. The whole stream once more changes nothing, sends nothing; from it alone scoring is rebuilt, to the cent."""
        ledger = rebuilt(self.template, self.policy, self.chain.bodies, self.chain.now)
        assert from_facts(ledger) == from_facts(found)
        self.chain.redeliver_everything()
        assert not self.chain.bodies
        assert self.chain.outcome() == found


def from_facts(lists: dict[str, list[Row]]) -> tuple[list[Row], dict[tuple[str, int], bool]]:
    """What scoring knows from published events alone: every entry but the bonuses, and who lost a year's eligibility."""
    entries = [row for row in lists["score_entries"] if row["kind"] != "BONUS"]
    return entries, {(row["unit"], row["year"]): False for row in lists["balances"] if not row["eligible"]}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated databases."""
    return migrated(tmp_path_factory.mktemp("histories") / "template")


@pytest.mark.timeout(0)
def test_whatever_happens_in_a_city_the_invariants_hold(template: Path) -> None:
    phases = tuple(Phase) if WANTED else (Phase.generate, Phase.shrink)
    chosen = settings(
        max_examples=WANTED or FIXED,
        stateful_step_count=STEPS,
        derandomize=not WANTED,
        database=None,
        deadline=None,
        phases=[phase for phase in phases if phase is not Phase.explain],
        suppress_health_check=list(HealthCheck),
        print_blob=bool(WANTED),
    )
    machine = type("CityOfThisRun", (City,), {"template": template})
    run_state_machine_as_test(machine, settings=chosen)
    assert machine.finished >= chosen.max_examples
