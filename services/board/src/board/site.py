"""Everything that the pages need, handed in from one visible place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from board.access.openid.flow import SignOn
from board.access.powers import APPROVER
from board.clock import Clock, SystemClock
from board.domain.texts import ZONE
from board.metrics import Metrics
from board.ports import Outbox, Pace, Rehearsals
from board.projector import Projector
from board.store import city
from board.store.database import Database


@dataclass(slots=True)
class Site:
    """One board: its database, where news comes from, where acts go, and how it is seen."""

    database: Database
    projector: Projector
    outbox: Outbox
    clock: Clock
    """The city's time. Sessions and rate limits go by `machine` instead."""
    machine: Clock = field(default_factory=SystemClock)
    title: tuple[str, str] = ("督办看板", "Supervision board")
    names: Mapping[str, str] = field(default_factory=dict)
    """Unit names that stand in while no directory of units was published."""
    demo: Mapping[str, str] = field(default_factory=dict)
    """Role → person of a demonstration: one click signs on as one of them, from this machine only. Empty: never."""
    secure_cookies: bool = True
    approver: Mapping[str, str] = field(default_factory=lambda: APPROVER)
    """Colour → the lowest office that approves its slips by the policy that the services were started with."""
    sign_on: SignOn | None = None
    """The city's sign-on server, beside the board's own accounts; None where there is none."""
    pace: Pace | None = None
    rehearsals: Rehearsals | None = None
    """Tries changed policies; None where the recorded messages are not at hand."""
    metrics: Metrics = field(default_factory=Metrics)
    live: int = 16
    """Browsers that get news by server-sent events at a time, each of which holds a thread; the others ask every few seconds."""

    def now(self) -> datetime:
        """The city's instant."""
        return self.clock.now()

    def today(self) -> date:
        """The city's local day."""
        return self.now().astimezone(ZONE).date()

    def unit_names(self) -> Callable[[str], str]:
        """Code → name, as published, else as configured, else the code."""
        with self.database.reading() as connection:
            published = city.unit_names(connection)
        return lambda code: published.get(code) or self.names.get(code) or code
