"""Writes the Kubernetes manifests beside this file: one file for each service, and what all share.

    .venv/bin/python deploy/k8s/write_manifests.py

Plain kinds only; `kustomization.yaml` lists the files, so that a city lays its own names, sizes and settings over them without
touching these. Secrets and certificates are made by hand (README.md) and mounted as files, never set as variables.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SERVICES = ("intake", "escalation", "scoring", "notify")
VERSION = "0.1.0"
USER = 10001
HEALTH, API = 8081, 8080
STOP_SECONDS = 75
"""Longer than the longest statement (60 s) and the settling of a batch (`DUBAN_STOP`, 10 s)."""
PART = {"app.kubernetes.io/part-of": "duban"}
MONITORING = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}

Object = dict[str, Any]


@dataclass(frozen=True)
class Role:
    """What a role needs beside what all need."""

    name: str
    replicas: int
    broker: bool = True
    port: int = HEALTH
    memory: str = "512Mi"
    scratch: str = "64Mi"
    """Below /tmp."""
    alive: str = "/livez"
    ready: str = "/readyz"


ROLES = (Role("consume", 2), Role("tick", 2), Role("relay", 2), Role("api", 2, port=API))
ONLY = {"notify": (Role("deliver", 2, broker=False), Role("hooks", 2))}
"""Roles of one service alone; they call hosts outside."""
OUTSIDE = ("deliver", "hooks")
BOARD = "board"
BOARDS = (Role("serve", 1, port=API, memory="3Gi", scratch="4Gi", alive="/health", ready="/health"),)
"""One, since one writes the model; while it is away nothing but the board itself is. A rehearsal wants memory and room."""
DOORS = ("api", "serve")
"""Roles that people and systems reach, through the gateway."""
NIGHT = "30 2 * * *"


def labels(service: str, role: str) -> dict[str, str]:
    """How a pod is found."""
    return {**PART, "app.kubernetes.io/name": service, "app.kubernetes.io/component": role}


def _named(kind: str, version: str, name: str, found: dict[str, str], **rest: Any) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": found}, **rest}


def _probes(role: Role) -> Object:
    return {
        "ports": [{"name": "http", "containerPort": role.port}],
        "startupProbe": {"httpGet": {"path": role.alive, "port": "http"}, "periodSeconds": 2, "failureThreshold": 30},
        "livenessProbe": {"httpGet": {"path": role.alive, "port": "http"}, "periodSeconds": 10, "failureThreshold": 6},
        "readinessProbe": {"httpGet": {"path": role.ready, "port": "http"}, "periodSeconds": 5, "timeoutSeconds": 3},
    }


def _settings(service: str, broker: bool) -> list[Object]:
    """Secrets as files, and whom to trust; the board has settings of its own names."""
    servers = ("DATABASE", "AMQP") if broker else ("DATABASE",)
    own, prefix = ("BOARD_", "BOARD_") if service == BOARD else ("", "DUBAN_")
    found = {f"{own}{server}_URL_FILE": f"/etc/duban/secrets/{server.lower()}_url" for server in servers}
    found |= {f"{prefix}{server}_CA": "/etc/duban/tls/ca.pem" for server in servers}
    if service == BOARD:  # nobody but the gateway reaches its pages, and nobody but Prometheus its metrics
        found |= {"BOARD_PROXY": "*", "BOARD_METRICS": f"0.0.0.0:{HEALTH}"}
    return [{"name": name, "value": value} for name, value in sorted(found.items())]


def _container(service: str, role: str, probes: Object, memory: str, broker: bool = True) -> Object:
    return {
        "name": role,
        "image": f"duban-{service}:{VERSION}",
        "args": [role],
        "env": _settings(service, broker),
        "envFrom": [{"configMapRef": {"name": "duban-settings", "optional": True}}],
        **probes,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": memory}},
        "volumeMounts": [
            {"name": "secrets", "mountPath": "/etc/duban/secrets", "readOnly": True},
            {"name": "tls", "mountPath": "/etc/duban/tls", "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }


def _pod(service: str, container: Object, secret: str, scratch: str = "64Mi", **more: Any) -> Object:
    return {
        "metadata": {"labels": labels(service, container["name"])},
        "spec": {
            **more,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": USER,
                "runAsGroup": USER,
                "fsGroup": USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
            "volumes": [
                {"name": "secrets", "secret": {"secretName": secret, "defaultMode": 0o440}},
                {"name": "tls", "configMap": {"name": "duban-tls"}},
                {"name": "tmp", "emptyDir": {"sizeLimit": scratch}},
            ],
        },
    }


def migrate(service: str) -> Object:
    """The job that brings schema and queues to this release, as the owner and the account that declares."""
    pod = _pod(service, _container(service, "migrate", {}, "512Mi"), f"{service}-owner", restartPolicy="OnFailure")
    spec = {"backoffLimit": 10, "ttlSecondsAfterFinished": 600, "template": pod}
    return _named("Job", "batch/v1", f"{service}-migrate", labels(service, "migrate"), spec=spec)


def tidy(service: str) -> Object:
    """The job of the night that erases and archives what is past its retention: as the owner, without the broker."""
    container = _container(service, "tidy", {}, "512Mi", broker=False)
    pod = _pod(service, container, f"{service}-owner", restartPolicy="Never")
    pod["spec"]["volumes"][0]["secret"]["items"] = [{"key": "database_url", "path": "database_url"}]
    job = {"backoffLimit": 2, "activeDeadlineSeconds": 21_600, "ttlSecondsAfterFinished": 604_800, "template": pod}
    spec = {
        "schedule": NIGHT,
        "timeZone": "Asia/Shanghai",
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 21_600,
        "jobTemplate": {"metadata": {"labels": labels(service, "tidy")}, "spec": job},
    }
    return _named("CronJob", "batch/v1", f"{service}-tidy", labels(service, "tidy"), spec=spec)


def deployment(service: str, role: Role) -> Object:
    """The pods of a role, apart from each other where there are nodes enough."""
    found = labels(service, role.name)
    apart = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"}
    pod = _pod(
        service,
        _container(service, role.name, _probes(role), role.memory),
        f"{service}-servers",
        role.scratch,
        terminationGracePeriodSeconds=STOP_SECONDS,
        topologySpreadConstraints=[{**apart, "labelSelector": {"matchLabels": found}}],
    )
    told_at = HEALTH if service == BOARD else role.port
    pod["metadata"]["annotations"] = {"prometheus.io/scrape": "true", "prometheus.io/port": str(told_at)}
    alone = {"strategy": {"type": "Recreate"}} if role.replicas == 1 else {}
    spec = {"replicas": role.replicas, **alone, "selector": {"matchLabels": found}, "template": pod}
    return _named("Deployment", "apps/v1", f"{service}-{role.name}", found, spec=spec)


def disruption(service: str, role: Role) -> Object:
    """One of a role stays while a node is emptied; one that is alone moves."""
    found = labels(service, role.name)
    spec = {"maxUnavailable" if role.replicas == 1 else "minAvailable": 1, "selector": {"matchLabels": found}}
    return _named("PodDisruptionBudget", "policy/v1", f"{service}-{role.name}", found, spec=spec)


def network(service: str, role: Role) -> Object:
    """What may come in and go out: everything else is refused by `deny.yaml`."""
    found = labels(service, role.name)
    ways_in = [(MONITORING, HEALTH if service == BOARD else role.port)]
    if role.name in DOORS:
        ways_in.append(({"podSelector": {"matchLabels": {"app.kubernetes.io/component": "gateway"}}}, role.port))
    if role.name == "api":  # a rehearsal reads what came in
        ways_in.append(({"podSelector": {"matchLabels": labels(BOARD, "serve")}}, role.port))
    way_out: list[Object] = [_to("postgres", 5432)]
    if role.broker:
        way_out.append(_to("rabbitmq", 5671))
    if role.name in DOORS:  # its keys and, for the board, its answers; closed until such pods or an ipBlock are there
        way_out.append(_to("sign-on", 443, 8443))
    if service == BOARD:
        doors = {"podSelector": {"matchLabels": {**PART, "app.kubernetes.io/component": "api"}}}
        way_out.append({"to": [doors], "ports": [{"protocol": "TCP", "port": API}]})
    if role.name in OUTSIDE:
        way_out.append({"ports": [{"protocol": "TCP", "port": port} for port in (443, 465, 587)]})
    spec = {
        "podSelector": {"matchLabels": found},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {"from": [caller for caller, at in ways_in if at == port], "ports": [{"protocol": "TCP", "port": port}]}
            for port in sorted({at for _, at in ways_in})
        ],
        "egress": way_out,
    }
    return _named("NetworkPolicy", "networking.k8s.io/v1", f"{service}-{role.name}", found, spec=spec)


def _to(name: str, *ports: int) -> Object:
    """To a server's pods; for one outside the cluster lay an ipBlock over it."""
    where = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": name}}}
    return {"to": [where], "ports": [{"protocol": "TCP", "port": port} for port in ports]}


def service(name: str, role: str = "api") -> Object:
    """A door's address inside the cluster."""
    found = labels(name, role)
    spec = {"selector": found, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}
    return _named("Service", "v1", f"{name}-{role}", found, spec=spec)


def owners_network(role: str, *reached: Object) -> Object:
    """What comes as the owner and ends by itself reaches its servers and is reached by nobody."""
    spec = {
        "podSelector": {"matchLabels": {**PART, "app.kubernetes.io/component": role}},
        "policyTypes": ["Egress"],
        "egress": list(reached),
    }
    return _named("NetworkPolicy", "networking.k8s.io/v1", role, PART, spec=spec)


def denied() -> list[Object]:
    """Nothing in and nothing out but names, unless another policy lets it."""
    everything = _named(
        "NetworkPolicy", "networking.k8s.io/v1", "deny", PART, spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    )
    dns = {"ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]}
    spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [dns]}
    names = _named("NetworkPolicy", "networking.k8s.io/v1", "names", PART, spec=spec)
    database = _to("postgres", 5432)
    return [everything, names, owners_network("migrate", database, _to("rabbitmq", 5671)), owners_network("tidy", database)]


def namespace() -> Object:
    """Pods that are not locked in are refused by the cluster itself."""
    level = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}
    return _named("Namespace", "v1", "duban", {**PART, **level})


BROKERS = 3
BROKER = {**PART, "app.kubernetes.io/name": "rabbitmq"}


def _broker_config() -> str:
    """The shipped rabbitmq.conf, and who the nodes are: no rights on the cluster's API are needed for that."""
    shipped = (Path(__file__).parents[1] / "rabbitmq" / "rabbitmq.conf").read_text("utf-8")
    nodes = [f"cluster_formation.classic_config.nodes.{n + 1} = rabbit@rabbitmq-{n}.rabbitmq-nodes" for n in range(BROKERS)]
    more = ["cluster_formation.peer_discovery_backend = classic_config", *nodes, "prometheus.tcp.port = 15692"]
    return shipped.replace("/etc/duban/tls/", "/etc/rabbitmq/tls/") + "\n".join(more) + "\n"


def _broker_container(ports: dict[str, int]) -> Object:
    """One node: TLS and metrics for others, names that the nodes find each other by."""
    return {
        "name": "rabbitmq",
        "image": "rabbitmq:3.13-management",
        "env": [
            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "RABBITMQ_NODENAME", "value": "rabbit@$(POD_NAME).rabbitmq-nodes"},
            {"name": "RABBITMQ_USE_LONGNAME", "value": "true"},
            {"name": "RABBITMQ_ERLANG_COOKIE", "valueFrom": {"secretKeyRef": {"name": "rabbitmq-cookie", "key": "cookie"}}},
        ],
        "ports": [{"name": name, "containerPort": port} for name, port in ports.items()],
        "startupProbe": {"tcpSocket": {"port": "amqps"}, "periodSeconds": 5, "failureThreshold": 60},
        "readinessProbe": {"tcpSocket": {"port": "amqps"}, "periodSeconds": 10},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
        "volumeMounts": [
            {"name": "data", "mountPath": "/var/lib/rabbitmq"},
            {"name": "config", "mountPath": "/etc/rabbitmq/conf.d/duban.conf", "subPath": "duban.conf"},
            {"name": "config", "mountPath": "/etc/rabbitmq/enabled_plugins", "subPath": "enabled_plugins"},
            {"name": "tls", "mountPath": "/etc/rabbitmq/tls", "readOnly": True},
        ],
    }


def broker() -> list[Object]:
    """Three nodes: a quorum queue goes on with two."""
    ports = {"amqps": 5671, "prometheus": 15692}
    inside = {"epmd": 4369, "nodes": 25672}
    apart = {"labelSelector": {"matchLabels": BROKER}, "topologyKey": "kubernetes.io/hostname"}
    pod = {
        "metadata": {"labels": BROKER},
        "spec": {
            "terminationGracePeriodSeconds": 120,
            "automountServiceAccountToken": False,
            "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [apart]}},
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 999,
                "runAsGroup": 999,
                "fsGroup": 999,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [_broker_container(ports | inside)],
            "volumes": [
                {"name": "config", "configMap": {"name": "rabbitmq"}},
                {"name": "tls", "secret": {"secretName": "rabbitmq-tls", "defaultMode": 0o440}},
            ],
        },
    }
    claim = {"metadata": {"name": "data"}, "spec": _claim("20Gi")}
    headless = {"clusterIP": "None", "publishNotReadyAddresses": True}
    plugins = (Path(__file__).parents[1] / "rabbitmq" / "enabled_plugins").read_text("utf-8")
    nodes = {
        "serviceName": "rabbitmq-nodes",
        "replicas": BROKERS,
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": BROKER},
        "template": pod,
        "volumeClaimTemplates": [claim],
    }
    return [
        _named("ConfigMap", "v1", "rabbitmq", BROKER, data={"duban.conf": _broker_config(), "enabled_plugins": plugins}),
        _named("Service", "v1", "rabbitmq-nodes", BROKER, spec=headless | _ports(inside)),
        _named("Service", "v1", "rabbitmq", BROKER, spec=_ports(ports)),
        _named("StatefulSet", "apps/v1", "rabbitmq", BROKER, spec=nodes),
        _named("PodDisruptionBudget", "policy/v1", "rabbitmq", BROKER, spec=_at_most_one_away()),
        _named("NetworkPolicy", "networking.k8s.io/v1", "rabbitmq", BROKER, spec=_broker_network(ports, inside)),
    ]


def _claim(size: str) -> Object:
    return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}


def _ports(named: dict[str, int]) -> Object:
    return {"selector": BROKER, "ports": [{"name": name, "port": port} for name, port in named.items()]}


def _at_most_one_away() -> Object:
    return {"maxUnavailable": 1, "selector": {"matchLabels": BROKER}}


def _broker_network(ports: dict[str, int], inside: dict[str, int]) -> Object:
    """Services come in by TLS alone; departments by a gateway or a load balancer that is let in here; nodes see each other."""
    nodes = [{"podSelector": {"matchLabels": BROKER}}]
    between = [{"protocol": "TCP", "port": port} for port in inside.values()]
    ours = [{"podSelector": {"matchLabels": PART}}]
    return {
        "podSelector": {"matchLabels": BROKER},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {"from": ours, "ports": [{"protocol": "TCP", "port": ports["amqps"]}]},
            {"from": [MONITORING], "ports": [{"protocol": "TCP", "port": ports["prometheus"]}]},
            {"from": nodes, "ports": between},
        ],
        "egress": [{"to": nodes, "ports": between}],
    }


def files() -> dict[str, str]:
    """Name → content of every manifest."""
    found: dict[str, list[Object]] = {"namespace.yaml": [namespace()], "deny.yaml": denied(), "rabbitmq.yaml": broker()}
    for name in SERVICES:
        roles = (*ROLES, *ONLY.get(name, ()))
        several = [make(name, role) for role in roles for make in (deployment, disruption, network)]
        found[f"{name}.yaml"] = [migrate(name), *several, tidy(name), service(name)]
    found[f"{BOARD}.yaml"] = [make(BOARD, role) for role in BOARDS for make in (deployment, disruption, network)]
    found[f"{BOARD}.yaml"] += [service(BOARD, role.name) for role in BOARDS]
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "duban",
        "resources": list(found),
        "images": [{"name": f"duban-{name}", "newTag": VERSION} for name in (*SERVICES, BOARD)],
    }
    return {name: _yaml(objects) for name, objects in (found | {"kustomization.yaml": [kustomization]}).items()}


class _Plain(yaml.SafeDumper):
    """Without anchors: a reader wants to see what is there."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _yaml(objects: list[Object]) -> str:
    text = yaml.dump_all(objects, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)
    return "# Written by write_manifests.py; change it there, or lay a kustomization over it.\n" + text


if __name__ == "__main__":
    for name, content in files().items():
        Path(__file__).with_name(name).write_text(content, "utf-8")
