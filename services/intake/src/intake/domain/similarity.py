"""How alike two matters are (domain.md d.10): shared subject terms, the same clause, a similar text.

Chinese has no blanks between words, so texts are compared by their pairs of neighbouring characters. To find candidates
without comparing with everything, each matter has a few keys; two matters that share one are looked at. The keys of a text are
MinHash bands: two texts share at least one of them the more probably, the more pairs they have in common.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

BANDS, ROWS = 4, 3
"""Four bands of three rows: texts with 60 % of their pairs in common are found in 62 of 100 cases, with 80 % in 94."""
LONG = 8
"""Pairs of characters from which a text says enough to be compared with those of other sources on its own."""
ALIKE = 60
"""Whole percent of common pairs from which two texts of different sources are related by their words alone."""
TERMS, CLAUSE, TEXT = 50, 15, 35
"""How much each kind of likeness weighs; what neither of two matters has is left out."""

_FRAME = re.compile("^关于(?:进一步)?|的?(?:督查事项|督办事项|督查|事项|通知|请示|报告|建议|提案|情况|工作)+$")
_NOTHING = re.compile(r"[\W_]+")
_ORDINAL = re.compile("第?[0-9零〇一二三四五六七八九十百]+[条款项章节点号部分]*(第[0-9零〇一二三四五六七八九十百]+[条款项目点])*")
_HASHES = struct.Struct(f">{BANDS * ROWS}I")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What of a matter is compared: units, subject terms, source clause, period, and its title in pairs of characters."""

    matter_id: str
    units: frozenset[str]
    terms: frozenset[str]
    clause: str | None
    source_type: str
    pairs: frozenset[str]
    submitted_at: datetime


def fingerprint(
    matter_id: str,
    *,
    units: Iterable[str],
    terms: Iterable[str],
    clause: str | None,
    number: str | None,
    source_type: str,
    title: str,
    submitted_at: datetime,
) -> Fingerprint:
    """The fingerprint of a matter."""
    words = frozenset(found for term in terms if (found := plain(term)))
    return Fingerprint(
        matter_id, frozenset(units), words, clause_key(clause, number), source_type, pairs(framed(title)), submitted_at
    )


def plain(text: str) -> str:
    """Without case, width, blanks and punctuation."""
    return _NOTHING.sub("", unicodedata.normalize("NFKC", text).casefold())


def framed(title: str) -> str:
    """A title without the words that every title has (关于……的督查事项)."""
    text = plain(title)
    return _FRAME.sub("", text) or text


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a plain text."""
    return frozenset(text[at : at + 2] for at in range(len(text) - 1)) or frozenset({text} if text else ())


def clause_key(clause: str | None, number: str | None) -> str | None:
    """What a clause is compared by: a mere ordinal (第三条) means something only together with the number of its document."""
    text = plain(clause or "")
    if not text:
        return None
    if not _ORDINAL.fullmatch(text):
        return text
    document = plain(number or "")
    return f"{document}|{text}" if document else None


def keys(found: Fingerprint) -> list[int]:
    """The keys under which a matter is found again, each of 64 bits with its unit in it."""
    return _keys(found, [found.source_type])


def sought(found: Fingerprint, source_types: Iterable[str]) -> list[int]:
    """The keys of what a matter may repeat: a text alone says something only if it came from a source of another type."""
    return _keys(found, [name for name in source_types if name != found.source_type])


def _keys(found: Fingerprint, source_types: Sequence[str]) -> list[int]:
    marks = [f"t|{term}" for term in sorted(found.terms)]
    if found.clause is not None:
        marks.append(f"c|{found.clause}")
    if len(found.pairs) >= LONG:
        bands = list(enumerate(_bands(found.pairs)))
        marks += [f"b|{name}|{number}|{band}" for name in source_types for number, band in bands]
    return [_number(f"{unit}|{mark}") for unit in sorted(found.units) for mark in marks]


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _bands(of: Collection[str]) -> list[tuple[int, ...]]:
    least = [min(column) for column in zip(*map(_hashes, of), strict=True)]
    return [tuple(least[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]


@lru_cache(maxsize=50_000)
def _hashes(pair: str) -> tuple[int, ...]:
    """A number for each row of the bands; kept, since a city's matters are written with a few thousand pairs."""
    return _HASHES.unpack(blake2b(pair.encode(), digest_size=_HASHES.size).digest())


def related(one: Fingerprint, other: Fingerprint, period: timedelta) -> bool:
    """Whether two matters can be the same at all: a unit in common, not too far apart, and one thing that says so."""
    if one.matter_id == other.matter_id or not one.units & other.units or abs(one.submitted_at - other.submitted_at) > period:
        return False
    if one.terms & other.terms or (one.clause is not None and one.clause == other.clause):
        return True
    long = min(len(one.pairs), len(other.pairs)) >= LONG
    return long and one.source_type != other.source_type and _percent(one.pairs, other.pairs) >= ALIKE


def likeness(one: Fingerprint, other: Fingerprint) -> int:
    """How alike two matters are, in whole percent, rounded down."""
    parts = [(TEXT, _percent(one.pairs, other.pairs))]
    if one.terms and other.terms:
        parts.append((TERMS, _percent(one.terms, other.terms)))
    if one.clause is not None and other.clause is not None:
        parts.append((CLAUSE, 100 if one.clause == other.clause else 0))
    return sum(weight * percent for weight, percent in parts) // sum(weight for weight, _ in parts)


def _percent(one: Collection[str], other: Collection[str]) -> int:
    """Jaccard: what two sets have in common, of what they have together."""
    together = len(set(one) | set(other))
    return 100 * len(set(one) & set(other)) // together if together else 0
