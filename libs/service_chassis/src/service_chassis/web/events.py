"""`GET /v1/events/<id>`: an event of this service as it was published, for whom it concerns; a thin webhook's `dataref`.

What was not published yet, was erased since, belongs to somebody else, or never was: all read the same.
"""

from __future__ import annotations

from typing import Any

import orjson
from event_contracts.hearing import is_for, is_sealed
from event_contracts.published import CONTENT_TYPE

from service_chassis.declare import Service
from service_chassis.persistence import outbox, waiting
from service_chassis.persistence.unit_of_work import EVENTS_EXCHANGE
from service_chassis.web.callers import Caller
from service_chassis.web.pages import Asked, Body, Page
from service_chassis.web.roles import Sight


def page(service: Service) -> Page:
    """The page of one service; whoever looks is noted where the service keeps such notes."""

    def read(session: Any, asked: Asked) -> Body | None:
        found = _found(session, asked)
        service.was_read(session, asked, "event", int(found is not None))
        return None if found is None else Body(found, CONTENT_TYPE)

    return Page("/v1/events/<path:event_id>", read)


def _found(session: Any, asked: Asked) -> bytes | None:
    row = outbox.published(session, EVENTS_EXCHANGE, asked.words["event_id"])
    if row is None:
        return None
    type_, body = row
    return body if _may_read(session, asked.caller, type_, orjson.loads(body).get("data") or {}) else None


def _may_read(session: Any, caller: Caller, type_: str, data: dict[str, Any]) -> bool:
    if is_sealed(data):
        return False
    if caller.sight is Sight.ALL:
        return True
    submitted_by, units = waiting.parties(session, data.get("matter_id"))
    return is_for(caller.unit, type_, data, submitted_by, units)
