"""`duban account`: a department, or a reader of events, gets its account, its queue and its rights, and an example to start from.

It goes in by the broker's management API in one request, or as a file for `rabbitmqctl import_definitions`. The password is made
here, shown once and kept nowhere; the broker gets its hash.
"""

from __future__ import annotations

import json
import os
import secrets
import ssl
import urllib.error
import urllib.request
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from service_chassis.errors import ConfigError, Retry
from service_chassis.messaging.accounts import VHOST, Outside
from service_chassis.secrets import redact
from service_chassis.transport import ALLOWING, on_this_machine

HOST = "broker.example.org:5671"
"""Stands for the broker's address in what is handed over; departments reach it by another name than we do."""
SECONDS = 15.0
"""How long the management API may take."""


@dataclass(frozen=True, slots=True)
class Management:
    """The broker's management API, and how to know that it is the right one."""

    url: str
    """With the administrator's account."""
    ca: Path | None = None
    """Certificates to trust; the system's by default. The host name is always checked."""
    plaintext: bool = False
    """Whether the password may travel in the clear."""


def create(who: Outside, management: Management | None, out: Path | None, again: bool) -> str:
    """Make the account; returns what to hand over to its owner. ConfigError, or Retry while the broker is away."""
    password = secrets.token_urlsafe(24)
    rows = who.definitions(password, os.urandom(4))
    if management is not None:
        _put(who, rows, management, again)
    if out is not None:
        _write(rows, out)
    return handover(who, password)


def _write(rows: dict[str, Any], out: Path) -> None:
    """Only for the operator's eyes: a hash can be guessed at."""
    try:
        out.touch(mode=0o600)
        out.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise ConfigError(f"{out}: {error.strerror}") from error


def _put(who: Outside, rows: dict[str, Any], management: Management, again: bool) -> None:
    if not again and _asked(management, f"/api/users/{who.name}") is not None:
        raise ConfigError(f"the account {who.name} exists; --again gives it a new password and these rights")
    _asked(management, "/api/definitions", rows)


def _asked(management: Management, path: str, body: dict[str, Any] | None = None) -> Any:
    """The answer of the management API; None for what is not there."""
    parts = urlsplit(management.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"management address {redact(management.url)!r}: write e.g. https://admin:password@broker:15671")
    if parts.scheme == "http" and not (management.plaintext or on_this_machine(parts.hostname)):
        raise ConfigError(f"the management address goes to {parts.hostname} without TLS; write https://…, {ALLOWING}")
    host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    url = urlunsplit((parts.scheme, host, parts.path.rstrip("/") + path, "", ""))
    login = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
    headers = {"Authorization": "Basic " + b64encode(login.encode()).decode(), "Content-Type": "application/json"}
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers)
    try:
        trust = ssl.create_default_context(cafile=management.ca)
        with urllib.request.urlopen(request, timeout=SECONDS, context=trust) as answer:
            text = answer.read()
            return json.loads(text) if text else {}
    except urllib.error.HTTPError as error:
        if error.code == 404:  # noqa: PLR2004
            return None
        raise ConfigError(
            f"the broker's management refused ({error.code}): {error.read(300).decode(errors='replace')}"
        ) from error
    except (OSError, ValueError) as error:
        raise Retry(f"the broker's management at {host} does not answer: {getattr(error, 'reason', error)}") from error


# ---------------------------------------------------------------- what its owner gets


def handover(who: Outside, password: str) -> str:
    """Account, password, rights in words, and the command that runs the ready example."""
    told = [
        f"账号 account   {who.name}",
        f"密码 password  {password}   （只显示这一次 / shown this once）",
        f"队列 queue     {who.name}",
        *(f"  收 hears   {who.exchange}  {pattern}" for pattern in who.patterns),
        *([f"  发 writes  duban.inbound  {who.code}.<type>"] if who.code else []),
        "",
        "示例 to start from (docs/integrators.md; Node: the same name with .mjs):",
        "  pip install pika",
        f"  export AMQP_URL='amqps://{who.name}:{password}@{HOST}/{VHOST}'" + (f" UNIT={who.code}" if who.code else ""),
        f"  python examples/join/{'department' if who.code else 'reader'}.py",
    ]
    return "\n".join(told)
