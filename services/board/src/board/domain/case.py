"""What the board knows about one matter: rows of its read model, made by folding the matter's events (`folding`).

Instants are texts in UTC (`2026-03-02T01:30:00Z`) and days are local dates, so that rows sort alike in every database.
Points are whole hundredths: sums of them are exact everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

WHITE, YELLOW, RED = "WHITE", "YELLOW", "RED"
LEVELS = {WHITE: 1, YELLOW: 2, RED: 3}
"""A unit's ladder only climbs (domain.md d.3)."""
FALLEN = frozenset({"WITHDRAWN", "OVERTURNED", "VACATED_BY_CASCADE"})
"""States of a slip whose effects were undone."""
OPEN, CLOSED, ENDED, MERGED = "OPEN", "CLOSED", "WITHDRAWN", "MERGED"
"""States of a matter as the board tells them apart; MERGED is handled together with another one."""


@dataclass(slots=True)
class Part:
    """One unit's part of the matter, with the limit that runs for it now."""

    unit: str
    assignment_id: str
    role: str
    deliverable: str
    standard: str | None
    state: str = OPEN
    amount: int | None = None
    limit_unit: str | None = None
    dispatched_at: str | None = None
    served_on: str | None = None
    percent: int | None = None
    reported_at: str | None = None
    claimed_at: str | None = None
    claim: str | None = None
    verified_at: str | None = None
    colour: str | None = None
    """Colour of the slip in force."""
    owner: str | None = None
    """Which limit runs: ASSIGNMENT, SLIP:WHITE, …"""
    clock: str | None = None
    """RUNNING, SUSPENDED, STOPPED or BREACHED."""
    deadline: str | None = None
    due: str | None = None
    """The deadline instant: exclusive for day limits."""
    provisional: bool = False
    successor: str | None = None


@dataclass(slots=True)
class Slip:
    """One slip and what became of it."""

    slip_id: str
    unit: str
    colour: str
    renewal: int
    ground: str
    state: str
    number: str | None = None
    standard: str | None = None
    requirements: str = ""
    amount: int | None = None
    limit_unit: str | None = None
    proposed_at: str | None = None
    proposed_by: str | None = None
    approved_by: str | None = None
    issued_at: str | None = None
    issued_by: str | None = None
    liability_date: str | None = None
    reason: str = ""
    served_at: str | None = None
    served_on: str | None = None
    mode: str | None = None
    deadline: str | None = None
    due: str | None = None
    review_until: str | None = None
    ended_at: str | None = None
    cause: str = ""
    cascade_root: str | None = None
    previous_slip: str | None = None
    policy: str | None = None
    in_force: bool = False


@dataclass(slots=True)
class Clock:
    """One limit of one unit: as it stands, and how it came to."""

    unit: str
    owner: str
    state: str
    started_on: str | None = None
    amount: int | None = None
    limit_unit: str | None = None
    deadline: str | None = None
    due: str | None = None
    provisional: bool = False
    reason: str = ""
    policy: str | None = None
    days: str = ""
    """Runs of days as its newest event tells them (`explanation`), as JSON; empty where none did."""
    ahead: str = ""
    """What is due before its end as its newest event tells it, as JSON; empty where nothing is."""


@dataclass(slots=True)
class Entry:
    """One line of the ledger."""

    entry_id: str
    unit: str
    year: int
    cents: int
    kind: str
    state: str
    at: str
    slip_id: str | None = None
    colour: str | None = None
    basis: str = ""
    approved_by: str | None = None


@dataclass(slots=True)
class Referral:
    """What a red handed over to one of the three bodies."""

    referral_id: str
    slip_id: str
    unit: str
    body: str
    kind: str
    state: str
    at: str
    outcome: str = ""


@dataclass(slots=True)
class Notice:
    """One notice to one unit."""

    notice_id: str
    unit: str
    kind: str
    about: str
    state: str
    """DISPATCHED, SERVED or FAILED."""
    colour: str | None = None
    renewal: int = 0
    dispatched_at: str | None = None
    deemed_at: str | None = None
    served_at: str | None = None
    mode: str | None = None
    signed_by: str | None = None


@dataclass(slots=True)
class Todo:
    """Something that waits for a person: whose desk, what, and until when."""

    kind: str
    desk: str
    """OFFICE, UNIT, or one of the three bodies."""
    unit: str
    key: str
    """What an answer names: the filing, the claim, the slip, the other matter."""
    since: str
    due_on: str | None = None
    """The last local day of its own limit, where it has one."""
    colour: str | None = None
    detail: str = ""
    recused: str = ""
    """Names, one on each line, of those who took part in what is to be decided and must leave it to others."""


@dataclass(slots=True)
class Filing:
    """A request of a unit that the office has to answer."""

    kind: str
    unit: str
    key: str
    since: str
    due_on: str | None = None
    colour: str | None = None
    detail: str = ""
    open: bool = True


@dataclass(slots=True)
class Case:
    """A matter with all that hangs on it."""

    matter_id: str
    ref: str | None = None
    submitted_by: str | None = None
    title: str = ""
    kind: str = ""
    section: str = ""
    standard: str = ""
    classification: str = "NONE"
    source_type: str | None = None
    source_number: str | None = None
    source_issuer: str | None = None
    source_on: str | None = None
    source_clause: str | None = None
    state: str = OPEN
    registered_at: str | None = None
    ended_at: str | None = None
    merged_into: str | None = None
    merged_ref: str | None = None
    known: bool = False
    """Whether its registration was read; until then it is on no list."""
    parts: dict[str, Part] = field(default_factory=dict)
    slips: dict[str, Slip] = field(default_factory=dict)
    clocks: dict[tuple[str, str], Clock] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    referrals: dict[str, Referral] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    filings: dict[str, Filing] = field(default_factory=dict)
    people: dict[str, set[str]] = field(default_factory=dict)
    """Slip → names of those who took part in it."""
