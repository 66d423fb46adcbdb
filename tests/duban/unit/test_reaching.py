"""Passwords go to other machines over TLS alone: to the broker, and to its management with the administrator's."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner, Result
from duban.cli import main


class Management(BaseHTTPRequestHandler):
    """Knows no account, has no queue, and takes every definition."""

    taken: list[bytes] = []

    def do_GET(self) -> None:
        if self.path.startswith("/api/users/"):
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"[]")

    def do_POST(self) -> None:
        self.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """Where the certificate of the server's authority is."""
    return tmp_path / "ca.pem"


@pytest.fixture
def management(authority: Path) -> Iterator[int]:
    """The port of a management API with a certificate for localhost."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    with HTTPServer(("127.0.0.1", 0), Management) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def duban(*arguments: str) -> Result:
    return CliRunner(env={"AMQP_URL": "", "DUBAN_AMQP_CA": "", "DUBAN_PLAINTEXT": ""}).invoke(main, arguments)


def account(address: str, *more: str) -> Result:
    return duban("account", "slj", "--unit", "SLJ", "--management", address, *more)


def test_an_account_is_made_over_tls_with_the_citys_authority(management: int, authority: Path) -> None:
    Management.taken.clear()
    done = account(f"https://admin:of-the-broker@localhost:{management}", "--ca", str(authority))
    assert done.exit_code == 0, done.stderr
    assert [b'"slj"' in body for body in Management.taken] == [True]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_management_that_cannot_be_trusted_gets_no_password(management: int, authority: Path, host: str) -> None:
    Management.taken.clear()
    trusted = ["--ca", str(authority)] if host != "localhost" else []
    done = account(f"https://admin:of-the-broker@{host}:{management}", *trusted)
    assert (done.exit_code, "certificate verify failed" in done.stderr, Management.taken) == (2, True, [])
    assert "of-the-broker" not in done.stderr


def test_an_administrators_password_does_not_go_to_another_machine_in_the_clear() -> None:
    done = account("http://admin:of-the-broker@broker.invalid:15672")
    assert (done.exit_code, "without TLS; write https://" in done.stderr, "of-the-broker" in done.stderr) == (2, True, False)


@pytest.mark.parametrize("command", [["publish", __file__], ["watch"], ["indicators", "--year", "2026", "--out", "x.csv"]])
def test_a_command_does_not_go_to_a_broker_on_another_machine_in_the_clear(command: list[str]) -> None:
    done = duban(*command, "--url", "amqp://zjj:password@broker.invalid/duban")
    assert (done.exit_code, "without TLS; write amqps://" in done.stderr) == (2, True), done.stderr


def test_a_key_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "zjj.key"
    key.write_text("key")
    key.chmod(0o644)
    done = duban("trace", "M", "--url", "amqps://zjj@localhost/duban", "--cert", str(key), "--key", str(key))
    assert (done.exit_code, "DUBAN_AMQP_KEY must be a file that not everybody can read" in done.stderr) == (2, True), done.stderr
