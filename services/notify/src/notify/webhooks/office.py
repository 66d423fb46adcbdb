"""The role `hooks`: one thread reads the archive, and each endpoint for which there is something to do has one of its own.

A receiver that hangs holds up its own thread and nothing else.
"""

from __future__ import annotations

import threading
from typing import Any

from service_chassis import logs
from service_chassis.backoff import BackOff
from service_chassis.errors import ConfigError, Retry

from notify.store import hook_calls
from notify.webhooks.calling import Caller
from notify.webhooks.feeding import Feeder, Halt

MOST_THREADS = 200
"""Endpoints that are called at the same time; others wait until a thread is free."""
STOP_SECONDS = 30.0


class Office:
    """Runs until told to stop."""

    def __init__(self, feeder: Feeder, caller: Caller, runtime: Any, health: Any, pause: float) -> None:
        self._feeder, self._caller, self._runtime = feeder, caller, runtime
        self._health, self._pause = health, pause
        self._stopping = threading.Event()
        self._calling: dict[str, threading.Thread] = {}
        self._log = logs.logger()

    def stop(self) -> None:
        """End after the calls that are under way; may be called from a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Read and call until `stop`."""
        reading = threading.Thread(target=self._read, name="archive", daemon=True)
        reading.start()
        back_off = BackOff()
        while not self._stopping.wait(self._pause):
            if reading.is_alive():
                self._health.beat()
            try:
                self._call_all()
                back_off.reset()
            except Retry as fault:
                self._lose("database", fault, back_off)
        for thread in (reading, *self._calling.values()):
            thread.join(STOP_SECONDS)

    def _call_all(self) -> None:
        """See that every endpoint with something to do has its thread."""
        with self._runtime.database.begin() as session:
            names = hook_calls.ready(session, self._runtime.clock.now())
        self._health.report("database", True, "connected")
        self._calling = {name: thread for name, thread in self._calling.items() if thread.is_alive()}
        for name in names:
            if name not in self._calling and len(self._calling) < MOST_THREADS:
                self._calling[name] = threading.Thread(target=self._serve, args=(name,), name=name, daemon=True)
                self._calling[name].start()

    def _serve(self, name: str) -> None:
        try:
            while not self._stopping.is_set() and self._caller.step(name):
                pass
        except Retry as fault:
            self._log.warning("hooks lost the database", action="webhook.retry", endpoint=name, reason=str(fault))

    def _read(self) -> None:
        back_off = BackOff()
        while not self._stopping.is_set():
            try:
                self._feeder.follow(lambda: self._well(back_off))
            except Retry as fault:
                self._lose("broker", fault, back_off)
            except (Halt, ConfigError) as fault:
                self._log.error("the archive is not read", action="webhook.halt", reason=str(fault))
                self._health.report("broker", False, str(fault))
                self._stopping.wait(60.0)

    def _well(self, back_off: BackOff) -> bool:
        back_off.reset()
        self._health.report("broker", True, "reading the archive")
        return not self._stopping.is_set()

    def _lose(self, part: str, fault: Retry, back_off: BackOff) -> None:
        self._log.warning("hooks lost a server", action="webhook.retry", part=part, reason=str(fault))
        self._health.report(part, False, str(fault))
        self._stopping.wait(back_off.pause())
