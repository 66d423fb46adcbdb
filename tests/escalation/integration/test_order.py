"""Invariant 5: any order, any repetition and any cutting into batches of the same messages gives the same state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.slip import slip_id
from event_contracts import intake
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ZONE = ZoneInfo("Asia/Shanghai")
MATTER = "00000000-0000-4000-8000-000000000001"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def _request(city: Any, id_: str, type_: str, when: str, **data: Any) -> Any:
    import orjson
    from service_chassis.messaging.envelope import Outgoing

    data = {"matter": MATTER, "unit": "ZJJ"} | data
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": "/office",
        "type": f"{type_}.v1",
        "time": at(when).isoformat(),
        "data": data,
    }
    return Outgoing("duban.inbound", f"OFFICE.{type_}.v1", orjson.dumps(event), user_id="office")


def _verdict(kind: Any, claim: str, claimed: str, by: str) -> Any:
    return kind(matter_id=MATTER, unit="ZJJ", claim=claim, claimed_at=at(claimed), **{by: "陈立"})


def _story(city: Any, last: str) -> list[Any]:
    """A white by the office, urged, claimed and rejected in its term, claimed again; `last` is what became of that."""
    white = slip_id(MATTER, "ZJJ", "WHITE", 0, 0)
    claims = [
        intake.CompletionClaimed(matter_id=MATTER, unit="ZJJ", claim=id_, claimed_at=at(when))
        for id_, when in (("c1", "2026-03-04 10:00"), ("c2", "2026-03-17 10:00"))
    ]
    told = [
        (city.registered("ZJJ", MATTER, "M-1"), "2026-03-02 08:35"),
        (city.served(f"{MATTER}/ZJJ", "ASSIGNMENT", at("2026-03-02 08:40")), "2026-03-02 08:40"),
        (city.served(white, "SLIP", at("2026-03-02 10:00")), "2026-03-02 10:00"),
        (claims[0], "2026-03-04 10:00"),
        (_verdict(intake.CompletionRejected, "c1", "2026-03-04 10:00", "rejected_by"), "2026-03-06 16:00"),
        (claims[1], "2026-03-17 10:00"),
    ]
    if last == "verified":
        told.append((_verdict(intake.CompletionVerified, "c2", "2026-03-17 10:00", "verified_by"), "2026-03-18 09:00"))
    if last == "rejected":
        told.append((_verdict(intake.CompletionRejected, "c2", "2026-03-17 10:00", "rejected_by"), "2026-03-18 09:00"))
    messages = [city.fact(fact, at(when), id_=f"f{n}") for n, (fact, when) in enumerate(told)]
    messages.append(_request(city, "r1", "slip.proposed", "2026-03-02 08:50", colour="WHITE", by="陈立", ground="SLOW_PROGRESS"))
    messages.append(_request(city, "r2", "slip.approved", "2026-03-02 09:00", colour="WHITE", by="李文静"))
    messages.append(_request(city, "r3", "urge.sent", "2026-03-10 09:00", by="OFFICE"))
    return messages


def _play(city: Any, messages: list[Any], batches: list[int]) -> Any:
    """Deliver everything on the evening of 03-18, in these batches, and let the clocks run to the end of the year."""
    city.clock.move_to(at("2026-03-18 20:00"))
    rest = list(messages)
    for size in batches:
        city.broker.publish(rest[:size])
        rest = rest[size:]
        city.driver.settle()
    city.broker.publish(rest)
    city.driver.settle()
    city.auto_serve = lambda issued: issued
    city.until(at("2026-12-31 00:00"))
    found = city.lists()
    return found["slips"], found["deadlines"], found["breaches"]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("verified", [("WHITE", "LIFTED")]),
        ("rejected", [("WHITE", "EXPIRED"), ("YELLOW", "EXPIRED")]),
        ("pending", [("WHITE", "SERVED")]),
    ],
)
def test_order_repetition_and_batches_of_messages_do_not_matter(
    city_with: Callable[..., Any], last: str, expected: list[tuple[str, str]]
) -> None:
    reference = city_with()
    in_order = _play(reference, _story(reference, last), [])
    assert [(slip["colour"], slip["state"]) for slip in in_order[0]] == expected

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def shuffled(data: st.DataObject) -> None:
        city = city_with()
        messages = _story(city, last)
        order = data.draw(st.permutations(range(len(messages))))
        again = data.draw(st.lists(st.sampled_from(range(len(messages))), max_size=4))
        batches = data.draw(st.lists(st.integers(1, 4), max_size=6))
        assert _play(city, [messages[n] for n in [*order, *again]], batches) == in_order

    shuffled()
