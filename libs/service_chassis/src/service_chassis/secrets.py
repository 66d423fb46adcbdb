"""Secrets come from the environment or from files that not everybody can read, and reach no log line and no message.

What was read is remembered for the life of the process, so that a password is also found in the text of somebody else's
error (`redact`). Passwords of fewer than `SHORTEST` characters are found in URLs alone: looked for anywhere, a password such as
"duban" would blacken half of every line.
"""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

SHORTEST = 8
HIDDEN = "***"

_IN_URL = re.compile(r"(?<=://)([^\s:@/]*):[^\s@/]+@")
_KNOWN: set[str] = set()


def private_file(value: str) -> Path:
    """A file that can be read, and not by everybody. ValueError says what to do."""
    path = Path(value)
    if not path.is_file() or not os.access(path, os.R_OK):
        raise ValueError("a file that exists and can be read")
    if stat.S_IMODE(path.stat().st_mode) & 0o007:
        raise ValueError(f"a file that not everybody can read (chmod o= {path})")
    return path


def from_file(value: str) -> str:
    """The secret in a private file, without the line's end."""
    try:
        secret = private_file(value).read_text("utf-8").strip()
    except UnicodeDecodeError as error:
        raise ValueError("a text file") from error
    if not secret:
        raise ValueError("a file with the secret in it; it is empty")
    return secret


def keep(secret: str) -> None:
    """Remember what must never be seen: the password of a URL, or a secret as it is."""
    try:
        password = urlsplit(secret).password if "://" in secret else secret
    except ValueError:  # it is refused as an address, and not shown
        return
    if password:
        plain = unquote(password)
        forms = {password, plain, quote(plain, safe=""), json.dumps(plain)[1:-1]}
        _KNOWN.update(form for form in forms if len(form) >= SHORTEST)


def redact(text: str) -> str:
    """The text without passwords: of any URL, and those that this process knows."""
    text = _IN_URL.sub(rf"\1:{HIDDEN}@", text)
    for secret in sorted(_KNOWN, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
