"""Who approves slips by the policy file that the services are started with (`DUBAN_POLICY`), read at the start as they do."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from board.access.powers import APPROVER
from board.access.roles import RANKS
from board.domain.approvers import said_in
from board.errors import ConfigError

MEANS = "the services' policy file (TOML), whose section [approver] says who may approve; leave it out where they have none"


def of_file(path: str | None) -> Mapping[str, str]:
    """Colour → the lowest office that approves its slips; as shipped where there is no file, or it does not say.

    ConfigError for a file that cannot be read and for an office that does not exist; the rest of it is the services' affair.
    """
    if path is None:
        return APPROVER
    try:
        said = said_in(tomllib.loads(Path(path).read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeError) as error:
        raise ConfigError(f"DUBAN_POLICY: {path}: {error}; {MEANS}") from error
    wrong = [f"approver.{colour} is {role!r}" for colour, role in said.items() if role is not None and role not in RANKS]
    if wrong:
        raise ConfigError(f"DUBAN_POLICY: {path}: {', '.join(wrong)}; write one of {', '.join(RANKS)}")
    return {colour: said[colour.lower()] or lowest for colour, lowest in APPROVER.items()}
