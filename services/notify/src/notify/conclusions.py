"""Conclusions (督查结论): served on their unit as a slip is, and told again when a review changed them (Decree 733 art. 16, 17).

That of a covert inspection comes sealed: the unit signs for it, and hears what it says once that counts as service.
"""

from __future__ import annotations

from event_contracts.escalation import ConclusionOverturned, ConclusionUpheld, ConclusionVaried
from event_contracts.event import Message
from event_contracts.intake import ConclusionDisclosed, ConclusionIssued
from ground_rules.policy import Policy
from service_chassis.persistence.unit_of_work import Work

from notify import bulletins
from notify.domain.audience import Kind
from notify.domain.bulletin import Fall
from notify.handlers import dispatch, draft, write


def issue(work: Work, message: Message, policy: Policy) -> None:
    """A conclusion goes to its unit; its id stands for a matter's in the signature."""
    data: ConclusionIssued = message.data
    work.know_matter(data.matter_id, data.external_ref, data.submitted_by, [data.unit])
    dispatch(work, message, policy, draft(work, message, policy, Kind.CONCLUSION, data.matter_id))


def disclose(work: Work, message: Message, policy: Policy) -> None:
    """What a sealed conclusion says, once it is served; only the first of them is a letter."""
    data: ConclusionDisclosed = message.data
    write(work, message, policy, draft(work, message, policy, Kind.DISCLOSURE, data.matter_id))


def tell_reviewed(work: Work, message: Message, policy: Policy) -> None:
    """A review was decided: the unit is told, and bulletins that named a conclusion that fell or changed are corrected."""
    data: ConclusionUpheld | ConclusionOverturned | ConclusionVaried = message.data
    upheld = isinstance(data, ConclusionUpheld)
    kind = Kind.CONCLUSION_UPHELD if upheld else Kind.CONCLUSION_CHANGED
    write(work, message, policy, draft(work, message, policy, kind, data.review_id, about=data.matter_id))
    if upheld:
        return
    fall = Fall(
        slip_id=data.matter_id,
        matter_id=data.matter_id,
        external_ref=data.external_ref,
        unit=data.unit,
        colour=None,
        renewal=0,
        issued_at=None,
        fell_at=data.decided_at,
    )
    bulletins.fell(work, fall, policy)
