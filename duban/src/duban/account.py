"""`duban account`: a department, or a reader of events, gets its account, its queue and its rights, and an example to start from.

It goes in by the broker's management API in one request, or as a file for `rabbitmqctl import_definitions`. The password is made
here, shown once and kept nowhere; the broker gets its hash.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from service_chassis.errors import ConfigError
from service_chassis.messaging.accounts import VHOST, Outside
from service_chassis.messaging.management import Management

HOST = "broker.example.org:5671"
"""Stands for the broker's address in what is handed over; departments reach it by another name than we do."""


def create(who: Outside, management: Management | None, out: Path | None, again: bool) -> str:
    """Make the account; returns what to hand over to its owner, and what the operator has to see to. ConfigError, or Retry while
    the broker is away."""
    password = secrets.token_urlsafe(24)
    rows = who.definitions(password, os.urandom(4))
    told = handover(who, password)
    if out is not None:
        _write(rows, out)
    if management is None:
        return told
    _put(who, rows, management, again)
    return "\n".join([told, *(f"注意 warning: {text}" for text in management.complaints(VHOST, {who.name}))])


def _write(rows: dict[str, Any], out: Path) -> None:
    """Only for the operator's eyes: a hash can be guessed at."""
    try:
        out.touch(mode=0o600)
        out.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise ConfigError(f"{out}: {error.strerror}") from error


def _put(who: Outside, rows: dict[str, Any], management: Management, again: bool) -> None:
    if not again and management.ask(f"/api/users/{who.name}") is not None:
        raise ConfigError(f"the account {who.name} exists; --again gives it a new password and these rights")
    management.ask("/api/definitions", rows)


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
