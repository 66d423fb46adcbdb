"""The ladders' part of the audit chain: slips and findings are what was sealed when they were announced."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from service_chassis import audit

ZONE = ZoneInfo("Asia/Shanghai")


def at(when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def sealed(city: Any) -> Any:
    """A white, a yellow and its renewal after an official's finding, the last withdrawn by the office."""
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    city.sign("YELLOW", at("2026-03-17 10:00"))
    city.until(at("2026-03-25 00:00"))
    evidence = [{"kind": "DOCUMENT", "sha256": "0" * 64}]
    found = {"progress_class": "SUBSTANTIVE_IMPROVEMENT", "reasons": "理由", "evidence": evidence, "decided_by": "赵明远"}
    city.request("determination.made", at("2026-03-25 09:00"), **found)
    city.until(at("2026-03-26 00:00"))
    assert [slip[:2] for slip in city.slips()] == [("WHITE", 0), ("YELLOW", 0), ("YELLOW", 1)]
    return city


def verify(city: Any, capsys: Any) -> tuple[int, str]:
    code = audit.run(city.runtime, [], "verify-chain")
    return code, capsys.readouterr().out


def do(city: Any, statement: str) -> int:
    with city.database.begin() as session:
        return int(session.exec_driver_sql(statement).rowcount)


def test_what_happened_lawfully_is_whole(sealed: Any, capsys: Any) -> None:
    code, out = verify(sealed, capsys)
    assert code == 0 and "哈希链完整" in out and "0 条待封" in out


def test_a_slip_that_lawfully_fell_is_whole_too(sealed: Any, capsys: Any) -> None:
    sealed.request("slip.withdrawn", at("2026-03-26 09:00"), colour="YELLOW", reason="误发", by="周国强")
    sealed.until(at("2026-03-27 00:00"))
    assert any(state == "WITHDRAWN" for _, _, state in sealed.slips())
    assert verify(sealed, capsys)[0] == 0


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE slip SET ground = 'NO_PROGRESS' WHERE colour = 'YELLOW' AND renewal = 0", "ground"),
        ("UPDATE slip SET unit = 'HBJ' WHERE renewal = 1", "unit"),
        ("UPDATE slip SET state = 'WITHDRAWN' WHERE colour = 'WHITE'", "state"),
        ("DELETE FROM slip WHERE renewal = 1", "removed"),
        ("UPDATE slip SET slip_id = 'forged' WHERE colour = 'WHITE'", "removed"),
        (
            "UPDATE journal SET data = replace(data, 'SUBSTANTIVE_IMPROVEMENT', 'NO_MOVEMENT') WHERE kind = 'FINDING'",
            "NO_MOVEMENT",
        ),
        ("DELETE FROM journal WHERE kind = 'FINDING'", "determination"),
        ("UPDATE outbox SET body = replace(body, '赵明远', '王五') WHERE type = 'escalation.determination.made.v1'", "changed"),
    ],
)
def test_what_was_changed_behind_its_back_is_named(sealed: Any, capsys: Any, statement: str, named: str) -> None:
    assert do(sealed, statement) == 1
    code, out = verify(sealed, capsys)
    assert code == 1 and named in out


def test_a_slip_that_nobody_announced_is_named(sealed: Any, capsys: Any) -> None:
    with sealed.database.begin() as session:
        row = dict(session.exec_driver_sql("SELECT * FROM slip WHERE renewal = 1").mappings().one())
        row |= {"slip_id": "forged", "renewal": 2}
        marks = ", ".join(f":{name}" for name in row)
        session.exec_driver_sql(f"INSERT INTO slip({', '.join(row)}) VALUES ({marks})", row)  # noqa: S608 - our own columns
    code, out = verify(sealed, capsys)
    assert code == 1 and "forged" in out and "inserted" in out
