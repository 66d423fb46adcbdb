"""The broker's management API, as far as we need it: accounts go in, and what limits are in force is looked at."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from service_chassis.errors import ConfigError, Retry
from service_chassis.messaging import policies
from service_chassis.messaging.policies import Seen
from service_chassis.secrets import redact
from service_chassis.transport import ALLOWING, on_this_machine

SECONDS = 15.0
"""How long it may take."""
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Management:
    """Where it answers, and how to know that it is the right one."""

    url: str
    """With an account, such as https://admin:password@broker:15671."""
    ca: Path | None = None
    """Certificates to trust; the system's by default. The host name is always checked."""
    plaintext: bool = False
    """Whether the password may travel in the clear."""

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """What it answers; None for what is not there. ConfigError where it refuses, Retry while it is away."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"management address {redact(self.url)!r}: write e.g. https://admin:password@broker:15671")
        if parts.scheme == "http" and not (self.plaintext or on_this_machine(parts.hostname)):
            raise ConfigError(f"the management address goes to {parts.hostname} without TLS; write https://…, {ALLOWING}")
        host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
        url = urlunsplit((parts.scheme, host, parts.path.rstrip("/") + path, "", ""))
        login = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
        headers = {"Authorization": "Basic " + b64encode(login.encode()).decode(), "Content-Type": "application/json"}
        request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers)
        try:
            trust = ssl.create_default_context(cafile=self.ca)
            with urllib.request.urlopen(request, timeout=SECONDS, context=trust) as answer:
                text = answer.read()
                return json.loads(text) if text else {}
        except urllib.error.HTTPError as error:
            if error.code == NOT_FOUND:
                return None
            said = error.read(300).decode(errors="replace")
            raise ConfigError(f"the broker's management refused ({error.code}): {said}") from error
        except (OSError, ValueError) as error:
            raise Retry(f"the broker's management at {host} does not answer: {getattr(error, 'reason', error)}") from error

    def queues(self, vhost: str) -> list[Seen]:
        """Every queue with the policy that the broker applies to it; asked without statistics, which lag by seconds."""
        found = self._listed(f"/api/queues/{quote(vhost, '')}?disable_stats=true&enable_queue_totals=true", vhost)
        return [Seen(row["name"], row.get("policy") or "", row.get("arguments") or {}) for row in found]

    def complaints(self, vhost: str, names: set[str] | None = None) -> list[str]:
        """What is wrong with the limits of these queues (None: all that we know); see `policies.complaints`."""
        queues = [one for one in self.queues(vhost) if names is None or one.queue in names]
        defined = {row["name"]: row["definition"] for row in self._listed(f"/api/policies/{quote(vhost, '')}", vhost)}
        return policies.complaints(queues, defined, self._listed(f"/api/operator-policies/{quote(vhost, '')}", vhost))

    def _listed(self, path: str, vhost: str) -> list[Any]:
        found = self.ask(path)
        if found is None:
            raise ConfigError(f"the broker has no vhost {vhost}; import deploy/rabbitmq/definitions.json")
        return list(found)
