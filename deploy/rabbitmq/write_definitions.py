"""Writes definitions.json beside this file: the topology as the services declare it, its limits as policies, and who may do what
on the broker. policies.json has the policies alone: an import of it touches no account and no password.

    .venv/bin/python deploy/rabbitmq/write_definitions.py

Accounts come without passwords: none can log in until an operator sets one. `OUTSIDE` lists who is not one of our services;
`zjj` and `integrator` are examples of a department and of a reader of events (README.md says how to add one); `board` is the
board's own account. The first word
of what a department writes is its unit code; the office's is `OFFICE`. A dot in a name would be a wildcard here, so there is
none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from escalation.service import Escalation
from intake.service import Intake
from notify.service import Notify
from scoring.service import Scoring
from service_chassis.declare import EVENTS, INBOUND
from service_chassis.messaging import accounts, policies, topology
from service_chassis.messaging.accounts import DEPLOYER, NOTHING, VHOST, WATCHER, binding, queue_row, reader, sender, topic, user

SERVICES = (Intake, Escalation, Scoring, Notify)
MARKER = r"^DUBAN\.cut\.marked\.v1$"

OUTSIDE = (
    sender("office", "OFFICE"),
    sender("zjj", "ZJJ"),
    reader("integrator", ("escalation.#", "scoring.#")),
    accounts.spokesman(),
)


def definitions() -> dict[str, Any]:
    """The whole file."""
    return {
        "vhosts": [{"name": VHOST}],
        "exchanges": [_exchange(name, *rest) for name, rest in topology.exchanges().items()],
        "queues": [queue_row(queue) for queue in _queues()],
        "bindings": [binding(exchange, key, queue.name) for queue in _queues() for exchange, key in queue.bindings],
        **policies.rows(VHOST),
        "users": [
            *(user(name, "") for name in (*(kind.name for kind in SERVICES), DEPLOYER, *(who.name for who in OUTSIDE))),
            user(WATCHER, "", "management"),
        ],
        "permissions": [
            _deployer_rights(),
            {"user": WATCHER, "vhost": VHOST, "configure": NOTHING, "write": NOTHING, "read": NOTHING},
            *(_service_rights(kind.name) for kind in SERVICES),
            *(who.rights() for who in OUTSIDE),
        ],
        "topic_permissions": [
            *_deployer_topics(),
            *(right for kind in SERVICES for right in _service_topics(kind.name)),
            *(right for who in OUTSIDE for right in who.topics()),
        ],
    }


def _queues() -> list[topology.Queue]:
    """Every queue once; the archive is everybody's."""
    found = {queue.name: queue for kind in SERVICES for queue in topology.of_service(kind).queues}
    for who in OUTSIDE:
        found[who.name] = who.queue()
    return [found[name] for name in sorted(found)]


def _exchange(name: str, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    common = {"vhost": VHOST, "durable": True, "auto_delete": False, "internal": False}
    return {"name": name, "type": kind, "arguments": arguments, **common}


def _service_rights(name: str) -> dict[str, Any]:
    """A service declares nothing, writes to the exchanges that it has something to say on, and reads its own lines and the
    archive."""
    written = "events|inbound|rejected" if name == "escalation" else "events|rejected"
    lines = rf"^({name}\.({INBOUND}|{EVENTS})|duban\.archive)$"
    return {"user": name, "vhost": VHOST, "configure": NOTHING, "write": rf"^duban\.({written})$", "read": lines}


def _service_topics(name: str) -> list[dict[str, Any]]:
    marker = MARKER if name == "escalation" else NOTHING
    return [
        topic(name, "duban.events", write=rf"^{name}\.", read=NOTHING),
        topic(name, "duban.rejected", write=".*", read=NOTHING),
        topic(name, "duban.inbound", write=marker, read=NOTHING),
    ]


def _deployer_rights() -> dict[str, Any]:
    """`migrate` declares and binds what is ours (a dead letter exchange is read and written, too), and publishes nothing."""
    ours = rf"^({'|'.join(['duban', *(kind.name for kind in SERVICES)])})\..+$"
    return {"user": DEPLOYER, "vhost": VHOST, "configure": ours, "write": ours, "read": ours}


def _deployer_topics() -> list[dict[str, Any]]:
    return [
        topic(DEPLOYER, name, write=NOTHING, read=".*") for name, (kind, _) in topology.exchanges().items() if kind == "topic"
    ]


FILES = {"definitions.json": definitions, "policies.json": lambda: policies.rows(VHOST)}
"""What is written, and from what."""


def text(name: str) -> str:
    """The content of one of the files."""
    return json.dumps(FILES[name](), indent=2) + "\n"


if __name__ == "__main__":
    for file in FILES:
        Path(__file__).with_name(file).write_text(text(file), "utf-8")
