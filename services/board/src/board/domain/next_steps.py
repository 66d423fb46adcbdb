"""What happens next to a unit's part of a matter, and when: told from what the events say, nothing is computed anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from board.domain.case import FALLEN, RED
from board.domain.texts import last_day, local_day

Row = Mapping[str, Any]
REMINDER, CYCLE = "REMINDER", "CYCLE"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that will happen, or that somebody may do."""

    code: str
    """Of the words `next`, or of `todo` where `waits`."""
    when: str | None = None
    """The local day by which; None where it hangs on something else."""
    waits: bool = False
    """Whether it waits for a decision of the office."""
    colour: str | None = None
    number: int | None = None
    """Of REMINDER workdays that are left, of MILESTONE percent that must be accepted."""


def next_steps(
    part: Row, slips: Sequence[Row], notices: Iterable[Row], todos: Iterable[Row], now: str, ahead: Iterable[Row] = ()
) -> list[Step]:
    """What comes next for a unit, what has a day first. `now` is the instant as it is kept; `ahead` belongs to the limit."""
    found = [*_reviews(slips, now)]
    if part["open"]:
        waiting = [Step(todo["kind"], todo["due_on"], True, todo["colour"]) for todo in todos if todo["desk"] == "OFFICE"]
        found += [*_to_sign(notices), *_ahead(part, ahead, local_day(now)), *_of_the_limit(part, bool(waiting)), *waiting]
    return sorted(found, key=lambda step: (step.when is None, step.when or ""))


def _of_the_limit(part: Row, waits: bool) -> Iterator[Step]:
    state, colour = part["clock"], part["colour"]
    if state == "RUNNING":
        yield Step(f"END_{colour or 'NONE'}", part["deadline"], colour=colour)
    elif state == "SUSPENDED":
        yield Step("HELD")
    elif state == "BREACHED" and colour != RED and not waits:  # else the office's decision is what comes next
        yield Step("PASSED", colour=colour)


def _ahead(part: Row, ahead: Iterable[Row], today: date) -> Iterator[Step]:
    """What is due before the limit ends. Of reporting cycles the next one alone: those after it hang on what comes of it."""
    told = False
    for day in ahead if part["clock"] == "RUNNING" else ():
        over = date.fromisoformat(day["on"]) < today
        if over or (told and day["kind"] == CYCLE):
            continue
        told = told or day["kind"] == CYCLE
        yield Step(day["kind"], day["on"], number=day.get("days_left") if day["kind"] == REMINDER else day.get("percent"))


def _to_sign(notices: Iterable[Row]) -> Iterator[Step]:
    for notice in notices:
        if notice["state"] == "DISPATCHED" and notice["kind"] in ("ASSIGNMENT", "SLIP") and notice["deemed_at"]:
            yield Step("DEEMED", last_day(notice["deemed_at"]).isoformat(), colour=notice["colour"])


def _reviews(slips: Sequence[Row], now: str) -> Iterator[Step]:
    """Until when a yellow or red may still be attacked."""
    for slip in slips:
        until = slip["review_until"]
        if until and now < until and slip["state"] not in FALLEN:
            yield Step("REVIEW", last_day(until).isoformat(), colour=slip["colour"])
