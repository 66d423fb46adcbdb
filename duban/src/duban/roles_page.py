"""`docs/http-authorisation.md`: which role may send and see what at the HTTP doors, made from the rules that decide it."""

from __future__ import annotations

from collections.abc import Iterator

from event_contracts.hearing import TOLD, For
from event_contracts.inbound import CutMarked
from event_contracts.schemas import REQUESTS
from event_contracts.vocabulary import CAPACITIES
from service_chassis.web.roles import counts, may_write, sight

ABOUT = """# Who may do what at the HTTP doors

Made by `duban contracts --out docs` from `service_chassis.web.roles`; do not edit. The roles are those of domain.md d.14, as a
person's token says them. A test asks every role for every route of intake and compares.

This is the outer ring. Inside it, whatever the role ([table](authorisation.md)): a unit speaks for itself only, and
decisions are the office's (`SENDER_MISMATCH`); who is no party to a matter learns nothing of it (404, or waiting); and
once persons are published, the person must hold the office on that day (`NOT_EMPOWERED`). A slip is approved by the
rank that its colour needs. Keys of systems have scopes instead of roles: `read`, `write`, `write:<type>`; a key of
OFFICE sees all, a unit's its own. `replay` opens `/v1/inbound` to the office's board, and nothing else.

"""
UNITS = ("OFFICE", "a unit", "ASSESSMENT", "DISCIPLINE", "ORGANISATION")
_CODES = {"a unit": "ZJJ"}


def page() -> str:
    """The page, in Markdown."""
    return ABOUT + "\n".join([*_seeing(), "", *_hearing(), "", *_sending()]) + "\n"


def _where(role: str) -> str:
    held = [unit for unit in UNITS if counts(role, _CODES.get(unit, unit))]
    return "everywhere" if len(held) == len(UNITS) else ", ".join(held)


def _seeing() -> Iterator[str]:
    yield "## What a role sees\n"
    yield "ALL: every matter, `/v1/duplicates` and `/v1/report`. OWN: what the unit submitted or has a part in.\n"
    yield "| role | means something in | sees |"
    yield "|---|---|---|"
    for role in CAPACITIES:
        yield f"| {role} | {_where(role)} | {sight(role)} |"


WHOSE = {
    For.EVERYBODY: "whoever may look at all",
    For.UNIT: "the unit in `unit`, and who submitted the matter",
    For.PARTIES: "every unit of the matter, and who submitted it",
    For.SUBMITTER: "who submitted the matter",
    For.ADDRESSEE: "the unit in `addressee`",
    For.BODY: "the body in `body`",
    For.OFFICE: "only who sees ALL",
}


def _hearing() -> Iterator[str]:
    yield "## Whose an event is\n"
    yield "`GET /v1/events/<id>` at the door of the service that published it. Who sees ALL reads every event; who sees OWN reads"
    yield "what is told here, and of everything else no more than of what does not exist. The conclusion of a covert inspection"
    yield "is read by nobody before it was served.\n"
    yield "| who | types |"
    yield "|---|---|"
    for whose in For:
        yield f"| {WHOSE[whose]} | {', '.join(sorted(type_ for type_, told in TOLD.items() if told is whose))} |"


def _sending() -> Iterator[str]:
    yield "## What a role sends\n"
    yield "| type | taken by | roles |"
    yield "|---|---|---|"
    for name, cls in sorted(REQUESTS.items(), key=lambda item: (item[1].OWNER, item[0])):
        if name != CutMarked.TYPE:
            roles = ", ".join(role for role in CAPACITIES if may_write(role, name))
            yield f"| {name} | {cls.OWNER} | {roles} |"
