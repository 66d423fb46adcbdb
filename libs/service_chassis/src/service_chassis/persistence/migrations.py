"""Runs a service's Alembic revisions from code: no `alembic.ini`, no `env.py`; the wheel carries code and migrations.

File names say when a revision runs relative to the code: `…_before_…` before the new code starts (add), `…_after_…` once no
old code runs (drop). The table `schema_step` remembers it, so that code which does not know a newer revision yet goes on over one
that only adds, and stops at one that takes away.

Alembic is imported where a revision runs or one is unknown: a start on the schema of its own release, the usual one, needs none.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, select, text

from service_chassis.errors import ConfigError
from service_chassis.persistence import tables
from service_chassis.persistence.database import Database
from service_chassis.persistence.sql import insert_new

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

BEFORE, AFTER = "before", "after"
_REVISION = re.compile(r'^revision(?:, \w+)? = "(\w+)"', re.MULTILINE)
_STEPS = select(tables.schema_step.c.revision, tables.schema_step.c.moment)


def migrate(database: Database, package: str) -> str:
    """Bring the schema to this code's newest revision; returns it. Two at once wait for each other."""
    scripts = _scripts(package)
    with database.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"migrate.{database.schema}"})
            _create_schema(connection, database.schema)
        _refuse_newer(scripts, _current(connection), database.schema)
        _run(connection, scripts)
        _remember(connection, scripts)
    return head(package)


def _create_schema(connection: Connection, name: str) -> None:
    """Only where it is missing: in production it was made beforehand, for a role that may not create any."""
    there = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
    if connection.execute(there, {"name": name}).first() is None:
        connection.execute(text(f'CREATE SCHEMA "{name}"'))


def check(database: Database, package: str) -> str:
    """The schema's revision if this code can run on it; else a ConfigError that says what to do."""
    with database.begin() as connection:
        current = _current(connection)
        if current is not None and current == newest(package):
            return current
        scripts = _scripts(package)
        if _only_added(connection, scripts, current):
            return str(current)
    _refuse_newer(scripts, current, database.schema)
    if current != head(package):
        found = current or "nothing"
        todo = f"run `python -m {database.schema} migrate`"
        raise ConfigError(f"the schema {database.schema} has {found}, this code needs {head(package)}; {todo}")
    return current


@cache
def newest(package: str) -> str | None:
    """What `head` says, read from the last file's own line."""
    last = max((item for item in files(package).iterdir() if item.name.startswith("m0")), key=lambda item: item.name)
    found = _REVISION.search(last.read_text("utf-8"))
    return found[1] if found else None


def head(package: str) -> str:
    """The newest revision that this code knows, by the order that the revisions themselves name."""
    found = _scripts(package).get_current_head()
    if found is None:
        raise ConfigError(f"no migrations in {package}")
    return found


@cache
def _scripts(package: str) -> ScriptDirectory:
    """The revisions as they are installed; they do not change while a process runs."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    folder = str(files(package))
    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("version_locations", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _current(connection: Connection) -> str | None:
    """What Alembic wrote into its table of one row."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None


def _known(scripts: ScriptDirectory) -> dict[str, str]:
    """Revision → its moment, by the name of its file."""
    found = ((script.revision, script.path) for script in scripts.walk_revisions())
    return {revision: BEFORE if f"_{BEFORE}_" in Path(path).name else AFTER for revision, path in found}


def _remember(connection: Connection, scripts: ScriptDirectory) -> None:
    rows = [{"revision": revision, "moment": moment} for revision, moment in sorted(_known(scripts).items())]
    insert_new(connection, tables.schema_step, rows)


def _only_added(connection: Connection, scripts: ScriptDirectory, current: str | None) -> bool:
    """Whether the schema is newer than this code, and every step that the code does not know only adds."""
    known = _known(scripts)
    if current is None or current in known:
        return False
    steps = {row.revision: row.moment for row in connection.execute(_STEPS)}
    return current in steps and all(moment == BEFORE for revision, moment in steps.items() if revision not in known)


def _refuse_newer(scripts: ScriptDirectory, current: str | None, schema: str) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise ConfigError(
            f"the schema {schema} has revision {current}, which this code does not know: it is newer. Start the newer release"
        )


def _run(connection: Connection, scripts: ScriptDirectory) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    def upgrade(revision: Any, context: Any) -> Any:
        return scripts._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), scripts, fn=upgrade, destination_rev="head") as environment:
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()
