"""From the archive to a receiver: each event once for each endpoint that hears it, for 75 hours on a clock that is only moved."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from notify.domain.sending import State
from notify.domain.webhooks import MOST_ATTEMPTS
from notify.store import hook_calls, webhooks
from notify.webhooks.calling import HOLD, Caller
from notify.webhooks.egress import Lost, Refused, Reply
from notify.webhooks.feeding import Feeder, Halt
from service_chassis.errors import ConfigError
from service_chassis.messaging.archive import Archived
from service_chassis.persistence.database import Database
from webhook_post import MONDAY, OK, URL, Killed, Post


@pytest.fixture
def service_database(sqlite_database: Any) -> Iterator[Database]:
    """The rules are tried on one kind of database; test_webhook_queue.py tries the statements on both."""
    database = Database(sqlite_database("notify"), "notify")
    yield database
    database.close()


@pytest.fixture
def post(bench: Any) -> Post:
    return Post(bench)


def test_nothing_older_than_the_registration_is_sent_by_itself(post: Post) -> None:
    post.publish(0)
    post.later(minutes=1)
    post.open()
    post.publish(1)
    post.feed()
    post.call()
    assert post.out.ids == ["e1"]


def test_a_whole_event_goes_out_only_where_its_matter_is_not_internal(post: Post) -> None:
    post.open("board", "--whole")
    post.publish(0, "intake.matter.registered.v1", "m1", classification="NONE")
    post.publish(1, "intake.matter.registered.v1", "m2", classification="INTERNAL")
    post.publish(2, subject="m1")
    post.publish(3, subject="m2")
    post.publish(4, subject="ZJJ", matter_id="m2")
    post.feed()
    post.call()
    assert {headers["webhook-id"]: "data" in event for _, headers, event in post.out.sent} == {
        "e2": True,
        "e3": False,
        "e4": False,
    }


def test_two_readers_and_a_repeated_piece_queue_an_event_once(post: Post) -> None:
    post.open()
    post.publish(0)
    post.publish(1)
    other = Feeder(post.bench.runtime, post.read)
    assert post.feeder.take(post.archive[:1]) == 1
    assert other.take(post.archive) == 1
    assert post.feeder.take(post.archive) == 0
    assert post.feeder.take(post.archive[:1]) == 0
    with post.bench.database.begin() as session:
        assert webhooks.feed(session)["position"] == 1  # a reader that is behind moves nothing back
    assert sorted(post.log()) == ["e0", "e1"]


def test_what_is_never_taken_is_tried_ten_times_in_75_hours_and_ends_where_a_person_sees_it(post: Post, capsys: Any) -> None:
    post.open()
    post.publish(0)
    post.publish(1)
    post.feed()
    post.out.answer = lambda _: Reply(500, b"broken", None)
    times = []
    while post.log()["e0"]["state"] != State.FAILED:
        if post.call():
            times.append(post.bench.clock.now())
        post.later(minutes=20)
    assert Counter(post.out.ids) == {"e0": MOST_ATTEMPTS}  # e1 waits behind it
    assert timedelta(hours=60) < times[-1] - times[0] < timedelta(hours=91)
    assert len({headers["webhook-timestamp"] for _, headers, _ in post.out.sent}) == MOST_ATTEMPTS
    assert (post.row()["standing"], "75" in post.row()["reason"]) == ("DISABLED", True)
    assert len(post.log()["e0"]["log"]) == MOST_ATTEMPTS
    capsys.readouterr()
    assert post.run("list") == 0
    assert json.loads(capsys.readouterr().out)["deliveries"] == {"FAILED": 1, "WAITING": 1}


def test_a_fault_of_one_event_ends_no_endpoint_that_takes_others(post: Post) -> None:
    post.open()
    post.publish(0, subject="bad")
    post.feed()
    post.out.answer = lambda subject: Reply(422, b"", None) if subject == "bad" else OK
    for number in range(1, 100):
        post.publish(number, subject=f"m{number}")
        post.feed()
        post.call()
        post.later(hours=1)
    assert post.log()["e0"]["state"] == State.FAILED
    assert Counter(row["state"] for row in post.log().values()) == {State.FAILED: 1, State.DELIVERED: 99}
    assert post.row()["standing"] == "ACTIVE"


def test_410_disables_and_what_waits_goes_on_after_a_new_challenge(post: Post, capsys: Any) -> None:
    post.open()
    post.publish(0)
    post.feed()
    post.out.answer = lambda _: Reply(410, b"", None)
    assert post.call() == 1
    assert (post.row()["standing"], post.log()["e0"]["state"]) == ("DISABLED", State.WAITING)
    post.publish(1)
    post.feed()
    assert post.call() == 0
    assert "e1" not in post.log()
    post.out.answer = lambda _: OK
    capsys.readouterr()
    post.run("enable", "board")
    assert "redeliver board --since 2026-03-02T01:00:00+00:00" in capsys.readouterr().out
    post.call()
    assert post.out.ids == ["e0", "e0"]


def test_a_receiver_that_asks_for_a_pause_is_left_alone_with_all_its_events(post: Post) -> None:
    post.open()
    for number in range(3):
        post.publish(number, subject=f"m{number}")
    post.feed()
    post.out.answer = lambda _: Reply(429, b"", "3600")
    assert post.call() == 1
    post.later(minutes=59)
    assert post.call() == 0
    post.out.answer = lambda _: OK
    post.later(minutes=1)
    assert post.call() == 3
    assert Counter(post.out.ids) == {"e0": 2, "e1": 1, "e2": 1}


def test_an_endpoint_that_is_down_is_probed_with_one_call_and_holds_up_no_other(post: Post) -> None:
    post.open("down")
    post.open("well")
    for number in range(20):
        post.publish(number, subject=f"m{number}")
    post.feed()
    post.out.answer = lambda _: Lost("TimeoutError", perhaps=True)
    assert post.call("down") == 5
    with post.bench.database.begin() as session:
        assert hook_calls.ready(session, post.bench.clock.now()) == ["well"]
    post.out.answer = lambda _: OK
    assert post.call("well") == 20
    post.out.answer = lambda _: Lost("TimeoutError", perhaps=True)
    post.later(seconds=30)
    assert post.call("down") == 1


def test_a_process_that_was_too_slow_does_not_write_over_what_another_has_recorded(post: Post) -> None:
    post.open()
    post.publish(0)
    post.feed()

    def slow(_: str) -> Reply:
        post.out.answer = lambda _: OK
        post.bench.clock.move_to(post.bench.clock.now() + HOLD)
        assert Caller(post.bench.runtime, post.out, None).step("board")  # type: ignore[arg-type]
        return Reply(410, b"", None)

    post.out.answer = slow
    post.caller.step("board")
    assert (post.log()["e0"]["state"], post.row()["standing"]) == (State.DELIVERED, "ACTIVE")


def test_a_process_that_dies_each_time_does_not_call_for_ever(post: Post) -> None:
    post.open()
    post.publish(0)
    post.feed()
    post.out.answer = lambda _: Killed()
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            post.call()
        post.bench.clock.move_to(post.bench.clock.now() + HOLD)
    post.call()
    assert post.log()["e0"]["state"] == State.FAILED
    assert len(post.out.ids) == MOST_ATTEMPTS


@pytest.mark.parametrize("fault", [Refused("10.0.0.1 is not public"), ValueError("ours")])
def test_an_address_that_became_inward_and_a_fault_of_ours_are_tried_again(post: Post, fault: Exception) -> None:
    post.open()
    post.publish(0)
    post.feed()
    post.out.answer = lambda _: fault
    assert post.call() == 1
    assert post.log()["e0"]["state"] == State.WAITING
    assert str(fault) in post.log()["e0"]["detail"]


# ---- the challenge, secrets


def test_nothing_is_sent_before_the_receiver_has_proved_that_it_holds_the_secret(post: Post) -> None:
    post.run("add", "board", URL, "--hear", "#")
    post.run("enable", "board")
    post.publish(0)
    post.feed()
    assert post.call() == 1
    assert (post.row()["standing"], "proof" in post.row()["reason"]) == ("NEW", True)
    post.out.secret = post.secrets()[0]
    post.run("enable", "board")
    assert post.call() == 2
    assert post.out.ids == ["e0"]


def test_two_secrets_sign_for_a_while_after_a_rotation_and_never_three(post: Post) -> None:
    post.open()
    (first,) = post.secrets()
    post.later(minutes=1)
    post.run("rotate", "board", "--hours", "2")
    second, old = post.secrets()
    assert old == first != second
    post.publish(0)
    post.feed()
    post.call()
    assert len(post.out.sent[0][1]["webhook-signature"].split()) == 2
    post.later(minutes=1)
    post.run("rotate", "board", "--hours", "2")
    assert post.secrets()[1:] == [second]
    post.later(hours=2)
    assert len(post.secrets()) == 1


def test_a_secret_is_shown_once_and_in_no_list_or_log(post: Post, capsys: Any) -> None:
    post.run("add", "board", URL, "--hear", "#", "--owner", "李工 1234")
    (secret,) = post.secrets()
    assert capsys.readouterr().out.count(secret) == 1
    post.out.secret = secret
    post.publish(0)
    post.run("enable", "board")
    post.call()
    post.feed()
    post.call()
    for words in (["list"], ["deliveries", "board"], ["disable", "board"]):
        post.run(*words)
    told = capsys.readouterr()
    assert "e0" in told.out and "李工" in told.out
    assert "whsec_" not in told.out + told.err and secret.removeprefix("whsec_") not in told.out + told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Board", URL, "--hear", "#"], "a-z0-9-"),
        (["board", "http://hooks.example/", "--hear", "#"], "https"),
        (["board", "https://127.0.0.1/", "--hear", "#"], "DUBAN_WEBHOOK_TARGETS"),
        (["board", URL, "--hear", "escalation..x"], "pattern"),
    ],
)
def test_what_is_wrong_with_a_registration_is_said(post: Post, words: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        post.run("add", *words)
    assert post.run("rotate", "board") == 1


def test_a_name_is_given_once(post: Post) -> None:
    post.run("add", "board", URL, "--hear", "#")
    with pytest.raises(ConfigError, match="already"):
        post.run("add", "board", URL, "--hear", "#")


# ---- again


def test_one_event_is_sent_again_with_its_id_and_nothing_else_happens(post: Post) -> None:
    post.open()
    post.open("other")
    post.publish(0)
    post.feed()
    post.call()
    post.call("other")
    announced = len(post.bench.everything())
    assert post.run("redeliver", "board", "--event", "e0") == 0
    assert post.run("redeliver", "board", "--event", "unknown") == 1
    assert (post.call(), post.call("other")) == (1, 0)
    assert post.out.ids == ["e0"] * 3
    assert len(post.bench.everything()) == announced


def test_a_part_of_the_archive_is_sent_again_to_one_endpoint_in_its_order(post: Post) -> None:
    post.publish(0)
    post.later(days=1)
    post.open()
    post.open("other")
    for number in range(1, 6):
        post.publish(number, subject="m1")
        post.later(days=1)
    post.feed()
    post.call()
    post.call("other")
    post.out.sent.clear()
    since = (MONDAY - timedelta(hours=1)).isoformat()
    assert post.run("redeliver", "board", "--since", since, "--until", (MONDAY + timedelta(days=2, hours=1)).isoformat()) == 0
    post.feed()
    assert (post.call(), post.call("other")) == (3, 0)
    assert post.out.ids == ["e0", "e1", "e2"]
    post.feed()
    assert post.call() == 0


def test_redelivery_wants_one_of_an_event_and_a_time_with_its_offset(post: Post, capsys: Any) -> None:
    post.open()
    with pytest.raises(ConfigError, match="either"):
        post.run("redeliver", "board")
    with pytest.raises(SystemExit):
        post.run("redeliver", "board", "--since", "2026-03-02T09:00:00")
    assert "offset" in capsys.readouterr().err


# ---- an archive that is not the one that was read


@pytest.mark.parametrize("change", ["replaced", "cut"])
def test_reading_stops_where_the_archive_does_not_go_on(post: Post, capsys: Any, change: str) -> None:
    post.open()
    for number in range(3):
        post.publish(number)
    post.feed()
    post.publish(2 if change == "replaced" else 5)
    last = post.archive[-1]
    post.archive = [Archived(last.offset, last.routing_key, last.body.replace(b'"e2"', b'"x2"'))]
    for _ in range(2):
        with pytest.raises(Halt, match="position 2, event e2"):
            post.feed()
    capsys.readouterr()
    post.run("list")
    assert "go-on" in capsys.readouterr().out
    post.run("go-on", "--since", MONDAY.isoformat())
    post.feed()
    assert len(post.log()) == 4
