"""How events go to a receiver's webhook: which ones, when they are tried again, when it is left alone, when it is given up.

Everything is decided from its arguments: 75 hours pass in a test without a clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from notify.domain.sending import Breaker, Decision, Outcome, Result, State, jittered

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""After each attempt but the last: ten attempts over 75 hours and a half, as Standard Webhooks advises."""
MOST_ATTEMPTS = len(PAUSES) + 1
LONGEST_ASKED = timedelta(hours=24)
"""A receiver's `Retry-After` is obeyed up to this."""
OLD_SECRET = timedelta(hours=24)
"""How long the former secret signs, too, after a rotation, if nothing else is said."""
KEPT = timedelta(days=30)
"""How long what was delivered stays in the log."""

NAME = re.compile(r"[a-z0-9-]{3,32}")
PATTERN = re.compile(r"(?:[a-z0-9_]+|\*|#)(?:\.(?:[a-z0-9_]+|\*|#))*")


class Standing(StrEnum):
    """Where an endpoint stands. Only an active one is sent events."""

    NEW = "NEW"
    """Its owner has not got the secret yet, or the challenge failed."""
    VERIFYING = "VERIFYING"
    """It is challenged as soon as `hooks` looks."""
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    """Nothing is sent and nothing new is kept for it; what waited goes on waiting."""


GONE = Outcome(Result.NEVER, "HTTP 410: the receiver is gone")
"""The only answer that ends an endpoint; every other failure is tried again."""
UNREACHED = "75 小时内未送达任何一件，已停用 / nothing was taken for 75 hours, disabled"


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of an endpoint from its calls; kept with it, so that every replica and a restart know it."""

    breaker: Breaker = Breaker()
    last_taken_at: datetime | None = None

    def rests(self, now: datetime) -> bool:
        """Whether it is left alone now; after a rest one call shows whether it is well again."""
        return self.breaker.allows(now) == 0


def after_call(outcome: Outcome, attempt: int, id_: str, now: datetime) -> Decision:
    """Taken, tried again at an instant, or a dead end. What a receiver that is gone did not take waits for its return."""
    if outcome.result is Result.DELIVERED:
        return Decision(State.DELIVERED, None, outcome.detail)
    if outcome.result is Result.NEVER:
        return Decision(State.WAITING, now, outcome.detail)
    if attempt >= MOST_ATTEMPTS:
        return Decision(State.FAILED, None, f"{outcome.detail} (attempt {attempt}, the last)")
    wait = max(jittered(PAUSES[attempt - 1], attempt, id_), _asked(outcome))
    return Decision(State.WAITING, now + wait, outcome.detail)


def health_after(health: Health, outcome: Outcome, now: datetime) -> Health:
    """What a call tells of the endpoint. One that asks for a pause is left alone for it at once, all its events with it."""
    if outcome.result is Result.DELIVERED:
        return Health(Breaker(), now)
    breaker = health.breaker.after(replace(outcome, channel_is_ill=True), now)
    if outcome.after is not None:
        until = now + _asked(outcome)
        breaker = Breaker(breaker.faults, max(until, breaker.open_until or until))
    return Health(breaker, health.last_taken_at)


def ends_with(outcome: Outcome, decision: Decision, health: Health, first_tried_at: datetime) -> str | None:
    """Why the endpoint is disabled after this call; None if it goes on.

    A dead end disables it only when nothing else was taken in all that time: else it is one event's own fault.
    """
    if outcome.result is Result.NEVER:
        return outcome.detail
    taken = health.last_taken_at
    if decision.state is State.FAILED and (taken is None or taken < first_tried_at):
        return UNREACHED
    return None


def asked_pause(value: str | None, now: datetime) -> timedelta | None:
    """What `Retry-After` asks for, in seconds or as a date (RFC 9110 10.2.3); None where it says nothing that can be read."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        until = parsedate_to_datetime(text)
        return max(until - now, timedelta()) if until.tzinfo else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _asked(outcome: Outcome) -> timedelta:
    return min(outcome.after or timedelta(), LONGEST_ASKED)
