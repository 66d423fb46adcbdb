"""What of the messages that came in may leave intake once more, for a rehearsal of a changed policy (docs/decisions/0032).

Never an informant's name or number, nor to whom an answer went, and nothing of a covert inspection before its conclusion was
served (domain.md d.13 no. 12). What the office sent about inspections leaves only where it was accepted and the inspection is
open to all by then: what was refused, or waits, may tell of one that nobody else knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from event_contracts import inbound

from intake.domain import privacy
from intake.store.inspections import Inspections

Event = dict[str, Any]

_AS_SAID = frozenset({"external_ref", "matter", "unit", "role", "type"})
"""Fields that are compared, and masked nowhere: they hold no names of informants."""
_PLANS = {inbound.CampaignPlanned.TYPE: "campaign", inbound.InspectionPlanned.TYPE: "inspection"}


def retold(session: Any, events: Sequence[Event]) -> list[Event]:
    """The events that may leave, in their order."""
    open_to_all = _Open(Inspections(session))
    return [_without_names(event) for event in events if open_to_all.may_leave(event)]


class _Open:
    """Which messages about inspections are about open ones; each inspection is looked at once."""

    def __init__(self, store: Inspections) -> None:
        self._store = store
        self._known: dict[str, frozenset[str]] = {}

    def may_leave(self, event: Event) -> bool:
        """Whether the message is about no inspection, or was accepted about one that everybody may know of."""
        type_ = event.get("type")
        if type_ not in inbound.CONFIDENTIAL:
            return True
        data = event["data"]
        if type_ in _PLANS:
            return event["id"] in self._messages(data[_PLANS[type_]])
        if type_ == inbound.InspectionFound.TYPE:
            return event["id"] in self._messages(data["inspection"])
        return self._is_concluded(event, data)

    def _messages(self, ref: str) -> frozenset[str]:
        """The accepted messages about an inspection or a campaign; none while it is hidden, or not known."""
        if ref not in self._known:
            self._known[ref] = frozenset(self._accepted(ref))
        return self._known[ref]

    def _accepted(self, ref: str) -> Iterator[str]:
        plans = self._store.plans(ref)
        units = {unit for plan in plans for unit in plan.units}
        if any(plan.covert for plan in plans) and not all(map(self._is_told, [ref] * len(units), units)):
            return
        yield from (plan.message for plan in plans)
        yield from (found.message for unit in units for found in self._store.reported(ref, unit))

    def _is_told(self, ref: str, unit: str) -> bool:
        """Whether this unit has the conclusion about it."""
        made = self._store.conclusion_of(ref, unit)
        return made is not None and not made.hidden

    def _is_concluded(self, event: Event, data: Mapping[str, Any]) -> bool:
        made = self._store.conclusion_by_ref(data["conclusion"])
        if made is None or made.issued_at != datetime.fromisoformat(event["time"]):
            return False
        return made.inspection is None or bool(self._messages(made.inspection))


def _without_names(event: Event) -> Event:
    """A submitted matter, or an answer to whoever wrote to us, as the rest of the city sees it. To whom an answer went decides
    nothing, so that it is not asked here whether it was a citizen."""
    data: Any = event.get("data")
    if event.get("type") == inbound.ReplySent.TYPE:
        return event | {"data": _every_text(data, [data["to"]]) | {"to": privacy.CITIZEN}}
    if event.get("type") == inbound.MatterSubmitted.TYPE:
        return event | {"data": _masked(data)}
    if event.get("type") == inbound.MatterDecomposed.TYPE:
        return event | {"data": {**data, "matters": [_masked(matter) for matter in data["matters"]]}}
    return event


def _masked(matter: Any) -> Any:
    told_by = matter["source"].get("informant")
    if told_by is None:
        return matter
    secrets = [secret for secret in (told_by.get("name"), told_by.get("contact")) if secret]
    kept = {**matter, "source": {name: value for name, value in matter["source"].items() if name != "informant"}}
    return _every_text(kept, secrets)


def _every_text(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str):
        return privacy.masked(value, secrets)
    if isinstance(value, list):
        return [_every_text(each, secrets) for each in value]
    if isinstance(value, dict):
        return {name: each if _is_compared(name, each) else _every_text(each, secrets) for name, each in value.items()}
    return value


def _is_compared(name: str, value: Any) -> bool:
    return name in _AS_SAID and isinstance(value, str)
