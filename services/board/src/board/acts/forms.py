"""What an act is made of: its form, what came back filled in, and the message that it becomes.

The message is the one of events.md section 3, in the name of the person who is signed on. A reason is asked for every time; where
the message has no field for it, it is kept with the act alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from event_contracts.event import Evidence, Request

from board.access.roles import Person

Form = Mapping[str, str]
Target = Mapping[str, Any]
"""What the act is about: `topic`, `matter_id`, `unit`, `colour`, `key` (the filing), `body`."""

COLOURS = ("WHITE", "YELLOW", "RED")
PART, CITY = "PART", "CITY"
"""An act is about a unit's part of something that the board shows, or about no single matter: then its form names everything."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form."""

    name: str
    zh: str
    en: str
    kind: str = "lines"
    """lines, line, number, date, choice, file; unit: a code of the directory; picks: some of what the page offers."""
    words: str = ""
    options: tuple[str, ...] = ()
    required: bool = True
    approver: bool = False
    """The name of whoever approves: filled in beforehand for a person who may."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was sent in: who, about what, with which values and which evidence."""

    person: Person
    target: Target
    form: Form
    evidence: tuple[Evidence, ...] = ()
    picked: tuple[str, ...] = ()

    def about(self) -> dict[str, Any]:
        """Matter and unit, as every message about a part names them; a conclusion stands in the matter's place."""
        return {"matter": self.target.get("matter_id") or self.target.get("topic"), "unit": self.target["unit"]}

    def text(self, name: str = "reason") -> str:
        """A field, trimmed."""
        return self.form.get(name, "").strip()

    def lines(self, name: str) -> list[str]:
        """A field's lines that are not empty."""
        return [line.strip() for line in self.form.get(name, "").splitlines() if line.strip()]

    def whole(self, name: str) -> int:
        """A number; ValueError where it is none."""
        return int(self.text(name))

    def points(self, name: str) -> Decimal:
        """Points; ValueError where they are none."""
        return points_of(self.text(name))


def points_of(text: str) -> Decimal:
    """Points as a person writes them; ValueError where they are none."""
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not found.is_finite():
        raise ValueError(text)
    return found


@dataclass(frozen=True, slots=True)
class Act:
    """An act by its name in addresses, the power that it needs, its words, its form and its message."""

    name: str
    power: str
    zh: str
    en: str
    build: Callable[[Filled], Request]
    fields: tuple[Field, ...] = ()
    tone: str = "plain"
    """go, stop or plain: how the button looks."""
    by_colour: bool = False
    """The power depends on the slip's colour."""
    about: str = PART

    def power_for(self, colour: str | None) -> str:
        """The power as `roles.ACTS` names it."""
        return f"{self.power}:{colour}" if self.by_colour else self.power

    def powers(self) -> tuple[str, ...]:
        """Every power that it may need."""
        return tuple(f"{self.power}:{colour}" for colour in COLOURS) if self.by_colour else (self.power,)

    @property
    def approver(self) -> str | None:
        """The field that names who approves, where the message asks for it."""
        return next((field.name for field in self.fields if field.approver), None)


DAYS = Field("days", "天数", "Days", "number")
FILE = Field(
    "evidence", "佐证材料（只登记文件指纹，不上传存储）", "Evidence (only the file's hash is kept)", "file", required=False
)
PROOF = Field("evidence", "佐证材料（必附；只登记文件指纹）", "Evidence (required; only its hash is kept)", "file")
APPROVER = Field("approved_by", "批准人姓名", "Approved by (name)", "line", approver=True)
