"""What breaks a city on purpose: SIGKILL of its processes, crashes of its broker and database, all from one seed."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field

from city import City
from servers import Servers

DOWN_SECONDS = 1.0
"""How long a crashed server stays away at least."""


@dataclass
class Fire:
    """`strike` is called while a step of the city is under way."""

    city: City
    servers: Servers
    seed: int
    every: int = 2
    """A process dies at every n-th call."""
    crashes: dict[int, str] = field(default_factory=dict)
    """Call → the server that crashes there."""
    calls: int = 0
    crashed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._returning: threading.Thread | None = None

    def strike(self) -> None:
        """Kill somebody, some time within the first half second of the step; crash a server where it is due."""
        self.calls += 1
        time.sleep(self.chance.random() / 2)
        if server := self.crashes.get(self.calls):
            self._crash(server)
        if self.calls % self.every == 0:
            self.city.kill_one(self.chance)

    def _crash(self, server: str) -> None:
        """The server goes away at once and comes back while the processes look for it."""
        self.out()
        self.crashed.append(server)
        self.servers.command("crash", server)
        self._returning = threading.Thread(target=self._bring_back, args=(server,))
        self._returning.start()

    def _bring_back(self, server: str) -> None:
        time.sleep(DOWN_SECONDS)
        self.servers.command("start", server)

    def out(self) -> None:
        """Wait until every crashed server is back."""
        if self._returning is not None:
            self._returning.join()
            self._returning = None
