"""What intake announces about a matter: who has which part, what was reported, claimed, objected to and answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from board.domain.case import CLOSED, ENDED, MERGED, OPEN, Case, Filing, Part
from board.domain.texts import instant

Data = Mapping[str, Any]


def registered(case: Case, data: Data, event: Data) -> None:
    """The matter is opened; its parts are known, not yet dispatched."""
    case.known = True
    case.title, case.kind, case.section, case.standard = data["title"], data["kind"], data["section"], data["standard"]
    case.classification = data.get("classification") or "NONE"
    source = data.get("source") or {}
    case.source_type, case.source_number = source.get("type"), source.get("number")
    case.source_issuer, case.source_on, case.source_clause = source.get("issuer"), source.get("issued_on"), source.get("clause")
    case.registered_at = instant(event["time"])
    for item in data.get("assignments") or ():
        _part(case, item, item.get("standard") or data["standard"])


def dispatched(case: Case, data: Data, event: Data) -> None:
    """A unit got its part."""
    part = _part(case, data, data.get("standard"))
    part.dispatched_at = instant(event["time"])
    case.title = case.title or data.get("title") or ""


def _part(case: Case, data: Data, standard: str | None) -> Part:
    limit = data.get("limit") or {}
    part = case.parts.get(data["unit"])
    if part is None or part.assignment_id != data["assignment_id"]:
        part = Part(data["unit"], data["assignment_id"], data["role"], data.get("deliverable") or "", standard)
        case.parts[data["unit"]] = part
    part.amount, part.limit_unit = limit.get("amount", part.amount), limit.get("unit", part.limit_unit)
    return part


def moved(case: Case, data: Data, event: Data) -> None:
    """The part goes on under the unit's successor."""
    part = case.parts.get(data["unit"])
    if part is not None:
        part.state, part.successor = "MOVED", data["successor"]
        case.parts.setdefault(
            data["successor"],
            Part(
                data["successor"],
                data["assignment_id"],
                data["role"],
                part.deliverable,
                part.standard,
                percent=part.percent,
                dispatched_at=part.dispatched_at,
            ),
        )


def reported(case: Case, data: Data, event: Data) -> None:
    """Progress that nobody has assessed yet."""
    part = case.parts.get(data["unit"])
    if part is not None:
        part.percent = part.percent if data.get("percent") is None else data["percent"]
        part.reported_at = instant(data["reported_at"])
    percent = "" if data.get("percent") is None else f"{data['percent']}% · "
    _file(case, "PROGRESS", data["filing"], data, data["reported_at"], percent + data["text"])


def assessed(case: Case, data: Data, event: Data) -> None:
    """The office accepted a report or sent it back."""
    _answered(case, data["filing"])


def claimed(case: Case, data: Data, event: Data) -> None:
    """A unit says that it is done."""
    part = case.parts.get(data["unit"])
    if part is not None:
        part.claimed_at, part.claim = instant(data["claimed_at"]), "CLAIMED"
    _file(case, "CLAIM", data["claim"], data, data["claimed_at"], data.get("text") or "")


def verified(case: Case, data: Data, event: Data) -> None:
    """The office found it done."""
    part = case.parts.get(data["unit"])
    if part is not None:
        part.claim, part.verified_at, part.state = "VERIFIED", instant(event["time"]), "DONE"
    _answered(case, data["claim"])
    _took_part(case, data["unit"], data["verified_by"])


def rejected(case: Case, data: Data, event: Data) -> None:
    """The office found it wanting."""
    part = case.parts.get(data["unit"])
    if part is not None:
        part.claim = "REJECTED"
    _answered(case, data["claim"])
    _took_part(case, data["unit"], data["rejected_by"])


def _took_part(case: Case, unit: str, person: str) -> None:
    """Verdicts count for every slip of the ladder (Decree 733 art. 17)."""
    case.people.setdefault(f"ladder:{unit}", set()).add(person.strip())


def closed(case: Case, data: Data, event: Data) -> None:
    """Everything is done and answered."""
    case.state, case.ended_at = CLOSED, instant(event["time"])


def withdrawn(case: Case, data: Data, event: Data) -> None:
    """Supervision ended early."""
    case.state, case.ended_at = ENDED, instant(data["withdrawn_at"])


def reopened(case: Case, data: Data, event: Data) -> None:
    """It is done again, with a ladder of its own."""
    case.state, case.ended_at = OPEN, None
    for item in data.get("parts") or ():
        part = case.parts.get(item["unit"])
        if part is not None:
            fresh = Part(part.unit, item["assignment_id"], part.role, part.deliverable, part.standard)
            fresh.amount, fresh.limit_unit = part.amount, part.limit_unit
            case.parts[part.unit] = fresh


def merged(case: Case, data: Data, event: Data) -> None:
    """Handled together with another matter."""
    case.state, case.merged_into, case.merged_ref = MERGED, data["into"], data["into_ref"]
    case.ended_at = instant(data["merged_at"])
    _close(case, "DUPLICATE")


def unmerged(case: Case, data: Data, event: Data) -> None:
    """Another matter after all."""
    case.state, case.merged_into, case.merged_ref, case.ended_at = OPEN, None, None, None
    _close(case, "DUPLICATE")


def suspected(case: Case, data: Data, event: Data) -> None:
    """It may be the same as others; an officer answers."""
    for candidate in data.get("candidates") or ():
        key = f"{case.matter_id}:{candidate['matter_id']}"
        detail = f"{candidate['external_ref']} · {candidate['score']}%"
        case.filings.setdefault(key, Filing("DUPLICATE", "", candidate["matter_id"], instant(event["time"]) or "", detail=detail))


def resolved(case: Case, data: Data, event: Data) -> None:
    """An officer answered: about one other matter, or about all."""
    other = data.get("suspected_of")
    for filing in case.filings.values():
        if filing.kind == "DUPLICATE" and other in (None, filing.key):
            filing.open = False


def objected(case: Case, data: Data, event: Data) -> None:
    """A unit says that it is not its duty."""
    _file(case, "OBJECTION", data["objection"], data, data["filed_at"], data.get("grounds") or "")


def objection_decided(case: Case, data: Data, event: Data) -> None:
    """Accepted: the unit has no part any more."""
    _answered(case, data["objection"])
    part = case.parts.get(data["unit"])
    if part is not None and data["outcome"] == "ACCEPTED":
        part.state, part.successor = "MOVED", data.get("new_unit")


def replied(case: Case, data: Data, event: Data) -> None:
    """The source has its answer; it may say whether it is satisfied."""


def _file(case: Case, kind: str, key: str, data: Data, at: Any, detail: str) -> None:
    filing = Filing(kind, data["unit"], key, instant(at) or "", colour=data.get("colour"), detail=detail)
    case.filings.setdefault(key, filing)


def _answered(case: Case, key: str) -> None:
    if key in case.filings:
        case.filings[key].open = False


def _close(case: Case, kind: str) -> None:
    for filing in case.filings.values():
        if filing.kind == kind:
            filing.open = False


HANDLERS = {
    "intake.matter.registered": registered,
    "intake.assignment.dispatched": dispatched,
    "intake.assignment.moved": moved,
    "intake.progress.reported": reported,
    "intake.progress.accepted": assessed,
    "intake.progress.returned": assessed,
    "intake.completion.claimed": claimed,
    "intake.completion.verified": verified,
    "intake.completion.rejected": rejected,
    "intake.matter.closed": closed,
    "intake.matter.withdrawn": withdrawn,
    "intake.matter.reopened": reopened,
    "intake.matter.merged": merged,
    "intake.matter.unmerged": unmerged,
    "intake.duplicate.suspected": suspected,
    "intake.duplicate.resolved": resolved,
    "intake.objection.filed": objected,
    "intake.objection.decided": objection_decided,
    "intake.reply.sent": replied,
}
