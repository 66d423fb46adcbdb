"""What `deploy/` ships works on the real servers: accounts and their rights, roles and schemas, and the topology as declared."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import amqp
import psycopg
import pytest
from city import SERVICES
from servers import Broker, Missing, installed

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PASSWORD = "only-for-this-test"

Connect = Callable[[str], Any]


def definitions_writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_definitions", DEPLOY / "rabbitmq" / "write_definitions.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A private broker that starts with the shipped definitions; all accounts get a password."""
    if not installed("broker"):
        pytest.fail("rabbitmq-server is not installed; run: apt-get install rabbitmq-server", pytrace=False)
    own = Broker(tmp_path_factory.mktemp("broker"), definitions=DEPLOY / "rabbitmq" / "definitions.json")
    try:
        own.start()
        for user in json.loads((DEPLOY / "rabbitmq" / "definitions.json").read_text())["users"]:
            own.ctl("change_password", user["name"], PASSWORD)
        yield own
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)
    finally:
        own.stop()


@pytest.fixture
def connect(broker: Broker) -> Iterator[Connect]:
    """`connect(account)`: a channel with confirms."""
    opened: list[amqp.Connection] = []

    def as_account(name: str) -> Any:
        connection = amqp.Connection(f"127.0.0.1:{broker.port}", name, PASSWORD, virtual_host="duban", confirm_publish=True)
        connection.connect()
        opened.append(connection)
        return connection.channel()

    yield as_account
    for connection in opened:
        connection.collect()


@pytest.fixture
def roles(database_url: str) -> Iterator[str]:
    """The test's database with the shipped roles and schemas, run by psql as an operator would."""
    psql = shutil.which("psql")
    assert psql, "psql is not installed; run: apt-get install postgresql-client"
    for _ in range(2):  # a second time changes nothing
        subprocess.run([psql, "-q", "-d", database_url, "-f", str(DEPLOY / "postgres" / "roles_and_schemas.sql")], check=True)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for service in SERVICES:
            connection.execute(f"ALTER ROLE {service} PASSWORD '{PASSWORD}'")  # type: ignore[arg-type]
    yield database_url


def as_role(url: str, role: str) -> str:
    host = url.rpartition("@")[2]
    return f"postgresql://{role}:{PASSWORD}@{host}"


def run(service: str, role: str, database: str, broker: Broker) -> subprocess.CompletedProcess[str]:
    url = f"amqp://{service}:{PASSWORD}@127.0.0.1:{broker.port}/duban"
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "DATABASE_URL": as_role(database, service), "AMQP_URL": url}
    return subprocess.run([sys.executable, "-m", service, role], env=environment, capture_output=True, text=True, timeout=60)


def send(channel: Any, exchange: str, key: str, user: str) -> None:
    message = amqp.Message(b"{}", user_id=user, delivery_mode=2)
    channel.basic_publish_confirm(message, exchange, key, mandatory=True)


def test_the_definitions_are_what_the_services_declare() -> None:
    assert (DEPLOY / "rabbitmq" / "definitions.json").read_text() == definitions_writer().text()


def test_no_account_can_log_in_before_it_has_a_password() -> None:
    users = json.loads((DEPLOY / "rabbitmq" / "definitions.json").read_text())["users"]
    assert {user["password_hash"] for user in users} == {""}


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_migrates_and_checks_with_its_own_accounts(roles: str, broker: Broker, service: str) -> None:
    for role in ("migrate", "check"):
        done = run(service, role, roles, broker)
        assert done.returncode == 0, done.stderr


def test_no_role_sees_the_schema_of_another(roles: str, broker: Broker) -> None:
    assert run("escalation", "migrate", roles, broker).returncode == 0
    with psycopg.connect(as_role(roles, "scoring")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM escalation.slip")
    with psycopg.connect(as_role(roles, "scoring")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE SCHEMA another")


def test_a_department_writes_under_its_own_code(connect: Connect) -> None:
    channel = connect("zjj")
    send(channel, "duban.inbound", "ZJJ.completion.claimed.v1", "zjj")
    assert channel.is_open


@pytest.mark.parametrize(
    ("account", "exchange", "key"),
    [
        ("zjj", "duban.inbound", "SLJ.completion.claimed.v1"),
        ("zjj", "duban.inbound", "OFFICE.slip.approved.v1"),
        ("zjj", "duban.inbound", "DUBAN.cut.marked.v1"),
        ("zjj", "duban.events", "escalation.slip.issued.v1.red"),
        ("zjj", "duban.rejected", "SLJ.SCHEMA_INVALID"),
        ("integrator", "duban.inbound", "ZJJ.completion.claimed.v1"),
        ("integrator", "duban.events", "scoring.score.deducted.v1"),
        ("intake", "duban.inbound", "DUBAN.cut.marked.v1"),
        ("notify", "duban.events", "escalation.slip.issued.v1.red"),
        ("scoring", "duban.inbound", "ZJJ.completion.claimed.v1"),
    ],
)
def test_nobody_writes_what_is_not_theirs(connect: Connect, account: str, exchange: str, key: str) -> None:
    channel = connect(account)
    with pytest.raises(amqp.exceptions.AccessRefused):
        send(channel, exchange, key, account)


def test_nobody_speaks_with_the_name_of_another_account(connect: Connect) -> None:
    channel = connect("zjj")
    with pytest.raises(amqp.exceptions.PreconditionFailed, match="user_id"):
        send(channel, "duban.inbound", "ZJJ.completion.claimed.v1", "office")


@pytest.mark.parametrize("account", ["zjj", "office", "integrator"])
def test_nobody_outside_declares_or_binds_anything(connect: Connect, account: str) -> None:
    with pytest.raises(amqp.exceptions.AccessRefused):
        connect(account).queue_declare("", exclusive=True)
    with pytest.raises(amqp.exceptions.AccessRefused):
        connect(account).queue_declare(f"{account}.more", arguments={"x-max-length": 0, "x-overflow": "reject-publish"})
    for exchange in ("duban.events", "duban.inbound", "duban.rejected"):
        with pytest.raises(amqp.exceptions.AccessRefused):
            connect(account).queue_bind(account, exchange, "#")


def test_a_department_hears_its_own_refusals_and_no_others(connect: Connect) -> None:
    ours = connect("intake")
    send(ours, "duban.rejected", "ZJJ.SCHEMA_INVALID", "intake")
    ours.basic_publish_confirm(amqp.Message(b"{}", user_id="intake"), "duban.rejected", "SLJ.SCHEMA_INVALID")
    channel = connect("zjj")
    assert channel.basic_get("zjj", no_ack=True).delivery_info["routing_key"] == "ZJJ.SCHEMA_INVALID"
    assert channel.basic_get("zjj", no_ack=True) is None


def test_an_integrator_hears_slips_and_points_and_nothing_else(connect: Connect) -> None:
    send(connect("intake"), "duban.events", "intake.matter.registered.v1", "intake")
    send(connect("escalation"), "duban.events", "escalation.slip.issued.v1.red", "escalation")
    channel = connect("integrator")
    assert channel.basic_get("integrator", no_ack=True).delivery_info["routing_key"] == "escalation.slip.issued.v1.red"
    assert channel.basic_get("integrator", no_ack=True) is None


def test_no_queue_of_an_outside_account_refuses_what_we_publish() -> None:
    declared = json.loads((DEPLOY / "rabbitmq" / "definitions.json").read_text())["queues"]
    arguments = {queue["name"]: queue["arguments"] for queue in declared}
    assert {name: arguments[name]["x-overflow"] for name in ("zjj", "office", "integrator")} == dict.fromkeys(
        ("zjj", "office", "integrator"), "drop-head"
    )


@pytest.mark.parametrize("account", ["zjj", "integrator", "scoring"])
def test_nobody_reads_the_queue_of_another(connect: Connect, account: str) -> None:
    for queue in ("intake.inbound", "duban.archive" if account != "scoring" else "notify.events", "office"):
        with pytest.raises(amqp.exceptions.AccessRefused):
            connect(account).basic_get(queue, no_ack=True)
