"""The role `api`: health, metrics and the service's read-only lists, as JSON over HTTP (Flask under waitress).

`GET /v1/report` gives all lists, `GET /v1/report/<list>` one; nothing here changes anything. There is no sign-on: bind it to
a loopback or private address (DUBAN_API), behind the gateway that checks who asks.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from importlib import import_module
from typing import Any

from flask import Flask, Response, abort, jsonify
from waitress.server import create_server  # type: ignore[import-untyped]

from service_chassis import logs
from service_chassis.delivery import Runtime
from service_chassis.errors import Retry
from service_chassis.health import Answer, Health, routes
from service_chassis.metrics import Metrics
from service_chassis.metrics import backlog as told
from service_chassis.persistence import backlog
from service_chassis.persistence.leader import probe
from service_chassis.shown import FromTables, Rows, Shown

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


def create_app(runtime: Runtime, policy: Any, health: Health, metrics: Metrics) -> Flask:
    """The application; connects to nothing before it is asked."""
    app = Flask("duban")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    report = report_of(runtime.service)

    def lists() -> dict[str, list[dict[str, Any]]]:
        health.beat()
        with runtime.database.begin() as session:
            return report(session, policy)

    @app.get("/v1/report")
    def all_lists() -> Response:
        return jsonify(lists())

    @app.get("/v1/report/<name>")
    def one_list(name: str) -> Response:
        found = lists()
        if name not in found:
            abort(404)
        return jsonify(found[name])

    @app.errorhandler(Retry)
    def unavailable(fault: Retry) -> tuple[Response, int]:
        return jsonify(type="about:blank", title="Service Unavailable", status=503, detail=str(fault)), 503

    _add_health(app, runtime, health, metrics)
    return app


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
    server = create_server(app, host=address[0], port=address[1], threads=THREADS, ident="duban")

    def on_signal(_number: int, _frame: Any) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    logs.logger().info("api answers", action="start", address=f"http://{address[0]}:{server.effective_port}")
    try:
        server.run()
    finally:
        server.close()
