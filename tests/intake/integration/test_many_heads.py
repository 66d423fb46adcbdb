"""Three heads, one matter (domain.md d.10, AC-15): suspected, merged, parted; every source is answered."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from event_contracts.event import TimeLimit
from event_contracts.inbound import (
    CompletionClaimed,
    CompletionVerified,
    DuplicateResolved,
    MatterSubmitted,
    PersonsPublished,
    ProgressReported,
    ReplySent,
    SubmittedAssignment,
    SubmittedSource,
)
from intake import report

At = Callable[..., datetime]
LEAD = SubmittedAssignment(unit="ZJJ", role="LEAD", deliverable="完成情况报告", limit=TimeLimit(amount=20, unit="WORKDAY"))
HELP = SubmittedAssignment(unit="SLJ", role="SUPPORTING", deliverable="管网方案", limit=TimeLimit(amount=10, unit="WORKDAY"))


def head(ref: str, kind: str, **changes: Any) -> MatterSubmitted:
    plain = MatterSubmitted(
        external_ref=ref,
        title="关于文林路雨水管网积水整治的督查事项",
        source=SubmittedSource(type=kind, number=f"{ref}号", clause="文林路"),
        standard="全部完成并通过现场核验",
        assignments=[LEAD],
        subject_terms=["雨水管网", "文林路"],
    )
    return replace(plain, **changes)


NPC, LI, NET = head("NPC", "NPC_SUGGESTION"), head("LI", "LEADER_INSTRUCTION"), head("NET", "NETIZEN_MESSAGE")


def answer(matter: str, into: str | None, outcome: str = "MERGE", **changes: Any) -> DuplicateResolved:
    return DuplicateResolved(matter=matter, into=into, outcome=outcome, reason="同一事项", **changes)


def claim(matter: str, unit: str = "ZJJ") -> CompletionClaimed:
    return CompletionClaimed(matter=matter, unit=unit, text="已完成")


def verify(matter: str, unit: str = "ZJJ", **changes: Any) -> CompletionVerified:
    return CompletionVerified(matter=matter, unit=unit, verified_by="陈立", **changes)


def reply(matter: str, **changes: Any) -> ReplySent:
    return ReplySent(matter=matter, to="来源方", text="已办结", **changes)


@pytest.fixture
def heads(bench: Any, at: At) -> Any:
    """A bench with the three heads registered."""
    for day, found in ((10, NPC), (16, LI), (18, NET)):
        bench.send("OFFICE", found, at(day))
    return bench


def states(bench: Any) -> dict[str, str]:
    return {row["external_ref"]: row["state"] for row in bench.rows("SELECT external_ref, state FROM matter")}


def listed(bench: Any) -> list[tuple[str, str, int, str | None]]:
    with bench.database.begin() as session:
        found = report.report(session, bench.policy)["duplicates"]
    return [(row["matter"], row["suspected_of"], row["score"], row["outcome"]) for row in found]


def burden(bench: Any) -> list[dict[str, Any]]:
    with bench.database.begin() as session:
        found: list[dict[str, Any]] = report.report(session, bench.policy)["burden"]
    return found


# ---- suspected


def test_the_second_and_third_head_are_suspected_of_repeating_the_first(heads: Any) -> None:
    said = heads.announced("duplicate.suspected")
    assert [event.data.external_ref for event in said] == ["LI", "NET"]
    assert [found.external_ref for found in said[0].data.candidates] == ["NPC"]
    assert [found.external_ref for found in said[1].data.candidates] == ["LI", "NPC"]
    assert said[0].data.score == 100
    assert listed(heads) == [("LI", "NPC", 100, None), ("NET", "LI", 100, None), ("NET", "NPC", 100, None)]


def test_a_batch_of_all_three_finds_the_same(bench: Any, at: At) -> None:
    bench.receive(*(bench.delivery("OFFICE", found, at(day)) for day, found in ((10, NPC), (16, LI), (18, NET))))
    assert listed(bench) == [("LI", "NPC", 100, None), ("NET", "LI", 100, None), ("NET", "NPC", 100, None)]


def test_the_later_matter_is_the_suspected_one_also_when_it_arrives_first(bench: Any, at: At) -> None:
    bench.send("OFFICE", LI, at(16))
    bench.send("OFFICE", NPC, at(10))
    assert listed(bench) == [("LI", "NPC", 100, None)]


def test_what_is_merged_already_is_suspected_as_its_leading_matter(bench: Any, at: At) -> None:
    bench.send("OFFICE", NPC, at(10))
    bench.send("OFFICE", LI, at(16))
    bench.send("OFFICE", answer("LI", "NPC"), at(17))
    bench.send("OFFICE", NET, at(18))
    assert listed(bench) == [("LI", "NPC", 100, "MERGE"), ("NET", "NPC", 100, None)]


@pytest.mark.parametrize(
    "other",
    [
        head("LI", "LEADER_INSTRUCTION", assignments=[replace(LEAD, unit="JTJ")]),
        head(
            "LI",
            "LEADER_INSTRUCTION",
            title="关于老旧小区改造的督查事项",
            subject_terms=["老旧小区"],
            source=SubmittedSource(type="LEADER_INSTRUCTION", number="1号", clause="第三条"),
        ),
    ],
    ids=["another unit", "another subject"],
)
def test_other_matters_are_not_suspected(bench: Any, at: At, other: MatterSubmitted) -> None:
    bench.send("OFFICE", NPC, at(10))
    bench.send("OFFICE", other, at(16))
    assert listed(bench) == [] and bench.announced("duplicate.suspected") == []


# ---- merged


def test_a_merged_matter_is_handled_with_the_leading_one(heads: Any, at: At) -> None:
    heads.send("OFFICE", answer("LI", "NPC"), at(17))
    (said,) = heads.announced("matter.merged")
    npc = next(event.data for event in heads.announced("matter.registered") if event.data.external_ref == "NPC")
    assert (said.data.external_ref, said.data.into, said.data.into_ref) == ("LI", npc.matter_id, "NPC")
    assert (said.data.units, said.data.merged_at, said.data.moved_from) == (["ZJJ"], at(17), None)
    assert states(heads) == {"NPC": "DISPATCHED", "LI": "MERGED_INTO", "NET": "DISPATCHED"}


def test_answers_may_come_before_their_matters_and_in_any_order(bench: Any, at: At) -> None:
    messages = [("OFFICE", found, at(day)) for day, found in ((10, NPC), (16, LI), (18, NET))]
    messages += [("OFFICE", answer("LI", "NPC"), at(17)), ("OFFICE", answer("NET", "NPC"), at(19))]
    messages += [("OFFICE", answer("LI", "NPC", "DISTINCT"), at(20)), ("OFFICE", answer("LI", "NPC"), at(21))]
    deliveries = [bench.delivery(*message) for message in messages]
    for delivery in random.Random(15).sample(deliveries, len(deliveries)) + deliveries[:3]:
        bench.receive(delivery)
    assert states(bench) == {"NPC": "DISPATCHED", "LI": "MERGED_INTO", "NET": "MERGED_INTO"}
    assert {row[3] for row in listed(bench)} == {"MERGE"}
    assert bench.refused() == {}
    assert bench.give_up() == 0


def test_a_chain_of_merges_leads_to_one_matter(heads: Any, at: At) -> None:
    heads.send("OFFICE", answer("NET", "LI"), at(19))
    heads.send("OFFICE", answer("LI", "NPC"), at(20))
    said = [(event.data.external_ref, event.data.into_ref, event.data.merged_at) for event in heads.announced("matter.merged")]
    assert said[0] == ("NET", "LI", at(19))
    assert sorted(said[1:]) == [("LI", "NPC", at(20)), ("NET", "NPC", at(20))]
    heads.send("OFFICE", answer("LI", None, "DISTINCT"), at(21))
    assert [event.data.external_ref for event in heads.announced("matter.unmerged")] == ["LI"]
    assert states(heads) == {"NPC": "DISPATCHED", "LI": "DISPATCHED", "NET": "MERGED_INTO"}


def test_without_a_name_a_matter_is_merged_into_the_likeliest(heads: Any, at: At) -> None:
    heads.send("OFFICE", answer("LI", None), at(17))
    assert [event.data.into_ref for event in heads.announced("matter.merged")] == ["NPC"]


def test_without_a_name_and_a_suspicion_the_answer_is_refused_in_the_end(bench: Any, at: At) -> None:
    bench.send("OFFICE", NPC, at(10))
    bench.send("OFFICE", answer("NPC", None), at(17), "answer")
    bench.give_up()
    assert bench.refused() == {"answer": "UNKNOWN_MATTER"}


def test_an_answer_about_a_matter_that_never_comes_is_refused_in_the_end(heads: Any, at: At) -> None:
    heads.send("OFFICE", answer("LI", "NOWHERE"), at(17), "answer")
    assert heads.refused() == {}
    heads.give_up()
    assert heads.refused() == {"answer": "UNKNOWN_MATTER"}


def test_an_ambiguous_name_is_refused(heads: Any, at: At) -> None:
    heads.send("SLJ", head("NPC", "DOCUMENT", assignments=[replace(LEAD, unit="SLJ")]), at(11))
    heads.send("OFFICE", answer("LI", "NPC"), at(17), "answer")
    assert heads.refused() == {"answer": "UNKNOWN_MATTER"}


def test_a_matter_is_not_merged_into_itself_by_its_id_either(heads: Any, at: At) -> None:
    li = next(event.data for event in heads.announced("matter.registered") if event.data.external_ref == "LI")
    heads.send("OFFICE", answer("LI", li.matter_id), at(17), "answer")
    assert heads.refused() == {"answer": "SCHEMA_INVALID"}


def test_what_an_officer_finds_by_himself_is_listed_too(bench: Any, at: At) -> None:
    bench.send("OFFICE", NPC, at(10))
    bench.send("OFFICE", head("X", "DOCUMENT", title="雨后积水", subject_terms=["内涝"], assignments=[LEAD]), at(11))
    bench.send("OFFICE", answer("X", "NPC"), at(12))
    ((matter, of, score, outcome),) = listed(bench)
    assert (matter, of, outcome) == ("X", "NPC", "MERGE") and 0 <= score < 50


PERSONS = {"name": "陈立", "capacities": [{"role": "OFFICER", "from": "2026-01-01"}]}
LIAISON = {"name": "王敏", "capacities": [{"role": "UNIT_LIAISON", "from": "2026-01-01"}]}


@pytest.mark.parametrize(("by", "refused"), [("陈立", False), ("王敏", True), ("查无此人", True), (None, False)])
def test_only_an_officer_answers_once_persons_are_published(heads: Any, at: At, by: str | None, refused: bool) -> None:
    from event_contracts.inbound import Person

    published = PersonsPublished(
        persons=[Person(name=found["name"], capacities=_days(found["capacities"])) for found in (PERSONS, LIAISON)]
    )
    heads.send("OFFICE", published, at(1))
    heads.send("OFFICE", answer("LI", "NPC", by=by), at(17), "answer")
    assert heads.refused() == ({"answer": "NOT_EMPOWERED"} if refused else {})
    assert (states(heads)["LI"] == "MERGED_INTO") is not refused


def _days(capacities: Any) -> Any:
    from datetime import date

    return [found | {"from": date.fromisoformat(found["from"])} for found in capacities]


# ---- the unit reports once


def test_what_is_reported_on_a_merged_matter_belongs_to_the_leading_one(heads: Any, at: At) -> None:
    heads.send("OFFICE", answer("LI", "NPC"), at(17))
    heads.send("ZJJ", claim("LI"), at(20))
    heads.send("OFFICE", verify("LI"), at(23))
    npc = next(event.data for event in heads.announced("matter.registered") if event.data.external_ref == "NPC")
    told = heads.announced("completion.claimed", "completion.verified")
    assert [event.data.matter_id for event in told] == [npc.matter_id, npc.matter_id]
    assert states(heads)["NPC"] == "VERIFIED"


def test_a_verdict_on_one_reference_answers_a_claim_on_the_other(heads: Any, at: At) -> None:
    heads.send("OFFICE", answer("LI", "NPC"), at(17))
    heads.send("OFFICE", verify("LI"), at(23))
    assert heads.announced("completion.verified") == []
    heads.send("ZJJ", claim("NPC"), at(20))
    assert len(heads.announced("completion.verified")) == 1


def test_what_was_open_at_the_merge_goes_along(heads: Any, at: At) -> None:
    heads.send("ZJJ", claim("LI"), at(16, 15))
    heads.send("OFFICE", answer("LI", "NPC"), at(17))
    heads.send("OFFICE", verify("LI"), at(23))
    assert states(heads)["NPC"] == "VERIFIED"
    (said,) = heads.announced("completion.verified")
    assert said.data.external_ref == "NPC"


def test_what_was_reported_before_a_late_answer_arrives_goes_along(heads: Any, at: At) -> None:
    heads.send("ZJJ", ProgressReported(matter="LI", unit="ZJJ", text="过半", percent=60), at(19))
    heads.send("ZJJ", claim("LI"), at(20))
    heads.send("OFFICE", verify("LI"), at(23))
    assert states(heads)["LI"] == "VERIFIED"
    heads.send("OFFICE", answer("LI", "NPC"), at(17))
    assert states(heads) == {"NPC": "VERIFIED", "LI": "MERGED_INTO", "NET": "DISPATCHED"}
    heads.send("OFFICE", answer("LI", "NPC", "DISTINCT"), at(24))
    assert states(heads)["LI"] == "VERIFIED"


def test_a_part_that_was_done_before_the_merge_stays_done(heads: Any, at: At) -> None:
    heads.send("ZJJ", claim("LI"), at(16, 15))
    heads.send("OFFICE", verify("LI"), at(16, 16))
    heads.send("OFFICE", answer("LI", "NPC"), at(17))
    (said,) = heads.announced("matter.merged")
    assert said.data.units == []
    assert states(heads)["NPC"] == "IN_PROGRESS"


def test_a_unit_that_only_the_merged_matter_has_goes_on_by_itself(bench: Any, at: At) -> None:
    bench.send("OFFICE", NPC, at(10))
    bench.send("OFFICE", replace(LI, assignments=[LEAD, HELP]), at(16))
    bench.send("OFFICE", answer("LI", "NPC"), at(17))
    (said,) = bench.announced("matter.merged")
    assert said.data.units == ["ZJJ"]
    bench.send("ZJJ", claim("NPC"), at(20))
    bench.send("OFFICE", verify("NPC"), at(21))
    assert states(bench)["NPC"] != "VERIFIED"
    bench.send("SLJ", claim("LI", "SLJ"), at(22))
    bench.send("OFFICE", verify("LI", "SLJ"), at(23))
    assert states(bench)["NPC"] == "VERIFIED"


def test_parting_twice_says_so_once(heads: Any, at: At) -> None:
    heads.send("OFFICE", answer("LI", "NPC"), at(17))
    heads.send("OFFICE", answer("LI", "NPC", "DISTINCT"), at(18))
    heads.send("OFFICE", answer("LI", "NPC", "DISTINCT"), at(19))
    (said,) = heads.announced("matter.unmerged")
    assert (said.data.external_ref, said.data.out_of_ref, said.data.unmerged_at) == ("LI", "NPC", at(18))
    assert states(heads)["LI"] == "DISPATCHED"


def answers_told(bench: Any) -> list[tuple[str, str | None, str, datetime, str | None]]:
    said = [event.data for event in bench.announced("duplicate.resolved")]
    return sorted((one.external_ref, one.suspected_of_ref, one.outcome, one.resolved_at, one.by) for one in said)


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_is_told_about_both_matters_whatever_the_order(new_bench: Callable[[], Any], at: At, seed: int) -> None:
    bench, chance = new_bench(), random.Random(seed)
    messages = [
        bench.delivery("OFFICE", NPC, at(10), "npc"),
        bench.delivery("OFFICE", LI, at(16), "li"),
        bench.delivery("OFFICE", answer("NPC", "LI", by="陈立"), at(17), "one"),
        bench.delivery("OFFICE", answer("LI", "NPC", "DISTINCT"), at(18), "two"),
    ] * 2
    chance.shuffle(messages)
    for message in messages:
        bench.receive(message)
    assert answers_told(bench) == [
        ("LI", "NPC", "DISTINCT", at(18), None),
        ("LI", "NPC", "MERGE", at(17), "陈立"),
        ("NPC", "LI", "DISTINCT", at(18), None),
        ("NPC", "LI", "MERGE", at(17), "陈立"),
    ]


def test_an_answer_about_all_is_told_about_each_that_was_suspected(heads: Any, at: At) -> None:
    heads.send("OFFICE", answer("NET", None, "DISTINCT"), at(19))
    about = [(ref, other) for ref, other, *_ in answers_told(heads) if ref != "NET"]
    assert about == [("LI", "NET"), ("NPC", "NET")]
    (own,) = [event for event in heads.announced("duplicate.resolved") if event.data.external_ref == "NET"]
    assert own.data.suspected_of is None and own.data.reason == "同一事项"
    assert heads.announced("matter.merged") == [] == heads.announced("matter.unmerged")


# ---- every source is answered


def test_closing_needs_an_answer_to_every_source(heads: Any, at: At) -> None:
    heads.send("OFFICE", answer("LI", "NPC"), at(17))
    heads.send("OFFICE", answer("NET", "NPC"), at(19))
    heads.send("ZJJ", claim("NPC"), at(20))
    heads.send("OFFICE", verify("NPC"), at(21))
    heads.send("ZJJ", reply("NPC"), at(22))
    heads.send("OFFICE", reply("LI", unit="ZJJ"), at(23))
    assert states(heads)["NPC"] == "VERIFIED" and heads.announced("matter.closed") == []
    heads.send("ZJJ", reply("NET"), at(24))
    (closed,) = heads.announced("matter.closed")
    assert (closed.data.external_ref, closed.time) == ("NPC", at(24))
    assert states(heads) == {"NPC": "CLOSED", "LI": "MERGED_INTO", "NET": "MERGED_INTO"}
    assert [(event.data.external_ref, event.data.unit) for event in heads.announced("reply.sent")] == [
        ("NPC", "ZJJ"),
        ("LI", "ZJJ"),
        ("NET", "ZJJ"),
    ]


def test_an_answer_before_the_work_is_done_counts_too(bench: Any, at: At) -> None:
    bench.send("OFFICE", NET, at(18))
    bench.send("ZJJ", reply("NET"), at(19))
    bench.send("ZJJ", claim("NET"), at(20))
    bench.send("OFFICE", verify("NET"), at(21))
    (closed,) = bench.announced("matter.closed")
    assert closed.time == at(21) and states(bench) == {"NET": "CLOSED"}


def test_a_merge_keeps_the_answer_that_a_source_has_and_asks_for_the_others(heads: Any, at: At) -> None:
    heads.send("ZJJ", claim("NPC"), at(12))
    heads.send("OFFICE", verify("NPC"), at(13))
    heads.send("ZJJ", reply("NPC"), at(14))
    assert states(heads)["NPC"] == "CLOSED"
    heads.send("OFFICE", answer("NET", "NPC"), at(19))
    assert states(heads)["NPC"] == "VERIFIED"
    heads.send("ZJJ", reply("NET"), at(20))
    assert states(heads)["NPC"] == "CLOSED"


@pytest.mark.parametrize(
    ("sender", "said", "code"),
    [
        ("SLJ", reply("LI"), "NOT_EMPOWERED"),
        ("OFFICE", reply("LI", unit="JTJ"), "NOT_PARTY"),
    ],
    ids=["a supporting unit", "a stranger"],
)
def test_who_does_not_answer_a_source(bench: Any, at: At, sender: str, said: ReplySent, code: str) -> None:
    bench.send("OFFICE", replace(LI, assignments=[LEAD, HELP]), at(16))
    bench.send(sender, said, at(20), "reply")
    assert bench.refused() == {"reply": code}
    assert bench.announced("reply.sent") == []


def test_a_stranger_may_not_know_of_the_matter_it_answers(heads: Any, at: At) -> None:
    heads.send("JTJ", reply("LI"), at(20), "reply")
    heads.give_up()
    assert heads.refused() == {"reply": "UNKNOWN_MATTER"}


def test_without_a_unit_the_offices_answer_is_the_leads(bench: Any, at: At) -> None:
    bench.send("OFFICE", replace(LI, assignments=[HELP, LEAD]), at(16))
    bench.send("OFFICE", reply("LI"), at(20))
    assert [event.data.unit for event in bench.announced("reply.sent")] == ["ZJJ"]


def test_a_matter_is_registered_with_the_reply_that_its_lead_owes(bench: Any, at: At) -> None:
    bench.send("OFFICE", replace(NPC, assignments=[LEAD, HELP]), at(10))
    (registered,) = bench.announced("matter.registered")
    assert [(duty.unit, duty.limit) for duty in registered.data.replies] == [("ZJJ", TimeLimit(amount=3, unit="MONTH"))]
    dispatched = {event.data.unit: event.data.reply for event in bench.announced("assignment.dispatched")}
    assert dispatched == {"ZJJ": TimeLimit(amount=3, unit="MONTH"), "SLJ": None}


def test_a_difficult_suggestion_is_answered_within_six_months(bench: Any, at: At) -> None:
    bench.send("OFFICE", replace(NPC, source=replace(NPC.source, difficult=True)), at(10))
    assert bench.announced("matter.registered")[0].data.replies[0].limit == TimeLimit(amount=6, unit="MONTH")


# ---- the burden


def test_three_heads_burden_a_unit_once(heads: Any, at: At) -> None:
    assert [row["matters"] for row in burden(heads)] == [3]
    heads.send("OFFICE", answer("LI", "NPC"), at(17))
    heads.send("OFFICE", answer("NET", "NPC"), at(19))
    assert burden(heads) == [{"unit": "ZJJ", "month": "2026-03", "matters": 1, "slips": 0, "feedback": 0, "inspections": 0}]


def test_slips_and_urgings_are_counted_by_month(heads: Any, at: At) -> None:
    from event_contracts.escalation import UrgeSent

    for number, day in enumerate((20, 21)):
        heads.hear(UrgeSent(matter_id="x", unit="ZJJ", by="OFFICE", urged_at=at(day), count=number), at(day), "escalation")
    heads.hear(UrgeSent(matter_id="x", unit="SLJ", by="OFFICE", urged_at=at(20), count=1), at(20), "escalation")
    assert {(row["unit"], row["matters"], row["feedback"]) for row in burden(heads)} == {("ZJJ", 3, 2), ("SLJ", 0, 1)}
