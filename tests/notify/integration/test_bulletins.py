"""A bulletin goes out once, and its audience hears of every slip in it that falls, in whatever order the two are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.escalation import SlipOverturned, SlipVacated, SlipWithdrawn
from event_contracts.inbound import BulletinItem, BulletinPublished
from event_contracts.intake import Capacity, OfficePerson, PersonsPublished
from notify.domain.sending import State, Ways
from notify.report import report
from notify.store import deliveries
from sqlalchemy import select

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


# ---- by the channels

WAYS = Ways(
    {unit: {"LIAISON": {"post": f"l@{unit}"}, "HEAD": {"post": f"h@{unit}"}} for unit in ("ZJJ", "JSJ", "XAQ")},
    scopes={"市直各部门": ("ZJJ", "JSJ"), "全市": ("ZJJ", "JSJ", "XAQ")},
)


def queued(bench: Any, kind: str) -> list[tuple[str, str]]:
    """Unit and seat of every copy of this kind that has its turn."""
    with bench.database.begin() as session:
        rows = deliveries.listed(session, State.WAITING)
    return sorted((row["unit"], row["addressee"]) for row in rows if row["kind"] == kind)


def everybody(*units: str) -> list[tuple[str, str]]:
    return sorted((unit, seat) for unit in units for seat in ("LIAISON", "HEAD"))


@pytest.mark.parametrize("late", [False, True], ids=["before the fall", "after it"])
def test_a_bulletin_and_its_correction_go_to_the_same_people_once(posted: Any, slip: Make, late: bool) -> None:
    bench = posted(WAYS)
    bench.clock.move_to(local(4, 9))
    bench.tell(slip("y1", "YELLOW"), time=local(4, 9))
    bench.clock.move_to(local(10, 9))
    data = replace(bulletin(), scope=["市直各部门", "ZJJ", "全市"])
    if late:
        bench.tell(overturned(), time=local(10, 9))
    publish(bench, data, local(5, 10))
    publish(bench, data, local(5, 10))
    bench.tell(overturned(), time=local(10, 9))
    bench.tell(overturned(), time=local(10, 9))
    assert queued(bench, "BULLETIN") == queued(bench, "BULLETIN_CORRECTED") == everybody("ZJJ", "JSJ", "XAQ")


def test_a_correction_goes_to_those_who_had_the_bulletin_although_the_file_has_changed(posted: Any, slip: Make) -> None:
    bench = posted(WAYS)
    bench.clock.move_to(local(4, 9))
    bench.tell(slip("y1", "YELLOW"), time=local(4, 9))
    publish(bench, replace(bulletin(), scope=["市直各部门"]), local(4, 9))
    bench.runtime.service.ways = replace(WAYS, scopes={"市直各部门": ("XAQ",)})
    bench.clock.move_to(local(10, 9))
    bench.tell(overturned(), time=local(10, 9))
    assert queued(bench, "BULLETIN_CORRECTED") == everybody("ZJJ", "JSJ")


def test_a_bulletin_says_what_it_says_and_a_scope_that_nobody_explains_is_seen(posted: Any, slip: Make) -> None:
    bench = posted(WAYS)
    bench.clock.move_to(local(5, 10))
    publish(bench, bulletin(text="通报批评，请各单位整改"), local(5, 10))
    with bench.database.begin() as session:
        left = deliveries.listed(session, State.NOT_SENT)
        texts = {row.text for row in session.execute(select(deliveries.letter_text))}
    assert {(row["unit"], row["detail"]) for row in left} == {("各县市区", deliveries.NO_WAY_REASON)}
    assert all("通报批评" in text and "市长 韩立新" in text and "M-01（ZJJ）黄色" in text for text in texts)
    assert all("情况通报：TB-3" in text.splitlines()[0] for text in texts)


def test_without_channels_a_bulletin_makes_no_letters(bench: Any) -> None:
    publish(bench, bulletin(), local(5, 10))
    assert bench.notices() == []
