"""Writes definitions.json beside this file: the topology as the services declare it, and who may do what on the broker.

    .venv/bin/python deploy/rabbitmq/write_definitions.py

Accounts come without passwords: none can log in until an operator sets one. `OUTSIDE` lists who is not one of our services;
`zjj` and `integrator` are examples of a department and of a reader of events (README.md says how to add one). The first word
of what a department writes is its unit code; the office's is `OFFICE`. A dot in a name would be a wildcard here, so there is
none.

Nobody outside may declare anything: a full queue of somebody else's with `x-overflow=reject-publish` would refuse what our
relays publish, and stop the city. Each account has one queue, named after it, which drops its oldest messages when it is full.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from escalation.service import Escalation
from intake.service import Intake
from notify.service import Notify
from scoring.service import Scoring
from service_chassis.messaging import topology

VHOST = "duban"
SERVICES = (Intake, Escalation, Scoring, Notify)
MARKER = r"^DUBAN\.cut\.marked\.v1$"
NOTHING = "^$"
KEPT = {"x-queue-type": "quorum", "x-max-length": 100_000, "x-overflow": "drop-head"}
"""Queues of outside accounts. What is dropped from them is still in `duban.archive`, or in a service's table `refusal`."""


class Outside(NamedTuple):
    """An account of somebody else's: its name, the unit code that it writes under (if any), and what its queue hears."""

    name: str
    code: str | None
    exchange: str
    patterns: tuple[str, ...]


def sender(name: str, code: str) -> Outside:
    """A system that reports: it writes under its own code alone and hears its own refusals alone."""
    return Outside(name, code, topology.REJECTED_EXCHANGE, (f"{code}.#",))


OUTSIDE = (
    sender("office", "OFFICE"),
    sender("zjj", "ZJJ"),
    Outside("integrator", None, topology.EVENTS_EXCHANGE, ("escalation.#", "scoring.#")),
)


def definitions() -> dict[str, Any]:
    """The whole file."""
    return {
        "vhosts": [{"name": VHOST}],
        "exchanges": [_exchange(name, *rest) for name, rest in topology.exchanges().items()],
        "queues": [_queue(queue) for queue in _queues()],
        "bindings": [_binding(exchange, key, queue.name) for queue in _queues() for exchange, key in queue.bindings],
        "users": [_user(account.name) for account in (*SERVICES, *OUTSIDE)],
        "permissions": [*(_service_rights(kind.name) for kind in SERVICES), *(_outside_rights(who) for who in OUTSIDE)],
        "topic_permissions": [
            *(right for kind in SERVICES for right in _service_topics(kind.name)),
            *(right for who in OUTSIDE for right in _outside_topics(who)),
        ],
    }


def _queues() -> list[topology.Queue]:
    """Every queue once; the archive is everybody's."""
    found = {queue.name: queue for kind in SERVICES for queue in topology.of_service(kind).queues}
    for who in OUTSIDE:
        found[who.name] = topology.Queue(who.name, KEPT, tuple((who.exchange, pattern) for pattern in who.patterns))
    return [found[name] for name in sorted(found)]


def _exchange(name: str, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    common = {"vhost": VHOST, "durable": True, "auto_delete": False, "internal": False}
    return {"name": name, "type": kind, "arguments": arguments, **common}


def _queue(queue: topology.Queue) -> dict[str, Any]:
    return {"name": queue.name, "vhost": VHOST, "durable": True, "auto_delete": False, "arguments": queue.arguments}


def _binding(exchange: str, key: str, queue: str) -> dict[str, Any]:
    return {
        "source": exchange,
        "vhost": VHOST,
        "destination": queue,
        "destination_type": "queue",
        "routing_key": key,
        "arguments": {},
    }


def _user(name: str) -> dict[str, Any]:
    """An empty hash lets nobody in."""
    return {"name": name, "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []}


def _service_rights(name: str) -> dict[str, Any]:
    """A service declares the shared exchanges and its own queues, and reads no queue but its own and the archive."""
    own = rf"^({name}\..+|duban\..+)$"
    return {"user": name, "vhost": VHOST, "configure": own, "write": own, "read": own}


def _service_topics(name: str) -> list[dict[str, Any]]:
    marker = MARKER if name == "escalation" else NOTHING
    return [
        _topic(name, "duban.events", write=rf"^{name}\.", read=".*"),
        _topic(name, "duban.rejected", write=".*", read=NOTHING),
        _topic(name, "duban.inbound", write=marker, read=".*"),
    ]


def _outside_rights(who: Outside) -> dict[str, Any]:
    """Declare nothing, write to `duban.inbound` where it reports, read its own queue."""
    write = rf"^{topology.INBOUND_EXCHANGE}$".replace(".", r"\.") if who.code else NOTHING
    return {"user": who.name, "vhost": VHOST, "configure": NOTHING, "write": write, "read": f"^{who.name}$"}


def _outside_topics(who: Outside) -> list[dict[str, Any]]:
    inbound = rf"^{who.code}\." if who.code else NOTHING
    return [
        _topic(who.name, "duban.inbound", write=inbound, read=NOTHING),
        *(_topic(who.name, exchange, write=NOTHING, read=NOTHING) for exchange in ("duban.events", "duban.rejected")),
    ]


def _topic(user: str, exchange: str, *, write: str, read: str) -> dict[str, Any]:
    return {"user": user, "vhost": VHOST, "exchange": exchange, "write": write, "read": read}


def text() -> str:
    """The file's content."""
    return json.dumps(definitions(), indent=2) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("definitions.json").write_text(text(), "utf-8")
