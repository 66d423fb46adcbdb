"""Intake's tables. Filings, verdicts and objections are only ever added; an informant's name is in a table of its own, which
nothing else reads."""

from __future__ import annotations

from service_chassis.persistence.columns import Bytes, Instant, Json
from service_chassis.persistence.tables import BIG_ID, metadata
from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, false, text

METADATA = metadata()
_MERGED = text("primary_id IS NOT NULL")
_PLANNED = text("plan_item IS NOT NULL")
_DONE = text("state = 'VERIFIED'")

matter = Table(
    "matter",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("external_ref", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("source_number", Text),
    Column("source_issuer", Text),
    Column("source_issued_on", Date),
    Column("source_clause", Text),
    Column("difficult", Boolean, nullable=False),
    Column("standard", Text, nullable=False),
    Column("classification", Text, nullable=False),
    Column("subject_terms", Json, nullable=False),
    Column("authorisation", Json),
    Column("state", Text, nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("reply_amount", Integer),
    Column("reply_unit", Text),
    Column("replied_at", Instant),
    Column("primary_id", Text),
    Column("merged_at", Instant),
    Column("leads", Boolean, nullable=False, server_default=false()),
    Column("override", Json),
    Column("directive", Text),
    Column("urgency", Text),
    Column("plan_item", Text),
    UniqueConstraint("submitted_by", "external_ref"),
    Index("ix_matter_submitted_at", "submitted_at", "matter_id"),
    Index("ix_matter_primary_id", "primary_id", postgresql_where=_MERGED, sqlite_where=_MERGED),
    Index("ix_matter_plan_item", "plan_item", postgresql_where=_PLANNED, sqlite_where=_PLANNED),
)
"""`override`: who gave a unit more than its quota, and why. `directive`: the decision that the matter was split from."""
"""`primary_id`: the matter that it is handled with (并案), since `merged_at`. `leads`: others are handled with it."""

informant = Table(
    "informant",
    METADATA,
    Column("matter_id", Text, ForeignKey("matter.matter_id"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("contact", Text),
)

assignment = Table(
    "assignment",
    METADATA,
    Column("matter_id", Text, ForeignKey("matter.matter_id"), primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("assignment_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("deliverable", Text, nullable=False),
    Column("standard", Text, nullable=False),
    Column("limit_amount", Integer),
    Column("limit_unit", Text),
    Column("due_at", Instant),
    Column("milestones", Json, nullable=False),
    Column("depends_on", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("judged_at", Instant),
    Column("done_at", Instant),
    Column("formerly", Json, nullable=False),
    Column("moved_at", Instant),
    Column("given_at", Instant),
    Column("asked_key", BigInteger),
    Index("ix_assignment_asked_key", "asked_key", postgresql_where=_DONE, sqlite_where=_DONE),
    Index(
        "uq_assignment_lead",
        "matter_id",
        unique=True,
        postgresql_where=text("role = 'LEAD' AND state <> 'TRANSFERRED'"),
        sqlite_where=text("role = 'LEAD' AND state <> 'TRANSFERRED'"),
    ),
    Index("ix_assignment_unit", "unit"),
)
"""`formerly`: the units that it was given to before, as units succeeded each other; since `moved_at` it is `unit`'s.
`given_at`: when it was given again, in a further round. `asked_key`: by what it is found when the same is asked again."""

filing = Table(
    "filing",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("filing", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("colour", Text),
    Column("percent", Integer),
    Column("text", Text, nullable=False),
    Column("evidence", Json),
)

verdict = Table(
    "verdict",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("verdict", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("favourable", Boolean, nullable=False),
    Column("names", Text),
    Column("colour", Text),
    Column("decided_by", Text, nullable=False),
    Column("substantive", Boolean),
    Column("deficiencies", Json),
)

served = Table(
    "served",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("assignment_id", Text, primary_key=True),
    Column("served_on", Date, nullable=False),
)
"""When each assignment was served: the window of an objection counts from it."""

objection = Table(
    "objection",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("objection", Text, primary_key=True),
    Column("filed_at", Instant, nullable=False),
    Column("grounds", Text, nullable=False),
    Column("evidence", Json),
    Column("outcome", Text),
    Column("decided_at", Instant),
    Column("decided_by", Text),
    Column("new_unit", Text),
    Column("reasons", Text),
)

reply = Table(
    "reply",
    METADATA,
    Column("reply", Text, primary_key=True),
    Column("matter_id", Text, nullable=False, index=True),
    Column("unit", Text, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
)
"""Every answer that a source got."""

satisfaction = Table(
    "satisfaction",
    METADATA,
    Column("assessment", Text, primary_key=True),
    Column("matter_id", Text, nullable=False, index=True),
    Column("satisfied", Boolean, nullable=False),
    Column("text", Text),
    Column("assessed_at", Instant, nullable=False),
    Column("recorded_by", Text),
)
"""What sources thought of their answers."""

fingerprint = Table(
    "fingerprint",
    METADATA,
    Column("key", BigInteger, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("matter_id", Text, primary_key=True),
)
"""Under which keys a matter is found again (domain/similarity.py); the newest of a key stand together in the index."""

suspicion = Table(
    "suspicion",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("suspected_of", Text, primary_key=True),
    Column("score", Integer, nullable=False),
    Column("found_at", Instant, nullable=False),
)
"""Pairs of matters that may be one; `matter_id` is the later one."""

resolution = Table(
    "resolution",
    METADATA,
    Column("resolution", Text, primary_key=True),
    Column("matter_id", Text, nullable=False, index=True),
    Column("into_id", Text, index=True),
    Column("outcome", Text, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text),
)
"""The officers' answers to suspicions; only added to."""

asked = Table(
    "asked",
    METADATA,
    Column("event", Text, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
"""What else was asked of a unit: SLIP or FEEDBACK, for the list of burdens."""

person = Table(
    "person",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("unit", Text),
    Column("role", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("deputy_for", Text),
)
"""Who holds which office: one row for each capacity, as last published."""

unit = Table(
    "unit",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("successor", Text),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent", Text),
    Column("compared_in", Text),
    Column("head", Text),
    Column("liaison", Text),
)
"""The directory of units as last published: a row for each period."""

publication = Table(
    "publication",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("first_at", Instant, nullable=False),
    Column("published_at", Instant, nullable=False),
)
"""When persons and units were first and last published; no row: never, and then everybody is accepted."""

read_log = Table(
    "read_log",
    METADATA,
    Column("id", BIG_ID, primary_key=True, autoincrement=True),
    Column("read_at", Instant, nullable=False, index=True),
    Column("reader", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("wanted", Json, nullable=False),
    Column("why", Text),
    Column("rows", Integer),
    sqlite_autoincrement=True,
)
"""Who read what, by which door and why (reading.py)."""

act = Table(
    "act",
    METADATA,
    Column("act", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("matter_id", Text, index=True),
    Column("unit", Text, index=True),
    Column("parties", Json, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("evidence", Json),
    Column("done_by", Text),
    Column("done_at", Instant, nullable=False),
)
"""The five powers as they were used: coordination, investigation, disposition, interview, bulletin."""

field_note = Table(
    "field_note",
    METADATA,
    Column("note", Text, primary_key=True),
    Column("kind", Text),
    Column("occasion", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("noted_at", Instant, nullable=False),
)
"""What was said at attended meetings and on accompanied visits."""

advice = Table(
    "advice",
    METADATA,
    Column("advice", Text, primary_key=True),
    Column("cause", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("matters", Json, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("issued_at", Instant, nullable=False),
)

advice_answer = Table(
    "advice_answer",
    METADATA,
    Column("answer", Text, primary_key=True),
    Column("advice", Text, nullable=False, index=True),
    Column("adopted", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", Instant, nullable=False),
)

cause_case = Table(
    "cause_case",
    METADATA,
    Column("case_id", Text, primary_key=True),
    Column("cause", Text, nullable=False, index=True),
    Column("matter_id", Text, nullable=False),
    Column("external_ref", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("found_at", Instant, nullable=False),
)
"""Causes that were found in matters."""

recurrence = Table(
    "recurrence",
    METADATA,
    Column("cause", Text, primary_key=True),
    Column("until", Date, primary_key=True),
    Column("told_at", Instant, nullable=False),
)
"""Which windows of a cause were told of."""

draft = Table(
    "draft",
    METADATA,
    Column("matter_id", Text, primary_key=True),
    Column("external_ref", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Bytes, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("outcome", Text),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("reason", Text),
)
"""Matters that wait for the approval of their registration (approving.py), or were decided on."""

look_back = Table(
    "look_back",
    METADATA,
    Column("look_back", Text, primary_key=True),
    Column("matter_id", Text, nullable=False, index=True),
    Column("unit", Text),
    Column("passed", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("evidence", Json),
    Column("looked_by", Text, nullable=False),
    Column("looked_at", Instant, nullable=False),
)
"""What was found when closed matters were looked at again."""

plan_item = Table(
    "plan_item",
    METADATA,
    Column("plan", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("units", Json, nullable=False),
    Column("content", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("most", Integer),
    Column("approved_by", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
)
"""The plans of years' supervision, as last published (planning.py)."""
