"""Copies leave once, are tried again, fail where a person sees it, and a failed delivery is never service."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.intake import AssignmentMoved
from notify.channels.inbox import Inbox
from notify.commands import COMMANDS
from notify.delivering import Courier
from notify.domain.sending import DELIVERED, MOST_ATTEMPTS, Copy, Outcome, State, Ways, later, never
from notify.store import deliveries
from service_chassis.rulebook import Rulebook
from sqlalchemy import select

Make = Callable[..., Any]
WAYS = Ways({"ZJJ": {"LIAISON": {"post": "l@x"}, "HEAD": {"post": "h@x"}}})


def local(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


class Script:
    """A channel that answers as it is told to, and keeps what it was given."""

    disturbs = True
    longest_seconds = 10.0

    def __init__(self, answer: Callable[[Copy], Outcome] = lambda _: DELIVERED) -> None:
        self.answer = answer
        self.sent: list[Copy] = []

    def send(self, copy: Copy) -> Outcome:
        self.sent.append(copy)
        return self.answer(copy)


def courier(bench: Any, channel: Any, name: str = "post", ways: Ways = WAYS) -> Courier:
    return Courier(name, channel, bench.runtime, Rulebook(bench.policy), ways)


def states(bench: Any) -> Counter[str]:
    with bench.database.begin() as session:
        return Counter(row.state for row in session.execute(select(deliveries.delivery)))


def at_work(bench: Any) -> Any:
    bench.clock.move_to(local(2, 9))
    return bench


def test_without_channels_nothing_is_put_into_the_queue(bench: Any, matter: Any, assignment: Any) -> None:
    bench.tell(matter, assignment)
    assert states(bench) == {}


def test_a_notice_has_one_copy_for_each_addressee_and_channel_whatever_is_repeated(
    posted: Any, matter: Any, assignment: Any, slip: Make
) -> None:
    bench = at_work(posted(WAYS))
    first = [bench.message(fact) for fact in (matter, assignment, slip())]
    bench.deliver(first)
    bench.deliver(first)
    bench.tell(assignment, slip())
    channel = Script()
    assert courier(bench, channel).step() == 4
    assert courier(bench, channel).step() == 0
    assert states(bench) == {State.DELIVERED: 4}
    assert len({copy.copy_id for copy in channel.sent}) == len(channel.sent) == 4
    assert any("逾期" in copy.text and "咸督办〔2026〕白字第1号" in copy.text for copy in channel.sent)


def test_an_addressee_to_whom_no_channel_leads_is_listed_with_the_reason(posted: Any, slip: Make) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(slip("y1", "YELLOW"))
    with bench.database.begin() as session:
        (row,) = deliveries.listed(session, State.NOT_SENT)
    assert (row["addressee"], row["detail"]) == ("ASSESSMENT", deliveries.NO_WAY_REASON)


def test_people_are_left_in_peace_at_night_but_for_what_is_urgent(posted: Any, slip: Make) -> None:
    bench = posted(WAYS)
    bench.clock.move_to(local(2, 20))
    bench.tell(slip(issued_at=local(2, 20)), slip("r1", "RED", issued_at=local(2, 20)))
    channel = Script()
    assert courier(bench, channel).step() == 2
    bench.clock.move_to(local(3, 8, 30))
    assert courier(bench, channel).step() == 2


def test_a_reminder_of_an_urgent_matter_is_not_held_for_the_morning(posted: Any, approaching: Make) -> None:
    bench = posted(WAYS)
    bench.clock.move_to(local(2, 20))
    bench.tell(approaching(3), replace(approaching(1), urgent=True))
    channel = Script()
    assert courier(bench, channel).step() == 2
    bench.clock.move_to(local(3, 8, 30))
    assert courier(bench, channel).step() == 2


def test_what_fails_is_tried_again_with_the_same_id_until_a_person_is_told(posted: Any, slip: Make) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(slip())
    channel = Script(lambda _: later("452 full"))
    channel.disturbs = False
    post = courier(bench, channel)
    for _ in range(MOST_ATTEMPTS):
        assert post.step() == 2
        bench.clock.move_to(bench.clock.now() + timedelta(days=7))
    assert post.step() == 0
    assert Counter(Counter(copy.copy_id for copy in channel.sent).values()) == {MOST_ATTEMPTS: 2}
    assert states(bench) == {State.FAILED: 2}
    told = bench.announced("failed")
    assert {(m.data.addressee, m.data.channel, m.data.attempts) for m in told} == {("LIAISON", "post", 10), ("HEAD", "post", 10)}
    with bench.database.begin() as session:
        failed = deliveries.listed(session, State.FAILED)
        assert deliveries.again(session, failed[0]["copy_id"], bench.clock.now())
        assert not deliveries.again(session, "unknown", bench.clock.now())
    channel.answer = lambda _: DELIVERED
    assert post.step() == 1
    assert states(bench) == {State.FAILED: 1, State.DELIVERED: 1}


def test_a_channel_that_is_down_uses_up_no_attempts_and_is_probed_with_one_copy(posted: Any, slip: Make) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(*(slip(f"w{n}") for n in range(10)))
    channel = Script(lambda _: later("refused", ill=True))
    post = courier(bench, channel)
    assert (post.step(), post.step()) == (5, 0)
    bench.clock.move_to(bench.clock.now() + timedelta(seconds=30))
    assert (post.step(), post.step()) == (1, 0)
    channel.answer = lambda _: DELIVERED
    bench.clock.move_to(bench.clock.now() + timedelta(minutes=15))
    assert (post.step(), post.step()) == (1, 19)
    assert states(bench) == {State.DELIVERED: 20}


def test_a_process_that_dies_while_sending_leaves_its_copies_in_doubt_and_they_go_again_with_the_same_id(
    posted: Any, slip: Make
) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(slip())

    def die(_: Copy) -> Outcome:
        raise KeyboardInterrupt

    dying = Script(die)
    with pytest.raises(KeyboardInterrupt):
        courier(bench, dying).step()
    other = Script()
    assert courier(bench, other).step() == 0
    assert states(bench) == {State.TRYING: 2}
    bench.clock.move_to(bench.clock.now() + timedelta(minutes=5))
    assert courier(bench, other).step() == 2
    assert dying.sent[0].copy_id in {copy.copy_id for copy in other.sent}
    with bench.database.begin() as session:
        assert {row["perhaps"] for row in deliveries.listed(session, State.DELIVERED)} == {1}


def test_a_process_that_was_too_slow_does_not_write_over_what_another_has_recorded(posted: Any, slip: Make) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(slip())
    other = Script()

    def slow(_: Copy) -> Outcome:
        bench.clock.move_to(bench.clock.now() + timedelta(hours=1))
        courier(bench, other).step()
        return never("too late")

    courier(bench, Script(slow)).step()
    assert states(bench) == {State.DELIVERED: 2}
    assert bench.announced("failed") == []


def test_a_fault_of_a_channel_stops_nothing(posted: Any, slip: Make) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(slip())
    channel = Script(lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
    assert courier(bench, channel).step() == 2
    assert states(bench) == {State.WAITING: 2}


def test_an_address_that_was_taken_away_fails_visibly(posted: Any, slip: Make) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(slip())
    channel = Script()
    courier(bench, channel, ways=Ways({"ZJJ": {"HEAD": {"post": "h@x"}}})).step()
    assert [copy.addressee for copy in channel.sent] == ["HEAD"]
    assert [m.data.addressee for m in bench.announced("failed")] == ["LIAISON"]


def test_what_was_never_delivered_is_not_deemed_served_and_later_counts_from_the_delivery(posted: Any, slip: Make) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(slip())
    channel = Script(lambda _: later("down"))
    post = courier(bench, channel)
    post.step()
    bench.move_to(local(5, 9))
    assert bench.announced("served") == []
    channel.answer = lambda _: DELIVERED
    post.step()
    bench.move_to(local(6, 23))
    assert bench.announced("served") == []
    bench.move_to(local(7))
    (served,) = bench.announced("served")
    assert (served.data.mode, served.data.served_on.isoformat()) == ("DEEMED", "2026-03-06")


def test_a_delivery_on_the_day_of_the_dispatch_changes_nothing_of_the_rule(posted: Any, slip: Make) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(slip())
    courier(bench, Script()).step()
    bench.move_to(local(4))
    (served,) = bench.announced("served")
    assert served.data.served_on.isoformat() == "2026-03-03"


def test_a_signature_serves_although_no_copy_arrived(posted: Any, matter: Any, slip: Make) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(matter, slip())
    bench.sign(local(2, 9), "WHITE")
    assert [m.data.mode for m in bench.announced("served")] == ["SIGNED"]


def test_the_inbox_has_each_copy_once_at_any_hour(posted: Any, slip: Make) -> None:
    ways = Ways({}, {"LIAISON": {"inbox": "own"}, "HEAD": {"inbox": "own"}})
    bench = posted(ways)
    bench.clock.move_to(local(7, 3))
    bench.tell(slip(issued_at=local(7, 3)))

    def put(copy: Copy) -> None:
        with bench.database.begin() as session:
            deliveries.put_into_inbox(session, copy)
            deliveries.put_into_inbox(session, copy)

    assert courier(bench, Inbox(put), "inbox", ways).step() == 2
    with bench.database.begin() as session:
        found = session.execute(select(deliveries.mailbox)).all()
    assert sorted((row.unit, row.addressee) for row in found) == [("ZJJ", "HEAD"), ("ZJJ", "LIAISON")]
    assert states(bench) == {State.DELIVERED: 2}


def test_what_has_not_left_when_a_part_moves_goes_to_the_successor_instead(posted: Any, matter: Any, slip: Make) -> None:
    ways = Ways({"JSJ": WAYS.units["ZJJ"], **WAYS.units})
    bench = at_work(posted(ways))
    bench.tell(matter, slip())
    moved = AssignmentMoved(
        matter_id="m1",
        external_ref="M-01",
        submitted_by="OFFICE",
        unit="ZJJ",
        assignment_id="a1",
        successor="JSJ",
        role="LEAD",
        moved_at=local(2, 9),
        parties=["JSJ", "ZJJ"],
    )
    bench.tell(moved)
    channel = Script()
    courier(bench, channel, ways=ways).step()
    assert {copy.unit for copy in channel.sent} == {"JSJ"}
    assert [copy.title for copy in channel.sent if "白色督办单" in copy.title] != []
    with bench.database.begin() as session:
        left = deliveries.listed(session, State.NOT_SENT)
    assert {(row["unit"], row["detail"]) for row in left} == {("ZJJ", deliveries.GONE_REASON)}


def test_a_person_lists_what_failed_and_puts_it_back(posted: Any, slip: Make, capsys: Any) -> None:
    bench = at_work(posted(WAYS))
    bench.tell(slip())
    courier(bench, Script(lambda _: never("550 no such user"))).step()
    station: Any = SimpleNamespace(runtime=bench.runtime)
    capsys.readouterr()  # log lines
    assert COMMANDS["letters"].run(station, bench.policy, ["--failed"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["state"], line["detail"]) for line in lines] == [("FAILED", "550 no such user")] * 2
    assert "l@x" not in str(lines)
    assert COMMANDS["letters"].run(station, bench.policy, ["--again", lines[0]["copy_id"]]) == 0
    assert COMMANDS["letters"].run(station, bench.policy, ["--again", "nothing"]) == 1
    assert states(bench) == {State.WAITING: 1, State.FAILED: 1}


def test_after_a_restored_backup_nothing_leaves_by_itself_that_may_have_left_already(
    posted: Any, matter: Any, assignment: Any
) -> None:
    """What waits in yesterday's dump was probably sent since: a person looks, and sends it again."""
    bench = at_work(posted(WAYS))
    bench.tell(matter, assignment)
    with bench.database.begin() as session:
        bench.runtime.service.caught_up(session, bench.clock.now())
    channel = Script()
    assert courier(bench, channel).step() == 0
    assert states(bench) == {"FAILED": 2}
    with bench.database.begin() as session:
        (first, _) = deliveries.listed(session, State.FAILED)
        assert "sent perhaps" in first["detail"]
        deliveries.again(session, first["copy_id"], bench.clock.now())
    assert courier(bench, channel).step() == 1
