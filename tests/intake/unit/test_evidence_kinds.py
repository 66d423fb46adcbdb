"""What is taken as evidence is told by its first bytes, and nothing that could run is."""

from __future__ import annotations

import pytest
from intake.domain.evidence import MEDIA, SNIFFED, media_type


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04\x14\x00", "application/zip"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "video/quicktime"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("群众陈述：路面未修复。".encode(), "text/plain"),
        ("群众陈述：路面未修复。".encode("gb18030"), "text/plain"),
        (("字" * SNIFFED).encode()[:SNIFFED], "text/plain"),
    ],
)
def test_what_is_evidence_is_recognised(head: bytes, media: str) -> None:
    assert media_type(head) == media
    assert media in MEDIA


@pytest.mark.parametrize(
    "head",
    [
        b"MZ\x90\x00",
        b"\x7fELF\x02\x01",
        b"#!/bin/sh\nrm -rf /\n",
        b"\xef\xbb\xbf <!DOCTYPE html><script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<?xml version='1.0'?>",
        b"RIFF\x00\x00\x00\x00ACON",
        b"text\x00with a zero",
        b"\xca\xfe\xba\xbe\x00\x00\x004",
        b"\xff\xff\xff\xff",
        b"   \n",
        b"",
    ],
)
def test_what_could_run_or_is_unknown_is_no_evidence(head: bytes) -> None:
    assert media_type(head) is None
