"""Whether a new matter repeats another one (domain.md d.10): found by its fingerprint, told to the office."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from event_contracts.event import Message
from event_contracts.inbound import MatterSubmitted
from event_contracts.intake import Candidate, DuplicateSuspected
from ground_rules.policy import Policy
from service_chassis.persistence.unit_of_work import Work

from intake.domain.matter import matter_id
from intake.domain.similarity import Fingerprint, fingerprint, keys, likeness, related, sought
from intake.domain.sources import SourceType
from intake.handlers import identity
from intake.store.heads import Known
from intake.store.matters import Matter, Store

SOURCE_TYPES = tuple(source.value for source in SourceType)
MOST = 10
"""Candidates that an officer is shown."""


def prepare(store: Store, messages: Iterable[Message]) -> None:
    """Look for what the submitted matters of a batch may repeat, with one statement for all of them."""
    prints = [_print(message) for message in messages]
    if prints:
        store.heads.look_up(key for found in prints for key in sought(found, SOURCE_TYPES))


def suspect(work: Work, message: Message, matter: Matter, policy: Policy) -> None:
    """Compare a matter that was just registered with those that share a key with it, and tell of the likely ones."""
    store: Store = work.store
    own = Known(matter.external_ref, None, _print(message))
    likely = _likely(store, own, policy)
    store.heads.add_print(own, keys(own.print))
    if not likely:
        return
    best = sorted(likely.items(), key=lambda item: (-item[1], store.heads.known[item[0]].external_ref, item[0]))[:MOST]
    for other, score in best:
        earlier, later = sorted((store.heads.known[other], own), key=lambda known: known.age)
        store.heads.suspect(later.print.matter_id, earlier.print.matter_id, score, message.time)
    candidates = [
        Candidate(matter_id=other, external_ref=store.heads.known[other].external_ref, score=score) for other, score in best
    ]
    fact = DuplicateSuspected(**identity(matter), score=best[0][1], candidates=candidates)
    work.announce(fact, subject=matter.matter_id, time=message.time, policy=policy.version)
    work.retry(matter.matter_id)


def _likely(store: Store, own: Known, policy: Policy) -> dict[str, int]:
    """Matter → score; what is handled with another one counts as that one."""
    period = timedelta(days=policy.duplicates.period)
    found: dict[str, int] = {}
    for other in store.heads.candidates(sought(own.print, SOURCE_TYPES)):
        if related(own.print, other.print, period):
            score = likeness(own.print, other.print)
            if score >= policy.duplicates.threshold:
                lead = other.primary_id or other.print.matter_id
                found[lead] = max(score, found.get(lead, 0))
    return found


def _print(message: Message) -> Fingerprint:
    data: MatterSubmitted = message.data
    return fingerprint(
        matter_id(message.sender, data.external_ref),
        units=[part.unit for part in data.assignments],
        terms=data.subject_terms,
        clause=data.source.clause,
        number=data.source.number,
        source_type=data.source.type,
        title=data.title,
        submitted_at=message.time,
    )
