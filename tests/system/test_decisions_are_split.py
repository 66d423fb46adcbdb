"""A decision is split into matters, all or none (domain.md B6); no unit is given more than its quota without a name (art. 15)."""

from __future__ import annotations

from typing import Any

from acceptance import Played, PlayLines, said

AT_ONCE = 'service = "immediate"\n'


def item(ref: str, *units: str, clause: str = "第一条", **more: Any) -> dict[str, Any]:
    roles = ["LEAD", *["SUPPORTING"] * (len(units) - 1)]
    parts = [
        {"unit": unit, "role": role, "deliverable": "报告", "limit": {"amount": 20, "unit": "WORKDAY"}}
        for unit, role in zip(units, roles, strict=True)
    ]
    source = {"type": "MAJOR_DECISION", "number": "咸政发〔2026〕3号", "clause": clause}
    return {"external_ref": ref, "title": ref, "source": source, "standard": "完成", "assignments": parts, **more}


def split(*items: dict[str, Any], sender: str = "OFFICE", **more: Any) -> str:
    return said("matter.decomposed", sender, "2026-03-02 09:00", directive="咸政发〔2026〕3号", matters=list(items), **more)


def refusals(played: Played) -> list[tuple[str, str]]:
    return [(row["id"], row["code"]) for row in played.outcome["refusals"]]


def test_every_item_becomes_a_matter_with_its_units_and_limits(play_lines: PlayLines) -> None:
    played = play_lines([split(item("3-1", "ZJJ", "SLJ"), item("3-2", "SLJ", clause="第二条"))], "2026-03-05", AT_ONCE)
    armed = [(row["matter"], row["unit"]) for row in played.rows("deadlines", owner="ASSIGNMENT")]
    assert sorted(armed) == [("3-1", "SLJ"), ("3-1", "ZJJ"), ("3-2", "SLJ")]
    (told,) = [event for event in played.published if event["type"] == "intake.matter.decomposed.v1"]
    assert [(one["external_ref"], one["clause"], one["units"]) for one in told["data"]["matters"]] == [
        ("3-1", "第一条", ["ZJJ", "SLJ"]),
        ("3-2", "第二条", ["SLJ"]),
    ]


def test_with_one_fault_nothing_is_registered(play_lines: PlayLines) -> None:
    wrong = item("3-2", "SLJ")
    wrong["assignments"][0]["depends_on"] = ["HBJ"]
    played = play_lines([split(item("3-1", "ZJJ"), wrong, id_="bad")], "2026-03-05", AT_ONCE)
    assert (refusals(played), played.outcome["deadlines"]) == ([("bad", "SCHEMA_INVALID")], [])


def test_an_item_whose_reference_is_used_spoils_the_whole(play_lines: PlayLines) -> None:
    first = said("matter.submitted", "OFFICE", "2026-03-01 09:00", **item("3-2", "SLJ"))
    played = play_lines([first, split(item("3-1", "ZJJ"), item("3-2", "SLJ"), id_="bad")], "2026-03-05", AT_ONCE)
    assert refusals(played) == [("bad", "ALREADY_USED")]
    assert {row["matter"] for row in played.rows("deadlines", owner="ASSIGNMENT")} == {"3-2"}


def test_a_unit_without_a_designation_splits_no_decision_for_others(play_lines: PlayLines) -> None:
    played = play_lines([split(item("3-1", "JYJ"), item("3-2", "QDQ"), sender="JYJ", id_="bad")], "2026-03-05", AT_ONCE)
    assert (refusals(played), played.outcome["deadlines"]) == ([("bad", "AUTHORITY_MISSING")], [])


def test_where_the_policy_wants_an_approval_it_is_given_by_name(play_lines: PlayLines) -> None:
    policy = AT_ONCE + '[registration]\napproval = "required"\n'
    nobody, somebody = split(item("3-1", "ZJJ"), id_="nobody"), split(item("3-2", "ZJJ"), approved_by="赵明远")
    played = play_lines([nobody, somebody], "2026-03-05", policy)
    assert refusals(played) == [("nobody", "AUTHORITY_MISSING")]
    assert {row["matter"] for row in played.rows("deadlines", owner="ASSIGNMENT")} == {"3-2"}


def test_who_approves_holds_the_office_for_it(play_lines: PlayLines) -> None:
    persons = [{"name": "王芳", "capacities": [{"role": "OFFICER", "from": "2026-01-01"}]}]
    published = said("persons.published", "OFFICE", "2026-02-01 09:00", persons=persons)
    played = play_lines([published, split(item("3-1", "ZJJ"), approved_by="王芳", id_="bad")], "2026-03-05", AT_ONCE)
    assert refusals(played) == [("bad", "NOT_EMPOWERED")]


def test_the_policy_says_which_section_looks_after_a_source(play_lines: PlayLines) -> None:
    played = play_lines([split(item("3-1", "ZJJ"))], "2026-03-03", '[routing]\nmajor_decision = "SPECIAL_HANDLING"\n')
    (told,) = [event for event in played.published if event["type"] == "intake.matter.registered.v1"]
    assert told["data"]["section"] == "SPECIAL_HANDLING"


# ---- the quota of a unit

QUOTA = AT_ONCE + "[quota]\nmatters = 2\n"


def submitted(ref: str, at: str, unit: str = "ZJJ", sender: str = "OFFICE", **more: Any) -> str:
    given = {key: more.pop(key) for key in ("id_",) if key in more}
    return said("matter.submitted", sender, at, **given, **item(ref, unit, clause=ref, **more))


def test_the_third_matter_of_a_month_is_refused_and_the_next_month_is_free(play_lines: PlayLines) -> None:
    lines = [submitted(f"M{day}", f"2026-03-0{day} 09:00", id_=f"m{day}") for day in (2, 3, 4)]
    lines += [submitted("A1", "2026-04-01 09:00"), submitted("OTHER", "2026-03-05 09:00", unit="SLJ")]
    assert refusals(play_lines(lines, "2026-04-02", QUOTA)) == [("m4", "RATE_LIMITED")]


def test_it_is_overridden_with_a_reason_and_a_name(play_lines: PlayLines) -> None:
    lines = [submitted(f"M{day}", f"2026-03-0{day} 09:00") for day in (2, 3)]
    more = submitted("M4", "2026-03-04 09:00", override={"reason": "防汛应急", "by": "赵明远"})
    assert refusals(play_lines([*lines, more], "2026-03-06", QUOTA)) == []


def test_who_overrides_holds_the_office_for_it(play_lines: PlayLines) -> None:
    persons = [{"name": "王芳", "capacities": [{"role": "OFFICER", "from": "2026-01-01"}]}]
    published = said("persons.published", "OFFICE", "2026-02-01 09:00", persons=persons)
    more = submitted("M4", "2026-03-04 09:00", id_="bad", override={"reason": "急", "by": "王芳"})
    assert refusals(play_lines([published, more], "2026-03-06", QUOTA)) == [("bad", "NOT_EMPOWERED")]


def test_the_items_of_one_decision_count_together(play_lines: PlayLines) -> None:
    lines = [submitted("M2", "2026-03-01 09:00"), submitted("M3", "2026-03-01 10:00")]
    played = play_lines([*lines, split(item("3-1", "SLJ"), item("3-2", "ZJJ"), id_="bad")], "2026-03-05", QUOTA)
    assert refusals(played) == [("bad", "RATE_LIMITED")]


def test_what_a_unit_follows_of_its_own_is_no_burden(play_lines: PlayLines) -> None:
    lines = [submitted(f"M{day}", f"2026-03-0{day} 09:00", sender="ZJJ") for day in (2, 3, 4)]
    assert refusals(play_lines(lines, "2026-03-06", QUOTA)) == []
