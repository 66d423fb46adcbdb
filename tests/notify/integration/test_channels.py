"""Each channel against a real server on this machine: what it takes, refuses, delays, drops and hides."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from notify.channels.email import Email
from notify.channels.robots import Robot
from notify.channels.sms import Sms
from notify.domain.sending import DELIVERED, Copy, Result

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
SHORT = 0.3
"""Seconds that a channel waits here; only what hangs on purpose takes them."""


def copy_to(address: str, copy_id: str = "0123abcd-0000-8000-a000-000000000000") -> Copy:
    return Copy(
        copy_id=copy_id, unit="ZJJ", addressee="HEAD", address=address, title="督办", text="正文\n.\n第二行\n", written_at=NOW
    )


# ---- mail


class Mailbox:
    """Behaves by the name before the @ of the recipient."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        name = address.partition("@")[0]
        if name.isdigit():
            return f"{name} said so"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        name = envelope.rcpt_tos[0].partition("@")[0]
        if name.startswith("data"):
            return f"{name[4:]} said so"
        if name == "drop":
            server.transport.abort()
            return "250 lost"
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        if name == "hide":
            server.transport.abort()
        if name == "stall":
            await asyncio.Event().wait()
        return "250 OK"


class MailServer(Controller):
    """On a free port, which the server finds itself."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    yield Mailbox()


@pytest.fixture
def mail(mailbox: Mailbox) -> Iterator[Email]:
    controller = MailServer(mailbox, hostname="127.0.0.1", port=0, server_hostname="mail.test")
    controller.start()
    yield Email(host="127.0.0.1", port=controller.port, sender="duban@example.org", security="none", seconds=SHORT)
    controller.stop()


def test_a_mail_arrives_as_it_was_written(mail: Email, mailbox: Mailbox) -> None:
    assert mail.send(copy_to("ok@x.org")) == DELIVERED
    (taken,) = mailbox.taken
    assert (taken["Subject"], taken["To"]) == ("督办", "ok@x.org")
    assert taken["Message-ID"] == "<0123abcd-0000-8000-a000-000000000000@example.org>"
    assert taken.get_content().replace("\r\n", "\n") == "正文\n.\n第二行\n"


@pytest.mark.parametrize(
    ("name", "result", "ill"),
    [
        ("450", Result.LATER, False),
        ("452", Result.LATER, False),
        ("421", Result.LATER, True),
        ("550", Result.NEVER, False),
        ("530", Result.LATER, True),
        ("data451", Result.LATER, False),
        ("data554", Result.NEVER, False),
    ],
)
def test_what_the_mail_server_answers_decides(mail: Email, mailbox: Mailbox, name: str, result: Result, ill: bool) -> None:
    found = mail.send(copy_to(f"{name}@x.org"))
    assert (found.result, found.channel_is_ill, found.perhaps) == (result, ill, False)
    assert "said so" in found.detail
    assert mailbox.taken == []


@pytest.mark.parametrize("name", ["drop", "hide", "stall"])
def test_a_lost_answer_is_no_delivery_but_may_hide_one(mail: Email, name: str) -> None:
    found = mail.send(copy_to(f"{name}@x.org"))
    assert (found.result, found.channel_is_ill, found.perhaps) == (Result.LATER, True, True)


def test_no_mail_server_and_one_without_tls_are_faults_of_the_channel(mail: Email) -> None:
    nobody = Email(host="127.0.0.1", port=1, sender="duban@example.org", seconds=SHORT)
    plain = Email(host=mail.host, port=mail.port, sender="duban@example.org", security="starttls", seconds=SHORT)
    for channel in (nobody, plain):
        found = channel.send(copy_to("ok@x.org"))
        assert (found.result, found.channel_is_ill, found.perhaps) == (Result.LATER, True, False)


# ---- robots and gateways


class Web(BaseHTTPRequestHandler):
    """Behaves by its path; `/say?…` answers 200 with what stands behind the question mark."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, dict[str, str], bytes]]
    over: threading.Event

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.seen.append((self.path, dict(self.headers), body))
        word = self.path.split("?")[0].strip("/")
        if word == "hang":
            self.over.wait(20)
        elif word == "trickle":
            self.trickle()
        else:
            self.answer(word)

    def answer(self, word: str) -> None:
        status = int(word) if word.isdigit() else 200
        content = b'{"errcode": 0}' if word == "ok" else b'{"errcode": 45009, "errmsg": "freq"}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", "120")
        if status == 302:
            self.send_header("Location", "/ok")
        self.end_headers()
        self.wfile.write(content)

    def trickle(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.over.wait(0.05):
            try:
                self.wfile.write(b"X-More: 1\r\n")
                self.wfile.flush()
            except OSError:
                return

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def web() -> Iterator[tuple[str, list[Any]]]:
    handler = type("Handler", (Web,), {"seen": [], "over": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler.seen
    handler.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def robot(address: str, word: str) -> Robot:
    return Robot(maker="wecom", url=f"{address}/{word}?key=K", clock=lambda: NOW, seconds=SHORT)


def test_a_robot_on_a_private_host_is_given_the_text(web: Any) -> None:
    address, seen = web
    assert robot(address, "ok").send(copy_to("13800000000")) == DELIVERED
    ((path, headers, body),) = seen
    assert (path, headers["Content-Type"]) == ("/ok?key=K", "application/json; charset=utf-8")
    assert json.loads(body)["text"]["content"].startswith("正文")


@pytest.mark.parametrize(
    ("word", "result", "ill", "perhaps"),
    [
        ("busy", Result.LATER, True, False),
        ("500", Result.LATER, True, False),
        ("429", Result.LATER, True, False),
        ("404", Result.LATER, True, False),
        ("302", Result.LATER, True, False),
        ("410", Result.NEVER, False, False),
        ("400", Result.LATER, True, False),  # its own code says more: too fast
        ("hang", Result.LATER, True, True),
        ("trickle", Result.LATER, True, True),
    ],
)
def test_what_the_other_side_answers_decides(web: Any, word: str, result: Result, ill: bool, perhaps: bool) -> None:
    address, seen = web
    found = robot(address, word).send(copy_to("group"))
    assert (found.result, found.channel_is_ill, found.perhaps) == (result, ill, perhaps)
    assert len(seen) == 1  # a redirect is not followed
    assert "K" not in found.detail.replace("HTTP", "")  # the key of the address is not told
    assert found.after == (timedelta(seconds=120) if word == "429" else None)


def test_nobody_there_is_a_fault_of_the_channel_that_hides_nothing() -> None:
    found = robot("http://127.0.0.1:1", "ok").send(copy_to("group"))
    assert (found.result, found.channel_is_ill, found.perhaps) == (Result.LATER, True, False)


def test_a_gateway_is_asked_as_its_template_says(web: Any) -> None:
    address, seen = web
    headers = {"Content-Type": "application/json", "X-App": "7"}
    body = '{"to": "{to}", "t": "{text}", "id": "{id}"}'
    gateway = Sms(url=f"{address}/ok?to={{to}}", body=body, headers=headers, success_field="errcode", seconds=SHORT)
    assert gateway.send(copy_to("+8613800000000")) == DELIVERED
    ((path, sent, data),) = seen
    assert (path, sent["X-App"]) == ("/ok?to=%2B8613800000000", "7")
    assert json.loads(data) == {"to": "+8613800000000", "t": "督办", "id": "0123abcd-0000-8000-a000-000000000000"}
    refused = Sms(url=f"{address}/busy", body=body, headers=headers, success_field="errcode", seconds=SHORT)
    assert refused.send(copy_to("13800000000")).result is Result.LATER
