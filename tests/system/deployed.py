"""A city whose processes come with accounts of their own, over TLS, to servers with the configuration that `deploy/` ships."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import tls
from city import City, Place
from servers import Broker

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PASSWORD = "only-for-this-test"


@dataclass(frozen=True)
class Secret:
    """A broker and the port of its TLS."""

    broker: Broker
    port: int


@dataclass
class SecretCity(City):
    """Every process with the accounts of its own, over TLS."""

    port: int = 0
    made: tls.Files | None = None

    def environment_of(self, place: Place) -> dict[str, str]:
        """The city's settings, on another way to the servers."""
        assert self.made
        return self.environment | over_tls(place.service, place.role, self.database_url, self.port, self.made)


def over_tls(service: str, role: str, superuser: str, port: int, made: tls.Files) -> dict[str, str]:
    """The settings of a process: `migrate` comes as the owner of the schema and the one account that declares."""
    account, owner = ("deployer", f"{service}_owner") if role == "migrate" else (service, service)
    authority = str(made.cert("ca"))
    return {
        "AMQP_URL": f"amqps://{account}:{PASSWORD}@localhost:{port}/duban",
        "DUBAN_AMQP_CA": authority,
        "DATABASE_URL": as_role(superuser, owner),
        "DUBAN_DATABASE_CA": authority,
    }


def as_role(url: str, role: str) -> str:
    """The same database, over TLS."""
    return f"postgresql://{role}:{PASSWORD}@localhost:{urlsplit(url).port}/duban"
