"""Matters handled as one (并案办理): the officer's answer, and what follows for the matters and their parts.

One matter leads; for each unit only its ladder goes on. Every source keeps its own reply. What follows from the answers is
worked out anew each time (domain/duplicates.py), so that neither their order nor a late one matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from event_contracts.event import Message
from event_contracts.inbound import DuplicateResolved
from event_contracts.intake import DuplicateResolved as Resolved
from event_contracts.intake import MatterUnmerged
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import UNKNOWN, Work
from service_chassis.persistence.waiting import AMBIGUOUS, look_up

from intake import groups, objections_joined
from intake.domain.completion import Verdict
from intake.domain.duplicates import MERGE, Resolution, merges, root_of, together_since
from intake.domain.matter import MatterState
from intake.domain.similarity import likeness
from intake.handlers import announce_filing, identity, settle_matter, settle_part
from intake.objections import give
from intake.people import check_power
from intake.store.matters import Matter, Part, Store

ITSELF = "不能与自身并案 / a matter cannot be merged into itself"
GONE = "其中一事项已撤回 / one of the two was withdrawn"
NOT_SUSPECTED = "未写明并入哪一事项，且无疑似重复事项 / `into` is missing, and the matter is not suspected of repeating another"


def prepare(work: Work, store: Store, messages: Iterable[Message]) -> None:
    """Read and lock the groups that a batch is about, with all answers about those that are answered again."""
    answered = [message for message in messages if isinstance(message.data, DuplicateResolved)]
    if answered:
        _read_answered(work, store, answered)
    together = store.load_groups()
    if answered or together:
        work.lock(sorted(together | store.heads.component))
    store.load_papers(store.heads.component & store.matters.keys())
    store.load_objections(store.heads.component & store.matters.keys())


def _read_answered(work: Work, store: Store, answered: list[Message]) -> None:
    named = {message.data.into for message in answered if message.data.into is not None}
    for ref, rows in look_up(work, named).items():
        exact = [row.matter_id for row in rows if row.matter_id == ref]
        store.heads.named[ref] = exact or [row.matter_id for row in rows]
    ids = {work.matter_of(message) for message in answered} | {of for found in store.heads.named.values() for of in found}
    store.heads.load_answers(ids)
    store.load(store.heads.component - store.matters.keys())
    store.heads.learn(store.heads.component)


def resolve(work: Work, message: Message, policy: Policy) -> None:
    """An officer says whether a matter is the same as another one."""
    data: DuplicateResolved = message.data
    if data.by is not None:
        check_power(work, message, data.by, Act.RESOLVE_DUPLICATE, policy)
    store: Store = work.store
    matter_id = work.matter_of(message)
    into = None
    if data.into is not None or data.outcome == MERGE:
        into = _other(work, message, matter_id)
        if into is None:
            return
    ended = MatterState.WITHDRAWN in {store.matters[of].state for of in (matter_id, into) if of in store.matters}
    if ended and data.outcome == MERGE:
        raise Refused("ALREADY_USED", GONE, "/data/matter")
    answer = Resolution(message.id, matter_id, into, data.outcome, message.time, data.reason)
    store.heads.add_answer(answer, data.by)
    if into is not None:
        _list_pair(store, matter_id, into, message.time)
    _tell_answer(work, answer, data.by)
    regroup(work, message.time)


def _other(work: Work, message: Message, matter_id: str) -> str | None:
    """The matter that `into` stands for, or the likeliest one; None if the message waits until it is known."""
    store: Store = work.store
    named = message.data.into
    found = store.heads.named.get(named, []) if named is not None else [store.heads.likeliest(matter_id)]
    if len(found) > 1:
        raise Refused("UNKNOWN_MATTER", AMBIGUOUS, "/data/into")
    if not found or found[0] is None:
        work.wait_for(message, UNKNOWN if named is not None else NOT_SUSPECTED, named)
        return None
    if found[0] == matter_id:
        raise Refused("SCHEMA_INVALID", ITSELF, "/data/into")
    return found[0]


def _list_pair(store: Store, matter_id: str, into: str, at: datetime) -> None:
    """What an officer found by himself is listed beside what was suspected."""
    if (into, matter_id) not in store.heads.suspicions:
        score = likeness(store.heads.known[matter_id].print, store.heads.known[into].print)
        store.heads.suspect(matter_id, into, score, at)


def _tell_answer(work: Work, answer: Resolution, by: str | None) -> None:
    """Announce an answer about each matter whose suspicion it settles: the later to arrive was suspected, which may be either."""
    store: Store = work.store
    settled: list[tuple[str, str | None]] = [(answer.matter, answer.into)]
    if answer.into is not None:
        settled.append((answer.into, answer.matter))
    else:
        settled += [(other, answer.matter) for of, other in sorted(store.heads.suspicions) if of == answer.matter]
    for of, other in settled:
        fact = Resolved(
            **identity(store.matters[of]),
            outcome=answer.outcome,
            reason=answer.reason,
            resolved_at=answer.at,
            suspected_of=other,
            suspected_of_ref=store.matters[other].external_ref if other is not None else None,
            by=by,
        )
        work.announce(fact, subject=of, time=answer.at)


# ---- what follows


def regroup(work: Work, at: datetime) -> None:
    """Bring the matters whose answers were read into the groups that follow from these answers."""
    store: Store = work.store
    links = merges(store.heads.resolutions.values())
    known = [store.matters[matter_id] for matter_id in store.heads.component if matter_id in store.matters]
    moved: list[tuple[Matter, str | None]] = []
    for matter in sorted(known, key=lambda matter: (matter.submitted_at, matter.external_ref, matter.matter_id)):
        root, since = root_of(links, matter.matter_id), together_since(links, matter.matter_id)
        primary = root if root != matter.matter_id else None
        if (primary, since) != (matter.primary_id, matter.merged_at):
            moved.append((matter, matter.primary_id))
            matter.primary_id, matter.merged_at = primary, since
    _mark_leading(store, known)
    for matter, before in moved:
        link = links.get(matter.matter_id)
        _move(work, matter, before, at, link.reason if link else "")
    _settle_all(work, [matter for matter, _ in moved], [before for _, before in moved if before is not None])


def _mark_leading(store: Store, known: list[Matter]) -> None:
    led = {matter.primary_id for matter in known}
    for matter in known:
        if matter.leads != (matter.matter_id in led):
            matter.leads = not matter.leads
            store.matter_changed(matter)


def _move(work: Work, matter: Matter, before: str | None, at: datetime, reason: str) -> None:
    """Announce where a matter is handled from now on, and take what is open about it along."""
    store: Store = work.store
    store.matter_changed(matter)
    if matter.primary_id is None or matter.merged_at is None:
        assert before is not None
        matter.state = MatterState.DISPATCHED  # what its own parts came to is worked out anew
        out_of = store.matters[before]
        apart = MatterUnmerged(**identity(matter), out_of=before, out_of_ref=out_of.external_ref, unmerged_at=at, reason=reason)
        work.announce(apart, subject=matter.matter_id, time=at)
        return
    matter.state = MatterState.MERGED_INTO
    lead = store.matters[matter.primary_id]
    objections_joined.catch_up(work, matter, lead, give)
    units = objections_joined.announce_merged(work, matter, lead, at, before=before, reason=reason)
    for unit in units:
        _carry_over(work, matter.parts[unit], lead, lead.parts[unit], matter.merged_at)


def _carry_over(work: Work, part: Part, lead: Matter, own: Part, since: datetime) -> None:
    """What the unit filed about the merged matter and was not answered before the merge belongs to the leading one now."""
    store: Store = work.store
    answers, before = part.answers(), own.answers()
    for paper in sorted(part.papers.values(), key=lambda paper: (paper.filing.filed_at, paper.filing.id)):
        if paper.filing.id not in own.papers and _was_open(answers.get(paper.filing.id), paper.filing.filed_at, since):
            store.add_paper(lead, own, paper)
            announce_filing(work, lead, own, paper)
    for opinion in sorted(part.opinions.values(), key=lambda opinion: (opinion.verdict.decided_at, opinion.verdict.id)):
        if opinion.verdict.id not in own.opinions and opinion.verdict.decided_at >= since:
            store.add_opinion(lead, own, opinion)
    settle_part(work, lead, own, before)


def _was_open(verdict: Verdict | None, filed_at: datetime, since: datetime) -> bool:
    return filed_at >= since or verdict is None or verdict.decided_at >= since


def _settle_all(work: Work, moved: list[Matter], before: list[str]) -> None:
    store: Store = work.store
    touched = {matter.matter_id for matter in moved} | {groups.leading(store, matter).matter_id for matter in moved} | set(before)
    for matter_id in sorted(touched):
        settle_matter(work, store.matters[matter_id])
        work.retry(matter_id)
