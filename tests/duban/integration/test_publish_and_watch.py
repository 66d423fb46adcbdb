"""`duban publish` and `duban watch` on a real broker, as a department and an integrator use them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import amqp
import pytest
from click.testing import CliRunner, Result
from duban.cli import main
from service_chassis.messaging.client import Subscription
from service_chassis.messaging.connection import Broker, Connection, close, connect
from service_chassis.messaging.envelope import Outgoing
from service_chassis.messaging.publisher import Publisher
from service_chassis.messaging.topology import Queue, Topology, archive, exchanges


@pytest.fixture
def broker(amqp_url: str) -> Iterator[Connection]:
    """A connection to a broker that has our exchanges and a queue for everything inbound."""
    connection = connect(Broker(amqp_url), "test")
    queue = Queue("intake.inbound", {"x-queue-type": "quorum"}, (("duban.inbound", "#"),))
    Topology(exchanges(), (queue,)).declare(connection)
    yield connection
    close(connection)


def taken(connection: Connection, queue: str = "intake.inbound") -> list[Any]:
    """Everything that is in a queue."""
    channel, found = connection.channel(), []
    while (message := channel.basic_get(queue, no_ack=True)) is not None:
        found.append(message)
    return found


def event(number: int, source: str = "/office") -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"m-{number}",
        "source": source,
        "type": "matter.submitted.v1",
        "time": "2026-03-02T09:00:00+08:00",
        "data": {"title": f"第{number}件"},
    }


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: dict[str, Any] | str) -> Path:
        path = tmp_path / "events.jsonl"
        texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
        path.write_text("\n".join(texts) + "\n", "utf-8")
        return path

    return write


def duban(url: str, *arguments: object) -> Result:
    return CliRunner(env={"AMQP_URL": url}).invoke(main, [str(argument) for argument in arguments])


def test_messages_arrive_in_order_persistent_with_routing_key_account_and_the_bytes_of_the_file(
    broker: Connection, amqp_url: str, file: Callable[..., Path]
) -> None:
    events = [event(n, "/units/ZJJ" if n % 2 else "/office") for n in range(2500)]
    result = duban(amqp_url, "publish", file(*events))
    assert result.exit_code == 0 and "2,500" in result.stderr
    arrived = taken(broker)
    assert [json.loads(message.body) for message in arrived] == events
    assert {message.delivery_info["routing_key"] for message in arrived} == {
        "ZJJ.matter.submitted.v1",
        "OFFICE.matter.submitted.v1",
    }
    properties = arrived[0].properties
    assert properties["user_id"] == Broker(amqp_url).account
    assert (properties["message_id"], properties["type"], properties["delivery_mode"]) == ("m-0", "matter.submitted.v1", 2)
    assert properties["content_type"] == "application/cloudevents+json"


def test_only_the_messages_of_one_sender_can_be_sent(broker: Connection, amqp_url: str, file: Callable[..., Path]) -> None:
    assert duban(amqp_url, "publish", file(event(1), event(2, "/units/ZJJ")), "--as", "ZJJ").exit_code == 0
    assert [json.loads(message.body)["id"] for message in taken(broker)] == ["m-2"]


def test_a_line_that_is_no_message_is_named_and_the_rest_is_sent(
    broker: Connection, amqp_url: str, file: Callable[..., Path]
) -> None:
    result = duban(amqp_url, "publish", file(event(1), "nonsense", event(3)))
    assert result.exit_code == 0 and "events.jsonl:2: not JSON" in result.stderr
    assert [json.loads(message.body)["id"] for message in taken(broker)] == ["m-1", "m-3"]


def test_without_our_exchanges_publishing_is_one_clear_line(amqp_url: str, file: Callable[..., Path]) -> None:
    result = duban(amqp_url, "publish", file(event(1)))
    assert result.exit_code == 2
    assert result.stderr.strip().startswith("duban: ") and "duban.inbound" in result.stderr


def test_without_a_queue_for_them_messages_are_not_dropped_silently(amqp_url: str, file: Callable[..., Path]) -> None:
    connection = connect(Broker(amqp_url), "test")
    Topology(exchanges(), ()).declare(connection)
    close(connection)
    result = duban(amqp_url, "publish", file(event(1)))
    assert result.exit_code == 2 and "start the services first" in result.stderr


def test_without_our_exchanges_watching_is_one_clear_line(amqp_url: str) -> None:
    result = duban(amqp_url, "watch", "#")
    assert result.exit_code == 2 and "duban.events" in result.stderr


def test_a_subscription_gets_what_matches_its_pattern_and_nothing_else(broker: Connection, amqp_url: str) -> None:
    subscription = Subscription(Broker(amqp_url), "test", "duban.events", "escalation.slip.issued.#")
    channel = broker.channel()
    for key in ("escalation.slip.issued.v1.yellow", "escalation.slip.lifted.v1.yellow", "escalation.slip.issued.v1.red"):
        channel.basic_publish(amqp.Message(key.encode()), "duban.events", key)
    found = (one for one in subscription.events() if one is not None)
    assert [next(found), next(found)] == [
        ("escalation.slip.issued.v1.yellow", b"escalation.slip.issued.v1.yellow"),
        ("escalation.slip.issued.v1.red", b"escalation.slip.issued.v1.red"),
    ]
    subscription.close()


def test_watching_prints_readable_lines_until_the_count_is_reached(broker: Connection, amqp_url: str) -> None:
    slip = {
        "id": "e-1",
        "type": "escalation.slip.issued.v1",
        "time": "2026-03-17T00:30:00Z",
        "data": {"unit": "ZJJ", "colour": "YELLOW", "renewal": 0, "title": "积水点整治", "reason": "到期未办结"},
    }
    program = "from duban.cli import main; main()"
    command = [sys.executable, "-c", program, "watch", "escalation.slip.#", "--count", "2", "--url", amqp_url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        channel, body = broker.channel(), json.dumps(slip).encode()
        channel.confirm_select()
        while process.poll() is None:  # what is published before the watcher listens is not for it
            channel.basic_publish_confirm(amqp.Message(body), "duban.events", "escalation.slip.issued.v1.yellow")
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    lines = out.splitlines()
    assert process.returncode == 0, err
    assert len(lines) == 2
    assert lines[0].startswith("2026-03-17 08:30 市住建局 黄单签发 yellow issued《积水点整治》 — 到期未办结")


def archived(number: int, day: str) -> Outgoing:
    body = json.dumps({"id": f"e-{number}", "recordedtime": f"{day}T01:00:00Z"}).encode()
    return Outgoing("duban.events", "scoring.score.deducted.v1" if number % 2 else "escalation.slip.issued.v1.red", body, {})


def test_the_archive_is_shown_from_a_day_on_as_often_as_one_likes(broker: Connection, amqp_url: str) -> None:
    Topology(exchanges(), (archive(),)).declare(broker)
    publisher = Publisher(Broker(amqp_url), "test")
    publisher.publish(
        [archived(1, "2026-03-02"), archived(2, "2026-03-02"), archived(3, "2026-03-03"), archived(4, "2026-03-03")]
    )
    publisher.drop()
    for _ in range(2):
        shown = duban(amqp_url, "watch", "escalation.slip.#", "--from", "2026-03-03", "--json", "--count", "1")
        assert [json.loads(line)["id"] for line in shown.stdout.splitlines()] == ["e-4"]
    everything = duban(amqp_url, "watch", "--from", "2026-03-01", "--json", "--count", "4")
    assert [json.loads(line)["id"] for line in everything.stdout.splitlines()] == ["e-1", "e-2", "e-3", "e-4"]


def test_without_an_archive_watching_it_says_so(broker: Connection, amqp_url: str) -> None:
    shown = duban(amqp_url, "watch", "--from", "2026-03-01")
    assert (shown.exit_code, "duban.archive" in shown.stderr) == (2, True)
