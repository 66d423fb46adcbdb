"""A board of one's own for each test: in a folder, fed by hand, with acts that are only collected."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from board.access.roles import UNITS
from board.ports import Answer, Found
from board.projector import Projector
from board.site import Site
from board.store import people
from board.store.database import Database
from board.web import create_app
from flask.testing import FlaskClient

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
HOST = "http://board.test"


@dataclass
class ListFeed:
    """Bodies in a list; the place is how many were read."""

    bodies: list[bytes] = field(default_factory=list)
    name: str = "list"

    def after(self, place: str, many: int) -> Found | None:
        start = int(place or 0)
        found = self.bodies[start : start + many]
        return Found(str(start + len(found)), found) if found else None


@dataclass
class Collected:
    """An outbox that keeps what was sent, and refuses where it was told to."""

    sent: list[tuple[str, bytes, str, str]] = field(default_factory=list)
    refusing: tuple[str, str] | None = None
    waiting: list[Answer] = field(default_factory=list)

    def send(self, routing_key: str, body: bytes, message_id: str, kind: str) -> None:
        self.sent.append((routing_key, body, message_id, kind))
        if self.refusing is not None:
            self.waiting.append(Answer(message_id, *self.refusing))

    def answers(self) -> list[Answer]:
        found, self.waiting = self.waiting, []
        return found


@dataclass
class Hands:
    """A clock that is set by hand."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def forward(self, **length: float) -> None:
        self.at += timedelta(**length)


@dataclass
class Desk:
    """A board with its parts, and browsers that are signed on."""

    site: Site
    feed: ListFeed
    outbox: Collected
    clock: Hands
    machine: Hands
    app: Any

    def read(self, *bodies: bytes) -> None:
        """Let the board read these events, to the end."""
        self.feed.bodies.extend(bodies)
        while self.site.projector.step() or self.site.projector.behind:
            pass

    def browser(self, role: str | None = None, unit: str | None = None, name: str | None = None) -> Browser:
        """A browser in which somebody with this role is signed on, or nobody."""
        browser = Browser(self.app.test_client())
        if role is not None:
            login = f"{role}-{unit or ''}-{name or ''}".lower()
            row = {"login": login, "name": name or f"{role}某人", "role": role, "unit": unit if role in UNITS else None}
            with self.site.database.writing() as connection:
                people.put(connection, row | {"password": None, "must_change": False, "locked": False})
            browser.sign_on(self, login)
        return browser


@dataclass
class Browser:
    """A test client that sends what our own pages send."""

    client: FlaskClient
    csrf: str = ""

    def sign_on(self, desk: Desk, login: str) -> None:
        from board.access import sessions

        with desk.site.database.writing() as connection:
            token = sessions.begin(connection, login, desk.machine.now())
        with desk.site.database.reading() as connection:
            found = sessions.find(connection, token, desk.machine.now())
        assert found is not None
        self.csrf = found[0].csrf
        self.client.set_cookie("board", token, domain="board.test")

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, base_url=HOST, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        headers = {"Origin": HOST, **options.pop("headers", {})}
        return self.client.post(path, base_url=HOST, data={"csrf": self.csrf, **(data or {})}, headers=headers, **options)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty board."""
    yield from opened(f"sqlite:///{tmp_path / 'board.sqlite'}")


def opened(url: str) -> Iterator[Desk]:
    """A board on a database."""
    database = Database(url)
    database.prepare()
    feed, outbox, clock, machine = ListFeed(), Collected(), Hands(), Hands()
    projector = Projector(database, feed, outbox)
    site = Site(database, projector, outbox, clock, machine=machine, secure_cookies=False)
    app = create_app(site)
    app.config["TESTING"] = True
    yield Desk(site, feed, outbox, clock, machine, app)
    database.close()
