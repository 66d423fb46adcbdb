"""Mail over TLS and with a login, against a real server with a certificate of an authority of one's own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from certificates import Authority
from notify.channels import plan
from notify.channels.email import Email
from notify.domain.sending import DELIVERED, Copy, Outcome, Result

COPY = Copy(
    copy_id="0123abcd-0000-8000-a000-000000000000", unit="ZJJ", addressee="HEAD", address="head@x.org", title="督办",
    text="正文\n", written_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
)  # fmt: skip
NAME = "mail.example"
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
"""The server does not know that `tls` is TLS from the first byte."""


class Mailbox:
    """Takes everything; remembers whether it came over TLS and who had logged in."""

    def __init__(self) -> None:
        self.taken: list[tuple[bool, str | None]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        user = session.auth_data.login.decode() if session.auth_data else None
        self.taken.append((session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None, user))
        return "250 OK"


class MailServer(Controller):
    """On a free port, which the server finds itself."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"duban", b"a secret")
    return AuthResult(success=right, handled=False, auth_data=data if right else None)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def context(authority: Authority) -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(*authority.issue(NAME))
    return found


@pytest.fixture
def served(context: ssl.SSLContext) -> Iterator[Callable[[str], tuple[int, Mailbox]]]:
    """`served("tls")` or `served("starttls")`: port and mailbox of a server that wants a login."""
    running: list[MailServer] = []

    def start(security: str) -> tuple[int, Mailbox]:
        mailbox = Mailbox()
        more = {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
        rights = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": security == "starttls"}
        server = MailServer(mailbox, hostname="127.0.0.1", port=0, server_hostname="mail.test", **more, **rights)
        server.start()
        running.append(server)
        return int(server.port), mailbox

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def send(authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    """`send(port, security, …)`: through a channel as the channels file describes it; names lead to this machine."""
    real = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda address, *more, **named: real(("127.0.0.1", address[1]), *more, **named)
    )

    def by(port: int, security: str, *, host: str = NAME, password: str = "a secret", ca: bool = True) -> Outcome:
        (tmp_path / "password").write_text(password + "\n", "utf-8")
        trust = f'ca = "{authority.file}"\n' if ca else ""
        (tmp_path / "channels.toml").write_text(
            f'[channels.mail]\nkind = "email"\nhost = "{host}"\nport = {port}\nsender = "duban@example.org"\nuser = "duban"\n'
            f'security = "{security}"\npassword_file = "{tmp_path / "password"}"\nseconds = 5\n{trust}',
            "utf-8",
        )
        channel = plan.read(tmp_path / "channels.toml").open(lambda: COPY.written_at, lambda _: None)["mail"]
        assert isinstance(channel, Email)
        return channel.send(COPY)

    return by


BOTH = pytest.mark.parametrize("security", ["tls", "starttls"])


@BOTH
def test_a_mail_goes_over_tls_after_a_login(served: Any, send: Any, security: str) -> None:
    port, mailbox = served(security)
    assert send(port, security) == DELIVERED
    assert mailbox.taken == [(True, "duban")]


@BOTH
def test_a_wrong_certificate_is_refused_and_said_before_anything_is_told(served: Any, send: Any, security: str) -> None:
    port, mailbox = served(security)
    for wrong, said in (({"host": "other.example"}, "Hostname mismatch"), ({"ca": False}, "unable to get local issuer")):
        outcome = send(port, security, **wrong)
        assert (outcome.result, outcome.channel_is_ill, outcome.perhaps) == (Result.LATER, True, False)
        assert "certificate verify failed" in outcome.detail and said in outcome.detail
    assert mailbox.taken == []


@BOTH
def test_a_wrong_password_is_a_fault_of_the_channel_and_is_not_repeated_in_the_log(served: Any, send: Any, security: str) -> None:
    port, mailbox = served(security)
    outcome = send(port, security, password="wrong-one")
    assert (outcome.result, outcome.channel_is_ill, outcome.perhaps) == (Result.LATER, True, False)
    assert "535" in outcome.detail and "wrong-one" not in outcome.detail
    assert mailbox.taken == []


def test_a_login_is_never_sent_in_the_clear(served: Any, send: Any) -> None:
    port, mailbox = served("starttls")
    outcome = send(port, "none")
    assert (outcome.result, outcome.channel_is_ill) == (Result.LATER, True)
    assert mailbox.taken == []


def test_a_password_that_no_login_can_carry_stops_the_start(send: Any) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        send(1, "tls", password="密码")
