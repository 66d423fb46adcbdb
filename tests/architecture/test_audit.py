"""`make audit` never says that nothing is known where nobody was asked; and each lock holds what its list asks for."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from source_tree import ROOT

REQUIREMENTS = ROOT / "requirements"
PIN = re.compile(r"(?m)^([A-Za-z0-9._-]+)==([^\s;\\]+)")


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", REQUIREMENTS / "audit.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WELL: dict[str, Any] = {"name": "amqp", "version": "5.4.2", "vulns": []}
ILL = {"name": "flask", "version": "1.0", "vulns": [{"id": "PYSEC-2023-62", "fix_versions": ["2.2.5"]}]}
SKIPPED = {"name": "wrapt", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([WELL], 0, ""),
        ([WELL, ILL], 1, "flask 1.0: PYSEC-2023-62; mended in: 2.2.5"),
        ([WELL, SKIPPED], 2, "not looked up"),
        ([ILL, SKIPPED], 1, "not looked up"),
        ([], 2, "not looked up"),
    ],
)
def test_only_what_was_looked_up_and_is_not_known_is_clean(audit: ModuleType, packages: list[Any], code: int, said: str) -> None:
    found, told = audit.judge(packages)
    assert (found, said in "\n".join(told)) == (code, True)


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (json.dumps({"dependencies": [WELL]}), 0, "1 个软件包"),
        (json.dumps({"dependencies": [SKIPPED]}), 2, "not looked up"),
        ("no index", 2, "pip-audit"),
        (None, 2, "there is no pip-audit"),
    ],
)
def test_the_command_ends_with_the_code_of_what_it_was_told(tmp_path: Path, answer: str | None, code: int, said: str) -> None:
    if answer is not None:
        program = tmp_path / "pip-audit"
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
        program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin" if answer is not None else str(tmp_path)}
    command = [sys.executable, str(REQUIREMENTS / "audit.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done.stderr


def strays(listed: str, locked: str) -> list[str]:
    """What a list asks for and its lock does not hold."""
    pins = {name.lower().replace("_", "-"): version for name, version in PIN.findall(locked)}
    wanted = [Requirement(line) for line in map(str.strip, listed.splitlines()) if line and line[0] not in "#-"]
    return [str(one) for one in wanted if not one.specifier.contains(pins.get(one.name.lower().replace("_", "-"), "0"))]


@pytest.mark.parametrize("listed", sorted(REQUIREMENTS.glob("*.in")), ids=lambda path: path.stem)
def test_each_lock_holds_what_its_list_asks_for(listed: Path) -> None:
    assert strays(listed.read_text("utf-8"), listed.with_suffix(".txt").read_text("utf-8")) == []


def test_a_lock_that_was_not_made_again_is_found() -> None:
    assert strays("a>=2\nb\n# c\n-r d.in", "a==1.9\nb==1\n") == ["a>=2"]
    assert strays("c[binary]>=1", "") == ["c[binary]>=1"]
