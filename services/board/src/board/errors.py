"""What can go wrong, in a closed vocabulary; each message says what happened and what to do."""

from __future__ import annotations


class ConfigError(Exception):
    """A setting, an address or a file is wrong: the board does not start."""


class Unavailable(Exception):
    """The database or the broker is away for now; nothing was done."""


class Refused(Exception):
    """A service did not accept what a person sent: its code, and its own words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail
