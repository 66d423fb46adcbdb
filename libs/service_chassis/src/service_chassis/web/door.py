"""One process's HTTP door: who asks, how often, and the service that answers; each thread has a service of its own."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from event_contracts.refusal import Refusal
from flask import Request, g

from service_chassis.declare import Service
from service_chassis.delivery import Runtime
from service_chassis.web import keys
from service_chassis.web.callers import Caller
from service_chassis.web.problems import Problem
from service_chassis.web.throttle import Throttle
from service_chassis.web.tokens import Tokens

WHO = {"WWW-Authenticate": 'Bearer realm="duban"'}
WRONG = {"WWW-Authenticate": 'Bearer realm="duban", error="invalid_token"'}

AT_ONCE = 2
"""Heavy pages at the same time; other requests keep their threads and connections."""


@dataclass(slots=True)
class Door:
    """What every request needs."""

    runtime: Runtime
    policy: Any
    another: Callable[[], Service]
    """One more object of the same service: handlers keep what they have read, and are used by one thread at a time."""
    throttle: Throttle
    tokens: Tokens | None = None
    """None: no sign-on server is set, and only keys open the door."""
    heavy: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))
    _own: threading.local = field(default_factory=threading.local)

    def for_this_thread(self) -> Runtime:
        """The runtime with a service that no other thread uses."""
        found: Runtime | None = getattr(self._own, "runtime", None)
        if found is None:
            found = self._own.runtime = replace(self.runtime, service=self.another())
        return found

    def caller(self, request: Request) -> Caller:
        """Who asks; once per request. Problem: 401 for nobody we know, 429 for somebody who asks too often."""
        found: Caller | None = g.get("caller")
        if found is None:
            found = g.caller = self._signed_on(request)
        return found

    def _signed_on(self, request: Request) -> Caller:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Problem(401, "请在 Authorization 头中提供密钥或令牌 / send `Authorization: Bearer <key or token>`", WHO)
        found = self._believed(token.strip())
        if found is None:
            self._pace(f"address.{request.remote_addr}")
            raise Problem(401, "密钥或令牌无效、已过期或已吊销 / the key or token is unknown, expired or revoked", WRONG)
        g.account, g.unit = found.account, found.unit
        self._pace(found.account)
        return found

    def _believed(self, token: str) -> Caller | None:
        now = self.runtime.clock.now()
        if not token.isascii():
            return None
        if keys.is_key(token):
            return keys.caller(self.runtime.database, token, now)
        return self.tokens.caller(token, now) if self.tokens is not None else None

    def _pace(self, account: str) -> None:
        wait = self.throttle.wait(account)
        if wait:
            seconds = int(wait) + 1
            detail = f"请在 {seconds} 秒后重试 / try again in {seconds} s"
            raise Problem.refused(Refusal(code="RATE_LIMITED", detail=detail), {"Retry-After": str(seconds)})


def request_id(request: Request) -> tuple[str, bool]:
    """The request's id, and whether the caller gave it; anything odd is replaced by one of ours."""
    said = request.headers.get("X-Request-Id", "")
    if 1 <= len(said) <= 128 and said.isascii() and said.isprintable() and " " not in said:
        return said, True
    return uuid.uuid4().hex, False
