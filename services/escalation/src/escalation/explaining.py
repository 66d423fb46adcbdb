"""Why a deadline is what it is, and why a matter has or has not escalated: read-only answers from the tables (domain.md f.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from ground_rules.policy import Policy

from escalation import reasons
from escalation.day_by_day import left_out
from escalation.domain.clock import RUNNING, Clock, Reckoning
from escalation.domain.conclusion import contest, is_conclusion
from escalation.domain.explain import clock_text, explain_clock
from escalation.domain.relief import LET_OFF
from escalation.domain.rungs import Rung, rungs
from escalation.domain.shield import waited
from escalation.domain.standing import Ladder
from escalation.domain.steps import AWAITING_CUT, SUSPENDED
from escalation.metrics import Metrics
from escalation.objection_windows import window_of_ladder
from escalation.rulebook import Rulebook
from escalation.store.ladders import Store, matters_named, outcomes_of, waits_for_cut


def explain(session: Any, policy: Policy, matter: str, unit: str | None = None) -> list[dict[str, Any]]:
    """Everything about a matter (our id, or an external_ref) and its units: clocks day by day, slips, and why it is where it is.

    One entry for each unit, sorted by matter and unit; empty when nobody knows the matter.
    """
    store = Store(session)
    rulebook = Rulebook(policy, "", Metrics())
    rulebook.refresh(session)
    store.load(matters_named(session, matter))
    found = [of for of in store.ladders.values() if of.assignment_id is not None and unit in (None, of.unit)]
    return [
        _ladder(session, of, store.of_matter(of.matter_id), rulebook)
        for of in sorted(found, key=lambda of: (of.matter_id, of.unit))
    ]


def _ladder(session: Any, of: Ladder, others: Sequence[Ladder], rulebook: Rulebook) -> dict[str, Any]:
    book = rulebook.latest
    of.waited = waited(of, others, book.reckoning, book.late_reports, book.policy.supporting.urge_before)
    found = rungs(of, book.reckoning, book.late_reports)
    clocks = [
        *((rung.clock, rung) for rung in found if rung.clock),
        *((clock, None) for clock in of.side_clocks()),
    ]
    if (window := window_of_ladder(session, of, rulebook)) is not None:
        clocks.append((window, None))
    return {
        "matter": of.external_ref or of.matter_id,
        "matter_id": of.matter_id,
        "unit": of.unit,
        "role": of.role,
        "title": of.title,
        "waiting": of.waiting,
        "why": _why(of, found[-1], waits_for_cut(session, _key(of, found[-1]))),
        "clocks": [_clock(clock, rung, book.reckoning, _version(of, clock, rulebook)) for clock, rung in clocks],
        "slips": [_slip(slip) for slip in sorted(of.slips, key=lambda slip: (slip.level, slip.attempt))],
        "outcomes": _outcomes(session, of),
    }


def _clock(clock: Clock, rung: Rung | None, reckoning: Reckoning, version: str) -> dict[str, Any]:
    left = left_out(rung.relief, rung.course.spans, clock.deadline) if rung else ()
    return explain_clock(clock, reckoning, version, left, rung.relief.extension if rung else 0)


def _version(of: Ladder, clock: Clock, rulebook: Rulebook) -> str:
    """The policy that a clock runs under: its slip's, else the one in force when it was served."""
    slip = of.slip(clock.about)
    return (slip.policy_version if slip else None) or rulebook.at(clock.started_at).policy.version


def _key(of: Ladder, rung: Rung) -> str:
    return rung.slip.slip_id if rung.slip else of.assignment_id or ""


def _why(of: Ladder, rung: Rung, awaits_cut: bool) -> str:
    """One code that answers "why has this not escalated?"."""
    if is_conclusion(of):
        return _why_conclusion(of)
    if awaits_cut:
        return AWAITING_CUT
    if of.waiting:
        return of.waiting
    status = rung.course.status
    if status == "DONE":
        return "DONE_IN_TIME"
    if status == "PENDING":
        return "VERIFICATION_PENDING"
    if status in LET_OFF:
        return status
    if rung.course.suspended:
        return SUSPENDED
    if rung.clock is None:
        return "NOT_SERVED"
    if rung.slip is not None and rung.slip.colour == "RED" and rung.passed:
        return "LADDER_ENDED"
    return "LIMIT_RUNNING" if not rung.passed else "LIMIT_PASSED"


def _why_conclusion(of: Ladder) -> str:
    """A conclusion never escalates: where its review stands."""
    made = contest(of)
    if made is not None:
        return "REVIEW_PENDING" if made.pending else f"REVIEW_{made.outcome}"
    window = of.windows.get(of.matter_id)
    if window is None:
        return "NOT_SERVED"
    return "REVIEW_WINDOW_RUNNING" if window.state == RUNNING else "CONCLUSION_STANDS"


def _slip(slip: Any) -> dict[str, Any]:
    return {
        "colour": slip.colour,
        "renewal": slip.renewal,
        "number": slip.number,
        "state": slip.state,
        "ground": slip.ground,
        "reason": slip.reason,
        "liability_date": slip.liability_date.isoformat() if slip.liability_date else None,
        "issued_at": _instant(slip.issued_at),
        "issued_by": slip.issued_by,
        "served_on": slip.served_on.isoformat() if slip.served_on else None,
        "cause": slip.cause,
    }


def _outcomes(session: Any, of: Ladder) -> list[dict[str, Any]]:
    """The reasons recorded for every due candidate (invariant 8), in the order in which they were first seen."""
    found = [
        {
            "about": _about(of, row.about),
            "reason": row.reason,
            "text": reasons.text(row.reason),
            "first_seen": _instant(row.first_seen),
            "last_seen": _instant(row.last_seen),
            "count": row.count,
        }
        for row in outcomes_of(session, of.matter_id, of.unit)
    ]
    return sorted(found, key=lambda row: (row["first_seen"] or "", row["about"], row["reason"]))


def _about(of: Ladder, about: str) -> str:
    slip = of.slip(about)
    return slip.owner if slip else "ASSIGNMENT"


def _instant(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def as_text(told: Sequence[Mapping[str, Any]]) -> str:
    """The same in readable Chinese, English second."""
    return "\n\n".join("\n".join(_lines(entry)) for entry in told)


def _lines(entry: Mapping[str, Any]) -> Iterable[str]:
    yield f"事项 matter {entry['matter']}《{entry['title']}》 单位 unit {entry['unit']}（{entry['role']}）"
    yield f"现状 why：{reasons.text(entry['why'])}"
    for slip in entry["slips"]:
        yield f"  督办单 slip {slip['number'] or '（草稿 draft）'} {slip['colour']} {slip['state']}：{slip['reason']}"
    for row in entry["outcomes"]:
        yield f"  记录 record {row['first_seen']} {row['about']}：{row['text']}"
    for told in entry["clocks"]:
        yield clock_text(told, {day["day"]: date.fromisoformat(day["day"]).weekday() for day in told["days"]})
