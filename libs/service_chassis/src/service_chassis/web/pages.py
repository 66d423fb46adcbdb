"""What a service shows at the HTTP door: pages that are read in one transaction, and nothing else happens."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

import orjson

from service_chassis.web.callers import Caller
from service_chassis.web.problems import Problem
from service_chassis.web.roles import Sight

MOST, USUAL = 200, 50
"""Entries of one page at most, and where nothing else is asked for."""

LIST = ("limit", "cursor")
"""What may be asked of every list."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a page: who asks, for what, and when."""

    caller: Caller
    words: Mapping[str, str]
    """What stands in the path and behind the question mark, each once."""
    now: datetime
    policy: Any

    @property
    def limit(self) -> int:
        """Entries that are wanted. Problem for anything but 1 to `MOST`."""
        said = self.words.get("limit", str(USUAL))
        if not (said.isascii() and said.isdigit() and 1 <= int(said[:6]) <= MOST):
            raise Problem(400, f"limit 应为 1 至 {MOST} 的整数 / limit must be a whole number from 1 to {MOST}")
        return int(said)

    @property
    def after(self) -> list[Any] | None:
        """Where the page before ended, as `Listing.more` had it. Problem for a cursor that is none of ours."""
        said = self.words.get("cursor")
        if said is None:
            return None
        try:
            found = orjson.loads(base64.urlsafe_b64decode(said.encode("ascii") + b"=="))
        except (binascii.Error, ValueError):
            found = None
        if not isinstance(found, list):
            raise Problem(400, "cursor 无效，请用上一页 Link 中的值 / take the cursor from the Link of the page before")
        return found

    def one_of(self, name: str, words: Sequence[str]) -> str | None:
        """A word of a closed list, if it was asked for."""
        said = self.words.get(name)
        if said is not None and said not in words:
            raise Problem(400, f"{name} 应为以下之一 / {name} must be one of {', '.join(words)}")
        return said


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, and where the next one begins; None at the end."""

    items: Sequence[Any]
    more: Sequence[Any] | None = None

    @property
    def cursor(self) -> str | None:
        """`more` as the caller brings it back."""
        return base64.urlsafe_b64encode(orjson.dumps(self.more)).decode().rstrip("=") if self.more is not None else None


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was written for this request and is gone with it."""

    file: IO[bytes]
    name: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes that are shown as they are."""

    body: bytes
    content_type: str


Reader = Callable[[Any, Asked], Any]
"""(session, asked) → an object, a `Listing`, a `Body`; None for what is not there or not for this caller: both read the same."""


@dataclass(frozen=True, slots=True)
class Page:
    """One thing to look at. `path` as Flask writes it; `words` are the names that may stand behind the question mark."""

    path: str
    read: Reader
    words: Sequence[str] = field(default=())
    heavy: bool = False
    """It may take long: only a few of these at the same time."""
    replay: bool = False
    """For keys with the scope `replay`, and for nobody else."""

    def is_open_to(self, caller: Caller) -> bool:
        """Whether this caller may ask for it at all."""
        return caller.may_replay if self.replay else caller.sight is not Sight.NONE
