"""What the ledger must be, from the facts alone, and where the stored one differs.

The facts are told in any order and any number of times; the entries that they come to are the same (domain.md invariants 5, 14).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from scoring.domain.assessment import UnitYear
from scoring.domain.eligibility import causes, is_cause
from scoring.domain.ledger import Entry, Kind, State, changes, state_of
from scoring.domain.slip import Record


@dataclass(slots=True)
class Books:
    """Entries and slips, as they are stored or as they come out of the facts."""

    entries: dict[str, Entry] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)

    def state(self, entry: Entry) -> State:
        """How firm an entry is, by what is known here about its slip."""
        return state_of(entry.kind, self.records.get(entry.slip_id or ""))

    def causes(self) -> set[str]:
        """The effective reds."""
        return set(causes(self.records.values()))

    def sums(self) -> dict[tuple[str, int], tuple[Decimal, int]]:
        """(points, effective reds) of each unit and year that has any entry or red."""
        points: dict[tuple[str, int], Decimal] = defaultdict(lambda: Decimal("0.00"))
        reds: Counter[tuple[str, int]] = Counter()
        for entry in self.entries.values():
            points[entry.unit, entry.year] += entry.amount
        for record in self.records.values():
            if record.issued is not None and is_cause(record):
                reds[record.issued.unit, record.issued.year] += 1
        return {key: (points[key], reds[key]) for key in sorted({*points, *reds})}

    def unit_years(self, year: int) -> dict[str, UnitYear]:
        """All that counts for a year, by unit."""
        entries: dict[str, list[Entry]] = defaultdict(list)
        slips: dict[str, dict[str, Record]] = defaultdict(dict)
        for entry in self.entries.values():
            if entry.year == year:
                entries[entry.unit].append(entry)
        for record in self.records.values():
            if record.issued is not None and record.issued.year == year:
                slips[record.issued.unit][record.slip_id] = record
        return {unit: UnitYear(unit, year, entries[unit], slips[unit]) for unit in sorted({*entries, *slips})}


def booked(records: Mapping[str, Record], bonuses: Mapping[str, Entry]) -> Books:
    """The books that these slips and bonuses make."""
    entries = dict(bonuses)
    for slip_id, record in records.items():
        entries |= {change.entry.entry_id: change.entry for change in changes(Record(slip_id), record)}
    return Books(entries, dict(records))


class Wrong(StrEnum):
    """How the stored ledger differs."""

    MISSING = "MISSING"
    """The events make an entry that the ledger does not have."""
    UNEXPLAINED = "UNEXPLAINED"
    """The ledger has an entry that no event makes."""
    DIFFERENT = "DIFFERENT"
    """A field of an entry, or something of a unit's year, is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing in which stored and recomputed books differ, with what it is about."""

    wrong: Wrong
    unit: str
    year: int
    matter: str | None = None
    slip_id: str | None = None
    entry_id: str | None = None
    what: str = ""
    """The field."""
    stored: str | None = None
    expected: str | None = None


COMPARED = ("unit", "year", "amount", "kind", "slip_id", "at", "reverses", "colour", "matter_id", "external_ref", "submitted_by")
"""Fields of an entry that follow from the facts whatever their order. The words of a reversal's basis name the fact that came
first, so they are compared for the other kinds only."""
WORDED = ("basis", "approved_by", "policy_version", "evidence")


def differences(stored: Books, expected: Books) -> Iterator[Difference]:
    """Every difference of entries, then of their states, then of reds, by year, unit, time and entry."""
    for entry_id in sorted({*stored.entries, *expected.entries}, key=lambda id_: _order(stored, expected, id_)):
        have, want = stored.entries.get(entry_id), expected.entries.get(entry_id)
        if have is None and want is not None:
            yield _about(want, Wrong.MISSING, expected=_shown(want.amount))
        elif want is None and have is not None:
            yield _about(have, Wrong.UNEXPLAINED, stored=_shown(have.amount))
        elif have is not None and want is not None:
            yield from _fields(have, want)
            yield from _states(stored, expected, have)
    yield from _reds(stored, expected)


def _order(stored: Books, expected: Books, entry_id: str) -> tuple[Any, ...]:
    entry = stored.entries.get(entry_id) or expected.entries[entry_id]
    return entry.year, entry.unit, entry.at, entry_id


def _about(entry: Entry, wrong: Wrong, **more: Any) -> Difference:
    matter = entry.external_ref or entry.matter_id
    return Difference(
        wrong=wrong, unit=entry.unit, year=entry.year, matter=matter, slip_id=entry.slip_id, entry_id=entry.entry_id, **more
    )


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)


def _fields(have: Entry, want: Entry) -> Iterator[Difference]:
    for name in COMPARED + (() if want.kind is Kind.REVERSAL else WORDED):
        theirs, ours = _comparable(have, name), _comparable(want, name)
        if theirs != ours:
            yield _about(want, Wrong.DIFFERENT, what=name, stored=_shown(theirs), expected=_shown(ours))


def _comparable(entry: Entry, name: str) -> Any:
    """Of evidence what it is and its hash: more is not announced."""
    value = getattr(entry, name)
    return [(item.get("kind"), item.get("sha256")) for item in value] if name == "evidence" else value


def _states(stored: Books, expected: Books, entry: Entry) -> Iterator[Difference]:
    have, want = stored.state(entry), expected.state(entry)
    if have is not want:
        yield _about(entry, Wrong.DIFFERENT, what="state", stored=have, expected=want)


def _reds(stored: Books, expected: Books) -> Iterator[Difference]:
    """Reds that bar their unit from "excellent" in one of the two only."""
    have, want = stored.causes(), expected.causes()
    for slip_id in sorted(have ^ want):
        issued = (stored if slip_id in have else expected).records[slip_id].issued
        assert issued is not None
        yield Difference(
            wrong=Wrong.UNEXPLAINED if slip_id in have else Wrong.MISSING,
            unit=issued.unit,
            year=issued.year,
            matter=issued.external_ref or issued.matter_id,
            slip_id=slip_id,
            what="effective red",
        )


def wrong_sums(
    kept: Mapping[tuple[str, int], tuple[Decimal, int]], expected: Mapping[tuple[str, int], tuple[Decimal, int]]
) -> Iterator[Difference]:
    """Running sums of points, and numbers of effective reds, that are not what the facts come to."""
    nothing = (Decimal("0.00"), 0)
    for unit, year in sorted({*kept, *expected}, key=lambda key: (key[1], key[0])):
        pairs = zip(SUMS, kept.get((unit, year), nothing), expected.get((unit, year), nothing), strict=True)
        for name, have, want in pairs:
            if have != want:
                yield Difference(
                    wrong=Wrong.DIFFERENT, unit=unit, year=year, what=name, stored=_shown(have), expected=_shown(want)
                )


SUMS = ("balance", "number of effective reds")
