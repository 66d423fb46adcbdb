"""Limits of queues that an operator may have to change: policies on the broker, never arguments of a declaration.

What a queue is (quorum, one active consumer, how often a message is delivered, where a rejected one goes) stays in the
declaration (`topology`): without it a message would be lost or read twice where somebody forgot a policy. How much of it is
kept, and for how long, is here (decision 0028). A broker applies one policy to a queue, the one with the highest priority;
an operator's own therefore repeats what it does not change. A ceiling (operator policy) counts beside it, and the lower one wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_chassis.messaging.topology import PLATFORM

FILE = "deploy/rabbitmq/policies.json"
REMEDY = f"rabbitmqctl import_definitions {FILE}"

_SERVICES = "|".join(PLATFORM)
_LINE = rf"^({_SERVICES})\.(inbound|events)$"
_RETRY = rf"^({_SERVICES})\.events\.retry$"
_ARCHIVE = r"^duban\.archive$"
_OUTSIDE = r"^[a-z][a-z0-9-]*$"
"""Queues of accounts that are not ours: a name without a dot (`accounts`)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy on the broker as we ship it."""

    name: str
    pattern: str
    definition: Mapping[str, Any]
    priority: int = 0

    def row(self, vhost: str) -> dict[str, Any]:
        """As RabbitMQ's definitions have it."""
        return {"vhost": vhost, "name": self.name, **self._content()}

    def ceiling(self, vhost: str) -> dict[str, Any]:
        """The same as an operator policy."""
        return {"vhost": vhost, "component": "operator_policy", "name": self.name, "value": self._content()}

    def _content(self) -> dict[str, Any]:
        return {"pattern": self.pattern, "apply-to": "queues", "priority": self.priority, "definition": dict(self.definition)}


LINES = Policy("duban-lines", _LINE, {"max-length": 2_000_000, "overflow": "reject-publish"})
"""A full line refuses what comes, and whoever publishes waits: nothing that was confirmed is dropped (delivery.md c.2)."""
RETRIES = Policy("duban-retries", _RETRY, {"message-ttl": 30_000})
"""Milliseconds until a message that was put off comes again."""
ARCHIVE = Policy("duban-archive", _ARCHIVE, {"max-length-bytes": 20_000_000_000})
"""Bytes of events that are kept, on each node; `max-age` (such as 90D) may be added."""
OUTSIDE = Policy("duban-outside", _OUTSIDE, {"max-length": 100_000, "overflow": "drop-head"})
"""A reader who does not come loses its oldest messages; it never stops those who publish."""

POLICIES = (ARCHIVE, LINES, OUTSIDE, RETRIES)
CEILINGS = (Policy("duban-outside-ceiling", _OUTSIDE, {"max-length": 1_000_000, "max-length-bytes": 2_000_000_000}),)
"""What no policy of a single queue gets past: a forgotten reader must not fill the broker's disk, which stops everybody."""


def rows(vhost: str) -> dict[str, Any]:
    """All of it as a part of RabbitMQ's definitions."""
    return {
        "policies": [policy.row(vhost) for policy in POLICIES],
        "parameters": [policy.ceiling(vhost) for policy in CEILINGS],
    }


# ---- what is in force


@dataclass(frozen=True, slots=True)
class Seen:
    """A queue as the broker shows it: the name of the policy that it applies (none: empty), and the declared arguments."""

    queue: str
    policy: str
    arguments: Mapping[str, Any]


Limits = Mapping[str, Any]


def complaints(seen: Iterable[Seen], policies: Mapping[str, Limits], ceilings: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong with the limits in force, one line for each queue, which says what to do. `policies` are definitions by name,
    `ceilings` operator policies as the management API has them."""
    found = []
    for one in sorted(seen, key=lambda one: one.queue):
        definition = policies.get(one.policy, {})
        limits = {**_arguments(one.arguments), **_highest(ceilings, one.queue), **definition}
        if fault := _fault(one.queue, limits):
            held = f"policy {one.policy}" if one.policy else "no policy"
            found.append(f"queue {one.queue} ({held}) {fault}; run `{REMEDY}`, or mend the policy of your own that covers it")
    return found


def _fault(queue: str, limits: Limits) -> str:
    """What is missing or wrong for a queue of this name; empty when nothing is."""
    if re.search(_RETRY, queue):
        return "" if "message-ttl" in limits else "has no message-ttl: what was put off would never come again"
    if re.search(_ARCHIVE, queue):
        there = limits.keys() & {"max-length-bytes", "max-age"}
        return "" if there else "has neither max-length-bytes nor max-age: it grows until the disk is full"
    if re.search(_LINE, queue):
        return _bounded(limits, "reject-publish", "would drop reports that were confirmed")
    if re.search(_OUTSIDE, queue):
        return _bounded(limits, "drop-head", "would refuse what our relays publish, and stop the city")
    return ""


def _bounded(limits: Limits, overflow: str, harm: str) -> str:
    """RabbitMQ drops from the head where nothing is said; what a policy says wins over the declaration (tried on 3.10)."""
    if limits.get("overflow", "drop-head") != overflow:
        return f"has overflow {limits.get('overflow', 'drop-head')} instead of {overflow}: full, it {harm}"
    there = limits.keys() & {"max-length", "max-length-bytes"}
    return "" if there else "has no max-length in force: it grows until the disk is full"


def _arguments(declared: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a declaration by the names that policies use."""
    return {key.removeprefix("x-"): value for key, value in declared.items()}


def _highest(ceilings: Sequence[Mapping[str, Any]], queue: str) -> dict[str, Any]:
    fitting = [one for one in ceilings if re.search(str(one["pattern"]), queue)]
    return dict(max(fitting, key=lambda one: int(one["priority"]))["definition"]) if fitting else {}
