"""The role `api`: the HTTP door, the service's lists, health and metrics (Flask under waitress).

Everything below /v1 needs a key or a person's token; /livez, /readyz and /metrics do not. It speaks plain HTTP: bind it to a
loopback or private address (DUBAN_API), behind the gateway that ends TLS.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from importlib import import_module
from typing import Any

from event_contracts.strict_json import MAX_BYTES
from flask import Flask, Response, abort, jsonify, request
from waitress.server import create_server  # type: ignore[import-untyped]

from service_chassis import logs
from service_chassis.delivery import Runtime
from service_chassis.errors import ConfigError, Retry
from service_chassis.health import Answer, Health, routes
from service_chassis.metrics import Metrics
from service_chassis.metrics import backlog as told
from service_chassis.persistence import backlog
from service_chassis.persistence.leader import probe
from service_chassis.shown import FromTables, Rows, Shown
from service_chassis.station import Station
from service_chassis.web.door import Door
from service_chassis.web.problems import Problem
from service_chassis.web.roles import Sight
from service_chassis.web.routes import add_routes
from service_chassis.web.throttle import Throttle
from service_chassis.web.tokens import SignOn, Tokens

THREADS = 8


def report_of(service: object) -> Callable[..., dict[str, list[dict[str, Any]]]]:
    """The function `report` of the service's package."""
    package = type(service).__module__.partition(".")[0]
    function: Callable[..., dict[str, list[dict[str, Any]]]] = import_module(f"{package}.report").report
    return function


def backlog_of(runtime: Runtime) -> FromTables:
    """What waits in the chassis' tables, read when `/metrics` is asked for."""

    def read() -> list[tuple[Shown, Rows]]:
        with runtime.database.begin() as session:
            found = backlog.read(session, runtime.service.sealed_types)
        return list(told(found, runtime.clock.now()))

    return FromTables(read)


def door_of(station: Station, policy: Any) -> Door:
    """Who may come in, by this process's settings."""
    told = station.settings
    tokens = None
    if told.oidc_issuer or told.oidc_jwks:
        if not (told.oidc_issuer and told.oidc_jwks):
            raise ConfigError("settings: DUBAN_OIDC_ISSUER and DUBAN_OIDC_JWKS belong together; set both, or none")
        claims = (told.oidc_unit, told.oidc_roles, told.oidc_name)
        tokens = Tokens(SignOn(told.oidc_issuer, told.oidc_audience, told.oidc_jwks, told.oidc_algorithms, *claims))
    return Door(station.runtime, policy, station.another, Throttle(told.rate), tokens)


def create_app(door: Door, health: Health, metrics: Metrics) -> Flask:
    """The application; connects to nothing before it is asked."""
    app = Flask("duban", static_folder=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    runtime = door.runtime
    add_routes(app, door)
    _add_lists(app, door, health)
    _add_health(app, runtime, health, metrics)
    return app


def _add_lists(app: Flask, door: Door, health: Health) -> None:
    report = report_of(door.runtime.service)

    def lists() -> dict[str, list[dict[str, Any]]]:
        health.beat()
        if door.caller(request).sight is not Sight.ALL:
            raise Problem(403, "仅限督查室和审计人员 / for the supervision office and auditors only")
        with door.runtime.database.begin() as session:
            return report(session, door.policy)

    @app.get("/v1/report")
    def all_lists() -> Response:
        return jsonify(lists())

    @app.get("/v1/report/<name>")
    def one_list(name: str) -> Response:
        found = lists()
        if name not in found:
            abort(404)
        return jsonify(found[name])


def _add_health(app: Flask, runtime: Runtime, health: Health, metrics: Metrics) -> None:
    pages = routes(health, metrics.page)

    def page(name: str) -> Callable[[], Response]:
        def answer() -> Response:
            health.beat()
            if name == "/readyz":
                _look_at_database(runtime, health)
            found: Answer = pages[name]()
            return Response(found[2], status=found[0], content_type=found[1])

        return answer

    for name in pages:
        app.add_url_rule(name, name, page(name))


def _look_at_database(runtime: Runtime, health: Health) -> None:
    try:
        probe(runtime.database)
    except Retry as fault:
        health.report("database", False, str(fault))
    else:
        health.report("database", True, "connected")


def serve(app: Flask, address: tuple[str, int]) -> None:
    """Answer until SIGTERM or SIGINT."""
    limits = {"max_request_body_size": 4 * MAX_BYTES, "max_request_header_size": 32_768, "channel_timeout": 60}
    server = create_server(app, host=address[0], port=address[1], threads=THREADS, ident="duban", **limits)

    def on_signal(_number: int, _frame: Any) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    logs.logger().info("api answers", action="start", address=f"http://{address[0]}:{server.effective_port}")
    try:
        server.run()
    finally:
        server.close()
