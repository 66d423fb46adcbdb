"""The HTTP doors of all services in threads of this process, and what a board makes of what it reads there."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from board.domain.texts import ZONE
from board.ports import Trial
from board.rehearsing.doors import Doors
from board.rehearsing.process import Rehearsals, Way
from board.rehearsing.rules import RulesOfTheCommand
from duban.rehearsing_beside import COMMAND
from service_chassis.api import create_app
from service_chassis.delivery import Runtime
from service_chassis.health import Health
from service_chassis.metrics import Metrics
from service_chassis.persistence import api_keys
from service_chassis.web import keys
from service_chassis.web.door import Door
from service_chassis.web.throttle import Throttle
from werkzeug.serving import make_server

PLENTY = 1_000_000


@contextmanager
def doors_of(runtimes: Sequence[Runtime], policy: Any, now: datetime) -> Iterator[Doors]:
    """One key for all of them, made at the first and admitted at the others."""
    key, token = keys.make("OFFICE", "board", ("replay",), now, now + timedelta(days=9), "陈立")
    addresses = {}
    with ExitStack() as closing:
        for runtime in runtimes:
            with runtime.database.begin() as session:
                api_keys.add(session, key, key.scopes)
            kind = type(runtime.service)
            door = Door(runtime, policy, lambda kind=kind: kind(policy), Throttle(PLENTY))
            app = create_app(door, Health("database"), Metrics(runtime.service.name))
            addresses[runtime.service.name] = closing.enter_context(_serving(app))
        yield Doors(addresses, token, None, days=400)


@contextmanager
def _serving(app: Any) -> Iterator[str]:
    """Its address; when it is left, no thread of it is."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def rehearsed(doors: Doors, now: datetime, overrides: str, published: Sequence[Mapping[str, Any]] = ()) -> Trial:
    """What came of one rehearsal, as the board's page would show it."""
    rehearsals = Rehearsals(
        doors, RulesOfTheCommand(COMMAND, "", lambda: published, lambda: now.date()), lambda: now, Way(COMMAND, 120.0, ZONE)
    )
    rehearsals.start(overrides, "王敏")
    rehearsals.join(120.0)
    found = rehearsals.latest()
    assert found is not None
    return found


def from_file(lines: Path, overrides: str, until: datetime, folder: Path) -> dict[str, Any]:
    """The same comparison of a file of messages."""
    from duban import compare

    changed = folder / "changed.toml"
    changed.write_text(overrides, "utf-8")
    wanted = compare.Wanted(lines, None, changed, until.astimezone(ZONE).date(), as_lived=True)
    return compare.compare(wanted, lambda told: None)
