"""Fairness under delay: what is due waits until every report from before has been read, says so, and shows in a metric."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.explaining import as_text, explain
from escalation.store.ladders import figures

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def stuck(city: Any) -> Any:
    """A white that is due at 2026-03-17 00:00 while intake does not pass markers on; the reports are still in its queue."""
    city.white_by_office()
    city.driver._is_down = lambda service: service == "intake"
    city.until(at("2026-03-17 02:00"))
    return city


def resume(city: Any) -> None:
    city.driver._is_down = lambda service: False
    city.until(at("2026-03-17 02:05"))


def why(city: Any) -> list[dict[str, Any]]:
    with city.database.begin() as session:
        return explain(session, city.policy, "M-1")


def test_nothing_is_issued_while_intake_may_hold_unread_reports(stuck: Any) -> None:
    assert stuck.slips() == [("WHITE", 0, "SERVED")]


def test_it_says_that_it_waits(stuck: Any) -> None:
    told = why(stuck)
    assert told[0]["why"] == "AWAITING_CUT"
    assert "待确认届满前的报告均已读入" in as_text(told)


def test_it_shows_in_the_gauge_of_waiting_ladders(stuck: Any) -> None:
    with stuck.database.begin() as session:
        assert figures(session).waiting == {"AWAITING_CUT": 1}


def test_when_the_marker_returns_the_slip_comes_with_its_own_liability_date_and_the_wait_is_recorded(stuck: Any) -> None:
    resume(stuck)
    yellow = stuck.slip("YELLOW")
    assert (yellow["liability_date"], yellow["state"]) == ("2026-03-17", "ISSUED")
    assert stuck.outcomes()["ZJJ", "AWAITING_CUT"] == 1
    with stuck.database.begin() as session:
        assert figures(session).waiting == {}


def test_a_claim_from_before_the_end_that_intake_reads_late_prevents_the_slip(stuck: Any) -> None:
    stuck.claim(at("2026-03-16 23:50"), arrives=at("2026-03-17 02:01"))
    resume(stuck)
    assert stuck.slips() == [("WHITE", 0, "SERVED")]
    assert why(stuck)[0]["why"] == "VERIFICATION_PENDING"


def test_a_limit_that_is_decided_at_once_has_no_wait_recorded(city: Any) -> None:
    city.white_by_office()
    city.until(at("2026-03-17 00:00"))
    assert ("ZJJ", "AWAITING_CUT") not in city.outcomes()
