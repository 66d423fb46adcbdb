"""What comes into scoring: slips and what became of them, bonuses, and the closing of a year.

A unit's ledger is one line of events, so the unit is locked; and since an entry and the closing of its year must not pass each
other unseen, whatever changes the ledger locks `LEDGER` as well (scoring has one consumer per queue, so nobody waits long).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from event_contracts.escalation import PolicyPublished
from event_contracts.event import Message
from event_contracts.inbound import AssessmentFinalised, BonusAwarded
from event_contracts.intake import PersonsPublished, UnitsPublished
from event_contracts.scoring import InboundParked
from ground_rules.policy import Policy
from service_chassis.clock import Clock
from service_chassis.declare import Service, consume
from service_chassis.persistence.database import Database
from service_chassis.persistence.unit_of_work import Work
from service_chassis.rulebook import Rulebook
from service_chassis.shown import FromTables, Rows, Shown

from scoring import closing, handlers, sealing
from scoring.domain.slip import WEIGHTY
from scoring.facts import SLIP_FACTS
from scoring.metrics import NOT_ELIGIBLE, POINTS
from scoring.store.ledger import Store, points_booked, units_not_eligible

LEDGER = "ledger"


class Scoring(Service):
    """Keeps the points ledger and the eligibility for "excellent"; decides no facts."""

    name = "scoring"
    MIGRATIONS = "scoring.migrations"
    RECORDS = ("entry", "closing", "persons", "units", "published_rule")
    PARKED = InboundParked
    SEALED = sealing.SEALED

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.rulebook = Rulebook(policy)

    def subjects(self, message: Message) -> list[str]:
        return sorted({LEDGER, *_units(message)}) if _counts(message) else []

    def prepare(self, work: Work, messages: Sequence[Message]) -> None:
        work.store = Store(work.session)
        counting = [message for message in messages if _counts(message)]
        if counting:
            slips = {slip for message in counting if (slip := getattr(message.data, "slip_id", None)) is not None}
            work.store.load(slips, {unit for message in counting for unit in _units(message)})

    def save(self, work: Work) -> None:
        work.store.save()
        closing.settle(work)

    def unlike_sealed(self, session: Any, announced: Iterable[tuple[int | None, Message]]) -> Iterator[str]:
        return sealing.unlike_sealed(session, announced)

    def policy_in_force(self, work: Work) -> Policy:
        self.rulebook.refresh(work.session)
        return self.rulebook.at(work.now)

    def collectors(self, database: Database, clock: Clock) -> list[FromTables]:
        def read() -> list[tuple[Shown, Rows]]:
            with database.begin() as session:
                points = [(kind, year, abs(amount)) for kind, year, amount in points_booked(session)]
                return [(POINTS, points), (NOT_ELIGIBLE, units_not_eligible(session))]

        return [FromTables(read)]

    @consume(*SLIP_FACTS)
    def on_slip_fact(self, work: Work, message: Message) -> None:
        handlers.note(work, message, self.policy)

    @consume(PersonsPublished)
    def on_persons_published(self, work: Work, message: Message) -> None:
        handlers.know_persons(work, message)

    @consume(PolicyPublished)
    def on_policy_published(self, work: Work, message: Message) -> None:
        self.rulebook.keep(work.session, message)

    @consume(UnitsPublished)
    def on_units_published(self, work: Work, message: Message) -> None:
        handlers.know_units(work, message)

    @consume(BonusAwarded)
    def on_bonus_awarded(self, work: Work, message: Message) -> None:
        handlers.award(work, message, self.policy)

    @consume(AssessmentFinalised)
    def on_assessment_finalised(self, work: Work, message: Message) -> None:
        closing.close(work, message, self.policy)


def _counts(message: Message) -> bool:
    """Whether a message can change the ledger, or who answers for it: a white slip cannot."""
    kinds = BonusAwarded | AssessmentFinalised | UnitsPublished
    return getattr(message.data, "colour", None) in WEIGHTY or isinstance(message.data, kinds)


def _units(message: Message) -> list[str]:
    """Units whose sums a message may change; the closing of a year changes none."""
    unit = getattr(message.data, "unit", None)
    return [unit] if unit is not None else []
