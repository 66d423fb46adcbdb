"""Every queue of ours, and every queue of an outside account, falls under one policy; what bounds none or wrongly is named."""

from __future__ import annotations

import re
from typing import Any

import pytest
from escalation.service import Escalation
from intake.service import Intake
from notify.service import Notify
from scoring.service import Scoring
from service_chassis.messaging import policies, topology
from service_chassis.messaging.accounts import reader, sender, spokesman
from service_chassis.messaging.policies import CEILINGS, OUTSIDE, POLICIES, Seen

OURS = {queue.name: queue for kind in (Intake, Escalation, Scoring, Notify) for queue in topology.of_service(kind).queues}
THEIRS = {who.name: who.queue() for who in (sender("z-j-j2", "ZJJ"), reader("wall", ("#",)), spokesman())}
SHIPPED = {policy.name: dict(policy.definition) for policy in POLICIES}
ABOVE = [{"pattern": one.pattern, "priority": 0, "definition": dict(one.definition)} for one in CEILINGS]


def applied(queue: topology.Queue) -> Seen:
    """As a broker with the shipped policies shows it."""
    fitting = [policy.name for policy in POLICIES if re.search(policy.pattern, queue.name)]
    assert len(fitting) == 1, queue.name
    return Seen(queue.name, fitting[0], queue.arguments)


@pytest.mark.parametrize("queue", [*OURS.values(), *THEIRS.values()], ids=lambda queue: queue.name)
def test_every_queue_falls_under_one_policy_that_bounds_it(queue: topology.Queue) -> None:
    assert policies.complaints([applied(queue)], SHIPPED, ABOVE) == []


@pytest.mark.parametrize("queue", [*OURS.values(), *THEIRS.values()], ids=lambda queue: queue.name)
def test_no_declaration_holds_a_limit_that_an_operator_changes(queue: topology.Queue) -> None:
    tunable = {"x-max-length", "x-max-length-bytes", "x-max-age", "x-message-ttl"}
    held = {"x-message-ttl"} if queue.name.endswith(".retry") else set()
    assert queue.arguments.keys() & tunable == held


def test_a_queue_without_a_policy_is_named_with_the_command_that_helps() -> None:
    (line,) = policies.complaints([Seen("intake.inbound", "", OURS["intake.inbound"].arguments)], SHIPPED, ABOVE)
    assert line.startswith("queue intake.inbound (no policy) has no max-length in force")
    assert "rabbitmqctl import_definitions deploy/rabbitmq/policies.json" in line


@pytest.mark.parametrize(
    ("queue", "mine", "said"),
    [
        ("intake.inbound", {"max-length": 9, "overflow": "drop-head"}, "would drop reports that were confirmed"),
        ("scoring.events", {"message-ttl": 9}, "has no max-length in force"),
        ("duban.archive", {"stream-max-segment-size-bytes": 9}, "has neither max-length-bytes nor max-age"),
        ("wall", {"max-length": 9, "overflow": "reject-publish"}, "would refuse what our relays publish"),
    ],
)
def test_a_policy_of_ones_own_that_harms_is_named(queue: str, mine: dict[str, Any], said: str) -> None:
    declared = (OURS | THEIRS)[queue].arguments
    (line,) = policies.complaints([Seen(queue, "mine", declared)], SHIPPED | {"mine": mine}, ABOVE)
    assert "(policy mine)" in line
    assert said in line


def test_a_retry_that_never_comes_back_is_named() -> None:
    assert "never come again" in policies.complaints([Seen("scoring.events.retry", "", {})], SHIPPED, ABOVE)[0]


def test_the_ceiling_bounds_an_outside_queue_whose_own_policy_forgot_to() -> None:
    seen = [Seen("wall", "mine", THEIRS["wall"].arguments)]
    assert policies.complaints(seen, {"mine": {"expires": 9}}, ABOVE) == []
    assert "has no max-length in force" in policies.complaints(seen, {"mine": {"expires": 9}}, [])[0]


@pytest.mark.parametrize("queue", sorted(OURS))
def test_the_policy_of_outside_accounts_touches_none_of_ours(queue: str) -> None:
    assert not re.search(OUTSIDE.pattern, queue)
