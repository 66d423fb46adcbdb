"""Conclusions as notices: served by a signature or by the rule, told when they are opened, corrected after a review."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from event_contracts.escalation import ConclusionOverturned, ConclusionUpheld
from event_contracts.inbound import BulletinItem, BulletinPublished
from event_contracts.intake import ConclusionDisclosed, ConclusionIssued, FindingItem
from notify import posting
from notify.domain.audience import Kind
from notify.domain.serving import Letter
from notify.report import report

ID = "00000000-0000-4000-8000-00000000000c"
ABOUT: dict[str, Any] = {"matter_id": ID, "external_ref": "JL-1", "submitted_by": "OFFICE", "unit": "ZJJ"}
ZONE = ZoneInfo("Asia/Shanghai")


def march(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZONE).astimezone(UTC)


def issued() -> ConclusionIssued:
    return ConclusionIssued(**ABOUT, issued_at=march(2), sealed=True)


def disclosed() -> ConclusionDisclosed:
    finding = FindingItem(finding="W-1", text="台账不符")
    told: dict[str, Any] = {"issued_by": "赵明远", "findings": [finding], "evidence": [], "took_part": []}
    days = {"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 3)}
    return ConclusionDisclosed(**ABOUT, disclosed_at=march(3), issued_at=march(2), place="办事大厅", **days, **told)


def reviewed(kind: Any = ConclusionOverturned) -> Any:
    return kind(**ABOUT, review_id="r1", reviewers=["钱志强"], decided_at=march(20), reasons="现场复查，已封顶")


def notices(bench: Any, kind: str) -> list[tuple[str, str | None, str | None]]:
    with bench.database.begin() as session:
        rows = report(session, bench.policy)["notices"]
    return [(row["addressee"], row["served_at"], row["mode"]) for row in rows if row["kind"] == kind]


def bulletin() -> BulletinPublished:
    items = [BulletinItem(matter="JL-1", unit="ZJJ"), BulletinItem(matter="M-01", unit="ZJJ", colour="YELLOW")]
    return BulletinPublished(bulletin="TB-1", scope=["全市"], items=items, text="集中督查情况", approved_by="市长")


def publish(bench: Any, time: datetime) -> None:
    bench.clock.move_to(time)
    bench._send("OFFICE", "/office", bulletin(), time)


def test_a_conclusion_is_signed_for_by_its_id_or_reference_without_a_colour(bench: Any) -> None:
    bench.tell(issued(), time=march(2))
    bench.clock.move_to(march(3))
    bench.sign(march(3), matter="JL-1")
    assert {mode for _, _, mode in notices(bench, "CONCLUSION")} == {"SIGNED"}
    (served,) = [event for event in bench.everything() if event.type == "notify.notice.served.v1"]
    assert (served.data.kind, served.data.about, served.data.served_on) == ("CONCLUSION", ID, date(2026, 3, 3))


def test_a_signature_that_comes_first_waits_and_another_units_is_none(bench: Any) -> None:
    bench.clock.move_to(march(2, 12))
    bench.sign(march(2, 10), matter="JL-1")
    bench.tell(issued(), time=march(2))
    assert {mode for _, _, mode in notices(bench, "CONCLUSION")} == {"SIGNED"}
    bench.sign(march(2, 11), matter="JL-1", unit="SLJ")
    assert len([event for event in bench.everything() if event.type == "notify.notice.served.v1"]) == 1


def test_unsigned_it_is_deemed_served_at_the_end_of_the_next_workday_and_its_head_is_told(bench: Any) -> None:
    bench.tell(issued(), time=march(2))
    bench.move_to(march(4, 10))
    assert {(at, mode) for _, at, mode in notices(bench, "CONCLUSION")} == {("2026-03-03T16:00:00Z", "DEEMED")}
    assert [addressee for addressee, _, _ in notices(bench, "UNACKNOWLEDGED")] == ["HEAD"]


def test_what_a_sealed_conclusion_says_is_a_letter_once(bench: Any) -> None:
    bench.tell(issued(), time=march(2))
    bench.tell(disclosed(), time=march(3))
    bench.tell(disclosed(), time=march(4))
    assert sorted(addressee for addressee, _, _ in notices(bench, "DISCLOSURE")) == ["HEAD", "LIAISON"]


def test_the_letter_of_a_sealed_conclusion_says_nothing_and_the_one_that_opens_it_all() -> None:
    letter = Letter(letter_id="l", kind=Kind.CONCLUSION, **ABOUT, about=ID, colour=None, renewal=0, dispatched_at=march(2))
    title, text = posting.told(letter, issued(), ZONE)
    assert "督查结论" in title and "JL-1" in title and "台账" not in text
    _, opened = posting.told(letter, disclosed(), ZONE)
    assert all(word in opened for word in ("W-1 台账不符", "办事大厅", "2026-02-02", "2026-02-03"))
    _, changed = posting.told(letter, reviewed(), ZONE)
    assert "现场复查，已封顶" in changed


def test_who_had_the_conclusion_hears_what_its_review_came_to(bench: Any) -> None:
    bench.tell(issued(), time=march(2))
    bench.tell(reviewed(ConclusionUpheld), time=march(20))
    assert len(notices(bench, "CONCLUSION_UPHELD")) == len(notices(bench, "CONCLUSION")) == 2
    assert notices(bench, "CONCLUSION_CHANGED") == []


def test_a_bulletin_that_names_a_conclusion_is_corrected_whichever_is_read_first(bench: Any) -> None:
    bench.tell(issued(), time=march(2))
    publish(bench, march(10))
    published = [event.data for event in bench.everything() if event.type == "notify.bulletin.published.v1"]
    assert [(each.conclusion, each.unit) for each in published[0].conclusions] == [("JL-1", "ZJJ")]
    assert [item.colour for item in published[0].items] == ["YELLOW"]
    bench.tell(reviewed(), time=march(20))
    bench.tell(reviewed(), time=march(20))
    (corrected,) = [event.data for event in bench.everything() if event.type == "notify.bulletin.corrected.v1"]
    assert (corrected.corrects, corrected.slip_id, corrected.scope) == ("TB-1", ID, ["全市"])
    assert [each.conclusion for each in corrected.conclusions] == ["JL-1"] and corrected.items == []


def test_a_bulletin_from_after_the_fall_is_corrected_at_once_and_one_about_an_upheld_conclusion_never(bench: Any) -> None:
    bench.tell(issued(), time=march(2))
    bench.tell(reviewed(ConclusionUpheld), time=march(19))
    publish(bench, march(19))
    assert not [event for event in bench.everything() if event.type == "notify.bulletin.corrected.v1"]
    bench.tell(reviewed(), time=march(20))
    assert len([event for event in bench.everything() if event.type == "notify.bulletin.corrected.v1"]) == 1
