"""What the board needs of the world around it, as protocols: where events come from, and where a person's act goes.

Two makings of each exist: on RabbitMQ (`board.amqp`), and in the process of `duban run` (`duban.site`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Found:
    """Events of a feed in its order, and the place behind the last of them."""

    place: str
    bodies: Sequence[bytes]


class Feed(Protocol):
    """Published events after a place. It may repeat events, and it may begin anew: the model keeps each event once."""

    name: str

    def after(self, place: str, many: int) -> Found | None:
        """The next events, waiting a moment for them; None where there are none yet. Unavailable while the source is away."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said about an inbound message that it did not take."""

    original_id: str
    code: str
    detail: str


class Outbox(Protocol):
    """The way of a person's act into the chain."""

    def send(self, routing_key: str, body: bytes, message_id: str, kind: str) -> None:
        """Publish one inbound message; returning is the broker's confirm. Unavailable where it cannot be confirmed."""
        ...

    def answers(self) -> Sequence[Answer]:
        """Refusals that came since the last call."""
        ...


class Pace(Protocol):
    """How fast the city of `duban run` lives. Only there: a real city has no such bar."""

    def state(self) -> dict[str, Any]:
        """`speed` in virtual seconds per second, `paused`, and `over` where the story has ended."""
        ...

    def pause(self, paused: bool) -> None: ...

    def set_speed(self, speed: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Trial:
    """A rehearsal of a changed policy: what was asked, and how far it is."""

    state: str
    """RUNNING, DONE, FAILED or CANCELLED."""
    by: str
    overrides: str
    """What differs from the policy in force, as TOML."""
    messages: int
    """How many recorded messages are played, twice; while they are being read, how many there are yet."""
    until: str
    """The last local day that is played."""
    since: str = ""
    """The local day on which the first of them arrived; empty where messages are kept from the very beginning."""
    reading: bool = False
    """Whether they are being read; then they are played."""
    share: float = 0.0
    """How much of the work is done: 0 to 1."""
    detail: str = ""
    """Why it failed."""
    found: Mapping[str, Any] | None = None
    """Once it is DONE: as `duban rehearse --compare --json` tells it, A in force, B changed."""


class Rehearsals(Protocol):
    """Plays the recorded messages once more, under the policy in force and under a changed one. One at a time."""

    def hindrance(self) -> str:
        """Why none can be played here, and what to do about it; empty where it can."""
        ...

    def in_force(self) -> Mapping[str, str]:
        """Parameter → its value in the policy that a change is compared with, as people read it."""
        ...

    def start(self, overrides: str, by: str) -> None:
        """Begin. Refused where the changed policy cannot be used or another rehearsal runs."""
        ...

    def latest(self) -> Trial | None:
        """The one that runs, else the last one; None where there was none."""
        ...

    def cancel(self) -> None:
        """End the one that runs, if any."""
        ...
