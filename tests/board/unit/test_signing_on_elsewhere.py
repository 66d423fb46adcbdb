"""Sign-on at the city's server: who gets in with which name, unit and roles, and every way in which somebody does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from board.access.openid.flow import Attempt, SignOn, attempt, read
from board.access.openid.tokens import fits
from board.access.roles import BODIES, ROLES, SOURCES, UNITS
from board.config import OpenId
from board.store import accounts, people, tables
from conftest import HOST, NOW, opened
from joserfc.jwk import OctKey
from sign_on_server import CLIENT, SECRET, STRANGER, Provider, provider

AT = int(NOW.timestamp())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Provider]]:
    """A board and a sign-on server for all tests here."""
    made = opened(f"sqlite:///{tmp_path_factory.mktemp('city') / 'board.sqlite'}")
    with provider(NOW) as found:
        yield next(made), found
    next(made, None)


@pytest.fixture
def server(whole: tuple[Any, Provider]) -> Provider:
    """The server, telling the truth again."""
    whole[1].begin_anew()
    return whole[1]


@pytest.fixture
def city(whole: tuple[Any, Provider], server: Provider) -> Any:
    """A board whose people may sign on elsewhere; it knows nobody yet."""
    with whole[0].site.database.writing() as connection:
        for table in (tables.account, tables.granted, tables.session):
            connection.execute(table.delete())
    whole[0].site.sign_on = SignOn(OpenId(server.issuer, CLIENT, HOST, SECRET))
    return whole[0]


def there(browser: Any, **asked: str) -> str:
    answer = browser.get("/sso/start", query_string=asked)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def signed_on(city: Any, server: Provider, **asked: str) -> tuple[Any, Any]:
    """A browser that went there and came back, and the answer to its coming back."""
    browser = city.browser()
    return browser, browser.get(server.authorise(there(browser, **asked)))


def account(city: Any, login: str = "oidc:u-17@127.0.0.1") -> Any:
    with city.site.database.reading() as connection:
        return people.one(connection, login)


def test_who_signed_on_there_acts_here_under_that_name_in_that_role(city: Any, server: Provider) -> None:
    browser, answer = signed_on(city, server, back="/office")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/office")
    row = account(city)
    assert (row["name"], row["role"], row["unit"], row["password"]) == ("陈立", "OFFICER", None, None)
    page = browser.get("/office").get_data(as_text=True)
    assert "陈立" in page
    assert "/password" not in page  # the board knows no password of theirs
    assert browser.get("/system").status_code == 403


def test_the_browser_is_sent_there_with_a_challenge_a_state_and_a_nonce_of_its_own(city: Any, server: Provider) -> None:
    first, second = (parse_qs(urlsplit(there(city.browser())).query) for _ in range(2))
    assert first["redirect_uri"] == [HOST + "/sso/back"]
    assert first["code_challenge_method"] == ["S256"]
    assert first["scope"] == ["openid profile"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 32
        assert first[name] != second[name]


def test_a_unit_comes_with_its_code(city: Any, server: Provider) -> None:
    server.claims = {"unit": "ZJJ", "roles": ["UNIT_LIAISON", "SUPERVISION_DIRECTOR"]}
    browser, answer = signed_on(city, server)
    assert answer.status_code == 303
    assert (account(city)["role"], account(city)["unit"]) == ("UNIT_LIAISON", "ZJJ")  # the office's role does not fit a unit
    assert browser.get("/u/ZJJ").status_code == 200
    assert browser.get("/u/JYJ").status_code == 404


REFUSED = {
    "wrong nonce": ({"nonce": "another"}, {}),
    "no nonce": ({"nonce": None}, {}),
    "another audience": ({"aud": "duban"}, {}),
    "several audiences and nobody named": ({"aud": [CLIENT, "duban"]}, {}),
    "meant for another client": ({"aud": [CLIENT, "duban"], "azp": "duban"}, {}),
    "another issuer": ({"iss": "http://127.0.0.1:1"}, {}),
    "expired": ({"exp": AT - 31}, {}),
    "without an end": ({"exp": None}, {}),
    "from the future": ({"iat": AT + 31}, {}),
    "about nobody": ({"sub": None}, {}),
    "unsigned": ({}, {"header": {"alg": "none", "kid": "one"}}),
    "signed with a shared secret": ({}, {"header": {"alg": "HS256", "kid": "shared"}, "key": OctKey.import_key("s" * 32)}),
    "signed with the public key as a secret": (
        {},
        {"header": {"alg": "HS256", "kid": "one"}, "key": OctKey.import_key("p" * 32)},
    ),
    "signed by a stranger": ({}, {"key": STRANGER}),
    "by a key that nobody published": ({}, {"header": {"alg": "RS256", "kid": "two"}}),
}


@pytest.mark.parametrize("how", REFUSED)
def test_a_token_that_is_not_to_be_believed_lets_nobody_in(city: Any, server: Provider, how: str) -> None:
    server.claims, changes = REFUSED[how]
    for name, value in changes.items():
        setattr(server, name, value)
    browser, answer = signed_on(city, server)
    assert answer.status_code == 403
    assert "登录凭证不可信" in answer.get_data(as_text=True)
    assert account(city) is None
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    ("claims", "word"),
    [
        ({"name": None}, "声明 name"),
        ({"name": "  "}, "声明 name"),
        ({"unit": None}, "声明 unit"),
        ({"unit": "zjj"}, "声明 unit"),
        ({"unit": "DUBAN"}, "声明 unit"),
        ({"roles": []}, "声明 roles"),
        ({"roles": ["UNIT_HEAD"]}, "声明 roles"),
        ({"unit": "ZJJ", "roles": ["OPERATOR"]}, "声明 roles"),
        ({"unit": "DISCIPLINE", "roles": ["ORGANISATION"]}, "声明 roles"),
    ],
)
def test_a_claim_that_is_missing_or_does_not_fit_is_named(city: Any, server: Provider, claims: dict[str, Any], word: str) -> None:
    server.claims = claims
    _, answer = signed_on(city, server)
    assert answer.status_code == 403
    assert word in answer.get_data(as_text=True)
    assert account(city) is None


@pytest.mark.parametrize(
    "how", ["another state", "no state", "no attempt", "another browser", "another issuer's answer", "no code"]
)
def test_an_answer_that_this_browser_did_not_ask_for_lets_nobody_in(city: Any, server: Provider, how: str) -> None:
    browser = city.browser()
    back = server.authorise(there(browser))
    if how == "another state":
        back = back.replace("state=", "state=x")
    elif how == "no state":
        back = back.replace("state=", "other=")
    elif how in ("no attempt", "another browser"):
        browser = city.browser()
        if how == "another browser":
            there(browser)
    elif how == "another issuer's answer":
        back = back.partition("&iss=")[0] + "&iss=http%3A%2F%2F127.0.0.1%3A1"
    else:
        back = back.replace("code=", "cod=")
    answer = browser.get(back)
    assert answer.status_code == 403
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert browser.get("/").status_code == 302


def test_a_code_is_good_once(city: Any, server: Provider) -> None:
    browser = city.browser()
    back = server.authorise(there(browser))
    kept = browser.client.get_cookie("board-sso", domain="board.test")
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 403  # the attempt is over
    again = city.browser()
    again.client.set_cookie("board-sso", kept.value, domain="board.test")
    answer = again.get(back)
    assert answer.status_code == 403
    assert "已用过" in answer.get_data(as_text=True)
    assert again.get("/").status_code == 302


def test_a_verifier_that_does_not_fit_the_challenge_redeems_nothing(city: Any, server: Provider) -> None:
    browser = city.browser()
    back = server.authorise(there(browser))
    begun = read(browser.client.get_cookie("board-sso", domain="board.test").value)
    assert begun is not None
    browser.client.set_cookie("board-sso", Attempt(begun.state, begun.nonce, "v" * 64).kept(), domain="board.test")
    assert browser.get(back).status_code == 403
    assert account(city) is None


def test_somebody_who_changed_their_mind_is_told_so(city: Any, server: Provider) -> None:
    browser = city.browser()
    state = parse_qs(urlsplit(there(browser)).query)["state"][0]
    answer = browser.get("/sso/back", query_string={"error": "access_denied", "state": state})
    assert answer.status_code == 403
    assert "没有同意登录" in answer.get_data(as_text=True)


def test_while_the_server_is_away_local_accounts_go_on(city: Any, server: Provider) -> None:
    for settings in (OpenId("http://127.0.0.1:9", CLIENT, HOST), OpenId(server.issuer + "/", CLIENT, HOST)):
        city.site.sign_on = SignOn(settings)
        answer = city.browser().get("/sso/start")
        assert answer.status_code == 503
        assert 'name="password"' in answer.get_data(as_text=True)


def test_an_endpoint_in_the_clear_on_another_machine_is_not_used(city: Any, server: Provider) -> None:
    server.document["token_endpoint"] = "http://id.example.org/token"
    _, answer = signed_on(city, server)
    assert answer.status_code == 503
    assert account(city) is None


def test_without_a_sign_on_server_there_is_no_way_there(city: Any) -> None:
    city.site.sign_on = None
    assert city.browser().get("/sso/start").status_code == 404
    assert city.browser().get("/sso/back").status_code == 404
    assert "/sso/start" not in city.browser().get("/sign-in").get_data(as_text=True)


def test_an_account_that_was_closed_here_stays_closed(city: Any, server: Provider) -> None:
    signed_on(city, server)
    with city.site.database.writing() as connection:
        accounts.change(connection, "oidc:u-17@127.0.0.1", locked=True)
    browser, answer = signed_on(city, server)
    assert answer.status_code == 403
    assert "已停用" in answer.get_data(as_text=True)
    assert browser.get("/").status_code == 302


def test_a_local_account_is_never_taken_over(city: Any, server: Provider) -> None:
    row = {
        "login": "oidc:u-17@127.0.0.1",
        "name": "别人",
        "role": "OPERATOR",
        "unit": None,
        "must_change": False,
        "locked": False,
    }
    with city.site.database.writing() as connection:
        people.put(connection, row | {"password": "scrypt$…"})
    assert signed_on(city, server)[1].status_code == 403
    assert account(city)["name"] == "别人"


def test_somebody_with_several_roles_chooses_and_gets_a_new_session(city: Any, server: Provider) -> None:
    server.claims = {"roles": ["AUDITOR", "OFFICER", "SECTION_HEAD"]}
    browser, _ = signed_on(city, server)
    assert account(city)["role"] == "SECTION_HEAD"
    page = browser.get("/role").get_data(as_text=True)
    assert 'value="AUDITOR"' in page
    browser.csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    assert browser.post("/role", {"role": "OPERATOR"}).status_code == 403
    before = browser.client.get_cookie("board", domain="board.test").value
    assert browser.post("/role", {"role": "AUDITOR"}).status_code == 303
    assert browser.client.get_cookie("board", domain="board.test").value != before
    assert account(city)["role"] == "AUDITOR"
    signed_on(city, server)
    assert account(city)["role"] == "AUDITOR"  # the choice stays while the server grants it
    server.claims = {"roles": ["OFFICER"]}
    signed_on(city, server)
    assert account(city)["role"] == "OFFICER"


def test_keys_are_asked_for_once_and_again_for_a_new_one_but_not_at_every_forgery(city: Any, server: Provider) -> None:
    signed_on(city, server)
    signed_on(city, server)
    server.header = {"alg": "RS256", "kid": "two"}
    signed_on(city, server)
    signed_on(city, server)
    assert server.asked == ["/.well-known/openid-configuration", "/keys"]
    moments = iter(range(0, 10_000, 31))
    city.site.sign_on.server._monotonic = lambda: 1e9 + next(moments)
    signed_on(city, server)
    assert server.asked.count("/keys") == 2


@pytest.mark.parametrize("kept", ["", "a.b.c", "a..c.d", "a.b.c.d.e", "...", "a.b.c."])
def test_a_cookie_that_is_no_attempt_is_none(kept: str) -> None:
    assert read(kept) is None
    begun = attempt("/m/a.b?x=1")
    assert read(begun.kept()) == begun


def test_every_role_fits_exactly_the_units_that_it_speaks_for() -> None:
    for role in ROLES:
        units = [unit for unit in ("OFFICE", "ZJJ", *BODIES.values()) if fits(role, unit)]
        if role in UNITS:
            assert units == ["ZJJ"]
        elif role in BODIES:
            assert units == [BODIES[role]]
        elif role in SOURCES:
            assert "ZJJ" in units
        else:
            assert units == ["OFFICE"]
