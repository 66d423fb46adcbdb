"""Fixtures of the process-level tests: a city on a broker and a database of this test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from acceptance import Play, Played, PlayLines, rehearsed, rehearsed_lines
from city import City, running
from servers import Missing, Servers

BuildCity = Callable[..., City]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """`play(case, until, policy="")`: rehearse a case of `cases/`; `lines` changes the file first."""

    def run(case: str, until: str, policy: str = "", lines: Callable[[list[str]], list[str]] = list) -> Played:
        return rehearsed(tmp_path, case, until, policy, lines)

    return run


@pytest.fixture
def play_lines(tmp_path: Path) -> PlayLines:
    """`play_lines(lines, until, policy="")`: rehearse these messages (`acceptance.said`)."""

    def run(lines: list[str], until: str, policy: str = "") -> Played:
        return rehearsed_lines(tmp_path, lines, until, policy)

    return run


@pytest.fixture
def city(amqp_url: str, database_url: str, tmp_path: Path) -> Iterator[BuildCity]:
    """`city(policy_text, replicas=…)`: migrated and started; its processes are gone after the test."""
    with ExitStack() as closing:

        def build(policy_text: str = "", **options: Any) -> City:
            return closing.enter_context(running(City(amqp_url, database_url, tmp_path / "city", policy_text, **options)))

        yield build


@pytest.fixture
def own_servers() -> Iterator[Servers]:
    """A broker and a database of this test alone, which may be crashed; private even where others are there."""
    try:
        with Servers(private=True) as servers:
            yield servers
    except Missing as missing:
        pytest.fail(f"no servers to crash: {missing}", pytrace=False)


@pytest.fixture
def own_city(own_servers: Servers, tmp_path: Path) -> Iterator[BuildCity]:
    """Like `city`, on servers that may be crashed."""
    with ExitStack() as closing:

        def build(policy_text: str = "", **options: Any) -> City:
            built = City(own_servers.amqp_url, own_servers.database_url, tmp_path / "city", policy_text, **options)
            return closing.enter_context(running(built))

        yield build
