"""The queue of deliveries: one row for each addressee's copy on each channel, and the inbox that people read here.

Rows are written in the transaction of their letter. Whoever sends takes a row first (state TRYING, one attempt more, a time
until which it is his), sends, and records; a taken row whose time has run out was sent perhaps, and is taken again with the
same id. `attempts` is the fence: only the process of the last attempt may record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from service_chassis.persistence.columns import Instant
from service_chassis.persistence.sql import insert_new, select_in
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    RowMapping,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)

from notify.domain.audience import SIGNS
from notify.domain.sending import Copy, Decision, State, Ways, copy_id, is_urgent
from notify.domain.serving import Letter
from notify.store.letters import METADATA, letter, notice

NO_WAY = "NONE"
"""Stands for the channel of an addressee to whom none leads."""
NO_WAY_REASON = "没有为该收件人设置渠道 / no channel leads to this addressee"
RESTORED_REASON = "数据库自备份恢复，或已送出；请核实后重发 / restored from a backup: sent perhaps; look, then send it again"
GONE_REASON = "单位已变更，通知转送继任单位 / the unit's part has moved to its successor"

letter_text = Table(
    "letter_text",
    METADATA,
    Column("letter_id", Text, ForeignKey("letter.letter_id"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
)

delivery = Table(
    "delivery",
    METADATA,
    Column("copy_id", Text, primary_key=True),
    Column("letter_id", Text, ForeignKey("letter.letter_id"), nullable=False),
    Column("unit", Text, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("perhaps", Integer, nullable=False),
    Column("next_at", Instant),
    Column("held_until", Instant),
    Column("ended_at", Instant),
    Column("detail", Text, nullable=False),
    UniqueConstraint("letter_id", "unit", "addressee", "channel", name="uq_delivery_letter_id_unit_addressee_channel"),
    Index("ix_delivery_state_channel_next_at", "state", "channel", "next_at"),
)

mailbox = Table(
    "mailbox",
    METADATA,
    Column("copy_id", Text, ForeignKey("delivery.copy_id"), primary_key=True),
    Column("unit", Text, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
    Index("ix_mailbox_unit_addressee_written_at", "unit", "addressee", "written_at"),
)

_ABANDONED = and_(delivery.c.state == State.TRYING.value, delivery.c.held_until <= bindparam("now"))
_READY = or_(and_(delivery.c.state == State.WAITING.value, delivery.c.next_at <= bindparam("now")), _ABANDONED)
_PICK = (
    select(delivery.c.copy_id)
    .where(delivery.c.channel == bindparam("channel"), or_(delivery.c.urgent, bindparam("all") == 1), _READY)
    .order_by(delivery.c.urgent.desc(), delivery.c.next_at, delivery.c.copy_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    delivery.update()
    .where(delivery.c.copy_id == bindparam("b_copy_id"))
    .values(
        perhaps=delivery.c.perhaps + case((delivery.c.state == State.TRYING.value, 1), else_=0),
        state=State.TRYING.value,
        attempts=delivery.c.attempts + 1,
        held_until=bindparam("b_held_until"),
    )
)
_GIVE_BACK = (
    delivery.update()
    .where(delivery.c.copy_id == bindparam("b_copy_id"), delivery.c.attempts == bindparam("b_attempts"))
    .where(delivery.c.state == State.TRYING.value)
    .values(state=State.WAITING.value, attempts=delivery.c.attempts - 1, held_until=None)
)
_RECORD = (
    delivery.update()
    .where(delivery.c.copy_id == bindparam("b_copy_id"), delivery.c.attempts == bindparam("b_attempts"))
    .where(delivery.c.state == State.TRYING.value)
    .values(
        state=bindparam("b_state"),
        perhaps=delivery.c.perhaps + bindparam("b_perhaps"),
        next_at=bindparam("b_next_at"),
        held_until=None,
        ended_at=bindparam("b_ended_at"),
        detail=bindparam("b_detail"),
    )
)
_COUNTS = select(delivery.c.channel, delivery.c.state, func.count()).group_by(delivery.c.channel, delivery.c.state)
_LISTED = (
    select(delivery, letter.c.kind, letter.c.colour, letter.c.matter_id, letter.c.external_ref, letter.c.about)
    .join(letter, letter.c.letter_id == delivery.c.letter_id)
    .where(delivery.c.state.in_(bindparam("states", expanding=True)))
    .order_by(delivery.c.ended_at, delivery.c.copy_id)
)
_AGAIN = (
    delivery.update()
    .where(delivery.c.copy_id == bindparam("b_copy_id"), delivery.c.state == State.FAILED.value)
    .values(state=State.WAITING.value, attempts=0, next_at=bindparam("b_now"), ended_at=None)
)
_MOVED = (
    delivery.update()
    .where(delivery.c.letter_id == bindparam("b_letter_id"), delivery.c.unit == bindparam("b_unit"))
    .where(delivery.c.state == State.WAITING.value)
    .values(state=State.NOT_SENT.value, next_at=None, detail=GONE_REASON)
)


def rows_of(written: Letter, addressees: Iterable[str], ways: Ways) -> list[dict[str, Any]]:
    """A row for each addressee and channel of a letter; one without a way has a row that says so."""
    found = []
    for addressee in addressees:
        channels = sorted(ways.to(written.unit, addressee)) or [NO_WAY]
        found += [_row(written, addressee, channel) for channel in channels]
    return found


def _row(written: Letter, addressee: str, channel: str) -> dict[str, Any]:
    reached = channel != NO_WAY
    return {
        "copy_id": copy_id(written.letter_id, written.unit, addressee, channel),
        "letter_id": written.letter_id,
        "unit": written.unit,
        "addressee": addressee,
        "channel": channel,
        "urgent": written.urgent or is_urgent(written.kind, written.colour),
        "state": (State.WAITING if reached else State.NOT_SENT).value,
        "attempts": 0,
        "perhaps": 0,
        "next_at": written.dispatched_at if reached else None,
        "held_until": None,
        "ended_at": None if reached else written.dispatched_at,
        "detail": "" if reached else NO_WAY_REASON,
    }


def write(session: Connection, texts: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> None:
    """Put copies into the queue; what is in it already stays as it is."""
    insert_new(session, letter_text, texts)
    insert_new(session, delivery, rows)


def readdress(session: Connection, moved: Letter, unit: str) -> bool:
    """A letter is not `unit`'s any more: what has not left does not leave. Whether it was to be sent at all."""
    session.execute(_MOVED, {"b_letter_id": moved.letter_id, "b_unit": unit})
    return bool(select_in(session, letter_text, "letter_id", [moved.letter_id]))


def addressees(session: Connection, letter_id: str) -> list[str]:
    """Who has a copy of a letter."""
    return sorted(row["addressee"] for row in select_in(session, notice, "letter_id", [letter_id]))


def take(session: Connection, channel: str, now: datetime, held_until: datetime, most: int, *, everything: bool) -> list[str]:
    """Take the next copies of a channel; without `everything` only urgent ones. Their ids."""
    values = {"channel": channel, "now": now, "most": most, "all": int(everything)}
    ids = [row[0] for row in session.execute(_PICK, values)]
    if ids:
        session.execute(_TAKE, [{"b_copy_id": id_, "b_held_until": held_until} for id_ in ids])
    return ids


def read(session: Connection, ids: Sequence[str]) -> list[RowMapping]:
    """The rows of these copies, in the order of the ids."""
    found = {row["copy_id"]: row for row in select_in(session, delivery, "copy_id", ids)}
    return [found[id_] for id_ in ids]


def copies(session: Connection, rows: Sequence[RowMapping], ways: Ways) -> list[Copy | None]:
    """What is to be sent for each row; None where no address stands for it any more."""
    ids = {row["letter_id"] for row in rows}
    texts = {row["letter_id"]: row for row in select_in(session, letter_text, "letter_id", ids)}
    letters = {row["letter_id"]: row for row in select_in(session, letter, "letter_id", ids)}
    return [_copy(row, texts[row["letter_id"]], letters[row["letter_id"]], ways) for row in rows]


def _copy(row: RowMapping, told: RowMapping, written: RowMapping, ways: Ways) -> Copy | None:
    address = ways.to(row["unit"], row["addressee"]).get(row["channel"])
    if address is None:
        return None
    return Copy(
        copy_id=row["copy_id"],
        unit=row["unit"],
        addressee=row["addressee"],
        address=address,
        title=told["title"],
        text=told["text"],
        written_at=written["dispatched_at"],
    )


def record(session: Connection, row: RowMapping, decision: Decision, now: datetime, *, perhaps: bool) -> bool:
    """Write down how an attempt ended; False when another process has taken the copy since."""
    ended = decision.state is not State.WAITING
    values = {
        "b_copy_id": row["copy_id"],
        "b_attempts": row["attempts"],
        "b_state": decision.state.value,
        "b_perhaps": int(perhaps),
        "b_next_at": decision.next_at,
        "b_ended_at": now if ended else None,
        "b_detail": decision.detail,
    }
    return bool(session.execute(_RECORD, values).rowcount)


def give_back(session: Connection, rows: Iterable[RowMapping]) -> None:
    """These were taken and not tried: as if they had not been taken."""
    values = [{"b_copy_id": row["copy_id"], "b_attempts": row["attempts"]} for row in rows]
    if values:
        session.execute(_GIVE_BACK, values)


def put_into_inbox(session: Connection, copy: Copy) -> None:
    """Lay a copy into the inbox, once."""
    fields = ("copy_id", "unit", "addressee", "title", "text", "written_at")
    insert_new(session, mailbox, [{name: getattr(copy, name) for name in fields}])


def first_delivered(session: Connection, letter_id: str, unit: str) -> tuple[bool, datetime | None]:
    """Whether the unit's copies were to be sent by a channel at all, and when the first of them was delivered."""
    rows = [row for row in select_in(session, delivery, "letter_id", [letter_id]) if row["unit"] == unit]
    found = [row for row in rows if row["addressee"] in SIGNS and row["channel"] != NO_WAY]
    times = [row["ended_at"] for row in found if row["state"] == State.DELIVERED.value]
    return bool(found), min(times, default=None)


def counts(session: Connection) -> list[tuple[str, str, int]]:
    """(channel, state, copies)."""
    return [(row[0], row[1], row[2]) for row in session.execute(_COUNTS)]


def listed(session: Connection, *states: State) -> list[RowMapping]:
    """Copies in these states with what they are about, by time."""
    return list(session.execute(_LISTED, {"states": [state.value for state in states]}).mappings())


def again(session: Connection, id_: str, now: datetime) -> bool:
    """A failed copy is tried anew, by a person's wish; False where there is no such failed copy."""
    return bool(session.execute(_AGAIN, {"b_copy_id": id_, "b_now": now}).rowcount)


_IN_DOUBT = (
    delivery.update()
    .where(delivery.c.state.in_((State.WAITING.value, State.TRYING.value)))
    .values(state=State.FAILED.value, next_at=None, held_until=None, ended_at=bindparam("at"), detail=RESTORED_REASON)
)


def doubt_all(session: Connection, at: datetime) -> int:
    """After a backup was restored: whatever waits may have left since, so a person decides (`letters --failed`, `--again`)."""
    return session.execute(_IN_DOUBT, {"at": at}).rowcount
