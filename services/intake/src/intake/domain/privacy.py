"""Whose names stay inside (Decree 733 art. 9, 24, 26; domain.md C5): informants', and those of citizens who wrote to us."""

from __future__ import annotations

from collections.abc import Iterable

from intake.domain.sources import SourceType

MASK = "某某"
"""Stands for a name or a number that must not be read."""
CITIZEN = "来信来电群众 / the citizen"
"""Stands for the addressee of an answer, where that is a citizen."""
BY_CITIZENS = frozenset({SourceType.NETIZEN_MESSAGE, SourceType.PETITION, SourceType.HOTLINE})
"""Sources behind which a private person stands."""
SHORTEST = 2
"""Characters of a name at least: a single one would be found in half of all words."""


def masked(text: str, secrets: Iterable[str]) -> str:
    """A text without these names and numbers; the longest first, since one may contain another."""
    for secret in sorted({secret.strip() for secret in secrets}, key=lambda secret: (-len(secret), secret)):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, MASK)
    return text


def addressee(to: str, source: str) -> str:
    """To whom an answer went, as others may read it."""
    return CITIZEN if source in BY_CITIZENS else to
