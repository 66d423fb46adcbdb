"""The receivers of `examples/join` verify what we sign, prove what we challenge them with, and take an event once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from notify.webhooks import bodies, signing
from notify.webhooks.egress import Egress, Lost, Reply
from notify.webhooks.targets import Rules, read_rules

JOIN = Path(__file__).resolve().parents[3] / "examples" / "join"
SECRET = signing.new_secret()
EVENT = orjson.dumps({"id": "e1", "type": "escalation.slip.issued.v1", "time": "2026-03-02T09:00:00+08:00", "subject": "m1"})


@contextmanager
def started(program: list[str]) -> Iterator[tuple[Callable[..., Reply | Lost], subprocess.Popen[str]]]:
    """`post(body, …)` to a receiver that runs."""
    environment = {**os.environ, "WEBHOOK_SECRET": SECRET, "PORT": "0"}
    process = subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline().split()[-1])
        rules = Rules(openings=read_rules(f"127.0.0.1/32:{port}").openings, plain=True)
        out = Egress(rules=rules, resolve=lambda _h, _p: ["127.0.0.1"])

        def post(body: bytes, secret: str = SECRET, age: timedelta = timedelta(), **headers: str) -> Reply | Lost:
            signed = signing.headers([secret], "e1", datetime.now(UTC) - age, body)
            return out.post(f"http://receiver.example:{port}/", body, {**signed, **headers})

        yield post, process
    finally:
        process.kill()
        process.wait()


def check_receiver(program: list[str]) -> None:
    with started(program) as (post, process):
        challenged = post(bodies.challenge("c1", "a word", "2026-03-02T09:00:00+08:00"))
        assert isinstance(challenged, Reply)
        assert signing.proves([SECRET], "a word", orjson.loads(challenged.body)["proof"])
        statuses = [post(EVENT), post(EVENT), post(EVENT, signing.new_secret()), post(EVENT, age=timedelta(minutes=9))]
        statuses += [post(EVENT, **{"webhook-signature": "nonsense"}), post(EVENT, **{"webhook-timestamp": "soon"})]
        assert [answer.status for answer in statuses if isinstance(answer, Reply)] == [200, 200, 401, 401, 401, 401]
        process.terminate()
        told = process.communicate(timeout=30)[0]
    assert [line.split()[1] for line in told.splitlines()] == [bodies.CHALLENGE, "escalation.slip.issued.v1"]


def test_the_receiver_in_python() -> None:
    check_receiver([sys.executable, str(JOIN / "receiver.py")])


@pytest.mark.needs_node
def test_the_receiver_in_javascript(tmp_path: Path) -> None:
    if not shutil.which("npm"):
        pytest.skip("Node is not on this machine")
    for name in ("receiver.mjs", "package.json", "package-lock.json"):
        shutil.copy(JOIN / name, tmp_path / name)
    got = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=tmp_path, capture_output=True, text=True, check=False)
    if got.returncode:
        pytest.skip(f"standardwebhooks cannot be had here: {got.stderr[-200:]}")
    check_receiver(["node", str(tmp_path / "receiver.mjs")])
