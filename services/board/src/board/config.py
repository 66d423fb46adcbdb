"""Settings: the environment → one object. All that is wrong is named at once; an unknown `BOARD_…` is wrong too."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from board import reaching
from board.errors import ConfigError

KEYS: Mapping[str, str] = {
    "BOARD_DATABASE_URL": "the board's own tables: postgresql://user:password@host/database, or sqlite:///path/board.sqlite",
    "BOARD_AMQP_URL": "the broker, with the board's account: amqps://board:password@broker:5671/duban",
    "BOARD_DATABASE_CA": "who vouches for PostgreSQL: a PEM file; certificate and host name are checked",
    "BOARD_AMQP_CA": "who vouches for the broker, with amqps://; without it whom this machine trusts",
    "BOARD_PLAINTEXT": "allow: servers on other machines without TLS, where nobody else can listen",
    "BOARD_LISTEN": "host:port of the web server; default 127.0.0.1:8000",
    "BOARD_PROXY": "the proxy in front, by its address, or *: its X-Forwarded-For is believed; unset, all behind it count as one",
    "BOARD_SECURE_COOKIES": "on (default): cookies go over https only; off: for trials on this machine",
    "BOARD_LIVE": "browsers that get news by server-sent events at a time; each holds a thread; default 16",
    "BOARD_UNITS": "a CSV file with the heading code,name: names of units until a directory is published",
}
"""Every setting with what it means."""


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


def read(environment: Mapping[str, str]) -> Settings:
    """The settings; ConfigError names everything that is wrong with them."""
    known = {*KEYS, *(key + reaching.FROM_FILE for key in reaching.SERVERS)}
    faults = [_unknown(key) for key in sorted(environment) if key.startswith("BOARD_") and key not in known]
    urls = {key: _server(key, environment, faults) for key in reaching.SERVERS}
    if environment.get("BOARD_PLAINTEXT", "allow") != "allow":
        faults.append(f"BOARD_PLAINTEXT: {KEYS['BOARD_PLAINTEXT']}")
    host, _, port = environment.get("BOARD_LISTEN", "127.0.0.1:8000").rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the last port
        faults.append(f"BOARD_LISTEN: {KEYS['BOARD_LISTEN']}")
    secure = environment.get("BOARD_SECURE_COOKIES", "on")
    if secure not in ("on", "off"):
        faults.append(f"BOARD_SECURE_COOKIES: {KEYS['BOARD_SECURE_COOKIES']}")
    live = environment.get("BOARD_LIVE", "16")
    if not live.isdigit() or int(live) > 1000:  # noqa: PLR2004 - threads
        faults.append(f"BOARD_LIVE: a whole number up to 1000; {KEYS['BOARD_LIVE']}")
    names = _names(environment.get("BOARD_UNITS"), faults)
    if faults:
        raise ConfigError("; ".join(faults))
    return Settings(
        urls["BOARD_DATABASE_URL"],
        urls["BOARD_AMQP_URL"],
        host.strip("[]"),
        int(port),
        environment.get("BOARD_PROXY") or None,
        secure == "on",
        int(live),
        names,
    )


def _server(key: str, environment: Mapping[str, str], faults: list[str]) -> str:
    try:
        return reaching.address(key, environment, KEYS[key])
    except ValueError as error:
        faults.append(str(error))
        return ""


def _unknown(key: str) -> str:
    near = get_close_matches(key, KEYS, n=1)
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
