"""Fixtures of the process-level tests: a city on a broker and a database of this test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from city import City, running

BuildCity = Callable[..., City]


@pytest.fixture
def city(amqp_url: str, database_url: str, tmp_path: Path) -> Iterator[BuildCity]:
    """`city(policy_text, replicas=…)`: migrated and started; its processes are gone after the test."""
    with ExitStack() as closing:

        def build(policy_text: str = "", **options: Any) -> City:
            return closing.enter_context(running(City(amqp_url, database_url, tmp_path / "city", policy_text, **options)))

        yield build
