"""What a person may do here: every act by its name, and what waits with the acts that answer it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from board.access.powers import Offices, Words, concerns, lack, recusal
from board.access.roles import Person
from board.acts import on_bulletins, on_other_desks, on_requests, on_reviews, on_slips, on_the_year, on_work
from board.acts.forms import Act

ACTS: tuple[Act, ...] = (
    *on_slips.ACTS,
    *on_work.ACTS,
    *on_requests.ACTS,
    *on_reviews.ACTS,
    *on_other_desks.ACTS,
    *on_the_year.ACTS,
    *on_bulletins.ACTS,
)
BY_NAME: Mapping[str, Act] = {act.name: act for act in ACTS}

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "DRAFT": ("approve", "refuse-draft"),
    "CLAIM": ("verify", "reject"),
    "PROGRESS": ("accept", "return"),
    "JUSTIFICATION": ("grant-reason", "refuse-reason"),
    "EXTENSION": ("grant-extension", "refuse-extension"),
    "OBJECTION": ("accept-objection", "refuse-objection"),
    "DETERMINATION": ("determine",),
    "REVIEW": ("uphold", "vary", "overturn"),
    "CONCLUSION_REVIEW": ("uphold-conclusion", "vary-conclusion", "overturn-conclusion"),
    "DUPLICATE": ("merge", "distinct"),
    "INTERVIEW": ("summon", "decline"),
    "SIGN": ("sign",),
    "CONCLUSION_SIGN": ("sign",),
    "REFERRAL_CREATED": ("acknowledge",),
    "REFERRAL_ACKNOWLEDGED": ("conclude",),
}
"""What waits → the acts that answer it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: the act, the colour that it is about, and why this person may not press it, if so."""

    act: Act
    colour: str = ""
    lack: Words | None = None


def offers(wanted: Iterable[tuple[str, str]], person: Person, offices: Offices) -> list[Offer]:
    """Buttons for acts by name and colour: those that are this person's affair, each with what is lacking for it."""
    found = []
    for name, colour in wanted:
        act = BY_NAME[name]
        power = act.power_for(colour or None)
        if concerns(person, power, offices):
            found.append(Offer(act, colour, lack(person, power, offices)))
    return found


def answers_for(todo: Mapping[str, Any], person: Person, offices: Offices) -> list[Offer]:
    """Buttons that answer something that waits; who took part sees them closed, with the reason (recusal)."""
    if todo["desk"] == "UNIT" and todo["unit"] != person.unit:
        return []
    if todo["desk"] not in ("OFFICE", "UNIT") and person.sender not in ("OFFICE", todo["desk"]):
        return []
    found = offers(((name, todo["colour"] or "") for name in ANSWERS.get(todo["kind"], ())), person, offices)
    barred = recusal(person.name, todo["recused"])
    return [Offer(offer.act, offer.colour, barred) for offer in found] if barred else found
