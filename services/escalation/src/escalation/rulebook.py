"""What was published and is in force: calendars, persons and policies by their days, each policy ready to use as a `Book`.

One object per service object. Each transaction asks `refresh` whether something was published since (one small statement);
what is in force follows from what the table holds, never from the order in which replicas read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from ground_rules.notices import built_in
from ground_rules.policy import Policy, amended
from ground_rules.powers import Capacity
from ground_rules.publication import notice_of
from ground_rules.workdays import WorkCalendar, YearNotice
from service_chassis.persistence import published_rules
from service_chassis.persistence.published_rules import CALENDAR, PERSONS, POLICY, Rule
from service_chassis.rulebook import capacities

from escalation.desk import Book
from escalation.domain.reprojection import Edition, Reprojecting
from escalation.domain.slip import Slip
from escalation.metrics import Metrics


class Rulebook:
    """The books of all policies, on the calendars that are published."""

    def __init__(self, base: Policy, number_prefix: str, metrics: Metrics) -> None:
        self.base, self._prefix, self._metrics = base, number_prefix, metrics
        self.rules: list[Rule] = []
        self._books: list[tuple[date, Book]] = []
        self._build()

    # ---- reading

    def refresh(self, session: Any) -> None:
        """Read what was published since this object last looked."""
        found = published_rules.read(session, len(self.rules))
        if found is not None:
            self.rules = found
            self._build()

    def add(self, session: Any, rule: Rule) -> None:
        """Store a publication in this transaction; it is in force from now on, as far as its days say."""
        published_rules.keep(session, rule)
        self.refresh(session)

    def of_kind(self, kind: str) -> list[Rule]:
        """The publications of a kind, by the time of publication."""
        return [rule for rule in self.rules if rule.kind == kind]

    @property
    def calendars(self) -> list[Rule]:
        """The calendars by the time of publication."""
        return self.of_kind(CALENDAR)

    # ---- what is in force

    def on(self, day: date) -> Book:
        """The book of the policy in force on a local day."""
        return next(book for effective, book in self._books if effective <= day)

    def at(self, instant: datetime) -> Book:
        """The book of the policy in force at an instant."""
        return self.on(self.latest.reckoning.local_date(instant))

    def of(self, slip: Slip | None) -> Book | None:
        """The book that a slip was issued under; None for what has none of its own."""
        version = slip.policy_version if slip is not None else None
        return self._by_version.get(version) if version is not None else None

    @property
    def latest(self) -> Book:
        """The book of the policy with the latest day; all share one calendar and zone."""
        return self._books[0][1]

    def calendar_of(self, year: int) -> YearNotice | None:
        """The notice in force for a year, built in or published; None while there is none."""
        return _notices(self.of_kind(CALENDAR)).get(year)

    def calendar_coverage(self, instant: datetime) -> tuple[int, datetime | None]:
        """How many years' days off are known, and until when without a gap; None where every day is a workday."""
        if not self.base.calendar.is_provisional(9999):
            return 0, None
        known = {*built_in(), *_notices(self.of_kind(CALENDAR))}
        year = self.latest.reckoning.local_date(instant).year
        while year in known:
            year += 1
        return len(known), datetime.combine(date(year, 1, 1), time.min, self.base.zone)

    def capacities_at(self, instant: datetime) -> list[Capacity] | None:
        """Every office that a person held by the last list published up to an instant; None while there was none."""
        return next((held for published_at, held in self._held if published_at <= instant), None)

    # ---- building

    def _build(self) -> None:
        self._held = [(rule.published_at, capacities(rule.content)) for rule in reversed(self.of_kind(PERSONS))]
        every_day = not self.base.calendar.is_provisional(9999)
        editions = [] if every_day else _editions(self.of_kind(CALENDAR))
        reckoning = Reprojecting(self.base.calendar, editions, self.base.zone)
        base = replace(self.base, calendar=reckoning.calendar)
        policies = [(date.min, base)]
        for rule in self.of_kind(POLICY):
            effective = date.fromisoformat(rule.content["effective_from"])
            policies.append((effective, amended(base, rule.content["parameters"], rule.content["version"])))
        policies.sort(key=lambda found: found[0], reverse=True)
        self._books = [(effective, Book.of(policy, self._prefix, self._metrics, reckoning)) for effective, policy in policies]
        self._by_version = {book.policy.version: book for _, book in reversed(self._books)}
        late_reports = {book.policy.version: book.late_reports for _, book in self._books}
        for found in late_reports.values():
            found.by_version.update(late_reports)


def _editions(rules: Sequence[Rule]) -> list[Edition]:
    return [Edition(rule.published_at, WorkCalendar.china(_notices(rules[: n + 1]))) for n, rule in enumerate(rules)]


def _notices(rules: Sequence[Rule]) -> dict[int, YearNotice]:
    return {rule.content["year"]: notice_of(rule.content) for rule in rules}
