"""Fixtures that every test may use: real servers, a database of one's own, and an honest count of what did not run."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from schemas_once import lay_schemas_once
from servers import Missing, Servers, temporary_database

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("DUBAN_TEST_SHARED", ROOT.parent / "shared"))
"""Data and acceptance cases that are not part of the project; absent on a user's machine."""

LEVELS = ("architecture", "contracts", "unit", "integration", "system")
"""The order in which tests run: what is quick and finds most comes first."""

LONG = (
    "test_boston_over_processes",
    "test_nothing_is_lost_or_done_twice",
    "test_invariants_hold",
    "test_boston_rehearsed",
    "test_run_survives_being_killed",
    "test_acceptance_in_any_order",
)
"""Modules of a minute or two: they begin first among their level, so that two workers end at about the same time."""

EXPLAINED = {"needs_shared_data", "needs_node"}
"""Marks of tests that may be left out where what they need is not there."""

SERVICES = ("intake", "escalation", "scoring", "notify")


# ---- what runs, in which order, and what did not


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for cycles rarely, and not among what stays: thousands of tests and all that they import."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort by level; leave out full sizes unless asked for, and tests on shared data where there are none."""
    items.sort(key=_level)
    if "full" not in (config.option.markexpr or ""):
        _deselect(config, items, lambda item: item.get_closest_marker("full") is not None)
    if not (SHARED / "cases").is_dir():
        for item in items:
            if item.get_closest_marker("needs_shared_data"):
                item.add_marker(pytest.mark.skip(reason=f"the data of {SHARED.name}/ are not on this machine"))


def _level(item: pytest.Item) -> tuple[int, int]:
    parts = item.path.relative_to(ROOT / "tests").parts if item.path.is_relative_to(ROOT / "tests") else ()
    level = next((n for n, level in enumerate(LEVELS) if level in parts), len(LEVELS))
    return level, LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG)


def _deselect(config: pytest.Config, items: list[pytest.Item], out: Callable[[pytest.Item], bool]) -> None:
    dropped = [item for item in items if out(item)]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if not out(item)]


def _skips(config: pytest.Config) -> list[pytest.TestReport]:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    return list(reporter.stats.get("skipped", [])) if reporter else []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A skip that is not about shared data or Node is a failure: nothing is left out silently."""
    unexplained = [report for report in _skips(session.config) if not EXPLAINED & set(report.keywords)]
    if unexplained and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name and count what did not run."""
    skips = _skips(config)
    if not skips:
        return
    terminalreporter.section("did not run")
    for report in skips:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.line(f"{report.nodeid}: {reason}")
    allowed = "Only tests on the shared data, or with Node, may be left out; any other fails the run."
    terminalreporter.line(f"{len(skips)} did not run. {allowed}")


# ---- schemas


@pytest.fixture(scope="session", autouse=True)
def _schemas_laid_once() -> Iterator[None]:
    """Thousands of tests start with an empty schema each."""
    with pytest.MonkeyPatch.context() as patch:
        lay_schemas_once(patch)
        yield


# ---- shared data


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared cases and data; use together with the marker `needs_shared_data`."""
    return SHARED


# ---- fonts


@pytest.fixture(scope="session")
def font_folders() -> tuple[Path, ...]:
    """The two families that papers are printed with in the tests; where they cannot be had, every test that prints fails."""
    from papers import font_folders

    try:
        return font_folders()
    except Missing as missing:
        pytest.fail(f"no fonts for the tests: {missing}", pytrace=False)


@pytest.fixture(scope="session")
def press(font_folders: tuple[Path, ...]) -> Any:
    """A press that prints with them and nothing else of this machine."""
    from notify.printing.press import Press
    from notify.printing.settings import PrintSettings

    return Press(PrintSettings(font_folders=font_folders))


# ---- servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """RabbitMQ and PostgreSQL for the whole run; where neither is there nor can be started, every test that needs them fails.

    Workers of pytest-xdist share neither: on the broker the names are the project's, and in PostgreSQL an open transaction of
    one database holds back the relays of all. The first takes what is there, the others start their own.
    """
    first = os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0"
    try:
        with Servers(private=not first) as found:
            yield found
    except Missing as missing:
        pytest.fail(f"no server for the tests: {missing}", pytrace=False)


@pytest.fixture
def amqp_url(servers: Servers) -> Iterator[str]:
    """The broker, with nothing of ours on it before and after the test."""
    clear_broker(servers.amqp_url)
    yield servers.amqp_url
    clear_broker(servers.amqp_url)


def clear_broker(url: str) -> None:
    """Delete the queues and exchanges of the project (events.md section 2); what is absent is fine."""
    from kombu import Connection

    lines = [f"{service}.{kind}" for service in SERVICES for kind in ("inbound", "events")]
    queues = [*lines, *(f"{line}.{kind}" for line in lines for kind in ("retry", "dead")), "duban.archive"]
    exchanges = ("inbound", "events", "rejected", "retry", "dead", "unrouted")
    with Connection(url) as connection, connection.channel() as channel:
        for queue in queues:
            channel.queue_delete(queue)
        for exchange in exchanges:
            channel.exchange_delete(f"duban.{exchange}")


@pytest.fixture
def database_url(servers: Servers) -> Iterator[str]:
    """A fresh, empty database of this test's own, dropped afterwards."""
    with temporary_database(servers.database_url) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(servers: Servers) -> Iterator[str]:
    """One empty database for all tests of a module, for what takes long to start."""
    with temporary_database(servers.database_url) as url:
        yield url


@pytest.fixture
def fresh_database(database_url: str) -> Callable[[str], str]:
    """`fresh_database(service)`: the URL of this test's database, with an empty schema for the service in it.

    Several services may share the test's database, as they do in production: one schema each.
    """
    import psycopg

    def make(service: str) -> str:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(psycopg.sql.Identifier(service)))
        return database_url

    return make


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Callable[[str], str]:
    """`sqlite_database(service)`: the URL of a SQLite file that does not exist yet."""
    return lambda service: f"sqlite:///{tmp_path / service}.sqlite"
