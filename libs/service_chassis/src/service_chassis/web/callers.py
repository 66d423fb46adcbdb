"""Who asks at the HTTP door: for which unit, in which roles, and as which person. Never taken from a body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service_chassis.web import roles
from service_chassis.web.roles import Sight

OFFICE = "OFFICE"
READ, WRITE, REPLAY = "read", "write", "replay"
SCOPES = (READ, WRITE)
"""What a key may do; `write:<type>` is one type alone. `replay`, which must be asked for, is what a rehearsal needs: every
message that came in, for the office's board (`web.retelling`)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A system with a key, or a person who signed on."""

    unit: str
    """A unit's code, or OFFICE."""
    account: str
    """What stands for the broker's account in our tables: `key.<id>` or `person.<subject>`."""
    scopes: frozenset[str] = frozenset()
    """A key's."""
    roles: frozenset[str] = frozenset()
    """A person's (domain.md d.14)."""
    name: str | None = None
    """The person's; None for a system, which may name whom it likes."""

    @property
    def held(self) -> frozenset[str]:
        """The roles that mean something in this caller's unit."""
        return frozenset(role for role in self.roles if roles.counts(role, self.unit))

    @property
    def source(self) -> str:
        """As in messages."""
        return "/office" if self.unit == OFFICE else f"/units/{self.unit}"

    @property
    def sight(self) -> Sight:
        """Whose matters this caller may look at."""
        if self.name is None:
            seen = Sight.ALL if self.unit == OFFICE else Sight.OWN
            return seen if READ in self.scopes else Sight.NONE
        seen_by = {roles.sight(role) for role in self.held}
        return next((sight for sight in (Sight.ALL, Sight.OWN) if sight in seen_by), Sight.NONE)

    @property
    def is_office(self) -> bool:
        """Whether the names of citizens and what officers see among themselves are shown."""
        return self.sight is Sight.ALL

    @property
    def may_replay(self) -> bool:
        """Whether this is a system of the office that rehearses; no person, whatever the role."""
        return self.name is None and self.unit == OFFICE and REPLAY in self.scopes

    def may_write(self, type_: str) -> bool:
        """Whether this caller may send this type at all."""
        if self.name is None:
            return bool(self.scopes & {WRITE, f"{WRITE}:{type_}"})
        return any(roles.may_write(role, type_) for role in self.held)

    def may_decide(self, type_: str, data: Mapping[str, Any]) -> bool:
        """Whether the role suffices for what is decided; a system's office stands behind whom it names."""
        return self.name is None or roles.may_decide(self.held, type_, data)
