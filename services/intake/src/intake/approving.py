"""Approval before registration (立项审批, Decree 733 art. 11; domain.md B6, d.3): where the policy wants it, what the office
starts of its own accord waits for a named person, and no unit hears of it before."""

from __future__ import annotations

from dataclasses import replace
from re import compile as pattern
from typing import Any

from event_contracts.event import Message
from event_contracts.inbound import MatterSubmitted
from event_contracts.inbound import RegistrationDecided as Decided
from event_contracts.intake import MatterDeclined, MatterProposed
from event_contracts.wire import inbound_to_wire, read_inbound
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import UNKNOWN, Work

from intake import registration, repeats, suspecting
from intake.domain import matter as rules
from intake.domain.authority import OFFICE, needs_approval
from intake.domain.sources import SourceType
from intake.masking import without_informant
from intake.people import check_power
from intake.store import endings

APPROVED = "APPROVED"
REGISTERED = "该事项已立项 / this matter is registered"
DECIDED = "该事项的立项已有决定 / the registration of this matter was decided"
_UUID = pattern(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def subjects(message: Message) -> list[str]:
    """What is locked for a decision: the id that it names, or that the office's reference stands for."""
    named: str = message.data.matter
    return [named] if _UUID.fullmatch(named) else [rules.matter_id(OFFICE, named)]


def submit(work: Work, message: Message, policy: Policy) -> None:
    """Register and dispatch a matter, or keep it until its registration is approved; refuses it with the reason."""
    message = without_informant(message)
    data: MatterSubmitted = message.data
    items = registration.check(work, message, policy)
    if data.approved_by is not None:
        check_power(work, message, data.approved_by, Act.APPROVE_REGISTRATION, policy, "/data/approved_by")
    required = policy.registration.approval == "required"
    if required and data.approved_by is None and needs_approval(message.sender, SourceType(data.source.type)):
        _propose(work, message, policy)
    else:
        registration.register(work, message, items, policy)


def _propose(work: Work, message: Message, policy: Policy) -> None:
    data: MatterSubmitted = message.data
    matter_id = rules.matter_id(message.sender, data.external_ref)
    row: dict[str, Any] = {"matter_id": matter_id, "external_ref": data.external_ref, "submitted_by": message.sender}
    row |= {"title": data.title, "body": inbound_to_wire(message), "proposed_at": message.time}
    endings.add_draft(work.session, row | dict.fromkeys(("outcome", "decided_by", "decided_at", "reason")))
    fact = MatterProposed(
        matter_id=matter_id,
        external_ref=data.external_ref,
        submitted_by=message.sender,
        title=data.title,
        proposed_at=message.time,
    )
    work.announce(fact, subject=matter_id, time=message.time, policy=policy.version)
    work.retry(matter_id)
    work.retry(data.external_ref)


def decide(work: Work, message: Message, policy: Policy) -> None:
    """A matter that waits is registered now, or declined. The message waits for its matter."""
    data: Decided = message.data
    (matter_id,) = subjects(message)
    check_power(work, message, data.by, Act.APPROVE_REGISTRATION, policy)
    draft = endings.draft(work.session, matter_id)
    if draft is None:
        if matter_id in work.store.matters:
            raise Refused("ALREADY_USED", REGISTERED, "/data/matter")
        work.wait_for(message, UNKNOWN, data.matter)
        return
    if draft.outcome is not None:
        raise Refused("ALREADY_USED", DECIDED, "/data/matter")
    if data.outcome == APPROVED:
        _register(work, message, draft, policy)
    else:
        _decline(work, message, draft)
    decision = {"outcome": data.outcome, "decided_by": data.by, "decided_at": message.time, "reason": data.reason}
    endings.decide_draft(work.session, {"matter_id": matter_id, **decision})


def _register(work: Work, message: Message, draft: endings.Draft, policy: Policy) -> None:
    """As if it had been submitted when it was approved: its limits run from the service of what is dispatched now."""
    submitted = _submitted(work, draft)
    submitted = replace(submitted, time=max(message.time, submitted.time))
    repeats.prepare(work.store, [submitted])
    items = registration.check(work, submitted, policy, proposed=True)
    suspecting.prepare(work.store, [submitted])
    registration.register(work, submitted, items, policy)


def _submitted(work: Work, draft: endings.Draft) -> Message:
    key = f"{draft.submitted_by}.{MatterSubmitted.TYPE}"
    return read_inbound(
        bytes(draft.body), content_type=None, headers=None, routing_key=key, user_id=draft.submitted_by, now=work.now
    )


def _decline(work: Work, message: Message, draft: endings.Draft) -> None:
    fact = MatterDeclined(
        matter_id=draft.matter_id,
        external_ref=draft.external_ref,
        submitted_by=draft.submitted_by,
        by=message.data.by,
        declined_at=message.time,
        reason=message.data.reason or "",
    )
    work.announce(fact, subject=draft.matter_id, time=message.time)
