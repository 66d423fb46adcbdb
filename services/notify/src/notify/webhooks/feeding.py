"""From the archive to the queue: each published event once, for every endpoint that hears it.

Nothing here stands in the way of the services' own queues, and a new release, a long outage or a restore from a backup begins
where it stopped. What is queued and the place that was reached are one transaction. Before going on, the event at that place is
read again: if it is not the same one, the archive is another (or was cut), and reading stops until a person has looked, rather
than leave a gap that nobody sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
from service_chassis import logs
from service_chassis.delivery import Runtime
from service_chassis.messaging.archive import Archived
from service_chassis.messaging.embedded import topic_matches

from notify.domain.webhooks import KEPT, Standing
from notify.store import webhooks

Read = Callable[[datetime | int | None, bool], Iterator[list[Archived]]]
"""(start, follow) → the archive from there on, in pieces; an empty piece where nothing came for a while."""

NOT_FOR_OUTSIDE = "INTERNAL"
REGISTERED = "intake.matter.registered."
AT_ONCE = 200
"""Events in one transaction."""
HALTED = (
    "归档与上次读到的位置不符 / the archive does not go on where it was left (position {position}, event {event}): it was"
    " replaced, or cut before it was read; compare, then `webhooks go-on --since …`"
)


class Halt(Exception):
    """Reading must stop until a person has looked; the text says why."""


class Feeder:
    """Reads the archive for all endpoints. Any number may do so at once: the place is locked for each piece."""

    def __init__(self, runtime: Runtime, read: Read) -> None:
        self._runtime, self._read = runtime, read
        self._log = logs.logger()

    def follow(self, go_on: Callable[[], bool]) -> None:
        """Queue what comes, as long as `go_on` says so. `Retry` for a passing fault, `Halt` where a person must look."""
        with self._runtime.database.begin() as session:
            at = webhooks.feed(session)
        if at["halted"]:
            raise Halt(at["halted"])
        checked = at["position"] < 0
        for piece in self._read(None if checked else at["position"], True):
            if piece and not checked:
                self._check(at, piece[0])
                checked = True
            for start in range(0, len(piece), AT_ONCE):
                self.take(piece[start : start + AT_ONCE])
            self.replay()
            if not go_on():
                return

    def _check(self, at: Mapping[Any, Any], first: Archived) -> None:
        if first.offset == at["position"] and _field(_event(first), "id") == at["event_id"]:
            return
        why = HALTED.format(position=at["position"], event=at["event_id"])
        with self._runtime.database.begin() as session:
            webhooks.halt_feed(session, why)
        raise Halt(why)

    def take(self, piece: Sequence[Archived]) -> int:
        """Queue a piece, as far as no other process has done so; returns how many deliveries were made."""
        now = self._runtime.clock.now()
        with self._runtime.database.begin() as session:
            reached = webhooks.feed(session)["position"]
            fresh = [item for item in piece if item.offset > reached]
            if not fresh:
                return 0
            events = _rows(session, fresh)
            listening = webhooks.endpoints(session, Standing.ACTIVE, Standing.VERIFYING)
            heard = [
                (endpoint["endpoint"], index)
                for index, item in enumerate(fresh)
                for endpoint in listening
                if _hears(endpoint, item) and events[index]["recorded"] >= endpoint["hears_from"]
            ]
            made = _queue(session, events, heard, now)
            webhooks.move_feed(session, fresh[-1].offset, events[-1]["event_id"])
            webhooks.forget(session, now - KEPT)
        return made

    def replay(self) -> None:
        """Read again what a person asked for, for one endpoint each; nobody else notices."""
        with self._runtime.database.begin() as session:
            wanted, reached = webhooks.replays(session), webhooks.feed(session)["position"]
        for asked in wanted:
            count = 0
            for piece in self._read(asked["since"], False):
                count += self._replay_piece(asked, piece)
                if piece and piece[-1].offset >= reached:
                    break  # what came later is queued anyhow
            with self._runtime.database.begin() as session:
                webhooks.replay_done(session, asked)
            self._log.info("webhooks redelivered", action="webhook.replay", endpoint=asked["endpoint"], events=count)

    def _replay_piece(self, asked: Mapping[Any, Any], piece: Sequence[Archived]) -> int:
        now = self._runtime.clock.now()
        with self._runtime.database.begin() as session:
            webhooks.feed(session)  # `forget` must not run in between
            endpoint = webhooks.endpoint(session, asked["endpoint"])
            items = iter([item for item in piece if _hears(endpoint, item)])
            count = 0
            while part := list(islice(items, AT_ONCE)):
                events = _rows(session, part)
                wanted = [event for event in events if asked["since"] <= event["recorded"] < asked["until"]]
                _queue(session, wanted, [(asked["endpoint"], index) for index in range(len(wanted))], now)
                count += webhooks.again(session, asked["endpoint"], [event["event_id"] for event in wanted], now)
        return count


def _hears(endpoint: Any, item: Archived) -> bool:
    return any(topic_matches(pattern, item.routing_key) for pattern in endpoint["patterns"])


def _queue(session: Any, events: Sequence[Mapping[str, Any]], heard: Sequence[tuple[str, int]], now: datetime) -> int:
    """Only events that somebody hears are kept."""
    places = {index: place for place, index in enumerate(sorted({index for _, index in heard}))}
    kept = [{key: value for key, value in events[index].items() if key != "recorded"} for index in places]
    return webhooks.queue(session, kept, [(name, places[index]) for name, index in heard], now)


def _rows(session: Any, items: Sequence[Archived]) -> list[dict[str, Any]]:
    """What is kept of each event, and which of them are about matters whose content is not for outside."""
    found = [_event(item) for item in items]
    webhooks.mark_internal(session, [_field(event, "subject") for event in found if _is_internal(event)])
    abouts = [{_field(event, "subject"), _field(_data(event), "matter_id")} for event in found]
    inside = webhooks.internal(session, set().union(*abouts))
    return [
        {
            "event_id": _field(event, "id") or f"archive-{item.offset}",
            "position": item.offset,
            "type": _field(event, "type") or item.routing_key,
            "subject": _field(event, "subject"),
            "internal": not inside.isdisjoint(about),
            "body": item.body,
            "recorded": _recorded(event),
        }
        for item, event, about in zip(items, found, abouts, strict=True)
    ]


def _is_internal(event: Mapping[str, Any]) -> bool:
    return _field(event, "type").startswith(REGISTERED) and _field(_data(event), "classification") == NOT_FOR_OUTSIDE


def _data(event: Mapping[str, Any]) -> Mapping[str, Any]:
    found = event.get("data")
    return found if isinstance(found, dict) else {}


def _event(item: Archived) -> Mapping[str, Any]:
    try:
        found = orjson.loads(item.body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _field(event: Mapping[str, Any], name: str) -> str:
    return str(event.get(name) or "")


def _recorded(event: Mapping[str, Any]) -> datetime:
    """When it was announced; one that does not say so is old, and only asked for by replays from the beginning."""
    try:
        found = datetime.fromisoformat(_field(event, "recordedtime"))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
