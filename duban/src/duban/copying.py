"""A database file that somebody may be writing is read from a copy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from service_chassis.errors import ConfigError


def copy(source: Path, target: Path) -> None:
    """A consistent copy of a database file that may be in use."""
    if not source.is_file():
        raise ConfigError(f"{source} 不存在，不是演练留下的文件夹 / is missing: not a folder that a rehearsal left")
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        raise ConfigError(f"{source}: {error}") from error
