"""What escalation announces about slips, findings, reviews and hand-overs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from board.domain.case import Case, Filing, Referral, Slip
from board.domain.texts import instant

Data = Mapping[str, Any]


def slip_of(case: Case, data: Data, event: Data) -> Slip:
    """The slip that an event is about, with its state after it."""
    found = case.slips.get(data["slip_id"])
    if found is None:
        found = Slip(data["slip_id"], data["unit"], data["colour"], data["renewal"], data["ground"], data["state"])
        case.slips[data["slip_id"]] = found
    found.state, found.ground = data["state"], data["ground"]
    found.number = data.get("number") or found.number
    found.policy = found.policy or event.get("policyversion")
    return found


def _people(case: Case, slip_id: str, *names: str | None) -> None:
    case.people.setdefault(slip_id, set()).update(name.strip() for name in names if name and name.strip())


def proposed(case: Case, data: Data, event: Data) -> None:
    """A draft that waits for approval."""
    slip = slip_of(case, data, event)
    slip.proposed_at, slip.proposed_by = instant(event["time"]), data["proposed_by"]
    slip.reason, slip.standard = data.get("reason") or "", data.get("standard")
    _people(case, slip.slip_id, data["proposed_by"])


def approved(case: Case, data: Data, event: Data) -> None:
    """A person approved it."""
    slip = slip_of(case, data, event)
    slip.approved_by = data["approved_by"]
    _people(case, slip.slip_id, data["approved_by"])


def issued(case: Case, data: Data, event: Data) -> None:
    """It took effect, or was renewed under its number."""
    slip = slip_of(case, data, event)
    limit = data.get("limit") or {}
    slip.issued_at, slip.issued_by, slip.reason = instant(data["issued_at"]), data["issued_by"], data["reason"]
    slip.standard, slip.requirements = data["standard"], "\n".join(data.get("requirements") or ())
    slip.amount, slip.limit_unit = limit.get("amount"), limit.get("unit")
    slip.liability_date = data.get("liability_date")
    slip.previous_slip = data.get("previous_slip")
    case.title = case.title or data["title"]
    _people(case, slip.slip_id, data["issued_by"])


def served(case: Case, data: Data, event: Data) -> None:
    """Its limit runs."""
    slip = slip_of(case, data, event)
    slip.served_at, slip.served_on, slip.mode = instant(data["served_at"]), data["served_on"], data["mode"]
    slip.deadline, slip.due = data["deadline"], instant(data["due_instant"])
    slip.review_until = instant(data.get("review_until"))


def ended(case: Case, data: Data, event: Data) -> None:
    """Lifted by completion, or fallen."""
    slip = slip_of(case, data, event)
    at = next(data[key] for key in ("lifted_at", "withdrawn_at", "overturned_at", "vacated_at") if data.get(key))
    slip.ended_at, slip.cause = instant(at), data.get("cause") or data.get("reason") or ""
    slip.cascade_root = data.get("cascade_root")


def reported(case: Case, data: Data, event: Data) -> None:
    """A red's limit ended once more."""
    slip_of(case, data, event)


def found(case: Case, data: Data, event: Data) -> None:
    """The finding at the end of a slip."""
    slip = case.slips.get(data["slip_id"])
    if slip is not None:
        slip.state = "DETERMINED"
    case.people.setdefault(f"ladder:{data['unit']}", set()).add(data["decided_by"].strip())


def review_filed(case: Case, data: Data, event: Data) -> None:
    """A unit wants a slip reviewed."""
    filing = Filing("REVIEW", data["unit"], data["review_id"], instant(data["filed_at"]) or "", str(data["decide_by"]))
    filing.colour, filing.detail = data["colour"], data["slip_id"]
    case.filings.setdefault(data["review_id"], filing)


def review_decided(case: Case, data: Data, event: Data) -> None:
    """The reviewers decided."""
    if data["review_id"] in case.filings:
        case.filings[data["review_id"]].open = False


def referral(case: Case, data: Data, event: Data) -> None:
    """A red was handed over; the body answers."""
    kept = case.referrals.get(data["referral_id"])
    if kept is None:
        kept = Referral(data["referral_id"], data["slip_id"], data["unit"], data["body"], data["kind"], data["state"], "")
        case.referrals[data["referral_id"]] = kept
    kept.state, kept.at = data["state"], instant(event["time"]) or ""
    kept.outcome = data.get("outcome") or kept.outcome


HANDLERS = {
    "escalation.slip.proposed": proposed,
    "escalation.slip.approved": approved,
    "escalation.slip.issued": issued,
    "escalation.slip.renewed": issued,
    "escalation.slip.served": served,
    "escalation.slip.lifted": ended,
    "escalation.slip.withdrawn": ended,
    "escalation.slip.overturned": ended,
    "escalation.slip.vacated": ended,
    "escalation.slip.reported": reported,
    "escalation.determination.made": found,
    "escalation.review.filed": review_filed,
    "escalation.review.decided": review_decided,
    "escalation.referral.created": referral,
    "escalation.referral.acknowledged": referral,
    "escalation.referral.concluded": referral,
    "escalation.referral.recalled": referral,
}
