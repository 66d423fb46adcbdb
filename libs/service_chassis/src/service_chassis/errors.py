"""The closed vocabulary of what can go wrong while a message is handled."""

from __future__ import annotations


class ConfigError(Exception):
    """A setting, server or schema is not as it must be. The text says what and what to do; the process ends with exit code 2."""


class Retry(Exception):
    """A passing fault (server gone, deadlock, timeout). Nothing was acknowledged; the session ends and is opened anew."""


class Refused(Exception):
    """The message cannot be accepted; the sender is told why. Raise it before anything was changed.

    `code` is one of `event_contracts.inbound.REFUSAL_CODES`; `pointer` is a JSON pointer to the field at fault.
    """

    def __init__(self, code: str, detail: str, pointer: str | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.pointer = pointer
