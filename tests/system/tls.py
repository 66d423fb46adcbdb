"""A certificate authority for one test, and private servers that run with the configuration files that `deploy/` ships."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from servers import Broker, Database, free_port

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SHIPPED = "/etc/duban/tls"
"""The folder of certificates that the shipped files name."""
ENDS = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
"""When the servers' certificates end."""


@dataclass(frozen=True)
class Files:
    """Where the authority and the certificates of one test are."""

    folder: Path
    ca: trustme.CA

    def cert(self, name: str) -> Path:
        """A certificate."""
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        """Its key."""
        return self.folder / f"{name}.key"

    def issue(self, name: str, *hosts: str, ends: datetime = ENDS, ca: trustme.CA | None = None) -> None:
        """Write a certificate for these hosts; the common name is `name`, which is how an account logs in with it."""
        issued = (ca or self.ca).issue_cert(*hosts, common_name=name, not_after=ends)
        self.cert(name).write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        self.key(name).write_bytes(issued.private_key_pem.bytes())
        self.key(name).chmod(0o600)


def files(folder: Path) -> Files:
    """An authority, its certificates for both servers and for the account `intake`, one that has ended, and another authority."""
    made = Files(folder, trustme.CA())
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    made.ca.cert_pem.write_to_path(made.cert("ca"))
    trustme.CA().cert_pem.write_to_path(made.cert("stranger"))
    made.issue("broker", "localhost")
    made.issue("database", "localhost")
    made.issue("intake", "intake.invalid")
    made.issue("ended", "localhost", ends=datetime.now(UTC) - timedelta(days=1))
    if os.geteuid() == 0:
        shutil.chown(made.key("database"), "postgres", "postgres")
    return made


@contextmanager
def broker(folder: Path, made: Files, definitions: Path) -> Iterator[tuple[Broker, int]]:
    """A broker with the shipped configuration, and the port of its TLS; a plain one on this machine stays for the tests."""
    port = free_port()
    text = (DEPLOY / "rabbitmq" / "rabbitmq.conf").read_text("utf-8").replace(SHIPPED, str(made.folder))
    text = text.replace("listeners.ssl.default = 5671", f"listeners.ssl.1 = 127.0.0.1:{port}")
    lines = [line for line in text.splitlines() if not line.startswith(("listeners.tcp", "disk_free", "management"))]
    own = Broker(folder, ("rabbitmq_auth_mechanism_ssl",), definitions, lines)
    try:
        own.start()
        yield own, port
    finally:
        own.stop()


@contextmanager
def database(folder: Path, made: Files) -> Iterator[Database]:
    """A PostgreSQL with the shipped configuration; its superuser may also come from this machine without a password."""
    shipped = DEPLOY / "postgres"
    text = (shipped / "duban.conf").read_text("utf-8").replace(SHIPPED, str(made.folder))
    settings = dict(re.findall(r"(?m)^(\w+) = '?([^'\n]*)'?$", text))
    rules = folder / "pg_hba.conf"
    folder.mkdir(parents=True)
    rules.write_text("host all postgres 127.0.0.1/32 trust\n" + (shipped / "pg_hba.conf").read_text("utf-8"))
    kept = {key: value for key, value in settings.items() if key not in ("listen_addresses", "fsync", "full_page_writes")}
    own = Database(folder, more=kept | {"hba_file": str(rules), "listen_addresses": "127.0.0.1,::1"})
    try:
        own.start()
        yield own
    finally:
        own.stop()
