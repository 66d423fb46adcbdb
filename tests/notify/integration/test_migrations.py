"""The migrated schema is the one that the code uses."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from notify import store
from notify.service import Notify
from service_chassis.persistence import migrations, tables


def test_the_migrated_schema_is_that_of_the_store(service_database: Any) -> None:
    migrations.migrate(service_database, Notify.MIGRATIONS)
    with service_database.begin() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, store.METADATA) == []


def ours(_object: Any, name: str, kind: str, _reflected: bool, _other: Any) -> bool:
    return kind != "table" or name not in (*tables.CHASSIS.tables, "alembic_version")


def test_migrating_twice_changes_nothing(service_database: Any) -> None:
    assert migrations.migrate(service_database, Notify.MIGRATIONS) == migrations.migrate(service_database, Notify.MIGRATIONS)
