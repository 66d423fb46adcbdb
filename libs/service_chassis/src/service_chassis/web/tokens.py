"""Tokens of people who signed on elsewhere (OpenID Connect): a signed JWT → unit, roles and name. The one home of joserfc.

Only signatures by a private key are believed: `none`, and any HMAC that a public key could be used for, are not among the
algorithms and cannot be set to be. The claims that are read are settings, because every sign-on server has its own.
"""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from event_contracts.envelope import UNIT_CODE
from event_contracts.vocabulary import CAPACITIES
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service_chassis.errors import ConfigError, Retry
from service_chassis.web.callers import Caller

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 30
"""Seconds by which two clocks may differ."""
KEPT_SECONDS, ASKED_AGAIN_SECONDS = 600.0, 30.0
"""How long published keys are used unasked, and how soon they are asked for again because of a key that is not among them."""
FETCH_SECONDS, MOST_BYTES = 5.0, 1 << 20
_NAME = re.compile(r"\S(?:[^\x00-\x1f\x7f]{0,126}\S)?")


@dataclass(frozen=True, slots=True)
class SignOn:
    """Whom we believe, and which of their claims mean what."""

    issuer: str
    audience: str
    jwks: str
    """A file, or an address."""
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256", "EdDSA")
    unit_claim: str = "unit"
    roles_claim: str = "roles"
    name_claim: str = "name"


class Published:
    """The sign-on server's public keys, read when first needed and now and then again."""

    def __init__(self, place: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._ids: frozenset[str] = frozenset()
        self._read_at = 0.0

    def for_key(self, id_: str | None) -> KeySet:
        """The keys, with this one if it can be had. `Retry` where there are none at all."""
        with self._lock:
            age = self._monotonic() - self._read_at
            unknown = id_ is not None and id_ not in self._ids
            if self._keys is None or age > KEPT_SECONDS or (unknown and age > ASKED_AGAIN_SECONDS):
                self._read()
            assert self._keys is not None
            return self._keys

    def _read(self) -> None:
        try:
            found = json.loads(self._bytes())
            public = [key for key in found["keys"] if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"]
            self._keys = KeySet.import_key_set({"keys": public})
            self._ids = frozenset(str(key["kid"]) for key in public if "kid" in key)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, JoseError) as error:
            if self._keys is None:
                raise Retry(f"the keys of the sign-on server cannot be read from {self._place}: {error}") from error
        self._read_at = self._monotonic()

    def _bytes(self) -> bytes:
        if not self._place.startswith(("https://", "http://")):
            return Path(self._place).read_bytes()
        with urllib.request.urlopen(self._place, timeout=FETCH_SECONDS) as answer:
            found: bytes = answer.read(MOST_BYTES)
        return found


class Tokens:
    """Reads persons' tokens."""

    def __init__(self, sign_on: SignOn, published: Published | None = None) -> None:
        if unsafe := sorted(set(sign_on.algorithms) - set(ALGORITHMS)):
            raise ConfigError(
                f"DUBAN_OIDC_ALGORITHMS: {', '.join(unsafe)} is not safe here; choose among {', '.join(ALGORITHMS)}"
            )
        self._sign_on = sign_on
        self._published = published or Published(sign_on.jwks)

    def caller(self, token: str, now: datetime) -> Caller | None:
        """Who this token speaks for; None for one that is not to be believed, whatever is wrong with it."""
        claims = self._claims(token, now)
        if claims is None:
            return None
        unit, name = _at(claims, self._sign_on.unit_claim), _at(claims, self._sign_on.name_claim)
        if not isinstance(unit, str) or UNIT_CODE.fullmatch(unit) is None or unit == "DUBAN":
            return None
        if not isinstance(name, str) or _NAME.fullmatch(name.strip()) is None:
            return None
        return Caller(unit, f"person.{str(claims['sub'])[:64]}", roles=self._roles(claims), name=name.strip())

    def _claims(self, token: str, now: datetime) -> Mapping[str, Any] | None:
        if token.count(".") != 2:
            return None
        wanted = self._sign_on
        try:
            keys = self._published.for_key(_key_id(token))
            found = jwt.decode(token, keys, algorithms=wanted.algorithms)
            jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                leeway=LEEWAY,
                iss={"essential": True, "value": wanted.issuer},
                aud={"essential": True, "value": wanted.audience},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(found.claims)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            return None
        return found.claims

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """The roles that we know; others of the sign-on server mean nothing here."""
        said = _at(claims, self._sign_on.roles_claim)
        words = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
        return frozenset(word for word in words if isinstance(word, str) and word in CAPACITIES)


def _key_id(token: str) -> str | None:
    from joserfc.jws import extract_compact

    id_ = extract_compact(token.encode("ascii")).headers().get("kid")
    return id_ if isinstance(id_, str) else None


def _at(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by a way through objects: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found
