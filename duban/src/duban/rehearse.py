"""`duban rehearse`: a file of messages through the whole chain on a virtual clock (events.md section 5)."""

from __future__ import annotations

import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ground_rules.limits import start_of_day
from ground_rules.policy import Policy, PolicyError, load_policy
from ground_rules.publication import laid_over
from service_chassis.clock import VirtualClock
from service_chassis.errors import ConfigError

from duban import arrivals, chain, outcome, turned_away
from duban.player import Player
from duban.progress import Progress

AT_MOST = timedelta(days=365)
"""How long a rehearsal goes on after its last message, without `--until`."""

EXPLAINED, BOOKED, POLICY_FILE = "escalation", "scoring", "policy.toml"
"""The services whose databases stay in `--out`, and the overrides beside them."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What to rehearse: the file, the policy, until which local day, and where the result goes."""

    events: Path
    policy: Policy
    until: date | None = None
    out: Path | None = None
    overrides: str = ""
    """The text of the policy's overrides, which stays in `out` for `duban explain`."""
    label: str = ""
    """Said first in the progress, where there are several rehearsals."""
    shown: type[Progress] = Progress
    """How it tells how far it is."""


def policy_from(path: Path | None) -> Policy:
    """The default policy with the overrides of a TOML file. Whatever is wrong with it is a ConfigError of one line."""
    return read_policy(path)[0]


def read_policy(path: Path | None, *, rehearsal: bool = True, beneath: Path | None = None) -> tuple[Policy, str]:
    """The policy, and the text of its overrides; the file is read once, since it may be a pipe. Without `rehearsal`: from the
    defaults of a running city. `beneath`: a file of overrides that these are laid over."""
    try:
        text = path.read_text("utf-8") if path else ""
        overrides = tomllib.loads(text)
        if beneath is not None:
            overrides = laid_over(tomllib.loads(beneath.read_text("utf-8")), overrides)
        return load_policy(overrides, rehearsal=rehearsal), text
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    except PolicyError as error:
        raise ConfigError(f"{path or 'policy'}: {error}") from error


def end_of(reading: arrivals.Reading, until: date | None, policy: Policy) -> datetime:
    """The exclusive end: midnight after `until`, or a year after the last message."""
    try:
        if until is not None:
            return start_of_day(until + timedelta(days=1), policy.zone)
        return (reading.last or EPOCH) + AT_MOST
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def rehearse(wanted: Rehearsal, warn: Callable[[str], None]) -> dict[str, list[dict[str, Any]]]:
    """Play everything before the end and return the outcome; also written to `wanted.out`."""
    reading = arrivals.read(wanted.events)
    for bad in reading.bad:
        warn(f"{wanted.events.name}:{bad.number}: {bad.why}")
    end = end_of(reading, wanted.until, wanted.policy)
    clock = VirtualClock(reading.arrivals[0].instant if reading.arrivals else EPOCH)
    with scratch() as folder, published(wanted.out) as keep:
        opened = chain.opened(folder, wanted.policy, clock, durable=False, archive=keep)
        bar = wanted.shown(sys.stderr, len(reading.arrivals), wanted.policy.zone, wanted.label)
        with opened as running, bar as progress:
            player = Player(running.driver, clock, reading.arrivals, chain.outage_edges(wanted.policy))
            run_to(end, player, progress)
            running.driver.finish()
            refused = {"refusals": [bad.refusal() for bad in reading.bad]}
            found = outcome.gather([*running.reports(), refused])
            if wanted.out is not None:
                turned_away.keep(running.turned_away(), wanted.out)
                running.keep(EXPLAINED)
                running.keep(BOOKED)
        if wanted.out is not None:
            leave_in(wanted.out, folder, wanted.overrides)
            outcome.save(found, wanted.out)
    return found


def leave_in(out: Path, folder: Path, overrides: str) -> None:
    """What `duban explain` and `python -m scoring` read later: ladders and points, and the policy that they were made under."""
    for service in (EXPLAINED, BOOKED):
        shutil.move(folder / f"{service}.sqlite", out / f"{service}.sqlite")
    (out / POLICY_FILE).write_text(overrides, "utf-8")


def run_to(end: datetime, player: Player, progress: Progress) -> None:
    """Play instant by instant while there is one before the end."""
    instant = player.next_instant()
    while instant is not None and instant < end:
        player.play(instant)
        progress.show(instant, player.played)
        instant = player.next_instant()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the databases of this rehearsal, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="duban-rehearsal-") as folder:
        yield Path(folder)


@contextmanager
def published(folder: Path | None) -> Iterator[Callable[[str, bytes], None]]:
    """Where published events go: `published.jsonl` in the folder, or nowhere."""
    if folder is None:
        yield lambda routing_key, body: None
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        out = (folder / "published.jsonl").open("wb")
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror or error}") from error
    with out:
        yield lambda routing_key, body: (out.write(body), out.write(b"\n"), None)[-1]
