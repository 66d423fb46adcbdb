"""`duban rehearse` as a whole: what it reads, when it ends, what it writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from duban.cli import main
from duban.outcome import KEYS

ZONE = ZoneInfo("Asia/Shanghai")
REF, UNIT = "R-1", "ZJJ"

Event = dict[str, Any]
Run = Callable[..., Result]


def event(id_: str, name: str, at: str, sender: str = "/office", /, **data: Any) -> Event:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": sender,
        "type": f"{name}.v1",
        "time": f"{at}+08:00",
        "data": data,
    }


def submitted(at: str = "2026-03-02T09:00:00", **changes: Any) -> Event:
    part = {"unit": UNIT, "role": "LEAD", "deliverable": "报告", "limit": {"amount": 5, "unit": "WORKDAY"}}
    data = {
        "external_ref": REF,
        "title": "积水点整治",
        "source": {"type": "DOCUMENT"},
        "standard": "全部完成并经核验",
        "assignments": [part],
    }
    return event("s-1", "matter.submitted", at, **{**data, **changes})


def claimed(at: str, ref: str = REF, id_: str = "c-1") -> Event:
    return event(id_, "completion.claimed", at, f"/units/{UNIT}", matter=ref, unit=UNIT, text="已完成")


@pytest.fixture
def rehearse(tmp_path: Path) -> Run:
    """`rehearse(lines, *options)`: run the command on these lines, with the policy `policy` where one is given."""

    def run(lines: list[Event | str], *options: object, policy: str | None = None) -> Result:
        path = tmp_path / "events.jsonl"
        path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), "utf-8")
        arguments = ["rehearse", path, *options]
        if policy is not None:
            (tmp_path / "policy.toml").write_text(policy, "utf-8")
            arguments += ["--policy", tmp_path / "policy.toml"]
        return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)

    return run


def outcome(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def local(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


IMMEDIATE = 'service = "immediate"\n'
"""Served on Mon 2026-03-02: five workdays end on 03-09, the white is due on 03-10."""


def test_standard_output_is_the_outcome_and_nothing_else(rehearse: Run) -> None:
    found = outcome(rehearse([submitted()], "--json", "--until", "2026-03-20"))
    assert tuple(found) == KEYS
    assert [slip["colour"] for slip in found["slips"]] == ["WHITE"]


def test_without_json_a_summary_is_for_people(rehearse: Run, tmp_path: Path) -> None:
    result = rehearse([submitted()], "--until", "2026-03-20", "--out", tmp_path / "out")
    assert "白 white 1" in result.stdout and "outcome.json" in result.stdout


def test_the_folder_gets_the_outcome_and_the_published_events_in_order(rehearse: Run, tmp_path: Path) -> None:
    found = outcome(rehearse([submitted()], "--json", "--until", "2026-03-31", "--out", tmp_path / "a" / "b"))
    assert json.loads((tmp_path / "a" / "b" / "outcome.json").read_text("utf-8")) == found
    events = [json.loads(line) for line in (tmp_path / "a" / "b" / "published.jsonl").read_text("utf-8").splitlines()]
    assert events[0]["type"] == "intake.matter.registered.v1"
    assert "escalation.slip.issued.v1" in [one["type"] for one in events]
    left = ["escalation.sqlite", "outcome.json", "policy.toml", "published.jsonl", "scoring.sqlite", "turned_away.jsonl"]
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == left


def test_an_empty_file_has_an_empty_outcome(rehearse: Run) -> None:
    assert not any(outcome(rehearse([], "--json")).values())


def test_a_bad_line_is_named_and_refused_and_the_rest_is_played(rehearse: Run) -> None:
    result = rehearse([submitted(), '{"half": '], "--json", "--until", "2026-03-20")
    assert "events.jsonl:2: not JSON" in result.stderr
    found = outcome(result)
    assert [row["code"] for row in found["refusals"]] == ["SCHEMA_INVALID"]
    assert len(found["slips"]) == 1


def test_what_the_services_refuse_is_in_the_outcome_too(rehearse: Run) -> None:
    found = outcome(
        rehearse([submitted(), event("x-1", "no.such.thing", "2026-03-02T10:00:00")], "--json", "--until", "2026-03-03")
    )
    assert [(row["id"], row["code"]) for row in found["refusals"]] == [("x-1", "SCHEMA_INVALID")]


def test_a_message_about_a_matter_that_never_comes_is_refused_at_the_end(rehearse: Run) -> None:
    found = outcome(rehearse([submitted(), claimed("2026-03-03T10:00:00", ref="R-2")], "--json", "--until", "2026-03-03"))
    assert [(row["id"], row["code"]) for row in found["refusals"]] == [("c-1", "UNKNOWN_MATTER")]


def test_a_message_that_comes_before_its_matter_waits_for_it(rehearse: Run) -> None:
    late = {**submitted(), "arrivaltime": "2026-03-04T09:00:00+08:00"}
    found = outcome(
        rehearse([late, claimed("2026-03-03T10:00:00")], "--json", "--until", "2026-03-31", policy='verification = "auto"')
    )
    assert not found["refusals"] and not found["slips"]


# ---------------------------------------------------------------- when it ends


def test_everything_before_midnight_after_the_last_day_happens_and_nothing_else(rehearse: Run) -> None:
    before = outcome(rehearse([submitted()], "--json", "--until", "2026-03-09", policy=IMMEDIATE))
    assert not before["breaches"] and not before["slips"]
    after = outcome(rehearse([submitted()], "--json", "--until", "2026-03-10", policy=IMMEDIATE))
    assert [local(row["at"]) for row in after["breaches"]] == ["2026-03-10 00:00"]
    assert [local(row["issued_at"]) for row in after["slips"]] == ["2026-03-10 00:00"]


def test_a_message_after_the_last_day_is_not_played(rehearse: Run) -> None:
    second = submitted("2026-03-05T00:00:00", external_ref="R-2") | {"id": "s-2"}
    found = outcome(rehearse([submitted(), second], "--json", "--until", "2026-03-04"))
    assert {row["matter"] for row in found["deadlines"]} == {REF}


def test_without_a_last_day_it_goes_on_until_nothing_is_due(rehearse: Run) -> None:
    done = [submitted(), claimed("2026-03-03T10:00:00")]
    found = outcome(rehearse(done, "--json", policy=IMMEDIATE + 'verification = "auto"'))
    assert not found["slips"]
    ladder = outcome(rehearse([submitted()], "--json", policy=IMMEDIATE + 'automatic_urging = true\n[approval]\nred = "auto"'))
    assert [slip["colour"] for slip in ladder["slips"]] == ["WHITE", "YELLOW", "RED"]
    assert {entry["state"] for entry in ladder["score_entries"]} == {"EFFECTIVE"}


# ---------------------------------------------------------------- outages

OUTAGE = (
    IMMEDIATE
    + """[[rehearsal.outages]]
service = "{}"
from = "2026-03-09T20:00:00+08:00"
until = "2026-03-11T10:00:00+08:00"
"""
)


def test_a_service_that_is_down_issues_later_but_the_liability_date_stands(rehearse: Run) -> None:
    found = outcome(rehearse([submitted()], "--json", "--until", "2026-03-12", policy=OUTAGE.format("escalation")))
    white = found["slips"][0]
    assert white["liability_date"] == "2026-03-10"
    assert local(white["issued_at"]) == "2026-03-11 10:00"
    assert [local(row["at"]) for row in found["breaches"]] == ["2026-03-10 00:00"]


@pytest.mark.parametrize("service", ["intake", "escalation", "notify", "scoring"])
def test_a_claim_in_time_counts_although_a_service_was_down_when_it_came(rehearse: Run, service: str) -> None:
    lines = [submitted(), claimed("2026-03-09T21:00:00")]
    policy = 'verification = "auto"\n' + OUTAGE.format(service)
    found = outcome(rehearse(lines, "--json", "--until", "2026-03-31", policy=policy))
    assert not found["slips"] and not found["breaches"]
    assert not found["refusals"]


def test_while_a_service_is_down_the_others_go_on(rehearse: Run) -> None:
    policy = OUTAGE.format("scoring").replace("2026-03-11T10", "2026-04-30T10") + '\n[approval]\nred = "auto"'
    found = outcome(rehearse([submitted()], "--json", "--until", "2026-04-29", policy=policy))
    assert [slip["colour"] for slip in found["slips"]] == ["WHITE", "YELLOW"]
    assert not found["score_entries"]
    later = outcome(rehearse([submitted()], "--json", "--until", "2026-04-30", policy=policy))
    assert [entry["amount"] for entry in later["score_entries"]] == ["-0.30"]
