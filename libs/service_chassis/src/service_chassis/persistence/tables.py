"""The chassis' own tables, the same in every service's schema; versioned here, applied by each service's first migration.

What each is for: `subject` numbers and locks what events are about; `inbox` remembers what was handled; `outbox` holds what
is to be published, `sealed` the audit chain over it; `timer` holds what becomes due; `matter_ref` resolves references;
`waiting`, `refusal` and `parked` keep every message that was not simply handled; `cut` counts markers.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text, text

from service_chassis.persistence.columns import Bytes, Instant, Json

NAMING = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


def metadata() -> MetaData:
    """A MetaData with the project's constraint names (Alembic needs them to be stable)."""
    return MetaData(naming_convention=NAMING)


CHASSIS = metadata()


def _where(condition: str) -> dict[str, Any]:
    """A partial index on both databases: only the rows that a query looks for are in it."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


BIG_ID = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""

subject = Table(
    "subject",
    CHASSIS,
    Column("subject", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

inbox = Table(
    "inbox",
    CHASSIS,
    Column("id", Text, primary_key=True),  # first, because what is looked for is a list of ids
    Column("source", Text, primary_key=True),
    Column("sha256", Bytes),
    Column("body", Bytes),
    Column("attributes", Json),  # of a message in binary mode, whose body alone says too little
    Column("received_at", Instant, nullable=False),
    Index("ix_inbox_kept", "received_at", **_where("body IS NOT NULL")),
)

outbox = Table(
    "outbox",
    CHASSIS,
    Column("id", BIG_ID, primary_key=True, autoincrement=True),
    Column("exchange", Text, nullable=False),
    Column("routing_key", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Bytes, nullable=False),
    Column("barrier", Boolean, nullable=False),
    Column("announced_at", Instant, nullable=False),
    Column("published_at", Instant),
    Index("ix_outbox_pending", "id", **_where("published_at IS NULL")),
    sqlite_autoincrement=True,
)

sealed = Table(
    "sealed",
    CHASSIS,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("salt", Bytes, nullable=False),
    Column("commitment", Bytes, nullable=False),
    Column("hash", Bytes, nullable=False),
    Column("sealed_at", Instant, nullable=False),
)
"""The audit chain over the outbox (persistence/seals.py); insert only."""

erasure = Table(
    "erasure",
    CHASSIS,
    Column("id", Text, primary_key=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("body", Bytes, nullable=False),
    Column("sealed_at", Instant),
    Column("erased_at", Instant),
    Index("ix_erasure_unsealed", "id", **_where("sealed_at IS NULL")),
    Index("ix_erasure_due", "id", **_where("erased_at IS NULL")),
)
"""Tombstones: which sealed event's body was erased, by which rule, by whom (persistence/erasing.py); sealed themselves."""

timer = Table(
    "timer",
    CHASSIS,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("subject", Text, nullable=False, index=True),
    Column("due_at", Instant, nullable=False),
    Column("needs_cut", Boolean, nullable=False),
    Column("cut_seq", BigInteger),
    Index("ix_timer_due", "due_at", "kind", "key", **_where("cut_seq IS NULL")),
    Index("ix_timer_cut", "cut_seq", "due_at", "kind", "key", **_where("cut_seq IS NOT NULL")),
)

matter_ref = Table(
    "matter_ref",
    CHASSIS,
    Column("matter_id", Text, primary_key=True),
    Column("external_ref", Text, nullable=False, index=True),
    Column("submitted_by", Text, nullable=False),
    Column("units", Json, nullable=False),
)

waiting = Table(
    "waiting",
    CHASSIS,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("matter", Text, nullable=False, index=True),
    Column("sender", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("routing_key", Text, nullable=False),
    Column("body", Bytes, nullable=False),
    Column("content_type", Text),
    Column("headers", Json),
    Column("user_id", Text),
    Column("arrived_at", Instant, nullable=False),
)

refusal = Table(
    "refusal",
    CHASSIS,
    Column("id", BIG_ID, primary_key=True, autoincrement=True),
    Column("message_id", Text, nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("errors", Json, nullable=False),
    Column("refused_at", Instant, nullable=False),
    Column("matter", Text),  # as the message named it; never of what may be about a covert inspection
    Column("parked_id", Text, index=True),
    sqlite_autoincrement=True,
)

parked = Table(
    "parked",
    CHASSIS,
    Column("id", Text, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("routing_key", Text, nullable=False),
    Column("exchange", Text, nullable=False),
    Column("message_id", Text),
    Column("user_id", Text),
    Column("content_type", Text),
    Column("headers", Json),
    Column("body", Bytes, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("parked_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", Text),
    Column("resolution", Text),
)

parked_act = Table(
    "parked_act",
    CHASSIS,
    Column("n", BIG_ID, primary_key=True, autoincrement=True),
    Column("parked_id", Text, nullable=False, index=True),
    Column("verb", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
    sqlite_autoincrement=True,
)
"""Who decided what about a parked message, and why. The database itself lets nobody change or remove a row (`upgrade`), and the
relay seals each one (persistence/seals.py)."""

parked_act_unsealed = Table(
    "parked_act_unsealed",
    CHASSIS,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
)
"""Numbers of the decisions that the relay has not sealed yet."""

cut = Table(
    "cut",
    CHASSIS,
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

attempt = Table(
    "attempt",
    CHASSIS,
    Column("queue", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("number", Integer, nullable=False),
)
"""How often a message was begun alone and not finished: one that ends the process is found by it."""

api_key = Table(
    "api_key",
    CHASSIS,
    Column("id", Text, primary_key=True),
    Column("sha256", Bytes, nullable=False),
    Column("unit", Text, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_by", Text),
    Column("used_at", Instant),
)
"""Keys of systems at the HTTP door. The secret itself is kept nowhere, only its SHA-256 (delivery.md e.3)."""

receipt = Table(
    "receipt",
    CHASSIS,
    Column("sender", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("asked", Bytes, nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", Json, nullable=False),
    Column("given_at", Instant, nullable=False),
)
"""What was answered at the HTTP door: the same request again gets the same answer. `asked` is the SHA-256 of the request."""

tidied = Table(
    "tidied",
    CHASSIS,
    Column("n", BIG_ID, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("done", Json, nullable=False),
    sqlite_autoincrement=True,
)
"""Each time that `tidy` went through: who ran it, by which policy, and what it did."""

published_rule = Table(
    "published_rule",
    CHASSIS,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("published_at", Instant, nullable=False),
    Column("content", Json, nullable=False),
)
"""Calendars, policies and lists of office holders that were published (persistence/published_rules.py)."""

schema_step = Table(
    "schema_step",
    CHASSIS,
    Column("revision", Text, primary_key=True),
    Column("moment", Text, nullable=False),
)
"""Revisions that were applied, and when each runs: `before` the new code (it only adds; old code goes on) or `after` the old."""

_NEVER = "parked_act is kept as it is: rows are never changed or removed"
_KEPT = {
    "sqlite": [
        f"CREATE TRIGGER parked_act_{verb} BEFORE {verb} ON parked_act BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        f"""CREATE FUNCTION parked_act_is_kept() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_NEVER}'; END $$""",
        """CREATE TRIGGER parked_act_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON parked_act
        FOR EACH STATEMENT EXECUTE FUNCTION parked_act_is_kept()""",
    ],
}
"""What makes `parked_act` insert-only, whoever asks."""

VERSIONS = {1: CHASSIS.sorted_tables}
"""Version of the chassis' tables → what it creates."""


def upgrade(op: Any, version: int) -> None:
    """Create the chassis' tables of `version` from a service's Alembic migration.

    On PostgreSQL the outbox also gets the id of its transaction: the relay reads below the xid horizon, so that a transaction
    that commits late is never skipped (delivery.md c.3).
    """
    bind = op.get_bind()
    CHASSIS.create_all(bind, tables=VERSIONS[version], checkfirst=False)
    if bind.dialect.name == "postgresql":
        op.execute("ALTER TABLE outbox ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()")
        op.execute("CREATE INDEX ix_outbox_message_id ON outbox USING hash (message_id)")  # GET /v1/events/<id>
    for statement in _KEPT[bind.dialect.name]:
        op.execute(statement)
