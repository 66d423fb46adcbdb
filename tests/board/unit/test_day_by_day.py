"""The board tells each limit day by day from the events alone, and what comes next and when."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from board.domain.days import days_of, pieces
from board.domain.folding import fold
from board.domain.next_steps import Step, next_steps
from ground_rules.explanation import Left, explain, runs
from ground_rules.limits import Limit
from ground_rules.workdays import WorkCalendar
from published import bodies, events

CHINA = WorkCalendar.china()


@pytest.mark.parametrize("unit", ["WORKDAY", "DAY", "MONTH"])
def test_the_days_of_the_runs_are_the_days_of_the_rules(unit: str) -> None:
    rng = random.Random(unit)
    for _ in range(40):
        start, limit = date(2026, 1, 1) + timedelta(days=rng.randrange(300)), Limit(rng.randint(1, 60), unit)  # type: ignore[arg-type]
        first = start + timedelta(days=rng.randint(1, 20))
        left = [Left(first, first + timedelta(days=rng.randint(0, 9)), "听证", "STATUTORY_PROCEDURE")]
        days = explain(limit, start, start + timedelta(days=100), CHINA, left_out=left, extension=3).days
        wire = json.loads(json.dumps([asdict(run) for run in runs(days)], default=str))
        assert [(day.day, day.kind, day.counted, day.cause, day.notice) for day in days_of(wire)] == [
            (day.day, day.kind, day.counted, day.cause, day.notice) for day in days
        ]


def test_a_picture_joins_days_of_one_sort() -> None:
    run: dict[str, Any] = {"counted": None, "cause": None, "notice": None}
    told = days_of(
        [
            run | {"first": "2026-03-02", "last": "2026-03-02", "kind": "START"},
            run | {"first": "2026-03-03", "last": "2026-03-09", "kind": "WORKDAYS", "counted": 5},
            run | {"first": "2026-03-10", "last": "2026-03-11", "kind": "SUSPENDED", "cause": "VERIFICATION"},
            run | {"first": "2026-03-12", "last": "2026-03-12", "kind": "EXTENSION", "counted": 6},
        ]
    )
    assert [(sort, first.day, last.day) for sort, first, last in pieces(told)] == [
        ("OFF", 2, 2),
        ("COUNTED", 3, 6),
        ("OFF", 7, 8),
        ("COUNTED", 9, 9),
        ("LEFT", 10, 11),
        ("COUNTED", 12, 12),
    ]


def matter(case: str) -> str:
    return str(next(event["data"]["matter_id"] for event in events(case) if event["type"] == "intake.matter.registered.v1"))


def test_a_matter_shows_every_run_with_its_holiday_and_notice_and_the_calendar_every_day(desk: Any) -> None:
    desk.read(*bodies("ac03-full-ladder"))
    officer, about = desk.browser("OFFICER"), matter("ac03-full-ladder")
    page = officer.get(f"/m/{about}").get_data(as_text=True)
    assert "清明节 国办发明电〔2016〕17号" in page and "调休上班，计入" in page and "工作日计入，周六、周日不计" in page
    days = officer.get(f"/m/{about}/days/QDQ").get_data(as_text=True)
    assert "第120日" in days and "清明节" in days and "周末，不计" in days


def test_events_of_an_earlier_release_leave_the_days_untold(desk: Any) -> None:
    def earlier(body: bytes) -> bytes:
        event = json.loads(body)
        event["data"].pop("explanation", None)
        return json.dumps(event, ensure_ascii=False).encode()

    desk.read(*map(earlier, bodies("ac03-full-ladder")))
    officer, about = desk.browser("OFFICER"), matter("ac03-full-ladder")
    assert officer.get(f"/m/{about}").status_code == 200
    assert "没有逐日说明" in officer.get(f"/m/{about}/days/QDQ").get_data(as_text=True)


PART: dict[str, Any] = {"open": True, "clock": "RUNNING", "colour": None, "deadline": "2026-03-16"}
NOTICE = {"state": "DISPATCHED", "kind": "SLIP", "deemed_at": "2026-03-10T16:00:00Z", "colour": "WHITE"}
SLIP = {"review_until": "2026-04-01T16:00:00Z", "state": "SERVED", "colour": "YELLOW"}
WAITING = {"desk": "OFFICE", "kind": "JUSTIFICATION", "due_on": "2026-03-12", "colour": None}
NOW = "2026-03-09T02:00:00Z"


@pytest.mark.parametrize(
    ("part", "slips", "notices", "todos", "steps"),
    [
        ({}, [], [], [], [Step("END_NONE", "2026-03-16")]),
        ({"colour": "WHITE"}, [], [], [], [Step("END_WHITE", "2026-03-16", colour="WHITE")]),
        ({"clock": "SUSPENDED"}, [], [], [], [Step("HELD")]),
        ({"clock": "BREACHED", "colour": "YELLOW"}, [], [], [], [Step("PASSED", colour="YELLOW")]),
        ({"clock": "BREACHED", "colour": "RED"}, [], [], [], []),
        ({"clock": "BREACHED"}, [], [], [WAITING], [Step("JUSTIFICATION", "2026-03-12", waits=True)]),
        ({"clock": None}, [], [NOTICE], [], [Step("DEEMED", "2026-03-10", colour="WHITE")]),
        ({"clock": None}, [], [NOTICE | {"state": "SERVED"}], [], []),
        ({}, [], [], [WAITING], [Step("JUSTIFICATION", "2026-03-12", waits=True), Step("END_NONE", "2026-03-16")]),
        ({"open": False}, [SLIP], [NOTICE], [WAITING], [Step("REVIEW", "2026-04-01", colour="YELLOW")]),
        ({"open": False}, [SLIP | {"state": "OVERTURNED"}], [], [], []),
        ({"open": False}, [SLIP | {"review_until": NOW}], [], [], []),
    ],
)
def test_what_comes_next_and_when(part: Any, slips: Any, notices: Any, todos: Any, steps: list[Step]) -> None:
    assert next_steps(PART | part, slips, notices, todos, NOW) == steps


def due(on: str, kind: str, days_left: int | None = None, percent: int | None = None) -> dict[str, Any]:
    return {"on": on, "kind": kind, "days_left": days_left, "percent": percent}


AHEAD = [
    due("2026-03-06", "CYCLE"),
    due("2026-03-06", "REMINDER", 6),
    due("2026-03-09", "MILESTONE", percent=45),
    due("2026-03-11", "REMINDER", 3),
    due("2026-03-12", "CYCLE"),
    due("2026-03-13", "CYCLE"),
    due("2026-03-13", "URGE"),
]


def test_what_is_due_before_the_end_comes_next_from_today_on_and_of_cycles_the_next_alone() -> None:
    assert next_steps(PART, [], [], [], NOW, AHEAD) == [
        Step("MILESTONE", "2026-03-09", number=45),
        Step("REMINDER", "2026-03-11", number=3),
        Step("CYCLE", "2026-03-12"),
        Step("URGE", "2026-03-13"),
        Step("END_NONE", "2026-03-16"),
    ]
    assert next_steps(PART | {"clock": "SUSPENDED"}, [], [], [], NOW, AHEAD) == [Step("HELD")]


def test_a_limit_keeps_what_its_newest_event_says_is_ahead(desk: Any) -> None:
    about = matter("ac03-full-ladder")
    told = [event for event in events("ac03-full-ladder") if event["data"].get("owner") == "SLIP:YELLOW"]
    assert [day["on"] for day in told[0]["data"]["ahead"]] == ["2017-03-23", "2017-03-27"]

    def ahead(kind: str) -> str:
        return (
            fold(about, [event for event in told if event["type"] == f"escalation.{kind}.v1"]).clocks["QDQ", "SLIP:YELLOW"].ahead
        )

    assert json.loads(ahead("clock.armed")) == told[0]["data"]["ahead"]
    stopped = told[0] | {"type": "escalation.clock.stopped.v1", "id": "later", "sequence": 10_000}
    stopped["data"] = told[0]["data"] | {"ahead": [], "reason": "CLAIMED"}
    assert fold(about, [told[0], stopped]).clocks["QDQ", "SLIP:YELLOW"].ahead == ""


def test_the_page_says_what_is_due_before_the_end_with_its_day_and_its_number(desk: Any) -> None:
    about, later = matter("ac03-full-ladder"), {"deadline": "2999-03-16", "ahead": [due("2999-03-11", "MILESTONE", percent=45)]}

    def of_tomorrow(body: bytes) -> bytes:
        event = json.loads(body)
        if event["type"] == "escalation.clock.armed.v1":
            event["data"] |= later
        return json.dumps(event, ensure_ascii=False).encode()

    until = [body for body in bodies("ac03-full-ladder") if json.loads(body)["time"] < "2017-03-10"]
    desk.read(*map(of_tomorrow, until))
    page = desk.browser("OFFICER").get(f"/m/{about}").get_data(as_text=True)
    assert "2999-03-11" in page and "经认可的进度不到45%" in page
