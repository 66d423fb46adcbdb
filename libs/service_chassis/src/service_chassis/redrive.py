"""Parked messages: list, show, put back, discard. Who decided what and why is kept in `parked_act`, which nobody can change.

`put-back` handles the message again in this process, as if it came now; the row is closed only when that went well, after its
effect, so that a hold is never released before the report that it protects has been read.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, TextIO

from service_chassis import logs
from service_chassis.delivery import Runtime, Tally, process_batch
from service_chassis.errors import ConfigError
from service_chassis.persistence import parked
from service_chassis.persistence.parked import Act
from service_chassis.persistence.unit_of_work import Work

PUT_BACK, DISCARD = "put-back", "discard"
WITHHELD = "内容可能涉及暗访，不予显示 / withheld: it may be about a covert inspection"


def run(runtime: Runtime, arguments: Sequence[str], out: TextIO | None = None) -> int:
    """The role `redrive`: 0 when all went well, 1 when a message failed again."""
    out = out or sys.stdout
    given = parser(runtime.service.name).parse_args(arguments)
    if given.verb in ("list", "log"):
        return (_list if given.verb == "list" else _log)(runtime, out)
    if given.verb == "show":
        return _show(runtime, given.id, out)
    act = Act(given.verb, given.by, given.why)
    results = [(put_back if given.verb == PUT_BACK else discard)(runtime, parked_id, act) for parked_id in given.ids]
    for parked_id, result in zip(given.ids, results, strict=True):
        out.write(f"{parked_id} {result}\n")
    return 0 if all(result in (parked.REPLAYED, parked.REJECTED) for result in results) else 1


def parser(service: str) -> argparse.ArgumentParser:
    """The words of the role."""
    made = argparse.ArgumentParser(prog=f"python -m {service} redrive", description="死信 / parked messages")
    verbs = made.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="待处理的消息 / what nobody has decided about")
    verbs.add_parser("log", help="谁何时为何如何处理 / who decided what, when and why, one JSON object a line")
    verbs.add_parser("show", help="一条消息的全部 / one message with its body").add_argument("id", metavar="ID")
    for verb, text in ((PUT_BACK, "重新处理 / handle it again, as if it came now"), (DISCARD, "作废 / close it unhandled")):
        words = verbs.add_parser(verb, help=text)
        words.add_argument("ids", nargs="+", metavar="ID")
        words.add_argument("--why", required=True, metavar="TEXT", help="缘由，存档 / why; it is kept")
        words.add_argument("--by", default=getpass.getuser(), metavar="PERSON", help="何人决定，存档 / who decides; it is kept")
    return made


def _list(runtime: Runtime, out: TextIO) -> int:
    with runtime.database.begin() as session:
        for row in parked.unresolved(session):
            shown = (row["id"], f"{row['parked_at']:%Y-%m-%dT%H:%M:%SZ}", row["queue"], row["sender"], row["code"], row["reason"])
            out.write("  ".join(shown) + "\n")
    return 0


def _log(runtime: Runtime, out: TextIO) -> int:
    with runtime.database.begin() as session:
        for row in parked.acts(session):
            out.write(json.dumps(dict(row), ensure_ascii=False, default=str) + "\n")
    return 0


def _show(runtime: Runtime, parked_id: str, out: TextIO) -> int:
    row = _row(runtime, parked_id)
    shown = shown_of(row)
    out.write(json.dumps(shown, ensure_ascii=False, indent=2, default=str) + "\n")
    return 0


def shown_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A parked message as an operator sees it: whole, but for what may be about a covert inspection."""
    shown = dict(row) | {"body": bytes(row["body"]).decode("utf-8", "backslashreplace")}
    return shown | {"body": WITHHELD, "headers": None} if logs.confidential_key(row["routing_key"]) else shown


def _row(runtime: Runtime, parked_id: str) -> Any:
    with runtime.database.begin() as session:
        row = parked.one(session, parked_id)
    if row is None:
        raise ConfigError(f"no parked message {parked_id}; `redrive list` names those that wait")
    return row


def put_back(runtime: Runtime, parked_id: str, act: Act) -> str:
    """Handle the message again; `replayed`, or why not."""
    row = _row(runtime, parked_id)
    if row["resolved_at"] is not None:
        return _closed(row)
    tallies: list[Tally] = []
    before, runtime.on_batch = runtime.on_batch, lambda _queue, tally: tallies.append(tally)
    try:
        process_batch(runtime, row["queue"], [parked.as_delivery(row)])
    finally:
        runtime.on_batch = before
    if any(tally.parked for tally in tallies):
        with runtime.database.begin() as session:
            parked.note(session, replace(act, more={"failed": "again"}), row, runtime.clock.now())
        return "failed again and stays parked"
    return _resolve(runtime, row, act, parked.REPLAYED)


def discard(runtime: Runtime, parked_id: str, act: Act) -> str:
    """Close the row without handling the message; the hold is released."""
    row = _row(runtime, parked_id)
    return _closed(row) if row["resolved_at"] is not None else _resolve(runtime, row, act, parked.REJECTED)


def _closed(row: Any) -> str:
    return f"was {row['resolution']} by {row['resolved_by']} already"


def _resolve(runtime: Runtime, row: Any, act: Act, how: str) -> str:
    """Close the row, announce it and keep who did it, in one transaction."""
    released: Callable[..., Any] = import_module(runtime.service.PARKED.__module__).InboundReleased
    with runtime.database.begin() as session:
        work = Work(runtime.service, session, runtime.clock.now())
        done = parked.resolve(work, row, act.by, how, released)
        if done:
            parked.note(session, act, row, work.now)
    return how if done else "was resolved by somebody else"
