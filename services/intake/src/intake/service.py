"""What comes into intake: matters, reports, claims, and the office's verdicts on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from event_contracts import intake as facts
from event_contracts.escalation import (
    CalendarPublished,
    ConclusionOverturned,
    ConclusionVaried,
    InterviewHeld,
    JustificationGranted,
    PolicyPublished,
    SlipIssued,
    UrgeSent,
)
from event_contracts.event import Message
from event_contracts.inbound import (
    ActionRecorded,
    AdviceAnswered,
    AdviceIssued,
    CampaignPlanned,
    CompletionClaimed,
    CompletionRejected,
    CompletionVerified,
    ConclusionIssued,
    DuplicateResolved,
    FieldNoteRecorded,
    InspectionFound,
    InspectionPlanned,
    LookBackRecorded,
    MatterDecomposed,
    MatterReopened,
    MatterSubmitted,
    MatterWithdrawn,
    ObjectionDecided,
    ObjectionFiled,
    PersonsPublished,
    PlanPublished,
    ProgressAssessed,
    ProgressReported,
    RegistrationDecided,
    ReplyAssessed,
    ReplySent,
    UnitsPublished,
)
from event_contracts.intake import CutPassed, InboundParked
from event_contracts.notify import BulletinPublished, NoticeServed
from ground_rules.policy import Policy
from service_chassis.clock import Clock
from service_chassis.declare import Service, consume, due
from service_chassis.persistence.database import Database
from service_chassis.persistence.unit_of_work import Timer, Work
from service_chassis.rulebook import Rulebook
from service_chassis.shown import FromTables, Rows, Shown
from service_chassis.web.pages import Asked, Page

from intake import (
    acts,
    advising,
    approving,
    burden,
    concluding,
    decomposing,
    handlers,
    inspecting,
    locking,
    looking_back,
    merging,
    objections,
    people,
    planning,
    recurring,
    repeats,
    replies,
    retelling,
    returning,
    suspecting,
    tidying,
    units,
)
from intake.domain.matter import matter_id
from intake.doors.pages import PAGES, note
from intake.metrics import MATTERS_OPEN, UNIT_BURDEN
from intake.store import endings
from intake.store.burdens import heaviest
from intake.store.matters import Store, open_by_section


class Intake(Service):
    """Lets matters in, once, in one form; owns progress, completion and verification. Decides no colour and no points."""

    name = "intake"
    MIGRATIONS = "intake.migrations"
    RECORDS = (
        *("published_rule", "inspection_plan", "inspection_finding", "read_log"),
        *("act", "field_note", "advice", "advice_answer", "cause_case", "look_back"),
    )
    ERASES_SEALED = True
    UNSEEN = ("informant", "draft", *inspecting.TABLES, "inbox", "waiting", "parked")
    FORWARDS_CUT = CutPassed
    PARKED = InboundParked
    SEALED = (
        *(facts.CompletionVerified, facts.CompletionRejected, facts.ObjectionDecided, facts.MatterClosed),
        *(facts.ConclusionIssued, facts.ConclusionDisclosed),
    )

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.rulebook = Rulebook(policy)

    def collectors(self, database: Database, clock: Clock) -> list[FromTables]:
        """What the role `api` shows beside the chassis' metrics, read from the tables when it is asked for."""

        def read() -> list[tuple[Shown, Rows]]:
            month = burden.month_of(clock.now(), self.policy.zone)
            with database.begin() as session:
                return [(MATTERS_OPEN, open_by_section(session)), (UNIT_BURDEN, heaviest(session, month))]

        return [FromTables(read)]

    def pages(self) -> tuple[Page, ...]:
        """What is shown at the HTTP door."""
        return PAGES

    def was_read(self, session: object, asked: Asked, what: str, rows: int) -> None:
        """Who looked is kept."""
        note(session, asked, what, rows)

    def retold(self, session: Any, events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Without informants and covert inspections."""
        return retelling.retold(session, events)

    def subjects(self, message: Message) -> list[str]:
        found = locking.subjects(message)
        return super().subjects(message) if found is None else found

    def makes(self, message: Message) -> list[str]:
        return locking.matters_made(message)

    def resolves(self, message: Message) -> bool:
        """A matter that waits for its registration is none yet."""
        return not isinstance(message.data, RegistrationDecided) and super().resolves(message)

    def prepare(self, work: Work, messages: Sequence[Message]) -> None:
        store = work.store = Store(work.session)
        self.rulebook.refresh(work.session)
        store.load({subject for message in messages for subject in work.subjects_of(message)})
        submitted = list(decomposing.submissions(messages))
        suspecting.prepare(store, submitted)
        if submitted:
            ids = (matter_id(message.sender, message.data.external_ref) for message in submitted)
            repeats.prepare(store, submitted)
            store.drafts = endings.drafts_among(work.session, ids)
        merging.prepare(work, store, messages)
        papers = {found for message in messages if (found := _needs_papers(work, store, message)) is not None}
        store.load_papers(_with_leading(store, papers) - store.heads.component)
        objected = {work.matter_of(message) for message in messages if isinstance(message.data, OBJECTIONS)}
        store.load_objections(_with_leading(store, objected))

    def prepare_timers(self, work: Work, timers: Sequence[Timer]) -> None:
        store = work.store = Store(work.session)
        self.rulebook.refresh(work.session)
        moved = {timer.subject for timer in timers if timer.kind == units.MOVE}
        store.load(moved)
        store.load_groups()
        store.load_papers(moved)

    def policy_in_force(self, work: Work) -> Policy:
        self.rulebook.refresh(work.session)
        return self.rulebook.at(work.now)

    def tidy(self, work: Work, policy: Policy, most: int) -> dict[str, int]:
        return tidying.tidy(work, policy, most)

    def save(self, work: Work) -> None:
        recurring.detect(work, self.rulebook)
        work.store.save()

    @consume(MatterSubmitted)
    def on_matter_submitted(self, work: Work, message: Message) -> None:
        approving.submit(work, message, self.rulebook.at(message.time))

    @consume(MatterDecomposed)
    def on_matter_decomposed(self, work: Work, message: Message) -> None:
        decomposing.decompose(work, message, self.rulebook.at(message.time))

    @consume(ProgressReported)
    def on_progress_reported(self, work: Work, message: Message) -> None:
        handlers.report_progress(work, message)

    @consume(ProgressAssessed)
    def on_progress_assessed(self, work: Work, message: Message) -> None:
        handlers.assess_progress(work, message, self.rulebook.at(message.time))

    @consume(CompletionClaimed)
    def on_completion_claimed(self, work: Work, message: Message) -> None:
        handlers.claim_completion(work, message, self.rulebook.at(message.time))

    @consume(CompletionVerified)
    def on_completion_verified(self, work: Work, message: Message) -> None:
        handlers.verify_completion(work, message, self.rulebook.at(message.time))

    @consume(CompletionRejected)
    def on_completion_rejected(self, work: Work, message: Message) -> None:
        handlers.reject_completion(work, message, self.rulebook.at(message.time))

    @consume(ObjectionFiled)
    def on_objection_filed(self, work: Work, message: Message) -> None:
        objections.file(work, message, self.rulebook)

    @consume(ObjectionDecided)
    def on_objection_decided(self, work: Work, message: Message) -> None:
        objections.decide(work, message, self.rulebook.at(message.time))

    @consume(DuplicateResolved)
    def on_duplicate_resolved(self, work: Work, message: Message) -> None:
        merging.resolve(work, message, self.rulebook.at(message.time))

    @consume(ReplySent)
    def on_reply_sent(self, work: Work, message: Message) -> None:
        replies.send(work, message)

    @consume(MatterWithdrawn)
    def on_matter_withdrawn(self, work: Work, message: Message) -> None:
        returning.withdraw(work, message, self.rulebook.at(message.time))

    @consume(MatterReopened)
    def on_matter_reopened(self, work: Work, message: Message) -> None:
        returning.reopen(work, message, self.rulebook.at(message.time))

    @consume(LookBackRecorded)
    def on_look_back_recorded(self, work: Work, message: Message) -> None:
        looking_back.record(work, message, self.rulebook.at(message.time))

    @consume(RegistrationDecided)
    def on_registration_decided(self, work: Work, message: Message) -> None:
        approving.decide(work, message, self.rulebook.at(message.time))

    @consume(ReplyAssessed)
    def on_reply_assessed(self, work: Work, message: Message) -> None:
        returning.assess(work, message, self.rulebook.at(message.time))

    @consume(PersonsPublished)
    def on_persons_published(self, work: Work, message: Message) -> None:
        people.publish(work, message)

    @consume(PlanPublished)
    def on_plan_published(self, work: Work, message: Message) -> None:
        planning.publish(work, message, self.rulebook.at(message.time))

    @consume(UnitsPublished)
    def on_units_published(self, work: Work, message: Message) -> None:
        units.publish(work, message, self.rulebook.at(message.time))

    @due(units.HANDOVER)
    def on_handover(self, work: Work, timer: Timer) -> None:
        units.hand_over(work, timer, self.rulebook.at(timer.due_at))

    @due(units.MOVE)
    def on_move(self, work: Work, timer: Timer) -> None:
        units.move(work, timer, self.rulebook.at(timer.due_at))

    @consume(ActionRecorded)
    def on_action_recorded(self, work: Work, message: Message) -> None:
        acts.record(work, message, self.rulebook.at(message.time))

    @consume(FieldNoteRecorded)
    def on_field_note_recorded(self, work: Work, message: Message) -> None:
        acts.note(work, message, self.rulebook.at(message.time))

    @consume(InterviewHeld)
    def on_interview_held(self, work: Work, message: Message) -> None:
        acts.keep_interview(work, message)

    @consume(BulletinPublished)
    def on_bulletin_published(self, work: Work, message: Message) -> None:
        acts.keep_bulletin(work, message)

    @consume(AdviceIssued)
    def on_advice_issued(self, work: Work, message: Message) -> None:
        advising.issue(work, message, self.rulebook.at(message.time))

    @consume(AdviceAnswered)
    def on_advice_answered(self, work: Work, message: Message) -> None:
        advising.answer(work, message)

    @consume(JustificationGranted)
    def on_justification_granted(self, work: Work, message: Message) -> None:
        recurring.note_reason(work, message)

    @consume(SlipIssued, UrgeSent)
    def on_asked(self, work: Work, message: Message) -> None:
        burden.note(work, message)

    @consume(CalendarPublished, PolicyPublished)
    def on_rule_published(self, work: Work, message: Message) -> None:
        self.rulebook.keep(work.session, message)

    @consume(NoticeServed)
    def on_notice_served(self, work: Work, message: Message) -> None:
        objections.note_service(work, message)
        concluding.note_service(work, message, self.rulebook.at(message.time))

    @consume(CampaignPlanned)
    def on_campaign_planned(self, work: Work, message: Message) -> None:
        inspecting.plan_campaign(work, message, self.rulebook.at(message.time))

    @consume(InspectionPlanned)
    def on_inspection_planned(self, work: Work, message: Message) -> None:
        inspecting.plan_inspection(work, message, self.rulebook.at(message.time))

    @consume(InspectionFound)
    def on_inspection_found(self, work: Work, message: Message) -> None:
        inspecting.find(work, message)
        concluding.reported_late(work, message)

    @consume(ConclusionIssued)
    def on_conclusion_issued(self, work: Work, message: Message) -> None:
        concluding.issue(work, message, self.rulebook.at(message.time))

    @consume(ConclusionOverturned, ConclusionVaried)
    def on_conclusion_fallen(self, work: Work, message: Message) -> None:
        concluding.fallen(work, message)


def _with_leading(store: Store, matter_ids: set[str]) -> set[str]:
    """These matters, and those that they are handled with."""
    return matter_ids | {of for matter_id in matter_ids if (of := store.matters[matter_id].primary_id) is not None}


OBJECTIONS = (ObjectionFiled, ObjectionDecided)
PAPERS = (ProgressReported, ProgressAssessed, CompletionClaimed, CompletionVerified, CompletionRejected)


def _needs_papers(work: Work, store: Store, message: Message) -> str | None:
    """The matter whose filings must be read for this message, or None.

    A report needs none, which keeps the commonest message cheap; unless a verdict on a later time is already there.
    """
    data = message.data
    if not isinstance(data, PAPERS):
        return None
    matter = work.matter_of(message)
    if not isinstance(data, ProgressReported) or store.matters[matter].primary_id is not None:
        return matter
    part = store.matters[matter].part(data.unit)
    return matter if part is not None and part.judged_at is not None and message.time <= part.judged_at else None
