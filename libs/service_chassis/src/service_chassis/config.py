"""Settings: the environment → frozen dataclasses. All that is wrong is named at once, with a suggestion.

Every key is listed in `Settings`; a `DUBAN_…` key that nobody knows is an error, because a misspelt setting that is silently
ignored is found at night. Keys that begin with `DUBAN_TEST_` belong to the tests. A secret `KEY` may stand in a file instead,
named by `KEY_FILE` (systemd's and Kubernetes' way); such a file must not be readable by everybody.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from service_chassis import secrets, transport
from service_chassis.errors import ConfigError

S = TypeVar("S")

PREFIX = "DUBAN_"
NOT_OURS = ("DUBAN_TEST_",)
"""Prefixes that other programs of the project read."""


FROM_FILE = "_FILE"
"""`KEY_FILE` names the file that a secret `KEY` is read from."""


def setting(key: str, read: Callable[[str], Any], text: str, *, secret: bool = False, **default: Any) -> Any:
    """A dataclass field that is read from the environment variable `key`; `read` raises ValueError on a bad value.

    The value of a `secret` one is never shown, and may come from the file that `key` with `_FILE` names.
    """
    return field(metadata={"key": key, "read": read, "text": text, "secret": secret}, **default)


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def read(value: str) -> int:
        if not value.strip().lstrip("-").isdigit() or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return read


def seconds(low: float, high: float) -> Callable[[str], float]:
    """A number of seconds from `low` to `high`."""

    def read(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise ValueError(f"a number of seconds from {low:g} to {high:g}")
        return number

    return read


def file(value: str) -> Path:
    """An existing, readable file."""
    path = Path(value)
    if not path.is_file() or not os.access(path, os.R_OK):
        raise ValueError("a file that exists and can be read")
    return path


def address(value: str) -> tuple[str, int]:
    """`host:port`; port 0 takes a free one."""
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("host:port, e.g. 127.0.0.1:8080")
    return host.strip("[]"), int(port)


def one_of(*words: str) -> Callable[[str], str]:
    """One of these words."""

    def read(value: str) -> str:
        if value not in words:
            raise ValueError(" or ".join(words))
        return value

    return read


def url(*schemes: str) -> Callable[[str], str]:
    """A URL with one of these schemes."""

    def read(value: str) -> str:
        if value.split(":", 1)[0] not in schemes or "://" not in value:
            raise ValueError(f"a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        with contextlib.suppress(ValueError):
            urlsplit(value)
            return value
        raise ValueError("a URL whose host can be read")

    return read


def words(value: str) -> tuple[str, ...]:
    """Words with commas between."""
    found = tuple(word.strip() for word in value.split(",") if word.strip())
    if not found:
        raise ValueError("words with commas between")
    return found


def clock(value: str) -> str:
    """`system`, or `file:PATH`."""
    if value != "system" and not (value.startswith("file:") and len(value) > len("file:")):
        raise ValueError("system, or file:PATH for tests")
    return value


@dataclass(frozen=True, kw_only=True)
class ToServers:
    """Whether anything may go to another machine in the clear."""

    plaintext: str = setting(
        "DUBAN_PLAINTEXT",
        one_of("refuse", "allow"),
        "allow: servers on other machines without TLS, and the account guest there (only where nobody else can listen)",
        default="refuse",
    )

    def contradictions(self) -> list[str]:
        """What is wrong with settings of which each alone is right."""
        return []


@dataclass(frozen=True, kw_only=True)
class ToDatabase(ToServers):
    """How PostgreSQL is reached, the same for services and for the commands of `duban`."""

    database_url: str = setting(
        "DATABASE_URL",
        url("postgresql", "postgres", "postgresql+psycopg", "sqlite"),
        "where the service keeps its data; its own schema (named after it) is in there",
        secret=True,
    )
    database_ca: Path | None = setting(
        "DUBAN_DATABASE_CA", file, "certificates to trust for PostgreSQL; turns TLS on, host name checked", default=None
    )
    database_cert: Path | None = setting("DUBAN_DATABASE_CERT", file, "this service's own certificate for it", default=None)
    database_key: Path | None = setting(
        "DUBAN_DATABASE_KEY", secrets.private_file, "the key of DUBAN_DATABASE_CERT", default=None
    )

    def contradictions(self) -> list[str]:
        """What is wrong with the way to the database."""
        return transport.database_faults(self)


@dataclass(frozen=True, kw_only=True)
class ToBroker(ToServers):
    """How the broker is reached, the same for services and for the commands of `duban`."""

    amqp_url: str = setting(
        "AMQP_URL", url("amqp", "amqps", "pyamqp"), "the broker, with this service's own account; amqps:// for TLS", secret=True
    )
    amqp_ca: Path | None = setting(
        "DUBAN_AMQP_CA",
        file,
        "certificates to trust with amqps:// (else the system's); the host name is checked",
        default=None,
    )
    amqp_cert: Path | None = setting(
        "DUBAN_AMQP_CERT",
        file,
        "this service's own certificate; it logs in with it where AMQP_URL has no password",
        default=None,
    )
    amqp_key: Path | None = setting("DUBAN_AMQP_KEY", secrets.private_file, "the key of DUBAN_AMQP_CERT", default=None)

    def contradictions(self) -> list[str]:
        """What is wrong with the way to the broker."""
        return transport.broker_faults(self)


@dataclass(frozen=True, kw_only=True)
class Settings(ToBroker, ToDatabase):
    """What every service reads from its environment. Only `DATABASE_URL` and `AMQP_URL` have no default."""

    management_url: str | None = setting(
        "DUBAN_MANAGEMENT_URL",
        url("http", "https"),
        "its management, e.g. https://watcher:password@broker:15671: `check` and `migrate` see whether queues have limits",
        secret=True,
        default=None,
    )
    policy: Path | None = setting("DUBAN_POLICY", file, "overrides of the default policy (TOML)", default=None)
    clock: str = setting("DUBAN_CLOCK", clock, "system, or file:PATH for tests", default="system")
    flow: int = setting(
        "DUBAN_FLOW", whole(0, 1_000_000), "messages a minute of one sender that are read, the office's apart; 0: all", default=0
    )
    batch: int = setting("DUBAN_BATCH", whole(1, 5000), "messages per transaction, at most", default=500)
    tick_seconds: float = setting("DUBAN_TICK", seconds(0.01, 3600), "pause between two looks for due timers", default=1.0)
    cut_seconds: float = setting("DUBAN_CUT", seconds(0, 3600), "shortest time between two markers", default=1.0)
    grace_seconds: float = setting(
        "DUBAN_GRACE", seconds(0, 86400), "settling time before a passed limit is looked at", default=60.0
    )
    timer_batch: int = setting("DUBAN_TIMER_BATCH", whole(1, 10000), "timers per transaction, at most", default=1000)
    relay_batch: int = setting("DUBAN_RELAY_BATCH", whole(1, 5000), "outbox rows per publish, at most", default=1000)
    relay_pause: float = setting("DUBAN_RELAY_PAUSE", seconds(0.001, 60), "longest pause of an idle relay", default=0.05)
    confirm_seconds: float = setting("DUBAN_CONFIRM", seconds(0.1, 600), "longest wait for a publisher confirm", default=15.0)
    stop_seconds: float = setting("DUBAN_STOP", seconds(0.1, 600), "time to finish the running batch on SIGTERM", default=10.0)
    health: tuple[str, int] = setting(
        "DUBAN_HEALTH", address, "where /livez, /readyz and /metrics answer; port 0 takes a free one", default=("127.0.0.1", 0)
    )
    api: tuple[str, int] = setting("DUBAN_API", address, "where the role `api` answers", default=("127.0.0.1", 8080))
    rate: int = setting("DUBAN_RATE", whole(1, 1_000_000), "requests a minute of one key or person at the api", default=600)
    oidc_issuer: str = setting("DUBAN_OIDC_ISSUER", str, "the sign-on server whose tokens for people are believed", default="")
    oidc_audience: str = setting("DUBAN_OIDC_AUDIENCE", str, "who the tokens must be for", default="duban")
    oidc_jwks: str = setting("DUBAN_OIDC_JWKS", str, "its public keys: a file or an https:// address (JWKS)", default="")
    oidc_algorithms: tuple[str, ...] = setting(
        "DUBAN_OIDC_ALGORITHMS", words, "signatures that are believed", default=("RS256", "PS256", "ES256", "EdDSA")
    )
    oidc_unit: str = setting("DUBAN_OIDC_UNIT", str, "the claim with the unit's code, or OFFICE", default="unit")
    oidc_roles: str = setting("DUBAN_OIDC_ROLES", str, "the claim with the roles (domain.md d.14)", default="roles")
    oidc_name: str = setting("DUBAN_OIDC_NAME", str, "the claim with the person's name", default="name")
    log_level: str = setting("DUBAN_LOG", one_of("debug", "info", "warning", "error"), "least level of log lines", default="info")

    def contradictions(self) -> list[str]:
        """What is wrong with settings of which each alone is right."""
        return transport.faults(self)


def load(environment: Mapping[str, str], cls: type[S], *also: type) -> S:
    """Read `cls` from the environment. `also` are other settings classes whose `DUBAN_…` keys are known, too.

    ConfigError names every missing, wrong and unknown key at once.
    """
    values: dict[str, Any] = {}
    wrong = _unknown(environment, {key for known in (cls, *also) for key in keys(known)})
    for item in fields(cls):  # type: ignore[arg-type]
        key, secret = item.metadata["key"], item.metadata["secret"]
        try:
            value = _value(environment, key, secret)
            if value:
                values[item.name] = item.metadata["read"](value)
            elif item.default is MISSING:
                wrong.append(f"{key} is missing ({item.metadata['text']})")
        except ConfigError as error:
            wrong.append(str(error))
        except ValueError as error:
            wrong.append(f"{key} must be {error}, not {'what it is' if secret else _shown(value)}")
    if not wrong:
        loaded = cls(**values)
        wrong = loaded.contradictions() if isinstance(loaded, ToServers) else []
    if wrong:
        raise ConfigError("settings: " + "; ".join(wrong))
    return loaded


def _value(environment: Mapping[str, str], key: str, secret: bool) -> str:
    """What is set for a key; empty if nothing is. A secret is remembered, so that it is not shown."""
    value = environment.get(key, "").strip()
    if not secret:
        return value
    place = environment.get(key + FROM_FILE, "").strip()
    if value and place:
        raise ConfigError(f"{key} and {key}{FROM_FILE} are both set; keep one")
    try:
        value = secrets.from_file(place) if place else value
    except ValueError as error:
        raise ConfigError(f"{key}{FROM_FILE} must be {error}, not {place!r}") from error
    secrets.keep(value)
    return value


def keys(cls: type) -> list[str]:
    """The environment variables that a settings class reads."""
    found = [(item.metadata["key"], item.metadata["secret"]) for item in fields(cls)]
    return [key for key, _ in found] + [key + FROM_FILE for key, secret in found if secret]


def _unknown(environment: Mapping[str, str], known: set[str]) -> list[str]:
    found = []
    for key in sorted(environment):
        if key.startswith(PREFIX) and key not in known and not key.startswith(NOT_OURS):
            near = get_close_matches(key, known, n=1, cutoff=0.6)
            found.append(f"{key} is unknown" + (f", did you mean {near[0]}?" if near else ""))
    return found


def _shown(value: str) -> str:
    """Passwords are in URLs and must not reach a log."""
    return "what it is" if "@" in value else repr(value)
