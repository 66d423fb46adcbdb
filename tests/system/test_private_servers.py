"""The tests' own servers: side by side without clashing, crashed and started again with their data, gone with their parent."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import amqp
import psycopg
import pytest
from servers import Servers, broker_answers, database_answers, port_answers

PARENT = """
import json, sys
from servers import Servers
servers = Servers(private=True)
print(json.dumps(servers.addresses), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def private() -> Iterator[Servers]:
    with Servers(private=True) as servers:
        yield servers


def port_of(url: str) -> int:
    return int(url.split("@")[1].split(":")[1].split("/")[0])


def test_the_database_keeps_what_was_committed_when_it_crashes(private: Servers) -> None:
    with psycopg.connect(private.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    private.command("crash", "database")
    assert not database_answers(private.database_url)
    private.command("start", "database")
    with psycopg.connect(private.database_url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_the_broker_keeps_what_it_confirmed_when_it_crashes(private: Servers) -> None:
    port = port_of(private.amqp_url)
    with amqp.Connection(f"127.0.0.1:{port}", confirm_publish=True) as connection:
        channel = connection.channel()
        channel.queue_declare("kept", durable=True, auto_delete=False)
        channel.basic_publish_confirm(amqp.Message(b"kept", delivery_mode=2), "", "kept")
    private.command("crash", "broker")
    assert not port_answers(port)
    private.command("start", "broker")
    with amqp.Connection(f"127.0.0.1:{port}") as connection:
        found = connection.channel().basic_get("kept", no_ack=True)
    assert found is not None
    assert bytes(found.body) == b"kept" or found.body == "kept"


def test_they_run_side_by_side_and_end_with_a_parent_that_is_killed(private: Servers) -> None:
    tests = str(Path(__file__).resolve().parents[1])
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {tests!r})\n{PARENT}"]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert parent.stdin
    assert parent.stdout
    assert parent.stderr
    urls = json.loads(parent.stdout.readline())
    assert broker_answers(urls["broker"])
    assert broker_answers(private.amqp_url)
    parent.kill()
    parent.stderr.read()  # open until the keeper, which shares it, has ended
    assert not port_answers(port_of(urls["broker"]))
    assert not database_answers(urls["database"])
    assert broker_answers(private.amqp_url)
    parent.wait()
    for stream in (parent.stdin, parent.stdout, parent.stderr):
        stream.close()
