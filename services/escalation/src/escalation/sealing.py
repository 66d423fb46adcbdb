"""What of escalation belongs into the audit chain, and whether its tables still are what was announced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from event_contracts import escalation as facts
from event_contracts.event import Fact, Message

from escalation.domain.determination import MACHINE
from escalation.domain.slip import FALLEN
from escalation.store.sealed import IssuedSlip, findings, issued_slips

ISSUES = (facts.SlipIssued, facts.SlipRenewed)
FALLS = (facts.SlipWithdrawn, facts.SlipOverturned, facts.SlipVacated)

SEALED: tuple[type[Fact], ...] = (
    *ISSUES,
    *FALLS,
    facts.SlipApproved,
    facts.SlipLifted,
    facts.DeterminationMade,
    facts.JustificationGranted,
    facts.JustificationRefused,
    facts.ExtensionDecided,
    facts.ReviewLapsed,
    facts.ReviewDecided,
    facts.ConclusionConfirmed,
    facts.ConclusionUpheld,
    facts.ConclusionVaried,
    facts.ConclusionOverturned,
    facts.ReferralCreated,
    facts.ReferralConcluded,
    facts.ReferralRecalled,
    facts.InterviewSummoned,
    facts.InterviewDeclined,
    facts.CalendarPublished,
    facts.PolicyPublished,
)
"""Slips, determinations, decisions, conclusions as they stand, and what follows from them for a unit."""

FIELDS = ("matter_id", "unit", "colour", "renewal", "number", "ground", "standard", "issued_at", "issued_by")
"""Of a slip, what never changes after its issue."""


def unlike_sealed(session: Any, announced: Iterable[tuple[int | None, Message]]) -> Iterator[str]:
    """Slips and findings that are not as they were announced, in the order of the links; then those that never were."""
    stored, found = issued_slips(session), findings(session)
    issued: set[str] = set()
    fallen: set[str] = set()
    for n, message in announced:
        data = message.data
        if isinstance(data, ISSUES):
            issued.add(data.slip_id)
            yield from _slip(n, data, stored.get(data.slip_id))
        elif isinstance(data, FALLS):
            fallen.add(data.slip_id)
        elif isinstance(data, facts.DeterminationMade):
            yield from _finding(n, data, found.get(message.causationid or ""))
    yield from _never(stored, issued, fallen)


def _slip(n: int | None, data: facts.SlipIssued | facts.SlipRenewed, stored: IssuedSlip | None) -> Iterator[str]:
    if stored is None:
        yield f"督办单 {data.slip_id} 被删除 / slip {data.slip_id} ({data.number}) was removed; link {n} announced it"
        return
    for name in FIELDS:
        if getattr(stored, name) != getattr(data, name):
            yield (
                f"督办单 {data.slip_id} 被改动 / slip {data.slip_id} ({data.number}) was changed: {name} is "
                f"{getattr(stored, name)}, link {n} announced {getattr(data, name)}"
            )


def _finding(n: int | None, data: facts.DeterminationMade, stored: dict[str, Any] | None) -> Iterator[str]:
    """A machine's finding stands in no journal."""
    if stored is None and data.decided_by != MACHINE:
        yield f"认定被删除 / the determination on slip {data.slip_id} was removed; link {n} announced {data.progress_class}"
    if stored is not None and (stored["class"], stored["by"]) != (data.progress_class, data.decided_by):
        yield (
            f"认定被改动 / the determination on slip {data.slip_id} was changed: {stored['class']} by {stored['by']}, "
            f"link {n} announced {data.progress_class} by {data.decided_by}"
        )


def _never(stored: dict[str, IssuedSlip], issued: set[str], fallen: set[str]) -> Iterator[str]:
    for slip_id, slip in stored.items():
        if slip_id not in issued:
            yield f"督办单 {slip_id} 被插入 / slip {slip_id} ({slip.number}) was inserted: no link announced it"
        elif (slip.state in FALLEN) != (slip_id in fallen):
            yield f"督办单 {slip_id} 状态被改动 / the state of slip {slip_id} ({slip.number}) was changed: {slip.state}"
