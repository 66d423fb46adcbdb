"""Messages for tests, made from a seed: matters with limits of days, some done in time, some late, some never."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from duban.arrivals import Arrival

from duban import arrivals

ZONE = ZoneInfo("Asia/Shanghai")
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:duban:tests")
UNITS = ("ZJJ", "SLJ", "JTJ", "JYJ", "WJW", "CGJ")


def event(name: str, source: str, key: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    """One CloudEvent; `key` makes its id."""
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid5(NAMESPACE, f"{name}/{key}")),
        "source": source,
        "type": f"{name}.v1",
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


def submission(ref: str, unit: str, at: datetime, days: int) -> dict[str, Any]:
    """The office submits a matter for one unit, with a limit of workdays."""
    data = {
        "external_ref": ref,
        "title": f"测试事项 {ref}",
        "source": {"type": "DOCUMENT", "number": ref},
        "standard": "全部完成",
        "assignments": [{"unit": unit, "role": "LEAD", "deliverable": "报告", "limit": {"amount": days, "unit": "WORKDAY"}}],
    }
    return event("matter.submitted", "/office", ref, at, data)


def claim(ref: str, unit: str, at: datetime) -> dict[str, Any]:
    """The unit reports completion."""
    return event("completion.claimed", f"/units/{unit}", ref, at, {"matter": ref, "unit": unit, "text": "已全部完成"})


def arrival(message: dict[str, Any]) -> Arrival:
    """The message as it is published."""
    return arrivals.arrival(json.dumps(message, ensure_ascii=False).encode())


def story(count: int, start: datetime, seed: int) -> list[Arrival]:
    """`count` matters in the eight days from `start`; one in three is never done."""
    return [arrival(message) for message in _story(count, start, Random(seed))]


def _story(count: int, start: datetime, chance: Random) -> Iterator[dict[str, Any]]:
    for number in range(count):
        ref, unit = f"SY-{number:04}", chance.choice(UNITS)
        at = start + timedelta(days=chance.randrange(8), minutes=chance.randrange(1, 1200))
        days = chance.randrange(1, 4)
        yield submission(ref, unit, at, days)
        if chance.random() < 0.67:
            yield claim(ref, unit, at + timedelta(days=chance.randrange(1, 40), minutes=chance.randrange(1, 200)))
