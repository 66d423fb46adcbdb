"""Parked messages hold the sender's ladders; an expired hold never becomes a slip by itself (delivery.md c.6.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from event_contracts import intake

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def park(city: Any, when: str, *, sender: str = "ZJJ", matter_id: str | None = None) -> None:
    fact = intake.InboundParked(
        parked_id=f"p-{sender}-{when}", sender=sender, code="SCHEMA_INVALID", parked_at=at(when), matter_id=matter_id
    )
    city.say(fact, at(when))


def release(city: Any, when: str, parked: str, *, sender: str = "ZJJ") -> None:
    fact = intake.InboundReleased(parked_id=f"p-{sender}-{parked}", sender=sender, released_by="运维", resolution="DISCARDED")
    city.say(fact, at(when))


def test_an_unreadable_message_holds_its_senders_ladder_over_the_deadline(city: Any) -> None:
    city.white_by_office()
    park(city, "2026-03-16 20:00")
    city.until(at("2026-03-17 23:59"))

    assert city.slips() == [("WHITE", 0, "EXPIRED")]
    assert city.outcomes()["ZJJ", "PARKED"] >= 1


def test_another_units_unreadable_message_holds_nothing(city: Any) -> None:
    city.white_by_office()
    park(city, "2026-03-16 20:00", sender="SLJ")
    city.until(at("2026-03-17 00:00"))
    assert city.slips()[-1] == ("YELLOW", 0, "ISSUED")


def test_a_message_about_one_matter_holds_only_that_one(city: Any) -> None:
    city.white_by_office()
    park(city, "2026-03-16 20:00", matter_id="00000000-0000-4000-8000-00000000ffff")
    city.until(at("2026-03-17 00:00"))
    assert city.slips()[-1] == ("YELLOW", 0, "ISSUED")


def test_when_it_is_released_the_ladder_goes_on_with_that_day_as_liability_date(city: Any) -> None:
    city.white_by_office()
    park(city, "2026-03-16 20:00")
    city.until(at("2026-03-17 12:00"))
    release(city, "2026-03-17 15:00", "2026-03-16 20:00")

    yellow = city.slip("YELLOW")
    assert (yellow["issued_at"], yellow["liability_date"]) == ("2026-03-17T07:00:00Z", "2026-03-17")


def test_when_the_hold_expires_the_slip_becomes_a_draft_for_a_person(city: Any) -> None:
    city.white_by_office()
    park(city, "2026-03-16 20:00")
    city.until(at("2026-04-30 00:00"))
    assert city.slips() == [("WHITE", 0, "EXPIRED")]
    assert [e.data.colour for e in city.published("escalation.slip.proposed.v1")] == ["WHITE", "YELLOW"]
    city.request("slip.approved", at("2026-04-30 09:00"), colour="YELLOW", by="赵明远")

    yellow = city.slip("YELLOW")
    assert (yellow["state"], yellow["issued_at"], yellow["liability_date"]) == ("ISSUED", "2026-04-30T01:00:00Z", "2026-03-17")


def test_a_hold_that_was_over_before_the_deadline_changes_nothing(city: Any) -> None:
    city.white_by_office()
    park(city, "2026-03-04 20:00")
    city.until(at("2026-03-17 00:00"))
    assert city.slips()[-1] == ("YELLOW", 0, "ISSUED")


def test_the_same_parked_message_announced_twice_is_one_hold(city: Any) -> None:
    city.white_by_office()
    park(city, "2026-03-16 20:00")
    park(city, "2026-03-16 20:00")
    release(city, "2026-03-16 21:00", "2026-03-16 20:00")
    city.until(at("2026-03-17 00:00"))
    assert city.slips()[-1] == ("YELLOW", 0, "ISSUED")
