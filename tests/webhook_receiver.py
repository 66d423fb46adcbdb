"""A receiver of webhooks in a thread of its own, which behaves by the path that it is called on."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
from notify.webhooks.bodies import CHALLENGE
from notify.webhooks.signing import proof


class Handler(BaseHTTPRequestHandler):
    """`/ok`, `/500`, `/429`, `/hang`, `/drip`, `/huge`, `/bomb`, `/close`, `/redirect?to`; a challenge is always answered."""

    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        with self.receiver.came:
            self.receiver.seen.append((self.path, dict(self.headers), body))
            self.receiver.came.notify_all()
        word, _, more = self.path.strip("/").partition("?")
        event = orjson.loads(body) if body.startswith(b"{") else {}
        if event.get("type") == CHALLENGE:
            self.say(200, orjson.dumps({"proof": proof(self.receiver.secret, event["data"]["challenge"])}))
        elif word.isdigit():
            self.say(int(word), b"told to", **({"Retry-After": more} if more else {}))
        else:
            getattr(self, f"do_{word}")(more)

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Set-Cookie": "a=b", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_ok(self, _: str) -> None:
        self.say(200, b"thank you")

    def do_redirect(self, to: str) -> None:
        self.say(302, b"", Location=to)

    def do_hang(self, _: str) -> None:
        self.receiver.over.wait(20)

    def do_held(self, _: str) -> None:
        if not self.receiver.well:
            self.receiver.over.wait(60)
        self.say(200, b"at last")

    def do_close(self, _: str) -> None:
        self.connection.close()

    def do_bomb(self, _: str) -> None:
        self.say(200, gzip.compress(b"\0" * 50_000_000), **{"Content-Encoding": "gzip"})

    def do_drip(self, _: str) -> None:
        self.for_ever(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n", 0.02)

    def do_continue(self, _: str) -> None:
        self.for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02)

    def do_huge(self, _: str) -> None:
        self.for_ever(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x" * 65_536, 0.0)

    def for_ever(self, first: bytes, then: bytes, pause: float) -> None:
        try:
            self.wfile.write(first)
            while not self.receiver.over.wait(pause):
                self.wfile.write(then)
                self.receiver.written += len(then)
        except OSError:
            return
        finally:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Receiver:
    """What came, and where it stands."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.over, self.came = threading.Event(), threading.Condition()
        self.secret, self.port, self.written, self.well = "", 0, 0, True

    def await_seen(self, wanted: Callable[[list[tuple[str, dict[str, str], bytes]]], bool], seconds: float = 60.0) -> None:
        """Until what came is what is wanted."""
        with self.came:
            assert self.came.wait_for(lambda: wanted(self.seen), seconds), self.seen


@contextmanager
def receiving(certificate: tuple[Path, Path] | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of this machine, with TLS if it has a certificate."""
    found = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OwnHandler", (Handler,), {"receiver": found}))
    server.daemon_threads = True
    found.port = server.server_port
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        found.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
