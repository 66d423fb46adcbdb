"""A matter is withdrawn, or a closed one is done again: a further instruction, a source that is not satisfied (domain.md d.3)."""

from __future__ import annotations

from typing import Any

import pytest
from acceptance import Played, PlayLines, colours, local, said, seen, shaken

AT_ONCE = 'service = "immediate"\n'
DAYS = {"amount": 5, "unit": "WORKDAY"}


def matter(ref: str = "M1", source: str = "DOCUMENT", at: str = "2026-03-02 09:00", *, help_by: str = "", **more: Any) -> str:
    parts = [{"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": DAYS}]
    if help_by:
        parts.append({"unit": help_by, "role": "SUPPORTING", "deliverable": "方案", "limit": DAYS})
    about = {"external_ref": ref, "title": ref, "source": {"type": source}, "standard": "完成", "assignments": parts}
    return said("matter.submitted", "OFFICE", at, **about, **more)


def done(at: str, verified: str, unit: str = "ZJJ") -> list[str]:
    return [
        said("completion.claimed", unit, at, matter="M1", unit=unit, text="完成"),
        said("completion.verified", "OFFICE", verified, matter="M1", unit=unit, verified_by="陈立"),
    ]


def office(name: str, at: str, **data: Any) -> str:
    return said(name, "OFFICE", at, **({"matter": "M1"} | data))


def withdrawn(at: str, **more: Any) -> str:
    return office("matter.withdrawn", at, reason="不再督办", **more)


def reopened(at: str, **more: Any) -> str:
    return office("matter.reopened", at, reason="领导有新的批示", **more)


def answered(at: str) -> str:
    return office("reply.sent", at, unit="ZJJ", to="代表", text="办理情况")


def facts(played: Played, name: str) -> list[dict[str, Any]]:
    return [event["data"] for event in played.published if event["type"] == f"intake.{name}.v1"]


def refused(played: Played) -> dict[str, str]:
    return {row["id"]: row["code"] for row in played.outcome["refusals"]}


# ---- withdrawn


def test_a_withdrawn_matter_stops_its_limit_and_nothing_follows(play_lines: PlayLines) -> None:
    played = play_lines([matter(), withdrawn("2026-03-05 10:00")], "2026-04-30", AT_ONCE)
    assert colours(played) == (0, 0, 0)
    row = played.one("deadlines", owner="ASSIGNMENT")
    assert (row["state"], played.outcome["breaches"]) == ("STOPPED", [])
    assert facts(played, "matter.withdrawn")[0]["reason"] == "不再督办"


def test_the_slip_in_force_ends_with_its_matter_and_what_it_cost_stays(play_lines: PlayLines) -> None:
    played = play_lines([matter(), withdrawn("2026-03-25 10:00")], "2026-06-30", AT_ONCE)
    white, yellow = played.one("slips", colour="WHITE"), played.one("slips", colour="YELLOW")
    assert (white["state"], yellow["state"], yellow["cause"]) == ("EXPIRED", "LIFTED", "MATTER_WITHDRAWN")
    assert local(yellow["ended_at"]) == "2026-03-25 10:00"
    assert played.one("balances")["points"] == "-0.30"


def test_nobody_waits_for_the_answer_of_a_withdrawn_matter(play_lines: PlayLines) -> None:
    played = play_lines([matter(source="NPC_SUGGESTION"), withdrawn("2026-03-04 10:00")], "2026-07-30", AT_ONCE)
    assert played.one("deadlines", owner="REPLY")["state"] == "STOPPED"


def test_what_a_unit_reports_after_the_withdrawal_is_refused_and_before_it_is_not(play_lines: PlayLines) -> None:
    report = {"matter": "M1", "unit": "ZJJ", "text": "进展", "percent": 10}
    lines = [
        matter(),
        withdrawn("2026-03-05 10:00"),
        said("progress.reported", "ZJJ", "2026-03-05 09:59", id_="before", arrives="2026-03-06 09:00", **report),
        said("progress.reported", "ZJJ", "2026-03-05 10:00", id_="after", **report),
    ]
    assert refused(play_lines(lines, "2026-03-31", AT_ONCE)) == {"after": "ALREADY_USED"}


def test_only_the_submitter_or_the_office_withdraws_and_only_once(play_lines: PlayLines) -> None:
    unit = said("matter.withdrawn", "ZJJ", "2026-03-04 10:00", id_="unit", matter="M1", reason="不想办")
    lines = [matter(), unit, withdrawn("2026-03-05 10:00"), withdrawn("2026-03-06 10:00", id_="again")]
    assert refused(play_lines(lines, "2026-03-31", AT_ONCE)) == {"unit": "NOT_EMPOWERED", "again": "ALREADY_USED"}


def test_a_closed_matter_cannot_be_withdrawn(play_lines: PlayLines) -> None:
    lines = [matter(), *done("2026-03-04 10:00", "2026-03-05 10:00"), withdrawn("2026-03-06 10:00", id_="late")]
    assert refused(play_lines(lines, "2026-03-31", AT_ONCE)) == {"late": "ALREADY_USED"}


# ---- done again


def test_a_further_instruction_gives_the_unit_a_new_limit_and_a_new_ladder(play_lines: PlayLines) -> None:
    first = [matter(), *done("2026-03-13 10:00", "2026-03-13 15:00")]
    played = play_lines([*first, reopened("2026-04-01 10:00")], "2026-05-08", AT_ONCE)
    assert [(row["colour"], row["state"], row["liability_date"]) for row in played.outcome["slips"]] == [
        ("WHITE", "LIFTED", "2026-03-10"),
        ("WHITE", "EXPIRED", "2026-04-10"),
        ("YELLOW", "EXPIRED", "2026-04-27"),
    ]
    assert facts(played, "matter.reopened")[0]["cause"] == "INSTRUCTION"
    days = [row["deadline"] for row in played.rows("deadlines", owner="ASSIGNMENT")]
    assert days == ["2026-03-09", "2026-04-09"]


def test_it_is_closed_again_by_a_claim_of_the_new_round_only(play_lines: PlayLines) -> None:
    first = [matter(), *done("2026-03-04 10:00", "2026-03-05 10:00")]
    played = play_lines([*first, reopened("2026-04-01 10:00")], "2026-04-03", AT_ONCE)
    assert len(facts(played, "matter.closed")) == 1
    again = done("2026-04-02 10:00", "2026-04-03 10:00")
    assert len(facts(play_lines([*first, reopened("2026-04-01 10:00"), *again], "2026-04-30", AT_ONCE), "matter.closed")) == 2


def test_one_unit_alone_may_be_asked_again_with_another_limit(play_lines: PlayLines) -> None:
    first = [matter(help_by="SLJ"), *done("2026-03-04 10:00", "2026-03-05 10:00")]
    first += done("2026-03-04 11:00", "2026-03-05 11:00", "SLJ")
    asked = reopened("2026-04-01 10:00", unit="SLJ", cause="LOOK_BACK", limit={"amount": 10, "unit": "DAY"})
    played = play_lines([*first, asked], "2026-04-02", AT_ONCE)
    running = played.rows("deadlines", owner="ASSIGNMENT", state="RUNNING")
    assert [(row["unit"], row["deadline"]) for row in running] == [("SLJ", "2026-04-13")]


def test_what_is_not_closed_or_was_withdrawn_is_not_done_again(play_lines: PlayLines) -> None:
    played = play_lines([matter(), reopened("2026-03-04 10:00", id_="open")], "2026-03-06", AT_ONCE)
    assert list(refused(played)) == ["open"]
    lines = [matter(), withdrawn("2026-03-04 10:00"), reopened("2026-03-05 10:00", id_="gone")]
    assert refused(play_lines(lines, "2026-03-06", AT_ONCE)) == {"gone": "ALREADY_USED"}


def test_what_belongs_to_the_round_before_is_refused_after_it(play_lines: PlayLines) -> None:
    late = said(
        "completion.claimed", "ZJJ", "2026-03-31 10:00", id_="old", arrives="2026-04-02 09:00", matter="M1", unit="ZJJ", text="x"
    )
    lines = [matter(), *done("2026-03-04 10:00", "2026-03-05 10:00"), reopened("2026-04-01 10:00"), late]
    assert refused(play_lines(lines, "2026-04-03", AT_ONCE)) == {"old": "ALREADY_USED"}


@pytest.mark.parametrize("seed", [1, 2])
def test_order_and_repetition_change_nothing(play_lines: PlayLines, seed: int) -> None:
    lines = [matter(), *done("2026-03-13 10:00", "2026-03-13 15:00"), reopened("2026-04-01 10:00")]
    assert seen(play_lines(shaken(seed)(lines), "2026-06-30", AT_ONCE)) == seen(play_lines(lines, "2026-06-30", AT_ONCE))


# ---- whether the source is satisfied


def suggestion(at: str = "2026-06-12 10:00", *, satisfied: bool) -> list[str]:
    first = [matter(source="NPC_SUGGESTION"), *done("2026-03-04 10:00", "2026-03-05 10:00"), answered("2026-03-06 10:00")]
    return [*first, office("reply.assessed", at, satisfied=satisfied, by="李文静")]


def test_a_satisfied_source_leaves_the_matter_closed(play_lines: PlayLines) -> None:
    played = play_lines(suggestion(satisfied=True), "2026-06-30", AT_ONCE)
    assert facts(played, "reply.assessed")[0]["satisfied"] is True
    assert facts(played, "matter.reopened") == []


def test_a_source_that_is_not_satisfied_is_answered_again_within_a_month(play_lines: PlayLines) -> None:
    played = play_lines(suggestion(satisfied=False), "2026-06-30", AT_ONCE)
    (again,) = facts(played, "matter.reopened")
    assert (again["cause"], [part["unit"] for part in again["parts"]]) == ("DISSATISFIED", ["ZJJ"])
    replies = {row["deadline"]: row["state"] for row in played.rows("deadlines", owner="REPLY")}
    assert replies == {"2026-06-02": "STOPPED", "2026-07-13": "RUNNING"}


def test_closing_it_again_needs_another_answer(play_lines: PlayLines) -> None:
    lines = [*suggestion(satisfied=False), *done("2026-06-15 10:00", "2026-06-16 10:00")]
    assert len(facts(play_lines(lines, "2026-06-30", AT_ONCE), "matter.closed")) == 1
    played = play_lines([*lines, answered("2026-06-18 10:00")], "2026-06-30", AT_ONCE)
    assert len(facts(played, "matter.closed")) == 2
    assert {row["state"] for row in played.rows("deadlines", owner="REPLY")} == {"STOPPED"}


def test_a_source_that_was_not_answered_yet_cannot_be_satisfied(play_lines: PlayLines) -> None:
    early = office("reply.assessed", "2026-03-04 10:00", id_="early", satisfied=True)
    assert list(refused(play_lines([matter(source="NPC_SUGGESTION"), early], "2026-03-06", AT_ONCE))) == ["early"]
