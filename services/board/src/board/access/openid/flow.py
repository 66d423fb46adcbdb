"""Sign-on elsewhere: the authorization code flow with PKCE (RFC 7636), state and nonce, for one browser at a time.

What the way back must bring lies in a cookie of that browser for ten minutes and is taken away on return, so a link that somebody
else started, or one that was used, leads nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote, urlencode

from board.access.openid.server import Server
from board.access.openid.tokens import Departure, Member, departure, member
from board.config import OpenId
from board.errors import Refused, Unavailable

MINUTES = 10
STALE = "登录请求已失效，请重新登录 / this sign-on is not yours or no longer valid; sign on again"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one browser keeps while its person is elsewhere."""

    state: str
    nonce: str
    verifier: str
    back: str = "/"
    """Where the person wanted to go on this board."""

    def kept(self) -> str:
        """As the value of a cookie."""
        return ".".join((self.state, self.nonce, self.verifier, quote(self.back, safe="").replace(".", "%2E")))


def attempt(back: str) -> Attempt:
    """A new one, from nothing that anybody could guess."""
    return Attempt(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), back)


def read(kept: str) -> Attempt | None:
    """What a cookie says; None for none."""
    state, nonce, verifier, back, *more = [*kept.split("."), "", "", "", ""]
    if not (state and nonce and verifier and back) or any(more):
        return None
    return Attempt(state, nonce, verifier, unquote(back))


class SignOn:
    """Sends people to the sign-on server and takes them back."""

    def __init__(self, settings: OpenId, server: Server | None = None) -> None:
        self.settings = settings
        self.server = server or Server(settings)

    def way_there(self, begun: Attempt) -> str:
        """Where the browser goes. Unavailable while the server does not answer."""
        digest = hashlib.sha256(begun.verifier.encode("ascii")).digest()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client,
            "redirect_uri": self.settings.redirect_uri,
            "scope": "openid profile",
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        there = self.server.endpoint("authorization_endpoint")
        return there + ("&" if "?" in there else "?") + urlencode(asked)

    def came_back(self, begun: Attempt | None, answer: Mapping[str, str], now: datetime) -> tuple[Member, str]:
        """Who it is, and the token that says so. Refused with what is wrong; Unavailable while the server does not answer."""
        if begun is None or not hmac.compare_digest(begun.state.encode(), answer.get("state", "").encode()):
            raise Refused("STATE_REFUSED", STALE)
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:  # RFC 9207: another server's answer
            raise Refused("STATE_REFUSED", STALE)
        if answer.get("error"):
            raise Refused("SIGN_ON_REFUSED", "登录服务器没有同意登录 / the sign-on server did not agree")
        if not answer.get("code"):
            raise Refused("CODE_REFUSED", "登录服务器没有给出登录码 / the sign-on server gave no code")
        token = self.server.redeem(answer["code"], begun.verifier)
        return member(token, begun.nonce, self.server, now), token

    def way_off(self, token: str | None, state: str) -> str | None:
        """Where the browser goes to sign off there, too (OpenID Connect RP-Initiated Logout 1.0).

        None where the server does not say where, or does not answer: then its session goes on. `token` spares the question
        whether that is meant.
        """
        try:
            there = self.server.endpoint("end_session_endpoint")
        except Unavailable:
            return None
        asked = {"client_id": self.settings.client, "post_logout_redirect_uri": self.settings.signed_off_uri, "state": state}
        return there + ("&" if "?" in there else "?") + urlencode(asked | ({"id_token_hint": token} if token else {}))

    def departed(self, token: str, now: datetime) -> Departure:
        """Whose sessions are over, as the server says by itself. Refused, or Unavailable while its keys cannot be had."""
        return departure(token, self.server, now)
