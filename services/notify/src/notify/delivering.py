"""The role `deliver`: takes copies from the queue, sends them, records how it ended.

One thread for each channel, so that a slow one delays only itself. A copy is taken (and its attempt counted) in a transaction
before it is sent; if the process dies in between, the copy is taken again when its time has run out, with the same id.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from event_contracts.notify import NoticeFailed
from service_chassis import logs
from service_chassis.backoff import BackOff
from service_chassis.delivery import Runtime
from service_chassis.errors import Retry
from service_chassis.persistence.unit_of_work import Work
from service_chassis.rulebook import Rulebook

from notify.channels.channel import Channel
from notify.domain.audience import NEEDS_SERVICE, SIGNS, Addressee
from notify.domain.sending import (
    MOST_ATTEMPTS,
    Breaker,
    Copy,
    Decision,
    Outcome,
    State,
    Ways,
    after_attempt,
    later,
    may_leave,
    never,
)
from notify.domain.serving import Letter, delivered
from notify.handlers import DEEMED
from notify.store import deliveries
from notify.store.letters import Store

BATCH = 20
"""Copies that one process holds at once; so many are in doubt when it dies, at most."""
MARGIN = timedelta(seconds=30)
NO_ADDRESS = "该渠道上没有此收件人的地址 / no address for this addressee on this channel"


class Courier:
    """Sends what waits for one channel."""

    def __init__(self, name: str, channel: Channel, runtime: Runtime, rulebook: Rulebook, ways: Ways) -> None:
        self._name, self._channel, self._runtime, self._rulebook, self._ways = name, channel, runtime, rulebook, ways
        self._breaker = Breaker()
        self._log = logs.logger()

    def step(self) -> int:
        """Take a batch and send it; returns how many copies were tried. A missing database is a `Retry`."""
        allowed = self._breaker.allows(self._runtime.clock.now())
        if allowed == 0:
            return 0
        rows, copies = self._take(BATCH if allowed is None else min(allowed, BATCH))
        for index, (row, copy) in enumerate(zip(rows, copies, strict=True)):
            if not self._may_try(row):
                self._give_back(rows[index:])
                return index
            self._try(row, copy)
        return len(rows)

    def _take(self, most: int) -> tuple[list[Any], list[Copy | None]]:
        now = self._runtime.clock.now()
        hold = now + BATCH * timedelta(seconds=self._channel.longest_seconds) + MARGIN
        with self._runtime.database.begin() as session:
            self._rulebook.refresh(session)
            policy = self._rulebook.at(now)
            open_now = not self._channel.disturbs or may_leave(now, policy.delivery_window, policy.calendar, policy.zone)
            ids = deliveries.take(session, self._name, now, hold, most, everything=open_now)
            rows = deliveries.read(session, ids)
            return rows, deliveries.copies(session, rows, self._ways)

    def _may_try(self, row: Any) -> bool:
        """The channel is not left alone, and the copy is ours for as long as an attempt may take."""
        now = self._runtime.clock.now()
        ends = now + timedelta(seconds=self._channel.longest_seconds)
        return self._breaker.allows(now) != 0 and ends < row["held_until"]

    def _give_back(self, rows: Sequence[Any]) -> None:
        with self._runtime.database.begin() as session:
            deliveries.give_back(session, rows)

    def _try(self, row: Any, copy: Copy | None) -> None:
        if row["attempts"] > MOST_ATTEMPTS:
            outcome = never(f"sent perhaps; {MOST_ATTEMPTS} attempts ended without an answer")
        else:
            outcome = never(NO_ADDRESS) if copy is None else self._send(copy)
        now = self._runtime.clock.now()
        self._breaker = self._breaker.after(outcome, now)
        if self._breaker.allows(now) == 0:
            self._log.warning("channel is left alone", action="deliver.rest", channel=self._name, reason=outcome.detail)
        decision = after_attempt(outcome, row["attempts"], row["copy_id"], now)
        if record(self._runtime, self._rulebook, row, decision, perhaps=outcome.perhaps):
            self._tell(row, decision)

    def _send(self, copy: Copy) -> Outcome:
        try:
            return self._channel.send(copy)
        except Retry:
            raise
        except Exception as error:  # a fault of ours must not stop the queue; the copy fails where a person sees it
            self._log.exception("channel raised", action="deliver.fault", channel=self._name)
            return later(f"{type(error).__name__}: {error}"[:200], perhaps=True)

    def _tell(self, row: Any, decision: Decision) -> None:
        if decision.state is not State.DELIVERED:
            say = self._log.error if decision.state is State.FAILED else self._log.info
            say(
                "not delivered", action="deliver.attempt", copy=row["copy_id"], state=decision.state.value, reason=decision.detail
            )


def record(runtime: Runtime, rulebook: Rulebook, row: Any, decision: Decision, *, perhaps: bool) -> bool:
    """Write down how an attempt ended, with what follows from it; False when another process has taken the copy since."""
    now = runtime.clock.now()
    with runtime.database.begin() as session:
        work = Work(runtime.service, session, now)
        work.store = Store(session)
        work.store.load([row["letter_id"]])
        found = work.store.letter(row["letter_id"])
        assert found is not None
        work.lock([found.matter_id])
        if not deliveries.record(session, row, decision, now, perhaps=perhaps):
            return False
        if decision.state is State.FAILED:
            work.announce(_failed(found, row, decision, work), subject=found.matter_id, time=now, policy=rulebook.at(now).version)
        elif decision.state is State.DELIVERED and _counts(found, row):
            _begin_deemed_service(work, rulebook, row["letter_id"])
        work.store.save()
        work.flush()
    if decision.state is State.DELIVERED:
        runtime.service.metrics.delivery.observe(max(0.0, (now - found.dispatched_at).total_seconds()))  # type: ignore[attr-defined]
    return True


def _counts(found: Letter, row: Any) -> bool:
    return found.kind in NEEDS_SERVICE and row["addressee"] in SIGNS and row["unit"] == found.unit


def _begin_deemed_service(work: Work, rulebook: Rulebook, letter_id: str) -> None:
    """The unit has its notice now: deemed service is counted from this day, never from a dispatch that did not arrive (d.6)."""
    work.store.load([letter_id])  # read again under the lock
    found = work.store.letter(letter_id)
    _, first = deliveries.first_delivered(work.session, letter_id, found.unit)
    rules = rulebook.at(work.now)
    changed = delivered(found, first, rules.calendar, rules.zone) if first is not None else found
    if changed is not found and changed.deemed_at is not None:
        work.store.put(changed)
        work.set_timer(DEEMED, letter_id, changed.deemed_at, subject=changed.matter_id)


def _failed(found: Letter, row: Any, decision: Decision, work: Work) -> NoticeFailed:
    return NoticeFailed(
        matter_id=found.matter_id,
        external_ref=found.external_ref,
        submitted_by=found.submitted_by,
        notice_id=found.letter_id,
        unit=row["unit"],
        kind=found.kind.value,
        about=found.about,
        colour=found.colour,
        renewal=found.renewal,
        addressee=Addressee(row["addressee"]).value,
        channel=row["channel"],
        attempts=row["attempts"],
        reason=decision.detail,
        failed_at=work.now,
    )


class Post:
    """All couriers of one process, each in a thread of its own, until told to stop."""

    def __init__(
        self, channels: Mapping[str, Channel], courier: Callable[[str, Channel], Courier], health: Any, pause: float
    ) -> None:
        self._couriers = {name: courier(name, channel) for name, channel in channels.items()}
        self._health, self._pause = health, pause
        self._stopping = threading.Event()
        self._log = logs.logger()

    def stop(self) -> None:
        """End after the attempts that are under way; may be called from a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Send until `stop`."""
        threads = [threading.Thread(target=self._serve, args=item, name=item[0], daemon=True) for item in self._couriers.items()]
        for thread in threads:
            thread.start()
        while not self._stopping.wait(1.0):
            if all(thread.is_alive() for thread in threads):
                self._health.beat()
        for thread in threads:
            thread.join(60.0)

    def _serve(self, name: str, courier: Courier) -> None:
        back_off = BackOff()
        while not self._stopping.is_set():
            try:
                tried = courier.step()
                self._health.report("database", True, "connected")
                back_off.reset()
            except Retry as fault:
                self._log.warning("deliver lost the database", action="deliver.retry", channel=name, reason=str(fault))
                self._health.report("database", False, str(fault))
                self._stopping.wait(back_off.pause())
                continue
            if not tried:
                self._stopping.wait(self._pause)
