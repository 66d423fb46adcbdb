"""The migrated schema is the one that the code uses."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from scoring.service import Scoring
from scoring.store import ledger as store
from service_chassis.persistence import migrations, tables


def test_the_migrated_schema_is_that_of_the_store(service_database: Any) -> None:
    migrations.migrate(service_database, Scoring.MIGRATIONS)
    with service_database.begin() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        assert compare_metadata(context, store.METADATA) == []


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """The chassis' own tables are compared by the chassis' tests."""
    return kind != "table" or name not in (*tables.CHASSIS.tables, "alembic_version")


def test_migrating_twice_changes_nothing(service_database: Any) -> None:
    assert migrations.migrate(service_database, Scoring.MIGRATIONS) == migrations.migrate(service_database, Scoring.MIGRATIONS)
