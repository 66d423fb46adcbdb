"""Asking twice (重复督查, Decree 733 art. 15; domain.md f.9): the same thing of the same unit, under the same document, when
it was answered already, is refused with that answer. What is only alike is suspected, and an officer decides (suspecting.py)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from event_contracts.event import Message
from event_contracts.inbound import MatterSubmitted, SubmittedAssignment
from ground_rules.limits import local_date
from ground_rules.policy import Policy
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from intake.domain.asked import asked_key
from intake.domain.authority import OFFICE
from intake.store import burdens
from intake.store.matters import Store

LONGEST = 500
"""Characters of the earlier answer that are told."""
ANSWERED = (
    "同一文件、同一要求已于{day}由{unit}办结（{ref}）：{text}；确需再次要求的，请附 override（理由和批准人） / "
    "{unit} answered this on {day} ({ref}); add `override` with the reason and who decides so"
)


def prepare(store: Store, messages: Iterable[Message]) -> None:
    """Look for what the matters of a batch ask again, with one statement for all of them."""
    keys = {key for message in messages for part in message.data.assignments if (key := key_of(message.data, part)) is not None}
    store.answered = burdens.answered_under(store.session, keys) if keys else {}


def key_of(data: MatterSubmitted, part: SubmittedAssignment) -> int | None:
    """By what an asking is found again."""
    return asked_key(
        number=data.source.number,
        source=data.source.type,
        clause=data.source.clause,
        title=data.title,
        unit=part.unit,
        deliverable=part.deliverable,
    )


def check(work: Work, message: Message, policy: Policy) -> None:
    """Refuse what was asked and answered before; only senders who may know of the earlier matter are told of it."""
    data: MatterSubmitted = message.data
    if data.override is not None or policy.duplicates.answered == "suspect":
        return
    since = message.time - timedelta(days=policy.duplicates.period)
    for index, part in enumerate(data.assignments):
        for matter_id, unit in sorted(_done(work.store, key_of(data, part))):
            earlier = burdens.answer_of(work.session, matter_id, unit)
            if earlier is None or earlier.done_at is None or not since <= earlier.done_at < message.time:
                continue
            if message.sender in (OFFICE, earlier.submitted_by, part.unit):
                day, text = local_date(earlier.done_at, policy.zone), earlier.text[:LONGEST]
                detail = ANSWERED.format(day=day, unit=part.unit, ref=earlier.external_ref, text=text)
                raise Refused("DUPLICATE_LADDER", detail, f"/data/assignments/{index}")


def _done(store: Store, key: int | None) -> set[tuple[str, str]]:
    """(matter, unit) of the parts under a key that are done."""
    return set() if key is None else store.answered.get(key, set())
