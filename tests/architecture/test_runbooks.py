"""Every command in a runbook can be given: its program is known, its subcommand and its flags exist."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from duban.cli import main
from service_chassis import catching_up, cli, redrive
from source_tree import ROOT, SERVICES

RUNBOOKS = ROOT / "docs" / "runbooks"
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
OTHERS = {"createdb", "curl", "dmesg", "docker", "journalctl", "kubectl", "pg_dump", "pg_restore", "psql", "systemctl"}
"""Programs that are not ours, whose words are not looked at here."""
UNITS = ROOT / "deploy" / "systemd"
RABBITMQ = {"list_queues", "list_bindings", "list_connections", "status", "alarms"}
RABBITMQ |= {"import_definitions", "set_policy", "delete_queue"}


def commands(page: Path) -> list[str]:
    """Every command of a page's blocks, one a line."""
    return [line.strip() for block in BLOCK.findall(page.read_text("utf-8")) for line in block.splitlines() if line.strip()]


def faults(command: str) -> Iterator[str]:
    """What is wrong with a command."""
    words = shlex.split(command)
    if words[:4] == ["runuser", "-u", "postgres", "--"]:
        words = words[4:]
    if words[:2] == ["python", "-m"] and len(words) > 3:
        yield from _of_service(words[2], words[3], words[4:])
    elif words[0] == "duban":
        yield from _of_duban(words[1:])
    elif words[0] in ("rabbitmqctl", "rabbitmq-diagnostics"):
        if not RABBITMQ & set(words):
            yield f"{words[0]} has no such word: {command}"
    elif words[0] not in OTHERS:
        yield f"nobody knows {words[0]}"
    elif words[0] in ("systemctl", "journalctl"):
        units = [word for word in words if word.startswith("duban-")]
        yield from (f"there is no unit {unit}" for unit in units if not _is_unit(unit))


def _is_unit(name: str) -> bool:
    """Whether we ship it; `duban-x@intake`, `duban-x@intake.timer` and `duban-x` alike."""
    word, at, _ = name.partition("@")
    kind = "timer" if name.endswith(".timer") else "service"
    return (UNITS / (f"{word}@.{kind}" if at else f"{word.removesuffix('.' + kind)}.{kind}")).is_file()


def _of_service(service: str, role: str, more: list[str]) -> Iterator[str]:
    if service not in SERVICES:
        yield f"no service {service}"
        return
    own: dict[str, Any] = {}
    with contextlib.suppress(ModuleNotFoundError):
        own = dict(importlib.import_module(f"{service}.commands").COMMANDS)
    if role not in cli.ROLES and role not in own:
        yield f"{service} has no role {role}"
    elif parser := PARSERS.get(role):
        yield from _unparsed(parser(service), more)
    else:
        flags = [word for word in more if word.startswith("--")]
        text = "".join(path.read_text("utf-8") for root in (service, "service_chassis") for path in sources(root))
        yield from (f"{service} {role} does not take {flag}" for flag in flags if f'"{flag}"' not in text)


def sources(package: str) -> list[Path]:
    """The files of a service or library, for words whose parser is not at hand."""
    return sorted(Path(str(importlib.import_module(package).__file__)).parent.rglob("*.py"))


PARSERS = {"redrive": redrive.parser, "catch-up": catching_up.parser}


def _unparsed(parser: argparse.ArgumentParser, words: list[str]) -> Iterator[str]:
    try:
        parser.parse_args(words)
    except SystemExit:
        yield f"{parser.prog} does not take {' '.join(words)}"


def _of_duban(words: list[str]) -> Iterator[str]:
    command = main.commands.get(words[0]) if isinstance(main, click.Group) else None
    if command is None:
        yield f"duban has no command {words[0]}"
        return
    known = {option for parameter in command.params for option in parameter.opts}
    yield from (f"duban {words[0]} has no {flag}" for flag in words if flag.startswith("--") and flag not in known)


@pytest.mark.parametrize("page", sorted(RUNBOOKS.glob("*.md")), ids=lambda page: str(page.stem))
def test_every_command_of_a_runbook_can_be_given(page: Path) -> None:
    assert [fault for command in commands(page) for fault in faults(command)] == []


def test_runbooks_have_commands_and_are_all_listed() -> None:
    pages = sorted(RUNBOOKS.glob("*.md"))
    assert sum(len(commands(page)) for page in pages) > 40
    index = (RUNBOOKS / "README.md").read_text("utf-8")
    assert [page.name for page in pages if page.name != "README.md" and f"({page.name})" not in index] == []


@pytest.mark.parametrize(
    "bad",
    [
        "python -m intake redrive put-back ID",
        "python -m intake redo list",
        "python -m nobody check",
        "python -m notify letters --lost",
        "duban trance M1",
        "duban trace M1 --all",
        "rabbitmqctl purge_queue intake.inbound",
        "rm -rf /",
        "systemctl restart duban-consumer@intake",
    ],
)
def test_a_command_that_does_not_exist_is_found(bad: str) -> None:
    assert list(faults(bad)) != []
