"""What comes into notify: assignments and slips to deliver, signatures, and the instants of deemed service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from event_contracts.escalation import (
    CalendarPublished,
    ClockExtended,
    ClockMoved,
    ClockReprojected,
    ClockResumed,
    ClockSuspended,
    ConclusionOverturned,
    ConclusionUpheld,
    ConclusionVaried,
    DeadlineApproaching,
    PolicyPublished,
    SlipIssued,
    SlipLifted,
    SlipOverturned,
    SlipRenewed,
    SlipReported,
    SlipVacated,
    SlipWithdrawn,
    UrgeSent,
)
from event_contracts.event import Message
from event_contracts.inbound import BulletinPublished, NoticeSigned
from event_contracts.intake import (
    AssignmentDispatched,
    AssignmentMoved,
    ConclusionDisclosed,
    ConclusionIssued,
    MatterRegistered,
    PersonsPublished,
)
from event_contracts.notify import CutPassed, CutWanted, InboundParked
from ground_rules.policy import Policy
from service_chassis.clock import Clock
from service_chassis.declare import Service, consume, due
from service_chassis.persistence.database import Database
from service_chassis.persistence.unit_of_work import Timer, Work
from service_chassis.rulebook import RULES, Rulebook
from service_chassis.shown import FromTables, Rows, Shown

from notify import bulletins, conclusions, handlers
from notify.domain.audience import Kind
from notify.domain.sending import Ways
from notify.handlers import letter_id
from notify.metrics import COPIES, ENDPOINTS, HALTED, UNACKNOWLEDGED, WEBHOOKS, Metrics
from notify.store import deliveries, webhooks
from notify.store.letters import unacknowledged
from notify.store.outgoing import NOWHERE, Store

FALLEN = (SlipWithdrawn, SlipOverturned, SlipVacated)
"""Facts that a slip fell, whatever it fell by."""
CHANGED = (ConclusionOverturned, ConclusionVaried)
"""Facts that a conclusion is not what it was."""


class Notify(Service):
    """Tells units and bodies, once, and knows when they were told; decides no state of a matter."""

    name = "notify"
    MIGRATIONS = "notify.migrations"
    RECORDS = ("bulletin", "bulletin_entry", "bulletin_correction", "letter_text", "published_rule", "signature", "hook_internal")
    UNSEEN = ("hook_secret",)
    FORWARDS_CUT = CutPassed
    WANTS_CUT = CutWanted
    PARKED = InboundParked

    def __init__(self, policy: Policy, ways: Ways = NOWHERE) -> None:
        """Without `ways` notices are recorded and nothing is put into the queue."""
        self.policy = policy
        self.ways = ways
        self.metrics = Metrics()
        self.rulebook = Rulebook(policy)

    def subjects(self, message: Message) -> list[str]:
        """Bulletins and the slips that fall meet under one lock."""
        if isinstance(message.data, CalendarPublished | PolicyPublished | PersonsPublished):
            return [RULES]
        if isinstance(message.data, BulletinPublished):
            return [bulletins.BULLETINS]
        if isinstance(message.data, (*FALLEN, *CHANGED)):
            return [bulletins.BULLETINS, *super().subjects(message)]
        return super().subjects(message)

    def policy_in_force(self, work: Work) -> Policy:
        self.rulebook.refresh(work.session)
        return self.rulebook.at(work.now)

    def prepare(self, work: Work, messages: Sequence[Message]) -> None:
        work.store = Store(work.session, self.ways)
        self.rulebook.refresh(work.session)
        ids = {found for message in messages for found in _letters_of(message)}
        signed = {work.matter_of(message) for message in messages if isinstance(message.data, NoticeSigned)}
        moved = {message.data.matter_id for message in messages if isinstance(message.data, AssignmentMoved)}
        work.store.load(ids, signed | moved)

    def prepare_timers(self, work: Work, timers: Sequence[Timer]) -> None:
        work.store = Store(work.session, self.ways)
        self.rulebook.refresh(work.session)
        work.store.load([timer.key for timer in timers])

    def save(self, work: Work) -> None:
        work.store.save()

    def caught_up(self, session: Any, now: datetime) -> None:
        """No copy leaves by itself that may have left before the backup was restored."""
        deliveries.doubt_all(session, now)

    def collectors(self, database: Database, clock: Clock) -> list[FromTables]:
        def read() -> list[tuple[Shown, Rows]]:
            with database.begin() as session:
                return [
                    (UNACKNOWLEDGED, [(unacknowledged(session),)]),
                    (COPIES, deliveries.counts(session)),
                    (WEBHOOKS, webhooks.counts(session)),
                    (ENDPOINTS, webhooks.standings(session)),
                    (HALTED, [(int(bool(webhooks.halted(session))),)]),
                ]

        return [FromTables(read)]

    @consume(MatterRegistered)
    def on_matter_registered(self, work: Work, message: Message) -> None:
        handlers.know(work, message)

    @consume(AssignmentDispatched)
    def on_assignment_dispatched(self, work: Work, message: Message) -> None:
        handlers.dispatch_assignment(work, message, self.rulebook.at(message.time))

    @consume(AssignmentMoved)
    def on_assignment_moved(self, work: Work, message: Message) -> None:
        handlers.move(work, message, self.rulebook.at(message.time))

    @consume(SlipIssued, SlipRenewed)
    def on_slip(self, work: Work, message: Message) -> None:
        handlers.dispatch_slip(work, message, self.rulebook.at(message.time))

    @consume(DeadlineApproaching)
    def on_deadline_approaching(self, work: Work, message: Message) -> None:
        handlers.remind(work, message, self.rulebook.at(message.time))

    @consume(ClockReprojected, ClockSuspended, ClockExtended, ClockMoved)
    def on_clock_changed(self, work: Work, message: Message) -> None:
        handlers.tell_changed(work, message, self.rulebook.at(message.time))

    @consume(ClockResumed)
    def on_clock_resumed(self, work: Work, message: Message) -> None:
        handlers.tell_resumed(work, message, self.rulebook.at(message.time))

    @consume(CalendarPublished, PolicyPublished, PersonsPublished)
    def on_rule_published(self, work: Work, message: Message) -> None:
        self.rulebook.keep(work.session, message)

    @consume(UrgeSent)
    def on_urge_sent(self, work: Work, message: Message) -> None:
        handlers.urge(work, message, self.rulebook.at(message.time))

    @consume(SlipLifted)
    def on_slip_lifted(self, work: Work, message: Message) -> None:
        handlers.tell_lifted(work, message, self.rulebook.at(message.time))

    @consume(SlipReported)
    def on_slip_reported(self, work: Work, message: Message) -> None:
        handlers.report_red(work, message, self.rulebook.at(message.time))

    @consume(*FALLEN)
    def on_slip_fallen(self, work: Work, message: Message) -> None:
        handlers.tell_withdrawn(work, message, self.rulebook.at(message.time))

    @consume(ConclusionIssued)
    def on_conclusion_issued(self, work: Work, message: Message) -> None:
        conclusions.issue(work, message, self.rulebook.at(message.time))

    @consume(ConclusionDisclosed)
    def on_conclusion_disclosed(self, work: Work, message: Message) -> None:
        conclusions.disclose(work, message, self.rulebook.at(message.time))

    @consume(ConclusionUpheld, *CHANGED)
    def on_conclusion_reviewed(self, work: Work, message: Message) -> None:
        conclusions.tell_reviewed(work, message, self.rulebook.at(message.time))

    @consume(BulletinPublished)
    def on_bulletin_published(self, work: Work, message: Message) -> None:
        bulletins.publish(work, message, self.rulebook.at(message.time), self.rulebook.capacities_at(message.time))

    @consume(NoticeSigned)
    def on_notice_signed(self, work: Work, message: Message) -> None:
        handlers.take_signature(work, message, self.rulebook.at(message.time))

    @due(handlers.DEEMED, cut=True)
    def on_deemed(self, work: Work, timer: Timer) -> None:
        handlers.deem_served(work, timer, self.rulebook.at(timer.due_at))


def _letters_of(message: Message) -> Iterator[str]:
    """The letters that decide what a message does: whether its own was announced already, and whether its slip fell."""
    data = message.data
    if isinstance(data, AssignmentDispatched):
        yield letter_id(Kind.ASSIGNMENT, data.assignment_id)
    elif isinstance(data, ConclusionIssued):
        yield letter_id(Kind.CONCLUSION, data.matter_id)
    elif isinstance(data, SlipIssued | SlipRenewed | SlipWithdrawn | SlipOverturned | SlipVacated):
        yield letter_id(Kind.SLIP, data.slip_id)
        yield letter_id(Kind.SLIP_WITHDRAWN, data.slip_id)
