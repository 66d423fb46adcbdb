"""What was decided about parked messages stays as it was written down, whoever asks; and nothing is decided without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ground_rules.policy import load_policy
from intake.service import Intake
from service_chassis import audit, redrive
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime
from service_chassis.errors import Retry
from service_chassis.persistence import migrations, parked, seals, tables, turned_away
from service_chassis.persistence.database import Database
from service_chassis.persistence.leader import Leader
from service_chassis.persistence.parked import Act
from service_chassis.persistence.sql import insert_rows
from sqlalchemy.exc import DBAPIError

NOW = datetime(2026, 3, 2, tzinfo=UTC)
INSERT_ANOTHER = """INSERT INTO parked_act (n, parked_id, verb, by, why, at, before, after)
SELECT 9, parked_id, verb, by, why, at, before, after FROM parked_act"""
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


# ---- in the audit chain


def seal(database: Database) -> int:
    """One round of the relay."""
    leader = Leader(database, "relay", Intake(load_policy()).sealed_types)
    assert leader.try_lead()
    leader.pending(10, NOW)
    leader.close()
    with database.begin() as session:
        return seals.head(session).n


def verify(database: Database, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The role `verify-chain`: its code and what it says."""
    code = audit.run(Runtime(Intake(load_policy()), database, VirtualClock(NOW)), [], "verify-chain")
    return code, capsys.readouterr().out


def by_another_hand(database: Database, statement: str) -> None:
    """Whoever owns the database takes its guard away first."""
    guards = ["ALTER TABLE parked_act DISABLE TRIGGER ALL"]
    if database.is_sqlite:
        guards = ["DROP TRIGGER parked_act_update", "DROP TRIGGER parked_act_delete"]
    with database.begin() as session:
        for line in (*guards, statement):
            session.exec_driver_sql(line)


def test_a_decision_is_sealed_by_the_relay_once(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(database, capsys)[1].startswith("intake: 哈希链完整，0 环，1 条待封")
    assert (seal(database), seal(database)) == (1, 1)
    code, said = verify(database, capsys)
    assert (code, "1 links, 0 to be sealed" in said) == (0, True)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE parked_act SET why = '另有原因'", "changed link 1: act:1"),
        ("UPDATE parked_act SET by = '李四'", "changed link 1: act:1"),
        ("UPDATE parked_act SET after = '{}'", "changed link 1: act:1"),
        ("DELETE FROM parked_act", "removed link 1: act:1"),
        (INSERT_ANOTHER, "removed link 2: act:9 (a decision about a parked message is kept, but no link stands for it)"),
        ("DELETE FROM sealed", "removed link 1: act:1"),
    ],
)
def test_a_decision_that_another_hand_changed_removed_or_wrote_is_named(
    database: Database, statement: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seal(database)
    by_another_hand(database, statement)
    code, found = verify(database, capsys)
    assert (code, said in found) == (1, True), found


def test_a_decision_that_was_kept_from_the_relay_is_named(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    by_another_hand(database, "DELETE FROM parked_act_unsealed")
    assert seal(database) == 0
    assert verify(database, capsys)[0] == 1


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
