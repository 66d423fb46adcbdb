"""What the README shows works as it stands there."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from city import City
from kombu import Connection
from service_chassis.clock import SystemClock
from source_tree import ROOT

PAGES = ("README.md", "README.zh-CN.md")
QUEUE = "my-office"
"""The name of the queue in the example."""


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def environment(amqp_url: str) -> Iterator[dict[str, str]]:
    """What the examples read; their queue is gone afterwards."""
    yield {**os.environ, "AMQP_URL": amqp_url, "PYTHONUNBUFFERED": "1"}
    with Connection(amqp_url) as connection, connection.channel() as channel:
        channel.queue_delete(QUEUE)


def run(code: str, environment: dict[str, str]) -> None:
    """A program of its own, which must end well."""
    subprocess.run([sys.executable, "-W", "error::SyntaxWarning", "-c", code], env=environment, check=True, timeout=60)


def test_the_first_event_reaches_the_first_subscriber(city: Callable[..., City], environment: dict[str, str]) -> None:
    running = city()
    running.set_clock(SystemClock().now())
    running.await_ready()
    publish, subscribe = blocks("README.md", "python")
    run(subscribe.partition("with ")[0] + "queue(broker.channel()).declare()", environment)  # so that nothing is missed
    run(publish, environment)
    with subprocess.Popen([sys.executable, "-c", subscribe], env=environment, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        events = [json.loads(reader.stdout.readline()) for _ in range(3)]
        reader.kill()
    assert {event["type"] for event in events} == {
        "intake.matter.registered.v1",
        "intake.assignment.dispatched.v1",
        "notify.notice.dispatched.v1",
    }
    assert {event["data"]["external_ref"] for event in events} == {"ZJJ-2026-001"}


def test_both_languages_show_the_same_programs() -> None:
    english, chinese = ([block for kind in ("python", "console", "text") for block in blocks(page, kind)] for page in PAGES)
    assert english == chinese


def test_the_examples_are_five_statements_at_most() -> None:
    counts = [len(ast.parse(block).body) for block in blocks("README.md", "python")]
    assert counts
    assert max(counts) <= 5


def test_the_rehearsal_prints_what_the_page_shows(tmp_path: Path) -> None:
    (shown,) = blocks("README.md", "console")
    command, _, output = shown.partition("\n")
    words = command.removeprefix("$ ").replace("var/ac03", str(tmp_path)).split()
    done = subprocess.run([str(ROOT / words[0]), *words[1:]], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.replace(str(tmp_path), "var/ac03") == output
