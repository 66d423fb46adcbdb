"""A sign-on server in this process, on a free port of this machine: discovery, keys, codes that are redeemed once, with PKCE.

A test says what goes wrong by replacing claims, the key, or the header of the tokens that it signs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
STRANGER = RSAKey.generate_key(2048, {"kid": "one"})
LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"
CLIENT, SECRET = "board", "correct horse"
PERSON: Mapping[str, Any] = {"sub": "u-17", "name": " 陈立 ", "unit": "OFFICE", "roles": ["OFFICER", "something else"]}


@dataclass
class Provider:
    """What the server knows, and what a test makes of it."""

    issuer: str = ""
    document: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    """Claims instead of, or beside, those of a good token; None leaves one out."""
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    key: Any = field(default_factory=lambda: KEY)
    now: datetime | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Paths that were asked for."""
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def begin_anew(self) -> None:
        """Tell the truth, and forget who asked."""
        self.document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/off?realm=city",
        }
        self.claims, self.header, self.key = {}, {"alg": "RS256", "kid": "one"}, KEY
        self.codes.clear()
        self.asked.clear()

    def authorise(self, there: str) -> str:
        """Somebody signs on at the address to which the board sent the browser; the way back."""
        asked = {key: value for key, (value,) in parse_qs(urlsplit(there).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = asked
        return "/sso/back?" + urlencode({"code": code, "state": asked["state"], "iss": self.issuer})

    def redeem(self, form: Mapping[str, str], header: str) -> tuple[int, dict[str, Any]]:
        """A token for a code: once, for the client that asked, with the verifier of its challenge."""
        if base64.b64decode(header.removeprefix("Basic ")).decode() != f"{CLIENT}:correct%20horse":
            return 401, {"error": "invalid_client"}
        asked = self.codes.get(form["code"])
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if not asked or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        self.codes[form["code"]] = {}
        return 200, {"token_type": "Bearer", "access_token": "a", "id_token": self.token(asked["nonce"])}

    def token(self, nonce: str) -> str:
        """An identity token as this test wants it."""
        assert self.now is not None
        at = int(self.now.timestamp())
        good = {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": nonce}
        return self.signed({**PERSON, **good, **self.claims})

    def logout_token(self, **claims: Any) -> str:
        """That a session here, or all of a person, is over: a good one, with claims replaced, or left out by None."""
        assert self.now is not None
        at = int(self.now.timestamp())
        good = {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 120, "jti": f"j-{next(self._numbers)}"}
        return self.signed({**good, "sub": PERSON["sub"], "events": {LOGGED_OUT: {}}, **claims})

    def signed(self, claims: Mapping[str, Any]) -> str:
        """These claims, signed as this test wants it."""
        said = {name: value for name, value in claims.items() if value is not None}
        if self.header["alg"] == "none":
            parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (self.header, said))
            return ".".join((*parts, ""))
        return jwt.encode(self.header, said, self.key, algorithms=["RS256", "HS256"])

    def public_keys(self) -> dict[str, Any]:
        """As published; a secret among them must never be used."""
        secret = OctKey.import_key("s" * 32, {"kid": "shared"}).as_dict(private=True)
        return {"keys": [KEY.as_dict(private=False), secret]}


@contextmanager
def provider(now: datetime) -> Iterator[Provider]:
    """The server while the block runs."""
    found = Provider(now=now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            told = found.document if self.path.endswith("openid-configuration") else found.public_keys()
            self._answer(200, told)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            flat = {key: value for key, (value,) in form.items()}
            self._answer(*found.redeem(flat, self.headers.get("Authorization", "")))

        def _answer(self, status: int, told: Any) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Tests read answers, not logs."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.issuer = f"http://127.0.0.1:{server.server_port}"
    found.begin_anew()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
