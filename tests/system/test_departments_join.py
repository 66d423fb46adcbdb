"""A department and a reader of events join a running city: the programs of `examples/join`, with the rights of their accounts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import amqp
import pytest
from city import SETTLE_SECONDS, City, Place, running
from click.testing import CliRunner
from duban.cli import main
from servers import Broker, Missing
from service_chassis.messaging import accounts, policies
from service_chassis.messaging.management import Management

ROOT = Path(__file__).resolve().parents[2]
JOIN = ROOT / "examples" / "join"
ADMIN = "only-for-this-test"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker with the shipped definitions, its management, and one account that may do everything."""
    own = Broker(
        tmp_path_factory.mktemp("broker"),
        plugins=("rabbitmq_management",),
        definitions=ROOT / "deploy" / "rabbitmq" / "definitions.json",
    )
    try:
        own.start()
        own.ctl("add_user", "admin", ADMIN)
        own.ctl("set_user_tags", "admin", "administrator")
        own.ctl("set_permissions", "-p", "duban", "admin", ".*", ".*", ".*")
        yield own
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)
    finally:
        own.stop()


@pytest.fixture(scope="module")
def city(broker: Broker, module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """One running city for all of these tests; nobody's clock matters here."""
    url = f"amqp://admin:{ADMIN}@127.0.0.1:{broker.port}/duban"
    with running(City(url, module_database_url, tmp_path_factory.mktemp("city"))) as started:
        started.set_clock(datetime.now(UTC))
        started.await_ready()
        yield started


@pytest.fixture
def account(broker: Broker) -> Callable[..., str]:
    """`account(name, *options)`: made as an operator would; returns the address that its owner uses."""

    def make(name: str, *options: str) -> str:
        management = f"http://admin:{ADMIN}@127.0.0.1:{broker.management_port}"
        done = CliRunner().invoke(main, ["account", name, *options, "--management", management])
        assert done.exit_code == 0, done.output
        password = done.output.partition("密码 password  ")[2].split()[0]
        return f"amqp://{name}:{quote(password)}@127.0.0.1:{broker.port}/duban"

    return make


def run(program: list[str], url: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "AMQP_URL": url, "WAIT": "2", **more}
    return subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60, check=False)


def python(name: str) -> list[str]:
    return [sys.executable, str(JOIN / name)]


def heard(program: list[str], url: str, wanted: Callable[[str], bool], **more: str) -> str:
    """What a program printed, as soon as it is what is `wanted`; it is started again until then."""
    told, limit = "", time.monotonic() + SETTLE_SECONDS
    while not wanted(told):
        assert time.monotonic() < limit, f"not heard: {told}"
        done = run(program, url, **more)
        assert done.returncode == 0, done.stderr
        told += done.stdout
    return told


def test_a_department_joins_with_two_messages_and_a_reader_hears_of_it(city: City, account: Callable[..., str]) -> None:
    reader = account("wall", "--hear", "intake.#")
    done = run(python("department.py"), account("slj", "--unit", "SLJ"), UNIT="SLJ")
    assert (done.returncode, done.stderr) == (0, "")
    assert "refused" not in done.stdout
    reference = done.stdout.split()[-1]
    told = heard(python("reader.py"), reader, lambda text: "intake.progress.reported.v1" in text)
    registered = next(line for line in told.splitlines() if "intake.matter.registered.v1" in line)
    data = json.loads(registered.split(maxsplit=2)[2])
    assert (data["external_ref"], data["submitted_by"]) == (reference, "SLJ")


def test_an_account_cannot_speak_for_another_unit(city: City, account: Callable[..., str]) -> None:
    done = run(python("department.py"), account("hbj", "--unit", "HBJ"), UNIT="ZJJ")
    assert done.returncode != 0
    assert "ACCESS_REFUSED" in done.stderr


def test_what_is_wrong_comes_back_with_the_field_at_fault(city: City, account: Callable[..., str], tmp_path: Path) -> None:
    program = (JOIN / "department.py").read_text("utf-8").replace('"percent": 30', '"percent": 300')
    (tmp_path / "wrong.py").write_text(program, "utf-8")
    url = account("jtj", "--unit", "JTJ")
    told = heard([sys.executable, str(tmp_path / "wrong.py")], url, lambda text: "refused" in text, UNIT="JTJ")
    assert "refused: SCHEMA_INVALID" in told
    assert "/data/percent" in told


def test_an_account_that_exists_is_not_changed_unless_told_to(account: Callable[..., str], broker: Broker) -> None:
    first = account("wjw", "--unit", "WJW")
    management = f"http://admin:{ADMIN}@127.0.0.1:{broker.management_port}"
    done = CliRunner().invoke(main, ["account", "wjw", "--unit", "WJW", "--management", management])
    assert (done.exit_code, "--again" in done.output) == (2, True)
    assert account("wjw", "--unit", "WJW", "--again") != first


def test_a_management_that_refuses_is_named(broker: Broker) -> None:
    management = f"http://admin:wrong@127.0.0.1:{broker.management_port}"
    done = CliRunner().invoke(main, ["account", "nyj", "--unit", "NYJ", "--management", management])
    assert done.exit_code == 2
    assert "401" in done.output


# ---- the queue of an account is bounded, and `check` sees to it


def managed(broker: Broker) -> Management:
    """The broker as its operator asks it."""
    return Management(f"http://admin:{ADMIN}@127.0.0.1:{broker.management_port}")


def apply(broker: Broker, queue: str, definition: dict[str, Any], *, operator: bool = False) -> None:
    """A policy of an operator's own on a single queue."""
    made = replace(policies.OUTSIDE, name=f"own-{queue}", pattern=f"^{re.escape(queue)}$", definition=definition, priority=10)
    rows = {"parameters": [made.ceiling("duban")]} if operator else {"policies": [made.row("duban")]}
    managed(broker).ask("/api/definitions", rows)


def put(broker: Broker, queue: str, count: int) -> list[str]:
    """Publish numbered messages into a queue, each confirmed; what is in it then."""
    with closing(amqp.Connection(f"127.0.0.1:{broker.port}", "admin", ADMIN, virtual_host="duban", confirm_publish=True)) as to:
        to.connect()
        channel = to.channel()
        for number in range(count):
            channel.basic_publish_confirm(amqp.Message(str(number)), "", queue)
        left = channel.queue_declare(queue, passive=True).message_count
        return [channel.basic_get(queue, no_ack=True).body for _ in range(left)]


def test_a_full_queue_of_an_account_drops_its_oldest_and_refuses_nothing(account: Callable[..., str], broker: Broker) -> None:
    account("slow", "--hear", "nothing.#")
    apply(broker, "slow", {"max-length": 3})
    assert put(broker, "slow", 8) == ["5", "6", "7"]


def test_an_operators_policy_does_not_get_past_the_ceiling(account: Callable[..., str], broker: Broker) -> None:
    account("greedy", "--hear", "nothing.#")
    apply(broker, "greedy", {"max-length": 5_000_000})
    apply(broker, "greedy", {"max-length": 2}, operator=True)
    assert put(broker, "greedy", 4) == ["2", "3"]


def test_a_queue_that_would_stop_the_city_is_found_by_check_and_told_to_whoever_makes_it(
    city: City, account: Callable[..., str], broker: Broker
) -> None:
    """The bad sample of the two above: a policy can make an outside queue refuse what our relays publish."""
    assert managed(broker).complaints("duban") == []
    managed(broker).ask("/api/definitions", {"users": [accounts.user("watcher", accounts.hashed(ADMIN, b"salt"), "management")]})
    apply(broker, "stubborn", {"max-length": 1, "overflow": "reject-publish"})
    made = CliRunner().invoke(main, ["account", "stubborn", "--hear", "nothing.#", "--management", managed(broker).url])
    assert "warning: queue stubborn (policy own-stubborn) has overflow reject-publish instead of drop-head" in made.output
    with pytest.raises(amqp.exceptions.MessageNacked):
        put(broker, "stubborn", 5)
    watcher = f"http://watcher:{ADMIN}@127.0.0.1:{broker.management_port}"
    environment = city.environment | {"DUBAN_MANAGEMENT_URL": watcher}
    command = [sys.executable, "-m", "intake", "check"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "queue stubborn (policy own-stubborn) has overflow reject-publish" in done.stderr


@pytest.mark.needs_node
def test_the_same_in_javascript(city: City, account: Callable[..., str], tmp_path: Path) -> None:
    if not shutil.which("npm"):
        pytest.skip("Node is not on this machine")
    for name in ("department.mjs", "reader.mjs", "package.json", "package-lock.json"):
        shutil.copy(JOIN / name, tmp_path / name)
    got = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=tmp_path, capture_output=True, text=True, check=False)
    if got.returncode:
        pytest.skip(f"amqplib cannot be had here: {got.stderr[-200:]}")
    reader = account("screen", "--hear", "intake.matter.#")
    done = run(["node", str(tmp_path / "department.mjs")], account("mzj", "--unit", "MZJ"), UNIT="MZJ")
    assert done.returncode == 0, done.stderr
    reference = done.stdout.split()[1]
    heard(["node", str(tmp_path / "reader.mjs")], reader, lambda text: reference in text)


def over_http() -> str:
    """The commands of the guide."""
    text = (ROOT / "docs" / "integrators.md").read_text("utf-8").partition("## Over HTTP")[2]
    return text.partition("```sh\n")[2].partition("```")[0]


def test_a_department_joins_with_curl_as_the_guide_says(city: City, account: Callable[..., str], tmp_path: Path) -> None:
    reader = account("gazette", "--hear", "intake.#")
    made = subprocess.run(
        [sys.executable, "-m", "intake", "keys", "create", "--unit", "NYJ", "--by", "陈立"],
        env=city.environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    place = Place("intake", "api", 0)
    city.run(place)
    limit = time.monotonic() + SETTLE_SECONDS
    while not (found := re.search(r"http://127\.0\.0\.1:\d+", city.log(place))):
        assert time.monotonic() < limit, city.log(place)
    named = {"INTAKE": found.group(), "KEY": made.stdout.strip(), "UNIT": "NYJ", "PATH": os.environ["PATH"]}
    for _ in range(2):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", over_http()], env=named, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    answers = [json.loads(line) for line in done.stdout.replace("}{", "}\n{").splitlines()]
    assert [answer.get("state") for answer in answers] == ["ACCEPTED", "ACCEPTED", None, "ACCEPTED"]
    assert [(row["external_ref"], row["units"]) for row in answers[2]["items"]] == [("2026-001", ["NYJ"])]
    assert (tmp_path / "ledger.xlsx").read_bytes()[:2] == b"PK"
    told = heard(python("reader.py"), reader, lambda text: "intake.progress.reported.v1" in text)
    own = [line.split()[1] for line in told.splitlines() if answers[0]["matter_id"] in line]
    assert own.count("intake.matter.registered.v1") == own.count("intake.progress.reported.v1") == 1, told
