"""The first tables: letters with their receipts, and each addressee's copy; before the code that uses them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from service_chassis.persistence import tables
from service_chassis.persistence.columns import Instant

revision = "notify_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything; nothing is there yet."""
    tables.upgrade(op, 1)
    _letter()
    op.create_table(
        "notice",
        sa.Column("letter_id", sa.Text, nullable=False),
        sa.Column("addressee", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("letter_id", "addressee", name="pk_notice"),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.letter_id"], name="fk_notice_letter_id"),
    )


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("letter_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("matter_id", sa.Text, nullable=False),
        sa.Column("external_ref", sa.Text),
        sa.Column("submitted_by", sa.Text),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("colour", sa.Text),
        sa.Column("renewal", sa.Integer, nullable=False),
        sa.Column("dispatched_at", Instant, nullable=False),
        sa.Column("deemed_on", sa.Date),
        sa.Column("deemed_at", Instant),
        sa.Column("served_at", Instant),
        sa.Column("served_on", sa.Date),
        sa.Column("mode", sa.Text),
        sa.Column("signed_at", Instant),
        sa.Column("signed_by", sa.Text),
        sa.Column("recalled", sa.Boolean, nullable=False),
        sa.Column("caused_by", sa.Text),
        sa.Column("policy_version", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("letter_id", name="pk_letter"),
    )
    op.create_index("ix_letter_matter_id_unit_kind", "letter", ["matter_id", "unit", "kind"])
