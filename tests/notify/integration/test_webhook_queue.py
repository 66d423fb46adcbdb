"""The queue of webhook calls on both kinds of database: what is queued, taken, ordered and forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from notify.domain.sending import State
from notify.domain.webhooks import KEPT
from notify.store import webhooks
from notify.webhooks.calling import HOLD, Caller
from notify.webhooks.egress import Reply
from service_chassis.messaging.archive import Archived
from sqlalchemy import select
from webhook_post import MONDAY, OK, URL, Killed, Post


@pytest.fixture
def post(bench: Any) -> Post:
    return Post(bench)


def test_an_endpoint_hears_what_it_asked_for_once_and_signed_whatever_comes_again(post: Post) -> None:
    post.open()
    post.publish(0)
    post.publish(1, "scoring.points.booked.v1")
    post.publish(2, "escalation.slip.lifted.v1")
    post.feed()
    post.feed()
    post.publish(3, "escalation.slip.lifted.v1")
    post.archive[-1] = Archived(
        3, "escalation.slip.lifted.v1", post.archive[2].body
    )  # published twice after a crash of the relay
    post.feed()
    assert post.call() == 2
    assert post.out.ids == ["e0", "e2"]
    (url, headers, event) = post.out.sent[0]
    assert (url, headers["webhook-timestamp"]) == (URL, str(int(MONDAY.timestamp())))
    assert "data" not in event  # thin, unless an administrator says otherwise
    assert post.log()["e0"]["state"] == State.DELIVERED


def test_an_event_waits_behind_the_earlier_ones_of_its_subject_and_no_other(post: Post) -> None:
    post.open()
    for number, subject in enumerate(("m1", "m1", "m2", "m2")):
        post.publish(number, subject=subject)
    post.feed()
    post.out.answer = lambda subject: Reply(500, b"", None) if subject == "m1" else OK
    post.call()
    assert post.out.ids == ["e0", "e2", "e3"]
    post.out.answer = lambda _: OK
    post.later(minutes=1)
    post.call()
    assert post.out.ids == ["e0", "e2", "e3", "e0", "e1"]


def test_a_process_that_dies_between_call_and_mark_leaves_the_same_id_to_be_sent_again(post: Post) -> None:
    post.open()
    post.publish(0)
    post.publish(1, subject="m2")
    post.feed()
    post.out.answer = lambda _: Killed()
    with pytest.raises(Killed):
        post.call()
    assert post.log()["e0"]["state"] == State.TRYING
    post.out.answer = lambda _: OK
    other = Caller(post.bench.runtime, post.out, None)  # type: ignore[arg-type]
    assert not other.step("board")  # one call at a time, whoever makes it
    post.bench.clock.move_to(post.bench.clock.now() + HOLD)
    assert other.step("board")
    assert post.out.ids == ["e0", "e0"]  # and e1 has waited, too
    (line,) = post.log()["e0"]["log"]
    assert (line["attempt"], line["perhaps"]) == (2, True)


def test_what_was_taken_is_forgotten_after_a_month_and_a_dead_end_is_not(post: Post) -> None:
    post.open()
    post.publish(0, subject="m1")
    post.publish(1, subject="bad")
    post.feed()
    post.out.answer = lambda subject: Killed() if subject == "bad" else OK
    with pytest.raises(Killed):
        post.call()
    post.bench.clock.move_to(MONDAY + KEPT + timedelta(days=1))
    post.publish(2)
    post.feed()
    assert sorted(post.log()) == ["e1", "e2"]
    with post.bench.database.begin() as session:
        assert set(session.execute(select(webhooks.hook_event.c.event_id)).scalars()) == {"e1", "e2"}
