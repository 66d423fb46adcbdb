"""The first tables: the chassis' own, then escalation's; before the code that uses them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from service_chassis.persistence import tables
from service_chassis.persistence.columns import Instant, Json

revision = "escalation_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything; nothing is there yet."""
    tables.upgrade(op, 1)
    _ladder()
    _clock()
    _slip()
    _journal()
    _referral()
    _interview()
    _rest()


def _partial(condition: str) -> dict[str, Any]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def _ladder() -> None:
    op.create_table(
        "ladder",
        sa.Column("matter_id", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("external_ref", sa.Text),
        sa.Column("submitted_by", sa.Text),
        sa.Column("assignment_id", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("standard", sa.Text, nullable=False),
        sa.Column("amount", sa.Integer),
        sa.Column("limit_unit", sa.Text),
        sa.Column("fixed_due", Instant),
        sa.Column("waiting", sa.Text),
        sa.Column("plan", Json),
        sa.Column("reply_amount", sa.Integer),
        sa.Column("reply_unit", sa.Text),
        sa.Column("source_type", sa.Text),
        sa.Column("formerly", Json),
        sa.Column("moved_at", Instant),
        sa.Column("urgency", sa.Text),
        sa.PrimaryKeyConstraint("matter_id", "unit", name="pk_ladder"),
    )
    op.create_index("ix_ladder_waiting", "ladder", ["waiting", "unit"], **_partial("waiting IS NOT NULL"))


def _clock() -> None:
    op.create_table(
        "clock",
        sa.Column("matter_id", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("amount", sa.Integer),
        sa.Column("limit_unit", sa.Text),
        sa.Column("fixed_due", Instant),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("deadline", sa.Date, nullable=False),
        sa.Column("due_instant", Instant, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("suspended_days", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("passed_due", Instant),
        sa.Column("edition", sa.Integer, nullable=False, server_default="0"),
        sa.Column("ended_at", Instant),
        sa.PrimaryKeyConstraint("owner", "about", name="pk_clock"),
    )
    op.create_index("ix_clock_matter_id", "clock", ["matter_id"])


def _slip() -> None:
    op.create_table(
        "slip",
        sa.Column("slip_id", sa.Text, nullable=False),
        sa.Column("matter_id", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("colour", sa.Text, nullable=False),
        sa.Column("renewal", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("standing", sa.Boolean, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("standard", sa.Text, nullable=False),
        sa.Column("requirements", Json, nullable=False),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("limit_unit", sa.Text, nullable=False),
        sa.Column("liability_date", sa.Date),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("issued_at", Instant),
        sa.Column("issued_by", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("previous_slip", sa.Text),
        sa.Column("served_at", Instant),
        sa.Column("served_on", sa.Date),
        sa.Column("served_mode", sa.Text),
        sa.Column("ended_at", Instant),
        sa.Column("cause", sa.Text),
        sa.Column("vacated_by", sa.Text),
        sa.Column("policy_version", sa.Text),
        sa.Column("signed_by", sa.Text),
        sa.PrimaryKeyConstraint("slip_id", name="pk_slip"),
    )
    op.create_index("ix_slip_matter_id", "slip", ["matter_id"])
    op.create_index("uq_slip_standing", "slip", ["matter_id", "unit", "colour", "renewal"], unique=True, **_partial("standing"))
    op.create_index("ix_slip_weighty", "slip", ["unit", "liability_date"], **_partial("colour <> 'WHITE'"))


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("matter_id", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("arrived", Instant, nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.PrimaryKeyConstraint("matter_id", "unit", "kind", "id", name="pk_journal"),
    )


def _referral() -> None:
    op.create_table(
        "referral",
        sa.Column("referral_id", sa.Text, nullable=False),
        sa.Column("slip_id", sa.Text, nullable=False),
        sa.Column("matter_id", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("acknowledged_at", Instant),
        sa.Column("concluded_at", Instant),
        sa.Column("outcome", sa.Text),
        sa.Column("recalled_at", Instant),
        sa.PrimaryKeyConstraint("referral_id", name="pk_referral"),
    )
    op.create_index("ix_referral_matter_id", "referral", ["matter_id"])
    op.create_index("uq_referral_slip_body", "referral", ["slip_id", "body"], unique=True)


def _interview() -> None:
    op.create_table(
        "interview",
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("proposed_at", Instant, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decided_by", sa.Text),
        sa.Column("held_at", Instant),
        sa.PrimaryKeyConstraint("interview_id", name="pk_interview"),
        sa.UniqueConstraint("unit", "year", "attempt", name="uq_interview_attempt"),
    )


def _rest() -> None:
    op.create_table(
        "hold",
        sa.Column("parked_id", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("matter_id", sa.Text),
        sa.Column("since", Instant, nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.Column("released_at", Instant),
        sa.PrimaryKeyConstraint("parked_id", name="pk_hold"),
    )
    op.create_table(
        "outcome",
        sa.Column("matter_id", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("first_seen", Instant, nullable=False),
        sa.Column("last_seen", Instant, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("matter_id", "about", "reason", name="pk_outcome"),
    )
    op.create_table(
        "counter",
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("colour", sa.Text, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("year", "colour", name="pk_counter"),
    )
