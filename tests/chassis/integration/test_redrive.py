"""What was decided about parked messages stays as it was written down, whoever asks; and nothing is decided without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from intake.service import Intake
from service_chassis import redrive
from service_chassis.errors import Retry
from service_chassis.persistence import migrations, parked, tables, turned_away
from service_chassis.persistence.database import Database
from service_chassis.persistence.parked import Act
from service_chassis.persistence.sql import insert_rows
from sqlalchemy.exc import DBAPIError

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TEXTS = ("id", "queue", "code", "reason", "sender", "routing_key", "exchange", "sha256")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    fixture = "sqlite_database" if request.param == "sqlite" else "fresh_database"
    found = Database(request.getfixturevalue(fixture)("intake"), "intake")
    migrations.migrate(found, Intake.MIGRATIONS)
    with found.begin() as session:
        row = dict.fromkeys(TEXTS, "p1") | {"body": b"{", "size": 1, "parked_at": NOW}
        insert_rows(session, tables.parked, [row])
        kept = parked.one(session, "p1")
        assert kept is not None
        parked.note(session, Act("discard", "王芳", "已重报"), kept, NOW)
    yield found
    found.close()


@pytest.mark.parametrize("statement", ["UPDATE parked_act SET why = 'x'", "DELETE FROM parked_act"])
def test_nobody_changes_or_removes_what_was_decided(database: Database, statement: str) -> None:
    with pytest.raises((DBAPIError, Retry), match="kept as it is"), database.begin() as session:
        session.exec_driver_sql(statement)
    with database.begin() as session:
        assert [(act["by"], act["why"], act["before"]["resolution"]) for act in parked.acts(session)] == [
            ("王芳", "已重报", None)
        ]


@pytest.mark.parametrize("words", [["discard", "p1"], ["put-back", "p1", "--by", "王芳"], ["discard", "--why", "w"], []])
def test_nothing_is_decided_without_a_reason_or_a_message(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        redrive.parser("intake").parse_args(words)
    assert "usage: python -m intake redrive" in capsys.readouterr().err


def refused(type_: str, message_id: str, parked_id: str | None = None) -> dict[str, object]:
    texts = {"source": "/units/SLJ", "sender": "SLJ", "detail": "不符", "code": "SCHEMA_INVALID", "matter": f"about {message_id}"}
    return texts | {"message_id": message_id, "type": type_, "errors": [], "refused_at": NOW, "parked_id": parked_id}


def test_what_was_turned_away_is_read_with_its_matter_and_nothing_of_covert_inspections(database: Database) -> None:
    with database.begin() as session:
        rows = [
            refused("review.filed.v1", "m1"),
            refused("inspection.planned.v1", "m2", "p2"),
            refused("review.filed.v1", "m3", "p1"),
        ]
        insert_rows(session, tables.refusal, [*rows, rows[-1] | {"message_id": "m4"}])
        insert_rows(session, tables.parked, [dict.fromkeys(TEXTS, "p2") | {"body": b"{", "size": 1, "parked_at": NOW}])
        kept = parked.one(session, "p2")
        assert kept is not None
        parked.note(session, Act("discard", "王芳", "暗访"), kept, NOW)
        found = list(turned_away.read(session))
    assert [(one.verb, one.message_id, one.by, one.why, one.matter) for one in found] == [
        ("refused", "m1", "", "SCHEMA_INVALID: 不符", "about m1"),
        ("refused", "m3", "", "SCHEMA_INVALID: 不符", "about m3"),
        ("refused", "m4", "", "SCHEMA_INVALID: 不符", "about m3"),
        ("discard", "m3", "王芳", "已重报", "about m3"),
    ]
