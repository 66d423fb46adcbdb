"""Intake's HTTP door without a server: sign on with a key or as a person, send, look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from intake.service import Intake
from service_chassis.api import create_app
from service_chassis.delivery import Runtime
from service_chassis.health import Health
from service_chassis.metrics import Metrics
from service_chassis.persistence import api_keys
from service_chassis.web import keys
from service_chassis.web.door import Door
from service_chassis.web.throttle import Throttle
from service_chassis.web.tokens import Tokens
from werkzeug.test import TestResponse

PLENTY = 1_000_000
"""Requests a minute, where a test is not about how many there are."""


class Web:
    """The door of one intake, and keys for it."""

    def __init__(self, runtime: Runtime, policy: Any, *, tokens: Tokens | None = None, per_minute: int = PLENTY) -> None:
        self.runtime = runtime
        door = Door(runtime, policy, lambda: Intake(policy), Throttle(per_minute, monotonic=lambda: 0.0), tokens)
        self.app = create_app(door, Health("database"), Metrics("intake"))
        self.client = self.app.test_client()
        self._tokens: dict[str, str] = {}
        self._sent = 0

    def key(self, unit: str, scopes: Sequence[str] = ("read", "write"), days: int = 30) -> str:
        """A new key's token."""
        now = self.runtime.clock.now()
        key, token = keys.make(unit, "test", tuple(scopes), now, now + timedelta(days=days), "陈立")
        with self.runtime.database.begin() as session:
            api_keys.add(session, key, key.scopes)
        return token

    def headers(self, who: str, **more: str) -> dict[str, str]:
        """`who` is a unit's code (a key is made for it), or a token."""
        if len(who) < 20 and who not in self._tokens:
            self._tokens[who] = self.key(who)
        return {"Authorization": f"Bearer {self._tokens.get(who, who)}", **{k.replace("_", "-"): v for k, v in more.items()}}

    def post(self, who: str, type_: str, data: Any, id_: str | None = None, **headers: str) -> TestResponse:
        """One message; `data` may be bytes, which are sent as they are."""
        self._sent += 1
        body = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
        named = {"Idempotency_Key": id_ or f"h{self._sent}", "Content_Type": "application/json"} | headers
        return self.client.post(f"/v1/messages/{type_}", data=body, headers=self.headers(who, **named))

    def get(self, who: str, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=self.headers(who, **headers), buffered=True)
