"""A wrong setting, a missing server or a newer schema is one clear line and exit code 2, in every role, without a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import nursery
import psycopg
import pytest
from city import ROLES, SERVICES
from servers import free_port

EVERY_ROLE = (*ROLES, "api", "migrate", "check")


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`start(service, role, KEY=value, …)`: run a role that is expected to end at once."""

    def run(service: str, role: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **settings}
        return nursery.run(service, [role], environment, tmp_path)

    return run


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a bad start says; `check` says one for each fault, beginning with that of the database."""
    assert done.returncode == 2, (done.returncode, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1 or (done.args[-1] == "check" and all(line.startswith("check: ") for line in lines)), done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


@pytest.mark.parametrize("service", SERVICES)
def test_all_wrong_settings_are_named_at_once(start: Callable[..., subprocess.CompletedProcess[str]], service: str) -> None:
    said = complaint(start(service, "consume", DUBAN_TIK="1", DUBAN_BATCH="many", AMQP_URL="http://x"))
    for wrong in ("DUBAN_TIK", "DUBAN_BATCH", "AMQP_URL", "DATABASE_URL"):
        assert wrong in said
    assert "did you mean DUBAN_TICK" in said


def test_a_wrong_policy_is_named_with_all_its_keys(
    start: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, amqp_url: str, database_url: str
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('servise = "deemed"\nverification = "perhaps"\n')
    said = complaint(start("escalation", "tick", AMQP_URL=amqp_url, DATABASE_URL=database_url, DUBAN_POLICY=str(policy)))
    assert "servise" in said
    assert "verification" in said


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_missing_database_is_named(start: Callable[..., subprocess.CompletedProcess[str]], amqp_url: str, role: str) -> None:
    url = f"postgresql://nobody:secret@127.0.0.1:{free_port()}/nothing"
    said = complaint(start("scoring", role, AMQP_URL=amqp_url, DATABASE_URL=url))
    assert "database" in said.lower()
    assert "secret" not in said


@pytest.mark.parametrize("role", ["migrate", "consume", "check"])
def test_a_missing_broker_is_named(
    start: Callable[..., subprocess.CompletedProcess[str]], amqp_url: str, database_url: str, role: str
) -> None:
    assert start("scoring", "migrate", AMQP_URL=amqp_url, DATABASE_URL=database_url).returncode == 0
    url = f"amqp://guest:secret@127.0.0.1:{free_port()}//"
    said = complaint(start("scoring", role, AMQP_URL=url, DATABASE_URL=database_url))
    assert "broker" in said.lower()
    assert "secret" not in said


IN_TEN_WAYS = """
import json, os, sys
from scoring.__main__ import Settings, build
from service_chassis import cli
for way in json.loads(sys.argv[1]):
    os.environ.clear()
    os.environ.update(way)
    print(cli.run(build, Settings, [way["DUBAN_TEST_ROLE"]]), flush=True)
os.environ.update({"DUBAN_LOG": "debug"})
raise RuntimeError(str(os.environ))
"""


def test_no_bad_start_and_no_crash_tells_a_password(tmp_path: Path, amqp_url: str, database_url: str) -> None:
    """One process fails in ten ways and then for good; none of its lines has a password in it."""
    password, word = "S3cret-pass", "other%40W0rd"
    database = f"postgresql://nobody:{password}@127.0.0.1"
    good = {"AMQP_URL": amqp_url, "DATABASE_URL": database_url, "DUBAN_TEST_ROLE": "check"}
    port = urlsplit(amqp_url).port
    kept = tmp_path / "url"
    kept.write_text(f"amqp://u:{word}@127.0.0.1:{free_port()}//")
    kept.chmod(0o644)
    policy = tmp_path / "policy.toml"
    policy.write_text(f'service = "{password}"')
    ways: list[dict[str, str]] = [
        {"DATABASE_URL": f"{database}:{free_port()}/x"},
        {"DATABASE_URL": f"mysql://nobody:{password}@host/x"},
        {"DATABASE_URL": f"postgresql://nobody:{password}@db.city/x"},
        {"DATABASE_URL": f"{database}:1/x?sslmode={password}"},
        {"AMQP_URL": f"amqp://nobody:{password}@127.0.0.1:{port}//"},
        {"AMQP_URL": f"amqps://nobody:{password}@127.0.0.1:{port}//"},
        {"AMQP_URL": f"amqp://nobody:{password}@[::1"},
        {"AMQP_URL": f"amqp://nobody:{word}@127.0.0.1:{free_port()}//", "AMQP_URL_FILE": str(kept)},
        {"AMQP_URL": "", "AMQP_URL_FILE": str(kept)},
        {"DUBAN_POLICY": str(policy)},
    ]
    done = subprocess.run(
        [sys.executable, "-c", IN_TEN_WAYS, json.dumps([good | {"AMQP_URL": amqp_url} | way for way in ways])],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.split() == ["2"] * 10, done.stderr
    assert done.returncode == 1, "the crash at the end"
    said = done.stderr
    assert "RuntimeError" in said
    for form in (password, word, "other@W0rd"):
        assert form not in said
    assert len(said.splitlines()) > 10


@pytest.mark.parametrize("role", ["consume", "tick", "relay", "api", "check"])
def test_a_database_without_a_schema_asks_for_migrate(
    start: Callable[..., subprocess.CompletedProcess[str]], amqp_url: str, database_url: str, role: str
) -> None:
    assert "migrate" in complaint(start("intake", role, AMQP_URL=amqp_url, DATABASE_URL=database_url))


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_database_of_a_newer_schema_is_left_alone(
    start: Callable[..., subprocess.CompletedProcess[str]], amqp_url: str, database_url: str, role: str
) -> None:
    assert start("notify", "migrate", AMQP_URL=amqp_url, DATABASE_URL=database_url).returncode == 0
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE notify.alembic_version SET version_num = '9999'")
    assert "newer" in complaint(start("notify", role, AMQP_URL=amqp_url, DATABASE_URL=database_url))
