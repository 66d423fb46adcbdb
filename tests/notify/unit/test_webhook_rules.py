"""Ten attempts over 75 hours, what an endpoint is left alone for, when it ends, and signatures that others verify."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest
from notify.domain.sending import DELIVERED, JITTER, Breaker, State, later
from notify.domain.webhooks import (
    GONE,
    LONGEST_ASKED,
    MOST_ATTEMPTS,
    Health,
    after_call,
    asked_pause,
    ends_with,
    health_after,
)
from notify.webhooks import bodies, signing
from notify.webhooks.calling import judged
from notify.webhooks.egress import Lost, Reply
from standardwebhooks import Webhook, WebhookVerificationError

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
DOWN = later("HTTP 500", ill=True)


def attempts(id_: str) -> list[datetime]:
    """When each attempt of an event is made that is never taken."""
    made, now = [], NOW
    for attempt in range(1, 100):
        made.append(now)
        decision = after_call(DOWN, attempt, id_, now)
        if decision.next_at is None:
            assert decision.state is State.FAILED
            return made
        now = decision.next_at
    raise AssertionError("it never ends")


def test_an_event_is_tried_ten_times_over_some_75_hours() -> None:
    spans = [attempts(f"e{number}") for number in range(50)]
    hours = [(made[-1] - made[0]) / timedelta(hours=1) for made in spans]
    assert {len(made) for made in spans} == {MOST_ATTEMPTS} == {10}
    assert min(hours) > 75.58 * (1 - JITTER)
    assert max(hours) < 75.58 * (1 + JITTER)
    assert len(set(hours)) == len(hours)  # what failed together does not come back together
    assert attempts("e1") == attempts("e1")  # whoever decides


def test_a_receiver_says_when_it_wants_to_be_called_again_but_not_for_ever() -> None:
    asked = later("HTTP 429", after=timedelta(hours=3))
    assert after_call(asked, 1, "e", NOW).next_at == NOW + timedelta(hours=3)
    assert health_after(Health(), asked, NOW).rests(NOW + timedelta(hours=2, minutes=59))
    assert not health_after(Health(), asked, NOW).rests(NOW + timedelta(hours=3))
    greedy = later("HTTP 429", after=timedelta(days=900))
    assert after_call(greedy, 1, "e", NOW).next_at == NOW + LONGEST_ASKED
    late = after_call(later("HTTP 503", after=timedelta(seconds=1)), 9, "e", NOW).next_at
    assert late is not None and late > NOW + timedelta(hours=19)  # never sooner than the plan has it


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("Mon, 02 Mar 2026 01:02:00 GMT", 120),
        ("Mon, 02 Mar 2026 00:00:00 GMT", 0),
        ("", None),
        (None, None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("９", None),
        ("Mon, 99 Mar 2026 01:02:00 GMT", None),
        ("99999999999999999999", None),
    ],
)
def test_what_retry_after_asks_for(value: str | None, seconds: int | None) -> None:
    assert asked_pause(value, NOW) == (None if seconds is None else timedelta(seconds=seconds))


def test_an_endpoint_that_fails_again_and_again_is_left_alone_and_probed() -> None:
    health = Health()
    for _ in range(4):
        health = health_after(health, DOWN, NOW)
        assert not health.rests(NOW)
    health = health_after(health, DOWN, NOW)
    assert health.rests(NOW + timedelta(seconds=29))
    assert not health.rests(NOW + timedelta(seconds=30))
    assert health_after(health, DOWN, NOW + timedelta(seconds=30)).rests(NOW + timedelta(seconds=89))
    assert health_after(health, DELIVERED, NOW) == Health(Breaker(), NOW)


def test_410_ends_an_endpoint_and_loses_nothing() -> None:
    decision = after_call(GONE, 10, "e", NOW)
    assert (decision.state, decision.next_at) == (State.WAITING, NOW)
    assert ends_with(GONE, decision, Health(Breaker(), NOW), NOW) == GONE.detail


def test_a_dead_end_ends_an_endpoint_only_when_nothing_else_was_taken() -> None:
    dead, begun = after_call(DOWN, 10, "e", NOW), NOW - timedelta(hours=75)
    assert dead.state is State.FAILED
    assert ends_with(DOWN, dead, Health(), begun) is not None
    assert ends_with(DOWN, dead, Health(Breaker(), begun - timedelta(hours=1)), begun) is not None
    assert ends_with(DOWN, dead, Health(Breaker(), begun + timedelta(hours=1)), begun) is None
    assert ends_with(DOWN, after_call(DOWN, 9, "e", NOW), Health(), begun) is None


@pytest.mark.parametrize("status", [100, 300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 413, 422, 429, 500, 502, 503, 599])
def test_every_answer_but_2xx_and_410_is_tried_again(status: int) -> None:
    outcome = judged(Reply(status, b"no", "60" if status == 429 else None), NOW)
    assert after_call(outcome, 1, "e", NOW).state is State.WAITING
    assert outcome.channel_is_ill
    assert outcome.after == (timedelta(seconds=60) if status == 429 else None)


def test_2xx_is_taken_410_is_the_end_and_silence_is_in_doubt() -> None:
    assert judged(Reply(204, b"", None), NOW) == DELIVERED
    assert judged(Reply(410, b"", None), NOW) == GONE
    assert judged(Lost("TimeoutError", perhaps=True), NOW).perhaps


# ---- signatures


def signed(secrets: list[str], at: datetime, body: bytes = '{"a": "督办"}'.encode()) -> tuple[bytes, dict[str, str]]:
    return body, signing.headers(secrets, "0123abcd", at, body)


def test_a_signature_is_verified_by_the_library_that_receivers_use_whatever_the_offset() -> None:
    secret = signing.new_secret()
    for zone in (UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")):
        body, headers = signed([secret], datetime.now(zone))
        assert Webhook(secret).verify(body, headers) == {"a": "督办"}


def test_anything_changed_is_noticed() -> None:
    secret = signing.new_secret()
    body, headers = signed([secret], datetime.now(UTC))
    for changed in ({"webhook-id": "other"}, {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers | changed)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.new_secret()).verify(body, headers)


def test_during_a_rotation_both_secrets_verify() -> None:
    new, old = signing.new_secret(), signing.new_secret()
    body, headers = signed([new, old], datetime.now(UTC))
    for secret in (new, old):
        assert Webhook(secret).verify(body, headers) == {"a": "督办"}


def test_secrets_are_long_and_never_the_same() -> None:
    found = {signing.new_secret() for _ in range(20)}
    assert len(found) == 20
    assert all(secret.startswith("whsec_") and len(secret) >= len("whsec_") + 24 * 4 // 3 for secret in found)


def test_only_who_holds_a_secret_can_answer_a_challenge() -> None:
    secret, other = signing.new_secret(), signing.new_secret()
    assert signing.proves([other, secret], "word", signing.proof(secret, "word"))
    for wrong in ("", "word", signing.proof(secret, "another"), "é"):
        assert not signing.proves([secret], "word", wrong)


# ---- bodies


def test_a_thin_body_is_the_envelope_and_where_to_get_the_rest() -> None:
    event = {"specversion": "1.0", "id": "e/1", "type": "t.v1", "subject": "m 1", "sequence": 7, "data": {"title": "secret"}}
    body = orjson.loads(bodies.thin(orjson.dumps(event), "https://board.example/e/{id}?m={subject}"))
    assert body == {key: event[key] for key in event if key != "data"} | {"dataref": "https://board.example/e/e%2F1?m=m%201"}
    assert "dataref" not in orjson.loads(bodies.thin(orjson.dumps(event), None))
