"""What `deploy/` ships works on the real servers: accounts and their rights, roles and schemas, and the topology as declared."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import amqp
import covert
import nursery
import psycopg
import pytest
import runbooks
import tls
from city import SERVICES, assert_same, read, running
from click.testing import CliRunner, Result
from deployed import DEPLOY, PASSWORD, Secret, SecretCity, as_role, over_tls
from duban.cli import main
from duban.rehearse import Rehearsal, policy_from, rehearse
from ears import listening_to, outside_intake
from ground_rules.policy import Policy
from open_doors import doors_of
from runbook_desk import Desk
from secrecy import traces
from servers import Broker, Missing, installed
from service_chassis import config
from service_chassis.certificates import Ends
from service_chassis.clock import VirtualClock
from service_chassis.delivery import Runtime
from service_chassis.messaging import accounts
from service_chassis.persistence.database import Database, Tls

from duban import chain

Connect = Callable[[str], Any]
Start = Callable[..., subprocess.CompletedProcess[str]]


def with_passwords(folder: Path) -> Path:
    """The shipped definitions with a password for every account, and the account `guest` for what the tests look at."""
    shipped = json.loads((DEPLOY / "rabbitmq" / "definitions.json").read_text())
    for name, tags in (("guest", ["administrator"]), ("leaked", [])):
        shipped["users"].append({"name": name, "tags": tags})
        shipped["permissions"].append({"user": name, "vhost": "duban", "configure": ".*", "write": ".*", "read": ".*"})
    for user in shipped["users"]:
        user["password_hash"] = accounts.hashed(PASSWORD, b"salt")
    copy = folder / "definitions.json"
    copy.write_text(json.dumps(shipped))
    return copy


def definitions_writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_definitions", DEPLOY / "rabbitmq" / "write_definitions.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ground() -> Iterator[Path]:
    """A folder that the user `postgres` gets through to, which it does not to pytest's where we are root."""
    with tempfile.TemporaryDirectory(prefix="duban-deployment-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def made(ground: Path) -> tls.Files:
    """A certificate authority of this module, and what it issued."""
    return tls.files(ground / "tls")


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory, made: tls.Files) -> Iterator[Secret]:
    """A private broker that starts with the shipped configuration and definitions; all accounts get a password."""
    if not installed("broker"):
        pytest.fail("rabbitmq-server is not installed; run: apt-get install rabbitmq-server", pytrace=False)
    try:
        with tls.broker(tmp_path_factory.mktemp("broker"), made, with_passwords(tmp_path_factory.mktemp("d"))) as (own, port):
            yield Secret(own, port)
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def broker(secret: Secret) -> Broker:
    return secret.broker


@pytest.fixture(scope="module")
def cluster(ground: Path, made: tls.Files) -> Iterator[str]:
    """A private PostgreSQL with the shipped configuration and the database `duban`: the URL of its superuser."""
    if not installed("database"):
        pytest.fail("PostgreSQL is not installed; run: apt-get install postgresql", pytrace=False)
    try:
        with tls.database(ground / "cluster", made) as own:
            with psycopg.connect(own.url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE duban")
            yield own.url.removesuffix("postgres") + "duban"
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)


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


@pytest.fixture(scope="module")
def roles(cluster: str) -> str:
    """The database with the shipped roles and schemas, run by psql as an operator would: the URL of its superuser."""
    psql = shutil.which("psql")
    assert psql, "psql is not installed; run: apt-get install postgresql-client"
    for _ in range(2):  # a second time changes nothing
        subprocess.run([psql, "-q", "-d", cluster, "-f", str(DEPLOY / "postgres" / "roles_and_schemas.sql")], check=True)
    with psycopg.connect(cluster, autocommit=True) as connection:
        for role in (*SERVICES, *(f"{service}_owner" for service in SERVICES), "auditor"):
            connection.execute(f"ALTER ROLE {role} PASSWORD '{PASSWORD}'")  # type: ignore[arg-type]
    return cluster


@pytest.fixture(scope="module")
def start(roles: str, secret: Secret, made: tls.Files) -> Start:
    """`start(service, role, KEY=value, …)`: over TLS to both servers, with the service's own accounts."""

    def run(service: str, role: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            **over_tls(service, role, roles, secret.port, made),
            **settings,
        }
        return nursery.run(service, [role], environment, Path.cwd())

    return run


@pytest.fixture(scope="module")
def migrated(start: Start) -> None:
    """The schemas and rights of all services."""
    for service in SERVICES:
        done = start(service, "migrate")
        assert done.returncode == 0, done.stderr
        assert f"rights granted to {service}" in done.stdout


@contextmanager
def role_of(url: str, role: str) -> Iterator[psycopg.Connection]:
    """A session of this role; what it does is rolled back."""
    with psycopg.connect(as_role(url, role)) as connection:
        yield connection
        connection.rollback()


NOBODYS = b'{"id": "none", "source": "/nobody", "type": "none", "time": "2000-01-01T00:00:00Z", "data": {}}'
"""An event that stays in the archive, where the runbook of a restore finds it."""


def send(channel: Any, exchange: str, key: str, user: str) -> None:
    message = amqp.Message(NOBODYS, user_id=user, delivery_mode=2)
    channel.basic_publish_confirm(message, exchange, key, mandatory=True)


@pytest.mark.parametrize("name", ["definitions.json", "policies.json"])
def test_the_definitions_are_what_the_services_declare(name: str) -> None:
    assert (DEPLOY / "rabbitmq" / name).read_text() == definitions_writer().text(name)


def test_no_account_can_log_in_before_it_has_a_password() -> None:
    users = json.loads((DEPLOY / "rabbitmq" / "definitions.json").read_text())["users"]
    assert {user["password_hash"] for user in users} == {""}


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_checked_with_its_own_accounts_over_tls(migrated: None, start: Start, service: str) -> None:
    done = start(service, "check")
    assert done.returncode == 0, done.stderr


def told_at_the_doors(city: SecretCity, made: tls.Files, policy: Policy) -> list[bytes]:
    """What the board reads of all that came in, each door with its service's own role and rights."""
    now = datetime(2026, 7, 17, tzinfo=UTC)
    with ExitStack() as closing:
        runtimes = []
        for kind in chain.SERVICES:
            way = over_tls(kind.name, "api", city.database_url, city.port, made)
            database = Database(way["DATABASE_URL"], kind.name, Tls(Path(way["DUBAN_DATABASE_CA"])))
            closing.callback(database.close)
            runtimes.append(Runtime(kind(policy), database, VirtualClock(now), refuse_waiting_after=None))
        doors = closing.enter_context(doors_of(runtimes, policy, now))
        return [message.body for message in doors.read(now, lambda seconds: False)]


def test_every_role_of_every_service_works_with_its_own_rights_over_tls(
    migrated: None, roles: str, secret: Secret, made: tls.Files, tmp_path: Path
) -> None:
    """What AC-02 gives in a rehearsal is given by processes that may do nothing but their own; and of a covert inspection that
    was planned and reported meanwhile, nothing is heard, logged, counted or kept outside intake (domain.md d.13 no. 12)."""
    case, until = tmp_path / "case.jsonl", date(2026, 7, 16)
    main_path = Path(__file__).parent / "cases" / "ac02-white-then-yellow.jsonl"
    case.write_text(main_path.read_text("utf-8") + covert.unannounced(), "utf-8")
    built = SecretCity(
        f"amqp://guest:{PASSWORD}@127.0.0.1:{secret.broker.port}/duban",
        roles,
        tmp_path / "city",
        'issue_time = "00:00"\n',
        port=secret.port,
        made=made,
    )
    with listening_to(built.amqp_url) as ears, running(built) as city:
        policy = policy_from(city.policy_file)
        city.play(read(case), until, policy.zone)
        assert_same(city.outcome(policy), rehearse(Rehearsal(case, policy, until), lambda _text: None))
        assert city.parked() == ""
        assert city.errors() == []
        heard = ears() | outside_intake(city, secret.broker) | {"outcome": json.dumps(city.outcome(policy)).encode()}
        heard["doors"] = b"\n".join(lines := told_at_the_doors(city, made, policy))
        assert traces([*covert.SECRET, covert.UNIT], heard) == []
    assert sorted(json.loads(line)["id"] for line in lines) == sorted({each.id for each in read(main_path)})
    assert b"escalation.slip.issued" in heard["duban.events"] and heard["duban.rejected"].count(b"OFFICE.") == 2
    assert b"duban_database_seconds" in heard["metrics of intake.consume.0"] and b"DC2026-017" in heard["tables of notify"]
    with psycopg.connect(roles) as session:
        kept = session.execute("SELECT to_jsonb(p)::text FROM intake.inspection_plan p").fetchall()
    assert traces([covert.PLACE], {"intake": str(kept).encode()}) != [], "it was never taken"


def test_no_role_sees_the_schema_of_another(migrated: None, roles: str) -> None:
    for service in SERVICES:
        for other in {*SERVICES} - {service}:
            with role_of(roles, service) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(f"SELECT 1 FROM {other}.outbox")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("scoring", "CREATE SCHEMA another"),
        ("scoring", "CREATE TABLE scoring.another (n int)"),
        ("scoring", "CREATE TABLE public.another (n int)"),
        ("scoring", "UPDATE scoring.entry SET unit = 'X'"),
        ("scoring", "DELETE FROM scoring.entry"),
        ("scoring", "TRUNCATE scoring.entry"),
        ("scoring", "ALTER TABLE scoring.entry DISABLE TRIGGER ALL"),
        ("escalation", "DELETE FROM escalation.journal"),
        *((service, f"UPDATE {service}.sealed SET hash = ''") for service in SERVICES),
        *((service, f"DELETE FROM {service}.sealed") for service in SERVICES),
        ("intake", "DELETE FROM intake.inbox"),
        ("intake", "UPDATE intake.inbox SET body = NULL"),
        ("intake", "UPDATE intake.outbox SET body = ''"),
        ("intake", "DELETE FROM intake.outbox"),
        ("intake", "UPDATE intake.parked SET body = ''"),
        ("intake", "DELETE FROM intake.refusal"),
        ("intake", "UPDATE intake.alembic_version SET version_num = '0'"),
        ("intake_owner", "SELECT 1 FROM scoring.entry"),
        ("auditor", "INSERT INTO scoring.units VALUES ('x', now(), '[]')"),
        ("auditor", "UPDATE scoring.standing SET year = 1"),
        ("auditor", "SELECT 1 FROM intake.informant"),
    ],
)
def test_no_role_does_to_tables_what_is_not_its_to_do(migrated: None, roles: str, role: str, statement: str) -> None:
    with role_of(roles, role) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(statement)  # type: ignore[arg-type]


def test_an_auditor_reads_what_all_services_recorded(migrated: None, roles: str) -> None:
    with role_of(roles, "auditor") as session:
        for table in ("intake.matter", "escalation.slip", "scoring.entry", "notify.letter", "intake.sealed"):
            assert session.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]


def test_nobody_comes_to_the_database_without_tls(roles: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="no pg_hba.conf entry"):
        psycopg.connect(as_role(roles, "intake") + "?sslmode=disable")


REFUSED = """INSERT INTO intake.refusal (message_id, source, sender, type, code, detail, errors, refused_at, matter)
VALUES ('r1', '/office', 'OFFICE', 'completion.rejected.v1', 'NOT_EMPOWERED', '无权', '[]', '2026-03-02T09:00:00Z', 'TR-1')"""


def test_an_auditor_traces_what_was_refused_over_tls_and_a_service_may_not(
    migrated: None, roles: str, made: tls.Files, tmp_path: Path
) -> None:
    with psycopg.connect(roles) as session:
        session.execute(REFUSED)
    event = {"id": "e1", "source": "/duban/intake", "type": "intake.matter.registered.v1", "time": "2026-03-02T08:00:00Z"}
    published = tmp_path / "published.jsonl"
    published.write_text(json.dumps(event | {"subject": "M", "data": {"matter_id": "M", "external_ref": "TR-1"}}) + "\n")
    told = [
        duban(
            "trace", "TR-1", "--from", str(published), "--database", as_role(roles, role), DUBAN_DATABASE_CA=str(made.cert("ca"))
        )
        for role in ("auditor", "intake")
    ]
    assert [done.exit_code for done in told] == [0, 2], told[0].output
    assert "NOT_EMPOWERED: 无权" in told[0].stdout
    assert "the role auditor reads what all services recorded" in told[1].stderr


# ---- certificates


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"DUBAN_AMQP_CA": "{stranger}"}, "DUBAN_AMQP_CA must hold the authority of the broker's certificate"),
        ({"AMQP_URL": "amqps://intake:x@127.0.0.1:{port}/duban"}, "AMQP_URL must name the host as the certificate does"),
        ({"DUBAN_DATABASE_CA": "{stranger}"}, "DUBAN_DATABASE_CA must hold the authority of the server's certificate"),
        ({"DATABASE_URL": "{database}"}, "DATABASE_URL must name the host as the certificate does"),
        ({"DUBAN_AMQP_CERT": "{ended}", "DUBAN_AMQP_KEY": "{ended_key}"}, "renew the certificate in DUBAN_AMQP_CERT"),
    ],
)
def test_a_server_or_a_certificate_that_cannot_be_trusted_is_refused_with_the_settings_name(
    migrated: None, start: Start, roles: str, secret: Secret, made: tls.Files, settings: dict[str, str], said: str
) -> None:
    places = {
        "stranger": str(made.cert("stranger")),
        "port": str(secret.port),
        "database": as_role(roles, "intake").replace("localhost", "127.0.0.1"),
        "ended": str(made.cert("ended")),
        "ended_key": str(made.key("ended")),
    }
    done = start("intake", "check", **{key: value.format(**places) for key, value in settings.items()})
    assert done.returncode == 2
    assert said in done.stderr
    assert PASSWORD not in done.stderr + done.stdout


def test_a_service_logs_in_with_its_certificate_and_no_password(
    migrated: None, start: Start, secret: Secret, made: tls.Files
) -> None:
    files = {"DUBAN_AMQP_CERT": str(made.cert("intake")), "DUBAN_AMQP_KEY": str(made.key("intake"))}
    done = start("intake", "check", AMQP_URL=f"amqps://intake@localhost:{secret.port}/duban", **files)
    assert done.returncode == 0, done.stderr


def test_the_ends_of_all_certificates_are_known(roles: str, secret: Secret, made: tls.Files) -> None:
    environment = over_tls("intake", "relay", roles, secret.port, made)
    files = {"DUBAN_AMQP_CERT": str(made.cert("ended")), "DUBAN_AMQP_KEY": str(made.key("ended"))}
    ends = Ends(config.load(environment | files, config.Settings)).known()
    assert ends["database"] == tls.ENDS
    assert ends["broker_own"] < datetime.now(UTC)
    assert {"broker_ca", "database_ca"} <= set(ends)
    assert ends["broker"] == tls.ENDS


# ---- who may do what on the broker


def test_a_department_writes_under_its_own_code(connect: Connect) -> None:
    channel = connect("zjj")
    send(channel, "duban.inbound", "ZJJ.completion.claimed.v1", "zjj")
    assert channel.is_open


MARKER = "DUBAN.cut.marked.v1"
SERVICE_EVENTS = {service: f"{service}.matter.registered.v1" for service in SERVICES}
WRITERS: dict[tuple[str, str], set[str]] = {
    ("duban.inbound", "ZJJ.completion.claimed.v1"): {"zjj", "board"},
    ("duban.inbound", "SLJ.completion.claimed.v1"): {"board"},
    ("duban.inbound", "ZJJX.completion.claimed.v1"): {"board"},
    ("duban.inbound", "OFFICE.slip.approved.v1"): {"office", "board"},
    ("duban.inbound", MARKER): {"escalation"},
    **{("duban.events", key): {service} for service, key in SERVICE_EVENTS.items()},
    ("duban.rejected", "ZJJ.SCHEMA_INVALID"): {*SERVICES},
    ("duban.unrouted", "ZJJ.x"): {"deployer"},  # whoever declares a way for messages to go needs the right to write there
    ("duban.retry", "scoring.events.back"): {"deployer"},
    ("", "escalation.inbound"): set(),
    ("amq.topic", "x"): set(),
}
"""Exchange and key → who may publish there; nobody else may."""
READERS: dict[str, set[str]] = {
    **{f"{service}.{line}": {service} for service in SERVICES for line in ("inbound", "events")},
    **{f"{service}.events.retry": set() for service in ("scoring", "notify")},
    **{account: {account} for account in ("office", "zjj", "integrator", "board")},
}
"""Queue → who may read it, beside the deployer, who may bind and therefore read."""
ACCOUNTS = (*SERVICES, "deployer", "office", "zjj", "integrator", "board", "watcher")


def refused(connection: amqp.Connection, what: Callable[[Any], object]) -> bool:
    """Whether the broker forbids it; it closes the channel then, and the connection stays."""
    channel = connection.channel()
    try:
        what(channel)
    except amqp.exceptions.AccessRefused:
        return True
    channel.close()
    return False


@pytest.mark.parametrize("account", ACCOUNTS)
def test_each_account_does_its_own_and_nothing_else(connect: Connect, account: str) -> None:
    """Every cell of who may publish, read, declare, bind and delete what, on the real broker."""
    looks: dict[str, tuple[Callable[[Any], object], bool]] = {}
    for (exchange, key), writers in WRITERS.items():
        looks[f"publish {exchange} {key}"] = (partial(put, exchange=exchange, key=key, user=account), account in writers)
    for queue, readers in READERS.items():
        may = account in readers or (account == "deployer" and "." in queue)
        looks[f"read {queue}"] = (partial(read_from, queue=queue), may)
    ours = account == "deployer"
    looks |= {
        "declare one of ours": (lambda channel: channel.queue_declare("duban.more", auto_delete=True), ours),
        "declare an own": (lambda channel: channel.queue_declare(f"{account}-more", exclusive=True), False),
        "declare a nameless": (lambda channel: channel.queue_declare("", exclusive=True), False),
        "declare an exchange": (lambda channel: channel.exchange_declare("duban.new", "topic", auto_delete=True), ours),
        "bind a line": (lambda channel: channel.queue_bind("intake.inbound", "duban.inbound", "ZJJ.no.v1"), ours),
        "bind the own queue": (lambda channel: channel.queue_bind(account, "duban.events", "#"), False),
        "read the archive": (stream, account in (*SERVICES, "board") or ours),
    }
    connection = connect(account).connection
    wrong = {name for name, (what, may) in looks.items() if refused(connection, what) == may}
    assert wrong == set()


def put(channel: Any, exchange: str, key: str, user: str) -> None:
    """Publish without asking for a reader."""
    channel.basic_publish_confirm(amqp.Message(NOBODYS, user_id=user), exchange, key)


def read_from(channel: Any, queue: str) -> None:
    """Begin to read a queue; what it gives comes back when the channel closes."""
    channel.basic_consume(queue)


def stream(channel: Any) -> None:
    """Begin to read a stream, as the office's and webhooks' readers do."""
    channel.basic_qos(0, 1, False)
    channel.basic_consume("duban.archive", arguments={"x-stream-offset": "next"})


def test_an_account_that_is_deleted_is_cut_off_at_once(connect: Connect, broker: Broker) -> None:
    """A leaked password: a change of it or of the rights would leave the open connection alone (delivery.md S1)."""
    channel = connect("leaked")
    put(channel, "duban.events", "x", "leaked")
    broker.ctl("delete_user", "leaked")
    with pytest.raises((amqp.exceptions.AMQPError, OSError)):
        for _ in range(50):
            put(channel, "duban.events", "x", "leaked")
    with pytest.raises((amqp.exceptions.AMQPError, OSError)):
        connect("leaked")


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
    connect("guest").queue_purge("zjj")
    ours = connect("intake")
    send(ours, "duban.rejected", "ZJJ.SCHEMA_INVALID", "intake")
    ours.basic_publish_confirm(amqp.Message(b"{}", user_id="intake"), "duban.rejected", "SLJ.SCHEMA_INVALID")
    channel = connect("zjj")
    assert channel.basic_get("zjj", no_ack=True).delivery_info["routing_key"] == "ZJJ.SCHEMA_INVALID"
    assert channel.basic_get("zjj", no_ack=True) is None


def test_the_board_speaks_for_the_office_and_for_units_and_hears_every_refusal(connect: Connect) -> None:
    channel = connect("board")
    for key in ("OFFICE.urge.sent.v1", "SLJ.completion.claimed.v1"):
        send(channel, "duban.inbound", key, "board")
    connect("guest").queue_purge("board")
    send(connect("intake"), "duban.rejected", "SLJ.SCHEMA_INVALID", "intake")
    assert channel.basic_get("board", no_ack=True).delivery_info["routing_key"] == "SLJ.SCHEMA_INVALID"
    with pytest.raises(amqp.AccessRefused):
        channel.basic_get("intake.inbound", no_ack=True)


def test_an_integrator_hears_slips_and_points_and_nothing_else(connect: Connect) -> None:
    connect("guest").queue_purge("integrator")
    send(connect("intake"), "duban.events", "intake.matter.registered.v1", "intake")
    send(connect("escalation"), "duban.events", "escalation.slip.issued.v1.red", "escalation")
    channel = connect("integrator")
    assert channel.basic_get("integrator", no_ack=True).delivery_info["routing_key"] == "escalation.slip.issued.v1.red"
    assert channel.basic_get("integrator", no_ack=True) is None


@pytest.mark.parametrize("account", ["zjj", "integrator", "scoring"])
def test_nobody_reads_the_queue_of_another(connect: Connect, account: str) -> None:
    for queue in ("intake.inbound", "duban.archive" if account != "scoring" else "notify.events", "office"):
        with pytest.raises(amqp.exceptions.AccessRefused):
            connect(account).basic_get(queue, no_ack=True)


# ---- the command line


def duban(*arguments: str, **settings: str) -> Result:
    """A command with these settings and no others."""
    none = dict.fromkeys(("AMQP_URL", "AMQP_URL_FILE", "DUBAN_AMQP_CA", "DUBAN_AMQP_CERT", "DUBAN_AMQP_KEY", "DUBAN_PLAINTEXT"))
    return CliRunner(env={**none, **settings}).invoke(main, arguments)


@pytest.fixture
def claim(tmp_path: Path) -> str:
    """A file with one message of ZJJ."""
    event = {"specversion": "1.0", "id": "over-tls", "source": "/units/ZJJ", "type": "completion.claimed.v1"}
    path = tmp_path / "claim.jsonl"
    path.write_text(json.dumps(event | {"time": "2026-03-02T09:00:00+08:00", "data": {}}))
    return str(path)


def test_a_department_publishes_over_tls_by_options_or_by_settings(
    connect: Connect, secret: Secret, made: tls.Files, claim: str, tmp_path: Path
) -> None:
    connect("guest").queue_purge("intake.inbound")
    address, private = f"amqps://zjj:{PASSWORD}@localhost:{secret.port}/duban", tmp_path / "url"
    private.touch(mode=0o600)
    private.write_text(address)
    by_option = duban("publish", claim, "--url", address, "--ca", str(made.cert("ca")))
    by_setting = duban("publish", claim, AMQP_URL_FILE=str(private), DUBAN_AMQP_CA=str(made.cert("ca")))
    assert [(done.exit_code, "confirmed 1 " in done.stderr) for done in (by_option, by_setting)] == [(0, True)] * 2
    arrived: list[Any] = []
    reader = connect("intake")
    reader.basic_consume("intake.inbound", no_ack=True, callback=arrived.append)
    while len(arrived) < 2:
        reader.connection.drain_events(timeout=20)
    assert {(found.properties["message_id"], found.properties["user_id"]) for found in arrived} == {("over-tls", "zjj")}


def test_events_are_watched_over_tls_with_a_certificate_and_no_password(
    connect: Connect, secret: Secret, made: tls.Files
) -> None:
    send(connect("escalation"), "duban.events", "escalation.slip.issued.v1.red", "escalation")
    own = {"DUBAN_AMQP_CERT": str(made.cert("intake")), "DUBAN_AMQP_KEY": str(made.key("intake"))}
    shown = duban(
        "watch", "escalation.slip.issued.#", "--from", "2026-01-01", "--count", "1", "--json",
        AMQP_URL=f"amqps://intake@localhost:{secret.port}/duban", DUBAN_AMQP_CA=str(made.cert("ca")), **own,
    )  # fmt: skip
    assert (shown.exit_code, bool(shown.stdout)) == (0, True), shown.stderr


def test_an_account_without_a_queue_of_its_own_is_told_how_else_to_watch(secret: Secret, made: tls.Files) -> None:
    told = duban("watch", AMQP_URL=f"amqps://board:{PASSWORD}@localhost:{secret.port}/duban", DUBAN_AMQP_CA=str(made.cert("ca")))
    assert (told.exit_code, "duban watch --from DATE --follow" in told.stderr) == (2, True)


@pytest.mark.parametrize(
    ("host", "settings", "said"),
    [
        ("localhost", {"DUBAN_AMQP_CA": "{stranger}"}, "DUBAN_AMQP_CA must hold the authority of the broker's certificate"),
        ("127.0.0.1", {"DUBAN_AMQP_CA": "{ca}"}, "AMQP_URL must name the host as the certificate does"),
        ("localhost", {"DUBAN_AMQP_CA": "{ca}", "DUBAN_AMQP_CERT": "{ca}"}, "go together; set both"),
    ],
)
def test_the_command_line_trusts_nobody_else(
    secret: Secret, made: tls.Files, claim: str, host: str, settings: dict[str, str], said: str
) -> None:
    files = {key: value.format(ca=made.cert("ca"), stranger=made.cert("stranger")) for key, value in settings.items()}
    done = duban("publish", claim, "--url", f"amqps://zjj:{PASSWORD}@{host}:{secret.port}/duban", **files)
    assert (done.exit_code, said in done.stderr, PASSWORD in done.stderr) == (2, True, False), done.stderr


# ---- the runbooks, last: one of them restores a schema


PARKED = """INSERT INTO intake.parked (id, queue, code, reason, sender, routing_key, exchange, message_id, user_id, content_type,
body, sha256, size, parked_at) VALUES (%(id)s, 'intake.inbound', 'UNPROCESSED', 'KeyError', 'ZJJ', 'ZJJ.completion.claimed.v1',
'duban.inbound', %(id)s, 'zjj', 'application/cloudevents+json', %(body)s, '', 1, now())"""


def example(type_: str) -> dict[str, Any]:
    """The message of the catalogue."""
    found = files("event_contracts") / "catalogue" / "inbound" / f"{type_}.json"
    return dict(json.loads(found.read_text("utf-8")))


@pytest.fixture(scope="module")
def desk(migrated: None, roles: str, secret: Secret, made: tls.Files, ground: Path) -> Desk:
    """A city with two parked messages, a refusal, a webhook, and a calendar to publish."""
    claim = example("completion.claimed.v1") | {"source": "/units/ZJJ"}
    claim["data"]["unit"] = "ZJJ"
    with psycopg.connect(roles) as session:
        for id_ in ("6f2c0f0e", "7a3d1f1f"):
            session.execute(PARKED, {"id": id_, "body": json.dumps(claim | {"id": id_}).encode()})
        session.execute(REFUSED)
    (ground / "calendar-2027.jsonl").write_text(json.dumps(example("calendar.published.v1")) + "\n")
    found = Desk(roles, secret, made, ground)
    added = found.give(
        "python -m notify webhooks add board https://board.example.org/duban --hear 'escalation.slip.#' --owner 李工"
    )
    assert added.code == 0, added.said
    return found


@pytest.mark.parametrize("brokers", [False, pytest.param(True, marks=pytest.mark.full)])
def test_every_command_of_the_runbooks_does_what_its_page_says(desk: Desk, connect: Connect, brokers: bool) -> None:
    pages = sorted((DEPLOY.parent / "docs" / "runbooks").glob("*.md"))
    connect("guest")  # somebody to be listed
    if brokers:
        desk.look(pages)
    told = [fault for page in pages for fault in runbooks.faults(page, desk.give, broker=brokers)]
    assert told == [], "\n".join(told)
    assert len(desk.given) > (10 if brokers else 20)


@pytest.mark.parametrize(
    "bad",
    [
        "python -m intake redrive lst",
        'psql "$DATABASE_URL" -c "SELECT sender FROM intake.refusals"',
        "rabbitmqctl list_queues --vhost duban messages nam",
        "python -m scoring recount",
    ],
)
def test_a_page_with_a_wrong_command_is_found(desk: Desk, tmp_path: Path, bad: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"1. Look.\n\n   ```sh\n   {bad}\n   ```\n")
    assert len(runbooks.faults(page, desk.give)) == 1
