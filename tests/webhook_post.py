"""Notify's webhooks in a test: an archive in memory, a way out that answers as it is told to, and a clock that is only moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from notify.store import webhooks
from notify.webhooks import desk
from notify.webhooks.bodies import CHALLENGE
from notify.webhooks.calling import Caller
from notify.webhooks.egress import Reply
from notify.webhooks.feeding import Feeder
from notify.webhooks.signing import proof
from notify.webhooks.targets import Rules
from service_chassis.messaging.archive import Archived

MONDAY = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
URL = "https://hooks.example/duban"
OK = Reply(200, b"", None)


class Killed(BaseException):
    """The process ends here."""


class Out:
    """Stands for the way out: answers as it is told to, proves what it is challenged with, keeps what it was given."""

    def __init__(self) -> None:
        self.answer: Callable[[str], Any] = lambda _: OK
        self.sent: list[tuple[str, dict[str, str], Any]] = []
        self.secret = ""

    def post(self, url: str, body: bytes, headers: Any) -> Any:
        event = orjson.loads(body)
        if event["type"] == CHALLENGE:
            word = event["data"]["challenge"]
            return Reply(200, orjson.dumps({"proof": proof(self.secret, word) if self.secret else word}), None)
        self.sent.append((url, dict(headers), event))
        found = self.answer(event["subject"])
        if isinstance(found, BaseException):
            raise found
        return found

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, headers, _ in self.sent]


class Post:
    """Notify's webhooks with an archive in memory."""

    def __init__(self, bench: Any) -> None:
        self.bench, self.out = bench, Out()
        self.archive: list[Archived] = []
        self.feeder = Feeder(bench.runtime, self.read)
        self.caller = Caller(bench.runtime, self.out, None)  # type: ignore[arg-type]
        bench.clock.move_to(MONDAY)

    def read(self, start: datetime | int | None, _follow: bool) -> Iterator[list[Archived]]:
        """As the stream does: from a place, or from the beginning of the piece that holds an instant."""
        yield [event for event in self.archive if not isinstance(start, int) or event.offset >= start]

    def publish(self, number: int, key: str = "escalation.slip.issued.v1.yellow", subject: str = "m1", **data: Any) -> None:
        event = {
            "specversion": "1.0", "id": f"e{number}", "type": key.removesuffix(".yellow"), "subject": subject, "sequence": number,
            "recordedtime": self.bench.clock.now().isoformat(), "data": {"title": "老旧小区改造", **data},
        }  # fmt: skip
        self.archive.append(Archived(number, key, orjson.dumps(event)))

    def feed(self) -> None:
        self.feeder.follow(lambda: False)

    def run(self, *words: str) -> int:
        return desk.run(self.bench.runtime, Rules(), words)

    def open(self, name: str = "board", *options: str) -> None:
        assert self.run("add", name, URL, "--hear", "escalation.slip.#", *options) == 0
        self.out.secret = self.secrets(name)[0]
        self.run("enable", name)
        self.call(name)

    def secrets(self, name: str = "board") -> list[str]:
        with self.bench.database.begin() as session:
            return webhooks.secrets(session, name, self.bench.clock.now())

    def call(self, name: str = "board") -> int:
        """Call until there is nothing to do now; how many calls."""
        made = 0
        while self.caller.step(name):
            made += 1
        return made

    def row(self, name: str = "board") -> Any:
        with self.bench.database.begin() as session:
            return webhooks.endpoint(session, name)

    def log(self, name: str = "board") -> dict[str, Any]:
        with self.bench.database.begin() as session:
            return {row["event_id"]: row for row in webhooks.deliveries(session, name, None, 1000)}

    def later(self, **span: float) -> None:
        self.bench.clock.move_to(self.bench.clock.now() + timedelta(**span))
