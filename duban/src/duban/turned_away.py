"""What stands in the services' databases about a matter and in no event: refused messages, and acts about parked ones.

Where the databases are: the folder of `duban run`, or PostgreSQL with a role that reads all schemas (`auditor`). A rehearsal
leaves a file instead, `turned_away.jsonl`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import orjson
from service_chassis import config
from service_chassis.persistence import turned_away
from service_chassis.persistence.database import Database, Tls
from service_chassis.persistence.turned_away import TurnedAway

from duban.copying import copy

SERVICES = ("intake", "escalation", "scoring", "notify")
KEPT = "turned_away.jsonl"


@dataclass(frozen=True, slots=True)
class About:
    """Which messages belong to the story. A reference is a matter's own only from those who have to do with it."""

    ids: Collection[str]
    references: Collection[str]
    parties: Collection[str]
    """Units of the matter, who submitted it, and the office."""
    parked: Collection[str] = field(default_factory=frozenset)
    """Parked messages that events of the story tell of."""

    def covers(self, found: TurnedAway) -> bool:
        """Whether a message names the matter."""
        if found.parked_id is not None and found.parked_id in self.parked:
            return True
        return found.matter in self.ids or (found.sender in self.parties and found.matter in self.references)


def keep(found: Iterable[tuple[str, TurnedAway]], folder: Path) -> None:
    """Leave the records in a rehearsal's folder; the services' own databases go away with it."""
    with (folder / KEPT).open("wb") as out:
        for service, record in found:
            out.write(orjson.dumps(asdict(record) | {"service": service}, option=orjson.OPT_UTC_Z) + b"\n")


def _kept(file: Path) -> Iterator[tuple[str, TurnedAway]]:
    with file.open("rb") as lines:
        for line in lines:
            row = orjson.loads(line)
            service, at = row.pop("service"), datetime.fromisoformat(row.pop("at"))
            yield service, TurnedAway(**row, at=at)


def of_folder(folder: Path) -> Iterator[tuple[str, TurnedAway]]:
    """(service, record) of a folder; databases are read from copies, since a city may be writing. None where none were left."""
    if (folder / KEPT).is_file():
        yield from _kept(folder / KEPT)
        return
    with tempfile.TemporaryDirectory(prefix="duban-copy-") as scratch:
        for service in SERVICES:
            if (folder / f"{service}.sqlite").is_file():
                copied = Path(scratch) / f"{service}.sqlite"
                copy(folder / copied.name, copied)
                yield from _of(service, Database(f"sqlite:///{copied}", service, durable=False))


def of_server(url: str) -> Iterator[tuple[str, TurnedAway]]:
    """(service, record) of all schemas on PostgreSQL; its certificate is checked as the services do."""
    known = {key: os.environ[key] for key in config.keys(config.ToDatabase) if key in os.environ and "_URL" not in key}
    way = config.load(known | {"DATABASE_URL": url}, config.ToDatabase)
    for service in SERVICES:
        tls = Tls(way.database_ca, way.database_cert, way.database_key)
        yield from _of(service, Database(way.database_url, service, tls))


def _of(service: str, database: Database) -> Iterator[tuple[str, TurnedAway]]:
    with closing(database):
        yield from ((service, found) for found in turned_away.of(database))
