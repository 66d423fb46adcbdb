"""What the events about a limit say of the days before its end: reminders, the machine's urging, checks of progress."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from event_contracts.escalation_clocks import ComingDay
from ground_rules.policy import Policy

from escalation.domain.checks import track_of
from escalation.domain.clock import ASSIGNMENT, RUNNING, Clock, Reckoning
from escalation.domain.progress import Expected, before, made_of
from escalation.domain.reminders import Reminding
from escalation.domain.rungs import rungs
from escalation.domain.standing import URGE, Ladder

if TYPE_CHECKING:
    from escalation.desk import Book
    from escalation.rulebook import Rulebook

REMINDER, URGED = "REMINDER", "URGE"
MOST = 60
"""Days told in one event: a limit of years with weekly cycles must not make it a book."""


def ahead(ladder: Ladder, clock: Clock, rulebook: Rulebook, book: Book) -> list[ComingDay]:
    """Everything that falls due while this limit runs, by day. Days that are over by now are told too: whoever reads knows them.

    So the answer hangs on what was decided alone, never on when it was handled.
    """
    own = ladder.clocks.get(clock.about) is clock
    if clock.state != RUNNING or not (own or ladder.reply_clocks.get(clock.about) is clock):
        return []
    first, last = clock.started_at, clock.due_instant
    found = [day for at, day in _reminders(book.reminding, book.reckoning, clock.deadline) if first < at < last]
    more = _more(ladder, clock, rulebook, book) if own else []
    return sorted([*found, *more], key=lambda day: (day.on, day.kind))[:MOST] if more else found


@lru_cache(maxsize=20_000)
def _reminders(reminding: Reminding, reckoning: Reckoning, last_day: date) -> tuple[tuple[datetime, ComingDay], ...]:
    """Thousands of limits end on the same day."""
    told = reminding.of(last_day)
    return tuple((one.at, ComingDay(on=reckoning.local_date(one.at), kind=REMINDER, days_left=one.days_left)) for one in told)


def _more(ladder: Ladder, clock: Clock, rulebook: Rulebook, book: Book) -> list[ComingDay]:
    found = []
    policy = (rulebook.of(ladder.slip(clock.about)) or book).policy
    at = urging_of(ladder, clock, policy, book.reminding)
    if at is not None:
        found.append(ComingDay(on=book.reckoning.local_date(at), kind=URGED))
    if clock.owner == ASSIGNMENT:
        found += _checks(ladder, clock, rulebook, book)
    return found


def urging_of(ladder: Ladder, clock: Clock, policy: Policy, reminding: Reminding) -> datetime | None:
    """When the machine urges about a slip; None where the policy wants none, somebody did, or its limit is too short."""
    if not policy.automatic_urging or clock.owner == ASSIGNMENT:
        return None
    if any(entry.kind == URGE and entry.data.get("about") == clock.about for entry in ladder.journal):
        return None
    at = reminding.urging(clock.deadline, clock.started_at)
    return at if at < clock.due_instant else None


def expected(rulebook: Rulebook, ladder: Ladder, start: date) -> Expected:
    """What is asked of the unit, by its plan and the policy of the day of service."""
    rules = rulebook.on(start).policy.progress
    plan = ladder.plan or {}
    stones = tuple((date.fromisoformat(day), percent) for day, percent in plan.get("milestones", ()))
    cycle = rules.standing_cycle if plan.get("standing") else rules.cycle
    return Expected(cycle, stones, rules.tolerance)


def _checks(ladder: Ladder, clock: Clock, rulebook: Rulebook, book: Book) -> Iterator[ComingDay]:
    """The checks of progress before the end; at the end itself the limit decides. None once a slip is in force."""
    asked = expected(rulebook, ladder, clock.started_on)
    if (asked.cycle is None and not asked.milestones) or ladder.in_force():
        return
    track = track_of(rungs(ladder, book.reckoning, book.late_reports)[0], clock.started_on, book.reckoning)
    for check in islice(before(clock.due_instant, asked, track, made_of(ladder.journal, track)), MOST):
        yield ComingDay(on=check.end.last_day, kind=check.what, percent=check.needed)
