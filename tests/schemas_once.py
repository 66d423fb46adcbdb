"""Schemas laid once: the statements of a service's revisions are recorded at their first run and repeated for the next empty
database, which spares Alembic and the compiler for each of some thousand tests. What is not empty is migrated as it is.
"""

from __future__ import annotations

from typing import Any

import pytest
from service_chassis.persistence import migrations
from sqlalchemy import Connection, event

Statement = tuple[str, Any]


def lay_schemas_once(patch: pytest.MonkeyPatch) -> None:
    """Put the recording in place of the run of revisions, for as long as the patch holds."""
    real, known = migrations._run, dict[tuple[str, str], list[Statement]]()

    def run(connection: Connection, scripts: Any) -> None:
        key = (connection.dialect.name, str(scripts.dir))
        if migrations._current(connection) is not None:
            real(connection, scripts)
        elif key in known:
            _repeat(connection, known[key])
        else:
            known[key] = _recorded(connection, lambda: real(connection, scripts))

    patch.setattr(migrations, "_run", run)


def _recorded(connection: Connection, run: Any) -> list[Statement]:
    statements: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        if statement.split(None, 1)[0].upper() not in ("SELECT", "PRAGMA"):
            statements.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    try:
        run()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return statements


def _repeat(connection: Connection, statements: list[Statement]) -> None:
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "postgresql" and not any(parameters for _, parameters in statements):
        cursor.execute(";\n".join(statement for statement, _ in statements))  # one way there and back
    else:
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
    cursor.close()
