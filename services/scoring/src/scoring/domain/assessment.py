"""A unit's year: its points, what is still pending, its total, and what restates it once it is closed (domain.md d.11).

Points are added to the total after weighting (the plus/minus part); there is no netting and no cap. What a closed year was
follows from when things happened, not from when they became known: the same facts in any order give the same closing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from scoring.domain.eligibility import is_cause, is_eligible
from scoring.domain.ledger import Entry, State, balance, state_of
from scoring.domain.slip import RED, Issued, Record, points

TURN = "ELIGIBILITY:"
"""How the key of a restatement begins that changes no points."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A year that was closed: when first, and every unit's total after weighting, before plus and minus."""

    year: int
    at: datetime
    bases: Mapping[str, Decimal] = field(default_factory=dict)


def closing_of(year: int, calls: Iterable[tuple[datetime, Mapping[str, Decimal]]]) -> Closing | None:
    """What the calls to close a year come to: the first one closes it, each may bring totals that were missing."""
    ordered = sorted(calls, key=lambda call: call[0])
    if not ordered:
        return None
    bases: dict[str, Decimal] = {}
    for _, totals in ordered:
        for unit, total in totals.items():
            bases.setdefault(unit, points(total))
    return Closing(year, ordered[0][0], bases)


def contradicted(closing: Closing | None, totals: Mapping[str, Decimal]) -> list[str]:
    """Units for which a further call gives another total than the one that the year was closed with."""
    if closing is None:
        return []
    return sorted(unit for unit, total in totals.items() if closing.bases.get(unit, points(total)) != points(total))


@dataclass(frozen=True, slots=True)
class UnitYear:
    """All entries and all weighty slips of one unit in one year."""

    unit: str
    year: int
    entries: Sequence[Entry] = ()
    records: Mapping[str, Record] = field(default_factory=dict)

    def until(self, at: datetime) -> UnitYear:
        """What had happened by `at`."""
        entries = [entry for entry in self.entries if entry.at <= at]
        return UnitYear(self.unit, self.year, entries, {id_: record.until(at) for id_, record in self.records.items()})

    @property
    def reds(self) -> list[str]:
        """The effective reds."""
        return sorted(id_ for id_, record in self.records.items() if is_cause(record))

    def state(self, entry: Entry) -> State:
        """How firm one of its entries is."""
        return state_of(entry.kind, self.records.get(entry.slip_id or ""))


@dataclass(frozen=True, slots=True)
class YearResult:
    """What is displayed for a unit and year."""

    unit: str
    year: int
    points: Decimal
    eligible: bool
    pending: tuple[str, ...]
    """Entries that a review may still undo; a closing year lists them."""
    base: Decimal | None
    total: Decimal | None
    """Weighted base total plus points; None until the assessment office gave the base."""


def result(of: UnitYear, base: Decimal | None = None) -> YearResult:
    """The year of one unit, from its entries and its slips."""
    sum_ = balance(entry.amount for entry in of.entries)
    pending = tuple(sorted(entry.entry_id for entry in of.entries if of.state(entry) is State.PROVISIONAL))
    total = None if base is None else points(base + sum_)
    return YearResult(of.unit, of.year, sum_, is_eligible(len(of.reds)), pending, base, total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """One change of a closed year: an entry, or only the eligibility (`amount` 0.00)."""

    key: str
    unit: str
    year: int
    amount: Decimal
    at: datetime
    eligible: bool
    """Whether the unit is eligible after it."""
    matter_id: str | None
    external_ref: str | None
    slip_id: str | None
    colour: str | None


def restatements(of: UnitYear, closed_at: datetime) -> list[Restatement]:
    """Everything that changed a year after its closing, by time: each later entry, and each turn of the eligibility."""
    found: list[Restatement] = []
    eligible = is_eligible(len(of.until(closed_at).reds))
    for at in sorted(set(_instants(of, closed_at))):
        now_eligible = is_eligible(len(of.until(at).reds))
        booked = [_of_entry(of, entry, now_eligible) for entry in of.entries if entry.at == at]
        if now_eligible != eligible and not any(line.colour == RED for line in booked):
            booked.append(_of_turn(of, at, now_eligible))
        found += sorted(booked, key=lambda line: line.key)
        eligible = now_eligible
    return found


def _instants(of: UnitYear, closed_at: datetime) -> Iterator[datetime]:
    """When something happened after the closing that counts for the year."""
    whens = [entry.at for entry in of.entries]
    for record in of.records.values():
        if record.issued is not None and record.issued.colour == RED:
            whens += [when for when in (record.issued.issued_at, record.fell_at) if when is not None]
    return (when for when in whens if when > closed_at)


def _of_entry(of: UnitYear, entry: Entry, eligible: bool) -> Restatement:
    return Restatement(
        key=entry.entry_id,
        unit=of.unit,
        year=entry.year,
        amount=entry.amount,
        at=entry.at,
        eligible=eligible,
        matter_id=entry.matter_id,
        external_ref=entry.external_ref,
        slip_id=entry.slip_id,
        colour=entry.colour,
    )


def _of_turn(of: UnitYear, at: datetime, eligible: bool) -> Restatement:
    """The red whose issue or fall turned the eligibility; of several at one instant the first by id."""
    turning = [id_ for id_, record in sorted(of.records.items()) if _turns(record, at, eligible)]
    issued = of.records[turning[0]].issued
    assert issued is not None
    return _turned(of, issued, f"{TURN}{'RESTORED' if eligible else 'REVOKED'}:{issued.slip_id}", at, eligible)


def _turned(of: UnitYear, issued: Issued, key: str, at: datetime, eligible: bool) -> Restatement:
    return Restatement(
        key=key,
        unit=of.unit,
        year=of.year,
        amount=Decimal("0.00"),
        at=at,
        eligible=eligible,
        matter_id=issued.matter_id,
        external_ref=issued.external_ref,
        slip_id=issued.slip_id,
        colour=issued.colour,
    )


def taken_back(of: UnitYear, key: str) -> Restatement | None:
    """What a turn that was told comes to, now that a red is known that had happened before it: the same line as it is now.

    None for the line of an entry, which stays true whatever becomes known.
    """
    if not key.startswith(TURN):
        return None
    which, _, slip_id = key.removeprefix(TURN).partition(":")
    record = of.records.get(slip_id)
    if record is None or record.issued is None:  # another unit answers for it now
        return None
    at = record.fell_at if which == "RESTORED" else record.issued.issued_at
    assert at is not None
    return _turned(of, record.issued, key, at, is_eligible(len(of.until(at).reds)))


def _turns(record: Record, at: datetime, eligible: bool) -> bool:
    if record.issued is None or record.issued.colour != RED:
        return False
    return (record.fell_at if eligible else record.issued.issued_at) == at
