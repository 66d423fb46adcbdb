"""Liveness and readiness: what the loops last said, and whether they still come round."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from service_chassis.health import STALE_SECONDS, Health, HealthServer, routes


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_loop_that_stopped_is_not_alive() -> None:
    time = Time()
    health = Health(monotonic=time)
    time.now = STALE_SECONDS
    assert health.alive()[0] == 200
    time.now += 1
    assert health.alive()[0] == 503
    health.beat()
    assert health.alive()[0] == 200


def test_every_part_must_have_been_seen_well() -> None:
    health = Health("database", "broker")
    assert health.ready()[0] == 503
    health.report("database", True)
    assert health.ready()[0] == 503
    health.report("broker", True)
    assert health.ready()[0] == 200
    health.report("broker", False, "connection refused")
    status, _, body = health.ready()
    assert (status, json.loads(body)["parts"]["broker"]["detail"]) == (503, "connection refused")


@pytest.fixture
def server() -> Iterator[HealthServer]:
    health = Health()
    made = HealthServer(("127.0.0.1", 0), routes(health, lambda: ("text/plain", b"metric 1\n")))
    made.start()
    yield made
    made.close()


def url(server: HealthServer, path: str) -> str:
    return f"http://127.0.0.1:{server.address[1]}{path}"


def test_the_pages_answer_over_http(server: HealthServer) -> None:
    with urlopen(url(server, "/metrics?x=1")) as answer:
        assert answer.read() == b"metric 1\n"
    with urlopen(url(server, "/livez")) as answer:
        assert json.load(answer) == {"alive": True}


def test_another_page_is_not_found_and_another_method_not_allowed(server: HealthServer) -> None:
    for path, data, status in (("/secret", None, 404), ("/livez", b"x", 405)):
        with pytest.raises(HTTPError) as error:
            urlopen(url(server, path), data=data)
        assert error.value.code == status
        error.value.close()


def test_a_client_that_says_nothing_sensible_does_no_harm(server: HealthServer) -> None:
    with socket.create_connection(("127.0.0.1", server.address[1])) as client:
        client.sendall(b"x" * 20_000)
        with contextlib.suppress(OSError):  # the server may have closed first, after the first 8 KiB
            client.shutdown(socket.SHUT_WR)
        assert _rest(client) == b""
    with urlopen(url(server, "/livez")) as answer:
        assert answer.status == 200


def _rest(client: Any) -> bytes:
    try:
        return bytes(client.recv(100))
    except ConnectionError:
        return b""
