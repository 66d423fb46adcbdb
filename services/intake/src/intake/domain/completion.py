"""What units report and claim, and what the office decides about it, as it stands whatever the order of arrival.

Reports and claims are *filings*; each office *verdict* answers one of them: the one that it names, else the last one that was
still unanswered at its time (events.md section 3, "Which slip"). `answer` pairs them by business time only, so that the same
set of messages gives the same pairs in any order (domain.md d.13, invariant 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FilingKind(StrEnum):
    """A report of progress or a claim of completion."""

    PROGRESS = "PROGRESS"
    COMPLETION = "COMPLETION"


class PartState(StrEnum):
    """Where one unit's part of a matter stands."""

    DISPATCHED = "DISPATCHED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETION_CLAIMED = "COMPLETION_CLAIMED"
    VERIFIED = "VERIFIED"
    TRANSFERRED = "TRANSFERRED"
    """Ended: the matter is not this unit's duty (退办)."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One report or claim of a unit; `id` is the id of its message."""

    id: str
    kind: FilingKind
    filed_at: datetime
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of the office to a filing of `kind`; `favourable` means accepted or verified."""

    id: str
    kind: FilingKind
    decided_at: datetime
    favourable: bool
    names: str | None = None
    """The filing that it answers; None: the last unanswered one."""
    colour: str | None = None


def answer(filings: Sequence[Filing], verdicts: Iterable[Verdict]) -> dict[str, Verdict]:
    """Filing id → the verdict that answers it. Verdicts that find no filing are left out.

    Named filings are taken first, the earliest verdict winning; the other verdicts follow in the order of their time.
    """
    ordered = sorted(verdicts, key=lambda verdict: (verdict.decided_at, verdict.id))
    known = {filing.id: filing for filing in filings}
    found: dict[str, Verdict] = {}
    for verdict in ordered:
        if verdict.names is not None and verdict.names not in found and _fits(verdict, known.get(verdict.names)):
            found[verdict.names] = verdict
    by_time = sorted(filings, key=lambda filing: (filing.filed_at, filing.id), reverse=True)
    for verdict in ordered:
        if verdict.names is None:
            last = next((f for f in by_time if f.id not in found and _answers(verdict, f)), None)
            if last is not None:
                found[last.id] = verdict
    return found


def _fits(verdict: Verdict, filing: Filing | None) -> bool:
    return filing is not None and filing.kind is verdict.kind


def _answers(verdict: Verdict, filing: Filing) -> bool:
    if filing.kind is not verdict.kind or filing.filed_at > verdict.decided_at:
        return False
    return verdict.colour is None or filing.colour is None or filing.colour == verdict.colour


def part_state(filings: Iterable[Filing], answers: Mapping[str, Verdict]) -> PartState:
    """Where a unit's part stands: one verified claim is enough; a claim that is not answered yet counts as claimed."""
    state = PartState.DISPATCHED
    for filing in filings:
        verdict = answers.get(filing.id)
        if filing.kind is FilingKind.PROGRESS or (verdict is not None and not verdict.favourable):
            state = max(state, PartState.IN_PROGRESS, key=_RANK.__getitem__)
        elif verdict is None:
            state = max(state, PartState.COMPLETION_CLAIMED, key=_RANK.__getitem__)
        else:
            return PartState.VERIFIED
    return state


_RANK = {state: rank for rank, state in enumerate(PartState)}


def done_at(filings: Iterable[Filing], answers: Mapping[str, Verdict]) -> datetime | None:
    """When a unit's part was first found done: the time of the earliest favourable verdict on a claim, or None."""
    times = [
        verdict.decided_at
        for filing in filings
        if filing.kind is FilingKind.COMPLETION and (verdict := answers.get(filing.id)) is not None and verdict.favourable
    ]
    return min(times, default=None)
