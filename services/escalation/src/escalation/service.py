"""What comes in: one method per fact, request or timer; no logic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from event_contracts import inbound, intake, notify
from event_contracts.escalation import InboundParked
from event_contracts.event import Message
from ground_rules.policy import Policy
from service_chassis.clock import Clock
from service_chassis.declare import Service, consume, due
from service_chassis.persistence import published_rules
from service_chassis.persistence.database import Database
from service_chassis.persistence.published_rules import CALENDAR, POLICY
from service_chassis.persistence.unit_of_work import Timer, Work
from service_chassis.shown import FromTables, Rows, Shown

from escalation import (
    asking,
    conclusions,
    handlers,
    interviews,
    joining,
    moving,
    objecting,
    office,
    powers,
    progress,
    publishing,
    red_reports,
    reminding,
    replying,
    returning,
    reviews,
    sealing,
)
from escalation.config import NUMBER_PREFIX
from escalation.metrics import Metrics, board
from escalation.rulebook import Rulebook
from escalation.settle import Settling
from escalation.store.ladders import Store, figures


class Escalation(Service):
    """Watches the limits and issues the three-colour slips."""

    name = "escalation"
    MIGRATIONS = "escalation.migrations"
    RECORDS = ("journal", "published_rule")
    MAKES_CUT = True
    SEALED = sealing.SEALED
    PARKED = InboundParked

    def __init__(self, policy: Policy, number_prefix: str = NUMBER_PREFIX, metrics: Metrics | None = None) -> None:
        self.policy = policy
        self.metrics = metrics or Metrics()
        self.rulebook = Rulebook(policy, number_prefix, self.metrics)

    def subjects(self, message: Message) -> list[str]:
        """Rules that are published are locked as one subject, interviews by their unit; everything else by its matter."""
        if isinstance(message.data, inbound.CalendarPublished | inbound.PolicyPublished | intake.PersonsPublished):
            return [publishing.RULES]
        if isinstance(message.data, inbound.InterviewDecided | inbound.InterviewHeld):
            return [interviews.subject(message.data.unit)]
        return joining.subjects(message) or super().subjects(message)

    def rules_came_by(self, session: Any) -> list[str]:
        """Calendars and policies: of persons intake tells."""
        return published_rules.came_by(session, (CALENDAR, POLICY))

    # ---- the three hooks

    def prepare(self, work: Work, messages: Sequence[Message]) -> None:
        """Load the ladders of the batch with a few statements."""
        desk = self._desk(work)
        desk.store.load(_matters(work, messages))
        joining.load_leading(desk)

    def prepare_timers(self, work: Work, timers: Sequence[Timer]) -> None:
        """The same for timers; their subjects are matters."""
        desk = self._desk(work)
        desk.store.load({timer.subject for timer in timers})
        joining.load_leading(desk)

    def policy_in_force(self, work: Work) -> Policy:
        self.rulebook.refresh(work.session)
        return self.rulebook.at(work.now).policy

    def save(self, work: Work) -> None:
        """Settle what was touched, write what changed, announce."""
        self._desk(work).finish()

    def parked(self, work: Work, sender: str, matter_id: str | None, parked_id: str, code: str) -> None:
        """A message of escalation's own inbound queue was parked."""
        handlers.hold(self._desk(work), parked_id, sender, matter_id, work.now)

    def unlike_sealed(self, session: Any, announced: Iterable[tuple[int | None, Message]]) -> Iterator[str]:
        """What the audit chain is compared with."""
        return sealing.unlike_sealed(session, announced)

    def collectors(self, database: Database, clock: Clock) -> list[FromTables]:
        """The gauges of the role `api`."""

        def read() -> list[tuple[Shown, Rows]]:
            with database.begin() as session:
                self.rulebook.refresh(session)
                found = figures(session)
            return list(board(found, *self.rulebook.calendar_coverage(clock.now())))

        return [FromTables(read)]

    def calendar_until(self, session: Any, now: datetime) -> datetime | None:
        """Until when the days off are known: built in, and published."""
        self.rulebook.refresh(session)
        return self.rulebook.calendar_coverage(now)[1]

    def _desk(self, work: Work) -> Settling:
        if work.store is None:
            self.rulebook.refresh(work.session)
            work.store = Settling(work, Store(work.session), self.rulebook)
        desk: Settling = work.store
        return desk

    # ---- facts

    @consume(intake.MatterRegistered)
    def on_matter_registered(self, work: Work, message: Message) -> None:
        handlers.know_matter(work.store, message)

    @consume(intake.AssignmentDispatched)
    def on_assignment_dispatched(self, work: Work, message: Message) -> None:
        handlers.know_assignment(work.store, message)

    @consume(notify.NoticeServed)
    def on_notice_served(self, work: Work, message: Message) -> None:
        handlers.serve(work.store, message)

    @consume(intake.ConclusionIssued)
    def on_conclusion_issued(self, work: Work, message: Message) -> None:
        conclusions.issued(work.store, message)

    @consume(intake.ConclusionDisclosed)
    def on_conclusion_disclosed(self, work: Work, message: Message) -> None:
        conclusions.disclosed(work.store, message)

    @consume(intake.MatterMerged)
    def on_matter_merged(self, work: Work, message: Message) -> None:
        joining.merged(work.store, message)

    @consume(intake.MatterUnmerged)
    def on_matter_unmerged(self, work: Work, message: Message) -> None:
        joining.unmerged(work.store, message)

    @consume(intake.AssignmentMoved)
    def on_assignment_moved(self, work: Work, message: Message) -> None:
        moving.moved(work.store, message)

    @consume(intake.MatterWithdrawn)
    def on_matter_withdrawn(self, work: Work, message: Message) -> None:
        returning.withdrawn(work.store, message)

    @consume(intake.MatterReopened)
    def on_matter_reopened(self, work: Work, message: Message) -> None:
        returning.reopened(work.store, message)

    @consume(intake.ReplySent)
    def on_reply_sent(self, work: Work, message: Message) -> None:
        replying.replied(work.store, message)

    @consume(intake.ProgressAccepted)
    def on_progress_accepted(self, work: Work, message: Message) -> None:
        handlers.progressed(work.store, message)

    @consume(intake.ProgressReported)
    def on_progress_reported(self, work: Work, message: Message) -> None:
        handlers.reported(work.store, message)

    @consume(intake.ProgressReturned)
    def on_progress_returned(self, work: Work, message: Message) -> None:
        handlers.returned(work.store, message)

    @consume(intake.CompletionClaimed)
    def on_completion_claimed(self, work: Work, message: Message) -> None:
        handlers.claimed(work.store, message)

    @consume(intake.CompletionVerified)
    def on_completion_verified(self, work: Work, message: Message) -> None:
        handlers.verified(work.store, message)

    @consume(intake.CompletionRejected)
    def on_completion_rejected(self, work: Work, message: Message) -> None:
        handlers.rejected(work.store, message)

    @consume(intake.ObjectionFiled)
    def on_objection_filed(self, work: Work, message: Message) -> None:
        objecting.filed(work.store, message)

    @consume(intake.ObjectionDecided)
    def on_objection_decided(self, work: Work, message: Message) -> None:
        objecting.decided(work.store, message)

    @consume(intake.InboundParked, notify.InboundParked)
    def on_inbound_parked(self, work: Work, message: Message) -> None:
        handlers.parked(work.store, message)

    @consume(intake.InboundReleased, notify.InboundReleased)
    def on_inbound_released(self, work: Work, message: Message) -> None:
        handlers.released(work.store, message)

    @consume(intake.PersonsPublished)
    def on_persons_published(self, work: Work, message: Message) -> None:
        powers.publish(work.store, message)

    # ---- requests

    @consume(inbound.UrgeSent)
    def on_urge_sent(self, work: Work, message: Message) -> None:
        handlers.urged(work.store, message)

    @consume(inbound.DeterminationMade)
    def on_determination_made(self, work: Work, message: Message) -> None:
        handlers.determined(work.store, message)

    @consume(inbound.SlipProposed)
    def on_slip_proposed(self, work: Work, message: Message) -> None:
        joining.refuse_second_ladder(work.store, message)
        handlers.proposed(work.store, message)

    @consume(inbound.SlipApproved)
    def on_slip_approved(self, work: Work, message: Message) -> None:
        joining.refuse_second_ladder(work.store, message)
        handlers.approved(work.store, message)

    @consume(inbound.SlipWithdrawn)
    def on_slip_withdrawn(self, work: Work, message: Message) -> None:
        handlers.withdrawn(work.store, message)

    @consume(inbound.JustificationFiled)
    def on_justification_filed(self, work: Work, message: Message) -> None:
        asking.justification_filed(work.store, message)

    @consume(inbound.JustificationDecided)
    def on_justification_decided(self, work: Work, message: Message) -> None:
        asking.justification_decided(work.store, message)

    @consume(inbound.ClockResumed)
    def on_clock_resumed(self, work: Work, message: Message) -> None:
        asking.resumed(work.store, message)

    @consume(inbound.ExtensionRequested)
    def on_extension_requested(self, work: Work, message: Message) -> None:
        asking.extension_requested(work.store, message)

    @consume(inbound.ExtensionDecided)
    def on_extension_decided(self, work: Work, message: Message) -> None:
        asking.extension_decided(work.store, message)

    @consume(inbound.ReviewFiled)
    def on_review_filed(self, work: Work, message: Message) -> None:
        reviews.filed(work.store, message)

    @consume(inbound.ReviewDecided)
    def on_review_decided(self, work: Work, message: Message) -> None:
        reviews.decided(work.store, message)

    @consume(inbound.ReferralAcknowledged)
    def on_referral_acknowledged(self, work: Work, message: Message) -> None:
        reviews.acknowledged(work.store, message)

    @consume(inbound.ReferralConcluded)
    def on_referral_concluded(self, work: Work, message: Message) -> None:
        reviews.concluded(work.store, message)

    @consume(inbound.InterviewDecided)
    def on_interview_decided(self, work: Work, message: Message) -> None:
        interviews.decided(self._desk(work), message)

    @consume(inbound.InterviewHeld)
    def on_interview_held(self, work: Work, message: Message) -> None:
        interviews.held(work, message, self._desk(work).book.policy)

    @consume(inbound.CalendarPublished)
    def on_calendar_published(self, work: Work, message: Message) -> None:
        publishing.calendar_published(work.store, message)

    @consume(inbound.PolicyPublished)
    def on_policy_published(self, work: Work, message: Message) -> None:
        publishing.policy_published(work.store, message)

    # ---- timers

    @due(publishing.REPROJECT)
    def on_reproject(self, work: Work, timer: Timer) -> None:
        publishing.reproject(work.store, timer.subject)

    @due("deadline", cut=True)
    def on_deadline(self, work: Work, timer: Timer) -> None:
        handlers.limit_passed(work.store, timer)

    @due("progress", cut=True)
    def on_progress_check(self, work: Work, timer: Timer) -> None:
        progress.check_due(work.store, timer)

    @due("issue", cut=True)
    def on_issue(self, work: Work, timer: Timer) -> None:
        handlers.issue_due(work.store, timer)

    @due("reply", cut=True)
    def on_reply(self, work: Work, timer: Timer) -> None:
        replying.overdue(work.store, timer)

    @due("red_report", cut=True)
    def on_red_report(self, work: Work, timer: Timer) -> None:
        red_reports.due(work.store, timer)

    @due("reminder")
    def on_reminder(self, work: Work, timer: Timer) -> None:
        reminding.due(work.store, timer)

    @due("reply_reminder")
    def on_reply_reminder(self, work: Work, timer: Timer) -> None:
        reminding.due(work.store, timer)

    @due("urge")
    def on_urge(self, work: Work, timer: Timer) -> None:
        handlers.urge_by_clock(work.store, timer)

    @due("review_decision", cut=True)
    def on_review_decision(self, work: Work, timer: Timer) -> None:
        reviews.overdue(work.store, timer)

    @due("decision", cut=True)
    def on_decision(self, work: Work, timer: Timer) -> None:
        office.overdue(work.store, timer)

    @due(interviews.INTERVIEW)
    def on_interview(self, work: Work, timer: Timer) -> None:
        interviews.count_again(work, timer, self._desk(work).book.policy)

    @due("review_window", cut=True)
    def on_review_window(self, work: Work, timer: Timer) -> None:
        handlers.review_lapsed(work.store, timer)


def _matters(work: Work, messages: Sequence[Message]) -> set[str]:
    """The matters that a batch is about."""
    found = set()
    for message in messages:
        if isinstance(message.data, inbound.AboutUnit):
            found.add(work.matter_of(message))
        elif several := joining.subjects(message):
            found.update(several)
        elif (matter_id := getattr(message.data, "matter_id", None)) is not None:
            found.add(matter_id)
    return found
