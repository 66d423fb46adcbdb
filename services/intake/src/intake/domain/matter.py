"""A matter: its identity, its states, and which change of state is allowed (domain.md d.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from hashlib import blake2b
from types import MappingProxyType

from intake.domain.completion import PartState

DEFAULT_KIND = "ROUTINE"
"""日常督办, one of the five kinds of Decree 733 art. 14, where the submitter names none."""


class MatterState(StrEnum):
    """Where a matter stands."""

    DRAFT = "DRAFT"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    REGISTERED = "REGISTERED"
    DISPATCHED = "DISPATCHED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETION_CLAIMED = "COMPLETION_CLAIMED"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"
    ARCHIVED = "ARCHIVED"
    REOPENED = "REOPENED"
    MERGED_INTO = "MERGED_INTO"
    WITHDRAWN = "WITHDRAWN"
    TRANSFERRED = "TRANSFERRED"


S = MatterState

SIDE_EXITS = frozenset({S.MERGED_INTO, S.WITHDRAWN, S.TRANSFERRED})
"""How an open matter ends without having been done."""

MAIN_PATH: Mapping[MatterState, frozenset[MatterState]] = MappingProxyType(
    {
        S.DRAFT: frozenset({S.PENDING_APPROVAL}),
        S.PENDING_APPROVAL: frozenset({S.REGISTERED}),
        S.REGISTERED: frozenset({S.DISPATCHED}),
        S.DISPATCHED: frozenset({S.IN_PROGRESS, S.COMPLETION_CLAIMED}),
        S.IN_PROGRESS: frozenset({S.COMPLETION_CLAIMED}),
        S.COMPLETION_CLAIMED: frozenset({S.VERIFIED, S.REJECTED}),
        S.REJECTED: frozenset({S.IN_PROGRESS}),
        S.VERIFIED: frozenset({S.CLOSED}),
        S.CLOSED: frozenset({S.ARCHIVED, S.REOPENED}),
        S.REOPENED: frozenset({S.DISPATCHED}),
    }
)
"""The way of a matter, step by step (d.3). What it does not name is not allowed."""

OPEN = frozenset(MatterState) - SIDE_EXITS - {S.CLOSED, S.ARCHIVED}
"""States in which somebody still has to act."""


DERIVED = frozenset({S.DISPATCHED, S.IN_PROGRESS, S.COMPLETION_CLAIMED, S.VERIFIED, S.CLOSED})
"""States that follow from what the units' parts came to (`state_of`); a matter in any other state stays there."""


def may_become(now: MatterState, then: MatterState) -> bool:
    """Whether a matter may go from one state to another in one step."""
    if then in SIDE_EXITS:
        return now in OPEN
    return then in MAIN_PATH.get(now, frozenset())


def state_of(parts: Iterable[PartState], *, answered: bool = True) -> MatterState:
    """The state of a dispatched matter from the states of its units' parts, whatever the order in which they came.

    It is done when every part is verified (LEAD and SUPPORTING alike), and closed once every source has its answer, too;
    claimed when none is left to be worked on, and in progress as soon as one has moved.
    Parts that went to another unit do not count; a matter without any other is gone.
    """
    states = set(parts) - {PartState.TRANSFERRED}
    if not states:
        return S.TRANSFERRED
    if states == {PartState.VERIFIED}:
        return S.CLOSED if answered else S.VERIFIED
    if states == {PartState.DISPATCHED}:
        return S.DISPATCHED
    if states <= {PartState.COMPLETION_CLAIMED, PartState.VERIFIED}:
        return S.COMPLETION_CLAIMED
    return S.IN_PROGRESS


def matter_id(submitter: str, external_ref: str) -> str:
    """Our id of the matter that `submitter` calls `external_ref`: the same on every run and on every replica."""
    return named_uuid(f"matter\x1f{submitter}\x1f{external_ref}")


def assignment_id(matter: str, unit: str, attempt: int = 0) -> str:
    """Our id of a unit's part in a matter; a part that comes back to a unit is another `attempt`."""
    again = f"\x1f{attempt}" if attempt else ""
    return named_uuid(f"assignment\x1f{matter}\x1f{unit}{again}")


def named_uuid(name: str) -> str:
    """A UUID (version 8, RFC 9562) made of a name; a quarter of the time that `uuid5` takes, which counts at intake."""
    digest = bytearray(blake2b(name.encode(), digest_size=16).digest())
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
