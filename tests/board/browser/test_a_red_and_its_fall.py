"""The whole way in a browser, on the running chain: a unit signs, reports and is late; the chair approves a red; a review is
won and everything falls; the work is claimed and verified. No browser is told of a fault on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browser import WIDTHS, people
from living_city import City, living

MATTER: dict[str, Any] = {
    "external_ref": "BR-001",
    "title": "落实市政府常务会议关于老旧小区改造的议定事项",
    "kind": "SPECIAL",
    "source": {"type": "MEETING", "number": "纪要〔2026〕第9次", "issuer": "市政府常务会议", "issued_on": "2026-03-02"},
    "standard": "126 户全部完成改造并通过验收",
    "assignments": [
        {"unit": "ZJJ", "role": "LEAD", "deliverable": "改造完成报告", "limit": {"amount": 5, "unit": "WORKDAY"}},
        {"unit": "CZJ", "role": "SUPPORTING", "deliverable": "资金拨付", "limit": {"amount": 10, "unit": "WORKDAY"}},
    ],
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with living(tmp_path_factory.mktemp("city"), "2026-03-02 09:00") as found:
        found.send("matter.submitted", MATTER)
        found.move_to("2026-03-02 10:00")
        yield found


@pytest.fixture(scope="module")
def person(city: City) -> Iterator[Any]:
    with people(city.base, city.settle) as found:
        yield found


def test_a_red_is_approved_a_review_is_won_and_everything_falls(city: City, person: Any) -> None:
    unit, officer, chair = person("UNIT_LIAISON", "ZJJ"), person("OFFICER"), person("LEADING_GROUP_CHAIR")
    everybody = [unit, officer, chair]
    up_the_ladder(city, unit, officer)
    chair.go("/office")
    assert "已送达并生效" in chair.act("批准签发", "屡督不动，经研究同意签发红色督办单")
    unit.go("/u/ZJJ")
    assert "已取消评优资格" in unit.text()
    assert "−0.30" in unit.text()
    city.move_to("2026-04-02 09:00")
    fall(city, person, unit, everybody)
    close(unit, officer)
    assert [one.faults for one in everybody] == [[] for _ in everybody]


def up_the_ladder(city: City, unit: Any, officer: Any) -> None:
    """Signed, reported, late: white, yellow, urged, late again: a red waits for its approval."""
    unit.go("/u/ZJJ")
    assert "已送达并生效" in unit.act("签收", "已收悉")
    unit.go("/u/ZJJ")
    assert "已送达并生效" in unit.act("报送进展", "已完成入户摸底", percent="20")
    officer.go("/office")
    assert "已送达并生效" in officer.act("认可进展", "情况属实")
    for day, colour in (("2026-03-10 09:00", "白单"), ("2026-03-25 09:00", "黄单")):
        city.move_to(day)
        unit.go("/u/ZJJ")
        assert colour in unit.text()
        assert "已送达并生效" in unit.act("签收", "已收悉")
    city.move_to("2026-03-27 10:00")
    officer.go("/matters?state=OPEN&unit=ZJJ")
    officer.page.get_by_role("link", name=MATTER["title"]).click()
    assert "已送达并生效" in officer.act("催办", "请抓紧办理")
    city.move_to("2026-04-02 08:40")


def fall(city: City, person: Any, unit: Any, everybody: list[Any]) -> None:
    """The unit applies; who approved may not decide, somebody else does, and all that stood on the yellow falls."""
    unit.go("/matters?state=OPEN")
    unit.page.get_by_role("link", name=MATTER["title"]).click()
    assert "已送达并生效" in unit.act("申请复核（黄单）", "期限内已完成主要任务，认定有误")
    reviewer = person("AUDITOR")
    everybody.append(reviewer)
    reviewer.go("/office")
    assert "已送达并生效" in reviewer.act("撤销原督办单", "经复核，申请理由成立")
    unit.go("/u/ZJJ")
    told = unit.text()
    assert "具备评优资格" in told
    assert "复核撤销" in told and "随前单撤销" in told
    body = person("DISCIPLINE")
    everybody.append(body)
    body.go("/referrals")
    assert "已收回" in body.text()


def close(unit: Any, officer: Any) -> None:
    """The work is claimed and verified."""
    unit.go("/u/ZJJ")
    assert "已送达并生效" in unit.act("报结", "已全部完成")
    officer.go("/office?kind=CLAIM")
    assert "已送达并生效" in officer.act("核验属实", "现场核验属实")


PAGES = (("OFFICER", "/"), ("OFFICER", "/office"), ("UNIT_LIAISON", "/u/ZJJ"), ("OFFICER", "matter"))
MORE = (
    ("OFFICER", "/matters"), ("OFFICER", "/assessment"), ("OFFICER", "/rehearsal"), ("OFFICER", "/referrals"),
    ("LEADING_GROUP_CHAIR", "/acts"),
    ("AUDITOR", "/system"), ("OFFICER", "/act/urge?topic=matter&unit=ZJJ"), ("OFFICER", "matter/days/ZJJ"), ("OFFICER", "/u/ZJJ"),
    ("OFFICER", "/burden?year=2026"), ("UNIT_LIAISON", "/burden?year=2026"),
    ("OFFICER", "/conclusions"), ("LEADER", "/bulletins"), ("LEADER", "/act/publish-bulletin"),
    ("ASSESSMENT_OFFICE", "/act/award"),
    ("OFFICER", "/keys"), ("OPERATOR", "/accounts"), ("OPERATOR", "/accounts/demo-officer"), ("OFFICER", "/password"),
)  # fmt: skip
"""Who looks at which page; `matter` stands for the address of the matter."""


def check_page_stands(who: Any, path: str, widths: tuple[int, ...]) -> None:
    """Nothing is cut off in these widths, axe finds nothing, and the browser was told of no fault."""
    assert who.cut_off(path, widths) == {}, path
    assert who.axe() == [], path
    assert who.faults == []


def matter_of(who: Any) -> str:
    who.go("/matters")
    return str(who.page.get_by_role("link", name=MATTER["title"]).get_attribute("href")).removeprefix("/m/")


def test_pages_stand_on_a_telephone_and_on_a_desk(city: City, person: Any) -> None:
    for role, path in PAGES:
        who = person(role, "ZJJ" if role == "UNIT_LIAISON" else None)
        check_page_stands(who, path if path != "matter" else f"/m/{matter_of(who)}", (360, 1440))


@pytest.mark.full
def test_every_page_stands_in_every_width(city: City, person: Any) -> None:
    for role, path in (*PAGES, *MORE):
        who = person(role, "ZJJ" if role == "UNIT_LIAISON" else None)
        if "matter" in path and path != "/matters":
            known = matter_of(who)
            path = path.replace("matter", known) if path.startswith("/") else path.replace("matter", f"/m/{known}")
        check_page_stands(who, path, WIDTHS)


def test_the_keyboard_reaches_everything_and_its_shortcuts_can_be_turned_off(person: Any) -> None:
    officer = person("OFFICER")
    keyboard, page = officer.page.keyboard, officer.page
    keyboard.press("Tab")
    assert "跳到正文" in focused(page)
    keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    with page.expect_navigation(url="**/office"):
        keyboard.type("gd")
    assert reached(page) == page.evaluate(VISIBLE)
    with page.expect_navigation(url="**/matters**"):
        keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    keyboard.type("gd?")
    assert page.evaluate("document.activeElement.value") == "gd?"  # who writes is left alone
    officer.go("/keys")
    assert officer.axe() == []
    page.get_by_role("button", name="关闭快捷键").click()
    page.get_by_role("button", name="启用快捷键").wait_for()
    keyboard.type("gd")
    assert page.url.endswith("/keys")
    assert page.evaluate("document.body.dataset.keys") is None
    assert officer.faults == []


VISIBLE = """() => Array.from(document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary'))
  .filter(at => !at.disabled && at.getClientRects().length).length"""
"""How many things on the page can be used."""


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def reached(page: Any) -> int:
    """How many things Tab reaches from the top, in the order of the page; each of them shows that it is reached."""
    page.evaluate("window.seen = [], window.scrollTo(0, 0), document.activeElement.blur()")
    for _ in range(300):
        page.keyboard.press("Tab")
        if not page.evaluate(STEP):
            break
    ordered, shown, found = page.evaluate("[window.ordered !== false, window.shown !== false, window.seen.length]")
    assert ordered and shown
    return int(found)


STEP = """() => {
  const at = document.activeElement, last = window.seen[window.seen.length - 1];
  if (at === document.body || window.seen.includes(at)) return false;
  if (last && !(last.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING)) window.ordered = false;
  if (getComputedStyle(at).outlineStyle === 'none') window.shown = false;
  window.seen.push(at);
  return true;
}"""


def test_live_news_reach_a_page_that_is_open(city: City, person: Any) -> None:
    leader = person("LEADER")
    before = leader.page.locator(".figure b").first.inner_text()
    city.send("matter.submitted", MATTER | {"external_ref": "BR-002", "title": "另一件事项"})
    leader.page.wait_for_function("before => document.querySelector('.figure b').textContent !== before", arg=before)
    assert int(leader.page.locator(".figure b").first.inner_text()) == int(before) + 1
    assert leader.faults == []


def test_the_story_of_a_matter_is_read_in_english_too(city: City, person: Any) -> None:
    leader = person("LEADER")
    leader.page.get_by_role("button", name="English").click()
    leader.page.wait_for_load_state("domcontentloaded")
    assert "matters open" in leader.text()
    assert leader.axe() == []
    assert leader.faults == []
