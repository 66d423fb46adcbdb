"""Long lists: each page begins behind the one before, says that there are more, and reads no more than it shows."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from board.pages import account_pages, act_pages, desk_pages, files, paper_pages
from board.store import accounts, acting, desks, paging, tables
from published import bodies

BODY, OTHER = "DISCIPLINE", "ORGANISATION"


def referral(number: int, body: str = BODY, state: str = "CREATED", at: str = "2026-06-01T00:00:00Z") -> dict[str, Any]:
    row = {"topic": f"m-{number}", "referral_id": f"r-{number}", "slip_id": "s", "unit": "ZJJ", "body": body}
    return row | {"kind": "EFFICACY_SUPERVISION", "state": state, "at": at, "outcome": ""}


def put(desk: Any, table: Any, *rows: dict[str, Any]) -> None:
    with desk.site.database.writing() as connection:
        connection.execute(table.insert(), list(rows))


def entry(number: int, unit: str = "ZJJ", year: int = 2026) -> dict[str, Any]:
    row = {"topic": "t", "entry_id": f"e-{number}", "unit": unit, "year": year, "cents": -30, "kind": "DEDUCTION"}
    return row | {"state": "EFFECTIVE", "at": f"2026-06-0{number}T00:00:00Z", "basis": "b"}


def links(page: str) -> list[str]:
    """Where the next pages are."""
    return [unescape(address) for address in re.findall(r'href="([^"]+)" rel="next"', page)]


def test_the_pages_of_a_list_hold_each_row_once_the_newest_first_and_ties_too(desk: Any) -> None:
    put(desk, tables.referral, *(referral(number) for number in range(4)), referral(9, at="2026-05-01T00:00:00Z"))
    put(desk, tables.referral, referral(5, OTHER), referral(6, "ASSESSMENT"))
    pages, after = [], ""
    with desk.site.database.reading() as connection:
        while not pages or after:
            found = desks.referrals(connection, [BODY, OTHER], 2, after)
            pages.append([row["referral_id"] for row in found.rows])
            after = found.following or ""
        assert pages == [["r-5", "r-3"], ["r-2", "r-1"], ["r-0", "r-9"]]
        assert desks.referrals(connection, [BODY], 1, "no place").rows[0]["referral_id"] == "r-3"


def test_a_body_pages_through_what_it_got_and_finds_what_waits(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_pages, "REFERRALS_SHOWN", 2)
    put(desk, tables.referral, *(referral(number) for number in (1, 2)), referral(3, state="CONCLUDED"), referral(4, OTHER))
    waits = {"topic": "m-1", "kind": "REFERRAL_CREATED", "desk": BODY, "unit": "ZJJ", "key": "r-1", "since": "", "detail": ""}
    put(desk, tables.todo, waits | {"recused": ""})
    browser = desk.browser("DISCIPLINE")
    first = browser.get("/referrals").get_data(as_text=True)
    assert "全部 3" in first
    assert "移送待签收 2" in first
    assert "/act/acknowledge?" not in first  # r-3 and r-2; r-1 is on the next page
    (further,) = links(first)
    second = browser.get(further).get_data(as_text=True)
    assert "/act/acknowledge?" in second
    assert links(second) == []
    assert "回到最前" in second
    waiting = browser.get("/referrals?kind=REFERRAL_CREATED").get_data(as_text=True)
    assert waiting.count("效能监察") == 2
    assert "/act/acknowledge?" in waiting


def test_a_ledger_is_read_a_page_at_a_time_and_written_whole_up_to_a_limit(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(desk, tables.entry, *(entry(number, "ZJJ" if number % 2 else "JTJ") for number in range(1, 6)), entry(9, year=2025))
    monkeypatch.setattr(paging, "AT_ONCE", 2)
    with desk.site.database.reading() as connection:
        for most in (3, 4, 9):
            found = [row["entry_id"] for row in desks.every_entry(connection, 2026, most)]
            assert found == ["e-1", "e-2", "e-3", "e-4", "e-5"][:most]
        assert [row["entry_id"] for row in desks.every_entry(connection, 2026, 9, "JTJ")] == ["e-2", "e-4"]
        assert desks.entries(connection, 2026) == 5
    monkeypatch.setattr(desk_pages, "ENTRIES_SHOWN", 4)
    monkeypatch.setattr(files, "MOST_ENTRIES", 4)
    office = desk.browser("OFFICER")
    page = office.get("/assessment").get_data(as_text=True)
    assert "<small>5</small>" in page
    assert "2026-06-01" not in page
    assert "2026-06-01" in office.get(links(page)[0]).get_data(as_text=True)
    assert "只列出前4条" in office.get("/assessment.csv").get_data(as_text=True)
    assert "只列出" not in office.get("/assessment.csv?unit=JTJ").get_data(as_text=True)


def test_a_unit_with_more_than_a_page_holds_is_told_so_and_led_on(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.read(*bodies("ac15-three-heads-one-ladder"), *bodies("ac11-yellow-overturned-with-its-red"))
    put(desk, tables.entry, *(entry(number) for number in (1, 2)))
    waits = {"topic": "m", "kind": "CLAIM", "unit": "ZJJ", "since": "", "detail": "", "recused": ""}
    put(desk, tables.todo, *(waits | {"desk": where, "key": key} for where in ("OFFICE", "UNIT") for key in ("a", "b")))
    with desk.site.database.writing() as connection:
        connection.execute(tables.part.update().values(unit="ZJJ", open=True))
        connection.execute(tables.slip.update().values(unit="ZJJ", issued_at="2026-06-01T00:00:00Z"))
    monkeypatch.setattr(desk_pages, "SHOWN", 1)
    monkeypatch.setattr(desk_pages, "SLIPS_SHOWN", 1)
    browser = desk.browser("OFFICER")
    page = browser.get("/u/ZJJ").get_data(as_text=True)
    assert page.count("先列最急的1项") == 2  # parts, and what the office works on
    assert "先列最早的1项" in page
    assert "/matters?unit=ZJJ&amp;state=OPEN" in page
    assert sorted(address.partition("?")[2].partition("=")[0] for address in links(page)) == ["ledger", "slips"]
    assert 'aria-label="翻页 督办单"' in page
    assert 'aria-label="翻页 加减分"' in page  # each is told apart aloud
    further = browser.get(links(page)[0]).get_data(as_text=True)
    assert further != page
    assert "回到最前" in further


@pytest.mark.parametrize(
    ("path", "role", "text"),
    [
        ("/conclusions", "OFFICER", "c-{}"),
        ("/bulletins", "OFFICER", "通报{}"),
        ("/acts", "SUPERVISION_DIRECTOR", "理由{}"),
        ("/accounts", "OPERATOR", "账号{}"),
    ],
)
def test_conclusions_bulletins_acts_and_accounts_go_on_over_pages(
    desk: Any, monkeypatch: pytest.MonkeyPatch, path: str, role: str, text: str
) -> None:
    days = {"a": "2026-06-01T00:00:00Z", "b": "2026-06-02T00:00:00Z"}
    paper = {"unit": "ZJJ", "findings": "[]", "fallen": "[]", "state": "ISSUED", "ref": "R"}
    put(desk, tables.conclusion, *({**paper, "topic": name, "conclusion_id": name, "issued_at": days[name]} for name in "ab"))
    told = {"corrects": None, "approved_by": "市长", "scope": "[]", "items": "[]", "text": ""}
    put(desk, tables.bulletin, *({**told, "topic": name, "bulletin": f"通报{name}", "at": days[name]} for name in "ab"))
    act = {"login": "l", "person": "p", "role": "OFFICER", "sender": "OFFICE", "type": "t", "body": "", "state": "SENT"}
    put(desk, tables.act, *({**act, "id": name, "at": days[name], "reason": f"理由{name}"} for name in "ab"))
    account = {"role": "OFFICER", "must_change": False, "locked": False}
    put(desk, tables.account, *({**account, "login": login, "name": f"账号{name}"} for name, login in (("b", "1"), ("a", "2"))))
    for module, name in ((paper_pages, "SHOWN"), (act_pages, "ACTS_SHOWN"), (account_pages, "SHOWN")):
        monkeypatch.setattr(module, name, 1)
    browser = desk.browser(role)
    first = browser.get(path).get_data(as_text=True)
    second = browser.get(links(first)[0]).get_data(as_text=True)
    assert [text.format(name) in page for page in (first, second) for name in "ba"] == [True, False, False, True]


def test_accounts_are_counted_and_each_is_on_one_page(desk: Any) -> None:
    account = {"role": "OFFICER", "name": "某", "must_change": False, "locked": False}
    put(desk, tables.account, *({**account, "login": login} for login in "cab"))
    with desk.site.database.reading() as connection:
        assert accounts.number(connection) == 3
        page = accounts.listed(connection, 2)
        assert [row["login"] for row in page.rows] == ["a", "b"]
        assert [row["login"] for row in accounts.listed(connection, 2, page.following or "").rows] == ["c"]
        assert accounts.listed(connection, 3).following is None


def test_of_all_acts_only_those_about_what_is_shown_are_read(desk: Any) -> None:
    act = {"login": "l", "person": "p", "role": "OFFICER", "sender": "OFFICE", "type": "t", "body": "", "reason": "", "at": "a"}
    made = [("1", "m|CLAIM|a", "SENT"), ("2", "m|CLAIM|b", "SENT"), ("3", "m|CLAIM|c", "REFUSED"), ("4", "m|CLAIM|d", "REFUSED")]
    put(desk, tables.act, *({**act, "id": id_, "answers": answers, "state": state, "code": "C"} for id_, answers, state in made))
    shown = [("m", "CLAIM", key) for key in ("a", "c")]
    with desk.site.database.reading() as connection:
        assert acting.pending(connection, shown) == {("m", "CLAIM", "a")}
        assert acting.refusals(connection, "l", shown) == {("m", "CLAIM", "c"): ("C", "")}
        assert acting.refusals(connection, "another", shown) == acting.refusals(connection, "l", []) == {}
