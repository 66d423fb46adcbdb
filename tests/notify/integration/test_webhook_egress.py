"""The way out against real receivers: whatever they do, a call ends, reads little, and goes to the address that was checked."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from notify.webhooks.egress import Egress, Lost, Refused, Reply, by_dns
from notify.webhooks.targets import Rules, read_rules
from webhook_receiver import Receiver, receiving

SHORT = 0.4
"""Seconds that a call may take here; only what hangs on purpose takes them."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def way(port: int, **more: Any) -> Egress:
    """To this port of this machine, whatever the name."""
    rules = Rules(openings=read_rules(f"127.0.0.0/8:{port}").openings, plain=True)
    return Egress(**{"rules": rules, "resolve": lambda _h, _p: ["127.0.0.1"], "total_seconds": SHORT, **more})


def call(receiver: Receiver, path: str, **more: Any) -> Reply | Lost:
    return way(receiver.port, **more).post(f"http://hooks.example:{receiver.port}/{path}", b'{"a": 1}', {"X-One": "1"})


def test_a_call_has_the_name_in_host_and_its_own_headers_only(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert call(receiver, "ok?key=1") == Reply(200, b"thank you", None)
    assert call(receiver, "ok") == Reply(200, b"thank you", None)
    (path, headers, body), (_, again, _) = receiver.seen
    assert (path, body, headers["X-One"]) == ("/ok?key=1", b'{"a": 1}', "1")
    assert headers["Host"] == f"hooks.example:{receiver.port}"
    assert "Cookie" not in again  # although the first answer set one


@pytest.mark.parametrize("status", [301, 302, 307, 400, 410, 500, 503])
def test_an_answer_is_told_as_it_is(receiver: Receiver, status: int) -> None:
    assert call(receiver, f"{status}?77") == Reply(status, b"told to", "77")


def test_a_redirect_is_not_followed_inward_or_anywhere(receiver: Receiver) -> None:
    for to in (f"http://127.0.0.1:{receiver.port}/ok", "http://169.254.169.254/latest/meta-data/", "//inside/"):
        answer = call(receiver, f"redirect?{to}")
        assert isinstance(answer, Reply) and answer.status == 302
    assert len(receiver.seen) == 3


@pytest.mark.parametrize("word", ["hang", "drip", "continue", "close"])
def test_a_receiver_that_never_answers_is_left_and_the_event_is_in_doubt(receiver: Receiver, word: str) -> None:
    answer = call(receiver, word)
    assert isinstance(answer, Lost) and answer.perhaps


def test_of_an_endless_answer_the_beginning_is_read(receiver: Receiver) -> None:
    answer = call(receiver, "huge", total_seconds=10.0)
    assert isinstance(answer, Reply) and len(answer.body) == 65_536
    assert receiver.written < 50_000_000


def test_what_is_packed_stays_packed(receiver: Receiver) -> None:
    answer = call(receiver, "bomb", total_seconds=10.0)
    assert isinstance(answer, Reply) and answer.status == 200
    assert len(answer.body) < 65_536


def test_nobody_there_and_no_such_name_hide_nothing() -> None:
    lost = way(1).post("http://hooks.example:1/", b"", {})
    assert isinstance(lost, Lost) and not lost.perhaps

    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    lost = way(1, resolve=unknown).post("http://hooks.example:1/", b"", {})
    assert isinstance(lost, Lost) and not lost.perhaps


# ---- names that change


def test_a_name_that_changes_its_address_after_the_check_is_asked_only_once(receiver: Receiver) -> None:
    """A rebinding DNS server gives what is allowed first, and what is inside when it is asked again."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.9.9.9"]

    rules = Rules(openings=read_rules(f"127.0.0.1/32:{receiver.port}").openings, plain=True)
    out = Egress(rules=rules, resolve=rebinding, total_seconds=SHORT)
    url = f"http://rebind.example:{receiver.port}/ok"
    assert isinstance(out.post(url, b"{}", {}), Reply)
    assert asked == ["rebind.example"]
    with pytest.raises(Refused, match=r"127\.9\.9\.9"):
        out.post(url, b"{}", {})
    assert len(receiver.seen) == 1


def test_one_bad_address_among_good_ones_is_enough_to_refuse(receiver: Receiver) -> None:
    rules = Rules(openings=read_rules(f"127.0.0.1/32:{receiver.port}").openings, plain=True)
    out = Egress(rules=rules, resolve=lambda _h, _p: ["127.0.0.1", "10.0.0.1"], total_seconds=SHORT)
    with pytest.raises(Refused, match=r"10\.0\.0\.1"):
        out.post(f"http://both.example:{receiver.port}/ok", b"{}", {})
    assert receiver.seen == []


def test_the_second_address_is_called_when_the_first_is_away(receiver: Receiver) -> None:
    answer = call(receiver, "ok", resolve=lambda _h, _p: ["127.0.0.9", "127.0.0.1"])
    assert isinstance(answer, Reply)


def test_this_machine_resolves_names_and_numbers() -> None:
    assert "127.0.0.1" in by_dns("localhost", 443)
    assert by_dns("0x7f000001", 443) == ["127.0.0.1"]


# ---- TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def tls(port: int, trusted: Path) -> Egress:
    return way(port, trust=ssl.create_default_context(cafile=trusted), total_seconds=5.0)


def test_the_certificate_must_be_of_the_name_although_the_address_was_checked(authority: Authority) -> None:
    with receiving(authority.issue("hooks.example")) as receiver:
        out = tls(receiver.port, authority.file)
        assert isinstance(out.post(f"https://hooks.example:{receiver.port}/ok", b"{}", {}), Reply)
        for name in ("other.example", "127.0.0.1"):
            lost = out.post(f"https://{name}:{receiver.port}/ok", b"{}", {})
            assert isinstance(lost, Lost) and "certificate verify failed" in lost.reason and not lost.perhaps, name
        assert len(receiver.seen) == 1


def test_a_certificate_of_an_unknown_authority_is_refused(authority: Authority) -> None:
    with receiving(authority.issue("hooks.example")) as receiver:
        lost = way(receiver.port, total_seconds=5.0).post(f"https://hooks.example:{receiver.port}/ok", b"{}", {})
        assert isinstance(lost, Lost) and "certificate verify failed" in lost.reason
        assert receiver.seen == []


def test_a_receiver_that_never_finishes_its_handshake_is_left(receiver: Receiver) -> None:
    """It speaks plain HTTP and waits for a request that never comes."""
    assert os.environ.get("SSLKEYLOGFILE") is None
    lost = way(receiver.port).post(f"https://hooks.example:{receiver.port}/ok", b"{}", {})
    assert isinstance(lost, Lost) and not lost.perhaps
