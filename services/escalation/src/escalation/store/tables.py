"""Escalation's tables; what each is for stands at the head of the store."""

from __future__ import annotations

from typing import Any

from service_chassis.persistence.columns import Instant, Json
from service_chassis.persistence.tables import metadata
from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text, UniqueConstraint, text

METADATA = metadata()


def _where(condition: str) -> dict[str, Any]:
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


ladder = Table(
    "ladder",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("external_ref", Text),
    Column("submitted_by", Text),
    Column("assignment_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("standard", Text, nullable=False),
    Column("amount", Integer),
    Column("limit_unit", Text),
    Column("fixed_due", Instant),
    Column("waiting", Text),
    Column("plan", Json),
    Column("reply_amount", Integer),
    Column("reply_unit", Text),
    Column("source_type", Text),
    Column("formerly", Json),
    Column("moved_at", Instant),
    Column("urgency", Text),
    Index("ix_ladder_waiting", "waiting", "unit", **_where("waiting IS NOT NULL")),
)

clock = Table(
    "clock",
    METADATA,
    Column("matter_id", Text, nullable=False, index=True),
    Column("unit", Text, nullable=False),
    Column("owner", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("amount", Integer),
    Column("limit_unit", Text),
    Column("fixed_due", Instant),
    Column("started_on", Date, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("deadline", Date, nullable=False),
    Column("due_instant", Instant, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("suspended_days", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("passed_due", Instant),
    Column("edition", Integer, nullable=False, server_default="0"),
    Column("ended_at", Instant),
)

slip = Table(
    "slip",
    METADATA,
    Column("slip_id", Text, primary_key=True),
    Column("matter_id", Text, nullable=False, index=True),
    Column("unit", Text, nullable=False),
    Column("colour", Text, nullable=False),
    Column("renewal", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("ground", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("standing", Boolean, nullable=False),
    Column("number", Text),
    Column("standard", Text, nullable=False),
    Column("requirements", Json, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("limit_unit", Text, nullable=False),
    Column("liability_date", Date),
    Column("proposed_by", Text, nullable=False),
    Column("issued_at", Instant),
    Column("issued_by", Text),
    Column("reason", Text, nullable=False),
    Column("previous_slip", Text),
    Column("served_at", Instant),
    Column("served_on", Date),
    Column("served_mode", Text),
    Column("ended_at", Instant),
    Column("cause", Text),
    Column("vacated_by", Text),
    Column("policy_version", Text),
    Column("signed_by", Text),
    # One slip per (matter, unit, colour, renewal) that has not fallen: invariants 1 and 9, d.17 "the unique key of a slip".
    Index("uq_slip_standing", "matter_id", "unit", "colour", "renewal", unique=True, **_where("standing")),
    Index("ix_slip_weighty", "unit", "liability_date", **_where("colour <> 'WHITE'")),
)

journal = Table(
    "journal",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("arrived", Instant, nullable=False),
    Column("data", Json, nullable=False),
)

referral = Table(
    "referral",
    METADATA,
    Column("referral_id", Text, primary_key=True),
    Column("slip_id", Text, nullable=False),
    Column("matter_id", Text, nullable=False, index=True),
    Column("unit", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("acknowledged_at", Instant),
    Column("concluded_at", Instant),
    Column("outcome", Text),
    Column("recalled_at", Instant),
    Index("uq_referral_slip_body", "slip_id", "body", unique=True),
)

hold = Table(
    "hold",
    METADATA,
    Column("parked_id", Text, primary_key=True),
    Column("sender", Text, nullable=False),
    Column("matter_id", Text),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("released_at", Instant),
)

outcome = Table(
    "outcome",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("about", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("count", Integer, nullable=False),
)

counter = Table(
    "counter",
    METADATA,
    Column("year", Integer, primary_key=True),
    Column("colour", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

interview = Table(
    "interview",
    METADATA,
    Column("interview_id", Text, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Text),
    Column("held_at", Instant),
    # One proposal at a time: the next attempt of a year is made only after the one before was recalled.
    UniqueConstraint("unit", "year", "attempt", name="uq_interview_attempt"),
)
