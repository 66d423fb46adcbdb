"""The Kubernetes manifests are what their writer writes, what Kubernetes accepts, locked in, and complete."""

from __future__ import annotations

import functools
import importlib.util
import re
import sys
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import yaml
from board import config as board_config
from board import reaching
from kubernetes_validate import utils
from notify.commands import COMMANDS
from service_chassis import cli, config
from source_tree import ROOT, SERVICES

K8S = ROOT / "deploy" / "k8s"
NEWEST = "1.37"
OLDEST = "1.28"
"""Of the versions that a city may have."""

Object = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def schemas_are_read_once() -> Iterator[None]:
    """They are many megabytes, and read anew for each document otherwise."""
    read = utils.schema_contents
    utils.schema_contents = functools.cache(read)
    yield
    utils.schema_contents = read


def writer() -> Any:
    spec = importlib.util.spec_from_file_location("write_manifests", K8S / "write_manifests.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def documents(name: str) -> list[Object]:
    return list(yaml.safe_load_all((K8S / name).read_text("utf-8")))


def rendered() -> list[Object]:
    """What `kubectl apply -k` would send: the kustomization only lists files and puts them into one namespace."""
    (kustomization,) = documents("kustomization.yaml")
    assert set(kustomization) == {"apiVersion", "kind", "namespace", "resources", "images"}, "more needs a real kustomize here"
    return [document for name in kustomization["resources"] for document in documents(name)]


def of_kind(*kinds: str) -> list[Object]:
    return [document for document in rendered() if document["kind"] in kinds]


def pods() -> Iterator[tuple[str, Object]]:
    """Every pod that the manifests make."""
    for document in of_kind("Deployment", "Job", "StatefulSet"):
        yield document["metadata"]["name"], document["spec"]["template"]
    for document in of_kind("CronJob"):
        yield document["metadata"]["name"], document["spec"]["jobTemplate"]["spec"]["template"]


# ---- what Kubernetes says


def faults(document: Object, version: str = NEWEST) -> list[str]:
    """Everything that the schema refuses. The validator stops at the first fault: that one is taken out, and it looks again."""
    document, found = deepcopy(document), []
    for _ in range(20):
        try:
            utils.validate(document, version, strict=True)
            return found
        except utils.ValidationError as error:
            path = list(error.absolute_path)
            found.append(f"{'.'.join(map(str, path))}: {error.message}")
            unexpected = re.search(r"'(\w+)' was unexpected", error.message)
            *above, last = [*path, unexpected.group(1)] if unexpected else path
            del functools.reduce(lambda value, key: value[key], above, document)[last]
    return found


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_kubernetes_accepts_every_object(version: str) -> None:
    seen = [document for document in rendered() if document["metadata"]["name"].split("-")[0] not in ("intake", "scoring")]
    assert len(seen) > 30
    assert {document["metadata"]["name"]: faults(document, version) for document in seen if faults(document, version)} == {}


def test_every_fault_of_a_wrong_object_is_found() -> None:
    (first, *_) = of_kind("Deployment")
    wrong = deepcopy(first)
    wrong["spec"]["replicas"] = "2"
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    assert len(faults(wrong)) == 2
    with pytest.raises(utils.SchemaNotFoundError):
        faults({**first, "kind": "Deploiment"})


# ---- what they say


def test_the_manifests_are_what_their_writer_writes() -> None:
    assert {path.name: path.read_text("utf-8") for path in K8S.glob("*.yaml")} == writer().files()


def test_every_role_of_every_service_is_there_with_what_protects_it() -> None:
    names = {kind: {document["metadata"]["name"] for document in of_kind(kind)} for kind in ("Deployment", "Job")}
    staying = {f"{service}-{role}" for service in SERVICES for role in ("consume", "tick", "relay", "api")}
    staying |= {f"notify-{word}" for word, command in COMMANDS.items() if command.serves}
    staying |= {"board-serve"}
    assert names["Deployment"] == staying
    assert names["Job"] == {f"{service}-migrate" for service in SERVICES}
    for kind in ("PodDisruptionBudget", "NetworkPolicy"):
        assert staying <= {document["metadata"]["name"] for document in of_kind(kind)}


def test_every_selector_finds_pods() -> None:
    made = [pod["metadata"]["labels"] for _, pod in pods()]
    for document in of_kind("Service", "PodDisruptionBudget", "NetworkPolicy"):
        spec = document["spec"]
        wanted = spec.get("podSelector", spec.get("selector"))
        wanted = wanted.get("matchLabels", {} if "podSelector" in spec else wanted)
        assert any(wanted.items() <= labels.items() for labels in made), document["metadata"]["name"]


def open_pods(found: Iterator[tuple[str, Object]]) -> list[str]:
    """Pods that the level "restricted" of Kubernetes would refuse, or without limits."""
    bad = []
    for name, pod in found:
        spec = pod["spec"]
        whole = spec.get("securityContext", {})
        for container in spec["containers"]:
            own = container.get("securityContext", {})
            locked = (
                whole.get("runAsNonRoot"),
                whole.get("seccompProfile") == {"type": "RuntimeDefault"},
                own.get("allowPrivilegeEscalation") is False,
                own.get("capabilities") == {"drop": ["ALL"]},
                not spec.get("hostNetwork"),
                spec.get("automountServiceAccountToken") is False,
                "memory" in container.get("resources", {}).get("limits", {}),
                "cpu" in container.get("resources", {}).get("requests", {}),
            )
            bad += [] if all(locked) else [name]
    return bad


def test_every_pod_is_locked_in() -> None:
    assert open_pods(pods()) == []
    (first, pod) = next(pods())
    assert open_pods(iter([(first, {"spec": pod["spec"] | {"hostNetwork": True}})])) == [first]


def test_what_stays_up_is_looked_at_and_has_the_time_to_stop() -> None:
    for document in of_kind("Deployment"):
        spec = document["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        assert {"livenessProbe", "readinessProbe", "startupProbe"} <= set(container)
        assert spec["terminationGracePeriodSeconds"] > 70
        alone = document["metadata"]["name"] == "board-serve"
        assert (document["spec"]["replicas"] >= 2) != alone
        assert container["args"][0] in (*cli.ROLES, *COMMANDS) or alone
        (budget,) = [each["spec"] for each in of_kind("PodDisruptionBudget") if each["metadata"] == document["metadata"]]
        assert ("maxUnavailable" in budget) == alone, "a node with the only pod could never be emptied"


def test_the_board_is_probed_where_it_answers_and_reached_through_the_gateway_alone() -> None:
    (board,) = [document for document in of_kind("Deployment") if document["metadata"]["name"] == "board-serve"]
    (container,) = board["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["serve"]
    probes = [container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")]
    assert set(probes) == {"/health"}
    (policy,) = [document for document in of_kind("NetworkPolicy") if document["metadata"] == board["metadata"]]
    gateway = {"podSelector": {"matchLabels": {"app.kubernetes.io/component": "gateway"}}}
    pages, metrics = policy["spec"]["ingress"]
    assert pages == {"from": [gateway], "ports": [{"protocol": "TCP", "port": 8080}]}
    assert [port["port"] for port in metrics["ports"]] == [8081]
    assert ["namespaceSelector" in caller for caller in metrics["from"]] == [True]
    assert {"name": "BOARD_METRICS", "value": "0.0.0.0:8081"} in container["env"]
    assert {document["metadata"]["name"] for document in of_kind("Service")} >= {"board-serve", "intake-api"}


def ways_out(policy: Object) -> set[tuple[str, int]]:
    """Whom pods may call: the server's name, or its address, and the port."""
    found = set()
    for rule in policy["spec"]["egress"]:
        for port in rule["ports"]:
            for at in rule.get("to", [{}]):
                labels = at.get("podSelector", {}).get("matchLabels", {})
                named = labels.get("app.kubernetes.io/name") or labels.get(COMPONENT)
                found.add((named or at.get("ipBlock", {}).get("cidr", "anywhere"), port["port"]))
    return found


def of_doors() -> list[Object]:
    return [each for each in of_kind("NetworkPolicy") if each["metadata"]["labels"].get(COMPONENT) in ("api", "serve")]


COMPONENT = "app.kubernetes.io/component"


def test_the_doors_reach_a_sign_on_server_beside_them_and_nobody_else_does() -> None:
    names = {each["metadata"]["name"] for each in of_doors()}
    assert names == {"board-serve", *(f"{service}-api" for service in SERVICES)}
    for policy in of_kind("NetworkPolicy"):
        reached = {(name, port) for name, port in ways_out(policy) if name == "sign-on"} if "egress" in policy["spec"] else set()
        assert reached == ({("sign-on", 443), ("sign-on", 8443)} if policy["metadata"]["name"] in names else set())
    (board,) = [each for each in of_doors() if each["metadata"]["name"] == "board-serve"]
    assert ways_out(board) - {("sign-on", 443), ("sign-on", 8443)} == {("postgres", 5432), ("rabbitmq", 5671), ("api", 8080)}


def test_the_board_comes_to_every_door_and_no_other_role_does() -> None:
    """For what came in, when a changed policy is rehearsed."""
    let_in = {
        policy["metadata"]["name"]
        for policy in of_kind("NetworkPolicy")
        for rule in policy["spec"].get("ingress", ())
        for caller in rule.get("from", ())
        if caller.get("podSelector", {}).get("matchLabels", {}).get("app.kubernetes.io/name") == "board"
    }
    assert let_in == {f"{service}-api" for service in SERVICES}
    to_doors = {
        policy["metadata"]["name"]
        for policy in of_kind("NetworkPolicy")
        if "egress" in policy["spec"] and ("api", 8080) in ways_out(policy)
    }
    assert to_doors == {"board-serve"}


def test_the_pages_patch_lets_the_doors_reach_a_sign_on_server_elsewhere() -> None:
    (example,) = re.findall(r"```yaml\n(apiVersion: kustomize.*?)```", (K8S / "README.md").read_text("utf-8"), re.DOTALL)
    (patch,) = yaml.safe_load(example)["patches"]
    assert patch["target"] == {"kind": "NetworkPolicy", "labelSelector": f"{COMPONENT} in (api, serve)"}
    (added,) = yaml.safe_load(patch["patch"])
    assert (added["op"], added["path"]) == ("add", "/spec/egress/-")
    for policy in of_doors():
        before = ways_out(policy)
        policy["spec"]["egress"].append(added["value"])
        assert ways_out(policy) - before == {("10.20.30.40/32", 443)}
        assert faults(policy) == []


def test_every_service_is_tidied_at_night_by_the_owner_who_gets_no_broker() -> None:
    jobs = {document["metadata"]["name"]: document["spec"] for document in of_kind("CronJob")}
    assert set(jobs) == {f"{service}-tidy" for service in SERVICES}
    for job in jobs.values():
        assert (job["timeZone"], job["concurrencyPolicy"]) == ("Asia/Shanghai", "Forbid")
        pod = job["jobTemplate"]["spec"]["template"]["spec"]
        assert pod["volumes"][0]["secret"]["items"] == [{"key": "database_url", "path": "database_url"}]
        assert "AMQP" not in str(pod["containers"][0]["env"])


def test_secrets_are_files_that_not_everybody_reads_and_settings_are_known() -> None:
    for name, pod in pods():
        (container,) = pod["spec"]["containers"]
        if name != "rabbitmq":
            known = {*board_config.KEYS, *(key + reaching.FROM_FILE for key in (*reaching.SERVERS, *board_config.SECRETS))}
            known = known if name == "board-serve" else set(config.keys(config.Settings))
            assert {entry["name"] for entry in container["env"]} <= known
            assert not any(entry["name"].endswith("_URL") for entry in container["env"])
        for volume in pod["spec"]["volumes"]:
            if "secret" in volume:
                assert volume["secret"]["defaultMode"] & 0o007 == 0
                assert volume["secret"]["secretName"].endswith("-owner") == (name.endswith(("-migrate", "-tidy")))


def test_the_network_refuses_what_no_policy_lets_through() -> None:
    deny = next(document for document in of_kind("NetworkPolicy") if document["metadata"]["name"] == "deny")
    assert deny["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for document in of_kind("NetworkPolicy"):
        for rule in document["spec"].get("egress", ()):
            assert rule.get("ports"), "nobody may go everywhere"
        for rule in document["spec"].get("ingress", ()):
            assert rule.get("from"), "nobody is open to all"


def test_the_broker_has_three_nodes_and_tls_alone() -> None:
    (nodes,) = of_kind("StatefulSet")
    assert nodes["spec"]["replicas"] == 3
    (settings,) = of_kind("ConfigMap")
    assert "listeners.tcp = none" in settings["data"]["duban.conf"]
    assert settings["data"]["duban.conf"].count("classic_config.nodes") == 3
