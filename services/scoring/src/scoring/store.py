"""Scoring's tables and queries. `entry` is the ledger: rows are only ever inserted.

`slip` keeps what is known about each yellow and red (three facts, in any order); `standing` is the running sum and the number
of effective reds per unit and year, kept in the same transaction so that no announcement has to add up a year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from service_chassis.persistence.columns import Instant, Points
from service_chassis.persistence.sql import insert_rows, select_in, upsert_rows
from service_chassis.persistence.tables import metadata
from sqlalchemy import Column, Connection, Index, Integer, RowMapping, Table, Text, UniqueConstraint, func, select

from scoring.domain.ledger import Entry, Kind
from scoring.domain.slip import Issued, Record

METADATA = metadata()

slip = Table(
    "slip",
    METADATA,
    Column("slip_id", Text, primary_key=True),
    Column("unit", Text),
    Column("colour", Text),
    Column("matter_id", Text),
    Column("external_ref", Text),
    Column("submitted_by", Text),
    Column("issued_at", Instant),
    Column("year", Integer),
    Column("deduction", Points),
    Column("basis", Text),
    Column("policy_version", Text),
    Column("lapsed_at", Instant),
    Column("fell_at", Instant),
    Column("fall_cause", Text),
)

entry = Table(
    "entry",
    METADATA,
    Column("entry_id", Text, primary_key=True),
    Column("slip_id", Text),
    Column("unit", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("amount", Points, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("basis", Text, nullable=False),
    Column("matter_id", Text),
    Column("external_ref", Text),
    Column("submitted_by", Text),
    Column("colour", Text),
    Column("policy_version", Text),
    Column("reverses", Text),
    Column("caused_by", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("slip_id", "kind"),
    Index("ix_entry_unit_year", "unit", "year"),
)

standing = Table(
    "standing",
    METADATA,
    Column("unit", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("points", Points, nullable=False),
    Column("effective_reds", Integer, nullable=False),
)

_ISSUED = [
    "slip_id", "unit", "colour", "matter_id", "external_ref", "submitted_by",
    "issued_at", "year", "deduction", "basis", "policy_version",
]  # fmt: skip
_ENTRIES = select(entry).order_by(entry.c.at, entry.c.matter_id, entry.c.unit, entry.c.entry_id)
_AMOUNTS = select(entry.c.kind, entry.c.year, entry.c.amount)
_BARRED = (
    select(standing.c.year, func.count().label("units"))
    .where(standing.c.effective_reds > 0)
    .group_by(standing.c.year)
    .order_by(standing.c.year)
)
_SLIPS = select(slip).where(slip.c.issued_at.is_not(None))


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit's year: the sum of its entries and the number of its effective reds."""

    unit: str
    year: int
    points: Decimal = Decimal("0.00")
    effective_reds: int = 0

    def plus(self, amount: Decimal, reds: int) -> Standing:
        return replace(self, points=self.points + amount, effective_reds=self.effective_reds + reds)


class Store:
    """What one batch has loaded and changed."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self._records: dict[str, Record] = {}
        self._standings: dict[tuple[str, int], Standing] = {}
        self._changed_records: dict[str, Record] = {}
        self._changed_standings: dict[tuple[str, int], Standing] = {}
        self._entries: list[dict[str, Any]] = []

    def load(self, slip_ids: Iterable[str], units: Iterable[str]) -> None:
        """Fetch these slips' records and these units' standings: two statements."""
        for row in select_in(self._session, slip, "slip_id", slip_ids):
            self._records[row["slip_id"]] = _record(row)
        for row in select_in(self._session, standing, "unit", units):
            self._standings[row["unit"], row["year"]] = Standing(**row)

    def record(self, slip_id: str) -> Record:
        """What is known about a slip; an empty record when nothing is."""
        return self._records.get(slip_id) or Record(slip_id)

    def put_record(self, record: Record) -> None:
        self._records[record.slip_id] = self._changed_records[record.slip_id] = record

    def standing(self, unit: str, year: int) -> Standing:
        """A unit's year; zero points and no red when there is none yet."""
        return self._standings.get((unit, year)) or Standing(unit, year)

    def put_standing(self, changed: Standing) -> None:
        key = changed.unit, changed.year
        self._standings[key] = self._changed_standings[key] = changed

    def add(self, added: Entry, *, caused_by: str, recorded_at: Any) -> None:
        """Append a line to the ledger, with the event that caused it."""
        self._entries.append(_entry_row(added) | {"caused_by": caused_by, "recorded_at": recorded_at})

    def save(self) -> None:
        """Write everything: at most three statements. An entry that exists already is an error, never an update."""
        upsert_rows(self._session, slip, [_record_row(r) for r in self._changed_records.values()], key=["slip_id"])
        insert_rows(self._session, entry, self._entries)
        rows = [_standing_row(s) for s in self._changed_standings.values()]
        upsert_rows(self._session, standing, rows, key=["unit", "year"])
        self._entries, self._changed_records, self._changed_standings = [], {}, {}


def _record(row: RowMapping) -> Record:
    issued = None if row["issued_at"] is None else Issued(**{name: row[name] for name in _ISSUED})
    return Record(row["slip_id"], issued, row["lapsed_at"], row["fell_at"], row["fall_cause"])


def _record_row(record: Record) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(record.issued, name, None) for name in _ISSUED}
    return row | {
        "slip_id": record.slip_id,
        "lapsed_at": record.lapsed_at,
        "fell_at": record.fell_at,
        "fall_cause": record.fall_cause,
    }


_ENTRY = [column.name for column in entry.columns if column.name not in ("caused_by", "recorded_at")]


def _entry_row(added: Entry) -> dict[str, Any]:
    return {name: getattr(added, name) for name in _ENTRY}


def _standing_row(changed: Standing) -> dict[str, Any]:
    return {
        "unit": changed.unit,
        "year": changed.year,
        "points": changed.points,
        "effective_reds": changed.effective_reds,
    }


def all_entries(session: Connection) -> list[Entry]:
    """The whole ledger, by time, matter and unit."""
    return [_entry(row) for row in session.execute(_ENTRIES).mappings()]


def _entry(row: RowMapping) -> Entry:
    values = {name: row[name] for name in _ENTRY}
    return Entry(**values | {"kind": Kind(values["kind"])})


def all_records(session: Connection) -> dict[str, Record]:
    """Every issued slip that scoring knows, by id."""
    return {row["slip_id"]: _record(row) for row in session.execute(_SLIPS).mappings()}


def points_booked(session: Connection) -> list[tuple[str, int, Decimal]]:
    """The exact sum of the ledger by kind and year. Added up here: SQLite knows no decimals."""
    sums: dict[tuple[str, int], Decimal] = {}
    for row in session.execute(_AMOUNTS):
        sums[row.kind, row.year] = sums.get((row.kind, row.year), Decimal("0.00")) + row.amount
    return [(kind, year, amount) for (kind, year), amount in sorted(sums.items())]


def units_not_eligible(session: Connection) -> list[tuple[int, int]]:
    """(year, number of units with an effective red)."""
    return [(row.year, row.units) for row in session.execute(_BARRED)]
