"""What of scoring belongs into the audit chain, and whether the ledger still is what was announced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from event_contracts import scoring as facts
from event_contracts.event import Fact, Message

from scoring.domain.ledger import Entry
from scoring.store.ledger import all_entries, every_cause

BOOKED = (facts.ScoreDeducted, facts.ScoreReversed, facts.ScoreBonusAwarded)
"""Each announces one entry of the ledger."""

SEALED: tuple[type[Fact], ...] = (
    *BOOKED,
    facts.ScoreConfirmed,
    facts.EligibilityRevoked,
    facts.EligibilityRestored,
    facts.AssessmentFinalised,
    facts.AssessmentRestated,
)
"""Everything that scoring announces of points, eligibility and closed years."""


def unlike_sealed(session: Any, announced: Iterable[tuple[int | None, Message]]) -> Iterator[str]:
    """Entries that are not as they were announced, in the order of the links; then those that never were."""
    stored = {entry.entry_id: entry for entry in all_entries(session)}
    causes = every_cause(session)
    for n, message in announced:
        if isinstance(message.data, BOOKED):
            entry = stored.pop(message.data.entry_id, None)
            yield from _entry(n, message, entry, causes.get(message.data.entry_id))
    for entry_id, entry in stored.items():
        yield f"分录 {entry_id} 被插入 / entry {entry_id} of {entry.unit} was inserted: {entry.amount}, and no link announced it"


def _entry(n: int | None, message: Message, entry: Entry | None, cause: str | None) -> Iterator[str]:
    data = message.data
    if entry is None:
        yield f"分录 {data.entry_id} 被删除 / entry {data.entry_id} of {data.unit} was removed; link {n} announced {data.amount}"
        return
    said = {
        "unit": data.unit,
        "year": data.year,
        "amount": data.amount,
        "at": message.time,
        "slip_id": getattr(data, "slip_id", None),
        "approved_by": data.approved_by,
        "reverses": getattr(data, "reverses", None),
        "basis": getattr(data, "basis", None) or entry.basis,
    }
    for name, value in said.items():
        if getattr(entry, name) != value:
            yield _changed(n, data.entry_id, name, getattr(entry, name), value)
    if cause != message.causationid:
        yield _changed(n, data.entry_id, "caused_by", cause, message.causationid)


def _changed(n: int | None, entry_id: str, name: str, stored: Any, said: Any) -> str:
    return f"分录 {entry_id} 被改动 / entry {entry_id} was changed: {name} is {stored}, link {n} announced {said}"
