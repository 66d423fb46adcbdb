"""The sign-on server as OpenID Connect Discovery describes it: where people are sent, where codes are redeemed, which keys sign.

Read when first needed and every ten minutes again. It is reached directly, over TLS or on this machine, and no redirect is
followed: the answer comes from the address that was configured, or from none.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode

from board.config import OpenId
from board.errors import Refused, Unavailable
from board.reaching import is_private_way

SECONDS, MOST_BYTES = 5.0, 1 << 20
KEPT_SECONDS, ASKED_AGAIN_SECONDS = 600.0, 30.0
"""How long what was published is used unasked, and how soon keys are asked for again because of one that is not among them."""
Document = Mapping[str, Any]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Server:
    """One sign-on server. Unavailable while it cannot be reached or says what cannot be used."""

    def __init__(self, settings: OpenId, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._document: tuple[float, Document] | None = None
        self._keys: tuple[float, Document] | None = None
        context = ssl.create_default_context(cafile=settings.ca)
        handlers = (urllib.request.ProxyHandler({}), _NoRedirects(), urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)

    def document(self) -> Document:
        """What it says about itself; its name must be the one that we were told."""
        with self._lock:
            if self._document is None or self._monotonic() - self._document[0] > KEPT_SECONDS:
                found = self._json(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
                if found.get("issuer") != self.settings.issuer:
                    raise Unavailable(f"DUBAN_OIDC_ISSUER: the sign-on server calls itself {found.get('issuer')!r:.200}")
                self._document = (self._monotonic(), found)
            return self._document[1]

    def endpoint(self, name: str) -> str:
        """One of its addresses; not one in the clear on another machine."""
        found = self.document().get(name)
        if not isinstance(found, str) or not is_private_way(found):
            raise Unavailable(f"the sign-on server's {name} is no https:// address")
        return found

    def keys(self, key_id: str | None) -> Document:
        """Its public keys, with this one if it can be had."""
        with self._lock:
            at, found = self._keys or (0.0, {})
            age = self._monotonic() - at
            known = key_id is None or any(key.get("kid") == key_id for key in found.get("keys", ()))
        if self._keys is None or age > KEPT_SECONDS or (not known and age > ASKED_AGAIN_SECONDS):
            found = self._published_keys()
            with self._lock:
                self._keys = (self._monotonic(), found)
        return found

    def _published_keys(self) -> Document:
        place = self.settings.jwks or self.endpoint("jwks_uri")
        found = self._json(place) if place.startswith(("https://", "http://")) else _file(place)
        keys = found.get("keys")
        if not isinstance(keys, list):
            raise Unavailable(f"{place}: no JWKS")
        public = [key for key in keys if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP")]
        return {"keys": [key for key in public if key.get("use", "sig") == "sig"]}

    def redeem(self, code: str, verifier: str) -> str:
        """The identity token for a code; Refused where the server does not take the code."""
        told, form = self.settings, {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        form |= {"redirect_uri": told.redirect_uri, "client_id": told.client}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if told.secret:
            if self._by_header():
                pair = f"{quote(told.client, safe='')}:{quote(told.secret, safe='')}".encode()
                headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
            else:
                form["client_secret"] = told.secret
        request = urllib.request.Request(self.endpoint("token_endpoint"), urlencode(form).encode(), headers)
        found = self._json(request).get("id_token")
        if not isinstance(found, str):
            raise Unavailable("the sign-on server gave no id_token; the scope openid must be allowed for this client")
        return found

    def _by_header(self) -> bool:
        """The client's secret goes into a header, unless the server takes it in the form alone."""
        ways = self.document().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" in ways or "client_secret_post" not in ways

    def _json(self, asked: str | urllib.request.Request) -> dict[str, Any]:
        address = asked if isinstance(asked, str) else asked.full_url
        try:
            with self._opener.open(asked, timeout=SECONDS) as answer:
                found = json.loads(answer.read(MOST_BYTES))
        except HTTPError as error:
            raise _told(error, address) from error
        except (OSError, ValueError) as error:
            raise Unavailable(f"the sign-on server does not answer at {address}: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise Unavailable(f"the sign-on server says at {address} what is no JSON object")
        return found


def _told(error: HTTPError, address: str) -> Exception:
    """What a refusal of the server means here: `invalid_grant` is the code's fault, everything else not the person's."""
    try:
        said = json.loads(error.read(MOST_BYTES)).get("error")
    except (OSError, ValueError, AttributeError):
        said = None
    if said == "invalid_grant":
        return Refused("CODE_REFUSED", "登录码无效、已过期或已用过 / the code is wrong, too old or was used before")
    return Unavailable(f"the sign-on server answers {error.code} at {address}" + (f": {said!r:.80}" if said else ""))


def _file(place: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(place).read_bytes())
    except (OSError, ValueError) as error:
        raise Unavailable(f"DUBAN_OIDC_JWKS: {place} cannot be read: {type(error).__name__}") from error
    return found if isinstance(found, dict) else {}
