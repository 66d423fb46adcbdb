"""The stored ledger is what the events come to; whatever was changed behind its back is named."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import nursery
import pytest
from event_contracts.event import Evidence
from event_contracts.inbound import AssessmentFinalised, BonusAwarded
from scoring import rebuilding, report
from scoring.domain.rebuild import Difference, Wrong
from service_chassis.errors import ConfigError

Make = Callable[..., Any]
CLOSING = datetime(2026, 4, 30, tzinfo=UTC)


@pytest.fixture
def busy(bench: Any, slip: Make, lapse: Make, fall: Make) -> Any:
    """A year with everything: effective, pending and reversed yellows, a standing and a fallen red, a bonus, a closing."""
    bench.tell(
        slip("y1"), slip("y2", external_ref="M-03"), slip("y3", unit="HBJ"), slip("r1", "RED"), slip("r2", "RED", unit="HBJ")
    )
    bench.tell(lapse("y1"))
    evidence = [Evidence(kind="DOCUMENT", sha256="a" * 64, place="市政府")]
    bonus = BonusAwarded(
        unit="ZJJ", year=2026, amount=Decimal("0.50"), reason="表彰", evidence=evidence, approved_by="市长 韩立新"
    )
    bench.send(bonus, time=datetime(2026, 4, 1, tzinfo=UTC))
    bench.send(AssessmentFinalised(year=2026, base_totals={"ZJJ": Decimal("96.40"), "JYJ": Decimal("90")}), time=CLOSING)
    bench.tell(fall("y3", unit="HBJ"), fall("r2", "RED", unit="HBJ"))
    return bench


def verify(bench: Any, archive: Iterable[bytes] | None = None) -> list[Difference]:
    facts = rebuilding.facts_of(bench.archive() if archive is None else archive, bench.policy)
    with bench.database.begin() as session:
        return list(rebuilding.compare(report.kept(session), facts))


def without(bench: Any, type_: str, about: str) -> list[bytes]:
    """The archive without one event."""
    kept = [body for body in bench.archive() if not (type_.encode() in body and f'"{about}"'.encode() in body)]
    assert len(kept) == len(bench.archive()) - 1
    return kept


def test_the_ledger_is_what_the_events_come_to(busy: Any) -> None:
    assert verify(busy) == []
    assert len(busy.report()["score_entries"]) == 5


def test_order_and_repetition_of_the_archive_do_not_matter(busy: Any) -> None:
    for seed in range(20):
        archive = busy.archive() * 2
        random.Random(seed).shuffle(archive)
        assert verify(busy, archive) == []


def test_a_changed_amount_is_named_with_matter_slip_and_entry(busy: Any) -> None:
    assert busy.tamper("UPDATE entry SET amount = :a WHERE entry_id = 'DEDUCTION:y2'", a="-0.29") == 1
    found = verify(busy)
    first = found[0]
    assert (first.wrong, first.matter, first.slip_id, first.entry_id) == (Wrong.DIFFERENT, "M-03", "y2", "DEDUCTION:y2")
    assert (first.what, first.stored, first.expected) == ("amount", "-0.29", "-0.30")
    assert "M-03" in rebuilding.line(first) and "-0.29" in rebuilding.line(first)


@pytest.mark.parametrize(
    ("column", "value"),
    [("unit", "JYJ"), ("year", 2025), ("basis", "别的"), ("approved_by", "王五"), ("colour", "RED"), ("matter_id", "m9")],
)
def test_any_changed_field_of_an_entry_is_named(busy: Any, column: str, value: Any) -> None:
    busy.tamper(f"UPDATE entry SET {column} = :v WHERE entry_id = 'DEDUCTION:y2'", v=value)  # noqa: S608 - a test's own word
    assert (column, str(value)) in [(one.what, one.stored) for one in verify(busy)]


def test_an_event_that_is_missing_in_the_archive_leaves_its_entry_unexplained(busy: Any) -> None:
    found = verify(busy, without(busy, "escalation.slip.issued.v1", "y2"))
    assert (found[0].wrong, found[0].slip_id, found[0].entry_id) == (Wrong.UNEXPLAINED, "y2", "DEDUCTION:y2")


def test_a_missing_lapse_is_a_different_state(busy: Any) -> None:
    found = verify(busy, without(busy, "escalation.review.lapsed.v1", "y1"))
    assert [(one.entry_id, one.what, one.stored, one.expected) for one in found if one.what == "state"] == [
        ("DEDUCTION:y1", "state", "EFFECTIVE", "PROVISIONAL")
    ]


def test_an_entry_too_many_is_unexplained(busy: Any) -> None:
    copied = "SELECT 'BONUS:x', NULL, unit, year, amount, kind, at, basis, matter_id, external_ref, submitted_by, colour"
    copied += ", policy_version, reverses, approved_by, evidence, caused_by, recorded_at FROM entry WHERE kind = 'BONUS'"
    assert busy.tamper(f"INSERT INTO entry {copied}") == 1
    (found,) = verify(busy)
    assert (found.wrong, found.entry_id, found.stored) == (Wrong.UNEXPLAINED, "BONUS:x", "0.50")


def test_a_removed_entry_is_missing(busy: Any) -> None:
    busy.tamper("DELETE FROM entry WHERE entry_id = 'REVERSAL:y3'")
    (found,) = verify(busy)
    assert (found.wrong, found.unit, found.entry_id, found.expected) == (Wrong.MISSING, "HBJ", "REVERSAL:y3", "0.30")


def test_a_red_that_was_made_to_fall_is_named(busy: Any) -> None:
    busy.tamper("UPDATE slip SET fell_at = lapsed_at, fall_cause = 'x' WHERE slip_id = 'r1'")
    assert verify(busy) == []  # nothing was changed: a red that never lapsed has no instant to copy
    busy.tamper("UPDATE slip SET fell_at = issued_at, fall_cause = 'x' WHERE slip_id = 'r1'")
    found = verify(busy)
    assert (found[0].wrong, found[0].slip_id, found[0].what) == (Wrong.MISSING, "r1", "effective red")


def test_a_running_sum_that_is_wrong_is_named(busy: Any) -> None:
    busy.tamper("UPDATE standing SET points = :p, effective_reds = 0 WHERE unit = 'ZJJ'", p="9.00")
    assert [(one.what, one.stored, one.expected) for one in verify(busy)] == [
        ("balance", "9.00", "-0.10"),
        ("number of effective reds", "0", "1"),
    ]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM closing", "closing"),
        ("DELETE FROM closing_line WHERE unit = 'JYJ'", "closing line"),
        ("DELETE FROM restated WHERE unit = 'HBJ' AND key LIKE 'REVERSAL%'", "restatement"),
    ],
)
def test_what_was_removed_from_a_closed_year_is_named(busy: Any, statement: str, what: str) -> None:
    assert busy.tamper(statement) == 1
    assert [(one.wrong, one.what) for one in verify(busy)] == [(Wrong.MISSING, what)]


@pytest.mark.parametrize(
    ("statement", "wrong", "what"),
    [
        ("UPDATE closing SET at = (SELECT min(at) FROM entry)", Wrong.DIFFERENT, "closed at"),
        (
            "UPDATE closing_line SET line = (SELECT line FROM closing_line WHERE unit = 'JYJ') WHERE unit = 'ZJJ'",
            Wrong.DIFFERENT,
            "closing: total",
        ),
        ("UPDATE closing_line SET unit = 'SLJ' WHERE unit = 'JYJ'", Wrong.UNEXPLAINED, "closing line"),
        ("UPDATE restated SET key = 'REVERSAL:y9' WHERE key = 'REVERSAL:y3'", Wrong.UNEXPLAINED, "restatement"),
        ("INSERT INTO closing SELECT 'another', 2024, at, bases FROM closing", Wrong.UNEXPLAINED, "closing"),
    ],
)
def test_what_was_changed_or_put_into_a_closed_year_is_named(busy: Any, statement: str, wrong: Wrong, what: str) -> None:
    assert busy.tamper(statement) == 1
    assert (wrong, what) in [(one.wrong, one.what) for one in verify(busy)]


def test_a_closing_that_no_event_tells_of_is_unexplained(busy: Any) -> None:
    found = verify(busy, [body for body in busy.archive() if b"scoring.assessment.finalised.v1" not in body])
    assert [(one.wrong, one.year, one.what) for one in found] == [(Wrong.UNEXPLAINED, 2026, "closing")]


def test_an_event_that_nobody_can_read_proves_nothing(busy: Any) -> None:
    with pytest.raises(ConfigError, match="event 1 of the archive"):
        verify(busy, [b'{"type": "escalation.slip.issued.v1", "data": 1}'])


def test_events_about_other_things_are_passed_over(busy: Any) -> None:
    other = b'{"type": "intake.matter.closed.v1", "data": {"note": "like escalation.slip.issued.v1"}}'
    assert verify(busy, [other, *busy.archive()]) == []


# ---- the command


def command(database: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": database, "LANG": "C.UTF-8"}
    return nursery.run("scoring", list(map(str, words)), environment, Path.cwd())


def test_the_command_says_equal_different_or_why_it_cannot_tell(busy: Any, tmp_path: Path) -> None:
    url = busy.database.engine.url.set(drivername="sqlite" if busy.database.is_sqlite else "postgresql", query={})
    place = url.render_as_string(hide_password=False)
    events = tmp_path / "published.jsonl"
    events.write_bytes(b"\n".join(busy.archive()))
    equal = command(place, "verify", "--events", events)
    assert (equal.returncode, equal.stderr) == (0, "") and "5 笔分录" in equal.stdout
    busy.tamper("UPDATE entry SET amount = :a WHERE entry_id = 'DEDUCTION:y2'", a="-0.29")
    different = command(place, "verify", "--events", events)
    assert different.returncode == 1 and "DEDUCTION:y2" in different.stdout
    for words, why in ((["--events", tmp_path / "none.jsonl"], "none.jsonl"), ([], "AMQP_URL")):
        unknown = command(place, "verify", *words)
        assert unknown.returncode == 2 and why in unknown.stderr and "Traceback" not in unknown.stderr
