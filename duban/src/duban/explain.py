"""`duban explain`: why a matter is where it is, from a rehearsal that is played now or was played before (domain.md f.2)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from escalation import explaining
from service_chassis.errors import ConfigError
from service_chassis.persistence.database import Database

from duban.copying import copy
from duban.rehearse import EXPLAINED, POLICY_FILE, Rehearsal, read_policy, rehearse

as_text = explaining.as_text


@dataclass(frozen=True, slots=True)
class Question:
    """Which matter, which unit of it (None: all), and where to look: `events` is rehearsed, or `left` was before."""

    matter: str
    unit: str | None = None
    events: Path | None = None
    policy: Path | None = None
    until: date | None = None
    left: Path | None = None


def explain(asked: Question, warn: Callable[[str], None]) -> list[dict[str, Any]]:
    """One entry for each unit of the matter; ConfigError where there is none, or where it is not clear where to look."""
    if (asked.events is None) == (asked.left is None):
        raise ConfigError("请给出 --events 或 --out 之一 / give either --events FILE, or --out DIR of a rehearsal")
    if asked.left is not None and (asked.policy or asked.until):
        raise ConfigError("--policy 和 --until 只与 --events 同用 / --policy and --until go with --events only")
    with rehearsed(asked, warn) as folder:
        told = answer(folder, asked)
    if not told:
        part = f"（{asked.unit}）" if asked.unit else ""
        raise ConfigError(f"没有事项 {asked.matter}{part} / no such matter, or no such unit in it")
    return told


@contextmanager
def rehearsed(asked: Question, warn: Callable[[str], None]) -> Iterator[Path]:
    """The folder of the rehearsal: the one named, or one that is played now and removed afterwards."""
    if asked.left is not None:
        yield asked.left
    elif asked.events is not None:
        policy, overrides = read_policy(asked.policy)
        with tempfile.TemporaryDirectory(prefix="duban-explained-") as folder:
            rehearse(Rehearsal(asked.events, policy, asked.until, Path(folder), overrides), warn)
            yield Path(folder)


def answer(folder: Path, asked: Question) -> list[dict[str, Any]]:
    """Ask escalation. It works on a copy: what somebody kept is only read, even while a city is writing it."""
    overrides = folder / POLICY_FILE
    policy, _ = read_policy(overrides if overrides.exists() else None)
    with tempfile.TemporaryDirectory(prefix="duban-copy-") as scratch:
        copied = Path(scratch) / f"{EXPLAINED}.sqlite"
        copy(folder / copied.name, copied)
        with closing(Database(f"sqlite:///{copied}", EXPLAINED, durable=False)) as database, database.begin() as session:
            return explaining.explain(session, policy, asked.matter, asked.unit)


def encoded(told: list[dict[str, Any]]) -> bytes:
    """As JSON for machines and people."""
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
