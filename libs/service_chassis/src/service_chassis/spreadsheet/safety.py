"""Text from outside must stay text in a spreadsheet (formula injection, CWE-1236).

Excel, WPS and LibreOffice take a CSV field that begins with one of a few characters for a formula, whatever stands in quotation
marks around it. Full-width forms are taken too under East Asian settings, and blanks before them are skipped.
"""

from __future__ import annotations

import re
import unicodedata

TRIGGERS = frozenset("=+-@\t\r\n|%")
"""What makes a formula or a DDE call at the beginning of a cell; full-width forms are folded to these first."""

UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot carry, so that no workbook may hold it."""

LONGEST = 32_767
"""Characters that one cell holds in Excel."""


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet could take this text for a formula."""
    if text[:1] in TRIGGERS:
        return True
    first = next((char for char in text if not (char.isspace() or unicodedata.category(char) == "Cf")), "")
    return unicodedata.normalize("NFKC", first)[:1] in TRIGGERS


def printable(text: str) -> str:
    """The text as any cell can hold it: unprintable characters shown as U+FFFD, cut at the length of a cell."""
    seen = UNSEEN.sub("\ufffd", text)
    return seen if len(seen) <= LONGEST else seen[: LONGEST - 1] + "…"


def disarmed(text: str) -> str:
    """The text for a CSV field: what could be a formula gets an apostrophe in front, which every spreadsheet reads as text."""
    shown = printable(text)
    return "'" + shown if is_dangerous(shown) else shown
