"""The role `check`: what would stop or mislead this service, all of it at once, each in one line that says what to do.

It changes nothing. Settings were read before (wrong ones end the start with all their names); here come database and schema,
clocks, broker with rights and queues, certificates, the calendar, and what waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, TextIO

from service_chassis import certificates, secrets
from service_chassis.clock import SystemClock
from service_chassis.errors import ConfigError, Retry
from service_chassis.messaging import connection, topology
from service_chassis.messaging.management import Management
from service_chassis.persistence import backlog, migrations
from service_chassis.persistence.database import server_time
from service_chassis.station import Station

MOST_SKEW = timedelta(seconds=2)
"""No slip may be decided while clocks disagree more than this (delivery.md F14)."""
CERTIFICATE_DAYS = timedelta(days=30)
CALENDAR_DAYS = timedelta(days=60)
LIST_POLICIES = "rabbitmqctl list_queues -p duban name policy"


class Findings:
    """What was seen: good, worth a warning, or a fault."""

    def __init__(self, name: str, out: TextIO, err: TextIO) -> None:
        self._name, self._out, self._err = name, out, err
        self.faults = 0

    def good(self, text: str) -> None:
        """One line on standard output."""
        print(f"{self._name}: {text}", file=self._out)

    def warn(self, text: str) -> None:
        """Something to do soon; the service can start."""
        print(f"check: warning: {self._name}: {text}", file=self._err)

    def fault(self, text: str) -> None:
        """Something that must be mended first."""
        self.faults += 1
        print(f"check: {self._name}: {secrets.redact(' '.join(text.split()))}", file=self._err)


def run(station: Station, out: TextIO, err: TextIO) -> int:
    """Look at everything; 0 without faults, else 2. Without its tables the rest of the database is not looked at."""
    found = Findings(station.runtime.service.name, out, err)
    if _looked(_schema, station, found):
        for look in (_clocks, _calendar, _waiting):
            _looked(look, station, found)
    _looked(_broker, station, found)
    _looked(_limits, station, found)
    _looked(_certificates, station, found)
    return 2 if found.faults else 0


def _looked(look: Callable[[Station, Findings], None], station: Station, found: Findings) -> bool:
    """Whether there was nothing to complain about; a complaint is one line."""
    try:
        look(station, found)
    except (ConfigError, Retry) as error:
        found.fault(str(error))
        return False
    return True


def _schema(station: Station, found: Findings) -> None:
    found.good(f"schema {migrations.check(station.runtime.database, station.runtime.service.MIGRATIONS)}")


def _clocks(station: Station, found: Findings) -> None:
    """A virtual clock of a test has nothing to do with the server's."""
    theirs = server_time(station.runtime.database)
    if theirs is None or not isinstance(station.runtime.clock, SystemClock):
        return
    skew = abs(theirs - station.runtime.clock.now())
    if skew > MOST_SKEW:
        raise ConfigError(f"this machine's clock and the database's differ by {skew.total_seconds():.0f} s; set up NTP on both")
    found.good(f"clocks agree within {skew.total_seconds():.1f} s")


def _broker(station: Station, found: Findings) -> None:
    opened = connection.connect(station.broker, f"{station.connection_name}.check")
    try:
        topology.of_service(type(station.runtime.service)).verify_readers(opened)
    finally:
        connection.close(opened)
    found.good(f"queues are there ({station.broker.described()})")


def _limits(station: Station, found: Findings) -> None:
    complaints = unbounded(station)
    if complaints is None:
        found.warn(f"the limits of the queues were not looked at; set DUBAN_MANAGEMENT_URL, or on the broker: {LIST_POLICIES}")
        return
    for text in complaints:
        found.fault(text)
    if not complaints:
        found.good("the queues are bounded by policies")


def unbounded(station: Station) -> list[str] | None:
    """Queues to which the broker applies no policy that bounds them as it must, a line each; None where nobody can be asked.

    Each service looks after its own queues, intake after those of outside accounts, too.
    """
    settings = station.settings
    if settings.management_url is None:
        return None
    own = topology.of_service(type(station.runtime.service))
    names = None if own.owner == topology.UNROUTED_READER else {queue.name for queue in own.queues}
    return Management(settings.management_url, settings.amqp_ca, settings.plaintext == "allow").complaints(
        station.broker.vhost, names
    )


def _certificates(station: Station, found: Findings) -> None:
    now = station.runtime.clock.now()
    for peer, ends in sorted(certificates.Ends(station.settings).known().items()):
        if ends <= now:
            found.fault(f"certificate {peer} ended on {ends:%Y-%m-%d}; renew it and restart one role after the other")
        elif ends - now < CERTIFICATE_DAYS:
            found.warn(f"certificate {peer} ends on {ends:%Y-%m-%d}; renew it in time")
        else:
            found.good(f"certificate {peer} is good until {ends:%Y-%m-%d}")


def _calendar(station: Station, found: Findings) -> None:
    runtime = station.runtime
    with runtime.database.begin() as session:
        until: datetime | None = runtime.service.calendar_until(session, runtime.clock.now())
    if until is None:
        return
    todo = "publish the next year's days off (calendar.published); until then its deadlines are provisional"
    if until - runtime.clock.now() < CALENDAR_DAYS:
        found.warn(f"the calendar ends on {until:%Y-%m-%d}: {todo}")
    else:
        found.good(f"the calendar is known until {until:%Y-%m-%d}")


def _waiting(station: Station, found: Findings) -> None:
    runtime = station.runtime
    with runtime.database.begin() as session:
        seen = backlog.read(session, runtime.service.sealed_types)
    oldest = f", the oldest since {seen.oldest_pending:%Y-%m-%dT%H:%M:%SZ}" if seen.oldest_pending else ""
    found.good(f"{seen.pending} rows wait in the outbox{oldest}")
    for text in _left(seen, runtime.service.name):
        found.warn(text)


def _left(seen: Any, name: str) -> Iterator[str]:
    if seen.parked:
        yield f"{sum(seen.parked.values())} messages are parked: python -m {name} redrive list"
    if seen.unsealed:
        yield f"{seen.unsealed} announced rows are not in the audit chain yet; the relay seals them"
