"""The board reads tokens with code of its own (decision 0027); the same token says the same here and at the HTTP door.

Which roles count in which unit is each one's own affair (decision 0030); that both read the same words is compared here.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from board.access.openid import tokens as here
from board.access.openid.server import Server
from board.access.roles import ROLES
from board.config import ALGORITHMS, BELIEVED, OpenId
from board.errors import Refused
from event_contracts.vocabulary import CAPACITIES
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from service_chassis.web import tokens as door

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
ISSUER, CLIENT = "https://id.example.org", "board"
KEY, STRANGER = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))
CURVE, UNNAMED = ECKey.generate_key("P-256", {"kid": "two"}), ECKey.generate_key("P-256")
SECRET = OctKey.import_key("s" * 32, {"kid": "shared"})
GOOD = {"iss": ISSUER, "aud": CLIENT, "sub": "u-17", "exp": AT + 300, "iat": AT, "nonce": "n", "azp": CLIENT}
PERSON = {"unit": "OFFICE", "roles": ["OFFICER", "AUDITOR", "else"], "name": " 陈立 "}
CLAIMS = {"unit_claim": "org.unit", "roles_claim": "realm_access.roles", "name_claim": "name"}
DEEP = {"unit": None, "roles": None, "org": {"unit": "ZJJ"}, "realm_access": {"roles": ["UNIT_HEAD"]}}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("jwks") / "keys.json"
    public = [KEY.as_dict(private=False), CURVE.as_dict(private=False), SECRET.as_dict(private=True)]
    place.write_text(json.dumps({"keys": public}))
    return str(place)


def answers(keys: str, token: str, named: dict[str, str]) -> tuple[Any, Any]:
    """What each makes of a token: unit, name and the roles, of which those count that fit here; None where it opens nothing."""
    caller = door.Tokens(door.SignOn(ISSUER, CLIENT, keys, **named)).caller(token, NOW)  # type: ignore[arg-type]
    there = None
    if caller is not None and (fitting := frozenset(role for role in caller.roles if here.fits(role, caller.unit))):
        there = (caller.unit, caller.name, fitting)
    try:
        told = OpenId(ISSUER, CLIENT, "https://board.example.org", jwks=keys, **named)  # type: ignore[arg-type]
        member = here.member(token, "n", Server(told), NOW)
    except Refused:
        return None, there
    return (member.unit, member.name, frozenset(member.roles)), there


def signed(claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = KEY) -> str:
    said = {name: value for name, value in (GOOD | PERSON | claims).items() if value is not None}
    named = {name: value for name, value in ({"alg": "RS256", "kid": "one"} | (header or {})).items() if value is not None}
    return jwt.encode(named, said, key, algorithms=[*ALGORITHMS, "HS256"])


OPEN: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({}, {}),
    ({"aud": ["duban", CLIENT]}, {}),
    ({"exp": AT - 29}, {}),
    ({"roles": "OFFICER  AUDITOR"}, {}),
    ({"roles": ["OFFICER", 7, None, ["AUDITOR"]]}, {}),
    ({"unit": "ZJJ", "roles": ["UNIT_LIAISON", "OFFICER"]}, {}),
    ({"unit": "DISCIPLINE", "roles": ["DISCIPLINE", "ORGANISATION", "UNIT_HEAD"]}, {}),
    ({"name": "陈　立"}, {}),
    ({"name": "立"}, {}),
    ({"name": "长" * 128}, {}),
    (DEEP, CLAIMS),
    (DEEP | {"org.unit": "JYJ"}, CLAIMS),
]
SHUT: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"exp": AT - 31}, {}),
    ({"exp": None}, {}),
    ({"nbf": AT + 31}, {}),
    ({"sub": None}, {}),
    ({"sub": ""}, {}),
    ({"sub": 17}, {}),
    ({"iss": ISSUER + "/"}, {}),
    ({"aud": "duban"}, {}),
    ({"aud": {"board": True}}, {}),
    ({"name": None}, {}),
    ({"name": "  "}, {}),
    ({"name": ["陈立"]}, {}),
    ({"name": "陈\n立"}, {}),
    ({"name": "长" * 129}, {}),
    ({"unit": None}, {}),
    ({"unit": "zjj"}, {}),
    ({"unit": "DUBAN"}, {}),
    ({"unit": ["ZJJ"]}, {}),
    ({"roles": None}, {}),
    ({"roles": {"OFFICER": True}}, {}),
    ({"roles": ["UNIT_HEAD"]}, {}),
    (DEEP | {"org": "ZJJ"}, CLAIMS),
    (DEEP | {"realm_access": []}, CLAIMS),
]


@pytest.mark.parametrize(("claims", "named", "opens"), [(*one, True) for one in OPEN] + [(*one, False) for one in SHUT])
def test_the_same_claims_say_the_same_here_and_at_the_door(keys: str, claims: Any, named: Any, opens: bool) -> None:
    at_the_board, at_the_door = answers(keys, signed(claims), named)
    assert at_the_board == at_the_door
    assert (at_the_board is not None) == opens


@pytest.mark.parametrize(
    ("header", "key", "opens"),
    [
        ({"alg": "ES256", "kid": "two"}, CURVE, True),
        ({"kid": None}, KEY, False),  # of several keys none is guessed
        ({"kid": "three"}, KEY, False),
        ({"kid": "two"}, KEY, False),
        ({}, STRANGER, False),
        ({"alg": "HS256", "kid": "shared"}, SECRET, False),
        ({"alg": "RS512"}, KEY, False),
        ({"alg": "ES256", "kid": "two"}, UNNAMED, False),
    ],
)
def test_the_same_signatures_are_believed(keys: str, header: dict[str, Any], key: Any, opens: bool) -> None:
    at_the_board, at_the_door = answers(keys, signed({}, header, key), {})
    assert at_the_board == at_the_door
    assert (at_the_board is not None) == opens


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.b.c.d", "e30.e30.", "é.é.é"])
def test_what_is_no_token_opens_nothing_at_either(keys: str, token: str) -> None:
    assert answers(keys, token, {}) == (None, None)


def test_the_same_signatures_may_be_set_and_the_same_roles_are_known() -> None:
    assert set(ROLES) == set(CAPACITIES)
    assert (ALGORITHMS, BELIEVED) == (door.ALGORITHMS, door.SignOn("i", "a", "j").algorithms)
    assert here.LEEWAY == door.LEEWAY
