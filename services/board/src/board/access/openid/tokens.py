"""An identity or logout token → whom it is about, or exactly what is wrong with it. The board's one home of joserfc.

Only signatures by a private key are believed; which algorithms, says the configuration, where `none` and HMAC cannot be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from event_contracts.envelope import UNIT_CODE
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from board.access.openid.server import Server
from board.access.roles import BODIES, NAME, ROLES, SOURCES, UNITS
from board.config import OpenId
from board.errors import Refused

LEEWAY = 30
"""Seconds by which two clocks may differ."""
LONGEST_SUBJECT = 255
LONGEST_TOKEN = 16_384
"""Characters of a logout token, which anybody may send."""
OLDEST_DEPARTURE = timedelta(minutes=5)
"""A logout token is sent at once; an older one is a recording. Ids are remembered for twice as long (`store.elsewhere`)."""
LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"
OFFICE = "OFFICE"
UNBELIEVED = "登录凭证不可信 / the token of the sign-on server is not to be believed"


@dataclass(frozen=True, slots=True)
class Member:
    """Who signed on elsewhere: the subject, the name under which acts go out, the unit, and the roles that fit it."""

    subject: str
    name: str
    unit: str
    roles: tuple[str, ...]
    session: str | None = None
    """The sign-on server's name for its session (`sid`), where it has one."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Whose sessions the sign-on server says are over: one by its name there, or all of a person; at least one is given."""

    id: str
    """The token's own (`jti`)."""
    subject: str | None
    session: str | None


def member(token: str, nonce: str, server: Server, now: datetime) -> Member:
    """Who the token is about. Refused: TOKEN_REFUSED for one that is not to be believed, else the claim that is missing."""
    told = server.settings
    claims = _claims(token, nonce, server, now)
    name, unit = _at(claims, told.name_claim), _at(claims, told.unit_claim)
    if not isinstance(name, str) or NAME.fullmatch(name.strip()) is None:
        raise _missing(told.name_claim, "姓名", "the person's name")
    if not isinstance(unit, str) or UNIT_CODE.fullmatch(unit) is None or unit == "DUBAN":
        raise _missing(told.unit_claim, "单位代码或 OFFICE", "a unit's code, or OFFICE")
    roles = tuple(role for role in ROLES if role in _words(_at(claims, told.roles_claim)) and fits(role, unit))
    if not roles:
        raise _missing(told.roles_claim, f"适用于 {unit} 的角色", f"a role that fits {unit}")
    return Member(_short(claims["sub"]) or "", name.strip(), unit, roles, _short(claims.get("sid")))


def departure(token: str, server: Server, now: datetime) -> Departure:
    """What a logout token says (OpenID Connect Back-Channel Logout 1.0, 2.6). Refused with the claim that is wrong."""
    if len(token) > LONGEST_TOKEN:
        raise _unbelieved("too long")
    asked: Any = {"iat": {"essential": True}, "jti": {"essential": True}, "events": {"essential": True}}
    claims = _believed(token, server, now, asked)
    events, subject, session = claims["events"], _short(claims.get("sub")), _short(claims.get("sid"))
    if not isinstance(events, dict) or not isinstance(events.get(LOGGED_OUT), dict):
        raise _unbelieved("events")
    if "nonce" in claims:  # else an identity token could end sessions
        raise _unbelieved("nonce")
    if now.timestamp() - claims["iat"] > OLDEST_DEPARTURE.total_seconds():
        raise _unbelieved("iat")
    if not subject and not session:
        raise _unbelieved("sub, sid")
    return Departure(str(claims["jti"]), subject, session)


def fits(role: str, unit: str) -> bool:
    """Whether somebody of this unit can have this role: a unit's needs a unit, a body's its body, the office's the office."""
    if role in UNITS:
        return unit != OFFICE and unit not in BODIES.values()
    if role in BODIES:
        return unit == BODIES[role]
    return role in SOURCES or unit == OFFICE


def _claims(token: str, nonce: str, server: Server, now: datetime) -> Mapping[str, Any]:
    asked: Any = {name: {"essential": True} for name in ("exp", "iat", "sub")}
    return _believed(token, server, now, asked | {"nonce": {"essential": True, "value": nonce}})


def _believed(token: str, server: Server, now: datetime, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims of a token that the sign-on server signed for us; `exp` counts wherever it is given."""
    told = server.settings
    try:
        keys = KeySet.import_key_set(server.keys(_key_id(token)))  # type: ignore[arg-type]
        found = jwt.decode(token, keys, algorithms=told.algorithms)
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": told.issuer},
            aud={"essential": True, "value": told.client},
            **asked,
        ).validate(found.claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unbelieved(f"{type(error).__name__} {getattr(error, 'claim', '')}".strip()) from error
    _meant_for_us(found.claims, told)
    return found.claims


def _meant_for_us(claims: Mapping[str, Any], told: OpenId) -> None:
    """A token for several clients names the one that asked for it (OpenID Connect Core 3.1.3.7)."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else told.client) != told.client:
        raise _unbelieved("azp")


def _unbelieved(why: str) -> Refused:
    return Refused("TOKEN_REFUSED", f"{UNBELIEVED} ({why})")


def _short(said: Any) -> str | None:
    """A name that the server gives to a person or a session; None where it gives none."""
    return said[:LONGEST_SUBJECT] if isinstance(said, str) and said else None


def _missing(claim: str, zh: str, en: str) -> Refused:
    text = f"登录服务器的声明 {claim} 应给出{zh}；请联系管理员 / the claim {claim} must give {en}; ask the administrator"
    return Refused("CLAIM_MISSING", text)


def _words(said: Any) -> frozenset[str]:
    words = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
    return frozenset(word for word in words if isinstance(word, str))


def _key_id(token: str) -> str | None:
    found = extract_compact(token.encode("ascii")).headers().get("kid")
    return found if isinstance(found, str) else None


def _at(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by a way through objects: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found
