"""`docs/authorisation.md`: who may send what, and in which office a person must be; made from the rules that decide it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from event_contracts import authorisation
from event_contracts.authorisation import ANOTHER, ITSELF, SENDERS
from event_contracts.schemas import REQUESTS
from event_contracts.vocabulary import CAPACITIES
from ground_rules.powers import MAY, NAMED

ABOUT = """# Who may send what, and who may decide

Made by `duban contracts --out docs` from the rules themselves (`event_contracts.authorisation`, `ground_rules.powers`); do not
edit. Tests try every cell of the first two tables through the code that decides: the reader of inbound messages, and intake's
handlers. At the HTTP doors stands [another ring](http-authorisation.md) before these two.
"""
HEADS = {
    ITSELF: "a unit, about itself",
    ANOTHER: "a unit, about another",
    "DUBAN": "our own account",
}


def page() -> str:
    """The page, in Markdown. Further tables are further functions in `TABLES`."""
    return ABOUT + "".join("\n" + "\n".join(table()) + "\n" for table in TABLES)


def _accounts() -> Iterator[str]:
    yield "## Accounts\n"
    yield "`yes`, or the code of the refusal. What is `yes` may still be refused for its matter: who is no party"
    yield "learns nothing of it (`NOT_PARTY`, told as `UNKNOWN_MATTER`).\n"
    yield "| type | taken by | " + " | ".join(HEADS.get(sender, sender) for sender in SENDERS) + " |"
    yield "|---|---|" + "---|" * len(SENDERS)
    for name in authorisation.types():
        codes = (authorisation.refusal(name, sender) for sender in SENDERS)
        yield f"| {name} | {REQUESTS[name].OWNER} | " + " | ".join(code or "yes" for code in codes) + " |"


def _persons() -> Iterator[str]:
    yield "## Persons\n"
    yield "Once persons are published (`persons.published`), the one whom a message names must hold one of these offices"
    yield "on its day, or stand in for somebody who does; else `NOT_EMPOWERED`.\n"
    yield "| type | field | where | act | offices |"
    yield "|---|---|---|---|---|"
    for named in NAMED:
        where = ", ".join(f"{field} = {value}" for field, value in named.when.items())
        offices = ", ".join(role for role in CAPACITIES if role in MAY[named.act])
        yield f"| {named.type} | {named.field} | {where} | {named.act.value} | {offices} |"


def _acts() -> Iterator[str]:
    yield "## Every act\n"
    yield "Those of escalation, notify and inspections too. Slips are approved by the rank that the policy's"
    yield "section `approver` names for their colour, and withdrawn one level above who issued them.\n"
    yield "| act | offices |"
    yield "|---|---|"
    for act, roles in MAY.items():
        yield f"| {act.value} | {', '.join(role for role in CAPACITIES if role in roles)} |"


TABLES: tuple[Callable[[], Iterator[str]], ...] = (_accounts, _persons, _acts)
