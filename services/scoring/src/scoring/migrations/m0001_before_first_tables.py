"""The first tables: slips as scoring knows them, the ledger, standings and closed years; before the code that uses them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from service_chassis.persistence import tables
from service_chassis.persistence.columns import Instant, Json, Points

revision = "scoring_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything; nothing is there yet."""
    tables.upgrade(op, 1)
    _slip()
    _entry()
    op.create_table(
        "standing",
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("points", Points, nullable=False),
        sa.Column("effective_reds", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("unit", "year", name="pk_standing"),
    )
    _closed_years()


def _slip() -> None:
    op.create_table(
        "slip",
        sa.Column("slip_id", sa.Text, nullable=False),
        sa.Column("unit", sa.Text),
        sa.Column("colour", sa.Text),
        sa.Column("matter_id", sa.Text),
        sa.Column("external_ref", sa.Text),
        sa.Column("submitted_by", sa.Text),
        sa.Column("issued_at", Instant),
        sa.Column("liability_date", sa.Date),
        sa.Column("year", sa.Integer),
        sa.Column("deduction", Points),
        sa.Column("basis", sa.Text),
        sa.Column("policy_version", sa.Text),
        sa.Column("approved_by", sa.Text),
        sa.Column("lapsed_at", Instant),
        sa.Column("fell_at", Instant),
        sa.Column("fall_cause", sa.Text),
        sa.Column("filed_at", Instant),
        sa.Column("upheld_at", Instant),
        sa.PrimaryKeyConstraint("slip_id", name="pk_slip"),
    )
    op.create_index("ix_slip_unit_year", "slip", ["unit", "year"])


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("slip_id", sa.Text),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("amount", Points, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("matter_id", sa.Text),
        sa.Column("external_ref", sa.Text),
        sa.Column("submitted_by", sa.Text),
        sa.Column("colour", sa.Text),
        sa.Column("policy_version", sa.Text),
        sa.Column("reverses", sa.Text),
        sa.Column("approved_by", sa.Text),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("caused_by", sa.Text, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_entry"),
        sa.UniqueConstraint("slip_id", "kind", name="uq_entry_slip_id_kind"),
    )
    op.create_index("ix_entry_unit_year", "entry", ["unit", "year"])


def _closed_years() -> None:
    op.create_table(
        "closing",
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("bases", Json, nullable=False),
        sa.PrimaryKeyConstraint("call", name="pk_closing"),
    )
    op.create_table(
        "persons",
        sa.Column("publication", sa.Text, nullable=False),
        sa.Column("published_at", Instant, nullable=False),
        sa.Column("held", Json, nullable=False),
        sa.PrimaryKeyConstraint("publication", name="pk_persons"),
    )
    op.create_table(
        "units",
        sa.Column("publication", sa.Text, nullable=False),
        sa.Column("published_at", Instant, nullable=False),
        sa.Column("listed", Json, nullable=False),
        sa.PrimaryKeyConstraint("publication", name="pk_units"),
    )
    op.create_table(
        "closing_line",
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("line", Json, nullable=False),
        sa.PrimaryKeyConstraint("year", "unit", name="pk_closing_line"),
    )
    op.create_table(
        "restated",
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("unit", "year", "key", name="pk_restated"),
    )
