"""A service of a few lines for the tests of the chassis: writes down every submitted matter and announces it.

The title tells it to misbehave: `fail` raises, `kill` ends the process, `slow` waits in the database.
"""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from event_contracts.event import Message
from event_contracts.inbound import MatterSubmitted
from event_contracts.intake import InboundParked, MatterRegistered, SourceRecord
from service_chassis.declare import Service, consume, due
from service_chassis.persistence.sql import insert_rows
from service_chassis.persistence.tables import metadata
from service_chassis.persistence.unit_of_work import Timer, Work

note = sa.Table(
    "note", metadata(), sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("ref", sa.Text), sa.Column("title", sa.Text)
)


class Desk(Service):
    """Keeps notes."""

    name = "desk"
    MIGRATIONS = "desk.migrations"
    PARKED = InboundParked

    def __init__(self, policy: Any) -> None:
        self.notes: list[dict[str, str]] = []

    @consume(MatterSubmitted)
    def on_submitted(self, work: Work, message: Message) -> None:
        data = message.data
        self._misbehave(work, data.title)
        self.notes.append({"ref": data.external_ref, "title": data.title})
        fact = MatterRegistered(
            matter_id=data.external_ref,
            external_ref=data.external_ref,
            submitted_by=message.sender,
            title=data.title,
            kind="TASK",
            section="A",
            standard=data.standard,
            source=SourceRecord(type=data.source.type),
            state="REGISTERED",
        )
        work.announce(fact, subject=data.external_ref, time=message.time, barrier=data.title == "barrier")
        if data.title == "timer":
            work.set_timer("later", data.external_ref, message.time + timedelta(hours=1), subject=data.external_ref)

    @due("later")
    def on_later(self, work: Work, timer: Timer) -> None:
        self.notes.append({"ref": timer.key, "title": "rang"})

    def prepare(self, work: Work, messages: Any) -> None:
        work.lock(message.data.external_ref for message in messages)
        self.notes = []

    def prepare_timers(self, work: Work, timers: Any) -> None:
        self.notes = []

    def save(self, work: Work) -> None:
        if self.notes:
            insert_rows(work.session, note, self.notes)
        self.notes = []

    def _misbehave(self, work: Work, title: str) -> None:
        if title == "fail" and "DESK_IS_CURED" not in os.environ:
            raise RuntimeError("this message cannot be handled")
        if title == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if title.startswith("slow") and work.session.dialect.name == "postgresql":
            work.session.execute(sa.text("SELECT pg_sleep(:seconds)"), {"seconds": float(title.removeprefix("slow") or 0.5)})
