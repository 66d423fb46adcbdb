"""The role `consume` as a real process: nothing is lost, nothing is done twice, whatever ends it."""

from __future__ import annotations

import json
import signal
from typing import Any


def handled(city: Any, expected: list[str]) -> None:
    """Every matter was written down exactly once, and announced exactly once."""
    assert sorted(city.notes()) == sorted(expected)
    assert city.sql("SELECT count(*), count(DISTINCT message_id) FROM outbox WHERE type = 'intake.matter.registered.v1'") == [
        (len(expected), len(expected))
    ]


def test_messages_are_handled_in_the_order_of_the_queue(city: Any) -> None:
    refs = city.publish(*["plain"] * 1200)
    city.start("consume").wait_until_ready()
    city.until(lambda: len(city.notes()) == 1200, "all are handled")
    assert city.notes() == refs


def test_a_kill_between_commit_and_ack_applies_the_batch_once(city: Any) -> None:
    refs = city.publish(*["plain"] * 300)
    assert city.start("consume", module="desk.dies_before_ack").wait() == -signal.SIGKILL
    assert city.notes(), "it died after a commit"
    city.start("consume").wait_until_ready()
    city.until(lambda: city.depth() == 0 and len(city.notes()) == 300, "all are handled")
    handled(city, refs)


def test_sigterm_finishes_the_running_batch_and_its_ack(city: Any) -> None:
    refs = city.publish("slow1.5", "plain")
    consumer = city.start("consume").wait_until_ready()
    city.until(
        lambda: city.sql("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND wait_event = 'PgSleep'"), "it sleeps"
    )
    assert consumer.end(signal.SIGTERM) == 0
    handled(city, refs)
    assert city.depth() == 0, "acknowledged, so not delivered again"
    assert "Traceback" not in consumer.text()


def test_of_two_replicas_one_is_active_and_the_other_takes_over(city: Any) -> None:
    first = city.start("consume").wait_until_ready()
    second = city.start("consume").wait_until_ready()
    refs = city.publish(*["plain"] * 50)
    city.until(lambda: len(city.notes()) == 50, "the first part is handled")
    assert 'consumed_total{queue="desk.inbound"} 50.0' in first.page("/metrics")
    assert 'consumed_total{queue="desk.inbound"} 50.0' not in second.page("/metrics")
    first.end(signal.SIGKILL)
    refs += city.publish(*["plain"] * 50)
    city.until(lambda: len(city.notes()) == 100, "the second has taken over")
    handled(city, refs)


def test_a_message_that_cannot_be_read_is_refused_and_kept_and_the_rest_goes_through(city: Any) -> None:
    city.publish(body=b"\xff\xfe not json")
    refs = city.publish("plain")
    city.publish(body=b'{"specversion":"1.0"}')
    refs += city.publish("plain")
    city.start("consume").wait_until_ready()
    city.until(lambda: len(city.notes()) == 2, "the good ones are handled")
    handled(city, refs)
    city.until(lambda: city.sql("SELECT count(*) FROM refusal") == [(2,)], "the bad ones are refused")
    assert {code for (code,) in city.sql("SELECT code FROM parked")} == {"SCHEMA_INVALID"}
    assert city.sql("SELECT count(*) FROM outbox WHERE exchange = 'duban.rejected'") == [(2,)]


def test_a_message_whose_handler_fails_is_parked_alone(city: Any) -> None:
    refs = city.publish("plain", "plain", "fail", "plain")
    city.start("consume").wait_until_ready()
    city.until(lambda: len(city.notes()) == 3, "the others are handled")
    assert sorted(city.notes()) == sorted(ref for index, ref in enumerate(refs) if index != 2)
    assert city.sql("SELECT code, reason FROM parked") == [("UNPROCESSED", "RuntimeError: this message cannot be handled")]


def test_messages_that_end_the_process_are_found_and_parked_unread(city: Any) -> None:
    titles = ["plain"] * 60
    titles[20] = titles[40] = "kill"
    refs = city.publish(*titles)
    starts = 0
    while len(city.sql("SELECT 1 FROM parked")) < 2 or len(city.notes()) < 58:
        starts += 1
        assert starts < 20, "the killers are isolated within a bounded number of starts"
        consumer = city.start("consume")
        city.until(lambda c=consumer: c.has_ended or len(city.notes()) == 58, "it dies or gets through")
    assert sorted(city.notes()) == sorted(ref for index, ref in enumerate(refs) if index not in (20, 40))
    parked = city.sql("SELECT body FROM parked")
    assert sorted(json.loads(body)["data"]["external_ref"] for (body,) in parked) == sorted((refs[20], refs[40]))


def test_a_database_that_goes_away_is_waited_for(city: Any) -> None:
    consumer = city.start("consume").wait_until_ready()
    first = city.publish("plain")
    city.until(lambda: len(city.notes()) == 1, "it works")
    city.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    second = city.publish("plain")
    city.until(lambda: len(city.notes()) == 2, "it works again")
    handled(city, first + second)
    assert not consumer.has_ended


def test_liveness_answers_while_a_transaction_runs(city: Any) -> None:
    consumer = city.start("consume").wait_until_ready()
    city.publish("slow2")
    city.until(lambda: city.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), "it sleeps")
    assert consumer.page("/livez") == '{"alive": true}'
    assert city.notes() == [], "the answer came while the transaction was still open"


def test_a_second_consumer_on_sqlite_is_refused(city: Any, sqlite_database: Any) -> None:
    settings = {"DATABASE_URL": sqlite_database("desk")}
    assert city.run("migrate", **settings).returncode == 0
    city.start("consume", **settings).wait_until_ready()
    second = city.run("consume", **settings)
    assert second.returncode == 2
    assert "use PostgreSQL" in second.stderr
