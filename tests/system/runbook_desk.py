"""Gives the commands of the runbooks in a deployed city."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import runbooks
import tls
from city import SERVICES
from deployed import DEPLOY, PASSWORD, Secret, over_tls
from servers import postgres_folder


@dataclass
class Desk:
    """Gives the commands of the runbooks: names that stand for the reader's own are filled in, settings are each command's."""

    superuser: str
    secret: Secret
    made: tls.Files
    folder: Path
    given: dict[str, runbooks.Done] = field(default_factory=dict)

    def give(self, command: str) -> runbooks.Done:
        """Run it, or tell again how it ended."""
        if command not in self.given:
            self.given[command] = runbooks.run(self.filled(command), self.environment(command), self.folder)
        return self.given[command]

    def look(self, pages: Iterable[Path]) -> None:
        """Give all commands beforehand that only look at the broker."""
        asked = {command for page in pages for command in runbooks.commands(page) if runbooks.LOOKING.match(command)}
        with ThreadPoolExecutor(3) as several:
            list(several.map(self.give, sorted(asked)))

    def filled(self, command: str) -> str:
        """With the names of this city."""
        names = {
            "runuser -u postgres -- ": "",
            "discard 6f2c0f0e": "discard 7a3d1f1f",
            "/var/backups/duban": str(self.folder),
            "/etc/duban/tls/ca.pem": str(self.made.cert("ca")),
            "broker:5671": f"localhost:{self.secret.port}",
            "@srv/": f"@localhost:{urlsplit(self.superuser).port}/",
            "deploy/rabbitmq": str(DEPLOY / "rabbitmq"),
            "PASSWORD": PASSWORD,
        }
        for name, meant in names.items():
            command = command.replace(name, meant)
        return re.sub(r"\bNAME\b", "board", command)

    def environment(self, command: str) -> dict[str, str]:
        """The settings of whoever gives the command."""
        words = command.split()
        service = next((service for service in SERVICES if service in command), "intake")
        known = {"PATH": f"{postgres_folder()}:/usr/bin:/bin", "LANG": "C.UTF-8", "PGHOST": "127.0.0.1", "PGUSER": "postgres"}
        if words[0].startswith("rabbitmq"):
            return self.secret.broker.environment
        if words[0] == "runuser":
            return known | {"PGPORT": str(urlsplit(self.superuser).port)}
        return known | over_tls(service, words[-1], self.superuser, self.secret.port, self.made)
