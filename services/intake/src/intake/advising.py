"""Advice (建议, domain.md D4; Decree 733 art. 19–21): given by the office on a cause, answered by its addressee, and tracked."""

from __future__ import annotations

from event_contracts.event import Message
from event_contracts.inbound import AdviceAnswered as Answered
from event_contracts.inbound import AdviceIssued as Issued
from event_contracts.intake import AdviceAnswered, AdviceIssued
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import UNKNOWN, Work
from service_chassis.persistence.waiting import AMBIGUOUS, look_up

from intake.domain.authority import OFFICE
from intake.people import check_power
from intake.store import advices as rows

MEASURE = "MEASURE"
"""What advice is for where nothing else is said: measures against a cause."""
USED = "编号{advice}已用于另一建议，请换编号 / the reference {advice} is used by other advice, take another one"
NO_ADVICE = "没有这项建议，或不是向贵单位提出的 / no such advice, or it is not addressed to you"


def subject(advice: str) -> str:
    """What is locked, and the subject of the facts: the advice."""
    return f"ADVICE:{advice}"


def issue(work: Work, message: Message, policy: Policy) -> None:
    """The office advises. It waits for matters that are not known yet."""
    data: Issued = message.data
    check_power(work, message, data.by, Act.ADVISE, policy)
    if rows.find(work.session, data.advice) is not None:
        raise Refused("ALREADY_USED", USED.format(advice=data.advice), "/data/advice")
    matters = _matters(work, message)
    if matters is None:
        return
    kind = data.kind or MEASURE
    row = {"advice": data.advice, "cause": data.cause, "kind": kind, "addressee": data.addressee, "text": data.text}
    rows.add(work.session, row | {"matters": matters, "issued_by": data.by, "issued_at": message.time})
    fact = AdviceIssued(
        advice=data.advice,
        cause=data.cause,
        kind=kind,
        addressee=data.addressee,
        text=data.text,
        issued_at=message.time,
        by=data.by,
        matters=matters,
    )
    work.announce(fact, subject=subject(data.advice), time=message.time)
    work.retry(subject(data.advice))


def _matters(work: Work, message: Message) -> list[str] | None:
    """The ids of the matters that the advice rests on; None if the message waits for one of them."""
    hits = look_up(work, set(message.data.matters))
    found: list[str] = []
    for index, ref in enumerate(message.data.matters):
        ids = {row.matter_id for row in hits.get(ref, ())}
        ids = {ref} if ref in ids else ids
        if len(ids) > 1:
            raise Refused("UNKNOWN_MATTER", AMBIGUOUS, f"/data/matters/{index}")
        if not ids:
            work.wait_for(message, UNKNOWN, ref)
            return None
        found += ids
    return sorted(set(found))


def answer(work: Work, message: Message) -> None:
    """The addressee, or the office for a leader, says whether the advice is adopted; the latest answer counts."""
    data: Answered = message.data
    found = rows.find(work.session, data.advice)
    if found is None:
        work.wait_for(message, NO_ADVICE, subject(data.advice))
        return
    if message.sender not in (OFFICE, found.addressee):
        raise Refused("NOT_PARTY", NO_ADVICE, "/data/advice")
    answer = {"answer": message.id, "advice": data.advice, "adopted": data.adopted, "text": data.text}
    rows.add_answer(work.session, answer | {"answered_by": message.sender, "answered_at": message.time})
    fact = AdviceAnswered(
        advice=data.advice,
        cause=found.cause,
        addressee=found.addressee,
        adopted=data.adopted,
        text=data.text,
        answered_at=message.time,
    )
    work.announce(fact, subject=subject(data.advice), time=message.time)
