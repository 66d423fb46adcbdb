"""Every role on every page; nobody without a session; nothing forged; the headers of every answer."""

from __future__ import annotations

from typing import Any

import pytest
from board.access.roles import ACTS, BODIES, OFFICE, PAGES, ROLES, UNITS
from board.acts.catalogue import ACTS as CATALOGUE
from board.acts.catalogue import ANSWERS, BY_NAME
from published import bodies, everything

ADDRESSES = {
    "city": "/",
    "matters": "/matters",
    "office": "/office",
    "assessment": "/assessment",
    "rehearsal": "/rehearsal",
    "conclusions": "/conclusions",
    "bulletins": "/bulletins",
    "referrals": "/referrals",
    "accounts": "/accounts",
    "acts": "/acts",
    "system": "/system",
    "account": "/version",
}
"""Pages without an object, by the name under which roles are listed. Matters, units and acts have tests of their own."""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A board with all cases, for tests that change nothing."""
    from conftest import opened  # the one beside this folder

    made = opened(f"sqlite:///{tmp_path_factory.mktemp('full') / 'board.sqlite'}")
    desk = next(made)
    desk.read(*everything())
    yield desk
    next(made, None)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_for_its_roles_and_for_no_other(full: Any, role: str) -> None:
    browser = full.browser(role, "ZJJ" if role in UNITS else None)
    got = {name: browser.get(path).status_code for name, path in ADDRESSES.items()}
    assert got == {name: 200 if role in PAGES[name] else 403 for name in ADDRESSES}


def test_every_page_of_the_application_names_its_roles(full: Any) -> None:
    from board.pages.serving import OPEN_TO_ALL

    free = OPEN_TO_ALL | {"signing.sign_out"}
    views = {name: view for name, view in full.app.view_functions.items() if name not in free}
    assert {name for name, view in views.items() if not hasattr(view, "page_name")} == set()


def test_without_a_session_every_page_leads_to_the_sign_on(full: Any) -> None:
    for path in [*ADDRESSES.values(), "/m/x", "/u/ZJJ", "/act/approve", "/live", "/assessment.csv"]:
        answer = full.browser().get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("role", ROLES)
def test_a_matter_opens_for_its_parties_alone(full: Any, role: str) -> None:
    """ZJJ's matter with a red: the bodies got it; another unit and the deputies' liaisons did not."""
    matter = of_unit("ac11-yellow-overturned-with-its-red")
    mine = full.browser(role, "ZJJ" if role in UNITS else None).get(f"/m/{matter}").status_code
    expected = 404 if role in ("NPC_LIAISON", "CPPCC_LIAISON") else 200
    assert mine == (expected if role in PAGES["matter"] else 403)
    if role in UNITS:
        foreign = full.browser(role, "JYJ")
        assert foreign.get(f"/m/{matter}").status_code == 404
        assert foreign.get(f"/m/{matter}/days/ZJJ").status_code == 404
        assert foreign.get("/u/ZJJ").status_code == 404
        assert matter not in foreign.get("/matters").get_data(as_text=True)


def of_unit(case: str) -> str:
    import json

    return next(
        event["data"]["matter_id"] for event in map(json.loads, bodies(case)) if event["type"] == "intake.matter.registered.v1"
    )


def test_every_act_names_a_power_and_every_power_is_used() -> None:
    powers = {act.power_for(colour) for act in CATALOGUE for colour in (("WHITE", "YELLOW", "RED") if act.by_colour else (None,))}
    assert powers == set(ACTS)
    assert {name for names in ANSWERS.values() for name in names} <= set(BY_NAME)


COLOURS = ("WHITE", "YELLOW", "RED")
BODY = "DISCIPLINE"
"""To which the referrals of the matrix were handed over."""


@pytest.fixture(scope="module")
def addresses(full: Any) -> dict[tuple[str, str], dict[str, str]]:
    """Act and colour → what its form is asked with, on a board where everything waits that can wait for somebody."""
    from board.store import papers, tables

    topic = of_unit("ac11-yellow-overturned-with-its-red")
    found: dict[tuple[str, str], dict[str, str]] = {}
    with full.site.database.writing() as connection:
        for kind, names in ANSWERS.items():
            desk = "UNIT" if kind.endswith("SIGN") else BODY if kind.startswith("REFERRAL") else "OFFICE"
            for colour in COLOURS if kind == "DRAFT" else ("",):
                key = f"matrix-{kind}-{colour}"
                row = {"topic": topic, "kind": kind, "desk": desk, "unit": "ZJJ", "key": key, "since": "2026-01-01", "detail": ""}
                connection.execute(tables.todo.insert().values(row | {"colour": colour or None, "recused": "王签"}))
                found |= {(name, colour): {"topic": topic, "kind": kind, "key": key} for name in names}
    with full.site.database.reading() as connection:
        number = papers.bulletins(connection, 1).rows[0]["bulletin"]
    for act in CATALOGUE:
        for colour in COLOURS if act.name == "withdraw" else ("",):
            part = {"topic": topic, "unit": "ZJJ", "colour": colour or "YELLOW", "key": number if act.about == "CITY" else ""}
            if not any(name == act.name for name, _ in found if name != "withdraw"):
                found[act.name, colour] = part
    return found


@pytest.mark.parametrize("role", ROLES)
def test_the_form_of_every_act_opens_for_those_who_have_its_power_and_for_nobody_else(
    full: Any, addresses: dict[tuple[str, str], dict[str, str]], role: str
) -> None:
    assert {name for name, _ in addresses} == set(BY_NAME)
    browser = full.browser(role, "ZJJ" if role in UNITS else None)
    for (name, colour), asked in addresses.items():
        act = BY_NAME[name]
        mine = role in ACTS[act.power_for(colour or None)] and (
            role not in BODIES or act.power != "answer-referral" or role == BODY
        )
        answer = browser.get(f"/act/{name}", query_string=asked, headers={"HX-Request": "true"})
        assert (answer.status_code == 200) == mine, (name, colour, answer.status_code)
        assert answer.status_code in (200, 403, 404), (name, colour)
        if not mine and role in OFFICE and ACTS[act.power_for(colour or None)] & OFFICE:
            assert "须由" in answer.get_data(as_text=True), (name, colour)


@pytest.mark.parametrize(
    "path", ["/act/nothing", "/act/withdraw?topic={topic}&unit=ZJJ", "/act/withdraw?topic={topic}&unit=ZJJ&colour=BLUE"]
)
def test_an_act_that_makes_no_sense_opens_no_form(full: Any, path: str) -> None:
    topic = of_unit("ac11-yellow-overturned-with-its-red")
    assert full.browser("LEADING_GROUP_CHAIR").get(path.format(topic=topic)).status_code in (400, 404)


def test_a_unit_gets_no_form_about_another_units_part(full: Any) -> None:
    asked = {"topic": of_unit("ac11-yellow-overturned-with-its-red"), "unit": "ZJJ"}
    for name in ("report", "claim", "appeal", "extend", "justify", "object"):
        assert full.browser("UNIT_HEAD", "JYJ").get(f"/act/{name}", query_string=asked).status_code == 404


# ---- sessions, forgery, headers


def test_a_session_ends_after_an_hour_without_a_request_and_after_eight_hours(desk: Any) -> None:
    browser, got = desk.browser("OFFICER"), []
    for _ in range(10):
        desk.machine.forward(minutes=50)
        got.append(browser.get("/version").status_code)
    assert got == [200] * 9 + [302]
    second = desk.browser("OFFICER")
    desk.machine.forward(minutes=61)
    assert second.get("/").status_code == 302


def test_signing_off_ends_the_session(desk: Any) -> None:
    browser = desk.browser("OFFICER")
    assert browser.post("/sign-out").status_code == 303
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize("how", ["no token", "wrong token", "other origin", "no origin before sign-on"])
def test_a_forged_request_is_refused(desk: Any, how: str) -> None:
    browser = desk.browser("OFFICER")
    if how == "no token":
        answer = browser.post("/language", {"csrf": ""})
    elif how == "wrong token":
        answer = browser.post("/language", {"csrf": "x" * 32})
    elif how == "other origin":
        answer = browser.post("/language", headers={"Origin": "http://elsewhere.test"})
    else:
        answer = desk.browser().client.post("/sign-in", base_url="http://board.test", data={"login": "a", "password": "b"})
    assert answer.status_code == 403


def test_five_wrong_passwords_and_nobody_is_asked_for_a_while(desk: Any) -> None:
    from board.access import passwords
    from board.store import people

    row = {"login": "li", "name": "李", "role": "OFFICER", "unit": None, "must_change": True, "locked": False}
    with desk.site.database.writing() as connection:
        people.put(connection, row | {"password": passwords.hashed("correct horse")})
    browser = desk.browser()
    for _ in range(5):
        assert browser.post("/sign-in", {"login": "li", "password": "wrong"}).status_code == 403
    assert browser.post("/sign-in", {"login": "li", "password": "correct horse"}).status_code == 429
    desk.machine.forward(minutes=16)
    answer = browser.post("/sign-in", {"login": "li", "password": "correct horse"})
    assert answer.status_code == 303
    assert browser.get("/").headers["Location"] == "/password"  # the first password is for one sign-on


@pytest.mark.parametrize(
    ("role", "first"), [("OFFICER", "/"), ("UNIT_HEAD", "/"), ("OPERATOR", "/system"), ("INTEGRATOR", "/keys")]
)
def test_every_role_begins_on_a_page_that_opens_for_it(full: Any, role: str, first: str) -> None:
    from board.pages.signing import first_page

    assert first_page(role) == first
    assert full.browser(role, "ZJJ" if role in UNITS else None).get(first).status_code == 200


def test_the_way_back_after_the_sign_on_stays_on_this_board(desk: Any) -> None:
    for back in ("//evil.test/x", "https://evil.test", "/\\evil.test", "\\\\evil.test"):
        assert 'name="back" value="/"' in desk.browser().get("/sign-in", query_string={"back": back}).get_data(as_text=True)


def test_every_answer_has_the_headers_that_keep_others_out(desk: Any) -> None:
    for browser, path in ((desk.browser(), "/sign-in"), (desk.browser("OFFICER"), "/"), (desk.browser("OFFICER"), "/nowhere")):
        headers = browser.get(path).headers
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_no_page_needs_a_style_or_a_script_inside_it(full: Any) -> None:
    browser = full.browser("SUPERVISION_DIRECTOR")
    for path in ("/", "/office", "/assessment", "/matters", f"/m/{of_unit('ac11-yellow-overturned-with-its-red')}", "/u/ZJJ"):
        text = browser.get(path).get_data(as_text=True)
        assert " style=" not in text and "<style" not in text and "onclick" not in text
        assert text.count("<script") == text.count("<script src=")


def test_a_demonstration_signs_on_from_this_machine_only(desk: Any) -> None:
    desk.site.demo = {"OFFICER": "某人"}
    assert desk.browser().post("/demo", {"role": "OFFICER"}).status_code == 404  # by a name that is not this machine's
    local = desk.app.test_client()
    answer = local.post(
        "/demo", base_url="http://127.0.0.1:8000", data={"role": "OFFICER"}, headers={"Origin": "http://127.0.0.1:8000"}
    )
    assert answer.status_code == 303
    far = {"REMOTE_ADDR": "10.1.2.3"}
    again = local.post(
        "/demo", base_url="http://127.0.0.1:8000", data={"role": "OFFICER"}, headers={"Origin": "http://127.0.0.1:8000"},
        environ_overrides=far,
    )  # fmt: skip
    assert again.status_code in (403, 404)


def test_reading_an_internal_matter_is_written_down(desk: Any) -> None:
    import json

    from board.store import people

    internal = []
    for body in bodies("ac03-full-ladder"):
        event = json.loads(body)
        if event["type"] == "intake.matter.registered.v1":
            event["data"]["classification"] = "INTERNAL"
        internal.append(json.dumps(event).encode())
    desk.read(*internal)
    desk.browser("OFFICER").get(f"/m/{of_unit('ac03-full-ladder')}")
    with desk.site.database.reading() as connection:
        assert [row["matter_id"] for row in people.readings(connection, 9)] == [of_unit("ac03-full-ladder")]
