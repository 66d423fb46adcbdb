"""What `deploy/` names is what the code knows: queues, settings, roles; tests/system/test_deployment.py tries it on real ones."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from board import config as board_config
from board import reaching
from notify.channels import plan
from notify.commands import COMMANDS
from service_chassis import config, secrets
from service_chassis.messaging import topology
from service_chassis.messaging.accounts import DEPLOYER
from service_chassis.web import keys
from source_tree import BOARD, ROOT, SERVICES, project_files

DEPLOY = ROOT / "deploy"
OUTSIDE = {"office", "zjj", "integrator", "board"}
"""Queues of outside accounts, which no service declares."""
VARIABLE = re.compile(r"\b(?:DUBAN_[A-Z_]+|BOARD_[A-Z_]+|DATABASE_URL|AMQP_URL)\b")
PARSED = {".yaml", ".yml", ".json", ".toml"}

Bound = set[tuple[str, str, str]]


def of_service(name: str, ending: str) -> Any:
    """The service's module `<name>.<ending>`."""
    return importlib.import_module(f"{name}.{ending}")


def service_class(name: str) -> Any:
    return next(c for c in vars(of_service(name, "service")).values() if isinstance(c, type) and getattr(c, "name", "") == name)


def settings() -> set[str]:
    """Every environment variable that some service or the board reads."""
    of_the_board = {*board_config.KEYS, *(key + reaching.FROM_FILE for key in (*reaching.SERVERS, *board_config.SECRETS))}
    classes = [c for name in SERVICES for c in vars(of_service(name, "config")).values() if isinstance(c, type)]
    return {key for cls in classes if issubclass(cls, config.Settings) for key in config.keys(cls)} | of_the_board


def deployed() -> list[Path]:
    """Files of deploy/ that set something up."""
    return [path for path in project_files() if path.is_relative_to(DEPLOY) and path.suffix not in (".md", ".py")]


def read(path: Path) -> str:
    return path.read_text("utf-8")


def text_checker() -> Any:
    spec = importlib.util.spec_from_file_location("check_text", ROOT / ".ci" / "check_text.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- the checks


def untrue_topology(definitions: Mapping[str, Any]) -> list[str]:
    """Where a definitions file and what the services declare differ."""
    queues = {queue.name: queue for name in SERVICES for queue in topology.of_service(service_class(name)).queues}
    inside = [queue for queue in definitions["queues"] if queue["name"] not in OUTSIDE]
    pairs = [
        ("exchanges", {e["name"]: (e["type"], e["arguments"]) for e in definitions["exchanges"]}, topology.exchanges()),
        ("queues", {queue["name"]: queue["arguments"] for queue in inside}, {q.name: q.arguments for q in queues.values()}),
        ("bindings", bound(definitions["bindings"]), {(x, key, q.name) for q in queues.values() for x, key in q.bindings}),
    ]
    fleeting = [thing["name"] for kind in ("exchanges", "queues") for thing in definitions[kind] if not thing["durable"]]
    return [what for what, written, declared in pairs if written != declared] + fleeting


def bound(bindings: Iterable[Mapping[str, Any]]) -> Bound:
    """Bindings of our own queues."""
    return {(b["source"], b["routing_key"], b["destination"]) for b in bindings if b["destination"] not in OUTSIDE}


def too_free(definitions: Mapping[str, Any]) -> list[str]:
    """Accounts beside the deployer's that may declare something, and queues of theirs that could refuse what we publish."""
    users = [p["user"] for p in definitions["permissions"] if p["user"] != DEPLOYER and p["configure"] != "^$"]
    refusing = [
        queue["name"]
        for queue in definitions["queues"]
        if queue["name"] in OUTSIDE and queue["arguments"].get("x-overflow") != "drop-head"
    ]
    return users + refusing


def unknown_settings(text: str) -> set[str]:
    """Environment variables of ours that nobody reads."""
    return set(VARIABLE.findall(text)) - settings()


def platform() -> dict[str, Any]:
    """compose.yaml."""
    return dict(yaml.safe_load(read(DEPLOY / "compose.yaml")))


def written(name: str) -> Any:
    """One of the modules of deploy/ that write files."""
    spec = importlib.util.spec_from_file_location(name, DEPLOY / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def secrets_in(definitions: Mapping[str, Any]) -> list[str]:
    """Accounts that come with a password."""
    return [user["name"] for user in definitions["users"] if user.get("password_hash") or user.get("password")]


# ---- the project


@pytest.fixture
def definitions() -> dict[str, Any]:
    return dict(json.loads(read(DEPLOY / "rabbitmq" / "definitions.json")))


def test_the_definitions_are_what_the_services_declare(definitions: dict[str, Any]) -> None:
    assert untrue_topology(definitions) == []


def test_outside_accounts_cannot_stop_our_relays(definitions: dict[str, Any]) -> None:
    assert too_free(definitions) == []


def test_no_account_comes_with_a_password(definitions: dict[str, Any]) -> None:
    assert secrets_in(definitions) == []


def test_every_setting_that_deploy_names_is_known() -> None:
    assert any(VARIABLE.search(read(path)) for path in deployed())
    assert {path.name: unknown_settings(read(path)) for path in deployed() if unknown_settings(read(path))} == {}


def test_the_platform_on_one_machine_is_what_its_writer_writes() -> None:
    for name, content in written("write_compose").files().items():
        assert read(DEPLOY / name) == content


def test_every_role_of_every_service_is_in_the_platform_and_every_scraped_target_is() -> None:
    named = {name: one["command"][0] for name, one in platform()["services"].items() if "secrets" in one and "command" in one}
    staying = {f"{service}-{role}" for service in SERVICES for role in ("migrate", "consume", "tick", "relay", "api")}
    staying |= {f"notify-{word}" for word, command in COMMANDS.items() if command.serves}
    others = {f"{service}-tidy" for service in SERVICES} | {"board-serve"}
    assert set(named) == staying | others
    assert all(name.endswith(f"-{role}") for name, role in named.items())
    (targets,) = yaml.safe_load_all(read(DEPLOY / "prometheus" / "targets" / "compose.yml"))
    scraped = {target.partition(":")[0] for group in targets for target in group["targets"]}
    assert scraped == {name for name in staying if not name.endswith("-migrate")} | {"board-serve"}


def loose(compose: Mapping[str, Any]) -> list[str]:
    """Where the platform on one machine lets through what it should not, or mounts or names what is not there."""
    found = []
    for name, one in compose["services"].items():
        found += [f"{name} publishes {port}" for port in one.get("ports", ()) if not port.startswith("127.0.0.1:")]
        sources = [volume.split(":")[0] for volume in one.get("volumes", ()) if volume.startswith("./")]
        kept = [place for place in sources if not place.startswith("./secrets/")]
        found += [f"{name} mounts {place}" for place in kept if not (DEPLOY / place).exists()]
        secrets = [each["source"] if isinstance(each, dict) else each for each in one.get("secrets", ())]
        found += [f"{name} lacks {secret}" for secret in secrets if secret not in compose["secrets"]]
        owners = [secret for secret in secrets if "owner" in secret or "deployer" in secret]
        found += [f"{name} has {secret}" for secret in owners if not name.endswith(("-migrate", "-tidy"))]
        found += [f"{name} cannot be reached" for _ in one.get("ports", ()) if set(one["networks"]) <= {"servers", "watch"}]
        if one["image"].startswith("duban-"):
            locked = one["read_only"] and one["cap_drop"] == ["ALL"] and one["user"] != "0"
            found += [] if locked and "servers" in one["networks"] else [f"{name} is open"]
            calls = name.endswith(("-deliver", "-hooks"))
            found += [f"{name} gets out"] if ("outside" in one["networks"]) != calls else []
    return found + [network for network in ("servers", "watch") if not compose["networks"][network].get("internal")]


def test_the_platform_lets_through_only_what_must_be_reached() -> None:
    assert loose(platform()) == []
    wrong = platform()
    wrong["services"]["intake-consume"] |= {"ports": ["8081:8081"], "volumes": ["./no:/no"], "networks": ["servers", "outside"]}
    wrong["services"]["intake-tick"]["secrets"] = ["intake_owner_database_url", "none"]
    wrong["networks"]["servers"] = {}
    wrong["services"]["board-serve"]["networks"] = ["servers"]
    assert len(loose(wrong)) == 7


def test_what_tidies_runs_when_it_is_asked_to_as_the_owner_and_without_the_broker() -> None:
    for service in SERVICES:
        one = platform()["services"][f"{service}-tidy"]
        assert (one["profiles"], one["restart"]) == (["tidy"], "no")
        assert [secret["source"] for secret in one["secrets"]] == [f"{service}_owner_database_url"]


def test_every_login_role_of_the_database_may_come_in_and_gets_a_password(tmp_path: Path) -> None:
    let_in = set(re.findall(r"(?m)^hostssl duban\s+(\S+)", read(DEPLOY / "postgres" / "pg_hba.conf")))
    roles = {role for line in let_in for role in line.split(",")}
    assert roles == {*SERVICES, *(f"{service}_owner" for service in SERVICES), BOARD, "auditor"}
    written("make_secrets").make(tmp_path / "secrets", os.geteuid())
    assert set(re.findall(r"ALTER ROLE (\S+) ", read(tmp_path / "secrets" / "passwords.sql"))) == roles
    made = re.findall(r"CREATE ROLE (\w+) LOGIN", read(DEPLOY / "postgres" / "roles_and_schemas.sql"))
    assert made == [BOARD], "the others are made by a list"


def test_every_secret_of_the_platform_is_made_once_and_is_private(tmp_path: Path) -> None:
    make = written("make_secrets").make
    make(tmp_path / "secrets", os.geteuid())
    made = {path.name: path for path in (tmp_path / "secrets").iterdir()}
    assert {entry["file"].removeprefix("./secrets/") for entry in platform()["secrets"].values()} <= set(made)
    for name, path in made.items():
        assert name.endswith(("_url", "_key")) == (path.stat().st_mode & 0o777 == 0o400)
        if name.endswith("database_url"):
            assert secrets.from_file(str(path)).startswith("postgresql://")
    assert keys.is_key(secrets.from_file(str(made["board_doors_key"])))
    before = {name: path.read_bytes() for name, path in made.items()}
    make(tmp_path / "secrets", os.geteuid())
    assert {name: path.read_bytes() for name, path in made.items()} == before
    made["board_doors_key"].unlink()  # a folder of an older release
    make(tmp_path / "secrets", os.geteuid())
    assert keys.is_key(secrets.from_file(str(made["board_doors_key"])))
    hashes = {user["password_hash"] for user in json.loads(before["definitions.json"])["users"]}
    assert len(hashes) == len(json.loads(before["definitions.json"])["users"])
    assert b"ssl" not in before["rabbitmq.conf"]


def untrue_image(recipe: str) -> list[str]:
    """What an image recipe names that is not there, or leaves open."""
    found = [
        f"COPY {source}"
        for source in re.findall(r"(?m)^COPY (?!--from)(\S+) ", recipe)
        for service in (*SERVICES, BOARD)
        if not (ROOT / source.replace("${SERVICE}", service)).exists()
    ]
    found += [
        f"-r {name}" for name in re.findall(r"-r (?:/tmp/)?(\S+\.txt)", recipe) if not any(ROOT.glob(f"**/{Path(name).name}"))
    ]
    last = recipe.rpartition("\nFROM ")[2]
    found += [] if re.search(r"(?m)^USER [1-9]\d*$", last) else ["runs as root"]
    found += [] if "dev.txt" not in recipe else ["brings what only developers need"]
    found += [
        f"without hashes: {line}" for line in re.findall(r"pip install[^\n]*-r[^\n]*", recipe) if "--require-hashes" not in line
    ]
    ports = set(re.findall(r"(?:DUBAN|BOARD)_\w+=0\.0\.0\.0:(\d+)", recipe))
    exposed = re.findall(r"(?m)^EXPOSE (.+)$", recipe)
    return found + ([] if exposed and ports == set(exposed[0].split()) else ["ports differ"])


def test_the_image_recipe_names_what_is_there_and_runs_as_nobody() -> None:
    recipe = read(DEPLOY / "Dockerfile")
    assert untrue_image(recipe) == []
    assert "HEALTHCHECK" in recipe
    wrong = recipe.replace("COPY libs/", "COPY lisb/").replace("USER 10001", "USER 0").replace("EXPOSE 8080", "EXPOSE 80")
    assert len(untrue_image(wrong)) == 7


@pytest.mark.parametrize("service", [*SERVICES, BOARD])
def test_every_service_is_deployed(service: str) -> None:
    assert f"{service}.yaml" in read(DEPLOY / "k8s" / "kustomization.yaml")


def test_every_file_that_a_machine_reads_parses() -> None:
    checker = text_checker()
    bad = {str(path): checker.faults(path.suffix, path.read_bytes()) for path in project_files() if path.suffix in PARSED}
    assert {name: faults for name, faults in bad.items() if faults and "tests" not in Path(name).parts} == {}


def test_definitions_are_not_loaded_at_every_start() -> None:
    settings_of_broker = re.sub(r"(?m)^#.*$", "", read(DEPLOY / "rabbitmq" / "rabbitmq.conf"))
    assert "max_message_size" in settings_of_broker
    assert "definitions" not in settings_of_broker  # each load takes the accounts' passwords away: nobody could log in again


def test_the_page_on_sizing_shows_what_its_arithmetic_gives() -> None:
    sizing = written("sizing")
    page = read(ROOT / "docs" / "sizing.md")
    assert sizing.table() in page
    for figure in (sizing.INTAKE_RATE, sizing.STORM_RATE):
        assert f"{figure:,}" in read(ROOT / "docs" / "performance.md")
    drawn = re.findall(r"bar \[(.+)\]", page)[0].split(", ")
    assert drawn == [f"{load.cores:.1f}" for load in sizing.LOADS]
    assert f"{100 * sizing.PROCESSES * sizing.MEGABYTES / 1000:.0f} GB" in page


# ---- the checkers themselves


def test_a_wrong_argument_queue_or_binding_is_found(definitions: dict[str, Any]) -> None:
    first, *others = [queue for queue in definitions["queues"] if queue["name"] not in OUTSIDE]
    assert untrue_topology(definitions | {"queues": [first | {"arguments": {}}, *others]}) == ["queues"]
    assert untrue_topology(definitions | {"queues": others}) == ["queues"]
    assert untrue_topology(
        definitions | {"bindings": [b for b in definitions["bindings"] if b["destination"] != first["name"]]}
    ) == ["bindings"]
    assert untrue_topology(definitions | {"exchanges": definitions["exchanges"][1:]}) == ["exchanges"]


def test_an_account_that_may_declare_is_found() -> None:
    free = {"permissions": [{"user": "zjj", "configure": "^zjj$"}], "queues": [{"name": "zjj", "arguments": {}}]}
    assert too_free(free) == ["zjj", "zjj"]


def test_misspelt_settings_and_passwords_are_found() -> None:
    assert unknown_settings("DUBAN_HEALHT: 0.0.0.0:1\nDUBAN_HEALTH: x\nBOARD_LIEV: 1") == {"DUBAN_HEALHT", "BOARD_LIEV"}
    assert secrets_in({"users": [{"name": "zjj", "password_hash": "abc"}]}) == ["zjj"]


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".yaml", b"a: [1\n"),
        (".yaml", b"a: 1\na: 2\n"),
        (".toml", b"a =\n"),
        (".json", b"{,}\n"),
        (".md", b"no newline"),
        (".md", b"\xff\n"),
    ],
)
def test_a_file_that_does_not_parse_or_end_well_is_found(suffix: str, content: bytes) -> None:
    assert len(text_checker().faults(suffix, content)) == 1


def test_the_example_of_a_channels_file_is_one() -> None:
    found = plan.read(DEPLOY / "channels.example.toml")
    assert {spec["kind"] for spec in found.specs.values()} == set(plan.KEYS)
    assert found.ways.to("ZJJ", "HEAD") == {"email": "head@zjj.example.org", "sms": "13800000000"}


def locked(name: str) -> dict[str, str]:
    """Package → version of a lock file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==(\S+)", text, re.MULTILINE))


def wanted(folder: Path) -> set[str]:
    """The packages of others that a distribution of ours names."""
    named = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return {name for each in named if not (name := re.split(r"[\[<>=~!]", each)[0]).startswith("supervision-")}


def test_only_notifys_image_holds_what_only_notify_needs() -> None:
    common, notify = locked("runtime"), locked("notify")
    assert set(notify) - set(common) == {"typst", "segno", "standardwebhooks"}
    assert {name: notify[name] for name in common} == common


@pytest.mark.parametrize("service", [*SERVICES, BOARD])
def test_an_image_holds_everything_that_its_service_names(service: str) -> None:
    own = ROOT / "requirements" / f"{service}.txt"
    held = set(locked(service if own.is_file() else "runtime"))
    folders = [ROOT / "services" / service, *sorted((ROOT / "libs").iterdir())]
    assert {name for folder in folders if folder.is_dir() for name in wanted(folder)} - held == set()


def test_the_boards_image_rehearses_without_what_notify_alone_needs() -> None:
    lacking = sorted(wanted(ROOT / "services" / "notify") - set(locked("runtime")))
    blocked = "import sys; sys.modules.update(dict.fromkeys(sys.argv[1:])); import duban.rehearsing_beside, duban.chain"
    done = subprocess.run([sys.executable, "-c", blocked, *lacking], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert subprocess.run([sys.executable, "-c", blocked, "orjson"], capture_output=True, check=False).returncode == 1
    assert wanted(ROOT / "duban") <= set(locked("runtime"))


def test_a_package_that_an_image_lacks_is_found() -> None:
    assert wanted(ROOT / "services" / "notify") - set(locked("runtime")) == {"typst", "segno", "standardwebhooks"}
