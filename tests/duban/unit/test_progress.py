"""How far a rehearsal is, where the output is no terminal."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from duban.progress import Progress

from duban import progress

AT = datetime(2026, 3, 2, 18, tzinfo=UTC)


def told(monkeypatch: pytest.MonkeyPatch, label: str) -> str:
    """One plain line, without waiting for the seconds between two of them."""
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.0)
    out = io.StringIO()
    with Progress(out, 2000, ZoneInfo("Asia/Shanghai"), label) as shown:
        shown.show(AT, 1500)
    return out.getvalue()


def test_a_line_tells_the_local_day_and_how_many_messages_were_played(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, "").startswith("2026-03-03  1,500 / 2,000 messages")


def test_of_two_rehearsals_a_line_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, "政策 policy B ").startswith("政策 policy B 2026-03-03")
