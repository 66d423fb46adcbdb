"""The acceptance cases speak this wire format: every line of a type that this release understands is read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from event_contracts.wire import REQUESTS, Unreadable

CASES = Path(os.environ.get("DUBAN_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "cases"


@pytest.mark.needs_shared_data
def test_every_line_of_the_acceptance_cases_is_read_or_refused_for_its_reason(send: Callable[..., Any]) -> None:
    read = 0
    for path in sorted(CASES.glob("*/events.jsonl")):
        for line in path.read_bytes().splitlines():
            event = json.loads(line)
            if event["type"] not in REQUESTS:
                continue
            sender = event["source"].rpartition("/")[2].upper()
            try:
                message = send(line, routing_key=f"{sender}.{event['type']}")
            except Unreadable as error:
                assert error.code == "CLASSIFIED"
                assert event["data"]["classification"] == "SECRET"
                continue
            assert message.id == event["id"]
            read += 1
    assert read >= 150
