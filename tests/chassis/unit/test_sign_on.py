"""Tokens of people: what is believed, and every way in which one is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from service_chassis.errors import ConfigError, Retry
from service_chassis.web.callers import Caller
from service_chassis.web.roles import Sight, sight
from service_chassis.web.throttle import Throttle
from service_chassis.web.tokens import ALGORITHMS, Published, SignOn, Tokens

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
STRANGER = RSAKey.generate_key(2048, {"kid": "one"})
CLAIMS = {
    "iss": "https://id.example.org",
    "aud": "duban",
    "sub": "u-17",
    "exp": int(NOW.timestamp()) + 900,
    "unit": "OFFICE",
    "roles": ["OFFICER", "something else"],
    "name": " 陈立 ",
}


@pytest.fixture(scope="module")
def jwks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public keys, as the sign-on server publishes them; a secret among them must never be used."""
    place = tmp_path_factory.mktemp("jwks") / "keys.json"
    secret = OctKey.import_key("s" * 32, {"kid": "shared"}).as_dict(private=True)
    place.write_text(json.dumps({"keys": [KEY.as_dict(private=False), secret]}))
    return place


@pytest.fixture(scope="module")
def tokens(jwks: Path) -> Tokens:
    return Tokens(SignOn("https://id.example.org", "duban", str(jwks)))


def signed(key: Any = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    named = {"alg": "RS256", "kid": "one"} | (header or {})
    return jwt.encode(named, claims, key, algorithms=[*ALGORITHMS, "HS256"])


def segments(header: dict[str, Any], signature: bytes = b"", key: bytes | None = None) -> str:
    """A token put together by hand, as a forger does."""
    said = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, CLAIMS))
    signature = hmac.new(key, said.encode(), hashlib.sha256).digest() if key is not None else signature
    return f"{said}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def test_a_good_token_says_unit_roles_and_name(tokens: Tokens) -> None:
    found = tokens.caller(signed(), NOW)
    assert found == Caller("OFFICE", "person.u-17", roles=frozenset({"OFFICER"}), name="陈立")


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(NOW.timestamp()) - 31},
        {"exp": None},
        {"nbf": int(NOW.timestamp()) + 31},
        {"iss": "https://id.example.com"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"sub": None},
        {"unit": None},
        {"unit": "zjj"},
        {"unit": "DUBAN"},
        {"unit": ["OFFICE"]},
        {"name": None},
        {"name": "  "},
        {"name": "陈\n立"},
    ],
)
def test_a_claim_that_is_missing_or_wrong_opens_nothing(tokens: Tokens, changes: dict[str, Any]) -> None:
    assert tokens.caller(signed(**changes), NOW) is None


def test_clocks_may_differ_a_little(tokens: Tokens) -> None:
    assert tokens.caller(signed(exp=int(NOW.timestamp()) - 20, nbf=int(NOW.timestamp()) + 20), NOW) is not None


def test_a_signature_of_somebody_else_opens_nothing(tokens: Tokens) -> None:
    assert tokens.caller(signed(STRANGER), NOW) is None
    good = signed()
    assert tokens.caller(good[:-8] + ("AAAAAAAA" if not good.endswith("AAAAAAAA") else "BBBBBBBB"), NOW) is None


def test_no_signature_and_a_public_key_as_a_secret_open_nothing(tokens: Tokens, jwks: Path) -> None:
    public = KEY.as_pem(private=False)
    forged = [
        segments({"alg": "none"}),
        segments({"alg": "None", "kid": "one"}),
        segments({"alg": "HS256", "kid": "one"}, key=public),
        segments({"alg": "HS256", "kid": "shared"}, key=b"s" * 32),
        segments({"alg": "RS256", "kid": "one", "jwk": STRANGER.as_dict(private=False)}, b"x" * 256),
        segments({"alg": ["RS256"], "kid": "one"}),
        segments({"alg": "RS256", "kid": {"one": 1}}),
        signed(OctKey.import_key("s" * 32), {"alg": "HS256", "kid": "shared"}),
        signed(header={"alg": "PS512"}),
    ]
    assert [tokens.caller(token, NOW) for token in forged] == [None] * len(forged)


@pytest.mark.parametrize("junk", ["", ".", "..", "a.b.c", "a.b.c.d.e", "eyJ.eyJ.", "é.é.é", "." * 9000, "e30.e30.e30"])
def test_junk_opens_nothing(tokens: Tokens, junk: str) -> None:
    assert tokens.caller(junk, NOW) is None


def test_unsafe_algorithms_cannot_be_set(jwks: Path) -> None:
    for word in ("none", "HS256", "RS1"):
        with pytest.raises(ConfigError, match=word):
            Tokens(SignOn("i", "a", str(jwks), algorithms=("RS256", word)))


def test_claims_may_be_elsewhere(jwks: Path) -> None:
    elsewhere = SignOn(
        "https://id.example.org", "duban", str(jwks), roles_claim="realm_access.roles", unit_claim="https://x/unit"
    )
    found = Tokens(elsewhere).caller(signed(**{"realm_access": {"roles": "AUDITOR OFFICER"}, "https://x/unit": "ZJJ"}), NOW)
    assert found is not None
    assert (found.unit, found.roles) == ("ZJJ", {"AUDITOR", "OFFICER"})


def test_a_new_key_is_asked_for_but_not_at_every_forgery(tmp_path: Path) -> None:
    place, now = tmp_path / "keys.json", [1000.0]
    place.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    published = Published(str(place), lambda: now[0])
    tokens = Tokens(SignOn("https://id.example.org", "duban", str(place)), published)
    assert tokens.caller(signed(), NOW) is not None
    new = ECKey.generate_key("P-256", {"kid": "two"})
    place.write_text(json.dumps({"keys": [new.as_dict(private=False)]}))
    token = signed(new, {"alg": "ES256", "kid": "two"})
    assert tokens.caller(token, NOW) is None, "asked a moment ago"
    now[0] += 31
    assert tokens.caller(token, NOW) is not None
    place.unlink()
    now[0] += 601
    assert tokens.caller(token, NOW) is not None, "a sign-on server that is down shuts nobody out whose key is known"


def test_without_any_keys_it_is_said(tmp_path: Path) -> None:
    tokens = Tokens(SignOn("i", "a", str(tmp_path / "none.json")))
    with pytest.raises(Retry):
        tokens.caller(signed(), NOW)


def test_a_throttle_lets_a_burst_through_and_then_so_many_a_minute() -> None:
    now = [0.0]
    throttle = Throttle(60, lambda: now[0])
    assert [throttle.wait("a") for _ in range(20)] == [0.0] * 20
    assert throttle.wait("a") == pytest.approx(1.0)
    assert throttle.wait("b") == 0.0
    now[0] += 1.0
    assert (throttle.wait("a"), throttle.wait("a") > 0) == (0.0, True)


def test_an_operator_and_an_unknown_role_see_nothing() -> None:
    assert {role: sight(role) for role in ("OPERATOR", "KING", "AUDITOR", "UNIT_HEAD", "INTEGRATOR")} == {
        "OPERATOR": Sight.NONE,
        "KING": Sight.NONE,
        "AUDITOR": Sight.ALL,
        "UNIT_HEAD": Sight.OWN,
        "INTEGRATOR": Sight.OWN,
    }
