"""The desk of one transaction: the ladders that lie on it, and what is to be announced when it is cleared.

Facts are announced last, when the numbers of the slips are known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from event_contracts.escalation_clocks import ExplainedClockFact
from event_contracts.event import Fact, Message
from ground_rules.policy import Policy
from service_chassis.persistence.unit_of_work import Work

from escalation.ahead import ahead
from escalation.day_by_day import explained
from escalation.domain import slip as slips
from escalation.domain.clock import Clock, Reckoning
from escalation.domain.lateness import LateReports
from escalation.domain.reminders import Reminding
from escalation.domain.rungs import Rung
from escalation.domain.slip import RED, YELLOW, Slip
from escalation.domain.standing import Entry, Ladder
from escalation.domain.steps import Rules
from escalation.metrics import Metrics
from escalation.store.ladders import Store

if TYPE_CHECKING:
    from escalation.rulebook import Rulebook

DEADLINE, ISSUE, REMINDER, URGING, REVIEW = "deadline", "issue", "reminder", "urge", "review_window"
REVIEWERS, DECISION, PROGRESS, REPLYING = "review_decision", "decision", "progress", "reply"
RED_REPORT, REPLY_REMINDER = "red_report", "reply_reminder"
"""Kinds of timers; the key of each is the assignment or slip that it is about, of a decision the owner and the request."""


@dataclass(slots=True)
class Book:
    """What settling needs besides the ladder: the policy's rules, and this city's way of numbering."""

    policy: Policy
    reckoning: Reckoning
    rules: Rules
    late_reports: LateReports
    reminding: Reminding
    number_prefix: str
    metrics: Metrics

    @classmethod
    def of(cls, policy: Policy, number_prefix: str, metrics: Metrics, reckoning: Reckoning | None = None) -> Book:
        """The rules of a policy, ready to use; `reckoning` counts on published calendars too."""
        reckoning = reckoning or Reckoning(policy.calendar, policy.zone)
        approval = {slips.WHITE: policy.approval.white, YELLOW: policy.approval.yellow, RED: policy.approval.red}
        rules = Rules(reckoning, policy.issue_time, approval, policy.yellow.max_renewals, policy.late_completion_before_issue)
        rules = replace(rules, review_suspends=policy.review_suspends_ladder, direct_start=policy.direct_start)
        late = LateReports(policy.late_report.mode, policy.late_report.window, reckoning)
        reminding = Reminding(policy.reminders, policy.delivery_window, reckoning)
        return cls(policy, reckoning, rules, late, reminding, number_prefix, metrics)


@dataclass(slots=True)
class Said:
    """A fact to announce at the end of the transaction, once the numbers are known."""

    build: Callable[[], Fact]
    subject: str
    time: datetime
    cause: Message | None
    policy: str


class Desk:
    """What every step of settling shares."""

    def __init__(self, work: Work, store: Store, rulebook: Rulebook) -> None:
        self.work, self.store, self.rulebook = work, store, rulebook
        self.now = work.now
        self.book: Book
        self.use_rules()
        self.said: list[Said] = []
        self.unnumbered: list[tuple[Ladder, Slip]] = []
        self.causes: dict[tuple[str, str], Message | None] = {}
        self.weightier: dict[tuple[str, int], Message | None] = {}
        self.lightened: dict[tuple[str, int], Message | None] = {}
        self.followers: set[tuple[str, str]] = set()
        """Leads that are settled because another unit of their matter was, for which they wait."""
        self.told: set[str] = set()
        """Limits about whose change by a person's decision the handler has spoken."""
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.lags: list[float] = []

    def use_rules(self) -> None:
        """Work with the policy and the calendars in force now."""
        self.book = self.rulebook.at(self.now)

    def book_of(self, slip: Slip | None) -> Book:
        """The policy that a slip was issued under and keeps (B5); what is in force now for anything else."""
        return self.rulebook.of(slip) or self.book

    # ---- what handlers call

    def touch(self, ladder: Ladder) -> None:
        """Settle this ladder at the end; the message being handled is the cause of what follows."""
        self.causes[ladder.matter_id, ladder.unit] = self.work.cause
        self.store.touch(ladder)

    def announce(self, ladder: Ladder, build: Callable[[], Fact], time: datetime) -> None:
        """Announce a fact about this ladder at the end of the transaction."""
        cause = self.causes.get((ladder.matter_id, ladder.unit)) or self.work.cause
        self.said.append(Said(build, ladder.matter_id, time, cause, self._version_for(ladder)))

    def announce_limit(self, ladder: Ladder, clock: Clock, build: Callable[[], ExplainedClockFact], time: datetime) -> None:
        """The same of one of its limits, its days explained and what is due before its end as they stand when all is settled."""

        def explained_fact() -> Fact:
            days = explained(ladder, clock, self.book.reckoning, self.book.late_reports)
            return replace(build(), explanation=days, ahead=ahead(ladder, clock, self.rulebook, self.book))

        self.announce(ladder, explained_fact, time)

    def _version_for(self, ladder: Ladder) -> str:
        """The policy that decides about a ladder: that of its highest slip in force, else the one in force now."""
        issued = [slip for slip in ladder.slips if slip.in_force and slip.policy_version is not None]
        highest = max(issued, key=lambda slip: slip.level, default=None)
        return (highest.policy_version if highest else None) or self.book.policy.version

    def weigh(self, slip: Slip, *, fell: bool = False) -> None:
        """A red was issued, a yellow became effective, or one of them fell: an interview may be proposed, or its proposal go."""
        if slip.colour != slips.WHITE and not slip.renewal and slip.liability_date is not None:
            kept = self.lightened if fell else self.weightier
            kept[slip.unit, slip.liability_date.year] = self.causes.get((slip.matter_id, slip.unit)) or self.work.cause

    def write(self, ladder: Ladder, kind: str, id_: str, at: datetime, arrived: datetime, data: dict[str, Any]) -> None:
        """Add a line to the ladder's journal, once."""
        if not any(entry.kind == kind and entry.id == id_ for entry in ladder.journal):
            ladder.journal.append(Entry(kind, id_, at, arrived, data, new=True))
        self.touch(ladder)

    # ---- what the steps share

    def about(self, ladder: Ladder, rung: Rung) -> str:
        """The assignment or slip that a rung is about; the key of its timers."""
        return rung.slip.slip_id if rung.slip else ladder.assignment_id or ""

    def set_waiting(self, ladder: Ladder, reason: str | None) -> None:
        """Remember why a ladder whose limit has passed does not go on."""
        if ladder.waiting != reason:
            ladder.waiting, ladder.changed = reason, True

    def count(self, *name: str) -> None:
        """Count something once more: the metric's attribute, then its labels; told to the registry at the end."""
        self.counts[name] += 1

    def _tell_metrics(self) -> None:
        for (metric, *labels), count in self.counts.items():
            counter = getattr(self.book.metrics, metric)
            (counter.labels(*labels) if labels else counter).inc(count)
        for seconds in self.lags:
            self.book.metrics.lag.observe(seconds)
        self.counts.clear()
        self.lags.clear()

    # ---- numbers and announcements

    def _number(self) -> None:
        """Number what was issued, in the order (issued_at, external_ref, unit), without gaps within year and colour."""
        groups: dict[tuple[int, str], list[tuple[Ladder, Slip]]] = {}
        for ladder, slip in self.unnumbered:
            if slip.number is None and slip.issued_at is not None:
                year = self.book.reckoning.local_date(slip.issued_at).year
                groups.setdefault((year, slip.colour), []).append((ladder, slip))
        for (year, colour), issued in sorted(groups.items()):
            issued.sort(key=lambda pair: (pair[1].issued_at, pair[0].external_ref or "", pair[0].unit, pair[0].matter_id))
            first = self.store.next_numbers(year, colour, len(issued))
            for count, (_, slip) in enumerate(issued, first):
                slip.number = slips.number_text(self.book.number_prefix, year, colour, count)
        self.unnumbered = []

    def _send(self) -> None:
        for said in self.said:
            self.work.announce(said.build(), subject=said.subject, time=said.time, cause=said.cause, policy=said.policy)
        self.said = []
        self._tell_metrics()


def later(build: Callable[..., Fact], *values: Any) -> Callable[[], Fact]:
    """A fact that is built when the numbers are known."""
    return lambda: build(*values)
