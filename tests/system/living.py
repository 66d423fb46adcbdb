"""A whole chain in this process on a virtual clock, to which messages are sent one by one; and the same from a file at once."""

from __future__ import annotations

import json
import shutil
import tempfile
from bisect import insort
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from duban.arrivals import arrival, order
from duban.player import Player
from ground_rules.policy import Policy
from invariants import History
from scoring.report import report as scoring_report
from scoring.service import Scoring
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime
from service_chassis.entrypoints.inprocess import InProcess
from service_chassis.messaging.embedded import EmbeddedBroker
from service_chassis.messaging.envelope import Outgoing
from service_chassis.persistence import migrations
from service_chassis.persistence.database import Database
from service_chassis.persistence.unit_of_work import Memory
from sqlalchemy import TextClause, text

from duban import chain, outcome

Row = dict[str, Any]

UNWATCHED = text(
    "SELECT matter_id, unit, owner FROM clock WHERE state = 'RUNNING' AND NOT EXISTS"
    " (SELECT 1 FROM timer WHERE timer.subject = clock.matter_id AND timer.kind NOT IN ('reminder', 'urge'))"
)
"""Clocks that run although nothing will happen at their end."""


def migrated(folder: Path) -> Path:
    """Databases of all services with their tables, to be copied: making them anew takes longer than most histories."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in chain.SERVICES:
        database = Database(f"sqlite:///{folder / kind.name}.sqlite", kind.name)
        migrations.migrate(database, kind.MIGRATIONS)
        database.close()
    return folder


UNEXPLAINED = text(
    "SELECT matter_id, unit, owner FROM clock WHERE passed_due IS NOT NULL AND passed_due = due_instant AND"
    " (owner = 'ASSIGNMENT' OR owner LIKE 'SLIP:%') AND state <> 'RUNNING'"
    " AND NOT EXISTS (SELECT 1 FROM outcome WHERE outcome.about = clock.about)"
)
"""Limits that have passed under the cut, of which the table of reasons says nothing."""


class Living:
    """The chain; its clock moves only by `until` and `send`."""

    def __init__(self, template: Path, policy: Policy, start: datetime) -> None:
        self.policy, self.clock = policy, VirtualClock(start)
        self.messages: list[Row] = []
        self.bodies: list[tuple[str, bytes]] = []
        """Routing key and body of every published event."""
        self._closing = ExitStack()
        folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="duban-history-")))
        shutil.copytree(template, folder, dirs_exist_ok=True)
        keep = lambda key, body: self.bodies.append((key, body))  # noqa: E731
        self.chain = self._closing.enter_context(chain.opened(folder, policy, self.clock, durable=False, archive=keep))
        self.player = Player(self.chain.driver, self.clock, [], chain.outage_edges(policy))

    def close(self) -> None:
        self._closing.close()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def until(self, end: datetime) -> None:
        """Everything before `end` happens."""
        instant = self.player.next_instant()
        while instant is not None and instant < end:
            self.player.play(instant)
            instant = self.player.next_instant()
        self.clock.move_to(end)

    def send(self, message: Row) -> None:
        """The message reaches the broker at its time, or at its `arrivaltime`; the clock stands at its time afterwards."""
        self.until(datetime.fromisoformat(message["time"]).astimezone(UTC))
        self.messages.append(message)
        self.repeat(message)

    def repeat(self, message: Row) -> None:
        """The message reaches the broker now (once more), if it is not under way."""
        found = arrival(json.dumps(message, ensure_ascii=False).encode())
        found = found._replace(instant=max(found.instant, self.now))
        insort(self.player.arrivals, found, lo=self.player.played)  # type: ignore[arg-type]
        self.until(self.now + timedelta(microseconds=1))

    def end(self, after: timedelta) -> None:
        """The clocks run on for a while; then what waits for a matter is refused."""
        self.until(self.now + after)
        self.chain.driver.finish()

    def history(self) -> History:
        """What can be seen now."""
        published = [json.loads(body) for _, body in self.bodies]
        return History(
            self.policy, self.messages, published, self.outcome(), self.now, self._rows(UNWATCHED), self._rows(UNEXPLAINED)
        )

    def outcome(self) -> dict[str, list[Row]]:
        return outcome.gather(self.chain.reports())

    def _rows(self, query: TextClause) -> list[Row]:
        """What a query finds in escalation's tables."""
        (escalation,) = (runtime for runtime in self.chain.runtimes if runtime.service.name == "escalation")
        with escalation.database.begin() as session:
            return [dict(row) for row in session.execute(query).mappings()]

    def redeliver_everything(self) -> None:
        """Every published event comes once more to every service."""
        again = [Outgoing("duban.events", key, body, user_id="duban") for key, body in self.bodies]
        self.bodies = []
        self.chain.driver.deliver(iter(again))
        self.chain.driver.settle()
        self.chain.driver.tick()
        self.bodies = self.bodies[len(again) :]  # the archive keeps the repeated ones too


@contextmanager
def living(template: Path, policy: Policy, start: datetime) -> Iterator[Living]:
    """A chain, closed on leaving."""
    found = Living(template, policy, start)
    try:
        yield found
    finally:
        found.close()


def played(template: Path, policy: Policy, lines: Iterable[bytes], start: datetime, end: datetime) -> dict[str, list[Row]]:
    """The outcome of a file with these lines, everything before `end`."""
    with living(template, policy, start) as chain_:
        chain_.player.arrivals = order(lines).arrivals
        chain_.until(end)
        chain_.chain.driver.finish()
        return chain_.outcome()


def rebuilt(template: Path, policy: Policy, bodies: Iterable[tuple[str, bytes]], now: datetime) -> dict[str, list[Row]]:
    """Scoring's lists, from nothing but the stream of published events."""
    with tempfile.TemporaryDirectory(prefix="duban-rebuilt-") as folder:
        path = Path(folder) / "scoring.sqlite"
        shutil.copy(template / path.name, path)
        database = Database(f"sqlite:///{path}", "scoring", durable=False)
        broker = EmbeddedBroker(archive=lambda key, body: None)
        runtime = Runtime(Scoring(policy), database, VirtualClock(now), refuse_waiting_after=None, memory=Memory())
        driver = InProcess([runtime], broker, keep_published=False)
        driver.deliver(Outgoing("duban.events", key, body) for key, body in bodies)
        driver.settle()
        with database.begin() as session:
            found = outcome.gather([scoring_report(session, policy)])
        database.close()
        broker.close()
        return found
