"""The messages of a rehearsal file, in the order in which they reach the broker. A file is a set: the order and the repetition
of its lines mean nothing, `arrivaltime` does (events.md section 5)."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson
from event_contracts.envelope import EARLIEST, LATEST
from service_chassis.errors import ConfigError
from service_chassis.messaging.envelope import Outgoing

INBOUND = "duban.inbound"

SUBMISSION, SERVICE, REPORT, DECISION = range(4)
"""Order at equal instants; the clocks come after all of them."""

RANKS = {
    "matter.submitted": SUBMISSION,
    "matter.withdrawn": SUBMISSION,
    "matter.reopened": SUBMISSION,
    "matter.decomposed": SUBMISSION,
    "units.published": SUBMISSION,
    "persons.published": SUBMISSION,
    "calendar.published": SUBMISSION,
    "policy.published": SUBMISSION,
    "campaign.planned": SUBMISSION,
    "inspection.planned": SUBMISSION,
    "notice.signed": SERVICE,
    "progress.reported": REPORT,
    "completion.claimed": REPORT,
    "objection.filed": REPORT,
    "justification.filed": REPORT,
    "extension.requested": REPORT,
    "review.filed": REPORT,
    "reply.sent": REPORT,
    "urge.sent": REPORT,
    "inspection.found": REPORT,
}
"""What is not named here is a decision."""

BAD_LINE = "整行不是可放入时间轴的CloudEvent：{why} / the line is no CloudEvent that can be put on the time line: {why}"


class Arrival(NamedTuple):
    """One message at the instant at which it reaches the broker. The fields are in the order in which arrivals are sorted."""

    instant: datetime
    rank: int
    time: datetime
    id: str
    body: bytes
    sender: str
    type: str

    def outgoing(self) -> Outgoing:
        """As the sender's system publishes it: the routing key says who, and so does the account."""
        key = f"{self.sender}.{self.type}"
        return Outgoing(INBOUND, key, self.body, user_id=self.sender.lower(), message_id=self.id, type=self.type)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be played; the rest of the file goes on."""

    number: int
    digest: str
    why: str
    pointer: str | None = None
    id: str = ""
    type: str = ""

    def refusal(self) -> dict[str, Any]:
        """The entry of the outcome. It names the line by its content, since a file is a set; its number is told apart."""
        known = {"id": self.id or f"sha256:{self.digest}", "type": self.type}
        return {**known, "code": "SCHEMA_INVALID", "detail": BAD_LINE.format(why=self.why)}


@dataclass(slots=True)
class Reading:
    """A file that was read: its messages in order of arrival, and the lines that are none."""

    arrivals: list[Arrival] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)

    @property
    def last(self) -> datetime | None:
        """When the last message arrives."""
        return self.arrivals[-1].instant if self.arrivals else None


class Misplaced(ValueError):
    """A line that cannot be put on the time line; `pointer` is the attribute at fault."""

    def __init__(self, why: str, pointer: str | None = None) -> None:
        super().__init__(why)
        self.pointer = pointer


def read(path: Path) -> Reading:
    """All messages of a `.jsonl` or `.jsonl.gz` file. An unreadable file is a ConfigError."""
    try:
        with opened(path) as lines:
            return order(lines)
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The lines of a file, unpacked on the fly where its name ends in `.gz`."""
    with path.open("rb") as raw:
        yield io.BufferedReader(gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw


def order(lines: Iterable[bytes]) -> Reading:
    """Lines → arrivals in order. Identical lines are one message; the same id with other content is left to the services."""
    reading, seen = Reading(), set[bytes]()
    for number, line in enumerate(lines, 1):
        body = line.strip()
        digest = hashlib.blake2b(body, digest_size=16).digest()
        if not body or digest in seen:
            continue
        seen.add(digest)
        try:
            reading.arrivals.append(arrival(body))
        except Misplaced as reason:
            reading.bad.append(_bad(number, body, digest, reason))
    reading.arrivals.sort()
    return reading


def _bad(number: int, body: bytes, digest: bytes, reason: Misplaced) -> BadLine:
    try:
        known = decoded(body)
    except Misplaced:
        known = {}
    name = {key: known[key][:200] for key in ("id", "type") if isinstance(known.get(key), str)}
    return BadLine(number, digest.hex(), str(reason), reason.pointer, **name)


def arrival(body: bytes) -> Arrival:
    """One line → its place on the time line. Only what that needs is looked at: the rest is for the services to judge."""
    return of_event(decoded(body), body)


def decoded(body: bytes) -> dict[str, Any]:
    """The event of a line. Where a field is not UTF-8 or not strictly JSON, the others are read all the same."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        event = _salvaged(body, error)
    if not isinstance(event, dict):
        raise Misplaced("not a JSON object")
    return event


def _salvaged(body: bytes, error: orjson.JSONDecodeError) -> Any:
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise Misplaced(f"not JSON ({error.msg}: column {error.colno})") from error


def of_event(event: dict[str, Any], body: bytes) -> Arrival:
    """A decoded CloudEvent → its place on the time line."""
    time, came = instant(event.get("time")), instant(event.get("arrivaltime"))
    at = max(filter(None, (time, came)), default=None)
    if at is None:
        raise Misplaced("`time` is no RFC 3339 instant with an offset", "/time")
    name = event.get("type")
    kind = name if isinstance(name, str) and name and len(name) < 200 else "unknown"
    rank = RANKS.get(kind.rpartition(".v")[0], DECISION)
    return Arrival(at, rank, time or at, str(event.get("id", "")), body, sender_of(event.get("source")), kind)


def sender_of(source: object) -> str:
    """Who sent it: in a rehearsal `source` stands for the broker's account."""
    if source == "/office":
        return "OFFICE"
    if isinstance(source, str) and source.startswith("/units/") and _is_word(unit := source.removeprefix("/units/")):
        return unit
    raise Misplaced("`source` is neither /office nor /units/<unit code>", "/source")


def _is_word(code: str) -> bool:
    return 0 < len(code) <= 64 and code.isascii() and code.isalnum()


def instant(value: object) -> datetime | None:
    """An instant with an offset, UTC; None where the text is none, or outside 1970 to 2199.

    More is understood than RFC 3339 allows: a message that the services will refuse must reach them at its time.
    """
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        moment = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return moment if moment is not None and EARLIEST <= moment < LATEST else None
