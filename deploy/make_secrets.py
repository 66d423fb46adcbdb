"""Makes the passwords of compose.yaml: a folder `secrets` beside this file, which git ignores.

    .venv/bin/python deploy/make_secrets.py

What is there stays, so that it may be run again; to change all passwords, delete the folder and the volumes of both servers.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from service_chassis.messaging.accounts import hashed
from service_chassis.web import keys
from service_chassis.web.callers import REPLAY

HERE = Path(__file__).parent
SERVICES = ("intake", "escalation", "scoring", "notify")
USER = 10001
"""Who runs in the containers when root made the files; otherwise it is whoever made them (.env)."""


def make(folder: Path, uid: int) -> None:
    """All files, with passwords of 24 random bytes."""
    folder.mkdir(mode=0o700, exist_ok=True)
    _make_key(folder, uid)
    if (folder / "definitions.json").exists():
        return
    words = {name: secrets.token_urlsafe(24) for name in _accounts()}
    for service in SERVICES:
        _private(folder / f"{service}_database_url", f"postgresql://{service}:{words[service]}@postgres/duban", uid)
        owner = f"{service}_owner"
        _private(folder / f"{owner}_database_url", f"postgresql://{owner}:{words[owner]}@postgres/duban", uid)
        _private(folder / f"{service}_amqp_url", f"amqp://{service}:{words[service]}@rabbitmq/duban", uid)
    _private(folder / "board_database_url", f"postgresql://board:{words['board']}@postgres/duban", uid)
    _private(folder / "board_amqp_url", f"amqp://board:{words['board']}@rabbitmq/duban", uid)
    _private(folder / "deployer_amqp_url", f"amqp://deployer:{words['deployer']}@rabbitmq/duban", uid)
    _private(folder / "office_amqp_url", f"amqp://office:{words['office']}@127.0.0.1/duban", uid)
    # Containers of others read these as users of their own; the folder is what keeps everybody else out.
    for name in ("postgres_password", "grafana_password"):
        (folder / name).write_text(words[name] + "\n", "utf-8")
    roles = (*SERVICES, *(f"{service}_owner" for service in SERVICES), "board", "auditor")
    lines = [f"ALTER ROLE {role} PASSWORD '{words[role]}';" for role in roles]
    (folder / "passwords.sql").write_text("\n".join(lines) + "\n", "utf-8")
    shipped = json.loads((HERE / "rabbitmq" / "definitions.json").read_text("utf-8"))
    for user in shipped["users"]:
        user["password_hash"] = hashed(words.get(user["name"], secrets.token_urlsafe(24)), secrets.token_bytes(4))
    (folder / "rabbitmq.conf").write_text(_broker_settings(), "utf-8")
    (folder / "definitions.json").write_text(json.dumps(shipped, indent=1) + "\n", "utf-8")


def _make_key(folder: Path, uid: int) -> None:
    """What the board shows at the services' doors, once they have admitted it (README.md); not there in older folders."""
    if not (folder / "board_doors_key").exists():
        now = datetime.now(UTC)
        _private(folder / "board_doors_key", keys.make("OFFICE", "board", (REPLAY,), now, now, "")[1], uid)


def _accounts() -> tuple[str, ...]:
    owners = (f"{service}_owner" for service in SERVICES)
    return (*SERVICES, *owners, "board", "auditor", "deployer", "office", "postgres_password", "grafana_password")


def _private(place: Path, text: str, uid: int) -> None:
    place.touch(0o400)
    place.chmod(0o600)
    place.write_text(text + "\n", "utf-8")
    place.chmod(0o400)
    if os.geteuid() == 0:
        os.chown(place, uid, uid)


def _broker_settings() -> str:
    """The shipped ones without TLS; the definitions may be loaded at every start, because they hold the passwords' hashes."""
    shipped = (HERE / "rabbitmq" / "rabbitmq.conf").read_text("utf-8").splitlines()
    dropped = ("listeners.", "ssl_", "auth_mechanisms.1", "management.", "cluster_", "#")
    kept = [line for line in shipped if line and not line.startswith(dropped)]
    return "\n".join([*kept, "load_definitions = /etc/rabbitmq/definitions.json"]) + "\n"


if __name__ == "__main__":
    user = USER if os.geteuid() == 0 else os.geteuid()
    make(HERE / "secrets", user)
    (HERE / ".env").write_text(f"CONTAINER_UID={user}\n", "utf-8")
