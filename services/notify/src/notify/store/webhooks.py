"""Tables and queries of webhooks: receivers' endpoints with their secrets, the events that they hear, and each delivery.

An event is kept once (`hook_event`), however many endpoints hear it; `hook_delivery` is one endpoint's copy of it, with its log.
What is read from the archive is written in one transaction with the place that was reached (`hook_feed`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from service_chassis.persistence.columns import Instant, Json
from service_chassis.persistence.sql import insert_new, select_in
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    RowMapping,
    Table,
    Text,
    bindparam,
    func,
    select,
)

from notify.domain.sending import State
from notify.domain.webhooks import Standing
from notify.store.letters import METADATA

ARCHIVE = "archive"
OPEN = (State.WAITING.value, State.TRYING.value)
FIRST_EVER: dict[str, Any] = {"feed": ARCHIVE, "position": -1, "event_id": "", "halted": ""}

hook_endpoint = Table(
    "hook_endpoint",
    METADATA,
    Column("endpoint", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("patterns", Json, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("owner", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("hears_from", Instant, nullable=False),
    Column("disabled_at", Instant),
    Column("faults", Integer, nullable=False),
    Column("resting_until", Instant),
    Column("last_taken_at", Instant),
    Column("challenged_until", Instant),
)

hook_secret = Table(
    "hook_secret",
    METADATA,
    Column("endpoint", Text, ForeignKey("hook_endpoint.endpoint"), primary_key=True),
    Column("made_at", Instant, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("ends_at", Instant),
)

hook_event = Table(
    "hook_event",
    METADATA,
    Column("event_id", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("internal", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

hook_delivery = Table(
    "hook_delivery",
    METADATA,
    Column("endpoint", Text, ForeignKey("hook_endpoint.endpoint"), primary_key=True),
    Column("event_id", Text, ForeignKey("hook_event.event_id"), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant),
    Column("held_until", Instant),
    Column("first_tried_at", Instant),
    Column("ended_at", Instant),
    Column("detail", Text, nullable=False),
    Column("log", Json, nullable=False),
    Index("ix_hook_delivery_endpoint_state_position", "endpoint", "state", "position"),
    Index("ix_hook_delivery_endpoint_subject_position", "endpoint", "subject", "position"),
    Index("ix_hook_delivery_event_id", "event_id"),
)

hook_feed = Table(
    "hook_feed",
    METADATA,
    Column("feed", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("halted", Text, nullable=False),
)

hook_replay = Table(
    "hook_replay",
    METADATA,
    Column("endpoint", Text, ForeignKey("hook_endpoint.endpoint"), primary_key=True),
    Column("since", Instant, primary_key=True),
    Column("until", Instant, primary_key=True),
)

hook_internal = Table(
    "hook_internal",
    METADATA,
    Column("subject", Text, primary_key=True),
)

_FEED = select(hook_feed).where(hook_feed.c.feed == ARCHIVE)
_MOVE_FEED = hook_feed.update().values(position=bindparam("b_position"), event_id=bindparam("b_event_id"), halted="")
_HALT = hook_feed.update().values(halted=bindparam("b_halted"))
_COUNTS = select(hook_delivery.c.endpoint, hook_delivery.c.state, func.count()).group_by(
    hook_delivery.c.endpoint, hook_delivery.c.state
)
_STANDINGS = select(hook_endpoint.c.standing, func.count()).group_by(hook_endpoint.c.standing)


# ---- endpoints


def add(session: Connection, row: Mapping[str, Any], secret: str, now: datetime) -> bool:
    """A new endpoint with its first secret; False where one has this name."""
    fresh = {"standing": Standing.NEW.value, "reason": "", "hears_from": now, "faults": 0, "disabled_at": None}
    fresh |= {"resting_until": None, "last_taken_at": None, "challenged_until": None}
    if not insert_new(session, hook_endpoint, [{**fresh, **row}]):
        return False
    add_secret(session, row["endpoint"], secret, now, now)
    return True


def add_secret(session: Connection, endpoint: str, secret: str, now: datetime, former_end: datetime) -> None:
    """A new secret. The last one signs on until `former_end`, older ones no more: never are there more than two."""
    about = hook_secret.c.endpoint == endpoint
    last = session.execute(select(func.max(hook_secret.c.made_at)).where(about)).scalar()
    session.execute(hook_secret.delete().where(about, hook_secret.c.made_at != last))
    session.execute(hook_secret.update().where(about).values(ends_at=former_end))
    added = insert_new(session, hook_secret, [{"endpoint": endpoint, "made_at": now, "secret": secret, "ends_at": None}])
    assert added, "two secrets in one microsecond"


def secrets(session: Connection, endpoint: str, now: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    about = (hook_secret.c.endpoint == endpoint) & (hook_secret.c.ends_at.is_(None) | (hook_secret.c.ends_at > now))
    query = select(hook_secret.c.secret).where(about).order_by(hook_secret.c.made_at.desc())
    return list(session.execute(query).scalars())


def endpoint(session: Connection, name: str) -> RowMapping | None:
    """An endpoint; its secrets are not in it."""
    return session.execute(select(hook_endpoint).where(hook_endpoint.c.endpoint == name)).mappings().first()


def endpoints(session: Connection, *standings: Standing) -> list[RowMapping]:
    """All endpoints, or those with such a standing, by name."""
    query = select(hook_endpoint).order_by(hook_endpoint.c.endpoint)
    if standings:
        query = query.where(hook_endpoint.c.standing.in_([standing.value for standing in standings]))
    return list(session.execute(query).mappings())


def change(session: Connection, name: str, **values: Any) -> bool:
    """Set some columns of an endpoint; False where there is none."""
    return bool(session.execute(hook_endpoint.update().where(hook_endpoint.c.endpoint == name).values(**values)).rowcount)


# ---- what is read from the archive


def feed(session: Connection) -> RowMapping:
    """How far the archive was read; locked until the transaction ends."""
    found = session.execute(_FEED.with_for_update()).mappings().first()
    if found is None:
        insert_new(session, hook_feed, [FIRST_EVER])
        found = session.execute(_FEED.with_for_update()).mappings().one()
    return found


def move_feed(session: Connection, position: int, event_id: str) -> None:
    """The archive was read up to here."""
    session.execute(_MOVE_FEED, {"b_position": position, "b_event_id": event_id})


def halt_feed(session: Connection, why: str) -> None:
    """Reading stopped, and a person must look."""
    feed(session)
    session.execute(_HALT, {"b_halted": why})


def go_on(session: Connection, since: datetime) -> None:
    """Read the archive from its beginning again, whatever it is now; only what was announced from `since` on is queued."""
    feed(session)
    move_feed(session, FIRST_EVER["position"], "")
    session.execute(hook_endpoint.update().values(hears_from=since))


def internal(session: Connection, subjects: Iterable[str]) -> set[str]:
    """Those of these subjects whose content is not for outside."""
    return {row["subject"] for row in select_in(session, hook_internal, "subject", set(subjects))}


def mark_internal(session: Connection, subjects: Iterable[str]) -> None:
    """The content of events about these is not for outside."""
    insert_new(session, hook_internal, [{"subject": subject} for subject in sorted(set(subjects))])


def queue(session: Connection, events: Sequence[Mapping[str, Any]], heard: Sequence[tuple[str, int]], now: datetime) -> int:
    """Keep events, and a delivery for each (endpoint, index of its event); what is there already stays as it is."""
    insert_new(session, hook_event, events)
    rows = [
        {
            "endpoint": name,
            **{key: events[index][key] for key in ("event_id", "position", "subject")},
            "state": State.WAITING.value,
            "attempts": 0,
            "next_at": now,
            **dict.fromkeys(("held_until", "first_tried_at", "ended_at")),
            "detail": "",
            "log": [],
        }
        for name, index in heard
    ]
    return insert_new(session, hook_delivery, rows)


# ---- again


def ask_replay(session: Connection, name: str, since: datetime, until: datetime) -> None:
    """`hooks` is to read this part of the archive for one endpoint."""
    insert_new(session, hook_replay, [{"endpoint": name, "since": since, "until": until}])


def replays(session: Connection) -> list[RowMapping]:
    """What was asked for and not done yet."""
    return list(session.execute(select(hook_replay).order_by(hook_replay.c.endpoint, hook_replay.c.since)).mappings())


def replay_done(session: Connection, asked: Mapping[Any, Any]) -> None:
    """This part was read to its end."""
    session.execute(hook_replay.delete().where(*(hook_replay.c[key] == asked[key] for key in ("endpoint", "since", "until"))))


def again(session: Connection, name: str, event_ids: Sequence[str], now: datetime) -> int:
    """Send these once more, from their first attempt; how many there are in the log. What waits already is left alone."""
    ended = hook_delivery.c.state.not_in(OPEN)
    values = {"state": State.WAITING.value, "attempts": 0, "next_at": now, "ended_at": None, "first_tried_at": None}
    about = (hook_delivery.c.endpoint == name, hook_delivery.c.event_id.in_(list(event_ids)))
    session.execute(hook_delivery.update().where(*about, ended).values(**values))
    return int(session.execute(select(func.count()).select_from(hook_delivery).where(*about)).scalar_one())


# ---- lists


def deliveries(session: Connection, name: str, state: State | None, most: int) -> list[RowMapping]:
    """The log of an endpoint, the newest event first."""
    query = select(hook_delivery, hook_event.c.type).join(hook_event).where(hook_delivery.c.endpoint == name)
    if state is not None:
        query = query.where(hook_delivery.c.state == state.value)
    return list(session.execute(query.order_by(hook_delivery.c.position.desc()).limit(most)).mappings())


def counts(session: Connection) -> list[tuple[str, str, int]]:
    """(endpoint, state, deliveries)."""
    return [(row[0], row[1], row[2]) for row in session.execute(_COUNTS)]


def standings(session: Connection) -> list[tuple[str, int]]:
    """(standing, endpoints)."""
    return [(row[0], row[1]) for row in session.execute(_STANDINGS)]


def halted(session: Connection) -> str:
    """Why the archive is not read; empty where it is."""
    return session.execute(select(hook_feed.c.halted)).scalar() or ""


def forget(session: Connection, before: datetime, most: int = 5_000) -> int:
    """Drop deliveries that were taken before this, and events that nobody waits for or can look up any more."""
    old = (
        select(hook_delivery.c.endpoint, hook_delivery.c.event_id)
        .where(hook_delivery.c.state == State.DELIVERED.value, hook_delivery.c.ended_at < before)
        .limit(most)
    )
    gone = list(session.execute(old))
    for name, event_id in gone:
        key = (hook_delivery.c.endpoint == name, hook_delivery.c.event_id == event_id)
        session.execute(hook_delivery.delete().where(*key))
    ids = sorted({row[1] for row in gone})
    held = select(hook_delivery.c.event_id).where(hook_delivery.c.event_id == hook_event.c.event_id).exists()
    session.execute(hook_event.delete().where(hook_event.c.event_id.in_(ids), ~held))
    return len(gone)
