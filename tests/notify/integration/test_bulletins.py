"""A bulletin goes out once, and its audience hears of every slip in it that falls, in whatever order the two are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.escalation import SlipOverturned, SlipVacated, SlipWithdrawn
from event_contracts.inbound import BulletinItem, BulletinPublished
from event_contracts.intake import Capacity, OfficePerson, PersonsPublished
from notify.report import report

Make = Callable[..., Any]
FIELDS: dict[str, Any] = {
    "matter_id": "m1",
    "external_ref": "M-01",
    "submitted_by": "OFFICE",
    "unit": "ZJJ",
    "ground": "OVERDUE",
    "number": "咸督办〔2026〕黄字第1号",
    "renewal": 0,
}


def local(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def bulletin(*colours: str, number: str = "TB-3", text: str = "三月份通报") -> BulletinPublished:
    items = [BulletinItem(matter="M-01", unit="ZJJ", colour=colour) for colour in colours or ("YELLOW",)]
    return BulletinPublished(bulletin=number, scope=["各县市区", "市直各部门"], items=items, text=text, approved_by="市长 韩立新")


def overturned(slip_id: str = "y1") -> SlipOverturned:
    return SlipOverturned(
        **FIELDS, slip_id=slip_id, colour="YELLOW", state="OVERTURNED", review_id="r1", overturned_at=local(10, 9)
    )


def publish(bench: Any, data: BulletinPublished, time: datetime) -> str:
    sent: str = bench._send("OFFICE", "/office", data, time)
    return sent


def sent(bench: Any) -> list[tuple[str, str | None, str]]:
    with bench.database.begin() as session:
        return [(row["kind"], row["corrects"], row["at"]) for row in report(session, bench.policy)["bulletins"]]


def announced(bench: Any) -> list[str]:
    return [message.type.split(".")[2] for message in bench.everything() if ".bulletin." in message.type]


BOTH = [("PUBLISHED", None, "2026-03-05T02:00:00Z"), ("CORRECTED", "TB-3", "2026-03-10T01:00:00Z")]


@pytest.fixture
def yellow(bench: Any, slip: Make) -> Any:
    bench.clock.move_to(local(4, 9))
    bench.tell(slip("y1", "YELLOW"), time=local(4, 9))
    bench.clock.move_to(local(10, 9))
    return bench


def test_its_audience_is_told_when_a_slip_in_it_falls(yellow: Any) -> None:
    publish(yellow, bulletin(), local(5, 10))
    yellow.tell(overturned(), time=local(10, 9))
    assert sent(yellow) == BOTH
    told = [message.data for message in yellow.everything() if message.type == "notify.bulletin.corrected.v1"]
    assert [(fact.scope, fact.slip_id, fact.items[0].matter) for fact in told] == [(["各县市区", "市直各部门"], "y1", "M-01")]


def test_a_bulletin_that_arrives_after_the_fall_is_corrected_alike(yellow: Any) -> None:
    yellow.tell(overturned(), time=local(10, 9))
    publish(yellow, bulletin(), local(5, 10))
    assert sent(yellow) == BOTH
    assert announced(yellow) == ["published", "corrected"]


def test_each_slip_of_a_cascade_is_corrected_once_however_often_it_is_told(bench: Any, slip: Make) -> None:
    yellow = bench
    yellow.clock.move_to(local(4, 9))
    yellow.tell(slip("y1", "YELLOW"), slip("r1", "RED"), time=local(4, 9))
    yellow.clock.move_to(local(10, 9))
    publish(yellow, bulletin("YELLOW", "RED"), local(5, 10))
    fall = SlipWithdrawn(**FIELDS, slip_id="y1", colour="YELLOW", state="WITHDRAWN", cause="ERROR", withdrawn_at=local(10))
    with_it = SlipVacated(**FIELDS, slip_id="r1", colour="RED", state="VACATED", vacated_at=local(10), cascade_root="y1")
    for _ in range(2):
        yellow.tell(fall, with_it, time=local(10))
    assert [kind for kind, *_ in sent(yellow)] == ["PUBLISHED", "CORRECTED", "CORRECTED"]


def test_the_same_bulletin_twice_goes_out_once(yellow: Any) -> None:
    publish(yellow, bulletin(), local(5, 10))
    publish(yellow, bulletin(), local(5, 11))
    assert announced(yellow) == ["published"]
    assert not yellow.refused()


def test_one_number_cannot_stand_for_two_bulletins(yellow: Any) -> None:
    publish(yellow, bulletin(), local(5, 10))
    other = publish(yellow, bulletin(text="另一份通报"), local(5, 11))
    assert [(row["id"], row["code"]) for row in yellow.refused()] == [(other, "ALREADY_USED")]


def test_a_bulletin_comes_from_the_office_alone(yellow: Any) -> None:
    yellow._send("ZJJ", "/units/ZJJ", bulletin(), local(5, 10))
    assert [row["code"] for row in yellow.refused()] == ["SENDER_MISMATCH"]
    assert not sent(yellow)


def persons(role: str, until: date | None = None) -> PersonsPublished:
    held = Capacity(role=role, valid_from=date(2026, 1, 1), valid_until=until)
    return PersonsPublished(persons=[OfficePerson(name="市长 韩立新", capacities=[held])])


@pytest.mark.parametrize(
    ("known", "published", "refused"),
    [
        (persons("LEADER"), 4, False),
        (persons("LEADING_GROUP_CHAIR", date(2026, 3, 5)), 4, False),
        (persons("LEADER", date(2026, 3, 4)), 4, True),
        (persons("SUPERVISION_DIRECTOR"), 4, True),
        (persons("SUPERVISION_DIRECTOR"), 6, False),
    ],
    ids=["the head of the government", "the chair on the last day", "out of office", "a director", "a list of later"],
)
def test_only_the_head_approves_a_bulletin_once_it_is_known_who_that_is(
    bench: Any, known: PersonsPublished, published: int, refused: bool
) -> None:
    bench.tell(known, time=local(published, 9))
    bench.clock.move_to(local(6, 10))
    name = publish(bench, bulletin(), local(5, 10))
    assert [(row["id"], row["code"]) for row in bench.refused()] == ([(name, "NOT_EMPOWERED")] if refused else [])
    assert [kind for kind, _, _ in sent(bench)] == ([] if refused else ["PUBLISHED"])
