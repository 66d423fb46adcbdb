"""Writes compose.yaml beside this file: the whole platform on one machine, every role of every service.

    .venv/bin/python deploy/write_compose.py

Each service has accounts of its own on both servers, as in production; secrets are files that `make_secrets.py` makes. The
networks let through what must be reached: nothing but the services reaches the servers, and only what calls others gets out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

SERVICES = ("intake", "escalation", "scoring", "notify")
ROLES = ("migrate", "consume", "tick", "relay", "api")
ONLY = {"notify": ("deliver", "hooks")}
OWNERS = ("migrate", "tidy")
"""Roles that come as the owner of the tables."""
HEAD = """\
# Written by write_compose.py; change it there. The whole platform on one machine, every role of every service:
#   .venv/bin/python deploy/make_secrets.py && docker compose -f deploy/compose.yaml up --build
# The servers are reached without TLS, because nobody else is on the network `servers` (DUBAN_PLAINTEXT); published ports are this
# machine's own: 5672 for departments, 3000 Grafana, 9090 Prometheus, 8091 to 8094 the services' doors, lists and metrics,
# 8000 the board. Every night (deploy/README.md), for each service: docker compose -f deploy/compose.yaml run --rm intake-tidy
"""

Object = dict[str, Any]


def _healthy(port: int, path: str = "readyz") -> Object:
    """Ready: the loop comes round, and its servers were last seen well."""
    ask = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}/{path}', timeout=5)"
    return {"test": ["CMD", "python", "-c", ask], "interval": "10s", "timeout": "6s", "start_period": "20s"}


def _ours(image: str, command: str, secrets: dict[str, str], settings: dict[str, str]) -> Object:
    """What all containers of ours have in common: locked in, secrets as files."""
    prefix = "BOARD_" if image == "board" else ""
    files = {f"{prefix}{target.upper()}_FILE": f"/run/secrets/{target}" for target in secrets}
    return {
        "image": f"duban-{image}",
        "command": [command],
        "user": "${CONTAINER_UID:-10001}",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "tmpfs": ["/tmp"],
        "environment": files | settings,
        "secrets": [{"source": source, "target": target} for target, source in secrets.items()],
        "networks": ["servers", "watch"],
        "stop_grace_period": "75s",
    }


def _built(service: str) -> Object:
    return {"build": {"context": "..", "dockerfile": "deploy/Dockerfile", "args": {"SERVICE": service}}}


MIGRATED: Object = {f"{each}-migrate": {"condition": "service_completed_successfully"} for each in SERVICES}
"""What everything that stays up waits for."""


def role(service: str, name: str, number: int) -> Object:
    """One container of a service."""
    secrets = {"database_url": f"{service}_owner_database_url" if name in OWNERS else f"{service}_database_url"}
    if name != "tidy":
        secrets["amqp_url"] = "deployer_amqp_url" if name == "migrate" else f"{service}_amqp_url"
    made = _ours(service, name, secrets, {"DUBAN_PLAINTEXT": "allow"})
    if name in ONLY.get(service, ()):
        made["networks"].append("outside")
    if name == "migrate":
        made |= _built(service) | {"restart": "no"}
        made["depends_on"] = {server: {"condition": "service_healthy"} for server in ("postgres", "rabbitmq")}
        return made
    if name == "tidy":
        # `USER` names who did it in the tombstones; the container's user may be a number without a name.
        return made | {"restart": "no", "profiles": ["tidy"], "environment": made["environment"] | {"USER": "tidy"}}
    made |= {"restart": "unless-stopped", "healthcheck": _healthy(8080 if name == "api" else 8081)}
    made["depends_on"] = MIGRATED
    if name == "deliver":
        made["profiles"] = ["channels"]  # without a channels file there is nothing to deliver (compose.channels.yaml)
    if name == "api":
        made["ports"] = [f"127.0.0.1:{8091 + number}:8080"]
        made["networks"].append("doors")
    return made


def board() -> Object:
    """The board, at this machine's port 8000 until a proxy that speaks https stands in front."""
    settings = {
        "BOARD_DOORS": " ".join(f"{service}=http://{service}-api:8080" for service in SERVICES),
        "BOARD_METRICS": "0.0.0.0:8081",
        "BOARD_PLAINTEXT": "allow",
        "BOARD_PROXY": "*",
        "BOARD_SECURE_COOKIES": "${BOARD_SECURE_COOKIES:-on}",
    }
    files = {"database_url": "board_database_url", "amqp_url": "board_amqp_url", "doors_key": "board_doors_key"}
    made = _ours("board", "serve", files, settings)
    made |= _built("board") | {"restart": "unless-stopped", "healthcheck": _healthy(8080, "health")}
    made["depends_on"] = MIGRATED
    made["networks"] = ["servers", "doors", "watch"]
    return made | {"ports": ["127.0.0.1:8000:8080"]}


def servers() -> Object:
    """The two servers; neither is reached from outside but the broker by this machine."""
    postgres = {
        "image": "postgres:15",
        "restart": "unless-stopped",
        "environment": {"POSTGRES_DB": "duban", "POSTGRES_PASSWORD_FILE": "/run/secrets/postgres_password"},
        "secrets": ["postgres_password"],
        "volumes": [
            "postgres:/var/lib/postgresql/data",
            "./postgres/roles_and_schemas.sql:/docker-entrypoint-initdb.d/1-roles.sql:ro",
            "./secrets/passwords.sql:/docker-entrypoint-initdb.d/2-passwords.sql:ro",
        ],
        "networks": ["servers"],
        "healthcheck": {"test": ["CMD", "pg_isready", "-U", "postgres", "-d", "duban"], "interval": "2s", "retries": 60},
    }
    rabbitmq = {
        "image": "rabbitmq:3.13-management",
        "restart": "unless-stopped",
        "hostname": "rabbitmq",
        "volumes": [
            "rabbitmq:/var/lib/rabbitmq",
            "./secrets/definitions.json:/etc/rabbitmq/definitions.json:ro",
            "./secrets/rabbitmq.conf:/etc/rabbitmq/conf.d/duban.conf:ro",
            "./rabbitmq/enabled_plugins:/etc/rabbitmq/enabled_plugins:ro",
        ],
        "ports": ["127.0.0.1:5672:5672"],
        "networks": ["servers", "watch", "outside"],
        "healthcheck": {"test": ["CMD", "rabbitmq-diagnostics", "-q", "check_running"], "interval": "5s", "retries": 30},
    }
    return {"postgres": postgres, "rabbitmq": rabbitmq}


def watchers() -> Object:
    """Who looks at it."""
    return {
        "prometheus": {
            "image": "prom/prometheus:v3.5.0",
            "restart": "unless-stopped",
            "command": ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.retention.time=90d"],
            "volumes": [
                "./prometheus/prometheus.yml:/etc/prometheus/prometheus.yml:ro",
                "./prometheus/duban.rules.yml:/etc/prometheus/duban.rules.yml:ro",
                "./prometheus/targets:/etc/prometheus/targets:ro",
                "prometheus:/prometheus",
            ],
            "ports": ["127.0.0.1:9090:9090"],
            "networks": ["watch", "outside"],
        },
        "alertmanager": {
            "image": "prom/alertmanager:v0.28.1",
            "restart": "unless-stopped",
            "volumes": ["./prometheus/alertmanager.yml:/etc/alertmanager/alertmanager.yml:ro"],
            "networks": ["watch", "outside"],
        },
        "grafana": {
            "image": "grafana/grafana:12.1.0",
            "restart": "unless-stopped",
            "environment": {"GF_SECURITY_ADMIN_PASSWORD__FILE": "/run/secrets/grafana_password"},
            "secrets": ["grafana_password"],
            "volumes": [
                "grafana:/var/lib/grafana",
                "./grafana/provisioning:/etc/grafana/provisioning:ro",
                "./grafana/dashboards:/var/lib/grafana/dashboards:ro",
            ],
            "ports": ["127.0.0.1:3000:3000"],
            "networks": ["watch", "outside"],
        },
    }


DOORS: Object = {"driver_opts": {"com.docker.network.bridge.enable_ip_masquerade": "false"}}
"""Docker publishes no port of a container whose networks are all internal; from this one no answer comes back from outside."""


def compose() -> Object:
    """The whole file."""
    ours = {
        f"{service}-{name}": role(service, name, number)
        for number, service in enumerate(SERVICES)
        for name in (*ROLES, *ONLY.get(service, ()), "tidy")
    } | {"board-serve": board()}
    mounted = {secret["source"] for each in ours.values() for secret in each["secrets"]} | {
        "postgres_password",
        "grafana_password",
    }
    return {
        "name": "duban",
        "services": servers() | ours | watchers(),
        "secrets": {name: {"file": f"./secrets/{name}"} for name in sorted(mounted)},
        "networks": {"servers": {"internal": True}, "watch": {"internal": True}, "doors": DOORS, "outside": {}},
        "volumes": {name: {} for name in ("postgres", "rabbitmq", "prometheus", "grafana")},
    }


def targets() -> list[Object]:
    """What Prometheus of this file scrapes."""
    return [
        {
            "targets": [f"{service}-{name}:{8080 if name == 'api' else 8081}"],
            "labels": {"service": service, "role": name},
        }
        for service in SERVICES
        for name in (*ROLES[1:], *ONLY.get(service, ()))
    ] + [{"targets": ["board-serve:8081"], "labels": {"service": "board", "role": "serve"}}]


class _Plain(yaml.SafeDumper):
    """Without anchors: a reader wants to see what is there."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def files() -> dict[str, str]:
    """Name → content."""
    dump = {"Dumper": _Plain, "sort_keys": False, "allow_unicode": True, "width": 130}
    return {
        "compose.yaml": HEAD + yaml.dump(compose(), **dump),
        "prometheus/targets/compose.yml": "# Written by write_compose.py.\n" + yaml.dump(targets(), **dump),
    }


if __name__ == "__main__":
    for name, content in files().items():
        place = Path(__file__).parent / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, "utf-8")
