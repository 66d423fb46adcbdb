"""The score ledger: entries are only added, never changed or removed; a balance is their sum and nothing else.

Source: domain.md d.11, invariants 1 and 11. An entry's state is no part of the entry: it follows from what else is known
about its slip, so that an entry that was written once stays as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from scoring.domain.slip import Issued, Record, points


class Kind(StrEnum):
    """Why an entry exists."""

    DEDUCTION = "DEDUCTION"
    REVERSAL = "REVERSAL"
    BONUS = "BONUS"


class State(StrEnum):
    """How firm an entry is."""

    PROVISIONAL = "PROVISIONAL"
    EFFECTIVE = "EFFECTIVE"
    REVERSED = "REVERSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger. `amount` is signed, with two places."""

    entry_id: str
    slip_id: str | None
    unit: str
    year: int
    amount: Decimal
    kind: Kind
    at: datetime
    basis: str
    matter_id: str | None
    external_ref: str | None
    submitted_by: str | None
    colour: str | None
    policy_version: str | None
    reverses: str | None = None
    """The entry that this one undoes."""
    approved_by: str | None = None
    """Who answers for it: who issued the slip, or who approved the bonus."""
    evidence: Sequence[Mapping[str, Any]] = ()
    """What a bonus rests on; a slip's own evidence stays with the slip."""


class Step(StrEnum):
    """What happened to the ledger; announced in this order."""

    DEDUCTED = "DEDUCTED"
    CONFIRMED = "CONFIRMED"
    REVERSED = "REVERSED"


@dataclass(frozen=True, slots=True)
class Change:
    """One step and the entry that it added, or, for CONFIRMED, the entry that became firm."""

    step: Step
    entry: Entry
    at: datetime


def deduction(issued: Issued) -> Entry | None:
    """The entry that takes a slip's points; None for a slip that costs nothing."""
    if issued.deduction <= 0:
        return None
    return Entry(
        entry_id=f"{Kind.DEDUCTION}:{issued.slip_id}",
        slip_id=issued.slip_id,
        unit=issued.unit,
        year=issued.year,
        amount=points(-issued.deduction),
        kind=Kind.DEDUCTION,
        at=issued.issued_at,
        basis=issued.basis,
        matter_id=issued.matter_id,
        external_ref=issued.external_ref,
        submitted_by=issued.submitted_by,
        colour=issued.colour,
        policy_version=issued.policy_version,
        approved_by=issued.approved_by,
    )


def bonus(
    *,
    award: str,
    unit: str,
    year: int,
    amount: Decimal,
    at: datetime,
    reason: str,
    approved_by: str,
    evidence: Sequence[Mapping[str, Any]],
    policy_version: str,
) -> Entry:
    """The entry that adds points by an act of the government's head (Decree 733 art. 21); `award` is the award's own id."""
    return Entry(
        entry_id=f"{Kind.BONUS}:{award}",
        slip_id=None,
        unit=unit,
        year=year,
        amount=points(amount),
        kind=Kind.BONUS,
        at=at,
        basis=f"加分：{reason} / bonus: {reason}",
        matter_id=None,
        external_ref=None,
        submitted_by=None,
        colour=None,
        policy_version=policy_version,
        approved_by=approved_by,
        evidence=evidence,
    )


def reversal(entry: Entry, at: datetime, cause: str | None) -> Entry:
    """The entry that undoes another to the cent, in the other's own year (domain.md d.8)."""
    return Entry(
        entry_id=f"{Kind.REVERSAL}:{entry.slip_id}",
        slip_id=entry.slip_id,
        unit=entry.unit,
        year=entry.year,
        amount=-entry.amount,
        kind=Kind.REVERSAL,
        at=at,
        basis=f"冲销 {entry.entry_id}：{cause} / reverses {entry.entry_id}: {cause}",
        matter_id=entry.matter_id,
        external_ref=entry.external_ref,
        submitted_by=entry.submitted_by,
        colour=entry.colour,
        policy_version=entry.policy_version,
        reverses=entry.entry_id,
    )


def changes(before: Record, after: Record) -> list[Change]:
    """What the ledger gains when a slip's record grows from `before` to `after`.

    The entries that a slip makes over its whole life depend on the facts alone. A confirmation is only told while it holds: a
    fall that became known first leaves nothing to confirm, and an application that became known late takes it back.
    """
    booked = deduction(after.issued) if after.issued is not None else None
    if booked is None:
        return []
    found: list[Change] = []
    was_booked = before.issued is not None
    if not was_booked:
        found.append(Change(Step.DEDUCTED, booked, booked.at))
    if after.firm_at is not None and not (was_booked and before.firm_at is not None):
        found.append(Change(Step.CONFIRMED, booked, after.firm_at))
    if after.fell_at is not None and not (was_booked and before.fell_at is not None):
        found.append(Change(Step.REVERSED, reversal(booked, after.fell_at, after.fall_cause), after.fell_at))
    return found


def state_of(kind: Kind, record: Record | None) -> State:
    """The state of an entry, from what is known about its slip.

    Only a deduction waits for the review; what gives points back, or adds them, is effective at once.
    """
    if kind is not Kind.DEDUCTION or record is None:
        return State.EFFECTIVE
    if record.fell_at is not None:
        return State.REVERSED
    return State.PROVISIONAL if record.firm_at is None else State.EFFECTIVE


def balance(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, exact to the cent; 0.00 without entries."""
    return sum(amounts, start=Decimal("0.00"))
