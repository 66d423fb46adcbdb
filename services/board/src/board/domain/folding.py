"""The events of one matter → what the board shows of it.

A read model is a function of the *set* of events: they are put in the order of their producers' sequences before they are
folded, so the order of arrival, repetition and catching up change nothing (domain.md d.13, invariants 5 and 14). Each handler
touches only what its own producer decides; what depends on several of them is derived at the end (`standing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from board.domain import folding_matter, folding_points, folding_slips, folding_terms
from board.domain.case import Case
from board.domain.standing import settle

Event = Mapping[str, Any]
Handler = Callable[[Case, Mapping[str, Any], Event], None]

HANDLERS: Mapping[str, Handler] = {
    **folding_matter.HANDLERS,
    **folding_terms.HANDLERS,
    **folding_slips.HANDLERS,
    **folding_points.HANDLERS,
}


def bare(kind: str) -> str:
    """A type without its version."""
    return kind.rpartition(".v")[0]


def in_order(events: Iterable[Event]) -> list[Event]:
    """Each producer's events by its own sequence; of two producers one after the other."""
    return sorted(events, key=lambda event: (event["source"], event["subject"] or "", event.get("sequence") or 0, event["id"]))


def fold(matter_id: str, events: Iterable[Event]) -> Case:
    """The matter as these events tell it."""
    case = Case(matter_id)
    for event in in_order(events):
        handler = HANDLERS.get(bare(event["type"]))
        if handler is not None:
            data = event["data"]
            case.ref = case.ref or data.get("external_ref")
            case.submitted_by = case.submitted_by or data.get("submitted_by")
            handler(case, data, event)
    settle(case)
    return case
