"""`duban trace`: the story of a matter over all services, from published events; and the trace that runs through them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from duban.cli import main
from duban.rehearse import Rehearsal, rehearse
from ground_rules.policy import load_policy
from service_chassis.errors import ConfigError
from service_chassis.persistence.turned_away import TurnedAway

from duban import trace

CASES = Path(__file__).resolve().parents[2] / "system" / "cases"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
POLICY = load_policy()


def played(folder: Path, lines: Iterable[dict[str, Any]]) -> Path:
    """Rehearse these messages; returns the folder with what was published."""
    events = folder / "events.jsonl"
    events.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    rehearse(Rehearsal(events, POLICY, date(2026, 4, 30), folder / "out"), lambda text: None)
    return folder / "out"


def case(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three matters about one waterlogged road, handled as one; the first came with a department's trace."""
    lines = case("ac15-three-heads-one-ladder")
    for line in lines:
        if line["type"] == "matter.submitted.v1" and line["data"]["external_ref"] == "JY-15":
            line["traceparent"] = TRACE
    return played(tmp_path_factory.mktemp("merged"), lines)


def published(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "published.jsonl").read_text("utf-8").splitlines()]


def told(folder: Path, matter: str, *more: str) -> str:
    answer = CliRunner().invoke(main, ["trace", matter, "--from", str(folder), *more])
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_the_story_goes_over_all_services_in_order_with_reasons_and_causes(merged: Path) -> None:
    story = json.loads(told(merged, "JY-15", "--json"))
    assert [step["at"] for step in story["steps"]] == sorted(step["at"] for step in story["steps"])
    assert {step["service"] for step in story["steps"]} == {"intake", "notify", "escalation", "scoring"}
    text = told(merged, "JY-15")
    assert "黄单签发 yellow issued" in text
    assert "白色督办单期限10个工作日，至2026-04-07届满" in text
    deducted = next(step for step in story["steps"] if step["type"] == "scoring.score.deducted.v1")
    assert story["steps"][deducted["because"] - 1]["type"] == "escalation.slip.issued.v1"
    assert "← 来文 message" in text


@pytest.mark.parametrize("asked", ["JY-15", "LY-15", "PS-15"])
def test_matters_that_were_merged_are_told_together_whichever_is_asked_for(merged: Path, asked: str) -> None:
    story = json.loads(told(merged, asked, "--json"))
    assert {story["reference"], *story["merged"].values()} == {"JY-15", "LY-15", "PS-15"}
    assert {step["matter"] for step in story["steps"]} == {"JY-15", "LY-15", "PS-15"}


def test_a_departments_trace_goes_through_every_event_that_follows_with_a_span_each(merged: Path) -> None:
    caused = [event for event in published(merged) if event["traceparent"][3:35] == TRACE[3:35]]
    assert {"intake.matter.registered.v1", "intake.assignment.dispatched.v1", "notify.notice.dispatched.v1"} <= {
        event["type"] for event in caused
    }
    everything = published(merged)
    assert len({event["traceparent"][36:52] for event in everything}) == len({event["id"] for event in everything})
    assert all(event["correlationid"] for event in everything)


def lines(*events: dict[str, Any]) -> trace.Read:
    return lambda: [json.dumps(event).encode() for event in events]


def event(number: int, matter: str, **more: Any) -> dict[str, Any]:
    data = {"matter_id": matter, "external_ref": f"R-{matter}"} | more.pop("data", {})
    known = {"id": f"e{number}", "source": "/duban/intake", "type": "intake.matter.registered.v1", "subject": matter}
    return known | {"time": f"2026-03-0{number}T00:00:00Z", "correlationid": "c1", "data": data} | more


def test_neither_correlation_nor_trace_nor_cause_leads_to_another_matter() -> None:
    """A matter that grew out of an unannounced inspection shares them with it, and must not lead there."""
    shared = {"traceparent": TRACE, "causationid": "e1"}
    read = lines(event(1, "covert", **shared), event(2, "open", **shared), event(3, "other", data={"into": "x"}, **shared))
    story = trace.story(read, "R-open")
    assert [step.id for step in story.steps] == ["e2"]
    assert story.steps[0].because is None
    assert "covert" not in trace.as_text(story, POLICY.zone)


def test_an_event_that_was_published_twice_is_told_once() -> None:
    assert len(trace.story(lines(event(1, "a"), event(1, "a")), "a").steps) == 1


def test_a_reference_of_two_matters_must_be_asked_by_id() -> None:
    read = lines(event(1, "a", data={"external_ref": "R"}), event(2, "b", data={"external_ref": "R"}))
    with pytest.raises(ConfigError, match="ambiguous, use one of the ids: a, b"):
        trace.story(read, "R")


def test_an_unknown_matter_is_said_in_one_line(merged: Path) -> None:
    answer = CliRunner().invoke(main, ["trace", "NOTHING", "--from", str(merged)])
    assert answer.exit_code == 2
    assert "no such matter" in answer.output


def test_what_came_late_tells_when_it_was_recorded() -> None:
    late = event(1, "a", recordedtime="2026-03-09T00:00:00Z")
    assert "（录入 recorded 2026-03-09 08:00）" in trace.as_text(trace.story(lines(late), "a"), POLICY.zone)


# ---- what was refused, and what was decided about parked messages


def test_a_refused_message_is_in_the_story_with_its_code_reason_and_sender(merged: Path) -> None:
    steps = json.loads(told(merged, "JY-15", "--json"))["steps"]
    refused = [step for step in steps if step["type"] == "message.refused"]
    assert [(step["service"], step["unit"], step["matter"]) for step in refused] == [("escalation", "OFFICE", "PS-15")]
    assert refused[0]["reason"].startswith("DUPLICATE_LADDER: 本事项已并入另一事项")
    assert [step["number"] for step in steps] == list(range(1, len(steps) + 1))
    deducted = next(step for step in steps if step["type"] == "scoring.score.deducted.v1")
    assert steps[deducted["because"] - 1]["type"] == "escalation.slip.issued.v1"


def turned_away(verb: str = "refused", sender: str = "SLJ", matter: str | None = "R-a", **more: Any) -> TurnedAway:
    known = {"message_id": "m1", "parked_id": None, "type": "review.filed.v1", "by": "", "why": "RECUSAL: 应当回避"}
    return TurnedAway(**{"verb": verb, "at": datetime(2026, 3, 2, tzinfo=UTC), "sender": sender, "matter": matter} | known | more)


def beside(*records: TurnedAway) -> list[trace.Step]:
    """The steps of the matter R-a, which SLJ has a part in, that are no events."""
    read = lines(event(1, "a", data={"unit": "SLJ", "submitted_by": "ZJJ"}), event(3, "a", data={"parked_id": "p1"}))
    found = trace.story(read, "R-a", lambda: [("escalation", record) for record in records]).steps
    assert [step.id for step in found if step.id.startswith("e")] == ["e1", "e3"]
    return [step for step in found if not step.id.startswith("e")]


def test_what_a_person_decided_about_a_parked_message_is_told_with_who_and_why() -> None:
    put_back = turned_away("put-back", parked_id="p1", by="王芳", why="新版本已修复解析", matter=None)
    (step,) = beside(put_back)
    assert (step.number, step.text, step.reason) == (2, "重新处理 put back review.filed.v1 [m1]", "王芳：新版本已修复解析")


@pytest.mark.parametrize("sender", ["SLJ", "ZJJ", "OFFICE"])
def test_a_party_may_name_the_matter_by_its_reference(sender: str) -> None:
    assert len(beside(turned_away(sender=sender))) == 1


@pytest.mark.parametrize(
    "foreign",
    [
        turned_away(sender="WJW"),
        turned_away(matter="R-b"),
        turned_away(matter=None),
        turned_away("discard", matter=None, parked_id="p2"),
    ],
)
def test_a_message_about_another_matter_is_not_told(foreign: TurnedAway) -> None:
    """Another submitter may use the same reference for a matter of its own."""
    assert beside(foreign) == []
    assert len(beside(turned_away(sender="WJW", matter="a"))) == 1
