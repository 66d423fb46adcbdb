"""A deployed board rehearses what stands in the services' inboxes: it comes to the same as the file that they were sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import covert
from acceptance import said
from duban.arrivals import read
from duban.player import Player
from ground_rules.policy import load_policy
from open_doors import doors_of, from_file, rehearsed
from secrecy import traces
from service_chassis.clock import VirtualClock

from duban import chain

NOW = datetime(2026, 7, 20, 10, 0, tzinfo=UTC)
LONGER = 'limits.white = { amount = 40, unit = "WORKDAY" }\n'


def story() -> list[str]:
    """A matter that nobody does, one that is done in time, a policy published long before, and a covert inspection."""
    part = {"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 10, "unit": "WORKDAY"}}
    ours: dict[str, Any] = {"title": "积水点整治", "source": {"type": "DOCUMENT"}, "standard": "完成", "assignments": [part]}
    theirs = ours | {"assignments": [part | {"unit": "SLJ"}]}
    policy: dict[str, Any] = {"version": "2025-A", "effective_from": "2025-02-01", "by": "李书记"}
    policy |= {"parameters": {"limits": {"yellow": {"amount": 7, "unit": "WORKDAY"}}}}
    return [
        said("policy.published", "OFFICE", "2025-01-15 09:00", **policy),
        said("matter.submitted", "OFFICE", "2026-06-01 09:00", external_ref="DC-1", **ours),
        said("matter.submitted", "OFFICE", "2026-06-02 09:00", external_ref="DC-2", **theirs),
        said("completion.claimed", "SLJ", "2026-06-05 09:00", matter="DC-2", unit="SLJ", text="完成"),
        said("completion.verified", "OFFICE", "2026-06-08 09:00", matter="DC-2", unit="SLJ", verified_by="陈立"),
        *covert.unannounced().splitlines(),
    ]


def test_what_stands_in_the_inboxes_is_rehearsed_as_the_file_that_was_sent_and_covert_inspections_are_not(tmp_path: Path) -> None:
    sent, policy = tmp_path / "sent.jsonl", load_policy()
    sent.write_text("\n".join(story()) + "\n", "utf-8")
    clock = VirtualClock(datetime(2025, 1, 1, tzinfo=UTC))
    with chain.opened(tmp_path, policy, clock, durable=False) as city:
        player = Player(city.driver, clock, read(sent).arrivals)
        while (instant := player.next_instant()) is not None and instant < NOW:
            player.play(instant)
        clock.move_to(NOW)
        with doors_of(city.runtimes, policy, NOW) as doors:
            lines = [message.body for message in doors.read(NOW, lambda seconds: False)]
            assert traces([*covert.SECRET, covert.UNIT], {"messages": b"\n".join(lines)}) == []
            assert sorted(json.loads(line)["type"] for line in lines) == sorted(
                json.loads(line)["type"] for line in story() if "inspection" not in line
            )  # each once, the policy of more than 400 days ago with them
            assert [message.body for message in doors.read(NOW, lambda seconds: False)] == lines
            found = rehearsed(doors, NOW, LONGER)
    assert (found.state, found.detail, found.messages, found.since) == ("DONE", "", len(lines), "2026-06-01")
    assert found.found is not None
    same = from_file(sent, LONGER, NOW, tmp_path)
    assert [found.found[part] for part in ("units", "years", "slips")] == [same[part] for part in ("units", "years", "slips")]
    (ours,) = [unit for unit in same["units"] if unit["unit"] == "ZJJ"]
    assert (ours["a"]["slips"], ours["b"]["slips"]) == (slips(1, 1), slips(1, 0))


def slips(white: int, yellow: int) -> dict[str, int]:
    return {"WHITE": white, "YELLOW": yellow, "RED": 0}
