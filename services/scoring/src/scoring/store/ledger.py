"""Scoring's tables and queries. `entry` is the ledger: rows are only ever inserted.

`slip` keeps what is known about each yellow and red (facts, in any order); `standing` is the running sum and the number of
effective reds per unit and year, kept in the same transaction so that no announcement has to add up a year. `closing` keeps
the calls to close a year, `closing_line` what was announced of each unit then, `restated` which later changes were announced;
`persons` who held which office; `units` which units there are, and who succeeds whom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ground_rules.powers import Capacity
from ground_rules.units import Directory, Period
from service_chassis.persistence.columns import Instant, Json, Points
from service_chassis.persistence.sql import insert_new, insert_rows, select_in, upsert_rows
from service_chassis.persistence.tables import metadata
from sqlalchemy import (
    Column,
    Connection,
    Date,
    Index,
    Integer,
    RowMapping,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)

from scoring.domain.assessment import Closing, UnitYear, closing_of
from scoring.domain.ledger import Entry, Kind
from scoring.domain.slip import Issued, Record
from scoring.domain.succession import NOBODY, predecessors, together

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
    Column("liability_date", Date),
    Column("year", Integer),
    Column("deduction", Points),
    Column("basis", Text),
    Column("policy_version", Text),
    Column("approved_by", Text),
    Column("lapsed_at", Instant),
    Column("fell_at", Instant),
    Column("fall_cause", Text),
    Column("filed_at", Instant),
    Column("upheld_at", Instant),
    Index("ix_slip_unit_year", "unit", "year"),
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
    Column("approved_by", Text),
    Column("evidence", Json, nullable=False),
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

closing = Table(
    "closing",
    METADATA,
    Column("call", Text, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("bases", Json, nullable=False),
)

closing_line = Table(
    "closing_line",
    METADATA,
    Column("year", Integer, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("line", Json, nullable=False),
)

restated = Table(
    "restated",
    METADATA,
    Column("unit", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("key", Text, primary_key=True),
)

persons = Table(
    "persons",
    METADATA,
    Column("publication", Text, primary_key=True),
    Column("published_at", Instant, nullable=False),
    Column("held", Json, nullable=False),
)

units = Table(
    "units",
    METADATA,
    Column("publication", Text, primary_key=True),
    Column("published_at", Instant, nullable=False),
    Column("listed", Json, nullable=False),
)

_ISSUED = [
    "slip_id", "unit", "colour", "matter_id", "external_ref", "submitted_by",
    "issued_at", "liability_date", "year", "deduction", "basis", "policy_version", "approved_by",
]  # fmt: skip
_FACTS = ["lapsed_at", "fell_at", "fall_cause", "filed_at", "upheld_at"]
_ENTRIES = select(entry).order_by(entry.c.at, entry.c.matter_id, entry.c.unit, entry.c.entry_id)
_AMOUNTS = select(entry.c.kind, entry.c.year, entry.c.amount)
_BARRED = (
    select(standing.c.year, func.count().label("units"))
    .where(standing.c.effective_reds > 0)
    .group_by(standing.c.year)
    .order_by(standing.c.year)
)
_SLIPS = select(slip).where(slip.c.issued_at.is_not(None))
_CLOSINGS = select(closing).order_by(closing.c.at, closing.c.call)
_LINES = select(closing_line.c.unit, closing_line.c.line).where(closing_line.c.year == bindparam("year"))
_PERSONS = (
    select(persons.c.held)
    .where(persons.c.published_at <= bindparam("at", type_=Instant))
    .order_by(persons.c.published_at.desc(), persons.c.publication.desc())
    .limit(1)
)
_UNITS = select(units.c.listed).order_by(units.c.published_at.desc(), units.c.publication.desc()).limit(1)
_RESTATED = select(restated.c.unit, restated.c.key).where(restated.c.year == bindparam("year"))


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
        self._calls: list[dict[str, Any]] = []
        self._closings: dict[int, Closing] = {}
        self.touched: set[tuple[str, int]] = set()
        """Units and years that something was learnt about."""
        self.closed_now: set[int] = set()
        """Years that a call of this batch closed, or gave further totals."""
        self.relisted: set[int] = set()
        """Closed years for which other units may answer now, since a list of units was published."""

    def load(self, slip_ids: Iterable[str], units: Iterable[str]) -> None:
        """Fetch these slips' records, these units' standings, and all closings: three statements."""
        self._closings = closings(self._session)
        booked = set(units)  # and the units that the slips were issued to: others may answer for them by now
        for row in select_in(self._session, slip, "slip_id", slip_ids):
            self._records[row["slip_id"]] = _record(row)
            booked |= {row["unit"]} if row["unit"] is not None else set()
        for row in select_in(self._session, standing, "unit", sorted(booked)):
            self._standings[row["unit"], row["year"]] = Standing(**row)

    def record(self, slip_id: str) -> Record:
        """What is known about a slip; an empty record when nothing is."""
        return self._records.get(slip_id) or Record(slip_id)

    def put_record(self, record: Record) -> None:
        self._records[record.slip_id] = self._changed_records[record.slip_id] = record
        if record.issued is not None:
            self.touched.add((record.issued.unit, record.issued.year))

    def standing(self, unit: str, year: int) -> Standing:
        """A unit's year; zero points and no red when there is none yet."""
        return self._standings.get((unit, year)) or Standing(unit, year)

    def put_standing(self, changed: Standing) -> None:
        key = changed.unit, changed.year
        self._standings[key] = self._changed_standings[key] = changed

    def add(self, added: Entry, *, caused_by: str, recorded_at: Any) -> None:
        """Append a line to the ledger, with the event that caused it."""
        self._entries.append(_entry_row(added) | {"caused_by": caused_by, "recorded_at": recorded_at})
        self.touched.add((added.unit, added.year))

    def closing(self, year: int) -> Closing | None:
        """How a year was closed; None while it is open."""
        return self._closings.get(year)

    def close(self, call: str, year: int, at: datetime, bases: Mapping[str, Decimal]) -> None:
        """Keep a call to close a year, under the id of its message."""
        shown = {unit: str(total) for unit, total in sorted(bases.items())}
        self._calls.append({"call": call, "year": year, "at": at, "bases": shown})
        before = self._closings.get(year)
        known = [(before.at, before.bases)] if before is not None else []
        closed = closing_of(year, [*known, (at, bases)])
        assert closed is not None
        self._closings[year] = closed
        self.closed_now.add(year)

    def save(self) -> None:
        """Write everything: at most four statements. An entry that exists already is an error, never an update."""
        upsert_rows(self._session, slip, [_record_row(r) for r in self._changed_records.values()], key=["slip_id"])
        insert_rows(self._session, entry, self._entries)
        rows = [_standing_row(s) for s in self._changed_standings.values()]
        upsert_rows(self._session, standing, rows, key=["unit", "year"])
        insert_rows(self._session, closing, self._calls)
        self._entries, self._changed_records, self._changed_standings, self._calls = [], {}, {}, []

    # ---- who may award a bonus

    def know_persons(self, publication: str, at: datetime, held: Iterable[Capacity]) -> None:
        """Keep a list of who holds which office; each is complete."""
        rows = [[one.name, one.role, one.valid_from.isoformat(), one.valid_until and one.valid_until.isoformat()] for one in held]
        insert_new(self._session, persons, [{"publication": publication, "published_at": at, "held": rows}])

    def capacities_at(self, at: datetime) -> list[Capacity] | None:
        """The offices as they were published last by then; None while no list was."""
        row = self._session.execute(_PERSONS, {"at": at}).first()
        if row is None:
            return None
        day = date.fromisoformat
        dated = ((name, role, day(since), day(until) if until else None) for name, role, since, until in row.held)
        return [Capacity(*one) for one in dated]

    # ---- which units there are

    def know_units(self, publication: str, at: datetime, listed: Iterable[Period]) -> None:
        """Keep a list of all units; each is complete."""
        rows = [
            [one.code, one.valid_from.isoformat(), one.valid_to and one.valid_to.isoformat(), one.successor, one.name, one.group]
            for one in listed
        ]
        insert_new(self._session, units, [{"publication": publication, "published_at": at, "listed": rows}])
        self.relisted = set(self._closings)

    # ---- closed years: read after `save`, so that this batch's own changes are seen

    def unit_years(self, year: int, units: Iterable[str] | None = None) -> dict[str, UnitYear]:
        """All that counts for a year, by the unit that answers for it; of these units only, or of all that have anything."""
        known = directory(self._session)
        wanted = predecessors(known, units, year) if units is not None else None
        return {of.unit: of for of in together(self._booked_years(year, wanted).values(), known)}

    def _booked_years(self, year: int, units: Iterable[str] | None) -> dict[str, UnitYear]:
        entries: dict[str, list[Entry]] = defaultdict(list)
        records: dict[str, dict[str, Record]] = defaultdict(dict)
        for row in self._of_year(entry, year, units):
            entries[row["unit"]].append(_entry(row))
        for row in self._of_year(slip, year, units):
            records[row["unit"]][row["slip_id"]] = _record(row)
        named = {*entries, *records} if units is None else set(units)
        return {unit: UnitYear(unit, year, entries[unit], records[unit]) for unit in sorted(named)}

    def _of_year(self, table: Table, year: int, units: Iterable[str] | None) -> list[RowMapping]:
        if units is None:
            return list(self._session.execute(select(table).where(table.c.year == year)).mappings())
        return [row for row in select_in(self._session, table, "unit", sorted(units)) if row["year"] == year]

    def lines(self, year: int) -> dict[str, dict[str, Any]]:
        """What was announced of each unit when the year was closed."""
        return {row.unit: row.line for row in self._session.execute(_LINES, {"year": year})}

    def put_lines(self, year: int, lines: Mapping[str, Mapping[str, Any]]) -> None:
        rows = [{"year": year, "unit": unit, "line": dict(line)} for unit, line in sorted(lines.items())]
        upsert_rows(self._session, closing_line, rows, key=["year", "unit"])

    def restated(self, year: int) -> set[tuple[str, str]]:
        """(unit, key) of the changes after the closing that were announced."""
        return {(row.unit, row.key) for row in self._session.execute(_RESTATED, {"year": year})}

    def put_restated(self, year: int, keys: Iterable[tuple[str, str]]) -> None:
        rows = [{"unit": unit, "year": year, "key": key} for unit, key in sorted(keys)]
        insert_new(self._session, restated, rows)

    def take_back(self, name: str, **key: Any) -> None:
        """Forget an announcement about a closed year, of `closing_line` or `restated`, that has proved not to be so."""
        table = METADATA.tables[name]
        self._session.execute(table.delete().where(*(table.c[name] == value for name, value in key.items())))


def _record(row: RowMapping) -> Record:
    issued = None if row["issued_at"] is None else Issued(**{name: row[name] for name in _ISSUED})
    return Record(row["slip_id"], issued, **{name: row[name] for name in _FACTS})


def _record_row(record: Record) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(record.issued, name, None) for name in _ISSUED}
    return row | {"slip_id": record.slip_id} | {name: getattr(record, name) for name in _FACTS}


_ENTRY = [column.name for column in entry.columns if column.name not in ("caused_by", "recorded_at")]


def _entry_row(added: Entry) -> dict[str, Any]:
    return {name: getattr(added, name) for name in _ENTRY} | {"evidence": list(added.evidence)}


def _standing_row(changed: Standing) -> dict[str, Any]:
    return {
        "unit": changed.unit,
        "year": changed.year,
        "points": changed.points,
        "effective_reds": changed.effective_reds,
    }


def closings(session: Connection) -> dict[int, Closing]:
    """How each closed year was closed."""
    calls: dict[int, list[tuple[datetime, Mapping[str, Decimal]]]] = defaultdict(list)
    for row in session.execute(_CLOSINGS):
        calls[row.year].append((row.at, {unit: Decimal(total) for unit, total in row.bases.items()}))
    return {year: closed for year, found in calls.items() if (closed := closing_of(year, found)) is not None}


def directory(session: Connection) -> Directory:
    """The units as they were published last."""
    row = session.execute(_UNITS).first()
    if row is None:
        return NOBODY
    day = date.fromisoformat
    return Directory(
        Period(code, day(since), day(until) if until else None, successor, name, group)
        for code, since, until, successor, name, group in row.listed
    )


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


_CAUSES = select(entry.c.entry_id, entry.c.caused_by).where(entry.c.year == bindparam("year"))


def causes_of(session: Connection, year: int) -> dict[str, str]:
    """Entry → the event that caused it."""
    return {row.entry_id: row.caused_by for row in session.execute(_CAUSES, {"year": year})}


_STANDINGS = select(standing)
_ALL_LINES = select(closing_line)
_ALL_RESTATED = select(restated)


def standings(session: Connection) -> dict[tuple[str, int], tuple[Decimal, int]]:
    """(points, effective reds) of each unit and year, as they were kept up to date."""
    return {(row.unit, row.year): (row.points, row.effective_reds) for row in session.execute(_STANDINGS)}


def told_lines(session: Connection) -> dict[int, dict[str, dict[str, Any]]]:
    """Year → unit → what was announced of it when the year was closed."""
    found: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in session.execute(_ALL_LINES):
        found[row.year][row.unit] = row.line
    return found


def told_restatements(session: Connection) -> dict[int, set[tuple[str, str]]]:
    """Year → (unit, key) of the changes after its closing that were announced."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in session.execute(_ALL_RESTATED):
        found[row.year].add((row.unit, row.key))
    return found


_EVERY_CAUSE = select(entry.c.entry_id, entry.c.caused_by)


def every_cause(session: Connection) -> dict[str, str]:
    """Entry of any year → the event that caused it."""
    return {row.entry_id: row.caused_by for row in session.execute(_EVERY_CAUSE)}
