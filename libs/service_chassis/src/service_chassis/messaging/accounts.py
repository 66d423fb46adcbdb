"""Accounts on the broker that are not our services': what each may do, as rows of RabbitMQ's definitions.

Nobody outside may declare anything: a full queue of somebody else's with `x-overflow=reject-publish` would refuse what our
relays publish, and stop the city. Each account has one queue, named after it, which drops its oldest messages when it is full
(`policies.OUTSIDE`, by its name without a dot; an operator may give a single one more or less by a policy of its own).
What is dropped there is still in `duban.archive`, or in a service's table `refusal`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from service_chassis.errors import ConfigError
from service_chassis.messaging.topology import ARCHIVE, EVENTS_EXCHANGE, INBOUND_EXCHANGE, REJECTED_EXCHANGE, Queue

VHOST = "duban"
NOTHING = "^$"
HASHING = "rabbit_password_hashing_sha256"
KEPT = {"x-queue-type": "quorum", "x-overflow": "drop-head"}
LIMITS = {"max-connections": 5, "max-channels": 20}

_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
"""A dot would be a wildcard in the patterns of rights."""
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,15}")
_PATTERN = re.compile(r"(\*|#|[A-Za-z0-9_-]+)(\.(\*|#|[A-Za-z0-9_-]+))*")
DEPLOYER = "deployer"
"""The account of `migrate`, which alone may declare."""
WATCHER = "watcher"
"""The account that sees queues and policies by the management API (DUBAN_MANAGEMENT_URL), and may do nothing."""
RESERVED = frozenset({"intake", "escalation", "scoring", "notify", "duban", "guest", DEPLOYER, WATCHER})
OURS = frozenset({"DUBAN"})
"""The code that only escalation writes under (events.md section 2, markers)."""


@dataclass(frozen=True, slots=True)
class Outside:
    """An account of somebody else's: its name, the unit code that it writes under (if any), and what its queue hears."""

    name: str
    code: str | None
    exchange: str
    patterns: tuple[str, ...]

    def __post_init__(self) -> None:
        """ConfigError for a name, a code or a pattern that the rights could not be written with."""
        if not _NAME.fullmatch(self.name) or self.name in RESERVED:
            raise ConfigError(f"account name {self.name!r}: lower-case letters, digits and hyphens, and none of our services'")
        if self.code is not None and (not _CODE.fullmatch(self.code) or self.code in OURS):
            raise ConfigError(f"unit code {self.code!r}: capital letters and digits, such as ZJJ")
        if wrong := [pattern for pattern in self.patterns if not _PATTERN.fullmatch(pattern)]:
            raise ConfigError(f"routing pattern {wrong[0]!r}: words and dots, * for one word, # for any; e.g. escalation.slip.#")

    def queue(self) -> Queue:
        """Its one queue."""
        return Queue(self.name, KEPT, tuple((self.exchange, pattern) for pattern in self.patterns))

    def rights(self) -> dict[str, Any]:
        """Declare nothing, write to `duban.inbound` where it reports, read its own queue."""
        write = f"^{re.escape(INBOUND_EXCHANGE)}$" if self.code else NOTHING
        return {"user": self.name, "vhost": VHOST, "configure": NOTHING, "write": write, "read": f"^{self.name}$"}

    def topics(self) -> list[dict[str, Any]]:
        """Under its own code alone."""
        inbound = rf"^{self.code}\." if self.code else NOTHING
        return [
            topic(self.name, INBOUND_EXCHANGE, write=inbound, read=NOTHING),
            *(topic(self.name, exchange, write=NOTHING, read=NOTHING) for exchange in (EVENTS_EXCHANGE, REJECTED_EXCHANGE)),
        ]

    def definitions(self, password: str, salt: bytes) -> dict[str, Any]:
        """All that an import needs to make this account, and nothing about any other one."""
        queue = self.queue()
        return {
            "users": [user(self.name, hashed(password, salt)) | {"limits": LIMITS}],
            "permissions": [self.rights()],
            "topic_permissions": self.topics(),
            "queues": [queue_row(queue)],
            "bindings": [binding(exchange, key, queue.name) for exchange, key in queue.bindings],
        }


@dataclass(frozen=True, slots=True)
class Spokesman(Outside):
    """The board's account: it says what persons do, for the office or for their unit, and reads the archive and every refusal.

    Who may speak for whom is the board's to know; the services see the first word of the routing key, as always. Markers stay
    escalation's.
    """

    def rights(self) -> dict[str, Any]:
        """Declare nothing, write to `duban.inbound`, read its own queue and the archive."""
        mine = {"read": rf"^({self.name}|{re.escape(ARCHIVE)})$", "write": f"^{re.escape(INBOUND_EXCHANGE)}$"}
        return {"user": self.name, "vhost": VHOST, "configure": NOTHING, **mine}

    def topics(self) -> list[dict[str, Any]]:
        """Under every code but our own."""
        return [
            topic(self.name, INBOUND_EXCHANGE, write=r"^(?!DUBAN\.)[A-Z][A-Z0-9]{1,15}\.", read=NOTHING),
            *(topic(self.name, exchange, write=NOTHING, read=NOTHING) for exchange in (EVENTS_EXCHANGE, REJECTED_EXCHANGE)),
        ]


def spokesman(name: str = "board") -> Outside:
    """The account of a board."""
    return Spokesman(name, None, REJECTED_EXCHANGE, ("#",))


def sender(name: str, code: str) -> Outside:
    """A system that reports: it writes under its own code alone and hears its own refusals alone."""
    return Outside(name, code, REJECTED_EXCHANGE, (f"{code}.#",))


def reader(name: str, patterns: tuple[str, ...]) -> Outside:
    """A system that hears what the services announce, as far as the patterns go, and may not say anything."""
    return Outside(name, None, EVENTS_EXCHANGE, patterns)


def hashed(password: str, salt: bytes) -> str:
    """A password as RabbitMQ keeps it: four bytes of salt, then the SHA-256 of salt and password."""
    if len(salt) != 4:  # noqa: PLR2004 - by RabbitMQ's format
        raise ValueError("the salt has four bytes")
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


# ---------------------------------------------------------------- rows of the definitions


def user(name: str, password_hash: str, *tags: str) -> dict[str, Any]:
    """An account, without tags one that has no part in the management of the broker; an empty hash lets nobody in."""
    return {"name": name, "password_hash": password_hash, "hashing_algorithm": HASHING, "tags": list(tags)}


def topic(name: str, exchange: str, *, write: str, read: str) -> dict[str, Any]:
    """Which routing keys an account may write to, and bind from, an exchange."""
    return {"user": name, "vhost": VHOST, "exchange": exchange, "write": write, "read": read}


def queue_row(queue: Queue) -> dict[str, Any]:
    """A queue that survives restarts."""
    return {"name": queue.name, "vhost": VHOST, "durable": True, "auto_delete": False, "arguments": queue.arguments}


def binding(exchange: str, key: str, queue: str) -> dict[str, Any]:
    """Exchange → queue."""
    ends = {"source": exchange, "destination": queue, "destination_type": "queue"}
    return {"vhost": VHOST, "routing_key": key, "arguments": {}, **ends}
