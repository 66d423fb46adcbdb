"""Whether the same thing was asked of the same unit before (domain.md f.9): by a key made of the words of the asking."""

from __future__ import annotations

from hashlib import blake2b


def asked_key(*, number: str | None, source: str, clause: str | None, title: str, unit: str, deliverable: str) -> int | None:
    """A key (63 bits) that two askings share if every word of them is the same; None where no document is named."""
    if number is None:
        return None
    words = "\x1f".join((source, number, clause or "", title, unit, deliverable))
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), "big") >> 1
