"""What a service's own role may do with each table, granted by `migrate` where it runs as another role, the schema's owner.

An owner may do everything, so a service that owns its tables could rewrite what it has recorded. Where schema and role are the
same (a laptop, the tests), there is nothing to grant (delivery.md e.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, text

from service_chassis.declare import Service
from service_chassis.persistence.database import Database

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
RECORD = "SELECT, INSERT"
NARROW = {
    "inbox": RECORD,
    "sealed": RECORD,
    "erasure": "SELECT, UPDATE (sealed_at)",
    "refusal": RECORD,
    "parked_act": RECORD,
    "parked_act_unsealed": "SELECT, INSERT, DELETE",
    "outbox": "SELECT, INSERT, UPDATE (published_at)",
    "parked": "SELECT, INSERT, UPDATE (resolved_at, resolved_by, resolution)",
    "subject": "SELECT, INSERT, UPDATE",
    "tidied": "SELECT",
    "alembic_version": "SELECT",
    "schema_step": "SELECT",
}
"""The chassis' own tables with which a service does less than everything. What came in, what was announced and what was sealed
is neither changed nor taken away; a parked message is resolved, not edited."""
AUDITOR = "auditor"

_TABLES = text(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = :schema AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname"
)
_OTHERS = text("SELECT rolname FROM pg_roles WHERE rolname IN (:service, :auditor) AND rolname <> current_user")


def grant(database: Database, service: type[Service]) -> bool:
    """Grant the service's role its rights, and no more than these; whether there is such a role beside the owner's."""
    if database.is_sqlite:
        return False
    with database.begin() as connection:
        others = set(connection.execute(_OTHERS, {"service": service.name, "auditor": AUDITOR}).scalars())
        if service.name not in others:
            return False
        tables = list(connection.execute(_TABLES, {"schema": service.name}).scalars())
        _run(connection, _grants(service, tables))
        if AUDITOR in others:
            seen = [table for table in tables if table not in service.UNSEEN]
            _run(connection, (f'GRANT SELECT ON "{service.name}"."{table}" TO {AUDITOR}' for table in seen))
    return True


def _grants(service: type[Service], tables: Iterable[str]) -> Iterator[str]:
    schema, role = f'"{service.name}"', f'"{service.name}"'
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
    for table in tables:
        may = NARROW.get(table) or (RECORD if table in service.RECORDS else EVERYTHING)
        yield f'GRANT {may} ON {schema}."{table}" TO {role}'


def _run(connection: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
