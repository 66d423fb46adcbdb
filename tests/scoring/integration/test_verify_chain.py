"""`verify-chain` of scoring: the ledger is what was sealed, entry by entry."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import nursery
import pytest
from event_contracts.event import Evidence
from event_contracts.inbound import BonusAwarded
from service_chassis import audit
from service_chassis.persistence.leader import Leader

Make = Callable[..., Any]
AT = datetime(2026, 12, 31, tzinfo=UTC)


@pytest.fixture
def sealed(bench: Any, slip: Make, fall: Make) -> Any:
    bench.tell(slip("y1"), slip("y2", external_ref="M-03"), slip("r1", "RED"))
    bench.tell(fall("y2"))
    evidence = [Evidence(kind="DOCUMENT", sha256="a" * 64)]
    bench.send(BonusAwarded(unit="ZJJ", year=2026, amount=Decimal("0.50"), reason="表彰", evidence=evidence, approved_by="市长"))
    relay(bench)
    return bench


def relay(bench: Any) -> None:
    leader = Leader(bench.database, "relay", bench.runtime.service.sealed_types)
    assert leader.try_lead()
    leader.mark(leader.pending(100, AT), AT)
    leader.close()


def verify(bench: Any, capsys: Any, *words: str) -> tuple[int, str]:
    code = audit.run(bench.runtime, words, "verify-chain")
    return code, capsys.readouterr().out


def test_a_whole_chain_says_so_with_its_head(sealed: Any, capsys: Any) -> None:
    code, out = verify(sealed, capsys)
    assert code == 0 and "5 环" in out and "head 5:" in out


def test_what_is_not_sealed_yet_breaks_nothing(sealed: Any, slip: Make, capsys: Any) -> None:
    sealed.tell(slip("y9"))
    code, out = verify(sealed, capsys)
    assert code == 0 and "1 条待封" in out


@pytest.mark.parametrize(
    ("statement", "entry", "how"),
    [
        ("UPDATE entry SET amount = '-0.29' WHERE entry_id = 'DEDUCTION:y1'", "DEDUCTION:y1", "changed"),
        ("UPDATE entry SET unit = 'HBJ' WHERE entry_id = 'DEDUCTION:y1'", "DEDUCTION:y1", "changed"),
        ("UPDATE entry SET basis = '别的' WHERE entry_id = 'DEDUCTION:y1'", "DEDUCTION:y1", "changed"),
        ("UPDATE entry SET approved_by = '王五' WHERE kind = 'BONUS'", "BONUS", "changed"),
        ("UPDATE entry SET caused_by = 'x' WHERE entry_id = 'DEDUCTION:y2'", "DEDUCTION:y2", "changed"),
        ("DELETE FROM entry WHERE entry_id = 'REVERSAL:y2'", "REVERSAL:y2", "removed"),
        ("UPDATE entry SET entry_id = 'DEDUCTION:y7' WHERE entry_id = 'DEDUCTION:y1'", "DEDUCTION:y1", "removed"),
    ],
)
def test_a_ledger_that_is_not_what_was_sealed_is_named(sealed: Any, capsys: Any, statement: str, entry: str, how: str) -> None:
    if not sealed.database.is_sqlite:
        statement = statement.replace("'-0.29'", "-0.29")
    assert sealed.tamper(statement) == 1
    code, out = verify(sealed, capsys)
    assert code == 1 and entry in out and how in out


def test_an_entry_that_nobody_announced_is_named(sealed: Any, capsys: Any) -> None:
    copied = "SELECT 'BONUS:x', NULL, unit, year, amount, kind, at, basis, matter_id, external_ref, submitted_by, colour"
    copied += ", policy_version, reverses, approved_by, evidence, caused_by, recorded_at FROM entry WHERE kind = 'BONUS'"
    assert sealed.tamper(f"INSERT INTO entry {copied}") == 1
    code, out = verify(sealed, capsys)
    assert code == 1 and "BONUS:x" in out and "inserted" in out


def test_a_chain_that_was_cut_off_with_everything_about_it_is_known_by_its_noted_head(sealed: Any, capsys: Any) -> None:
    head = verify(sealed, capsys)[1].rsplit("head ", 1)[1].strip()
    assert verify(sealed, capsys, "--head", head)[0] == 0
    sealed.tamper("DELETE FROM outbox WHERE message_id = (SELECT message_id FROM sealed WHERE n = 5)")
    sealed.tamper("DELETE FROM sealed WHERE n = 5")
    sealed.tamper("DELETE FROM entry WHERE kind = 'BONUS'")
    assert verify(sealed, capsys)[0] == 0, "nothing inside shows it"
    code, out = verify(sealed, capsys, "--head", head)
    assert code == 1 and "link 5" in out and "removed" in out


def test_the_command_needs_no_broker_and_a_wrong_head_is_one_line(sealed: Any) -> None:
    url = sealed.database.engine.url.set(drivername="sqlite" if sealed.database.is_sqlite else "postgresql", query={})
    place = url.render_as_string(hide_password=False)
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": place, "LANG": "C.UTF-8"}

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return nursery.run("scoring", ["verify-chain", *words], environment, Path.cwd())

    assert command().returncode == 0
    wrong = command("--head", "nonsense")
    assert wrong.returncode == 2 and "as it was printed" in wrong.stderr and "Traceback" not in wrong.stderr
