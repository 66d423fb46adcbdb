"""Writes definitions.json beside this file: the topology as the services declare it, and who may do what on the broker.

    .venv/bin/python deploy/rabbitmq/write_definitions.py

Accounts come without passwords: none can log in until an operator sets one. `zjj` and `integrator` are templates for a
department and for a reader of events; copy their entries under the account's own name. The first word of what a department
writes is its unit code (domain.md); the office's is `OFFICE`. A dot in a name would be a wildcard here, so there is none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from escalation.service import Escalation
from intake.service import Intake
from notify.service import Notify
from scoring.service import Scoring
from service_chassis.messaging import topology

VHOST = "duban"
SERVICES = (Intake, Escalation, Scoring, Notify)
MARKER = r"^DUBAN\.cut\.marked\.v1$"
NOTHING = "^$"


def definitions() -> dict[str, Any]:
    """The whole file."""
    return {
        "vhosts": [{"name": VHOST}],
        "exchanges": [_exchange(name, *rest) for name, rest in topology.exchanges().items()],
        "queues": [_queue(queue) for queue in _queues()],
        "bindings": [_binding(exchange, key, queue.name) for queue in _queues() for exchange, key in queue.bindings],
        "users": [_user(name) for name in ("intake", "escalation", "scoring", "notify", "office", "zjj", "integrator")],
        "permissions": [
            *(_service_rights(kind.name) for kind in SERVICES),
            _rights("office", own="office", write="duban.inbound", read="duban.rejected"),
            _rights("zjj", own="zjj", write="duban.inbound", read="duban.rejected"),
            _rights("integrator", own="integrator", write=None, read="duban.events"),
        ],
        "topic_permissions": [
            *(right for kind in SERVICES for right in _service_topics(kind.name)),
            *_sender_topics("office", "OFFICE"),
            *_sender_topics("zjj", "ZJJ"),
            _topic("integrator", "duban.events", write=NOTHING, read=r"^(escalation|scoring)\."),
        ],
    }


def _queues() -> list[topology.Queue]:
    """Every queue once; the archive is everybody's."""
    found = {queue.name: queue for kind in SERVICES for queue in topology.of_service(kind).queues}
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


def _rights(user: str, *, own: str, write: str | None, read: str) -> dict[str, Any]:
    """An outside account: queues under its own name (or named by the broker), one exchange to write to, one to read from."""
    mine = rf"{own}\..+|amq\.gen-.+"
    exchange = "|" + write.replace(".", r"\.") if write else ""
    return {
        "user": user,
        "vhost": VHOST,
        "configure": f"^({mine})$",
        "write": f"^({mine}{exchange})$",
        "read": f"^({mine}|{read})$".replace(read, read.replace(".", r"\.")),
    }


def _sender_topics(user: str, code: str) -> list[dict[str, Any]]:
    """A department writes under its own code alone, and hears its own refusals alone."""
    return [
        _topic(user, "duban.inbound", write=rf"^{code}\.", read=NOTHING),
        _topic(user, "duban.rejected", write=NOTHING, read=rf"^{code}\."),
    ]


def _topic(user: str, exchange: str, *, write: str, read: str) -> dict[str, Any]:
    return {"user": user, "vhost": VHOST, "exchange": exchange, "write": write, "read": read}


def text() -> str:
    """The file's content."""
    return json.dumps(definitions(), indent=2) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("definitions.json").write_text(text(), "utf-8")
