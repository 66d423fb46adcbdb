"""The published policies, for what is kept how long; deductions come with their slips."""

from __future__ import annotations

from datetime import datetime

from event_contracts.escalation import PolicyPublished
from event_contracts.event import Message
from ground_rules.policy import Policy
from ground_rules.publication import Published
from service_chassis.persistence.columns import Instant, Json
from service_chassis.persistence.sql import insert_new
from sqlalchemy import Column, Connection, Table, Text, select

from scoring.store.ledger import METADATA

policies = Table(
    "policies",
    METADATA,
    Column("publication", Text, primary_key=True),
    Column("published_at", Instant, nullable=False),
    Column("content", Json, nullable=False),
)

_POLICIES = select(policies.c.content).order_by(policies.c.published_at, policies.c.publication)


def keep(session: Connection, message: Message) -> None:
    """Store a publication; the same one twice is one."""
    data: PolicyPublished = message.data
    content = {"version": data.version, "effective_from": data.effective_from.isoformat(), "parameters": data.parameters}
    insert_new(session, policies, [{"publication": message.id, "published_at": message.time, "content": content}])


def in_force(session: Connection, base: Policy, instant: datetime) -> Policy:
    """The policy in force at an instant; `base` lies beneath what was published."""
    return Published(base, policies=list(session.execute(_POLICIES).scalars())).at(instant)
