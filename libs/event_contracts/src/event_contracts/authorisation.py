"""Which account may send which inbound message, about itself or about another unit: every cell, asked of the rule itself.

`wire.may_send` decides; this asks it for every type and every kind of sender, so that the table in the docs cannot say anything
else. Who is a party to a matter, and which person holds which office, the services know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from event_contracts import inbound, vocabulary
from event_contracts.refusal import Unreadable
from event_contracts.schemas import REQUESTS
from event_contracts.wire import read_inbound

ITSELF, ANOTHER = "ITSELF", "ANOTHER"
SENDERS: Mapping[str, str] = MappingProxyType(
    {
        "OFFICE": "OFFICE",
        ITSELF: "ZJJ",
        ANOTHER: "HBJ",
        "DISCIPLINE": "DISCIPLINE",
        "ASSESSMENT": "ASSESSMENT",
        "ORGANISATION": "ORGANISATION",
        "DUBAN": "DUBAN",
    }
)
"""Kind of sender → an account of that kind; the messages are about the unit ZJJ."""
ABOUT = "ZJJ"
_ARRIVAL = datetime(2099, 1, 1, tzinfo=UTC)
_SOURCES = {"OFFICE": "/office", "DUBAN": "/duban/escalation"}


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether a kind of sender may send a type: `code` is the refusal, None where it may."""

    type: str
    sender: str
    code: str | None


def types() -> list[str]:
    """Every type that a department or the office may think of sending, by its owner and name; not the markers of the cut."""
    return sorted(REQUESTS.keys() - {inbound.CutMarked.TYPE}, key=lambda name: (REQUESTS[name].OWNER, name))


def cells() -> list[Cell]:
    """The whole matrix."""
    return [Cell(name, sender, refusal(name, sender)) for name in types() for sender in SENDERS]


def refusal(name: str, sender: str) -> str | None:
    """The code with which this kind of sender is refused this type; None where it may send it."""
    account = SENDERS[sender]
    try:
        read_inbound(
            json.dumps(event(name, account), ensure_ascii=False).encode(),
            content_type="application/cloudevents+json",
            headers=None,
            routing_key=f"{account}.{name}",
            user_id=account.lower(),
            now=_ARRIVAL,
        )
    except Unreadable as refused:
        return refused.code
    return None


def event(name: str, account: str) -> dict[str, Any]:
    """The example of a type, about the unit ZJJ, as this account would send it."""
    text = files("event_contracts").joinpath("catalogue", "inbound", f"{name}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    data = found["data"]
    if "unit" in data:
        data["unit"] = ABOUT
    if name == inbound.UrgeSent.TYPE:
        data["by"] = "OFFICE" if account == "OFFICE" else "LEAD"
    if "body" in data:
        data["body"] = account if account in vocabulary.BODIES else vocabulary.BODIES[0]
    return found | {"source": _SOURCES.get(account, f"/units/{account}")}
