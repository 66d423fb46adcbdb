"""The role `hooks` in a process of its own: from the stream of a real broker to a receiver behind TLS, and through a kill."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nursery
import orjson
import pytest
from certificates import Authority
from ground_rules.policy import load_policy
from notify.commands import COMMANDS
from notify.config import Settings
from notify.service import Notify
from notify.webhooks.bodies import CHALLENGE
from notify.webhooks.targets import read_rules
from service_chassis.cli import NO_BROKER
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime
from service_chassis.errors import ConfigError
from service_chassis.messaging import topology
from service_chassis.messaging.connection import Broker, close, connect
from service_chassis.messaging.envelope import Outgoing
from service_chassis.messaging.publisher import Publisher
from service_chassis.persistence import migrations
from service_chassis.persistence.database import Database
from standardwebhooks import Webhook
from webhook_receiver import Receiver, receiving

NOTHING: dict[str, Any] = {"database_url": "sqlite://", "amqp_url": NO_BROKER}


class Desk:
    """What an operator has: the settings, the commands, the process."""

    def __init__(self, folder: Path, database_url: str, amqp_url: str, port: int, authority: Authority) -> None:
        self.began = datetime.now(UTC)  # the receiver verifies on the machine's clock, within five minutes
        self.clock, self.database = folder / "clock", Database(database_url, "notify")
        self.targets = f"127.0.0.0/8:{port},[::1/128]:{port}"
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("DUBAN_")} | {
            "DATABASE_URL": database_url,
            "AMQP_URL": amqp_url,
            "DUBAN_CLOCK": f"file:{self.clock}",
            "DUBAN_TICK": "0.05",
            "DUBAN_WEBHOOK_TARGETS": self.targets,
            "DUBAN_WEBHOOK_CA": str(authority.file),
        }
        self.set_clock(self.began)
        migrations.migrate(self.database, Notify.MIGRATIONS)

    def set_clock(self, now: datetime) -> None:
        (self.clock.with_suffix(".new")).write_text(now.isoformat())
        self.clock.with_suffix(".new").rename(self.clock)

    def run(self, *words: str) -> None:
        """A command of the operator, in this process."""
        policy = load_policy()
        runtime = Runtime(Notify(policy), self.database, VirtualClock(self.began))
        station: Any = SimpleNamespace(runtime=runtime, settings=Settings(webhook_targets=read_rules(self.targets), **NOTHING))
        assert COMMANDS["webhooks"].run(station, policy, words) == 0

    def hooks(self) -> nursery.Child:
        return nursery.spawn("notify", ["hooks"], self.environment, self.clock.parent, self.clock.with_suffix(".log"))


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[Receiver, Authority]]:
    authority = Authority(tmp_path)
    with receiving(authority.issue("localhost")) as found:
        yield found, authority


def publish(amqp_url: str, *ids: str) -> None:
    publisher, now = Publisher(Broker(amqp_url), "test"), datetime.now(UTC).isoformat()
    for id_ in ids:
        event = {"id": id_, "type": "escalation.slip.issued.v1", "subject": "m1", "recordedtime": now, "data": {}}
        key = "escalation.slip.issued.v1.red"
        publisher.publish([Outgoing("duban.events", key, orjson.dumps(event), headers={})])
    publisher.drop()


def calls(receiver: Receiver) -> list[str]:
    """The ids of the events that came, in order."""
    return [headers["webhook-id"] for _, headers, body in receiver.seen if CHALLENGE.encode() not in body]


def test_a_killed_sender_sends_the_same_ids_again_and_the_receiver_verifies_each(
    tmp_path: Path, database_url: str, amqp_url: str, receiver: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    found, authority = receiver
    opened = connect(Broker(amqp_url), "test")
    topology.of_service(Notify).declare(opened)
    close(opened)
    desk = Desk(tmp_path, database_url, amqp_url, found.port, authority)
    desk.run("add", "board", f"https://localhost:{found.port}/held", "--hear", "escalation.slip.issued.#")
    found.secret = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("whsec_"))
    desk.run("enable", "board")
    found.well = False
    first = desk.hooks()
    try:
        found.await_seen(lambda seen: len(seen) == 1)  # the challenge
        publish(amqp_url, "e1", "e2")
        found.await_seen(lambda _: calls(found) == ["e1"])
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait(30)
    found.well = True
    desk.set_clock(desk.began + timedelta(minutes=3))
    second = desk.hooks()
    try:
        publish(amqp_url, "e3")
        found.await_seen(lambda _: calls(found) == ["e1", "e1", "e2", "e3"])
    finally:
        second.send_signal(signal.SIGTERM)
    assert second.wait(60) == 0
    capsys.readouterr()
    desk.run("deliveries", "board")
    log = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    found_log = [(line["event_id"], line["state"], line["attempts"]) for line in log]
    assert found_log == [("e3", "DELIVERED", 1), ("e2", "DELIVERED", 1), ("e1", "DELIVERED", 2)]
    desk.database.close()
    _, headers, body = found.seen[1]
    assert Webhook(found.secret).verify(body, headers)["id"] == "e1"


def test_hooks_says_at_the_start_what_it_lacks(sqlite_database: Any) -> None:
    database = Database(sqlite_database("notify"), "notify")
    for amqp_url, said in ((NO_BROKER, "AMQP_URL"), ("amqp://127.0.0.1:1", "PostgreSQL")):
        station: Any = SimpleNamespace(
            runtime=SimpleNamespace(database=database), settings=SimpleNamespace(amqp_url=amqp_url), health=None
        )
        with pytest.raises(ConfigError, match=said):
            COMMANDS["hooks"].run(station, None, [])
    with pytest.raises(ConfigError, match="no further words"):
        COMMANDS["hooks"].run(station, None, ["now"])
    database.close()
