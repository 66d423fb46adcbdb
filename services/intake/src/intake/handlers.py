"""What intake does about each message: load, ask the rules, save, announce.

All matters of a batch are read before the first message is handled (`service.prepare`) and written after the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from event_contracts.event import Evidence, Message
from event_contracts.intake import (
    CompletionClaimed,
    CompletionRejected,
    CompletionVerified,
    MatterClosed,
    ProgressAccepted,
    ProgressReported,
    ProgressReturned,
)
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from intake import groups, recurring
from intake.domain.completion import Filing, FilingKind, PartState, Verdict, done_at, part_state
from intake.domain.matter import DERIVED, MatterState, state_of
from intake.people import check_power
from intake.store.matters import Matter, Opinion, Paper, Part, Store

MACHINE = "DUBAN"
"""Who verified, where the policy lets the machine do it (`verification = "auto"`)."""

NOT_ASSIGNED = "{unit}不是本事项的承办单位 / {unit} has no part in this matter"
SUCCEEDED = "{unit}已撤销，由{heir}继续办理并报送 / {unit} has ended; {heir} goes on with its parts and reports"
WITHDRAWN = "该事项已撤回，不再办理 / the matter was withdrawn and is not supervised any more"
EARLIER_ROUND = "该件属于重新办理之前的一轮，已办结 / it belongs to the round before the matter was reopened, which is closed"
NOTHING_TO_ANSWER = {
    FilingKind.PROGRESS: "没有待审核的进展报告 / there is no progress report that waits for an answer",
    FilingKind.COMPLETION: "没有待核验的报结 / there is no completion claim that waits for an answer",
}
ANSWERED = "该件已有答复，不能再次答复 / the filing that you name was answered before"


def report_progress(work: Work, message: Message) -> None:
    """A unit reports progress on its part."""
    store: Store = work.store
    data = message.data
    matter, part = part_of(work, message)
    filed = Filing(message.id, FilingKind.PROGRESS, message.time)
    late = part.judged_at is not None and message.time <= part.judged_at
    before = part.answers() if late else {}
    paper = Paper(filed, data.text, data.percent, evidence_rows(data.evidence))
    store.add_paper(matter, part, paper)
    _announce_report(work, matter, part, paper, data.evidence)
    if late:
        _announce_differences(work, matter, part, before, part.answers())
    if part.state is PartState.DISPATCHED:
        part.state = PartState.IN_PROGRESS
        store.part_changed(matter, part)
        settle_matter(work, matter)
    work.retry(matter.matter_id)


def claim_completion(work: Work, message: Message, policy: Policy) -> None:
    """A unit says that its part is done; verified by the machine at once where the policy says so."""
    data = message.data
    matter, part = part_of(work, message)
    before = part.answers()
    filed = Filing(message.id, FilingKind.COMPLETION, message.time, data.colour)
    paper = Paper(filed, data.text, None, evidence_rows(data.evidence))
    work.store.add_paper(matter, part, paper)
    _announce_claim(work, matter, part, paper, data.evidence)
    if policy.verification == "auto":
        verdict = Verdict(f"auto:{message.id}", FilingKind.COMPLETION, message.time, True, names=message.id, colour=data.colour)
        work.store.add_opinion(matter, part, Opinion(verdict, MACHINE))
    settle_part(work, matter, part, before)
    work.retry(matter.matter_id)


def assess_progress(work: Work, message: Message, policy: Policy) -> None:
    """The office accepts or returns a report."""
    data = message.data
    check_power(work, message, data.decided_by, Act.ASSESS, policy)
    verdict = Verdict(message.id, FilingKind.PROGRESS, message.time, data.accepted, names=data.request)
    _decide(work, message, Opinion(verdict, data.decided_by, data.substantive), "/data/request")


def verify_completion(work: Work, message: Message, policy: Policy) -> None:
    """The office finds a claim true."""
    data = message.data
    check_power(work, message, data.verified_by, Act.VERIFY, policy)
    verdict = Verdict(message.id, FilingKind.COMPLETION, message.time, True, names=data.claim, colour=data.colour)
    _decide(work, message, Opinion(verdict, data.verified_by, deficiencies=data.deficiencies), "/data/claim")


def reject_completion(work: Work, message: Message, policy: Policy) -> None:
    """The office finds a claim wanting."""
    data = message.data
    check_power(work, message, data.verified_by, Act.VERIFY, policy)
    verdict = Verdict(message.id, FilingKind.COMPLETION, message.time, False, names=data.claim, colour=data.colour)
    _decide(work, message, Opinion(verdict, data.verified_by, deficiencies=data.deficiencies), "/data/claim")


# ---- verdicts


def _decide(work: Work, message: Message, opinion: Opinion, pointer: str) -> None:
    """Take a verdict that answers something; one that answers nothing yet waits for its filing."""
    matter, part = part_of(work, message)
    verdict = opinion.verdict
    before = part.answers()
    after = part.answers_with(verdict)
    if verdict not in after.values():
        if verdict.names is not None and verdict.names in before:
            raise Refused("ALREADY_USED", ANSWERED, pointer)
        work.wait_for(message, NOTHING_TO_ANSWER[verdict.kind], matter.matter_id)
        return
    work.store.add_opinion(matter, part, opinion)
    _note_cause(work, message, matter, part)
    if verdict.kind is FilingKind.PROGRESS:
        part.judged_at = max(part.judged_at or verdict.decided_at, verdict.decided_at)
        work.store.part_changed(matter, part)
    settle_part(work, matter, part, before)


def _note_cause(work: Work, message: Message, matter: Matter, part: Part) -> None:
    """What the deficiencies come from, where the official says it."""
    cause = getattr(message.data, "cause", None)
    if cause is not None:
        recurring.note(
            work,
            recurring.Found(
                message.id, cause, matter.matter_id, matter.external_ref, part.unit, found_at=message.time, message=message
            ),
        )


def settle_part(work: Work, matter: Matter, part: Part, before: Mapping[str, Verdict]) -> None:
    """Announce what is answered differently now, and bring the states of the part and the matter up to date."""
    after = part.answers()
    _announce_differences(work, matter, part, before, after)
    filings = [paper.filing for paper in part.papers.values()]
    state, done = part_state(filings, after), done_at(filings, after)
    if (state, done) != (part.state, part.done_at):
        part.state, part.done_at = state, done
        work.store.part_changed(matter, part)
        settle_matter(work, matter)


def settle_matter(work: Work, matter: Matter) -> None:
    """Bring the state up to date, and announce it when all parts are done and all sources answered, those merged into it too."""
    matter = groups.leading(work.store, matter)
    sources = groups.group(work.store, matter)
    parts = groups.open_parts(work.store, matter)
    state = state_of((part.state for part in parts), answered=all(source.answered for source in sources))
    if matter.state not in DERIVED or state is matter.state:
        return
    matter.state = state
    matter.closed_at = _closed_at(parts, sources) if state is MatterState.CLOSED else None
    work.store.matter_changed(matter)
    if matter.closed_at is not None:
        closed = MatterClosed(**identity(matter), title=matter.title)
        work.announce(closed, subject=matter.matter_id, time=matter.closed_at)
        work.retry(matter.matter_id)


def _closed_at(parts: Iterable[Part], sources: Iterable[Matter]) -> datetime:
    """When the last part was found done, or the last source answered, whichever came later."""
    done = [part.done_at for part in parts if part.done_at is not None]
    return max([*done, *(source.replied_at for source in sources if source.reply is not None and source.replied_at is not None)])


# ---- announcements


def _announce_differences(
    work: Work, matter: Matter, part: Part, before: Mapping[str, Verdict], after: Mapping[str, Verdict]
) -> None:
    """Say what changed between two pairings. A filing that lost its verdict to another one is announced as open again."""
    for paper in sorted(part.papers.values(), key=lambda paper: (paper.filing.filed_at, paper.filing.id)):
        old, new = before.get(paper.filing.id), after.get(paper.filing.id)
        if new is not None and new != old:
            _announce_verdict(work, matter, part, paper, part.opinions[new.id])
        elif new is None and old is not None:
            announce_filing(work, matter, part, paper)


def announce_filing(work: Work, matter: Matter, part: Part, paper: Paper) -> None:
    """Say (again) what a unit filed."""
    say = _announce_report if paper.filing.kind is FilingKind.PROGRESS else _announce_claim
    say(work, matter, part, paper, evidence_of(paper.evidence))


def _announce_report(work: Work, matter: Matter, part: Part, paper: Paper, evidence: list[Evidence]) -> None:
    fact = ProgressReported(
        matter_id=matter.matter_id,
        external_ref=matter.external_ref,
        submitted_by=matter.submitted_by,
        unit=part.unit,
        filing=paper.filing.id,
        reported_at=paper.filing.filed_at,
        text=paper.text,
        percent=paper.percent,
        evidence=evidence,
    )
    work.announce(fact, subject=matter.matter_id, time=paper.filing.filed_at)


def _announce_claim(work: Work, matter: Matter, part: Part, paper: Paper, evidence: list[Evidence]) -> None:
    fact = CompletionClaimed(
        **identity(matter),
        unit=part.unit,
        claim=paper.filing.id,
        claimed_at=paper.filing.filed_at,
        text=paper.text,
        colour=paper.filing.colour,
        evidence=evidence,
    )
    work.announce(fact, subject=matter.matter_id, time=paper.filing.filed_at)


def _announce_verdict(work: Work, matter: Matter, part: Part, paper: Paper, opinion: Opinion) -> None:
    verdict = opinion.verdict
    say = _progress_fact if verdict.kind is FilingKind.PROGRESS else _completion_fact
    work.announce(say(matter, part, paper, opinion), subject=matter.matter_id, time=verdict.decided_at)


def _progress_fact(matter: Matter, part: Part, paper: Paper, opinion: Opinion) -> ProgressAccepted | ProgressReturned:
    kind = ProgressAccepted if opinion.verdict.favourable else ProgressReturned
    return kind(
        **identity(matter),
        unit=part.unit,
        filing=paper.filing.id,
        reported_at=paper.filing.filed_at,
        decided_by=opinion.decided_by,
        percent=paper.percent,
        substantive=opinion.substantive,
    )


def _completion_fact(matter: Matter, part: Part, paper: Paper, opinion: Opinion) -> CompletionVerified | CompletionRejected:
    common: dict[str, Any] = identity(matter) | {
        "unit": part.unit,
        "claim": paper.filing.id,
        "claimed_at": paper.filing.filed_at,
        "colour": paper.filing.colour or opinion.verdict.colour,
    }
    if opinion.verdict.favourable:
        return CompletionVerified(**common, verified_by=opinion.decided_by)
    return CompletionRejected(**common, rejected_by=opinion.decided_by, deficiencies=opinion.deficiencies)


# ---- small things


def part_of(work: Work, message: Message) -> tuple[Matter, Part]:
    """The matter and the part that the message is about: the leading one's, once it was merged. Refuses a unit without a part."""
    matter: Matter = work.store.matters[work.matter_of(message)]
    unit = message.data.unit
    part = matter.part(unit)
    if part is None or part.state is PartState.TRANSFERRED:
        raise Refused("NOT_PARTY", NOT_ASSIGNED.format(unit=unit), "/data/unit")
    if part.unit != unit == message.sender and part.moved_at is not None and message.time >= part.moved_at:
        raise Refused("UNKNOWN_UNIT", SUCCEEDED.format(unit=unit, heir=part.unit), "/data/unit")
    _refuse_what_is_over(matter, part, message)
    return groups.where_reported(work.store, matter, part, message.time)


def _refuse_what_is_over(matter: Matter, part: Part, message: Message) -> None:
    if matter.state is MatterState.WITHDRAWN and matter.closed_at is not None and message.time >= matter.closed_at:
        raise Refused("ALREADY_USED", WITHDRAWN, "/data/matter")
    if part.is_past(message.time):
        raise Refused("ALREADY_USED", EARLIER_ROUND, "/time")


def identity(matter: Matter) -> dict[str, Any]:
    """What every fact about a matter carries."""
    return {"matter_id": matter.matter_id, "external_ref": matter.external_ref, "submitted_by": matter.submitted_by}


def evidence_rows(evidence: list[Evidence]) -> list[dict[str, Any]] | None:
    """Evidence as JSON keeps it."""
    return [
        {
            "kind": item.kind,
            "sha256": item.sha256,
            "collected_at": item.collected_at.isoformat() if item.collected_at else None,
            "place": item.place,
            "collector": item.collector,
        }
        for item in evidence
    ] or None


def evidence_of(rows: list[dict[str, Any]] | None) -> list[Evidence]:
    """The same, read back."""
    return [
        Evidence(**row | {"collected_at": row["collected_at"] and datetime.fromisoformat(row["collected_at"])})
        for row in rows or ()
    ]
