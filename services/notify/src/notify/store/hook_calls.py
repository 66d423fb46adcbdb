"""The queue of webhook calls: which delivery of an endpoint is next, who has taken it, and how the call ended.

One call at a time for an endpoint, whoever makes it: what is taken is decided under a lock on the endpoint's row. An event waits
behind earlier ones about the same subject. `attempts` is the fence: only the process of the last attempt may record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, bindparam, or_, select

from notify.domain.sending import Breaker, Decision, State
from notify.domain.webhooks import Health, Standing
from notify.store.webhooks import OPEN, hook_delivery, hook_endpoint, hook_event, secrets

LONGEST_LOG = 30
"""Attempts that a delivery's log keeps, redelivered ones too."""

_EARLIER = hook_delivery.alias("earlier")
_BEHIND = (
    select(_EARLIER.c.event_id)
    .where(_EARLIER.c.endpoint == hook_delivery.c.endpoint, _EARLIER.c.subject == hook_delivery.c.subject)
    .where(_EARLIER.c.state.in_(OPEN), _EARLIER.c.position < hook_delivery.c.position)
    .exists()
)
_DUE = or_(
    and_(hook_delivery.c.state == State.WAITING.value, hook_delivery.c.next_at <= bindparam("now")),
    and_(hook_delivery.c.state == State.TRYING.value, hook_delivery.c.held_until <= bindparam("now")),
)
_NEXT = (
    select(hook_delivery)
    .where(hook_delivery.c.endpoint == bindparam("endpoint"), _DUE, ~_BEHIND)
    .order_by(hook_delivery.c.position)
    .limit(1)
)
_UNDER_WAY = select(hook_delivery.c.event_id).where(
    hook_delivery.c.endpoint == bindparam("endpoint"),
    hook_delivery.c.state == State.TRYING.value,
    hook_delivery.c.held_until > bindparam("now"),
)
_RESTED = or_(hook_endpoint.c.resting_until.is_(None), hook_endpoint.c.resting_until <= bindparam("now"))
_FREE = or_(hook_endpoint.c.challenged_until.is_(None), hook_endpoint.c.challenged_until <= bindparam("now"))
_LOCK = select(hook_endpoint).where(hook_endpoint.c.endpoint == bindparam("endpoint")).with_for_update(skip_locked=True)
_READY = select(hook_endpoint.c.endpoint).where(
    or_(
        and_(hook_endpoint.c.standing == Standing.VERIFYING.value, _FREE),
        and_(
            hook_endpoint.c.standing == Standing.ACTIVE.value,
            _RESTED,
            select(hook_delivery.c.event_id).where(hook_delivery.c.endpoint == hook_endpoint.c.endpoint, _DUE).exists(),
        ),
    )
)
_SETTLE = (
    hook_delivery.update()
    .where(hook_delivery.c.endpoint == bindparam("b_endpoint"), hook_delivery.c.event_id == bindparam("b_event_id"))
    .where(hook_delivery.c.state == State.TRYING.value, hook_delivery.c.attempts == bindparam("b_attempts"))
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was taken. `perhaps`: it may have been made before."""

    endpoint: RowMapping
    delivery: Mapping[str, Any]
    event: RowMapping
    secrets: list[str]
    perhaps: bool


def ready(session: Connection, now: datetime) -> list[str]:
    """Endpoints for which there is something to do."""
    return list(session.execute(_READY, {"now": now}).scalars())


def take(session: Connection, name: str, now: datetime, held_until: datetime) -> Call | None:
    """The next delivery of an endpoint, taken by this process until `held_until`; None where nothing may be sent now."""
    found = session.execute(_LOCK, {"endpoint": name}).mappings().first()
    if found is None or found["standing"] != Standing.ACTIVE or health(found).rests(now):
        return None
    values = {"endpoint": name, "now": now}
    if session.execute(_UNDER_WAY, values).first() is not None:
        return None
    row = session.execute(_NEXT, values).mappings().first()
    if row is None:
        return None
    taken = {"attempts": row["attempts"] + 1, "held_until": held_until, "first_tried_at": row["first_tried_at"] or now}
    key = (hook_delivery.c.endpoint == name, hook_delivery.c.event_id == row["event_id"])
    session.execute(hook_delivery.update().where(*key).values(state=State.TRYING.value, **taken))
    event = session.execute(select(hook_event).where(hook_event.c.event_id == row["event_id"])).mappings().one()
    return Call(found, {**row, **taken}, event, secrets(session, name, now), row["state"] == State.TRYING.value)


def take_challenge(session: Connection, name: str, now: datetime, held_until: datetime) -> tuple[RowMapping, list[str]] | None:
    """An endpoint that is to be challenged, by this process alone, with its secrets."""
    found = session.execute(_LOCK, {"endpoint": name}).mappings().first()
    if found is None or found["standing"] != Standing.VERIFYING or (found["challenged_until"] or now) > now:
        return None
    session.execute(hook_endpoint.update().where(hook_endpoint.c.endpoint == name).values(challenged_until=held_until))
    return found, secrets(session, name, now)


def health(row: Mapping[Any, Any]) -> Health:
    """What an endpoint's row says of its calls."""
    return Health(Breaker(row["faults"], row["resting_until"]), row["last_taken_at"])


def settle(session: Connection, call: Call, decision: Decision, now: datetime) -> bool:
    """Write down how a call ended; False when another process has taken the delivery since."""
    line = {"attempt": call.delivery["attempts"], "at": now.isoformat(), "said": decision.detail or "taken"}
    log = [*call.delivery["log"], line | ({"perhaps": True} if call.perhaps else {})][-LONGEST_LOG:]
    key = {
        "b_endpoint": call.delivery["endpoint"],
        "b_event_id": call.delivery["event_id"],
        "b_attempts": call.delivery["attempts"],
    }
    values = {
        "state": decision.state.value,
        "next_at": decision.next_at,
        "held_until": None,
        "ended_at": None if decision.state is State.WAITING else now,
        "detail": decision.detail,
        "log": log,
    }
    return bool(session.execute(_SETTLE.values(**values), key).rowcount)


def keep_health(session: Connection, name: str, found: Health) -> None:
    """What the call told of the endpoint."""
    values = {"faults": found.breaker.faults, "resting_until": found.breaker.open_until, "last_taken_at": found.last_taken_at}
    session.execute(hook_endpoint.update().where(hook_endpoint.c.endpoint == name).values(**values))


def lock(session: Connection, name: str) -> RowMapping:
    """An endpoint, locked."""
    return session.execute(select(hook_endpoint).where(hook_endpoint.c.endpoint == name).with_for_update()).mappings().one()
