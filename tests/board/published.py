"""Events of real chains for the board's tests: rehearsals of cases, played once for the whole run."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from duban.rehearse import Rehearsal, read_policy, rehearse

CASES = Path(__file__).resolve().parent.parent / "system" / "cases"
UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLAYED = {
    "ac03-full-ladder": "2017-04-30",
    "ac07-partial-extension-then-late": "2026-05-10",
    "ac09-improvement-is-not-red": "2026-08-10",
    "ac11-yellow-overturned-with-its-red": "2026-06-10",
    "ac15-three-heads-one-ladder": "2026-03-25",
    "d1-campaign-with-a-conclusion-for-each-unit": "2026-07-25",
}
"""Case → the last day that is played."""


@cache
def bodies(case: str) -> tuple[bytes, ...]:
    """What the chain published, in its order."""
    policy, overrides = read_policy(None)
    with TemporaryDirectory() as folder:
        out = Path(folder)
        rehearse(Rehearsal(CASES / f"{case}.jsonl", policy, date.fromisoformat(PLAYED[case]), out, overrides), lambda text: None)
        return tuple(UUID.sub(partial(_own, case), line) for line in (out / "published.jsonl").read_bytes().splitlines())


def _own(case: str, found: re.Match[bytes]) -> bytes:
    """The cases repeat each other's references, and ids are made of them: each case gets ids of its own."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{case}/{found.group().decode()}")).encode()


def events(case: str) -> list[dict[str, Any]]:
    """The same, decoded."""
    return [json.loads(body) for body in bodies(case)]


def everything() -> list[bytes]:
    """All of them, one after the other."""
    return [body for case in PLAYED for body in bodies(case)]


def persons(*capacities: tuple[str, str]) -> bytes:
    """That these persons hold these offices, and nobody else any."""
    held = [{"name": name, "capacities": [{"role": role, "valid_from": "2026-01-01"}]} for name, role in capacities]
    event = {
        "specversion": "1.0", "id": "persons-1", "source": "/duban/intake", "type": "intake.persons.published.v1",
        "subject": "PERSONS", "time": "2026-05-01T00:00:00Z", "sequence": 1, "data": {"persons": held, "revision": 1},
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False).encode()


def under_another_name(body: bytes, number: int) -> bytes:
    """The same event of another matter, of which everything else is alike: its ids are other ones in every round."""
    return UUID.sub(partial(_own, str(number)), body)
