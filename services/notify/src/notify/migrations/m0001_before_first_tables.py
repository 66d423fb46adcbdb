"""The first tables: letters with their receipts, and each addressee's copy; before the code that uses them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from service_chassis.persistence import tables
from service_chassis.persistence.columns import Instant, Json

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
    op.create_table(
        "signature",
        *_texts("letter_id", "signed_by"),
        sa.Column("signed_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("letter_id", "signed_by", "signed_at", name="pk_signature"),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.letter_id"], name="fk_signature_letter_id"),
    )
    _bulletin()
    _delivery()
    _hooks()
    _hook_deliveries()


def _bulletin() -> None:
    op.create_table(
        "bulletin",
        sa.Column("bulletin", sa.Text, nullable=False),
        sa.Column("scope", Json, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("published_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("bulletin", name="pk_bulletin"),
    )
    op.create_table(
        "bulletin_entry",
        sa.Column("bulletin", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        *_named(),
        sa.PrimaryKeyConstraint("bulletin", "position", name="pk_bulletin_entry"),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.bulletin"], name="fk_bulletin_entry_bulletin"),
    )
    op.create_index("ix_bulletin_entry_matter_unit", "bulletin_entry", ["matter", "unit"])
    op.create_table(
        "bulletin_correction",
        sa.Column("bulletin", sa.Text, nullable=False),
        sa.Column("slip_id", sa.Text, nullable=False),
        *_named(),
        sa.Column("corrected_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("bulletin", "slip_id", name="pk_bulletin_correction"),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.bulletin"], name="fk_bulletin_correction_bulletin"),
    )


def _delivery() -> None:
    op.create_table(
        "letter_text",
        sa.Column("letter_id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("letter_id", name="pk_letter_text"),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.letter_id"], name="fk_letter_text_letter_id"),
    )
    op.create_table(
        "delivery",
        sa.Column("copy_id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("letter_id", "unit", "addressee", "channel")),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("perhaps", sa.Integer, nullable=False),
        *(sa.Column(name, Instant) for name in ("next_at", "held_until", "ended_at")),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name="pk_delivery"),
        sa.UniqueConstraint("letter_id", "unit", "addressee", "channel", name="uq_delivery_letter_id_unit_addressee_channel"),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.letter_id"], name="fk_delivery_letter_id"),
    )
    op.create_index("ix_delivery_state_channel_next_at", "delivery", ["state", "channel", "next_at"])
    op.create_table(
        "mailbox",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("copy_id", "unit", "addressee", "title", "text")),
        sa.Column("written_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name="pk_mailbox"),
        sa.ForeignKeyConstraint(["copy_id"], ["delivery.copy_id"], name="fk_mailbox_copy_id"),
    )
    op.create_index("ix_mailbox_unit_addressee_written_at", "mailbox", ["unit", "addressee", "written_at"])


def _named() -> list[sa.Column[str]]:
    """The slip that a bulletin names."""
    named = [sa.Column(name, sa.Text, nullable=False) for name in ("matter", "unit")]
    return [*named, sa.Column("colour", sa.Text)]


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


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _hooks() -> None:
    op.create_table(
        "hook_endpoint",
        *_texts("endpoint", "url"),
        sa.Column("patterns", Json, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        *_texts("owner", "standing", "reason"),
        sa.Column("hears_from", Instant, nullable=False),
        sa.Column("disabled_at", Instant),
        sa.Column("faults", sa.Integer, nullable=False),
        *(sa.Column(name, Instant) for name in ("resting_until", "last_taken_at", "challenged_until")),
        sa.PrimaryKeyConstraint("endpoint", name="pk_hook_endpoint"),
    )
    op.create_table(
        "hook_secret",
        *_texts("endpoint"),
        sa.Column("made_at", Instant, nullable=False),
        *_texts("secret"),
        sa.Column("ends_at", Instant),
        sa.PrimaryKeyConstraint("endpoint", "made_at", name="pk_hook_secret"),
        sa.ForeignKeyConstraint(["endpoint"], ["hook_endpoint.endpoint"], name="fk_hook_secret_endpoint"),
    )
    op.create_table(
        "hook_feed",
        *_texts("feed"),
        sa.Column("position", sa.BigInteger, nullable=False),
        *_texts("event_id", "halted"),
        sa.PrimaryKeyConstraint("feed", name="pk_hook_feed"),
    )
    op.create_table(
        "hook_replay",
        *_texts("endpoint"),
        *(sa.Column(name, Instant, nullable=False) for name in ("since", "until")),
        sa.PrimaryKeyConstraint("endpoint", "since", "until", name="pk_hook_replay"),
        sa.ForeignKeyConstraint(["endpoint"], ["hook_endpoint.endpoint"], name="fk_hook_replay_endpoint"),
    )
    op.create_table("hook_internal", *_texts("subject"), sa.PrimaryKeyConstraint("subject", name="pk_hook_internal"))


def _hook_deliveries() -> None:
    op.create_table(
        "hook_event",
        *_texts("event_id"),
        sa.Column("position", sa.BigInteger, nullable=False),
        *_texts("type", "subject"),
        sa.Column("internal", sa.Boolean, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_hook_event"),
    )
    op.create_table(
        "hook_delivery",
        *_texts("endpoint", "event_id"),
        sa.Column("position", sa.BigInteger, nullable=False),
        *_texts("subject", "state"),
        sa.Column("attempts", sa.Integer, nullable=False),
        *(sa.Column(name, Instant) for name in ("next_at", "held_until", "first_tried_at", "ended_at")),
        *_texts("detail"),
        sa.Column("log", Json, nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "event_id", name="pk_hook_delivery"),
        sa.ForeignKeyConstraint(["endpoint"], ["hook_endpoint.endpoint"], name="fk_hook_delivery_endpoint"),
        sa.ForeignKeyConstraint(["event_id"], ["hook_event.event_id"], name="fk_hook_delivery_event_id"),
    )
    for columns in (["endpoint", "state", "position"], ["endpoint", "subject", "position"], ["event_id"]):
        op.create_index("_".join(["ix_hook_delivery", *columns]), "hook_delivery", columns)
