"""Why a person may not do an act today, in words, or that nothing is lacking.

While nobody's offices were published, the role of the account decides. Afterwards the services ask for an office of the person
whom a decision names (domain.md d.14), so the board asks the same: of what was published, on the city's day, deputies included.
Which office a slip needs, the policy may say. Nothing here is the last word: a service refuses what it does not accept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from board.access.roles import ACTS, OFFICE, RANKS, UNITS, Person
from board.words import word

Words = tuple[str, str]
"""Chinese and English."""

NAMED = frozenset(
    {
        "approve", "withdraw", "propose", "verify", "assess", "determine", "decide-request", "decide-objection",
        "resolve-duplicate", "decide-interview", "review",
    }
)  # fmt: skip
"""Powers for which the services ask for an office of the person, once persons are published."""

APPROVER: Mapping[str, str] = {"WHITE": "SECTION_HEAD", "YELLOW": "SUPERVISION_DIRECTOR", "RED": "LEADING_GROUP_CHAIR"}
"""The lowest office that approves a slip of each colour, where no policy says another."""

AWARDERS = frozenset({"LEADER", "LEADING_GROUP_CHAIR"})
"""Who approves a bonus: the head of the government (Decree 733 art. 21), or the chair of the leading group."""


@dataclass(frozen=True, slots=True)
class Offices:
    """Who holds which office on a day, and which office approves what."""

    known: bool = False
    """Whether anybody's offices were published at all."""
    held: Mapping[str, frozenset[str]] = field(default_factory=dict)
    approver: Mapping[str, str] = field(default_factory=lambda: APPROVER)
    ended: Mapping[str, str | None] = field(default_factory=dict)
    """Units of the published directory whose last day is over, with who goes on with their duties."""


Rows = Iterable[Mapping[str, Any]]


def offices_on(day: date, capacities: Rows, policies: Rows, units: Rows = (), beneath: Mapping[str, str] = APPROVER) -> Offices:
    """The offices of a local day; of the policies in force by then the last one counts.

    A published policy changes what it names in the one that the services were started with: `beneath`.
    """
    text, known = day.isoformat(), False
    held: dict[str, set[str]] = {}
    for row in capacities:
        known = True
        if row["valid_from"] <= text and (row["valid_until"] is None or text <= row["valid_until"]):
            held.setdefault(row["name"], set()).add(row["role"])
    begun = sorted((row for row in policies if row["effective_from"] <= text), key=lambda row: (row["effective_from"], row["at"]))
    said = {colour: begun[-1][colour.lower()] for colour in APPROVER} if begun else {}
    approver = {colour: said[colour] if said.get(colour) in RANKS else role for colour, role in beneath.items()}
    ended = {row["code"]: row["successor"] for row in units if row["valid_to"] is not None and row["valid_to"] < text}
    return Offices(known, {name: frozenset(roles) for name, roles in held.items()}, approver, ended)


def wanted_for(power: str, offices: Offices) -> frozenset[str]:
    """The roles, or offices, that have a power."""
    name, _, colour = power.partition(":")
    if name == "approve":
        return frozenset(RANKS[RANKS.index(offices.approver[colour]) :])
    if name == "withdraw":  # one level above (d.8); nobody is above the highest, so it answers for itself
        return frozenset(RANKS[min(RANKS.index(offices.approver[colour]) + 1, len(RANKS) - 1) :])
    return ACTS[power]


def concerns(person: Person, power: str, offices: Offices) -> bool:
    """Whether the button is this person's affair: he may press it, or a colleague at the same desk may."""
    wanted = wanted_for(power, offices)
    if person.role in wanted or (person.role in OFFICE and wanted & OFFICE):
        return True
    return _by_office(person, power, offices) and bool(_held(person.name, offices) & wanted)


def lack(person: Person, power: str, offices: Offices) -> Words | None:
    """What the person lacks for an act; None where he may."""
    wanted = wanted_for(power, offices)
    if person.role in UNITS and person.unit is not None and person.unit in offices.ended:
        heir = offices.ended[person.unit]
        zh = "本单位已撤并，" + (f"其事项由 {heir} 承继办理" if heir else "没有承继单位")
        return zh, "The unit has ended; " + (f"{heir} goes on with its duties" if heir else "nobody goes on with its duties")
    if not _by_office(person, power, offices):
        return None if person.role in wanted else _told("须由{roles}办理", "For: {roles}", wanted)
    return lack_of_named(person.name, wanted, offices)


def lack_of_named(name: str, wanted: frozenset[str], offices: Offices) -> Words | None:
    """What somebody lacks who is named in a form as approver or reviewer; None where he may, or where nothing was published."""
    if not offices.known or _held(name, offices) & wanted:
        return None
    zh = f"按已公布的职务，{name.strip()}今天不能办理；须为{{roles}}"
    return _told(zh, f"By the published offices {name.strip()} may not do this today; for: {{roles}}", wanted)


def recusal(name: str, recused: str | None) -> Words | None:
    """That somebody took part in what is to be decided, and leaves it to others."""
    if name.strip() not in (recused or "").splitlines():
        return None
    return f"{name.strip()}参与过该事项的办理，应当回避", f"{name.strip()} took part in it and must leave the decision to others"


def _by_office(person: Person, power: str, offices: Offices) -> bool:
    """Whether published offices decide, and not the role of the account. Units and bodies act as such, not by an office."""
    return offices.known and power.partition(":")[0] in NAMED and person.sender == "OFFICE"


def _held(name: str, offices: Offices) -> frozenset[str]:
    return offices.held.get(name.strip(), frozenset())


def _told(zh: str, en: str, roles: frozenset[str]) -> Words:
    lowest = next((RANKS.index(role) for role in RANKS if role in roles), len(RANKS))
    above = len(RANKS) - lowest > 1 and set(RANKS[lowest:]) <= roles
    shown = [role for role in RANKS if role in roles][: 1 if above else None] + sorted(roles - set(RANKS))
    named = [[word("person", role, english) for role in shown] for english in (False, True)]
    if above:
        named[0][0] += "及以上"
        named[1][0] += " or above"
    return zh.format(roles="、".join(named[0])), en.format(roles=", ".join(named[1]))
