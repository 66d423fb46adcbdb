"""The first tables: matters, informants, assignments, filings and verdicts; before the code that uses them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from service_chassis.persistence import tables
from service_chassis.persistence.columns import Bytes, Instant, Json

revision = "intake_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything; nothing is there yet."""
    tables.upgrade(op, 1)
    _matter()
    _informant()
    _assignment()
    _filing()
    _verdict()
    _objection()
    _directory()
    _heads()
    _burden()
    _privacy()
    _acts()
    _advice()
    _inspections()
    _endings()


def _matter() -> None:
    op.create_table(
        "matter",
        *_needed("matter_id", "external_ref", "submitted_by", "title", "kind", "section", "source_type"),
        *_texts("source_number", "source_issuer"),
        sa.Column("source_issued_on", sa.Date),
        sa.Column("source_clause", sa.Text),
        sa.Column("difficult", sa.Boolean, nullable=False),
        *_needed("standard", "classification"),
        sa.Column("subject_terms", Json, nullable=False),
        sa.Column("authorisation", Json),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("submitted_at", Instant, nullable=False),
        sa.Column("closed_at", Instant),
        sa.Column("reply_amount", sa.Integer),
        sa.Column("reply_unit", sa.Text),
        sa.Column("replied_at", Instant),
        sa.Column("primary_id", sa.Text),
        sa.Column("merged_at", Instant),
        sa.Column("leads", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("override", Json),
        *_texts("directive", "urgency", "plan_item"),
        sa.PrimaryKeyConstraint("matter_id", name="pk_matter"),
        sa.UniqueConstraint("submitted_by", "external_ref", name="uq_matter_submitted_by_external_ref"),
    )
    op.create_index("ix_matter_submitted_at", "matter", ["submitted_at", "matter_id"])
    merged = sa.text("primary_id IS NOT NULL")
    op.create_index("ix_matter_primary_id", "matter", ["primary_id"], postgresql_where=merged, sqlite_where=merged)
    planned = sa.text("plan_item IS NOT NULL")
    op.create_index("ix_matter_plan_item", "matter", ["plan_item"], postgresql_where=planned, sqlite_where=planned)


def _informant() -> None:
    op.create_table(
        "informant",
        *_needed("matter_id", "name"),
        sa.Column("contact", sa.Text),
        sa.PrimaryKeyConstraint("matter_id", name="pk_informant"),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.matter_id"], name="fk_informant_matter_id"),
    )


def _assignment() -> None:
    op.create_table(
        "assignment",
        *_needed("matter_id", "unit", "assignment_id"),
        sa.Column("attempt", sa.Integer, nullable=False),
        *_needed("role", "deliverable", "standard"),
        sa.Column("limit_amount", sa.Integer),
        sa.Column("limit_unit", sa.Text),
        sa.Column("due_at", Instant),
        sa.Column("milestones", Json, nullable=False),
        sa.Column("depends_on", Json, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("judged_at", Instant),
        sa.Column("done_at", Instant),
        sa.Column("formerly", Json, nullable=False),
        sa.Column("moved_at", Instant),
        sa.Column("given_at", Instant),
        sa.Column("asked_key", sa.BigInteger),
        sa.PrimaryKeyConstraint("matter_id", "unit", name="pk_assignment"),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.matter_id"], name="fk_assignment_matter_id"),
    )
    lead = sa.text("role = 'LEAD' AND state <> 'TRANSFERRED'")
    op.create_index("uq_assignment_lead", "assignment", ["matter_id"], unique=True, postgresql_where=lead, sqlite_where=lead)
    op.create_index("ix_assignment_unit", "assignment", ["unit"])
    done = sa.text("state = 'VERIFIED'")
    op.create_index("ix_assignment_asked_key", "assignment", ["asked_key"], postgresql_where=done, sqlite_where=done)


def _filing() -> None:
    op.create_table(
        "filing",
        *_needed("matter_id", "unit", "filing", "kind"),
        sa.Column("filed_at", Instant, nullable=False),
        sa.Column("colour", sa.Text),
        sa.Column("percent", sa.Integer),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("evidence", Json),
        sa.PrimaryKeyConstraint("matter_id", "unit", "filing", name="pk_filing"),
    )


def _verdict() -> None:
    op.create_table(
        "verdict",
        *_needed("matter_id", "unit", "verdict", "kind"),
        sa.Column("decided_at", Instant, nullable=False),
        sa.Column("favourable", sa.Boolean, nullable=False),
        *_texts("names", "colour"),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("substantive", sa.Boolean),
        sa.Column("deficiencies", Json),
        sa.PrimaryKeyConstraint("matter_id", "unit", "verdict", name="pk_verdict"),
    )


def _objection() -> None:
    op.create_table(
        "served",
        *_needed("matter_id", "unit", "assignment_id"),
        sa.Column("served_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("matter_id", "unit", "assignment_id", name="pk_served"),
    )
    op.create_table(
        "objection",
        *_needed("matter_id", "unit", "objection"),
        sa.Column("filed_at", Instant, nullable=False),
        sa.Column("grounds", sa.Text, nullable=False),
        sa.Column("evidence", Json),
        sa.Column("outcome", sa.Text),
        sa.Column("decided_at", Instant),
        *_texts("decided_by", "new_unit", "reasons"),
        sa.PrimaryKeyConstraint("matter_id", "unit", "objection", name="pk_objection"),
    )


def _directory() -> None:
    op.create_table(
        "person",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("unit", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("deputy_for", sa.Text),
        sa.PrimaryKeyConstraint("name", "number", name="pk_person"),
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("successor", sa.Text),
        *_needed("name", "kind"),
        *_texts("parent", "compared_in", "head", "liaison"),
        sa.PrimaryKeyConstraint("code", "valid_from", name="pk_unit"),
    )
    op.create_table(
        "publication",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("first_at", Instant, nullable=False),
        sa.Column("published_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_publication"),
    )


def _heads() -> None:
    """Many heads: who was answered, which matters look alike, which were found to be one."""
    op.create_table(
        "reply",
        *_needed("reply", "matter_id", "unit", "addressee", "text"),
        sa.Column("sent_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("reply", name="pk_reply"),
    )
    op.create_index("ix_reply_matter_id", "reply", ["matter_id"])
    op.create_table(
        "satisfaction",
        *_needed("assessment", "matter_id"),
        sa.Column("satisfied", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("assessed_at", Instant, nullable=False),
        sa.Column("recorded_by", sa.Text),
        sa.PrimaryKeyConstraint("assessment", name="pk_satisfaction"),
    )
    op.create_index("ix_satisfaction_matter_id", "satisfaction", ["matter_id"])
    op.create_table(
        "fingerprint",
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("matter_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", "at", "matter_id", name="pk_fingerprint"),
    )
    op.create_table(
        "suspicion",
        *_needed("matter_id", "suspected_of"),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("found_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("matter_id", "suspected_of", name="pk_suspicion"),
    )
    op.create_table(
        "resolution",
        *_needed("resolution", "matter_id"),
        sa.Column("into_id", sa.Text),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("decided_at", Instant, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.PrimaryKeyConstraint("resolution", name="pk_resolution"),
    )
    op.create_index("ix_resolution_matter_id", "resolution", ["matter_id"])
    op.create_index("ix_resolution_into_id", "resolution", ["into_id"])


def _burden() -> None:
    op.create_table(
        "asked",
        *_needed("event", "unit", "kind"),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("event", name="pk_asked"),
    )


def _privacy() -> None:
    """Who read what."""
    op.create_table(
        "read_log",
        sa.Column("id", tables.BIG_ID, nullable=False, autoincrement=True),
        sa.Column("read_at", Instant, nullable=False),
        *_needed("reader", "unit", "door", "what"),
        sa.Column("wanted", Json, nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("rows", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_read_log"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_read_log_read_at", "read_log", ["read_at"])


def _acts() -> None:
    """The five powers as they were used, and field notes."""
    op.create_table(
        "act",
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        *_texts("matter_id", "unit"),
        sa.Column("parties", Json, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("evidence", Json),
        sa.Column("done_by", sa.Text),
        sa.Column("done_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("act", "number", name="pk_act"),
    )
    op.create_index("ix_act_matter_id", "act", ["matter_id"])
    op.create_index("ix_act_unit", "act", ["unit"])
    op.create_table(
        "field_note",
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        *_needed("occasion", "text", "noted_by"),
        sa.Column("noted_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("note", name="pk_field_note"),
    )


def _advice() -> None:
    """Advice, and the causes that it rests on."""
    op.create_table(
        "advice",
        *_needed("advice", "cause", "kind", "addressee", "text"),
        sa.Column("matters", Json, nullable=False),
        sa.Column("issued_by", sa.Text, nullable=False),
        sa.Column("issued_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("advice", name="pk_advice"),
    )
    op.create_table(
        "advice_answer",
        *_needed("answer", "advice"),
        sa.Column("adopted", sa.Boolean, nullable=False),
        *_needed("text", "answered_by"),
        sa.Column("answered_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("answer", name="pk_advice_answer"),
    )
    op.create_index("ix_advice_answer_advice", "advice_answer", ["advice"])
    op.create_table(
        "cause_case",
        *_needed("case_id", "cause", "matter_id", "external_ref", "unit"),
        sa.Column("found_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_cause_case"),
    )
    op.create_index("ix_cause_case_cause", "cause_case", ["cause"])
    op.create_table(
        "recurrence",
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("told_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("cause", "until", name="pk_recurrence"),
    )


def _inspections() -> None:
    op.create_table(
        "inspection_plan",
        *_needed("message", "ref", "kind"),
        sa.Column("at", Instant, nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.PrimaryKeyConstraint("message", name="pk_inspection_plan"),
    )
    op.create_index("ix_inspection_plan_ref", "inspection_plan", ["ref"])
    op.create_table(
        "inspection_item",
        *_needed("item", "ref", "unit", "task"),
        sa.PrimaryKeyConstraint("item", name="pk_inspection_item"),
    )
    op.create_index("ix_inspection_item_ref", "inspection_item", ["ref"])
    op.create_table(
        "inspection_visit",
        *_needed("ref", "unit"),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("ref", "unit", name="pk_inspection_visit"),
    )
    op.create_index("ix_inspection_visit_unit_day", "inspection_visit", ["unit", "day"])
    op.create_table(
        "inspection_finding",
        *_needed("message", "ref", "unit"),
        sa.Column("at", Instant, nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.PrimaryKeyConstraint("message", name="pk_inspection_finding"),
    )
    op.create_index("ix_inspection_finding_ref_unit", "inspection_finding", ["ref", "unit"])
    _conclusions()


def _conclusions() -> None:
    op.create_table(
        "conclusion",
        *_needed("conclusion_id", "ref", "unit"),
        *_texts("inspection", "matter_id"),
        sa.Column("issued_at", Instant, nullable=False),
        sa.Column("issued_by", sa.Text, nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("sealed", sa.Boolean, nullable=False),
        sa.Column("served_at", Instant),
        sa.Column("fallen", Json, nullable=False),
        sa.PrimaryKeyConstraint("conclusion_id", name="pk_conclusion"),
        sa.UniqueConstraint("ref", name="uq_conclusion_ref"),
    )
    op.create_index("uq_conclusion_inspection_unit", "conclusion", ["inspection", "unit"], unique=True)


def _endings() -> None:
    """Matters that wait for their registration, look-backs, and the plans of years."""
    op.create_table(
        "draft",
        *_needed("matter_id", "external_ref", "submitted_by", "title"),
        sa.Column("body", Bytes, nullable=False),
        sa.Column("proposed_at", Instant, nullable=False),
        *_texts("outcome", "decided_by"),
        sa.Column("decided_at", Instant),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("matter_id", name="pk_draft"),
    )
    op.create_table(
        "look_back",
        *_needed("look_back", "matter_id"),
        sa.Column("unit", sa.Text),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("evidence", Json),
        sa.Column("looked_by", sa.Text, nullable=False),
        sa.Column("looked_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("look_back", name="pk_look_back"),
    )
    op.create_index("ix_look_back_matter_id", "look_back", ["matter_id"])
    op.create_table(
        "plan_item",
        *_needed("plan", "item"),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("units", Json, nullable=False),
        *_needed("content", "scope"),
        sa.Column("most", sa.Integer),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("published_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("plan", "item", name="pk_plan_item"),
    )


def _needed(*names: str) -> list[sa.Column[str]]:
    """Texts that are always there."""
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    """Texts that may be missing."""
    return [sa.Column(name, sa.Text) for name in names]
