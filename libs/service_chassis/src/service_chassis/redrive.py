"""Parked messages: list, show, put back, discard. Every decision is kept with the name of the person who made it.

`put-back` handles the message again in this process, as if it came now; the row is closed only when that went well, after its
effect, so that a hold is never released before the report that it protects has been read.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TextIO

from service_chassis.delivery import Runtime, Tally, process_batch
from service_chassis.errors import ConfigError
from service_chassis.persistence import parked
from service_chassis.persistence.unit_of_work import Work

USAGE = "redrive list | show ID | put-back ID… | discard ID…   [--by NAME]"


def run(runtime: Runtime, arguments: Sequence[str], out: TextIO = sys.stdout) -> int:
    """The role `redrive`: 0 when all went well, 1 when a message failed again."""
    words, by = _person(list(arguments))
    verb, ids = (words[0] if words else ""), words[1:]
    if verb == "list" and not ids:
        return _list(runtime, out)
    if verb == "show" and len(ids) == 1:
        return _show(runtime, ids[0], out)
    actions: dict[str, Callable[[Runtime, str, str], str]] = {"put-back": put_back, "discard": discard}
    if verb not in actions or not ids:
        raise ConfigError(f"usage: {USAGE}")
    results = [actions[verb](runtime, parked_id, by) for parked_id in ids]
    for parked_id, result in zip(ids, results, strict=True):
        out.write(f"{parked_id} {result}\n")
    return 0 if all(result in (parked.REPLAYED, parked.REJECTED) for result in results) else 1


def _person(words: list[str]) -> tuple[list[str], str]:
    if "--by" not in words:
        return words, getpass.getuser()
    at = words.index("--by")
    if at + 1 >= len(words):
        raise ConfigError(f"usage: {USAGE}")
    return words[:at] + words[at + 2 :], words[at + 1]


def _list(runtime: Runtime, out: TextIO) -> int:
    with runtime.database.begin() as session:
        for row in parked.unresolved(session):
            shown = (row["id"], f"{row['parked_at']:%Y-%m-%dT%H:%M:%SZ}", row["queue"], row["sender"], row["code"], row["reason"])
            out.write("  ".join(shown) + "\n")
    return 0


def _show(runtime: Runtime, parked_id: str, out: TextIO) -> int:
    row = _row(runtime, parked_id)
    shown = {key: value for key, value in row.items() if key != "body"}
    shown["body"] = bytes(row["body"]).decode("utf-8", "backslashreplace")
    out.write(json.dumps(shown, ensure_ascii=False, indent=2, default=str) + "\n")
    return 0


def _row(runtime: Runtime, parked_id: str) -> Any:
    with runtime.database.begin() as session:
        row = parked.one(session, parked_id)
    if row is None:
        raise ConfigError(f"no parked message {parked_id}")
    return row


def put_back(runtime: Runtime, parked_id: str, by: str) -> str:
    """Handle the message again; `replayed`, or why not."""
    row = _row(runtime, parked_id)
    if row["resolved_at"] is not None:
        return f"was {row['resolution']} by {row['resolved_by']} already"
    tallies: list[Tally] = []
    before, runtime.on_batch = runtime.on_batch, lambda _queue, tally: tallies.append(tally)
    try:
        process_batch(runtime, row["queue"], [parked.as_delivery(row)])
    finally:
        runtime.on_batch = before
    if any(tally.parked for tally in tallies):
        return "failed again and stays parked"
    return _resolve(runtime, row, by, parked.REPLAYED)


def discard(runtime: Runtime, parked_id: str, by: str) -> str:
    """Close the row without handling the message; the hold is released."""
    row = _row(runtime, parked_id)
    if row["resolved_at"] is not None:
        return f"was {row['resolution']} by {row['resolved_by']} already"
    return _resolve(runtime, row, by, parked.REJECTED)


def _resolve(runtime: Runtime, row: Any, by: str, how: str) -> str:
    released = import_module(runtime.service.PARKED.__module__).InboundReleased
    with runtime.database.begin() as session:
        work = Work(runtime.service, session, runtime.clock.now())
        done = parked.resolve(work, row, by, how, released)
    return how if done else "was resolved by somebody else"
