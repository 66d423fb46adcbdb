"""What the chassis promises about batches, timers and the cut; the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime, decode, process_batch, run_timers
from service_chassis.entrypoints.inprocess import InProcess
from service_chassis.errors import Retry
from service_chassis.flow import Flow
from service_chassis.messaging.embedded import EmbeddedBroker
from service_chassis.messaging.envelope import Delivery, Outgoing
from service_chassis.messaging.publisher import CONTENT_TYPE
from service_chassis.persistence import cut, outbox, refusals, tables
from service_chassis.persistence.database import Database
from service_chassis.testing.toys import DAY, HOUR, START, Desk, Post, Watch, claim, inbound_message, submission
from sqlalchemy import event as happening
from sqlalchemy import func, select, text


class City:
    """Desk, Post and Watch on one embedded broker."""

    def __init__(self, url_of: Callable[[str], str]) -> None:
        self.clock = VirtualClock(START)
        self.desk, self.post, self.watch = (self._runtime(service, url_of) for service in (Desk(), Post(), Watch()))
        self.broker = EmbeddedBroker()
        self.driver = InProcess([self.desk, self.post, self.watch], self.broker)

    def _runtime(self, service: Any, url_of: Callable[[str], str]) -> Runtime:
        database = Database(url_of(service.name), service.name)
        with database.begin() as session:
            if not database.is_sqlite:
                session.execute(text(f"CREATE SCHEMA {service.name}"))
            tables.CHASSIS.create_all(session)
            if not database.is_sqlite:
                session.execute(text("ALTER TABLE outbox ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()"))
        return Runtime(service, database, self.clock)

    def send(self, *messages: Outgoing) -> None:
        self.driver.deliver(messages)
        self.driver.settle()

    def pass_time(self, span: timedelta) -> None:
        """Everything that becomes due in this span happens at its instant."""
        end = self.clock.now() + span
        while (due := self.driver.next_due()) is not None and due <= end:
            self.clock.move_to(max(due, self.clock.now()))
            self.driver.tick()
        self.clock.move_to(end)

    def rows(self, runtime: Runtime, table: Any) -> list[Any]:
        with runtime.database.begin() as session:
            return list(session.execute(select(table)).mappings())

    def to_publish(self, runtime: Runtime) -> list[Delivery]:
        """What the service's relay would publish next, as it arrives at its readers."""
        with runtime.database.begin() as session:
            rows = outbox.pending(session, 100)
        return [Delivery(row.body, row.routing_key, row.exchange, 1, CONTENT_TYPE, "duban") for row in rows]

    def published(self) -> list[dict[str, Any]]:
        return [orjson.loads(body) for _, _, body in self.broker.archived()]

    def types(self) -> list[str]:
        return [event["type"] for event in self.published() if ".cut." not in event["type"]]

    @property
    def breached(self) -> list[str]:
        return self.watch.service.breached  # type: ignore[attr-defined]


@pytest.fixture(params=["sqlite", "postgresql"])
def city(request: pytest.FixtureRequest) -> City:
    if request.param == "sqlite":
        return City(request.getfixturevalue("sqlite_database"))
    url = request.getfixturevalue("database_url")
    found = City(lambda service: url)
    request.addfinalizer(lambda: [runtime.database.close() for runtime in (found.desk, found.post, found.watch)])
    return found


def delivery(message: Outgoing) -> Delivery:
    return Delivery(message.body, message.routing_key, message.exchange, 1, message.content_type, message.user_id)


def test_an_event_takes_the_whole_way_and_is_archived(city: City) -> None:
    city.send(submission("A", START))
    city.pass_time(2 * DAY)
    assert city.types() == ["intake.assignment.dispatched.v1", "notify.notice.served.v1"]
    assert city.breached == ["m-A"]


def test_the_same_message_five_times_is_one_event(city: City) -> None:
    city.send(*[submission("A", START)] * 3)
    city.send(submission("A", START), submission("A", START))
    assert city.types() == ["intake.assignment.dispatched.v1"]


def test_a_flood_is_refused_without_a_hold_and_others_are_not_affected(city: City) -> None:
    city.desk.flow = Flow(2, exempt="NOBODY")
    city.send(*[submission(name, START) for name in "ABC"])
    assert city.types().count("intake.assignment.dispatched.v1") == 2
    (refused,) = city.rows(city.desk, tables.refusal)
    assert refused["code"] == "RATE_LIMITED"
    assert city.rows(city.desk, tables.parked) == []
    city.pass_time(timedelta(minutes=1))
    city.send(submission("C", START))
    assert city.types().count("intake.assignment.dispatched.v1") == 2, "the same id stays refused"
    city.send(submission("D", START))
    assert city.types().count("intake.assignment.dispatched.v1") == 3


@pytest.fixture
def postgres(database_url: str) -> Iterator[City]:
    found = City(lambda service: database_url)
    yield found
    for runtime in (found.desk, found.post, found.watch):
        runtime.database.close()


def test_what_a_process_that_seemed_dead_commits_at_last_is_not_done_twice(postgres: City) -> None:
    """The broker gave its messages to the next one, who looks them up before that commit and writes them after it."""
    batch = [delivery(submission("A", START)), delivery(submission("B", START))]

    lookups: list[str] = []

    def commit_meanwhile(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT inbox"):
            lookups.append(statement)
            if len(lookups) == 1:
                process_batch(postgres.desk, "intake.inbound", batch[:1])

    happening.listen(postgres.desk.database.engine, "after_cursor_execute", commit_meanwhile)
    with pytest.raises(Retry):
        process_batch(postgres.desk, "intake.inbound", batch)
    process_batch(postgres.desk, "intake.inbound", batch)
    assert [orjson.loads(told.body)["subject"] for told in postgres.to_publish(postgres.desk)] == ["m-A", "m-B"]


def test_the_same_id_with_another_body_is_parked_and_told(city: City) -> None:
    city.send(submission("A", START, id_="x"))
    city.send(submission("B", START, id_="x"), submission("B", START, id_="x"))
    (refused,), (held,) = city.rows(city.desk, tables.refusal), city.rows(city.desk, tables.parked)
    assert (refused["code"], refused["parked_id"], held["code"]) == ("ID_REUSED", held["id"], "ID_REUSED")


def test_a_failing_message_is_parked_alone_and_the_rest_goes_through_in_order(city: City) -> None:
    messages = [submission(ref, START, title="boom" if ref == "C" else "好") for ref in "ABCDE"]
    city.send(*messages)
    dispatched = [event["subject"] for event in city.published() if event["type"].endswith("dispatched.v1")]
    assert dispatched == ["m-A", "m-B", "m-D", "m-E"]
    assert [row["reason"] for row in city.rows(city.desk, tables.parked)] == ["RuntimeError: boom"]
    assert "intake.inbound.parked.v1" in city.types()


def test_a_refusal_is_kept_and_told_and_the_rest_of_the_batch_goes_through(city: City) -> None:
    city.send(submission("A", START, title="refuse me"), submission("B", START))
    (row,) = city.rows(city.desk, tables.refusal)
    assert (row["message_id"], row["code"], row["errors"][0]["pointer"]) == ("s-A", "AUTHORITY_MISSING", "/data/authorisation")
    assert (row["matter"], row["parked_id"]) == ("A", None)
    assert city.types() == ["intake.assignment.dispatched.v1"]


def test_a_refusal_carries_the_trace_of_its_message(city: City) -> None:
    told = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    refused, again = (submission(ref, START, id_="s", title="refuse me") for ref in "AB")
    for message in (refused, again):  # refused by the service; its id used again for another body, by the chassis
        body = orjson.dumps(orjson.loads(message.body) | {"correlationid": "root", "traceparent": told})
        process_batch(city.desk, "intake.inbound", [delivery(replace(message, body=body))])
    said = [orjson.loads(one.body) for one in city.to_publish(city.desk) if one.exchange == "duban.rejected"]
    assert [event["data"]["code"] for event in said] == ["AUTHORITY_MISSING", "ID_REUSED"]
    assert [event["correlationid"] for event in said] == ["root", "root"]
    assert {event["traceparent"][:36] for event in said} == {told[:36]}
    assert len({told, *(event["traceparent"] for event in said)}) == 3, "each a span of its own"


def test_what_cannot_be_read_is_refused_parked_and_announced(city: City) -> None:
    city.send(Outgoing("duban.inbound", "ZJJ.completion.claimed.v1", b"{", user_id="zjj"), submission("B", START))
    assert [row["code"] for row in city.rows(city.desk, tables.refusal)] == ["SCHEMA_INVALID"]
    assert [bytes(row["body"]) for row in city.rows(city.desk, tables.parked)] == [b"{"]
    assert sorted(city.types()) == ["intake.assignment.dispatched.v1", "intake.inbound.parked.v1"]


def test_of_a_classified_message_nothing_but_its_id_is_kept(city: City) -> None:
    secret = submission("A", START, id_="secret-1", title="绝不外传的标题")
    event = orjson.loads(secret.body)
    event["data"]["classification"] = "SECRET"
    city.send(Outgoing(secret.exchange, secret.routing_key, orjson.dumps(event), user_id="office"))
    with city.desk.database.begin() as session:
        everything = [str(list(session.execute(select(table)).mappings())) for table in tables.CHASSIS.sorted_tables]
    assert "secret-1" in "".join(everything)
    assert "绝不外传的标题" not in "".join(everything)


def test_a_message_of_no_known_type_is_refused_not_lost(city: City) -> None:
    city.send(inbound_message("n-1", "notice.burnt.v1", "ZJJ", {"matter": "A", "unit": "ZJJ"}, START))
    assert [row["code"] for row in city.rows(city.desk, tables.refusal)] == ["SCHEMA_INVALID"]


def test_a_claim_before_its_matter_waits_and_is_handled_when_the_matter_comes(city: City) -> None:
    city.send(claim("A", START))
    assert [row["matter"] for row in city.rows(city.desk, tables.waiting)] == ["A"]
    city.send(submission("A", START))
    assert city.types() == ["intake.assignment.dispatched.v1", "intake.completion.claimed.v1"]
    assert city.rows(city.desk, tables.waiting) == []


def test_a_claim_and_its_matter_in_the_wrong_order_in_one_batch_are_both_handled(city: City) -> None:
    city.send(claim("A", START), submission("A", START))
    assert city.types() == ["intake.assignment.dispatched.v1", "intake.completion.claimed.v1"]


def test_a_foreign_matter_reads_like_an_unknown_one(city: City) -> None:
    city.send(
        submission("A", START), claim("A", START, id_="foreign", sender="HBJ"), claim("Z", START, id_="unknown", sender="HBJ")
    )
    city.pass_time(timedelta(hours=25))
    rows = {row["message_id"]: (row["code"], row["detail"]) for row in city.rows(city.desk, tables.refusal)}
    assert rows["foreign"] == rows["unknown"]
    assert rows["foreign"][0] == "UNKNOWN_MATTER"


def test_a_waiting_message_is_not_refused_before_its_time(city: City) -> None:
    city.send(claim("Z", START))
    city.pass_time(timedelta(hours=23))
    assert city.rows(city.desk, tables.refusal) == []


def test_one_reference_for_two_matters_is_ambiguous_and_the_id_is_not(city: City) -> None:
    city.send(submission("A", START))
    with city.desk.database.begin() as session:
        session.execute(
            tables.matter_ref.insert(), {"matter_id": "m-other", "external_ref": "A", "submitted_by": "HBJ", "units": ["ZJJ"]}
        )
    city.send(claim("A", START, id_="by-ref"), claim("m-A", START, id_="by-id"))
    assert [(row["message_id"], row["code"]) for row in city.rows(city.desk, tables.refusal)] == [("by-ref", "UNKNOWN_MATTER")]
    assert "intake.completion.claimed.v1" in city.types()


def test_a_party_is_told_what_its_message_waited_for_in_vain(city: City) -> None:
    city.send(submission("A", START))
    with city.desk.database.begin() as session:
        work = city.desk.work(session, START)
        message = decode("intake.inbound", delivery(claim("A", START)), START).message
        assert message is not None
        work.refuse(message, "UNKNOWN_MATTER", "没有待核验的报结 / no claim waits for an answer", "/data/matter")
        refusals.write(work)
        work.flush()
    assert [row["detail"] for row in city.rows(city.desk, tables.refusal)] == ["没有待核验的报结 / no claim waits for an answer"]


def test_events_of_a_subject_are_numbered_without_gaps(city: City) -> None:
    city.send(submission("A", START), claim("A", START, id_="c1"), claim("A", START, id_="c2"))
    numbers = [
        event["sequence"] for event in city.published() if event["subject"] == "m-A" and event["source"] == "/duban/intake"
    ]
    assert numbers == [1, 2, 3]
    assert [event["data"]["revision"] for event in city.published() if event["subject"] == "m-A"][:3] == [1, 2, 3]


def test_an_event_names_its_cause_and_its_root(city: City) -> None:
    city.send(submission("A", START))
    city.pass_time(2 * HOUR)
    dispatched = next(event for event in city.published() if event["type"].endswith("dispatched.v1"))
    assert (dispatched["causationid"], dispatched["correlationid"]) == ("s-A", "s-A")


def test_a_deadline_is_decided_only_after_a_marker_made_after_it_has_returned(city: City) -> None:
    city.send(submission("A", START))
    city.pass_time(DAY)
    city.clock.move_to(START + HOUR + DAY)
    assert run_timers(city.watch) == 0
    assert city.breached == []
    city.driver.settle()
    assert run_timers(city.watch) == 1
    assert city.breached == ["m-A"]


def test_a_claim_that_stands_before_the_marker_is_read_first(city: City) -> None:
    """The report reached the broker in time, intake was late: no breach (delivery.md c.4)."""
    city.send(submission("A", START))
    city.pass_time(DAY)
    city.driver.deliver([claim("A", START + DAY)])
    city.clock.move_to(START + HOUR + DAY)
    assert run_timers(city.watch) == 0
    city.driver.settle()
    run_timers(city.watch)
    assert city.breached == []


def test_a_report_that_shares_the_batch_of_a_marker_is_told_before_the_marker(city: City) -> None:
    """Intake was late and read the report and the marker behind it together; escalation looks between any two events."""
    city.send(submission("A", START))
    city.pass_time(DAY)
    city.clock.move_to(START + HOUR + DAY)
    run_timers(city.watch)
    [marker] = city.to_publish(city.watch)
    process_batch(city.watch, "escalation.inbound", [marker])
    process_batch(city.post, "notify.inbound", [marker])
    process_batch(city.desk, "intake.inbound", [delivery(claim("A", START + DAY)), marker])
    for event in [*city.to_publish(city.post), *city.to_publish(city.desk)]:
        process_batch(city.watch, "escalation.events", [event])
        run_timers(city.watch)
    assert city.breached == []


@pytest.mark.parametrize("title", ["fine", "boom", "refuse me"])
def test_a_marker_leaves_last_of_all_that_its_batch_made(city: City, title: str) -> None:
    """Also when the batch is halved, or a message of it is parked, refused, or had waited for another one."""
    with city.watch.database.begin() as session:
        cut.note(session, "demand", 1)
    run_timers(city.watch)
    [marker] = city.to_publish(city.watch)
    unreadable = Delivery(b"{", "ZJJ.completion.claimed.v1", "duban.inbound", 1, "application/json", "zjj")
    reports = [claim("A", START), submission("A", START), submission("B", START, title=title)]
    process_batch(city.desk, "intake.inbound", [*map(delivery, reports), unreadable, marker])
    told = [event.routing_key for event in city.to_publish(city.desk)]
    assert told[-1].startswith("intake.cut.passed.v1")
    assert len([key for key in told if key.startswith("intake.completion.claimed.v1")]) == 1


def test_a_service_that_is_down_keeps_the_cut_from_returning(city: City) -> None:
    down: set[str] = set()
    city.driver._is_down = lambda name: name in down
    city.send(submission("A", START))
    city.pass_time(DAY)
    down.add("notify")
    city.pass_time(DAY)
    assert city.breached == []
    down.clear()
    city.driver.settle()
    city.driver.tick()
    assert city.breached == ["m-A"]


def test_a_moved_timer_forgets_the_cut_that_it_waited_for(city: City) -> None:
    city.send(submission("A", START))
    city.pass_time(DAY)
    city.clock.move_to(START + HOUR + DAY)
    run_timers(city.watch)
    with city.watch.database.begin() as session:
        work = city.watch.work(session, city.clock.now())
        work.set_timer("deadline", "m-A/1", city.clock.now() + DAY, subject="m-A")
        work.flush()
    city.driver.settle()
    assert run_timers(city.watch) == 0
    assert city.breached == []


def test_a_forged_marker_counts_for_nothing(city: City) -> None:
    forged = inbound_message("cut-99", "cut.marked.v1", "ZJJ", {"number": 99, "answers": {}}, START)
    city.send(forged)
    assert city.rows(city.watch, tables.cut) == []
    assert [row["code"] for row in city.rows(city.desk, tables.refusal)] == ["SENDER_MISMATCH"]


def test_a_broken_timer_does_not_stop_the_others_and_is_tried_again(city: City) -> None:
    watch: Any = city.watch.service
    watch.failing.add("m-B")
    city.send(*[submission(ref, START) for ref in "ABC"])
    city.pass_time(HOUR + DAY)
    assert set(city.breached) == {"m-A", "m-C"}
    watch.failing.clear()
    city.pass_time(HOUR)
    assert set(city.breached) == {"m-A", "m-B", "m-C"}


def test_timers_of_one_instant_are_one_batch(city: City) -> None:
    watch: Any = city.watch.service
    city.send(*[submission(f"R{n}", START) for n in range(40)])
    city.pass_time(2 * DAY)
    assert len(city.breached) == 40
    assert max(watch.prepared) == 40


def test_a_passing_fault_leaves_nothing_behind(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any) -> None:
        raise Retry("database gone")

    monkeypatch.setattr(Desk, "on_submitted", gone)
    with pytest.raises(Retry):
        process_batch(city.desk, "intake.inbound", [delivery(submission("A", START))])
    with city.desk.database.begin() as session:
        assert session.execute(select(func.count()).select_from(tables.inbox)).scalar() == 0
        assert outbox.pending(session, 10) == []
