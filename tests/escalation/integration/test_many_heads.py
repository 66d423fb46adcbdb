"""Several matters, one ladder for each unit; a reply clock for each source (domain.md d.10, AC-15)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts import intake
from event_contracts.event import TimeLimit

NPC, LI, NET = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
REFS = {NPC: "NPC", LI: "LI", NET: "NET"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def registered(city: Any, matter: str, days: int, reply: TimeLimit | None) -> Any:
    plain = city.registered("ZJJ", matter, REFS[matter], days=days)
    owed = [intake.ReplyDuty(unit="ZJJ", limit=reply)] if reply else []
    return replace(plain, replies=owed)


def begin(city: Any, matter: str, day: str, days: int, reply: TimeLimit | None = None) -> None:
    """A matter of ZJJ, served on the day on which it was submitted."""
    city.say(registered(city, matter, days, reply), at(f"{day} 09:00"))
    city.serve(at(f"{day} 09:00"), matter=matter)


def merged(matter: str, into: str, when: datetime, revision: int, **more: Any) -> intake.MatterMerged:
    about = {"matter_id": matter, "external_ref": REFS[matter], "submitted_by": "OFFICE", "revision": revision}
    return intake.MatterMerged(**about, into=into, into_ref=REFS[into], units=["ZJJ"], merged_at=when, **more)


def parted(matter: str, out_of: str, when: datetime, revision: int) -> intake.MatterUnmerged:
    about = {"matter_id": matter, "external_ref": REFS[matter], "submitted_by": "OFFICE", "revision": revision}
    return intake.MatterUnmerged(**about, out_of=out_of, out_of_ref=REFS[out_of], unmerged_at=when)


def answered(matter: str, when: datetime, id_: str = "reply") -> intake.ReplySent:
    about = {"matter_id": matter, "external_ref": REFS[matter], "submitted_by": "OFFICE"}
    return intake.ReplySent(**about, unit="ZJJ", reply=id_, sent_at=when, to="来源方")


def clocks(city: Any) -> dict[tuple[str, str], tuple[str, str]]:
    """(matter, owner) → (last day, state)."""
    return {(row["matter"], row["owner"]): (row["deadline"], row["state"]) for row in city.lists()["deadlines"]}


def whites(city: Any) -> list[tuple[str, str]]:
    return [(row["matter"], row["liability_date"]) for row in city.lists()["slips"] if row["colour"] == "WHITE"]


THREE_MONTHS, TEN_DAYS = TimeLimit(amount=3, unit="MONTH"), TimeLimit(amount=10, unit="WORKDAY")


# ---- replies


def test_the_time_for_an_answer_runs_from_the_service_of_the_leads_assignment(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 200, THREE_MONTHS)
    assert clocks(city)["NPC", "REPLY"] == ("2026-06-10", "RUNNING")
    armed = [event.data.owner for event in city.published("escalation.clock.armed.v1")]
    assert sorted(armed) == ["ASSIGNMENT", "REPLY"]


def test_whoever_owes_no_answer_has_no_reply_clock(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 200)
    assert ("NPC", "REPLY") not in clocks(city)


def test_an_answer_in_time_stops_the_clock(city: Any) -> None:
    begin(city, NET, "2026-03-18", 200, TEN_DAYS)
    city.say(answered(NET, at("2026-04-01 23:00")), at("2026-04-01 23:00"))
    city.until(at("2026-04-10 00:00"))
    assert clocks(city)["NET", "REPLY"] == ("2026-04-01", "STOPPED")
    assert city.lists()["breaches"] == []
    (stopped,) = city.published("escalation.clock.stopped.v1")
    assert (stopped.data.owner, stopped.data.reason, stopped.time) == ("REPLY", "REPLIED", at("2026-04-01 23:00"))


def test_without_an_answer_the_clock_is_in_breach_and_no_slip_follows(city: Any) -> None:
    begin(city, NET, "2026-03-18", 200, TEN_DAYS)
    city.until(at("2026-04-30 00:00"))
    assert [(row["owner"], row["at"]) for row in city.lists()["breaches"]] == [("REPLY", "2026-04-01T16:00:00Z")]
    assert city.lists()["slips"] == []


def test_a_late_answer_does_not_undo_the_breach(city: Any) -> None:
    begin(city, NET, "2026-03-18", 200, TEN_DAYS)
    city.say(answered(NET, at("2026-04-02 00:00")), at("2026-04-02 00:00"))
    assert clocks(city)["NET", "REPLY"] == ("2026-04-01", "BREACHED")


@pytest.mark.parametrize(("arrives", "state"), [("2026-04-03 09:00", "STOPPED"), ("2026-04-20 09:00", "BREACHED")])
def test_an_answer_in_time_that_arrives_late_is_believed_for_a_while(city: Any, arrives: str, state: str) -> None:
    begin(city, NET, "2026-03-18", 200, TEN_DAYS)
    when = at("2026-04-01 15:00")
    city.say(answered(NET, when), when, arrives=at(arrives), recorded=at(arrives))
    assert clocks(city)["NET", "REPLY"][1] == state


def test_an_answer_may_come_before_the_service(city: Any) -> None:
    city.say(registered(city, NET, 200, TEN_DAYS), at("2026-03-18 09:00"))
    city.say(answered(NET, at("2026-03-18 10:00")), at("2026-03-18 10:00"))
    city.serve(at("2026-03-19 09:00"), matter=NET)
    city.until(at("2026-04-30 00:00"))
    assert clocks(city)["NET", "REPLY"][1] == "STOPPED"


# ---- merged


def test_the_leading_ladder_counts_to_the_earliest_end_and_the_merged_one_stands_still(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 60, THREE_MONTHS)
    begin(city, NET, "2026-03-18", 10, TEN_DAYS)
    city.say(merged(NET, NPC, at("2026-03-19 10:00"), 4), at("2026-03-19 10:00"))
    found = clocks(city)
    assert found["NPC", "ASSIGNMENT"] == ("2026-04-01", "RUNNING")
    assert found["NET", "ASSIGNMENT"] == ("2026-04-01", "STOPPED")
    assert (found["NPC", "REPLY"][1], found["NET", "REPLY"][1]) == ("RUNNING", "RUNNING")
    city.until(at("2026-04-03 00:00"))
    assert whites(city) == [("NPC", "2026-04-02")]
    assert {(row["matter"], row["owner"]) for row in city.lists()["breaches"]} == {("NPC", "ASSIGNMENT"), ("NET", "REPLY")}


def test_a_service_after_the_merge_counts_from_its_own_day(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 60)
    city.say(registered(city, NET, 10, None), at("2026-03-18 09:00"))
    city.say(merged(NET, NPC, at("2026-03-18 15:00"), 4), at("2026-03-18 15:00"))
    before = clocks(city)["NPC", "ASSIGNMENT"]
    city.serve(at("2026-03-19 23:59"), matter=NET)
    assert before[0] > "2026-05-01"
    assert clocks(city)["NPC", "ASSIGNMENT"] == ("2026-04-02", "RUNNING")
    assert clocks(city)["NET", "ASSIGNMENT"][1] == "STOPPED"


@pytest.mark.parametrize("kind", ["slip.proposed", "slip.approved"])
def test_a_slip_on_a_merged_matter_is_a_second_ladder(city: Any, kind: str) -> None:
    begin(city, NPC, "2026-03-10", 60)
    begin(city, NET, "2026-03-18", 10)
    city.say(merged(NET, NPC, at("2026-03-19 10:00"), 4), at("2026-03-19 10:00"))
    city.request(kind, at("2026-03-20 09:00"), matter="NET", colour="WHITE", by="陈立")
    assert [code for _, code in city.refusals()] == ["DUPLICATE_LADDER"]
    city.request("slip.proposed", at("2026-03-20 10:00"), matter="NPC", colour="WHITE", by="陈立")
    assert len(city.refusals()) == 1


def test_the_merged_matter_of_a_leading_one_with_a_white_gets_none_of_its_own(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 60)
    begin(city, NET, "2026-03-18", 10)
    city.request("slip.proposed", at("2026-03-18 10:00"), matter="NPC", colour="WHITE", by="陈立")
    city.request("slip.approved", at("2026-03-18 11:00"), matter="NPC", colour="WHITE", by="李文静")
    city.say(merged(NET, NPC, at("2026-03-19 10:00"), 4), at("2026-03-19 10:00"))
    city.until(at("2026-04-30 00:00"))
    assert [matter for matter, _ in whites(city)] == ["NPC"]
    assert clocks(city)["NPC", "ASSIGNMENT"] == ("2026-04-01", "STOPPED")


def test_a_limit_that_ran_out_before_the_merge_stays_run_out(city: Any) -> None:
    begin(city, NET, "2026-03-02", 5)
    begin(city, NPC, "2026-03-10", 60)
    city.say(merged(NET, NPC, at("2026-03-12 10:00"), 4), at("2026-03-12 10:00"))
    assert clocks(city)["NET", "ASSIGNMENT"] == ("2026-03-09", "BREACHED")
    assert clocks(city)["NPC", "ASSIGNMENT"][0] > "2026-05-01"
    assert whites(city) == [("NET", "2026-03-10")]


# ---- parted


def test_parting_restores_both_limits(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 60)
    begin(city, NET, "2026-03-18", 10)
    own = clocks(city)["NPC", "ASSIGNMENT"]
    city.say(merged(NET, NPC, at("2026-03-19 10:00"), 4), at("2026-03-19 10:00"))
    city.say(parted(NET, NPC, at("2026-03-24 10:00"), 5), at("2026-03-24 10:00"))
    assert clocks(city)["NPC", "ASSIGNMENT"] == own
    assert clocks(city)["NET", "ASSIGNMENT"] == ("2026-04-01", "RUNNING")
    city.until(at("2026-04-03 00:00"))
    assert whites(city) == [("NET", "2026-04-02")]


def test_a_matter_may_be_merged_again_after_parting(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 60)
    begin(city, NET, "2026-03-18", 10)
    city.say(merged(NET, NPC, at("2026-03-19 10:00"), 4), at("2026-03-19 10:00"))
    city.say(parted(NET, NPC, at("2026-03-20 10:00"), 5), at("2026-03-20 10:00"))
    city.say(merged(NET, NPC, at("2026-03-23 10:00"), 6), at("2026-03-23 10:00"))
    assert clocks(city)["NPC", "ASSIGNMENT"] == ("2026-04-01", "RUNNING")
    assert clocks(city)["NET", "ASSIGNMENT"][1] == "STOPPED"


def test_a_merge_that_moves_on_leaves_the_matter_between_alone(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 60)
    begin(city, LI, "2026-03-16", 30)
    begin(city, NET, "2026-03-18", 10)
    own = clocks(city)["LI", "ASSIGNMENT"][0]
    city.say(merged(NET, LI, at("2026-03-19 10:00"), 4), at("2026-03-19 10:00"))
    assert clocks(city)["LI", "ASSIGNMENT"] == ("2026-04-01", "RUNNING")
    city.say(merged(NET, NPC, at("2026-03-20 10:00"), 5, moved_from=LI), at("2026-03-20 10:00"))
    assert clocks(city)["LI", "ASSIGNMENT"] == (own, "RUNNING")
    assert clocks(city)["NPC", "ASSIGNMENT"] == ("2026-04-01", "RUNNING")


def test_the_facts_of_a_merge_may_come_in_any_order(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 60)
    begin(city, NET, "2026-03-18", 10)
    facts = [
        merged(NET, NPC, at("2026-03-19 10:00"), 4),
        parted(NET, NPC, at("2026-03-20 10:00"), 5),
        merged(NET, NPC, at("2026-03-23 10:00"), 6),
    ]
    city.until(at("2026-03-24 09:00"))
    for fact in random.Random(3).sample(facts, 3):
        city.say(fact, at("2026-03-24 09:00"))
    assert clocks(city)["NPC", "ASSIGNMENT"] == ("2026-04-01", "RUNNING")
    assert clocks(city)["NET", "ASSIGNMENT"][1] == "STOPPED"


def test_the_end_of_a_merge_that_is_read_before_its_beginning_holds(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 60)
    begin(city, NET, "2026-03-18", 10)
    own = clocks(city)["NPC", "ASSIGNMENT"]
    city.say(parted(NET, NPC, at("2026-03-20 10:00"), 5), at("2026-03-20 10:00"))
    city.say(merged(NET, NPC, at("2026-03-19 10:00"), 4), at("2026-03-20 10:00"))
    assert clocks(city)["NPC", "ASSIGNMENT"] == own
    assert clocks(city)["NET", "ASSIGNMENT"] == ("2026-04-01", "RUNNING")


def test_an_urging_on_the_merged_matter_counts_for_the_leading_ladder(city: Any) -> None:
    begin(city, NPC, "2026-03-10", 60)
    begin(city, NET, "2026-03-18", 10)
    city.say(merged(NET, NPC, at("2026-03-19 10:00"), 4), at("2026-03-19 10:00"))
    city.request("urge.sent", at("2026-03-20 09:00"), matter="NET", by="OFFICE")
    assert [event.data.external_ref for event in city.published("escalation.urge.sent.v1")] == ["NPC"]
