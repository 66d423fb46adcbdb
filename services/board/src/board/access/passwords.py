"""Passwords as scrypt hashes (RFC 7914) with a salt of their own; 16 MiB and some 50 ms for each try."""

from __future__ import annotations

import hashlib
import hmac
import secrets

N, R, P = 2**14, 8, 1
SHORTEST = 12
"""Characters of a password that a person chooses."""


def hashed(password: str) -> str:
    """What is kept of a password."""
    salt = secrets.token_bytes(16)
    return f"scrypt${N}${salt.hex()}${_derive(password, salt, N).hex()}"


def fits(password: str, kept: str | None) -> bool:
    """Whether it is the password; the same work where there is no account, so that nobody learns which exist."""
    _, n, salt, wanted = (kept or NOBODY).split("$")
    found = _derive(password, bytes.fromhex(salt), int(n))
    return hmac.compare_digest(found, bytes.fromhex(wanted)) and kept is not None


def _derive(password: str, salt: bytes, n: int) -> bytes:
    return hashlib.scrypt(password.encode("utf-8"), salt=salt, n=n, r=R, p=P, maxmem=64 * 1024 * 1024, dklen=32)


def first_password() -> str:
    """A password to start with, shown once; it must be changed at the first sign-on."""
    return secrets.token_urlsafe(12)


NOBODY = f"scrypt${N}${'00' * 16}${'00' * 32}"
