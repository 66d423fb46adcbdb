"""The rehearsal page: who may, what a filled form comes to, how far it is, and what came of it."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from board.access.roles import PAGES, ROLES, UNITS
from board.domain.proposal import PARAMETERS, as_toml
from board.errors import Refused
from board.ports import Trial

TRIAL = Trial("RUNNING", "王敏", "limits.white = …", 12, "2026-06-10", share=0.25)


def side(white: int, yellow: int, points: str) -> dict[str, Any]:
    slips = {"WHITE": white, "YELLOW": yellow, "RED": 0}
    return {"slips": slips, "points": points, "not_eligible": 0, "renewals": 0, "fallen": 0, "referrals": 0}


FOUND = {
    "policies": {"parameters": [{"key": "limits.white", "a": "10 WORKDAY", "b": "30 WORKDAY", "provenance": ""}]},
    "totals": {"a": side(4, 2, "-0.60"), "b": side(4, 1, "-0.30")},
    "units": [
        {"unit": "ZJJ", "a": side(2, 2, "-0.60"), "b": side(2, 1, "-0.30"), "different": True},
        {"unit": "SLJ", "a": side(1, 0, "0.00"), "b": side(1, 0, "0.00"), "different": True},
        {"unit": "JYJ", "a": side(2, 0, "0.00"), "b": side(2, 0, "0.00"), "different": False},
    ],
}


class Fake:
    """Rehearsals that only remember what they were asked."""

    def __init__(self) -> None:
        self.trial: Trial | None = None
        self.started: list[tuple[str, str]] = []
        self.cancelled = 0
        self.refusing: Refused | None = None
        self.hindered = ""

    def hindrance(self) -> str:
        return self.hindered

    def in_force(self) -> Mapping[str, str]:
        return {one.key: "5 WORKDAY" if one.kind == "limit" else "auto" for one in PARAMETERS}

    def start(self, overrides: str, by: str) -> None:
        if self.refusing is not None:
            raise self.refusing
        self.started.append((overrides, by))

    def latest(self) -> Trial | None:
        return self.trial

    def cancel(self) -> None:
        self.cancelled += 1


@pytest.fixture
def fake(desk: Any) -> Fake:
    desk.site.rehearsals = Fake()
    found: Fake = desk.site.rehearsals
    return found


def test_a_filled_form_becomes_the_toml_of_what_differs() -> None:
    form = {"limits.white": " 30 ", "yellow.deduction": "0.10", "approval.yellow": "required", "review_suspends_ladder": "true"}
    assert tomllib.loads(as_toml(form | {"limits.red": ""})) == {
        "limits": {"white": {"amount": 30, "unit": "WORKDAY"}},
        "yellow": {"deduction": "0.10"},
        "approval": {"yellow": "required"},
        "review_suspends_ladder": True,
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [("limits.white", "3 }\nx = 1"), ("limits.white", "-1"), ("yellow.deduction", "0.123"), ("verification", "no"),
     ("approval.yellow", 'auto"\nx = "1'), ("yellow.max_renewals", "１")],
)  # fmt: skip
def test_what_cannot_be_read_as_a_value_never_reaches_the_toml(key: str, value: str) -> None:
    with pytest.raises(ValueError, match=key):
        as_toml({key: value})


@pytest.mark.parametrize("role", ROLES)
def test_only_the_office_and_the_assessment_office_start_and_cancel(desk: Any, fake: Fake, role: str) -> None:
    browser = desk.browser(role, "ZJJ" if role in UNITS else None)
    fake.trial = TRIAL
    allowed = role in PAGES["rehearsal"]
    started = browser.post("/rehearsal", {"limits.white": "30"})
    cancelled = browser.post("/rehearsal/cancel")
    asked = browser.get("/rehearsal/progress")
    assert {started.status_code, cancelled.status_code} == {303 if allowed else 403}
    assert asked.status_code == (200 if allowed else 403)
    assert (len(fake.started), fake.cancelled) == ((1, 1) if allowed else (0, 0))


def test_a_forged_start_is_refused(desk: Any, fake: Fake) -> None:
    browser = desk.browser("ASSESSMENT_OFFICE")
    assert browser.post("/rehearsal", {"limits.white": "30", "csrf": ""}).status_code == 403
    assert browser.post("/rehearsal/cancel", {"csrf": "x"}).status_code == 403
    assert (fake.started, fake.cancelled) == ([], 0)


def test_the_changes_come_from_the_form_the_text_or_a_file_in_the_persons_name(desk: Any, fake: Fake) -> None:
    browser = desk.browser("ASSESSMENT_OFFICE", name="王敏")
    browser.post("/rehearsal", {"limits.white": "30"})
    browser.post("/rehearsal", {"toml": "verification = 'auto'\n"})
    browser.post("/rehearsal", {"file": (io.BytesIO(b"\xef\xbb\xbfoutage_credit = true"), "p.toml")})
    assert [text for text, _ in fake.started] == [
        'limits.white = { amount = 30, unit = "WORKDAY" }\n', "verification = 'auto'", "outage_credit = true",
    ]  # fmt: skip
    assert {by for _, by in fake.started} == {"王敏"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, "三种方式之一"),
        ({"limits.white": "30", "toml": "x = 1"}, "三种方式之一"),
        ({"limits.white": "many"}, "limits.white"),
        ({"file": (b"\xff\xfe\x00", "p.toml")}, "UTF-8"),
        ({"toml": "#" * 70_000}, "64KB"),
    ],
)
def test_what_cannot_be_rehearsed_is_told_and_nothing_begins(desk: Any, fake: Fake, data: dict[str, Any], told: str) -> None:
    if "file" in data:
        data = {"file": (io.BytesIO(data["file"][0]), data["file"][1])}
    answer = desk.browser("OFFICER").post("/rehearsal", data)
    assert (answer.status_code, fake.started) == (400, [])
    assert told in answer.get_data(as_text=True)


def test_a_refusal_is_told_in_its_own_words_and_the_form_keeps_what_was_filled_in(desk: Any, fake: Fake) -> None:
    fake.refusing = Refused("POLICY", "limits.white: must be <b> 1")
    text = desk.browser("OFFICER").post("/rehearsal", {"limits.white": "0"}).get_data(as_text=True)
    assert "limits.white: must be &lt;b&gt; 1" in text
    assert 'name="limits.white" inputmode="decimal" maxlength="8" value="0"' in text


def test_while_it_runs_the_page_asks_how_far_it_is_and_reads_itself_anew_at_the_end(desk: Any, fake: Fake) -> None:
    browser = desk.browser("OFFICER")
    fake.trial = TRIAL
    text = browser.get("/rehearsal").get_data(as_text=True)
    assert 'hx-get="/rehearsal/progress"' in text
    assert '<progress value="25" max="100">' in text
    assert 'action="/rehearsal/cancel"' in text
    assert 'name="limits.white"' not in text  # one at a time
    assert "25%" in browser.get("/rehearsal/progress").get_data(as_text=True)
    fake.trial = replace(TRIAL, state="DONE", found=FOUND)
    assert browser.get("/rehearsal/progress").headers["HX-Refresh"] == "true"


def test_the_difference_is_shown_by_unit_as_chart_and_table(desk: Any, fake: Fake) -> None:
    fake.trial = replace(TRIAL, state="DONE", found=FOUND)
    text = desk.browser("ASSESSMENT_OFFICE").get("/rehearsal").get_data(as_text=True)
    assert text.count('<svg class="bar"') == 2  # of the one unit that fares differently, before and after
    assert 'aria-label="白单 2, 黄单 2, 红单 0"' in text
    assert "-0.60 → <strong>-0.30</strong>" in text
    assert "<td>ZJJ</td>" in text
    assert "<td>JYJ</td>" not in text
    assert "<td>SLJ</td>" not in text
    assert "另有 1 个单位的数字相同" in text
    assert "<td>白单期限（工作日）</td>" in text
    assert "1/3" in text
    assert 'name="limits.white"' in text  # the next one may begin


@pytest.mark.parametrize(("state", "told"), [("CANCELLED", "已中止"), ("FAILED", "did &amp; broke")])
def test_one_that_came_to_nothing_says_why(desk: Any, fake: Fake, state: str, told: str) -> None:
    fake.trial = replace(TRIAL, state=state, detail="did & broke" if state == "FAILED" else "")
    assert told in desk.browser("OFFICER").get("/rehearsal").get_data(as_text=True)


def test_where_nothing_can_rehearse_the_page_says_so_and_nothing_can_be_started(desk: Any) -> None:
    browser = desk.browser("OFFICER")
    answer = browser.get("/rehearsal")
    assert answer.status_code == 200
    assert "这里不能演练" in answer.get_data(as_text=True)
    assert "<form class=" not in answer.get_data(as_text=True)
    assert browser.post("/rehearsal", {"limits.white": "30"}).status_code == 404


def test_what_hinders_it_is_told_in_place_of_the_form(desk: Any, fake: Fake) -> None:
    fake.hindered = "请安装 duban / install <duban>"
    text = desk.browser("OFFICER").get("/rehearsal").get_data(as_text=True)
    assert "这里不能演练：请安装 duban / install &lt;duban&gt;" in text
    assert "<form class=" not in text


def test_while_messages_are_read_the_page_says_how_many(desk: Any, fake: Fake) -> None:
    fake.trial = replace(TRIAL, reading=True, messages=12_000)
    text = desk.browser("OFFICER").get("/rehearsal").get_data(as_text=True)
    assert "正在读取报文 12000" in text
    assert "<progress></progress>" in text


def test_what_a_rehearsal_does_not_know_stands_beside_its_figures(desk: Any, fake: Fake) -> None:
    totals = {name: one | {"refused": number} for (name, one), number in zip(FOUND["totals"].items(), (7, 9), strict=True)}
    fake.trial = replace(TRIAL, state="DONE", found=FOUND | {"totals": totals}, since="2025-11-03")
    text = desk.browser("OFFICER").get("/rehearsal").get_data(as_text=True)
    assert "12 条报文，2025-11-03 起收到，到 2026-06-10" in text
    assert "报文录自 2025-11-03。此前立项的事项不在演练之内" in text
    assert "演练中退回的报文</dt><dd>7 → <strong>9</strong>" in text
