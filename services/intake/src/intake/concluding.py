"""Conclusions (督查结论; Decree 733 art. 16–18): issued here on evidence, served by notify, reviewed in escalation.

Once a conclusion is served its findings become matters and cases of their causes, and what a covert inspection kept back is
told. Where a review takes it away, or a part of it, the matters of the findings that fall are withdrawn, as far as they are still
open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from event_contracts.escalation import ConclusionOverturned, ConclusionVaried
from event_contracts.event import Evidence, Message, TimeLimit
from event_contracts.inbound import ConclusionIssued as Asked
from event_contracts.inbound import MatterSubmitted, SubmittedAssignment, SubmittedSource
from event_contracts.intake import ConclusionDisclosed, ConclusionIssued, FindingItem, MatterWithdrawn
from event_contracts.notify import NoticeServed
from ground_rules.limits import local_date
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from intake import inspecting, recurring, registration, suspecting
from intake.domain import inspection as rules
from intake.domain.authority import OFFICE
from intake.domain.inspection import Found, Plan
from intake.domain.matter import OPEN as OPEN_STATES
from intake.domain.matter import MatterState, matter_id
from intake.domain.roles import Role
from intake.domain.sources import SourceType
from intake.handlers import evidence_of, evidence_rows, identity
from intake.people import check_power_of
from intake.store.inspections import Conclusion, Fall, Inspections

CONCLUSION = "CONCLUSION"
"""What notify calls the notice of a conclusion."""

USED = "该结论编号已使用 / this reference was used for another conclusion"
CONCLUDED = "该督查已对该单位作出结论，有异议的经复核处理 / it was concluded; a conclusion is changed by a review only"
TAKEN = "问题对应的事项编号已被占用，请换结论编号 / a matter has the reference of a finding; take another conclusion number"
FALLEN = "所依据的督查结论经复核不予维持 / the conclusion that it stood on fell in a review"


def subjects(data: Asked) -> list[str]:
    """What is locked while a conclusion is issued."""
    about = [inspecting.subject(data.inspection)] if data.inspection is not None else []
    return [*about, rules.conclusion_id(data.conclusion)]


def issue(work: Work, message: Message, policy: Policy) -> None:
    """The office concludes; until the plan of the inspection is known the message waits."""
    data: Asked = message.data
    work.lock(subjects(data))
    plans: list[Plan] = []
    if data.inspection is not None:
        known = inspecting.plans_of(work, message, data.inspection)
        if known is None:
            return
        plans = known
    made = _checked(work, message, plans, policy)
    store = Inspections(work.session)
    store.add_conclusion(made)
    work.announce(_issued(store, made, plans), subject=made.conclusion_id, time=made.issued_at, policy=policy.version)


def _checked(work: Work, message: Message, plans: list[Plan], policy: Policy) -> Conclusion:
    data: Asked = message.data
    store = Inspections(work.session)
    inspecting.check_unit(work, message, data.unit, "/data/unit", policy)
    check_power_of(work, message, data.issued_by, Act.CONCLUDE, policy, "/data/issued_by")
    if store.conclusion(rules.conclusion_id(data.conclusion)) is not None:
        raise Refused("ALREADY_USED", USED, "/data/conclusion")
    if data.inspection is not None and store.conclusion_of(data.inspection, data.unit) is not None:
        raise Refused("ALREADY_USED", CONCLUDED, "/data/inspection")
    made = Conclusion(
        conclusion_id=rules.conclusion_id(data.conclusion),
        ref=data.conclusion,
        unit=data.unit,
        inspection=data.inspection,
        matter_id=work.matter_of(message) if data.matter is not None else None,
        issued_at=message.time,
        issued_by=data.issued_by.strip(),
        findings=tuple(inspecting.findings_of(data.findings, data.unit)),
        evidence=evidence_rows(data.evidence) or [],
        sealed=bool(plans) and plans[-1].covert,
    )
    work.store.load(_matters_of(made, rules.ALL))
    if any(of in work.store.matters for of in _matters_of(made, rules.ALL)):
        raise Refused("ALREADY_USED", TAKEN, "/data/conclusion")
    return made


def _matters_of(made: Conclusion, fallen: str | Iterable[str]) -> list[str]:
    """Our ids of the matters that these findings become."""
    wanted = [found for found in made.findings if found.standard and (fallen == rules.ALL or found.finding in fallen)]
    return [matter_id(OFFICE, rules.matter_ref(made.ref, found.finding)) for found in wanted]


# ---- what is told


def _said(made: Conclusion) -> dict[str, Any]:
    return {"matter_id": made.conclusion_id, "external_ref": made.ref, "submitted_by": OFFICE, "unit": made.unit}


def _items(made: Conclusion) -> list[FindingItem]:
    return [
        FindingItem(
            finding=found.finding,
            text=found.text,
            code=found.code,
            task=found.task,
            matter=rules.matter_ref(made.ref, found.finding) if found.standard else None,
        )
        for found in made.findings
    ]


def _took_part(store: Inspections, made: Conclusion, plans: Iterable[Plan]) -> list[str]:
    reported = store.reported(made.inspection, made.unit) if made.inspection is not None else []
    evidence = [row for found in reported for row in found.evidence]
    return rules.took_part(plans, [*evidence, *made.evidence], made.issued_by)


def _issued(store: Inspections, made: Conclusion, plans: list[Plan]) -> ConclusionIssued:
    """That of a covert inspection is sealed: it says to whom it goes, and nothing else."""
    if made.sealed:
        return ConclusionIssued(**_said(made), issued_at=made.issued_at, sealed=True)
    return ConclusionIssued(
        **_said(made),
        issued_at=made.issued_at,
        issued_by=made.issued_by,
        inspection=made.inspection,
        about_matter=made.matter_id,
        findings=_items(made),
        evidence=evidence_of(made.evidence),
        took_part=_took_part(store, made, plans),
    )


def _disclose(work: Work, store: Inspections, made: Conclusion, at: datetime) -> None:
    plans = rules.in_force(store.plans(made.inspection)) if made.inspection is not None else []
    now = plans[-1] if plans else None
    evidence: list[Evidence] = evidence_of(made.evidence)
    fact = ConclusionDisclosed(
        **_said(made),
        disclosed_at=at,
        issued_at=made.issued_at,
        issued_by=made.issued_by,
        findings=_items(made),
        evidence=evidence,
        took_part=_took_part(store, made, plans),
        inspection=made.inspection,
        place=now.place or None if now else None,
        starts_on=now.starts_on if now else None,
        ends_on=now.ends_on if now else None,
        team=inspecting.team_of(now) if now else None,
    )
    work.announce(fact, subject=made.conclusion_id, time=at)


def reported_late(work: Work, message: Message) -> None:
    """A report came after its conclusion was told: who collected its evidence took part, too."""
    store = Inspections(work.session)
    made = store.conclusion_of(message.data.inspection, message.data.unit)
    if made is not None and not made.hidden:
        _disclose(work, store, made, max(message.time, made.served_at or made.issued_at))


# ---- served


def note_service(work: Work, message: Message, policy: Policy) -> None:
    """The unit has its conclusion: what was kept back is told, and each finding that is to be put right becomes a matter.

    Each finding with a code is a case of that cause (D4), found when it was concluded. None counts before: a window that became
    full would tell of a covert inspection.
    """
    data: NoticeServed = message.data
    if data.kind != CONCLUSION:
        return
    store = Inspections(work.session)
    made = store.conclusion(data.about)
    if made is None or made.served_at is not None:
        return
    made = store.serve(made, data.served_at)
    if made.sealed:
        _disclose(work, store, made, data.served_at)
    work.store.load(_matters_of(made, rules.ALL))
    for found in made.findings:
        if found.standard:
            _register(work, message, made, found, policy)
        if found.code is not None:
            recurring.note(work, _cause(made, found, found.code, message))
    for fall in made.fallen:
        _withdraw(work, made, fall)


def _register(work: Work, message: Message, made: Conclusion, found: Found, policy: Policy) -> None:
    """A finding becomes a matter (art. 18), once; its source points back to the conclusion, its clause to the finding."""
    submitted = _submission(made, found, policy)
    of = matter_id(OFFICE, submitted.external_ref)
    if of in work.store.matters:
        return
    told = replace(message, data=submitted, sender=OFFICE, time=message.data.served_at)
    suspecting.prepare(work.store, [told])
    registration.register(work, told, registration.items_of(of, submitted, policy), policy)


def _cause(made: Conclusion, found: Found, code: str, message: Message) -> recurring.Found:
    """The finding as a case: of its matter where it becomes one, else of the conclusion."""
    ref = rules.matter_ref(made.ref, found.finding)
    about = (matter_id(OFFICE, ref), ref) if found.standard else (made.conclusion_id, made.ref)
    return recurring.Found(f"{made.conclusion_id}/{found.finding}", code, *about, made.unit, made.issued_at, message)


def _submission(made: Conclusion, found: Found, policy: Policy) -> MatterSubmitted:
    assert found.standard is not None
    limit = TimeLimit(amount=found.amount, unit=found.limit_unit) if found.amount and found.limit_unit else None
    part = SubmittedAssignment(
        unit=made.unit,
        role=Role.LEAD,
        deliverable=found.deliverable or found.text[:2000],
        standard=found.standard,
        limit=limit,
        due_at=found.due_at,
    )
    source = SubmittedSource(
        type=SourceType.INSPECTION,
        number=made.ref,
        issued_on=local_date(made.issued_at, policy.zone),
        clause=found.finding,
    )
    return MatterSubmitted(
        external_ref=rules.matter_ref(made.ref, found.finding),
        title=f"督查发现问题整改：{found.text}"[:500],
        source=source,
        standard=found.standard,
        assignments=[part],
    )


# ---- reviewed


def fallen(work: Work, message: Message) -> None:
    """A review took away a conclusion, or some of its findings: their matters are withdrawn, as far as they are open.

    One that was merged with others stays: those want the same. A review that is read before the service (only a message put back
    by hand comes so late) is kept until that service registers the matters.
    """
    data: ConclusionOverturned | ConclusionVaried = message.data
    store = Inspections(work.session)
    made = store.conclusion(data.matter_id)
    if made is None:
        return
    fall = Fall(data.findings if isinstance(data, ConclusionVaried) else rules.ALL, data.decided_at)
    if made.served_at is None:
        store.add_fall(made, fall)
    else:
        _withdraw(work, made, fall)


def _withdraw(work: Work, made: Conclusion, fall: Fall) -> None:
    gone = _matters_of(made, fall.findings)
    work.lock(gone)
    work.store.load(set(gone) - work.store.matters.keys())
    for of in gone:
        matter = work.store.matters.get(of)
        if matter is None or matter.state not in OPEN_STATES or matter.leads or matter.primary_id is not None:
            continue
        matter.state, matter.closed_at = MatterState.WITHDRAWN, fall.decided_at
        work.store.matter_changed(matter)
        fact = MatterWithdrawn(**identity(matter), reason=FALLEN, withdrawn_at=fall.decided_at)
        work.announce(fact, subject=of, time=fall.decided_at)
