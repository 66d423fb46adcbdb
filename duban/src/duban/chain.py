"""The four services, composed on one machine: their databases, the embedded broker and the driver that moves them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import escalation.report
import intake.report
import notify.report
import scoring.report
from escalation.service import Escalation
from ground_rules.policy import Policy
from intake.service import Intake
from notify.service import Notify
from scoring.service import Scoring
from service_chassis.clock import Clock
from service_chassis.delivery import Runtime
from service_chassis.entrypoints.inprocess import InProcess
from service_chassis.messaging.embedded import EmbeddedBroker
from service_chassis.persistence import migrations, refusals, turned_away
from service_chassis.persistence.database import Database
from service_chassis.persistence.turned_away import TurnedAway
from service_chassis.persistence.unit_of_work import Memory

SERVICES = (Intake, Notify, Escalation, Scoring)
"""In the order in which a matter passes through them: each then reads in one transaction what those before it announced."""

REPORTS: Mapping[str, Callable[[Any, Policy], dict[str, list[dict[str, Any]]]]] = {
    "intake": intake.report.report,
    "escalation": escalation.report.report,
    "scoring": scoring.report.report,
    "notify": notify.report.report,
}


@dataclass(slots=True)
class Chain:
    """The running chain."""

    policy: Policy
    runtimes: Sequence[Runtime]
    broker: EmbeddedBroker
    driver: InProcess

    def reports(self) -> Iterator[dict[str, list[dict[str, Any]]]]:
        """What each service knows, service by service, and what it refused."""
        for runtime in self.runtimes:
            with runtime.database.begin() as session:
                yield REPORTS[runtime.service.name](session, self.policy)
                yield {"refusals": refusals.report(session)}

    def turned_away(self) -> Iterator[tuple[str, TurnedAway]]:
        """(service, record) of every refusal, and of every act about a parked message."""
        for runtime in self.runtimes:
            with runtime.database.begin() as session:
                yield from ((runtime.service.name, found) for found in turned_away.read(session))

    def keep(self, service: str) -> None:
        """Write a service's database to its file as it is now; a rehearsal's is otherwise thrown away."""
        for runtime in self.runtimes:
            if runtime.service.name == service:
                runtime.database.keep()


def is_down_at(policy: Policy, clock: Clock) -> Callable[[str], bool]:
    """Whether a service is down now, by the outages that the policy rehearses."""
    outages = policy.rehearsal.outages

    def is_down(service: str) -> bool:
        now = clock.now()
        return any(outage.service == service and outage.from_ <= now < outage.until for outage in outages)

    return is_down if outages else lambda service: False


def outage_edges(policy: Policy) -> list[datetime]:
    """The instants at which an outage begins or ends."""
    return sorted({edge for outage in policy.rehearsal.outages for edge in (outage.from_, outage.until)})


@contextmanager
def opened(
    folder: Path,
    policy: Policy,
    clock: Clock,
    *,
    durable: bool,
    broker_file: str | None = None,
    archive: Callable[[str, bytes], None] | None = None,
) -> Iterator[Chain]:
    """The chain on SQLite files in `folder`, migrated; closed on leaving.

    `durable=False` is for rehearsals: no fsync, no journal, the broker in memory, and no tables for what is only on its way.
    """
    with ExitStack() as closing:
        runtimes = []
        for kind in SERVICES:
            database = Database(f"sqlite:///{folder / kind.name}.sqlite", kind.name, durable=durable)
            closing.callback(database.close)
            migrations.migrate(database, kind.MIGRATIONS)
            memory = None if durable else Memory()
            runtimes.append(Runtime(kind(policy), database, clock, refuse_waiting_after=None, memory=memory))
        broker = EmbeddedBroker(broker_file or (str(folder / "broker.sqlite") if durable else ":memory:"), archive=archive)
        closing.callback(broker.close)
        driver = InProcess(runtimes, broker, keep_published=durable, is_down=is_down_at(policy, clock))
        yield Chain(policy, runtimes, broker, driver)
