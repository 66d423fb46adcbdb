"""How a board is told where its servers are: secrets in files, TLS to other machines, and everything wrong named at once."""

from __future__ import annotations

import errno
import http.client
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import certificates
import pytest
from board import config, serving
from board.amqp.stream import parameters
from board.errors import ConfigError
from board.store.database import Database

HERE = {
    "BOARD_DATABASE_URL": "postgresql://board:secret@127.0.0.1/duban",
    "BOARD_AMQP_URL": "amqp://board:secret@localhost/duban",
}
AWAY = {"BOARD_DATABASE_URL": "postgresql://board:secret@srv/duban", "BOARD_AMQP_URL": "amqps://board:secret@srv/duban"}


def refused(environment: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as told:
        config.read(environment)
    assert "secret@" not in str(told.value)
    return str(told.value)


def test_servers_of_this_machine_need_no_more_than_their_addresses() -> None:
    found = config.read(HERE)
    assert (found.database_url, found.amqp_url) == tuple(HERE.values())


def test_an_address_may_stand_in_a_private_file(tmp_path: Path) -> None:
    file = tmp_path / "database_url"
    file.write_text(HERE["BOARD_DATABASE_URL"] + "\n")
    environment = {"BOARD_DATABASE_URL_FILE": str(file), "BOARD_AMQP_URL": HERE["BOARD_AMQP_URL"]}
    file.chmod(0o440)
    assert config.read(environment).database_url == HERE["BOARD_DATABASE_URL"]
    assert "keep one" in refused(environment | HERE)
    file.chmod(0o444)
    assert "not everybody can read" in refused(environment)
    file.chmod(0o600)
    file.write_text("\n")
    assert "is empty" in refused(environment)
    assert "cannot be read" in refused(environment | {"BOARD_DATABASE_URL_FILE": str(tmp_path / "none")})


def test_metrics_have_an_address_of_their_own_or_none() -> None:
    assert config.read(HERE).metrics is None
    assert config.read(HERE | {"BOARD_METRICS": "[::1]:9100"}).metrics == ("::1", 9100)
    for wrong in ("9100", "srv:", "srv:70000"):
        assert "BOARD_METRICS: host:port" in refused(HERE | {"BOARD_METRICS": wrong})


def test_a_server_on_another_machine_is_refused_without_tls() -> None:
    told = refused(AWAY | {"BOARD_AMQP_URL": "amqp://board:secret@10.0.0.7/duban"})
    assert "BOARD_DATABASE_CA" in told
    assert "BOARD_AMQP_CA" in told
    assert config.read(AWAY | {"BOARD_PLAINTEXT": "allow"}).database_url == AWAY["BOARD_DATABASE_URL"]
    assert "BOARD_PLAINTEXT" in refused(HERE | {"BOARD_PLAINTEXT": "yes"})


def test_an_authority_is_asked_for_certificate_and_name_by_both_clients(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    ca = certificates.Authority(folder).file
    found = config.read(AWAY | {"BOARD_DATABASE_CA": str(ca), "BOARD_AMQP_CA": str(ca)})
    asked = Database(found.database_url).engine.url.query
    assert (asked["sslmode"], asked["sslrootcert"]) == ("verify-full", str(ca))
    tls = parameters(found.amqp_url).ssl_options
    assert tls is not None
    assert tls.context.check_hostname
    assert len(tls.context.get_ca_certs()) == 1
    assert "a certificate file" in refused(AWAY | {"BOARD_DATABASE_CA": str(tmp_path / "none"), "BOARD_AMQP_CA": str(ca)})


ELSEWHERE = HERE | {
    "BOARD_OIDC_CLIENT": "board",
    "BOARD_URL": "https://board.city.example/",
    "DUBAN_OIDC_ISSUER": "https://id.city.example",
    "DUBAN_OIDC_ROLES": "realm_access.roles",
    "DUBAN_OIDC_AUDIENCE": "duban",
}


def test_sign_on_elsewhere_takes_the_names_of_the_http_door_where_they_mean_the_same(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n")
    secret.chmod(0o600)
    found = config.read(ELSEWHERE | {"BOARD_OIDC_SECRET_FILE": str(secret)}).open_id
    assert found is not None
    assert (found.redirect_uri, found.secret) == ("https://board.city.example/sso/back", "correct horse")
    assert (found.unit_claim, found.roles_claim, found.name_claim) == ("unit", "realm_access.roles", "name")
    assert found.algorithms == config.BELIEVED
    assert config.read(HERE | {"DUBAN_OIDC_ISSUER": "https://id.city.example"}).open_id is None  # for the services' doors


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"BOARD_URL": "http://board.city.example"}, "BOARD_URL"),
        ({"BOARD_URL": ""}, "BOARD_URL"),
        ({"DUBAN_OIDC_ISSUER": "http://id.city.example"}, "DUBAN_OIDC_ISSUER"),
        ({"DUBAN_OIDC_JWKS": "http://id.city.example/keys"}, "DUBAN_OIDC_JWKS"),
        ({"DUBAN_OIDC_ALGORITHMS": "RS256 HS256"}, "HS256 is not safe"),
        ({"DUBAN_OIDC_ALGORITHMS": "none"}, "none is not safe"),
        ({"DUBAN_OIDC_ROLE": "roles"}, "did you mean DUBAN_OIDC_ROLES"),
        ({"BOARD_OIDC_CA": "/nowhere.pem"}, "BOARD_OIDC_CA"),
        ({"BOARD_OIDC_CLIENT": "", "BOARD_OIDC_SECRET": "x"}, "BOARD_OIDC_SECRET needs BOARD_OIDC_CLIENT"),
    ],
)
def test_a_sign_on_server_that_cannot_be_trusted_stops_the_start(changes: dict[str, str], word: str) -> None:
    assert word in refused(ELSEWHERE | changes)


def test_all_that_is_wrong_is_named_at_once() -> None:
    told = refused({"BOARD_LISTEN": "8000", "BOARD_LIEV": "16"})
    named = ("BOARD_DATABASE_URL", "BOARD_AMQP_URL", "BOARD_LISTEN", "did you mean BOARD_LIVE")
    assert [name for name in named if name not in told] == []


@pytest.mark.parametrize(("proxy", "other"), [("127.0.0.1", 403), (None, 429)])
def test_behind_a_known_proxy_one_persons_wrong_passwords_close_the_door_to_that_person_alone(
    desk: Any, proxy: str | None, other: int
) -> None:
    with serving.served(desk.site, serving.Address("127.0.0.1", 0, proxy)) as at:
        assert [tried(at, "203.0.113.7", f"guess-{each}") for each in range(6)] == [403] * 5 + [429]
        assert tried(at, "203.0.113.8", "li") == other


def tried(at: serving.Address, client: str, login: str) -> int:
    """The answer to a wrong password from an address, as a proxy passes it on."""
    connection = http.client.HTTPConnection(at.host, at.port, timeout=30)
    own = f"http://{at.host}:{at.port}"
    headers = {"X-Forwarded-For": client, "Origin": own, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", f"login={login}&password=wrong", headers)
    status = connection.getresponse().status
    connection.close()
    return status


class Closing:
    """A web server whose loop waits for a socket while it is closed; so did waitress, now and then."""

    effective_port = 1

    def __init__(self) -> None:
        self.closed, self.runs = threading.Event(), 0
        self.task_dispatcher = SimpleNamespace(shutdown=lambda **_: None)

    def run(self) -> None:
        self.runs += 1
        if self.runs == 1:
            assert self.closed.wait(30)
            raise OSError(errno.EBADF, "Bad file descriptor")

    def close(self) -> None:
        self.closed.set()


def test_a_socket_that_is_closed_while_the_server_waits_for_it_is_no_crash(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    running = Closing()
    monkeypatch.setattr(serving, "server", lambda site, at: running)
    with serving.served(desk.site, serving.Address("127.0.0.1", 0)):
        pass
    assert running.runs == 2
