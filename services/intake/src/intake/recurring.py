"""Causes that come back: every case is kept, and a full window is told once (domain/recurrence.py).

Cases are causes that officials named in their verdicts, legitimate reasons that were granted, and the codes of findings whose
conclusion was served. Whoever finds more causes calls `note`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from event_contracts.escalation import JustificationGranted
from event_contracts.event import Message
from event_contracts.intake import RecurrenceCase, RecurrenceDetected
from ground_rules.limits import local_date
from ground_rules.policy import Policy
from service_chassis.persistence.unit_of_work import Work
from service_chassis.rulebook import Rulebook

from intake.domain.recurrence import Case, Recurrence, Threshold, months_to_look_at, recurrence
from intake.store import causes as rows


@dataclass(frozen=True, slots=True)
class Found:
    """A cause in a unit's part of a matter. `case`: the id of the message, request or finding that named it."""

    case: str
    cause: str
    matter_id: str
    external_ref: str
    unit: str
    found_at: datetime
    message: Message


def note(work: Work, found: Found) -> None:
    """A cause was found; what follows from it is worked out once for the batch (`detect`)."""
    work.store.found_causes.append(found)


def note_reason(work: Work, message: Message) -> None:
    """A legitimate reason was granted: what kept one unit from its work may keep others."""
    data: JustificationGranted = message.data
    ref = data.external_ref or data.matter_id
    note(work, Found(data.request, data.category, data.matter_id, ref, data.unit, data.decided_at, message))


def subject(cause: str) -> str:
    """What is locked while cases of a cause are counted, and the subject of the fact."""
    return f"CAUSE:{cause}"


def detect(work: Work, rulebook: Rulebook) -> None:
    """Keep the cases of this batch, and tell of every window that they fill for the first time."""
    fresh: list[Found] = work.store.found_causes
    if not fresh:
        return
    work.store.found_causes = []
    work.lock(sorted({subject(found.cause) for found in fresh}))
    rows.add_cases(work.session, fresh)
    for cause in sorted({found.cause for found in fresh}):
        _look(work, cause, [found for found in fresh if found.cause == cause], rulebook)


def _look(work: Work, cause: str, fresh: list[Found], rulebook: Rulebook) -> None:
    kept = rows.cases_of(work.session, cause)
    told = rows.told(work.session, cause)
    zone = rulebook.at(fresh[0].found_at).zone
    cases = [Case(row.case_id, row.unit, row.matter_id, local_date(row.found_at, zone)) for row in kept]
    months = {month for found in fresh for month in months_to_look_at(cases, local_date(found.found_at, zone))}
    by_id = {row.case_id: row for row in kept}
    for month in sorted(months):
        policy = rulebook.on(month)
        full = recurrence(cases, month, _threshold(policy))
        if full is not None and full.until not in told:
            rows.add_told(work.session, cause, full.until, work.now)
            _announce(work, cause, full, [by_id[case.id] for case in full.cases], fresh[-1].message, policy)


def _threshold(policy: Policy) -> Threshold:
    return Threshold(policy.recurrence.units, policy.recurrence.times, policy.recurrence.months)


def _announce(work: Work, cause: str, full: Recurrence, behind: list[rows.CaseRow], message: Message, policy: Policy) -> None:
    fact = RecurrenceDetected(
        cause=cause,
        window_from=full.since,
        window_until=full.until,
        units=full.units,
        count=len(full.cases),
        cases=[
            RecurrenceCase(
                case=row.case_id, matter_id=row.matter_id, external_ref=row.external_ref, unit=row.unit, found_at=row.found_at
            )
            for row in behind
        ],
    )
    at = max(row.found_at for row in behind)
    work.announce(fact, subject=subject(cause), time=at, cause=message, policy=policy.version)


# ---- for lists


def standing(kept: Iterable[rows.CaseRow], day: date, policy: Policy) -> list[tuple[str, Recurrence]]:
    """The causes whose window that ends with the month of `day` is full, with the cases behind it."""
    by_cause: dict[str, list[Case]] = {}
    for row in kept:
        case = Case(row.case_id, row.unit, row.matter_id, local_date(row.found_at, policy.zone))
        by_cause.setdefault(row.cause, []).append(case)
    threshold = _threshold(policy)
    found = []
    for cause, cases in sorted(by_cause.items()):
        last = max((case.found_on for case in cases if case.found_on <= day), default=None)
        full = recurrence(cases, last.replace(day=1), threshold) if last is not None else None
        if full is not None:
            found.append((cause, full))
    return found
