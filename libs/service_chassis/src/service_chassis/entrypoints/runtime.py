"""Runs a service's declarations in nameko containers, started by us and never by the `nameko` command (stack.md P-1).

`patch` must run before the service, the database driver or the broker client are imported; `cli` sees to it.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from typing import Any

PSYCOPG_WAIT = "wait_selector"
"""With its own choice psycopg blocks the whole process in every query under eventlet (stack.md P-9)."""
SYSTEM_RESOLVER = "EVENTLET_NO_GREENDNS"
"""Set: names are looked up by the system, as in every other role and in libpq, with its hosts file and search list. eventlet's
own resolver would keep the hub running during a look-up, which happens only while there is no connection to lose, and loading it
takes a quarter of the start of a consumer (0.45 s of 1.7 s)."""
NAPS = (0.2, 1.0, 4.0)
"""Seconds of the queries that are tried: a blocking driver stops everything in all of them, a busy machine in short ones only."""
TOO_EARLY = ("psycopg", "sqlalchemy", "amqp", "nameko")
"""Modules that take copies of what `patch` replaces."""


def patch() -> None:
    """Make sockets, locks and sleep cooperative, once and before anything else is imported."""
    from service_chassis.errors import ConfigError

    early = [name for name in TOO_EARLY if name in sys.modules]
    if early:
        raise ConfigError(f"imported before eventlet was set up: {', '.join(early)}; import the service inside its factory")
    os.environ["PSYCOPG_WAIT_FUNC"] = PSYCOPG_WAIT
    os.environ.setdefault(SYSTEM_RESOLVER, "yes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # eventlet says that it is deprecated: docs/decisions
        import eventlet

        eventlet.monkey_patch()


def unpatched() -> tuple[Any, Any]:
    """The real `socket` and `threading`, for the health server, which must not run in the hub that it watches."""
    from eventlet import patcher

    return patcher.original("socket"), patcher.original("threading")


def assert_cooperative(database: Any) -> None:
    """A query must not stop the hub: otherwise no heartbeat is sent while it runs. ConfigError if it does."""
    import eventlet

    from service_chassis.errors import ConfigError
    from service_chassis.persistence.leader import nap

    if database.is_sqlite:
        return
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        while True:
            eventlet.sleep(0.01)
            ticks += 1

    ticker = eventlet.spawn(tick)
    for seconds in NAPS:
        nap(database, seconds)
        if ticks >= 5:
            break
    ticker.kill()
    if ticks < 5:
        raise ConfigError(f"the database driver blocks the process (PSYCOPG_WAIT_FUNC must be {PSYCOPG_WAIT})")


def consume_shell(service: str) -> type:
    """A nameko service that reads both queues of `service`."""
    from service_chassis.declare import EVENTS, INBOUND
    from service_chassis.delivery import Runtime, process_batch
    from service_chassis.entrypoints.consume import read_queue
    from service_chassis.entrypoints.dependencies import RuntimeProvider
    from service_chassis.isolation import process_suspect
    from service_chassis.messaging.batch_consumer import Batch

    def process(runtime: Runtime, batch: Batch) -> None:
        runtime.put_off = batch.may_put_off
        if batch.suspect:
            process_suspect(runtime, batch.queue, batch.deliveries[0])
        else:
            process_batch(runtime, batch.queue, batch.deliveries)

    class Shell:
        name = service
        runtime = RuntimeProvider()

        @read_queue(INBOUND)
        def on_inbound(self, batch: Batch) -> None:
            process(self.runtime, batch)

        @read_queue(EVENTS)
        def on_events(self, batch: Batch) -> None:
            process(self.runtime, batch)

    return Shell


def tick_shell(service: str, limit: int) -> type:
    """A nameko service that answers the due timers of `service`."""
    from service_chassis.delivery import run_timers
    from service_chassis.entrypoints.dependencies import RuntimeProvider
    from service_chassis.entrypoints.every import every
    from service_chassis.pace import Pace

    pace = Pace(limit, first=100, faster=4)  # so that the first slips of a storm are out soon

    class Shell:
        name = service
        runtime = RuntimeProvider()

        @every
        def on_tick(self) -> int:
            handled = run_timers(self.runtime, pace.size)
            pace.note(handled)
            return handled

    return Shell


def serve(shell: type, station: Any) -> None:
    """Run one container until SIGTERM or SIGINT; the running batch is finished first. A dead container raises its error."""
    import eventlet
    from nameko.runners import ServiceRunner

    from service_chassis.entrypoints.dependencies import CONFIG_KEY

    runner = ServiceRunner({CONFIG_KEY: station})
    runner.add_service(shell)

    def on_signal(_number: int, _frame: Any) -> None:
        eventlet.spawn_n(runner.stop)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    runner.start()
    runner.wait()
