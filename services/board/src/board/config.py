"""Settings: the environment → one object. All that is wrong is named at once; an unknown `BOARD_…` is wrong too."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from board import reaching
from board.errors import ConfigError

KEYS: Mapping[str, str] = {
    "BOARD_DATABASE_URL": "the board's own tables: postgresql://user:password@host/database, or sqlite:///path/board.sqlite",
    "BOARD_AMQP_URL": "the broker, with the board's account: amqps://board:password@broker:5671/duban",
    "BOARD_DATABASE_CA": "who vouches for PostgreSQL: a PEM file; certificate and host name are checked",
    "BOARD_AMQP_CA": "who vouches for the broker, with amqps://; without it whom this machine trusts",
    "BOARD_PLAINTEXT": "allow: servers on other machines without TLS, where nobody else can listen",
    "BOARD_LISTEN": "host:port of the web server; default 127.0.0.1:8000",
    "BOARD_METRICS": "host:port where /metrics answers, for Prometheus alone; port 0 takes a free one; unset: nowhere",
    "BOARD_PROXY": "the proxy in front, by its address, or *: its X-Forwarded-For is believed; unset, all behind it count as one",
    "BOARD_SECURE_COOKIES": "on (default): cookies go over https only; off: for trials on this machine",
    "BOARD_LIVE": "browsers that get news by server-sent events at a time; each holds a thread; default 16",
    "BOARD_UNITS": "a CSV file with the heading code,name: names of units until a directory is published",
    "BOARD_URL": "the board's own address for browsers, e.g. https://board.city.example; sign-on elsewhere leads back to it",
    "BOARD_OIDC_CLIENT": "the board's name at the sign-on server (client_id); set, people may sign on there",
    "BOARD_OIDC_SECRET": "its secret there, for a confidential client",
    "BOARD_OIDC_CA": "who vouches for the sign-on server: a PEM file; without it whom this machine trusts",
    "BOARD_DOORS": "the services' HTTP doors, for rehearsals: intake=http://… escalation=… scoring=… notify=…; unset: none here",
    "BOARD_DOORS_KEY": "the key for them: `python -m intake keys create --unit OFFICE --scope replay`, then `keys admit`",
    "BOARD_DOORS_CA": "who vouches for them, with https://: a PEM file; without it whom this machine trusts",
    "BOARD_REHEARSE_DAYS": "how many days back messages are rehearsed; default 400",
    "BOARD_REHEARSE_PYTHON": "a python that has the package duban, which plays; default: the board's own",
}
"""Every setting with what it means."""

SHARED: Mapping[str, str] = {
    "DUBAN_OIDC_ISSUER": "the sign-on server, as its tokens name it",
    "DUBAN_OIDC_JWKS": "its public keys: a file or an https:// address; without it where its discovery document says",
    "DUBAN_OIDC_ALGORITHMS": "signatures that are believed; default RS256 PS256 ES256 EdDSA",
    "DUBAN_OIDC_UNIT": "the claim with the unit's code, or OFFICE; default unit",
    "DUBAN_OIDC_ROLES": "the claim with the roles; default roles",
    "DUBAN_OIDC_NAME": "the claim with the person's name; default name",
}
"""Settings of the HTTP door that mean the same here (`DUBAN_OIDC_AUDIENCE` does not: an identity token is for the client)."""

POLICY = "DUBAN_POLICY"
"""The services' setting, read here for who approves alone."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a private key: `none`, and any HMAC that a public key could be used for, cannot be set."""
BELIEVED = ("RS256", "PS256", "ES256", "EdDSA")
AUDIENCE = "DUBAN_OIDC_AUDIENCE"
SECRETS = ("BOARD_OIDC_SECRET", "BOARD_DOORS_KEY")
SERVICES = ("intake", "escalation", "scoring", "notify")
LONGEST_DAYS = 3_660
REHEARSALS_ONLY = (
    *("BOARD_DOORS_KEY", "BOARD_DOORS_KEY" + reaching.FROM_FILE, "BOARD_DOORS_CA"),
    *("BOARD_REHEARSE_DAYS", "BOARD_REHEARSE_PYTHON"),
)
"""Settings that mean nothing without `BOARD_DOORS`."""
BACK = "/sso/back"
"""Where the sign-on server sends people to."""
OFF = "/sso/off"
"""And whoever signed off there."""


@dataclass(frozen=True, slots=True)
class OpenId:
    """Whom we believe about people, as whom we ask, and which claims mean what."""

    issuer: str
    client: str
    url: str
    secret: str = ""
    ca: str | None = None
    jwks: str = ""
    algorithms: tuple[str, ...] = BELIEVED
    unit_claim: str = "unit"
    roles_claim: str = "roles"
    name_claim: str = "name"

    @property
    def redirect_uri(self) -> str:
        """The address that the sign-on server must know as the board's."""
        return self.url.rstrip("/") + BACK

    @property
    def signed_off_uri(self) -> str:
        """Where it sends people who signed off; known there, too."""
        return self.url.rstrip("/") + OFF


@dataclass(frozen=True, slots=True)
class Rehearsing:
    """Where the messages of a rehearsal come from, and who plays them."""

    doors: Mapping[str, str]
    """Service → address."""
    key: str
    ca: str | None = None
    days: int = 400
    python: str = sys.executable


@dataclass(frozen=True, slots=True)
class Settings:
    """How one board runs."""

    database_url: str
    amqp_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    proxy: str | None = None
    secure_cookies: bool = True
    live: int = 16
    names: Mapping[str, str] = field(default_factory=dict)
    open_id: OpenId | None = None
    """Where people may sign on beside the board's own accounts."""
    metrics: tuple[str, int] | None = None
    """Where Prometheus asks."""
    policy: str | None = None
    """The file of the policy that the services are started with; read by `access.approving`, and for rehearsals."""
    rehearsing: Rehearsing | None = None
    """None where no doors are named."""


def read(environment: Mapping[str, str]) -> Settings:
    """The settings; ConfigError names everything that is wrong with them."""
    known = {*KEYS, *(key + reaching.FROM_FILE for key in (*reaching.SERVERS, *SECRETS))}
    faults = [_unknown(key) for key in sorted(environment) if key.startswith("BOARD_") and key not in known]
    urls = {key: _server(key, environment, faults) for key in reaching.SERVERS}
    if environment.get("BOARD_PLAINTEXT", "allow") != "allow":
        faults.append(f"BOARD_PLAINTEXT: {KEYS['BOARD_PLAINTEXT']}")
    host, port = _listening("BOARD_LISTEN", environment.get("BOARD_LISTEN", "127.0.0.1:8000"), faults)
    metrics = _listening("BOARD_METRICS", told, faults) if (told := environment.get("BOARD_METRICS")) else None
    secure = environment.get("BOARD_SECURE_COOKIES", "on")
    if secure not in ("on", "off"):
        faults.append(f"BOARD_SECURE_COOKIES: {KEYS['BOARD_SECURE_COOKIES']}")
    live = environment.get("BOARD_LIVE", "16")
    if not live.isdigit() or int(live) > 1000:  # noqa: PLR2004 - threads
        faults.append(f"BOARD_LIVE: a whole number up to 1000; {KEYS['BOARD_LIVE']}")
    names = _names(environment.get("BOARD_UNITS"), faults)
    open_id = _open_id(environment, faults)
    rehearsing = _rehearsing(environment, faults)
    if faults:
        raise ConfigError("; ".join(faults))
    return Settings(
        urls["BOARD_DATABASE_URL"],
        urls["BOARD_AMQP_URL"],
        host,
        port,
        environment.get("BOARD_PROXY") or None,
        secure == "on",
        int(live),
        names,
        open_id,
        metrics,
        environment.get(POLICY) or None,
        rehearsing,
    )


def _rehearsing(environment: Mapping[str, str], faults: list[str]) -> Rehearsing | None:
    """All that a rehearsal needs; None where no doors are named."""
    said = environment.get("BOARD_DOORS", "").replace(",", " ").split()
    if not said:
        alone = [key for key in REHEARSALS_ONLY if environment.get(key)]
        faults += [f"{key} needs BOARD_DOORS: {KEYS['BOARD_DOORS']}" for key in alone]
        return None
    doors = dict(each.partition("=")[::2] for each in said)
    open_way = environment.get("BOARD_PLAINTEXT") == "allow"
    if set(doors) != set(SERVICES) or not all(map(_is_address, doors.values())):
        faults.append(f"BOARD_DOORS: {KEYS['BOARD_DOORS']}")
    elif unsafe := [each for each in doors.values() if not (open_way or reaching.is_private_way(each))]:
        faults.append(
            f"BOARD_DOORS: {unsafe[0]} is read in the clear: https://, or BOARD_PLAINTEXT=allow where nobody can listen"
        )
    days = environment.get("BOARD_REHEARSE_DAYS", "400")
    if not days.isdigit() or not 1 <= int(days) <= LONGEST_DAYS:
        faults.append(f"BOARD_REHEARSE_DAYS: a whole number from 1 to {LONGEST_DAYS}; {KEYS['BOARD_REHEARSE_DAYS']}")
        days = "1"
    key = _secret("BOARD_DOORS_KEY", environment, faults)
    if not key:
        faults.append(f"BOARD_DOORS_KEY is missing: {KEYS['BOARD_DOORS_KEY']}")
    ca = _authority("BOARD_DOORS_CA", environment, faults)
    python = environment.get("BOARD_REHEARSE_PYTHON") or sys.executable
    return Rehearsing(doors, key, ca, int(days), python)


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query


def _listening(key: str, value: str, faults: list[str]) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the last port
        faults.append(f"{key}: {KEYS[key]}")
        return "", 0
    return host.strip("[]"), int(port)


def _open_id(environment: Mapping[str, str], faults: list[str]) -> OpenId | None:
    """Sign-on elsewhere; None where no client is named. The issuer alone may be set for the services' doors."""
    client, found = environment.get("BOARD_OIDC_CLIENT", ""), {key: environment.get(key, "") for key in SHARED}
    faults += [_unknown(key) for key in sorted(environment) if key.startswith("DUBAN_OIDC_") and key not in {*SHARED, AUDIENCE}]
    if not client:
        alone = [key for key in ("BOARD_OIDC_SECRET", "BOARD_OIDC_SECRET_FILE", "BOARD_OIDC_CA") if environment.get(key)]
        faults += [f"{key} needs BOARD_OIDC_CLIENT: {KEYS['BOARD_OIDC_CLIENT']}" for key in alone]
        return None
    url, issuer, jwks = environment.get("BOARD_URL", ""), found["DUBAN_OIDC_ISSUER"], found["DUBAN_OIDC_JWKS"]
    meanings = {**KEYS, **SHARED}
    for key, value in (("BOARD_URL", url), ("DUBAN_OIDC_ISSUER", issuer)):
        if not reaching.is_private_way(value):
            faults.append(f"{key}: an https:// address (http:// on this machine alone); {meanings[key]}")
    if jwks.startswith("http://") and not reaching.is_private_way(jwks):
        faults.append(f"DUBAN_OIDC_JWKS: {SHARED['DUBAN_OIDC_JWKS']}")
    algorithms = tuple(found["DUBAN_OIDC_ALGORITHMS"].replace(",", " ").split()) or BELIEVED
    if unsafe := [one for one in algorithms if one not in ALGORITHMS]:
        faults.append(f"DUBAN_OIDC_ALGORITHMS: {', '.join(unsafe)} is not safe here; choose among {', '.join(ALGORITHMS)}")
    claims = [found[f"DUBAN_OIDC_{name.upper()}"] or name for name in ("unit", "roles", "name")]
    return OpenId(
        issuer,
        client,
        url,
        _secret("BOARD_OIDC_SECRET", environment, faults),
        _authority("BOARD_OIDC_CA", environment, faults),
        jwks,
        algorithms,
        *claims,
    )


def _secret(key: str, environment: Mapping[str, str], faults: list[str]) -> str:
    try:
        return reaching.secret(key, environment)
    except ValueError as error:
        faults.append(str(error))
        return ""


def _authority(key: str, environment: Mapping[str, str], faults: list[str]) -> str | None:
    found = environment.get(key) or None
    if found is not None and not Path(found).is_file():
        faults.append(f"{key}: {found} is no file; {KEYS[key]}")
        return None
    return found


def _server(key: str, environment: Mapping[str, str], faults: list[str]) -> str:
    try:
        return reaching.address(key, environment, KEYS[key])
    except ValueError as error:
        faults.append(str(error))
        return ""


def _unknown(key: str) -> str:
    near = get_close_matches(key, (*KEYS, *SHARED), n=1)
    return f"{key} is no setting" + (f"; did you mean {near[0]}?" if near else "")


def _names(path: str | None, faults: list[str]) -> dict[str, str]:
    if not path:
        return {}
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            return {row["code"].strip(): row["name"].strip() for row in csv.DictReader(file)}
    except (OSError, KeyError, UnicodeError, AttributeError) as error:
        faults.append(f"BOARD_UNITS: {path}: {error}; {KEYS['BOARD_UNITS']}")
        return {}
