"""Signing off at the city's server, too, and being signed off from there; everything that must not end anybody's session."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from board.access.openid.flow import SignOn
from board.access.openid.tokens import LONGEST_TOKEN
from board.config import OpenId
from board.store import accounts, tables
from conftest import HOST, NOW, opened
from joserfc import jwt
from joserfc.jwk import OctKey
from sign_on_server import CLIENT, KEY, LOGGED_OUT, SECRET, STRANGER, Provider, provider

AT = int(NOW.timestamp())
LOGIN = "oidc:u-17@127.0.0.1"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Provider]]:
    """A board and a sign-on server for all tests here."""
    made = opened(f"sqlite:///{tmp_path_factory.mktemp('city') / 'board.sqlite'}")
    with provider(NOW) as found:
        yield next(made), found
    next(made, None)


@pytest.fixture
def server(whole: tuple[Any, Provider]) -> Provider:
    whole[1].begin_anew()
    return whole[1]


@pytest.fixture
def city(whole: tuple[Any, Provider], server: Provider) -> Any:
    """A board that knows nobody yet."""
    with whole[0].site.database.writing() as connection:
        for table in (tables.account, tables.account_act, tables.session, tables.from_elsewhere, tables.departed):
            connection.execute(table.delete())
    whole[0].site.sign_on = SignOn(OpenId(server.issuer, CLIENT, HOST, SECRET))
    return whole[0]


def signed_on(city: Any, server: Provider, sid: str | None = None, **claims: Any) -> Any:
    server.claims = {"sid": sid, **claims}
    browser = city.browser()
    there = browser.get("/sso/start").headers["Location"]
    assert browser.get(server.authorise(there)).status_code == 303
    browser.csrf = csrf_of(browser.get("/keys").get_data(as_text=True))
    return browser


def csrf_of(page: str) -> str:
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def is_on(browser: Any) -> bool:
    return bool(browser.get("/keys").status_code == 200)


def left(city: Any) -> int:
    """What is still known of sessions that began there."""
    with city.site.database.reading() as connection:
        return len(connection.execute(tables.from_elsewhere.select()).all())


# ---- from here


def test_signing_off_here_leads_to_signing_off_there_and_back(city: Any, server: Provider) -> None:
    browser = signed_on(city, server)
    page = browser.post("/sign-out").get_data(as_text=True)
    assert not is_on(browser)
    assert left(city) == 0
    way = unescape(page.partition('http-equiv="refresh" content="0; url=')[2].partition('"')[0])
    assert unescape(page.partition('go" href="')[2].partition('"')[0]) == way
    assert way.startswith(f"{server.issuer}/off?realm=city&")
    asked = {key: value for key, (value,) in parse_qs(urlsplit(way).query).items()}
    assert (asked["client_id"], asked["post_logout_redirect_uri"]) == (CLIENT, HOST + "/sso/off")
    assert jwt.decode(asked["id_token_hint"], KEY).claims["sub"] == "u-17"
    back = browser.get("/sso/off", query_string={"state": asked["state"]}).get_data(as_text=True)
    assert "已退出看板和统一身份认证" in back
    assert 'name="password"' in back


def test_only_who_was_sent_off_from_here_is_told_that_it_is_done(city: Any, server: Provider) -> None:
    browser = signed_on(city, server)
    browser.post("/sign-out")
    for asked in ({"state": "another"}, {}):
        assert "已退出看板和统一身份认证" not in browser.get("/sso/off", query_string=asked).get_data(as_text=True)
    still = signed_on(city, server)
    assert still.get("/sso/off").headers["Location"] == "/"
    assert is_on(still)


@pytest.mark.parametrize("how", ["no way off", "in the clear", "away", "another server since"])
def test_where_there_is_no_way_off_the_page_says_that_the_person_is_still_signed_on_there(
    city: Any, server: Provider, how: str
) -> None:
    browser = signed_on(city, server)
    if how == "away":
        city.site.sign_on = SignOn(OpenId("http://127.0.0.1:9", CLIENT, HOST))
        city.site.sign_on.settings = OpenId(server.issuer, CLIENT, HOST)
    elif how == "another server since":
        city.site.sign_on = SignOn(OpenId(server.issuer + "/other", CLIENT, HOST))
    else:
        city.site.sign_on.server._document = None
        server.document["end_session_endpoint"] = "http://id.example.org/off" if how == "in the clear" else None
    answer = browser.post("/sign-out")
    assert answer.status_code == 200
    assert "您在那里仍是登录状态" in answer.get_data(as_text=True)
    assert not is_on(browser)


def test_who_has_an_account_of_the_board_signs_off_here_alone(city: Any) -> None:
    browser = city.browser("OFFICER")
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


def test_a_role_that_was_chosen_is_signed_off_there_too(city: Any, server: Provider) -> None:
    browser = signed_on(city, server, sid="s-1", roles=["OFFICER", "AUDITOR"])
    assert browser.post("/role", {"role": "AUDITOR"}).status_code == 303
    assert is_on(browser)
    assert told(city, server.logout_token(sub=None, sid="s-1")).status_code == 200
    assert not is_on(browser)


# ---- from there


def told(city: Any, token: str) -> Any:
    """As the server sends it: no browser, no cookie, no origin."""
    return city.app.test_client().post("/sso/backchannel", base_url=HOST, data={"logout_token": token})


def record(city: Any) -> list[tuple[str, str, str]]:
    with city.site.database.reading() as connection:
        return [(row["login"], row["what"], row["detail"]) for row in accounts.newest(connection, 9)]


def test_a_session_that_ends_there_ends_here_and_no_other(city: Any, server: Provider) -> None:
    mine, other = signed_on(city, server, sid="s-1"), signed_on(city, server, sid="s-2")
    answer = told(city, server.logout_token(sid="s-1"))
    assert (answer.status_code, answer.get_data(), answer.headers["Cache-Control"]) == (200, b"", "no-store")
    assert (is_on(mine), is_on(other)) == (False, True)
    assert left(city) == 1
    assert record(city) == [(LOGIN, "SIGNED_OFF_THERE", "1")]


def test_a_person_who_is_named_alone_is_signed_off_everywhere_and_nobody_else(city: Any, server: Provider) -> None:
    mine = [signed_on(city, server, sid="s-1"), signed_on(city, server)]
    other, local = signed_on(city, server, sub="u-18"), city.browser("OFFICER")
    assert told(city, server.logout_token()).status_code == 200
    assert [is_on(browser) for browser in (*mine, other, local)] == [False, False, True, True]
    assert record(city) == [(LOGIN, "SIGNED_OFF_THERE", "2")]


def test_a_session_that_began_without_a_name_there_ends_with_its_person(city: Any, server: Provider) -> None:
    unnamed, named = signed_on(city, server), signed_on(city, server, sid="s-2")
    assert told(city, server.logout_token(sid="s-1")).status_code == 200
    assert (is_on(unnamed), is_on(named)) == (False, True)


def test_a_session_of_somebody_else_is_not_ended_by_its_name(city: Any, server: Provider) -> None:
    browser = signed_on(city, server, sid="s-1")
    assert told(city, server.logout_token(sid="s-1", sub="u-18")).status_code == 200
    assert is_on(browser)


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "another issuer": ({"iss": "http://127.0.0.1:1"}, {}),
    "no issuer": ({"iss": None}, {}),
    "another audience": ({"aud": "duban"}, {}),
    "no audience": ({"aud": None}, {}),
    "several audiences and nobody named": ({"aud": [CLIENT, "duban"]}, {}),
    "no time": ({"iat": None}, {}),
    "from the future": ({"iat": AT + 31}, {}),
    "a recording": ({"iat": AT - 301, "exp": None}, {}),
    "expired": ({"exp": AT - 31}, {}),
    "without an id": ({"jti": None}, {}),
    "with an id that is none": ({"jti": 7}, {}),
    "about no event": ({"events": None}, {}),
    "about another event": ({"events": {"http://schemas.openid.net/event/other": {}}}, {}),
    "with an event that is none": ({"events": {LOGGED_OUT: "yes"}}, {}),
    "with events that are a list": ({"events": [LOGGED_OUT]}, {}),
    "about nobody": ({"sub": None}, {}),
    "an identity token": ({"nonce": "n"}, {}),
    "too long": ({"more": "x" * LONGEST_TOKEN}, {}),
    "unsigned": ({}, {"header": {"alg": "none", "kid": "one"}}),
    "signed with a shared secret": ({}, {"header": {"alg": "HS256", "kid": "shared"}, "key": OctKey.import_key("s" * 32)}),
    "signed by a stranger": ({}, {"key": STRANGER}),
}


@pytest.mark.parametrize("how", REFUSED)
def test_a_token_that_is_not_to_be_believed_ends_nobodys_session(city: Any, server: Provider, how: str) -> None:
    browser = signed_on(city, server)
    claims, changes = REFUSED[how]
    for name, value in changes.items():
        setattr(server, name, value)
    answer = told(city, server.logout_token(**claims))
    assert answer.status_code == 400
    assert answer.get_json()["error"] == "invalid_request"
    assert is_on(browser)
    assert record(city) == []


def test_a_token_counts_once(city: Any, server: Provider) -> None:
    token = server.logout_token()
    assert told(city, token).status_code == 200
    browser = signed_on(city, server)
    assert told(city, token).status_code == 400
    assert told(city, "").status_code == 400
    assert is_on(browser)
    assert told(city, server.logout_token(exp=None)).status_code == 200  # its end is not asked for, but counts where it is given
    assert not is_on(browser)


def test_while_the_keys_cannot_be_had_the_server_is_asked_to_come_again(city: Any, server: Provider) -> None:
    token = server.logout_token()
    city.site.sign_on = SignOn(OpenId("http://127.0.0.1:9", CLIENT, HOST))
    assert told(city, token).status_code == 503
    city.site.sign_on = None
    assert told(city, token).status_code == 404
    assert city.browser().get("/sso/off").status_code == 200
