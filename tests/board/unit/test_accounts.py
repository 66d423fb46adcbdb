"""Accounts as an operator keeps them: a first password shown once, every change written down, the last way in kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from board.access import passwords
from board.store import accounts, people
from published import persons


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that are as good for a test, in a hundredth of the time."""
    monkeypatch.setattr(passwords, "N", 2**6)
    yield


def account(desk: Any, login: str) -> dict[str, Any]:
    with desk.site.database.reading() as connection:
        found = people.one(connection, login)
    assert found is not None
    return found


def made(desk: Any, login: str, role: str = "OPERATOR", password: str | None = "correct horse battery") -> None:
    row = {"login": login, "name": f"{login}某", "role": role, "unit": None, "must_change": False, "locked": False}
    with desk.site.database.writing() as connection:
        people.put(connection, row | {"password": passwords.hashed(password) if password else None})


@pytest.fixture
def operator(desk: Any) -> Any:
    """An operator, signed on, whose account is the only one with a password."""
    made(desk, "root")
    browser = desk.browser()
    browser.sign_on(desk, "root")
    return browser


def record(desk: Any) -> list[tuple[str, str, str, str]]:
    with desk.site.database.reading() as connection:
        return [(row["by"], row["login"], row["what"], row["detail"]) for row in accounts.newest(connection, 99)]


NEW = {"login": "li", "name": " 李科 ", "role": "SECTION_HEAD", "unit": ""}


def first_password(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True).partition("<code>")[2].partition("</code>")[0])


def test_a_new_account_gets_a_first_password_that_is_shown_once_and_must_be_changed(desk: Any, operator: Any) -> None:
    password = first_password(operator.post("/accounts", NEW))
    row = account(desk, "li")
    assert (row["name"], row["role"], row["unit"], row["must_change"]) == ("李科", "SECTION_HEAD", None, True)
    assert password not in operator.get("/accounts").get_data(as_text=True)
    assert record(desk) == [("root", "li", "CREATED", "李科 SECTION_HEAD")]
    browser = desk.browser()
    assert browser.post("/sign-in", {"login": "li", "password": password}).status_code == 303
    assert browser.get("/office").headers["Location"] == "/password"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"login": "root"}, "账号已存在"),
        ({"login": "oidc:li"}, "2至64个字母"),
        ({"login": ""}, "2至64个字母"),
        ({"name": " "}, "请写明姓名"),
        ({"name": "李\x00科"}, "请写明姓名"),
        ({"role": "ADMINISTRATOR"}, "请选择角色"),
        ({"role": "UNIT_HEAD", "unit": ""}, "单位代码"),
        ({"role": "UNIT_HEAD", "unit": "住建局"}, "单位代码"),
    ],
)
def test_an_account_that_makes_no_sense_is_not_made(desk: Any, operator: Any, changes: dict[str, str], word: str) -> None:
    answer = operator.post("/accounts", NEW | changes)
    assert answer.status_code == 400
    assert word in answer.get_data(as_text=True)
    assert record(desk) == []


def test_a_name_may_have_the_full_width_blank_that_lists_of_persons_have(desk: Any, operator: Any) -> None:
    assert operator.post("/accounts", NEW | {"name": "李　科"}).status_code == 200
    assert account(desk, "li")["name"] == "李　科"


def test_a_changed_account_is_signed_out_and_has_its_new_role(desk: Any, operator: Any) -> None:
    made(desk, "wang", "OFFICER")
    browser = desk.browser()
    browser.sign_on(desk, "wang")
    form = {"what": "change", "name": "王某", "role": "UNIT_LIAISON", "unit": "ZJJ"}
    assert operator.post("/accounts/wang", form).status_code == 303
    assert browser.get("/").status_code == 302
    assert (account(desk, "wang")["role"], account(desk, "wang")["unit"]) == ("UNIT_LIAISON", "ZJJ")
    assert record(desk) == [("root", "wang", "CHANGED", "wang某 OFFICER → 王某 UNIT_LIAISON ZJJ")]


def test_a_closed_account_is_out_at_once_and_an_opened_one_may_sign_on_again(desk: Any, operator: Any) -> None:
    made(desk, "wang", "OFFICER")
    browser, asked = desk.browser(), {"login": "wang", "password": "correct horse battery"}
    browser.sign_on(desk, "wang")
    operator.post("/accounts/wang", {"what": "close"})
    assert browser.get("/").status_code == 302
    assert desk.browser().post("/sign-in", asked).status_code == 403
    operator.post("/accounts/wang", {"what": "open"})
    assert desk.browser().post("/sign-in", asked).status_code == 303
    assert [line[2] for line in record(desk)] == ["OPENED", "CLOSED"]


def test_a_reset_password_ends_what_the_old_one_opened(desk: Any, operator: Any) -> None:
    made(desk, "wang", "OFFICER")
    browser = desk.browser()
    browser.sign_on(desk, "wang")
    password = first_password(operator.post("/accounts/wang", {"what": "reset"}))
    assert browser.get("/").status_code == 302
    assert desk.browser().post("/sign-in", {"login": "wang", "password": "correct horse battery"}).status_code == 403
    assert desk.browser().post("/sign-in", {"login": "wang", "password": password}).status_code == 303
    assert account(desk, "wang")["must_change"]


def test_signed_out_everywhere_means_every_browser(desk: Any, operator: Any) -> None:
    made(desk, "wang", "OFFICER")
    browsers = [desk.browser() for _ in range(3)]
    for browser in browsers:
        browser.sign_on(desk, "wang")
    assert operator.post("/accounts/wang", {"what": "sign_out"}).status_code == 303
    assert [browser.get("/").status_code for browser in browsers] == [302] * 3
    assert record(desk) == [("root", "wang", "SIGNED_OUT", "3")]


@pytest.mark.parametrize("form", [{"what": "close"}, {"what": "change", "name": "某", "role": "OFFICER"}])
def test_the_last_operator_who_can_sign_on_stays(desk: Any, operator: Any, form: dict[str, str]) -> None:
    made(desk, "closed")
    operator.post("/accounts/closed", {"what": "close"})
    made(desk, "elsewhere", password=None)  # an operator of the sign-on server is no way in while that is away
    answer = operator.post("/accounts/root", form)
    assert answer.status_code == 400
    assert "最后一个可用的运维员" in answer.get_data(as_text=True)
    assert operator.get("/accounts").status_code == 200
    made(desk, "second")
    assert operator.post("/accounts/root", form).status_code == 303
    assert operator.get("/accounts").status_code == 302


def test_the_last_operator_may_still_change_the_name_on_the_account(desk: Any, operator: Any) -> None:
    assert operator.post("/accounts/root", {"what": "change", "name": "吴斌", "role": "OPERATOR"}).status_code == 303
    assert account(desk, "root")["name"] == "吴斌"


def test_an_account_of_the_sign_on_server_is_only_closed_or_signed_out_here(desk: Any, operator: Any) -> None:
    made(desk, "oidc:u/17@id", "OFFICER", password=None)
    for what in ("reset", "change"):
        answer = operator.post("/accounts/oidc:u/17@id", {"what": what, "name": "某", "role": "OFFICER"})
        assert answer.status_code == 400
        assert "统一身份认证" in answer.get_data(as_text=True)
    assert operator.post("/accounts/oidc:u/17@id", {"what": "close"}).status_code == 303
    assert account(desk, "oidc:u/17@id")["locked"]


def test_an_auditor_reads_the_record_and_changes_nothing(desk: Any, operator: Any) -> None:
    operator.post("/accounts", NEW)
    auditor = desk.browser("AUDITOR")
    page = auditor.get("/accounts").get_data(as_text=True)
    assert "李科 SECTION_HEAD" in page
    assert "<form class" not in page
    assert auditor.get("/accounts/li").status_code == 403
    assert auditor.post("/accounts/li", {"what": "close"}).status_code == 403
    assert auditor.post("/accounts", NEW).status_code == 403


@pytest.mark.parametrize(
    ("path", "form", "status"), [("/accounts/none", {"what": "close"}, 404), ("/accounts/root", {"what": "x"}, 400)]
)
def test_what_is_not_there_is_not_changed(desk: Any, operator: Any, path: str, form: dict[str, str], status: int) -> None:
    assert operator.post(path, form).status_code == status
    assert record(desk) == []


def test_ones_own_password_is_changed_with_the_old_one_and_ends_every_other_session(desk: Any) -> None:
    made(desk, "wang", "OFFICER")
    here, there = desk.browser(), desk.browser()
    here.sign_on(desk, "wang")
    there.sign_on(desk, "wang")
    asked = {"old": "correct horse battery", "new": "a longer password", "again": "a longer password"}
    for wrong in ({"old": "guess"}, {"new": "short", "again": "short"}, {"again": "another one here"}):
        assert here.post("/password", asked | wrong).status_code == 400
    assert here.post("/password", asked).status_code == 303
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert record(desk) == [("wang", "wang", "PASSWORD", "")]


def test_an_account_whose_name_holds_no_published_office_is_marked(desk: Any, operator: Any) -> None:
    operator.post("/accounts", NEW)
    operator.post("/accounts", NEW | {"login": "zhao", "name": "赵某", "role": "UNIT_HEAD", "unit": "ZJJ"})
    mark = "没有已公布的职务"
    assert mark not in operator.get("/accounts").get_data(as_text=True)
    desk.read(persons(("别人", "SECTION_HEAD")))
    assert operator.get("/accounts").get_data(as_text=True).count(mark) == 1
