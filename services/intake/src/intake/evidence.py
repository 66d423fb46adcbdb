"""The evidence store: files by their hash in one folder. A message carries the hash; the file comes in beside it.

The name of a file is its SHA-256 and nothing else, so nobody chooses a path, the same file twice is one file, and a file that was
changed is seen. What may come in is a closed list (`KINDS`), recognised by its first bytes, never by a name or by what the
sender says. Files are written without the right to execute and are only ever read; nothing here opens what is inside.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from intake.domain.evidence import MEDIA, SNIFFED, media_type

LONGEST = 200 * 1024 * 1024
"""Bytes of one file, at most: some minutes of video from a phone."""
PIECE = 1 << 20
"""Bytes that are read and written at once, whatever the size of a file."""
_NAME = re.compile(r"[0-9a-f]{64}")
_INCOMING = "incoming"
_READ_ONLY = 0o440


class Standing(StrEnum):
    """What the store knows of a hash."""

    PRESENT = "PRESENT"
    ABSENT = "ABSENT"
    DAMAGED = "DAMAGED"
    """There is a file of this name, but its content has another hash."""


STANDING = {
    Standing.PRESENT: "在库 present",
    Standing.ABSENT: "缺失 absent",
    Standing.DAMAGED: "损坏 damaged",
}
"""In words, for lists."""


class EvidenceRefused(Exception):
    """A file that is not taken. `code` is one of the refusal codes, `detail` says what to do, Chinese first."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class EvidenceAbsent(LookupError):
    """There is no such file, or none whose content is what its name says."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the store. `size` in bytes; `new`: it was not there before."""

    sha256: str
    size: int
    media: str
    new: bool


class EvidenceStore:
    """Files by hash below `folder`, which must exist. Any number of processes may use one folder at the same time."""

    def __init__(self, folder: Path, longest: int = LONGEST) -> None:
        self._folder, self._longest = folder, longest

    def put(self, content: BinaryIO | Iterable[bytes], expected: str | None = None) -> Stored:
        """Take a file in, at most a piece of it in memory. `expected`: the hash that it must have.

        EvidenceRefused, and nothing is kept: TOO_LARGE; SCHEMA_INVALID for a wrong hash, an empty file or a kind of file that
        is no evidence.
        """
        wanted = _name(expected) if expected is not None else None
        incoming = self._folder / _INCOMING
        incoming.mkdir(mode=0o750, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=incoming)
        try:
            with os.fdopen(handle, "wb") as file:
                digest, size, head = self._copy(_pieces(content), file)
                os.fchmod(file.fileno(), _READ_ONLY)
                os.fsync(file.fileno())
            if wanted is not None and digest != wanted:
                raise EvidenceRefused("SCHEMA_INVALID", WRONG_HASH.format(found=digest))
            media = media_type(head)
            if media is None:
                raise EvidenceRefused("SCHEMA_INVALID", NOT_EVIDENCE.format(kinds=", ".join(sorted(MEDIA))))
            return Stored(digest, size, media, self._keep(Path(written), digest))
        finally:
            Path(written).unlink(missing_ok=True)

    def open(self, sha256: str) -> BufferedReader:
        """The file, to be read and closed. EvidenceAbsent where there is none; whoever needs to be sure asks `verify` first."""
        try:
            return self._path(_name(sha256)).open("rb")
        except (FileNotFoundError, NotADirectoryError):
            raise EvidenceAbsent(sha256) from None

    def media_of(self, sha256: str) -> str:
        """The media type that its first bytes say, for `Content-Type` (with `nosniff`); EvidenceAbsent where there is none."""
        with self.open(sha256) as file:
            return media_type(file.read(SNIFFED)) or "application/octet-stream"

    def has(self, sha256: str) -> bool:
        """Whether there is a file of this name; its content is not read."""
        return self._path(_name(sha256)).is_file()

    def verify(self, sha256: str) -> Standing:
        """Whether the file is there and still is what its name says: reads all of it."""
        try:
            file = self.open(sha256)
        except EvidenceAbsent:
            return Standing.ABSENT
        with file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        return Standing.PRESENT if found == _name(sha256) else Standing.DAMAGED

    def names(self) -> Iterator[str]:
        """The hash of every file, in order."""
        for path in sorted(self._folder.glob("[0-9a-f][0-9a-f]/*")):
            if _NAME.fullmatch(path.name):
                yield path.name

    def _copy(self, pieces: Iterator[bytes], file: BinaryIO) -> tuple[str, int, bytes]:
        digest, size, head = hashlib.sha256(), 0, b""
        for piece in pieces:
            size += len(piece)
            if size > self._longest:
                raise EvidenceRefused("TOO_LARGE", TOO_LARGE.format(most=self._longest))
            if len(head) < SNIFFED:
                head += piece[: SNIFFED - len(head)]
            digest.update(piece)
            file.write(piece)
        if not size:
            raise EvidenceRefused("SCHEMA_INVALID", EMPTY)
        return digest.hexdigest(), size, head

    def _keep(self, written: Path, name: str) -> bool:
        """Give a finished file its name, durably; a whole one that is there already stays, a damaged one is replaced."""
        place = self._path(name)
        if self.verify(name) is Standing.PRESENT:
            return False
        place.parent.mkdir(mode=0o750, exist_ok=True)
        written.rename(place)
        for folder in (place.parent, self._folder):
            _sync(folder)
        return True

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


EMPTY = "文件为空 / the file is empty"
TOO_LARGE = "文件超过{most}字节 / the file is larger than {most} bytes"
WRONG_HASH = "文件的SHA-256为{found}，与所报不符 / the SHA-256 of this file is {found}, not the one that was named"
NOT_EVIDENCE = "不是可作为证据的文件类型，应为 / not a kind of file that is taken as evidence; it should be one of {kinds}"
BAD_NAME = "应为64位十六进制的SHA-256 / a SHA-256 has 64 hexadecimal digits"


def _name(sha256: str) -> str:
    """The hash as the store names it; anything else is refused before a path is made of it."""
    name = sha256.lower()
    if not _NAME.fullmatch(name):
        raise EvidenceRefused("SCHEMA_INVALID", BAD_NAME)
    return name


def _pieces(content: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    read = getattr(content, "read", None)
    return iter(lambda: read(PIECE), b"") if read is not None else iter(content)


def _sync(folder: Path) -> None:
    """A name is durable once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
