"""Which matters are handled as one (并案办理, domain.md d.10), from the officers' answers alone.

The last answer by business time counts. What follows is the same whatever the order in which answers arrived, and however
often (d.13, invariant 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

MERGE, DISTINCT = "MERGE", "DISTINCT"


@dataclass(frozen=True, slots=True)
class Resolution:
    """One officer's answer; `id` is the id of its message. DISTINCT without `into` is about every matter it was merged into."""

    id: str
    matter: str
    into: str | None
    outcome: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """A matter is handled with `into`, since an instant."""

    into: str
    since: datetime
    reason: str = ""


def merges(resolutions: Iterable[Resolution]) -> dict[str, Merge]:
    """Matter → what it was merged into directly, for every matter that is merged."""
    found: dict[str, Merge] = {}
    for answer in sorted(resolutions, key=lambda answer: (answer.at, answer.id)):
        if answer.outcome == DISTINCT:
            _part(found, answer)
        elif answer.into is not None and answer.into != answer.matter:
            _join(found, answer, answer.into)
    return found


def _join(found: dict[str, Merge], answer: Resolution, into: str) -> None:
    known = found.get(answer.matter)
    if known is not None and known.into == into:
        return
    if root_of(found, into) == answer.matter:  # the other way round than before: the last answer says which one leads
        del found[into]
    found[answer.matter] = Merge(into, answer.at, answer.reason)


def _part(found: dict[str, Merge], answer: Resolution) -> None:
    pairs = [(answer.matter, answer.into)]
    if answer.into is not None:
        pairs.append((answer.into, answer.matter))
    for matter, into in pairs:
        known = found.get(matter)
        if known is not None and into in (None, known.into):
            del found[matter]


def root_of(found: Mapping[str, Merge], matter: str) -> str:
    """The matter that leads the group of this one; itself, if it was not merged."""
    while matter in found:
        matter = found[matter].into
    return matter


def together_since(found: Mapping[str, Merge], matter: str) -> datetime | None:
    """Since when a matter is handled with its leading one: when the last link between them was made. None if it is not."""
    since: datetime | None = None
    while matter in found:
        link = found[matter]
        since = link.since if since is None else max(since, link.since)
        matter = link.into
    return since


class Outcomes:
    """What became of every suspicion, from all answers; for lists, where thousands are asked for."""

    def __init__(self, resolutions: Iterable[Resolution]) -> None:
        known = list(resolutions)
        self._links = merges(known)
        self._said = {frozenset((a.matter, a.into)) if a.into else a.matter for a in known if a.outcome == DISTINCT}
        self._merged = {(a.matter, a.into) for a in known if a.outcome == MERGE}

    def of(self, one: str, other: str) -> str | None:
        """MERGE while both are one, DISTINCT if an officer said so, None while nobody answered."""
        if root_of(self._links, one) == root_of(self._links, other):
            return MERGE
        return DISTINCT if one in self._said or frozenset((one, other)) in self._said else None

    def named_by_officer(self, one: str, other: str) -> tuple[str, str]:
        """The pair as an officer named it, the merged matter first; as it stands, if none did."""
        return (other, one) if (other, one) in self._merged and (one, other) not in self._merged else (one, other)
