"""Which kinds of files are evidence (照片、视频、陈述、文件; domain.md d.2), told by their first bytes.

The list is closed on purpose: programs, scripts with a `#!`, pages that a browser would run and anything unknown are no evidence.
"""

from __future__ import annotations

SNIFFED = 4096
"""How many first bytes are looked at."""

_STARTS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"OggS", "application/ogg"),
    (0, b"ID3", "audio/mpeg"),
)
"""(offset, first bytes, media type). A ZIP is also .docx, .xlsx, .ofd and .odt; an OLE storage is .doc, .xls and .wps."""
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_STILL = (b"heic", b"heix", b"mif1", b"avif")
_RUN_BY_A_BROWSER = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<?xml")

MEDIA = frozenset(
    {media for _, _, media in _STARTS} | set(_RIFF.values()) | {"video/mp4", "video/quicktime", "image/heic", "text/plain"}
)
"""Everything that is taken."""


def media_type(head: bytes) -> str | None:
    """The media type of a file that begins with these bytes; None where it is no evidence."""
    for offset, start, media in _STARTS:
        if head[offset : offset + len(start)] == start:
            return media
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _STILL:
            return "image/heic"
        return "video/quicktime" if brand == b"qt  " else "video/mp4"
    return "text/plain" if _is_plain_text(head) else None


def _is_plain_text(head: bytes) -> bool:
    """Text in UTF-8 or GB 18030 without control characters, that neither a shell nor a browser would run."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start or start.startswith((b"#!", *_RUN_BY_A_BROWSER)):
        return False
    if any(byte < 0x20 and byte not in b"\t\n\r\x0c" for byte in head) or b"\x7f" in head:
        return False
    return any(_reads_as(head, encoding) for encoding in ("utf-8", "gb18030"))


def _reads_as(head: bytes, encoding: str) -> bool:
    """Whether these bytes are text; the last character may be cut off."""
    for cut in range(4 if len(head) >= SNIFFED else 1):
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
