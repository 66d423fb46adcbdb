"""`python -m <service> migrate|consume|tick|relay|api|check|redrive`: the roles that every service has, and its own commands.

A wrong setting, a missing server or a schema that this code does not know ends the start with one line on standard error and
exit code 2, never with a traceback. Nothing heavy is imported here: `consume` and `tick` must set up eventlet first.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service_chassis import config, logs, secrets
from service_chassis.errors import ConfigError, Retry

if TYPE_CHECKING:
    from service_chassis.declare import Service
    from service_chassis.messaging.topology import Topology
    from service_chassis.station import Station

ServiceFactory = Callable[[Any, Any], "Service"]
"""(policy, settings) → service. It imports the service itself, so that nothing is imported before eventlet is set up."""

ROLES = {
    "migrate": "bring the database schema and the queues to this release",
    "consume": "handle messages (one is active, others stand by)",
    "tick": "answer due timers (any number)",
    "relay": "publish what was announced (one is active, others stand by)",
    "api": "the HTTP door: messages in, lists out, with keys and sign-on; health and metrics",
    "check": "look at settings, schema, clocks, queues, certificates, calendar and backlog; changes nothing",
    "redrive": "list, show, put back or discard parked messages",
    "keys": "keys of systems at the HTTP door: create, admit, list, revoke",
    "tidy": "erase and archive what is past its retention; as the schema's owner [--by NAME]",
    "catch-up": "after a restored backup: handle again what came since, announce nothing twice",
    "verify-chain": "prove that nothing sealed was changed, removed, inserted or reordered [--head N:HASH]",
}
OFFLINE = ("verify-chain", "keys", "tidy")
"""Roles that need no broker."""


@dataclass(frozen=True, slots=True)
class Command:
    """A service's own command. It needs no broker; `run` gets the words behind the command and returns the exit code."""

    text: str
    run: Callable[[Station, Any, Sequence[str]], int]
    serves: bool = False
    """It runs until it is told to stop, and answers /livez, /readyz and /metrics meanwhile."""
    reads_database: bool = True
    """Whether the schema must be there; a command that reads nothing runs on a bare machine, without a single setting."""


NO_BROKER = "amqps://nobody@none.invalid"
"""Stands for the broker where a command needs none and none is set."""

NO_DATABASE = "sqlite://"
"""Stands for the database, likewise: one in memory, which is never opened."""

BAD_START = 2
GREEN = ("consume", "tick")


def run(
    factory: ServiceFactory,
    settings: type[config.Settings],
    argv: Sequence[str] | None = None,
    commands: Mapping[str, Command] | None = None,
) -> int:
    """The command line of a service; returns the exit code."""
    known = commands or {}
    arguments = _parser(settings, known).parse_args(argv)
    try:
        return _start(factory, settings, arguments, known)
    except (ConfigError, Retry) as error:
        print(f"{arguments.role}: {secrets.redact(' '.join(str(error).split()))}", file=sys.stderr)
        return BAD_START
    except KeyboardInterrupt:
        return 130


def _parser(settings: type[config.Settings], commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    words = ROLES | {name: command.text for name, command in commands.items()}
    text = "\n".join(f"  {word:<12} {what}" for word, what in words.items())
    parser = argparse.ArgumentParser(
        prog=f"python -m {Path(sys.argv[0]).parent.name}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=f"roles:\n{text}",
        epilog="settings:\n" + "\n".join(f"  {key:<20} {what}" for key, what in _settings_help(settings)),
    )
    parser.add_argument("role", choices=words)
    parser.add_argument("more", nargs=argparse.REMAINDER, help="words for redrive and for commands")
    return parser


def _settings_help(settings: type[config.Settings]) -> list[tuple[str, str]]:
    rows = [item.metadata for item in fields(settings)]
    return [(row["key"], row["text"] + f" (or {row['key']}{config.FROM_FILE}: a file)" * row["secret"]) for row in rows]


def _start(
    factory: ServiceFactory, cls: type[config.Settings], arguments: argparse.Namespace, commands: Mapping[str, Command]
) -> int:
    role: str = arguments.role
    spared = {key: url for key, url in _spared(role, commands).items() if not os.environ.get(key + config.FROM_FILE)}
    settings = config.load(spared | os.environ, cls)
    if role in GREEN:
        from service_chassis.entrypoints import runtime

        runtime.patch()
    station, policy = _build(factory, settings, role, needs_broker=role in ROLES)
    _spare_the_collector()
    logs.configure(station.runtime.service.name, role, settings.log_level)
    if role == "redrive":
        from service_chassis import redrive

        _check_schema(station)
        return redrive.run(station.runtime, arguments.more)
    if role == "catch-up":
        from service_chassis import catching_up

        _check_schema(station)
        return catching_up.run(station, arguments.more)
    if role == "verify-chain":
        from service_chassis import audit

        _check_schema(station)
        return audit.run(station.runtime, arguments.more, f"python -m {station.runtime.service.name} verify-chain")
    if role == "tidy":
        from service_chassis import tidying

        _check_schema(station)
        return tidying.run(station.runtime, policy, arguments.more, f"python -m {station.runtime.service.name} tidy")
    if role == "keys":
        from service_chassis import keyring

        _check_schema(station)
        return keyring.run(station.runtime, arguments.more, f"python -m {station.runtime.service.name} keys")
    if role in commands:
        if commands[role].reads_database:
            _check_schema(station)
        if commands[role].serves:
            _serve_health(station)
        return commands[role].run(station, policy, arguments.more)
    if arguments.more:
        raise ConfigError(f"{role} takes no further words: {' '.join(arguments.more)}")
    return _DO[role](station, policy)


def _spared(role: str, commands: Mapping[str, Command]) -> dict[str, str]:
    """What stands for servers that this role does not need, where they are not set."""
    if role in commands and not commands[role].reads_database:
        return {"AMQP_URL": NO_BROKER, "DATABASE_URL": NO_DATABASE}
    return {"AMQP_URL": NO_BROKER} if role in commands or role in OFFLINE else {}


def _spare_the_collector() -> None:
    """What is loaded by now stays; batches make many short-lived objects and hardly any cycle, so look for cycles rarely.

    With Python's own threshold (700) intake takes an eighth fewer events a second (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _build(factory: ServiceFactory, settings: config.Settings, role: str, *, needs_broker: bool) -> tuple[Station, Any]:
    """The service with all that it runs on; connects to nothing."""
    from ground_rules.policy import PolicyError, load_policy

    from service_chassis.clock import clock_from
    from service_chassis.health import Health
    from service_chassis.messaging.connection import Broker
    from service_chassis.metrics import Metrics
    from service_chassis.persistence.database import Database, Tls
    from service_chassis.station import Station, runtime_of

    try:
        policy = load_policy(_overrides(settings))
    except PolicyError as error:
        raise ConfigError(f"policy: {error}") from error
    service = factory(policy, settings)
    broker = Broker(settings.amqp_url, settings.amqp_ca, settings.amqp_cert, settings.amqp_key)
    broker.parts()
    metrics = Metrics(service.name, role)
    metrics.include(service)
    clock = clock_from(settings.clock)
    clock.now()
    tls = Tls(settings.database_ca, settings.database_cert, settings.database_key)
    database = Database(settings.database_url, service.name, tls)
    database.observe(metrics.database_seconds.observe)
    runtime = runtime_of(service, database, clock, settings, metrics)
    parts = {"api": ("database",), "tick": ("database", "schema")}.get(
        role, ("database", "broker") if needs_broker else ("database",)
    )
    return Station(settings, runtime, broker, Health(*parts), metrics, role, lambda: factory(policy, settings)), policy


def _overrides(settings: config.Settings) -> dict[str, Any] | None:
    if settings.policy is None:
        return None
    try:
        return tomllib.loads(settings.policy.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"DUBAN_POLICY {settings.policy}: {error}") from error


# ---- roles


def _check_schema(station: Station) -> str:
    from service_chassis.persistence import migrations

    return migrations.check(station.runtime.database, station.runtime.service.MIGRATIONS)


def _topology(station: Station, look: Callable[[Topology, Any], None]) -> None:
    """Do something about this service's part of the broker, over a connection of its own."""
    from service_chassis.messaging import connection, topology

    opened = connection.connect(station.broker, f"{station.connection_name}.topology")
    try:
        look(topology.of_service(type(station.runtime.service)), opened)
    finally:
        connection.close(opened)


def _verify(topology: Topology, opened: Any) -> None:
    """Only `migrate` declares: its account may, those of the other roles may not."""
    topology.verify(opened)


def _migrate(station: Station, _policy: Any) -> int:
    from service_chassis import checking
    from service_chassis.persistence import migrations, rights

    service, database = station.runtime.service, station.runtime.database
    revision = migrations.migrate(database, service.MIGRATIONS)
    granted = rights.grant(database, type(service))
    _topology(station, lambda topology, opened: topology.declare(opened))
    print(f"{service.name}: schema {revision}, queues declared" + f", rights granted to {service.name}" * granted)
    complaints = checking.unbounded(station) or []
    for text in complaints:
        print(f"migrate: {service.name}: {text}", file=sys.stderr)
    return BAD_START if complaints else 0


def _consume(station: Station, _policy: Any) -> int:
    from service_chassis.entrypoints import runtime

    _check_schema(station)
    runtime.assert_cooperative(station.runtime.database)
    _topology(station, _verify)
    _only_one_on_sqlite(station)
    _serve_health(station, *runtime.unpatched())
    runtime.serve(runtime.consume_shell(station.runtime.service.name), station)
    return 0


def _tick(station: Station, _policy: Any) -> int:
    from service_chassis.entrypoints import runtime

    _check_schema(station)
    runtime.assert_cooperative(station.runtime.database)
    _only_one_on_sqlite(station)
    _serve_health(station, *runtime.unpatched())
    runtime.serve(runtime.tick_shell(station.runtime.service.name, station.settings.timer_batch), station)
    return 0


def _relay(station: Station, _policy: Any) -> int:
    from service_chassis.certificates import Ends
    from service_chassis.messaging.publisher import Publisher
    from service_chassis.persistence.leader import Leader
    from service_chassis.relay import Relay

    settings = station.settings
    _check_schema(station)
    _topology(station, lambda topology, opened: topology.verify_readers(opened))
    relay = Relay(
        Leader(station.runtime.database, "relay", station.runtime.service.sealed_types),
        lambda: Publisher(station.broker, station.connection_name, settings.confirm_seconds),
        station.runtime.clock,
        batch=settings.relay_batch,
        longest_pause=settings.relay_pause,
        health=station.health,
        metrics=station.metrics,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: relay.stop())
    station.metrics.ask_before(Ends(settings).known)
    _serve_health(station)
    relay.run()
    return 0


def _api(station: Station, policy: Any) -> int:
    from service_chassis import api

    _check_schema(station)
    runtime = station.runtime
    station.metrics.watch([api.backlog_of(runtime), *runtime.service.collectors(runtime.database, runtime.clock)])
    app = api.create_app(api.door_of(station, policy), station.health, station.metrics)
    api.serve(app, station.settings.api)
    return 0


def _check(station: Station, _policy: Any) -> int:
    from service_chassis import checking

    return checking.run(station, sys.stdout, sys.stderr)


_DO: dict[str, Callable[[Any, Any], int]] = {
    "migrate": _migrate,
    "consume": _consume,
    "tick": _tick,
    "relay": _relay,
    "api": _api,
    "check": _check,
}


def _only_one_on_sqlite(station: Station) -> None:
    """SQLite has no SKIP LOCKED: a second process of this role would race with the first (trap P14)."""
    from service_chassis.persistence.leader import lock_file

    database = station.runtime.database
    if database.is_sqlite and (held := lock_file(database, station.role)) is None:
        raise ConfigError(f"another {station.role} runs on this SQLite file; use PostgreSQL for more than one")
    elif database.is_sqlite:
        _HELD.append(held)


_HELD: list[Any] = []
"""Lock files of this process, open until it ends."""


def _serve_health(station: Station, *real: Any) -> None:
    from service_chassis.health import HealthServer, routes

    modules = dict(zip(("sockets", "threads"), real, strict=False))
    try:
        server = HealthServer(station.settings.health, routes(station.health, station.metrics.page), **modules)
    except OSError as error:
        host, port = station.settings.health
        raise ConfigError(f"DUBAN_HEALTH {host}:{port}: {error.strerror}") from error
    server.start()
    logs.logger().info("started", action="start", health=f"http://{server.address[0]}:{server.address[1]}")
