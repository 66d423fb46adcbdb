"""What escalation does about conclusions (Decree 733 art. 17, domain.md d.8): the window from service, the review, what falls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from event_contracts import inbound, intake, notify
from event_contracts.event import Message
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Timer

from escalation import announcements as say
from escalation import conclusion_announcements as tell
from escalation import powers, reviewing
from escalation.desk import REVIEW
from escalation.domain import conclusion as rules
from escalation.domain import slip as slips
from escalation.domain.clock import BREACHED, REVIEW_WINDOW, RUNNING, STOPPED, Clock
from escalation.domain.lateness import too_late
from escalation.domain.merging import is_joined
from escalation.domain.review import Fault
from escalation.domain.rounds import MATTER_WITHDRAWN
from escalation.domain.standing import Entry, Ladder
from escalation.settle import Settling
from escalation.store.ladders import matters_named

OFFICE = "OFFICE"
SEALED = "督查结论内容尚未告知，复核决定待其告知后处理 / what the conclusion says is not told yet"


def _write(desk: Settling, ladder: Ladder, kind: str, id_: str, at: datetime, details: dict[str, Any]) -> None:
    """A line in the journal, once. Nothing is settled: no slip can be on a conclusion."""
    if not any(entry.kind == kind and entry.id == id_ for entry in ladder.journal):
        ladder.journal.append(Entry(kind, id_, at, desk.now, details, new=True))


def find(desk: Settling, message: Message) -> Ladder | None:
    """The conclusion that a request is about; None where it is about a matter. Refuses another unit's."""
    ladders = desk.store.of_matter(desk.work.matter_of(message))
    found = next((ladder for ladder in ladders if rules.is_conclusion(ladder)), None)
    if found is not None and found.unit != message.data.unit:
        raise Refused("NOT_PARTY", "该结论不是对本单位作出的 / the conclusion is about another unit", "/data/unit")
    return found


# ---- facts


def issued(desk: Settling, message: Message) -> None:
    """A conclusion was issued; whatever came before it is caught up with."""
    data: intake.ConclusionIssued = message.data
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    ladder.external_ref, ladder.submitted_by, ladder.assignment_id = data.external_ref, data.submitted_by, data.matter_id
    ladder.role, ladder.title, ladder.changed = rules.ROLE, rules.TITLE, True
    desk.store.add(ladder)
    _write(desk, ladder, rules.ISSUED, data.matter_id, data.issued_at, {"sealed": data.sealed})
    if not data.sealed:
        _tell(desk, ladder, message)
    desk.work.know_matter(data.matter_id, data.external_ref, data.submitted_by, [data.unit])
    _arm(desk, ladder)


def disclosed(desk: Settling, message: Message) -> None:
    """What a sealed conclusion says, and who took part; or more of whom."""
    data: intake.ConclusionDisclosed = message.data
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    _tell(desk, ladder, message)
    desk.work.retry(data.matter_id)


def _tell(desk: Settling, ladder: Ladder, message: Message) -> None:
    data: intake.ConclusionIssued | intake.ConclusionDisclosed = message.data
    findings = [[found.finding, found.matter] for found in data.findings]
    _write(desk, ladder, rules.TOLD, message.id, message.time, {"took_part": data.took_part, "findings": findings})


def served(desk: Settling, message: Message) -> None:
    """The unit has the conclusion: it may apply for a review from now on."""
    data: notify.NoticeServed = message.data
    ladder = desk.store.ladder_or_new(data.matter_id, data.unit)
    _write(desk, ladder, rules.SERVED, data.about, data.served_at, {"served_on": data.served_on.isoformat()})
    if rules.is_conclusion(ladder):
        _arm(desk, ladder)


def _arm(desk: Settling, ladder: Ladder) -> None:
    """The window runs once the service is known; one in which an application was made already has done its work."""
    service = next((entry for entry in ladder.journal if entry.kind == rules.SERVED), None)
    about = ladder.matter_id
    if service is None or about in ladder.windows:
        return
    on = date.fromisoformat(service.data["served_on"])
    days = desk.rulebook.at(service.at).policy.review.window
    window = ladder.windows[about] = reviewing.window_clock(desk, ladder, REVIEW_WINDOW, about, days, on, service.at)
    desk.announce_limit(ladder, window, lambda: say.clock_armed(ladder, window), service.at)
    contest = rules.contest(ladder)
    if contest is None:
        desk.work.set_timer(REVIEW, about, window.due_instant, subject=ladder.matter_id)
    else:
        _stop(desk, ladder, window, max(contest.filed_at, service.at))


def _stop(desk: Settling, ladder: Ladder, window: Clock, at: datetime) -> None:
    desk.work.clear_timer(REVIEW, window.about)
    if window.state == RUNNING:
        window.state, window.changed = STOPPED, True
        desk.announce_limit(ladder, window, lambda: say.clock_stopped(ladder, window, "FILED"), at)


# ---- applications


def filed(desk: Settling, ladder: Ladder, message: Message) -> None:
    """The unit applies for a review; what is inadmissible is refused and announced."""
    data: inbound.ReviewFiled = message.data
    fault = rules.inadmissible(ladder, message.time, _lateness(desk, ladder, message))
    if fault is not None:
        desk.work.refuse(message, fault.code, fault.detail, fault.pointer)
        desk.announce(ladder, lambda: tell.contest_refused(ladder, message, fault), message.time)
        return
    about = ladder.matter_id
    _write(desk, ladder, rules.CONTESTED, about, message.time, {"review": message.id, "grounds": data.grounds})
    days = desk.rulebook.at(message.time).policy.review.decide
    clock = reviewing.limit_of_reviewers(desk, ladder, about, days, message.time)
    desk.announce(ladder, lambda: tell.contested(ladder, message.id, data.grounds, clock), message.time)
    reviewing.start(desk, ladder, clock)
    if (window := ladder.windows.get(about)) is not None:
        _stop(desk, ladder, window, message.time)


def _lateness(desk: Settling, ladder: Ladder, message: Message) -> str | None:
    """Why it comes after the window, by its own time or by its arrival; before the receipt nobody is late."""
    window = ladder.windows.get(ladder.matter_id)
    if window is None:
        return None
    arrived = message.arrived or desk.now
    late_reports = desk.rulebook.at(window.started_at).late_reports
    end = reviewing.end_of(window)
    return too_late(end, message.time, arrived, passed=window.has_passed, late_reports=late_reports)


def lapsed(desk: Settling, ladder: Ladder, timer: Timer) -> None:
    """The window ended without an application: the conclusion stands."""
    window = ladder.windows.get(timer.key)
    if window is None or window.state in (STOPPED, BREACHED):
        return
    window.state, window.passed_due, window.changed = STOPPED, window.due_instant, True
    desk.announce(ladder, lambda: tell.confirmed(ladder, window.due_instant), timer.due_at)


# ---- decisions


def decided(desk: Settling, ladder: Ladder, message: Message) -> None:
    """The reviewers let a conclusion stand, took it away, or took findings out of it."""
    data: inbound.ReviewDecided = message.data
    found = rules.contest(ladder)
    _refuse(rules.undecidable(found, message.time, data.request))
    assert found is not None
    if not rules.is_told(ladder):
        desk.work.wait_for(message, SEALED, ladder.matter_id)
        return
    _refuse(rules.unvariable(ladder, data.outcome, data.findings))
    _refuse_participants(ladder, data.reviewers)
    held = [powers.check_act(desk, message, name, Act.REVIEW, "/data/reviewers") for name in data.reviewers]
    reviewers = [name.strip() for name in data.reviewers]
    details: dict[str, Any] = {"outcome": data.outcome, "reviewers": reviewers, "reasons": data.reasons}
    details |= {"findings": data.findings, "message": message.id, "capacities": [acted.get("capacity") for acted in held]}
    _write(desk, ladder, rules.REVIEWED, ladder.matter_id, message.time, details)
    desk.announce(ladder, lambda: tell.reviewed(ladder, found.review_id, data, message.time), message.time)
    reviewing.end(desk, ladder, ladder.review_clocks[ladder.matter_id], message.time)
    _take_back(desk, rules.fallen(ladder, data.outcome, data.findings), message.time)


def _refuse(fault: Fault | None) -> None:
    if fault is not None:
        raise Refused(fault.code, fault.detail, fault.pointer)


def _refuse_participants(ladder: Ladder, reviewers: Sequence[str]) -> None:
    """Nobody reviews what he or she took part in (回避); the application waits for another panel."""
    barred = rules.barred(ladder, reviewers)
    if barred:
        text = f"{'、'.join(barred)} 参与过该督查，应当回避 / took part in the inspection and must recuse themselves"
        raise Refused("RECUSAL", text, "/data/reviewers")


def _take_back(desk: Settling, references: Sequence[str], at: datetime) -> None:
    """What was not to be put right is not supervised any more, and slips about it are withdrawn, also of matters that are closed:
    nobody keeps points for a finding that fell. A matter that was merged goes on for the other sources, which want the same."""
    ids = sorted({of for reference in references for of in matters_named(desk.work.session, reference)})
    desk.work.lock(ids)
    desk.store.load(ids)
    for ladder in [found for of in ids for found in desk.store.of_matter(of) if found.submitted_by == OFFICE]:
        if is_joined(ladder.journal):
            continue
        desk.write(ladder, MATTER_WITHDRAWN, ladder.matter_id, at, desk.now, {"reason": slips.CONCLUSION_FELL, "by": None})
        if in_force := ladder.in_force():
            desk.withdraw(ladder, in_force[0], slips.CONCLUSION_FELL, at)
