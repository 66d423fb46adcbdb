"""What comes into scoring: issued, lapsed and fallen slips. A unit's ledger is one line of events, so the unit is locked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from event_contracts.escalation import ReviewLapsed, SlipIssued, SlipWithdrawn
from event_contracts.event import Message
from event_contracts.scoring import InboundParked
from ground_rules.policy import Policy
from service_chassis.declare import Service, consume
from service_chassis.persistence.database import Database
from service_chassis.persistence.unit_of_work import Work

from scoring import handlers
from scoring.domain.slip import WEIGHTY
from scoring.metrics import Ledger
from scoring.store import Store, points_booked, units_not_eligible


class Scoring(Service):
    """Keeps the points ledger and the eligibility for "excellent"; decides no facts."""

    name = "scoring"
    MIGRATIONS = "scoring.migrations"
    PARKED = InboundParked

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def subjects(self, message: Message) -> list[str]:
        return [message.data.unit] if message.data.colour in WEIGHTY else []

    def prepare(self, work: Work, messages: Sequence[Message]) -> None:
        work.store = Store(work.session)
        weighty = [message.data for message in messages if message.data.colour in WEIGHTY]
        work.store.load({data.slip_id for data in weighty}, {data.unit for data in weighty})

    def save(self, work: Work) -> None:
        work.store.save()

    def collectors(self, database: Database) -> list[Ledger]:
        def points() -> list[tuple[str, int, Decimal]]:
            with database.begin() as session:
                return points_booked(session)

        def barred() -> list[tuple[int, int]]:
            with database.begin() as session:
                return units_not_eligible(session)

        return [Ledger(points, barred)]

    @consume(SlipIssued)
    def on_slip_issued(self, work: Work, message: Message) -> None:
        handlers.book_issue(work, message, self.policy)

    @consume(ReviewLapsed)
    def on_review_lapsed(self, work: Work, message: Message) -> None:
        handlers.confirm(work, message)

    @consume(SlipWithdrawn)
    def on_slip_withdrawn(self, work: Work, message: Message) -> None:
        handlers.undo(work, message)
