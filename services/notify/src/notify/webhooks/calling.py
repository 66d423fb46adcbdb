"""One endpoint's next call: take it, make it, write down how it ended.

A delivery is taken (and its attempt counted) in a transaction before the call; a process that dies in between leaves it taken
until its time is over, and the call is made again with the same `webhook-id`.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

import orjson
from service_chassis import logs
from service_chassis.delivery import Runtime

from notify.domain.sending import DELIVERED, Decision, Outcome, State, later
from notify.domain.webhooks import GONE, MOST_ATTEMPTS, Standing, after_call, asked_pause, ends_with, health_after
from notify.store import hook_calls, webhooks
from notify.store.hook_calls import Call
from notify.webhooks import bodies, signing
from notify.webhooks.egress import Egress, Lost, Refused, Reply

HOLD = timedelta(minutes=2)
"""How long a call may take before another process may make it again: resolving, connecting and talking end long before."""
AGENT = {"User-Agent": "duban-webhooks/1", "Content-Type": bodies.CONTENT_TYPE, "Accept-Encoding": "identity"}


class Caller:
    """Makes the calls of any endpoint, one at a time for each."""

    def __init__(self, runtime: Runtime, egress: Egress, fetch: str | None) -> None:
        self._runtime, self._egress, self._fetch = runtime, egress, fetch
        self._log = logs.logger()

    def step(self, name: str) -> bool:
        """The next call of an endpoint; False where there is none now. A missing database is a `Retry`."""
        now = self._runtime.clock.now()
        with self._runtime.database.begin() as session:
            challenged = hook_calls.take_challenge(session, name, now, now + HOLD)
            call = None if challenged else hook_calls.take(session, name, now, now + HOLD)
        if challenged is not None:
            self._challenge(*challenged)
        elif call is not None:
            self._record(call, self._call(call))
        return challenged is not None or call is not None

    # ---- deliveries

    def _call(self, call: Call) -> Outcome:
        if call.delivery["attempts"] > MOST_ATTEMPTS:
            return later(f"{MOST_ATTEMPTS} attempts ended without an answer, the last perhaps after the receiver had it")
        try:
            return judged(self._send(call), self._runtime.clock.now())
        except Refused as refused:
            return later(f"refused: {refused}"[:300], ill=True)
        except Exception as error:  # a fault of ours must not stop the queue
            self._log.exception("webhook raised", action="webhook.fault", endpoint=call.endpoint["endpoint"])
            return later(f"{type(error).__name__}: {error}"[:200])

    def _send(self, call: Call) -> Reply | Lost:
        event = bytes(call.event["body"])
        whole = call.endpoint["whole"] and not call.event["internal"]
        body = event if whole else bodies.thin(event, self._fetch)
        headers = signing.headers(call.secrets, call.event["event_id"], self._runtime.clock.now(), body)
        return self._egress.post(call.endpoint["url"], body, {**AGENT, **headers})

    def _record(self, call: Call, outcome: Outcome) -> None:
        now, name = self._runtime.clock.now(), call.endpoint["endpoint"]
        decision = after_call(outcome, call.delivery["attempts"], call.event["event_id"], now)
        with self._runtime.database.begin() as session:
            found = hook_calls.lock(session, name)
            if not hook_calls.settle(session, call, decision, now):
                return
            before = hook_calls.health(found)
            hook_calls.keep_health(session, name, health_after(before, outcome, now))
            why = ends_with(outcome, decision, before, call.delivery["first_tried_at"])
            if why is not None and found["standing"] == Standing.ACTIVE:
                webhooks.change(session, name, standing=Standing.DISABLED.value, reason=why, disabled_at=now)
        self._tell(name, call, decision, why)

    def _tell(self, name: str, call: Call, decision: Decision, why: str | None) -> None:
        about = {"endpoint": name, "event_id": call.event["event_id"], "reason": decision.detail}
        if why is not None:
            self._log.error("webhook disabled", action="webhook.disable", endpoint=name, reason=why)
        if decision.state is State.FAILED:
            self._log.error("webhook given up", action="webhook.dead_end", **about)
        elif decision.state is State.WAITING:
            self._log.info("webhook not taken", action="webhook.attempt", **about)

    # ---- the challenge

    def _challenge(self, row: Any, signing_with: list[str]) -> None:
        """Active if the receiver proves that it holds the secret; else a person reads why not, and may ask again."""
        word, id_, now = secrets.token_urlsafe(32), str(uuid.uuid4()), self._runtime.clock.now()
        body = bodies.challenge(id_, word, now.isoformat())
        why = self._proven(row["url"], body, {**AGENT, **signing.headers(signing_with, id_, now, body)}, signing_with, word)
        values: dict[str, Any] = {"standing": Standing.NEW.value, "reason": why, "challenged_until": None}
        if not why:
            values |= {"standing": Standing.ACTIVE.value, "disabled_at": None, "faults": 0, "resting_until": None}
        with self._runtime.database.begin() as session:
            if hook_calls.lock(session, row["endpoint"])["standing"] == Standing.VERIFYING:
                webhooks.change(session, row["endpoint"], **values)
        self._log.info("webhook challenged", action="webhook.challenge", endpoint=row["endpoint"], reason=why or "proven")

    def _proven(self, url: str, body: bytes, headers: dict[str, str], signing_with: list[str], word: str) -> str:
        try:
            answer = self._egress.post(url, body, headers)
        except Refused as refused:
            return f"refused: {refused}"[:300]
        if isinstance(answer, Lost):
            return answer.reason
        if not 200 <= answer.status < 300:
            return f"质询未获 2xx 答复 / the challenge was answered with HTTP {answer.status}"
        if not signing.proves(signing_with, word, _proof_in(answer.body)):
            return (
                '答复中没有正确的 proof / the answer has no right {"proof": "…"}: HMAC-SHA-256 of the challenge under the secret'
            )
        return ""


def judged(answer: Reply | Lost, now: datetime) -> Outcome:
    """What an answer means: 2xx is taken, 410 is the end, everything else is tried again."""
    if isinstance(answer, Lost):
        return later(answer.reason, ill=True, perhaps=answer.perhaps)
    if 200 <= answer.status < 300:
        return DELIVERED
    if answer.status == 410:
        return GONE
    if 300 <= answer.status < 400:
        return later(f"HTTP {answer.status}: redirects are not followed", ill=True)
    said = f"HTTP {answer.status}: {answer.body[:120].decode('utf-8', 'replace')!r}"
    return later(said, ill=True, after=asked_pause(answer.retry_after, now))


def _proof_in(body: bytes) -> str:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    return str(found.get("proof", "")) if isinstance(found, dict) else ""
