"""`/livez`, `/readyz` and `/metrics` on a small server of their own, in operating-system threads.

It does no work of its own: the process's loops tell it what they see (`Health.report`, `Health.beat`), so it answers at once
however busy they are, and it says so when they have stopped. Under eventlet it must be given the unpatched `socket` and
`threading` modules, else it would run inside the hub that it watches.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

STALE_SECONDS = 60.0
"""A loop that has not come round for so long counts as stuck; its longest statement may take as long (statement_timeout)."""
REQUEST_SECONDS = 5.0
REQUEST_BYTES = 8192

Answer = tuple[int, str, bytes]
JSON = "application/json"


@dataclass(slots=True)
class Part:
    """One thing that the process needs, as last seen by its loop."""

    ok: bool
    detail: str
    seen: float


class Health:
    """What the process's loops report about themselves."""

    def __init__(self, *parts: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`parts` must all be reported as well before the process is ready."""
        self._monotonic = monotonic
        self._beat = monotonic()
        self._parts = {name: Part(False, "not yet", self._beat) for name in parts}

    def beat(self) -> None:
        """The main loop came round."""
        self._beat = self._monotonic()

    def report(self, part: str, ok: bool, detail: str = "") -> None:
        """The state of one part (database, broker, schema, …)."""
        self._parts[part] = Part(ok, detail, self._monotonic())

    def alive(self) -> Answer:
        """200 while the main loop comes round; never asks the broker or the database."""
        silent = self._monotonic() - self._beat
        if silent > STALE_SECONDS:
            return _json(503, {"alive": False, "silent_seconds": round(silent)})
        return _json(200, {"alive": True})

    def ready(self) -> Answer:
        """200 when every part was last seen well."""
        parts = {name: {"ok": part.ok, "detail": part.detail} for name, part in sorted(self._parts.items())}
        ready = all(part.ok for part in self._parts.values()) and self.alive()[0] == 200
        return _json(200 if ready else 503, {"ready": ready, "parts": parts})


def _json(status: int, body: Any) -> Answer:
    return status, JSON, json.dumps(body, ensure_ascii=False).encode()


def routes(health: Health, metrics: Callable[[], tuple[str, bytes]]) -> dict[str, Callable[[], Answer]]:
    """Path → answer."""
    return {"/livez": health.alive, "/readyz": health.ready, "/metrics": lambda: (200, *metrics())}


class HealthServer:
    """Serves the routes until the process ends (daemon threads)."""

    def __init__(
        self,
        address: tuple[str, int],
        answers: dict[str, Callable[[], Answer]],
        *,
        sockets: Any = socket,
        threads: Any = threading,
    ) -> None:
        self._answers = answers
        self._threads = threads
        family = sockets.AF_INET6 if ":" in address[0] else sockets.AF_INET
        self._socket = sockets.socket(family, sockets.SOCK_STREAM)
        self._socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        self._socket.bind(address)
        self._socket.listen(64)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]

    def start(self) -> None:
        """Answer from now on."""
        self._threads.Thread(target=self._serve, name="health", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self._threads.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: Any) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.closing(client):
            client.settimeout(REQUEST_SECONDS)
            method, path = _request(client)
            status, kind, body = self._route(method, path)
            head = (f"HTTP/1.1 {status} {_REASONS[status]}", f"Content-Type: {kind}", f"Content-Length: {len(body)}")
            text = "\r\n".join((*head, "Connection: close", "", ""))
            client.sendall(text.encode() + (b"" if method == "HEAD" else body))

    def _route(self, method: str, path: str) -> Answer:
        if method not in ("GET", "HEAD"):
            return _json(405, {"error": "only GET"})
        answer = self._answers.get(path)
        return answer() if answer else _json(404, {"error": "no such page", "pages": sorted(self._answers)})


_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


def _request(client: Any) -> tuple[str, str]:
    """Method and path (without query) of a request; ValueError when it is none."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(1024)
        if not piece or len(data) > REQUEST_BYTES:
            raise ValueError("not a request")
        data += piece
    method, target, _ = data.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    return method, target.split("?", 1)[0]
