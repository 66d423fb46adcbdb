"""Cases of the domain model as rehearsal files, played as a user would play them, and what the tests look at in their outcome."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from duban.rehearse import Rehearsal, policy_from, rehearse

CASES = Path(__file__).parent / "cases"
ZONE = ZoneInfo("Asia/Shanghai")

Outcome = dict[str, list[dict[str, Any]]]
Play = Callable[..., "Played"]
"""`play(case, until, policy="")`: rehearse a case of `cases/`; `lines` changes the file first."""
PlayLines = Callable[..., "Played"]
"""`play_lines(lines, until, policy="")`: rehearse these messages."""


@dataclass(frozen=True)
class Played:
    """An outcome, and what was published on the way."""

    outcome: Outcome
    published: list[dict[str, Any]]

    def rows(self, key: str, **where: Any) -> list[dict[str, Any]]:
        """The entries of one list that have these values."""
        return [row for row in self.outcome[key] if all(row.get(name) == value for name, value in where.items())]

    def one(self, key: str, **where: Any) -> dict[str, Any]:
        """The only entry that has these values."""
        found = self.rows(key, **where)
        assert len(found) == 1, (key, where, found)
        return found[0]


def local(instant: str) -> str:
    """An instant of the outcome as local date and time, to the minute."""
    return datetime.fromisoformat(instant).astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def local_day(instant: str) -> str:
    return local(instant)[:10]


def colours(played: Played) -> tuple[int, int, int]:
    """How many white, yellow and red slips there are."""
    white, yellow, red = (len(played.rows("slips", colour=colour)) for colour in ("WHITE", "YELLOW", "RED"))
    return white, yellow, red


def shaken(seed: int) -> Callable[[list[str]], list[str]]:
    """Lines in another order, some of them up to five times."""

    def shake(lines: list[str]) -> list[str]:
        chance = random.Random(seed)
        mixed = [line for line in lines for _ in range(chance.randint(1, 5))]
        chance.shuffle(mixed)
        return mixed

    return shake


def said(name: str, sender: str, at: str, *, id_: str = "", arrives: str | None = None, **data: Any) -> str:
    """One line of a rehearsal: `said("completion.claimed", "ZJJ", "2026-03-05 10:00", matter="M1", …)`; local times."""
    source = "/office" if sender == "OFFICE" else f"/units/{sender}"
    time = datetime.fromisoformat(at).replace(tzinfo=ZONE).isoformat()
    known: dict[str, Any] = {"specversion": "1.0", "source": source, "type": f"{name}.v1", "time": time, "data": data}
    if arrives is not None:
        known["arrivaltime"] = datetime.fromisoformat(arrives).replace(tzinfo=ZONE).isoformat()
    made = id_ or str(uuid5(NAMESPACE_URL, json.dumps(known, sort_keys=True)))
    return json.dumps(known | {"id": made}, ensure_ascii=False)


def rehearsed(folder: Path, case: str, until: str, policy: str, lines: Callable[[list[str]], list[str]]) -> Played:
    """Write the case into the folder, changed by `lines`, and rehearse it there."""
    return rehearsed_lines(folder, lines((CASES / f"{case}.jsonl").read_text("utf-8").splitlines()), until, policy)


def rehearsed_lines(folder: Path, lines: list[str], until: str, policy: str = "") -> Played:
    """Rehearse these lines in a folder."""
    events, overrides, out = folder / "events.jsonl", folder / "policy.toml", folder / "out"
    events.write_text("\n".join(lines) + "\n", "utf-8")
    overrides.write_text(policy, "utf-8")
    wanted = Rehearsal(events, policy_from(overrides), date.fromisoformat(until), out)
    complaints: list[str] = []
    found = rehearse(wanted, complaints.append)
    assert not complaints
    published = [json.loads(line) for line in (out / "published.jsonl").read_text("utf-8").splitlines()]
    return Played(found, published)


def plain(event: dict[str, Any]) -> dict[str, Any]:
    """A published event without what identifies this one run."""
    return {key: value for key, value in event.items() if key not in ("traceparent",)}


def seen(played: Played) -> tuple[Outcome, list[dict[str, Any]]]:
    """All that two rehearsals of the same case must agree on."""
    return played.outcome, [plain(event) for event in played.published]
