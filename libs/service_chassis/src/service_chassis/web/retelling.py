"""`GET /v1/inbound`: the messages that came in, for a rehearsal of a changed policy (docs/decisions/0032).

For a key with the scope `replay` alone. What a service holds back (`Service.retold`) is not there, and nothing tells of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from event_contracts.envelope import instant

from service_chassis.declare import Service
from service_chassis.persistence import kept
from service_chassis.persistence.kept import Kept, Place
from service_chassis.web.pages import Asked, Listing, Page
from service_chassis.web.problems import Problem

TOGETHER = 1_000
"""Messages that are looked at for one page."""
OFFICE = "/office"


def page(service: Service, together: int = TOGETHER) -> Page:
    """The page of one service; whoever looks is noted where the service keeps such notes."""

    def read(session: Any, asked: Asked) -> Listing:
        since, after = _since(asked), _after(asked)
        found = list(kept.arrived(session, since, after, together))
        more = [found[-1].place.at.isoformat(), *found[-1].place[1:]] if len(found) == together else None
        if after is None and since is not None:
            found = [*kept.named(session, OFFICE, service.rules_came_by(session), since), *found]
        told = service.retold(session, [_event(each) for each in found])
        service.was_read(session, asked, "inbound", len(told))
        return Listing(told, more)

    return Page("/v1/inbound", read, ("since", "cursor"), replay=True)


def _event(found: Kept) -> dict[str, Any]:
    """With the instant at which it came in; nobody's word but ours says it."""
    return found.event | {"recordedtime": found.place.at.astimezone(UTC).isoformat().replace("+00:00", "Z")}


def _since(asked: Asked) -> datetime | None:
    said = asked.words.get("since")
    found = instant(said.replace(" ", "+")) if said is not None else None  # a + that was not encoded arrives as a blank
    if said is not None and found is None:
        raise Problem(400, "since 应为带时区的时间 / since must be an instant with an offset, such as 2026-03-02T09:00:00Z")
    return found


def _after(asked: Asked) -> Place | None:
    said: Sequence[Any] | None = asked.after
    if said is None:
        return None
    if len(said) == len(Place._fields) and all(isinstance(word, str) for word in said) and (at := instant(said[0])) is not None:
        return Place(at, said[1], said[2])
    raise Problem(400, "cursor 无效 / not a cursor of this list")
