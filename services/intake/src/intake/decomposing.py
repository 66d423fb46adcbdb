"""A decision is split into matters (分解立项, domain.md B6): all of them are registered, or none, with the reason of the first
fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from event_contracts.event import Message
from event_contracts.inbound import MatterDecomposed as Decomposed
from event_contracts.inbound import MatterSubmitted
from event_contracts.intake import AssignmentItem, DecomposedMatter, MatterDecomposed
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from intake import registration
from intake.masking import without_informant
from intake.people import check_power

APPROVE = "分解立项须经批准，请填写 approved_by / splitting a decision into matters needs an approval: fill in `approved_by`"


def subject(directive: str) -> str:
    """What is locked, and the subject of the fact: the decision."""
    return f"DIRECTIVE:{directive}"


def submissions(messages: Iterable[Message]) -> Iterator[Message]:
    """Every submitted matter of a batch, those of decisions that are split too, each as a message of its own and without its
    informant's name."""
    for message in messages:
        if isinstance(message.data, MatterSubmitted):
            yield without_informant(message)
        elif isinstance(message.data, Decomposed):
            yield from (without_informant(replace(message, data=matter)) for matter in message.data.matters)


def decompose(work: Work, message: Message, policy: Policy) -> None:
    """Check every item before the first one is registered."""
    data: Decomposed = message.data
    _check_approval(work, message, policy)
    items = list(submissions([message]))
    checked = [_checked(work, item, index, policy) for index, item in enumerate(items)]
    made = []
    for item, parts in zip(items, checked, strict=True):
        matter = registration.register(work, item, parts, policy, data.directive)
        clause, units = item.data.source.clause, [part.unit for part in parts]
        made.append(DecomposedMatter(matter_id=matter.matter_id, external_ref=matter.external_ref, clause=clause, units=units))
    fact = MatterDecomposed(
        directive=data.directive,
        submitted_by=message.sender,
        decomposed_at=message.time,
        matters=made,
        approved_by=data.approved_by,
    )
    work.announce(fact, subject=subject(data.directive), time=message.time, policy=policy.version)


def _checked(work: Work, item: Message, index: int, policy: Policy) -> list[AssignmentItem]:
    try:
        return registration.check(work, item, policy)
    except Refused as refused:
        pointer = (refused.pointer or "/data").replace("/data", f"/data/matters/{index}", 1)
        raise Refused(refused.code, refused.detail, pointer) from None


def _check_approval(work: Work, message: Message, policy: Policy) -> None:
    """By name, where the policy wants it; and by somebody who holds an office for it, once persons were published."""
    name = message.data.approved_by
    if name is None:
        if policy.registration.approval == "required":
            raise Refused("AUTHORITY_MISSING", APPROVE, "/data/approved_by")
        return
    check_power(work, message, name, Act.APPROVE_REGISTRATION, policy, "/data/approved_by")
