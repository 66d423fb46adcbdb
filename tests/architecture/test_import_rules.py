"""The import rules hold, and each of them catches a planted violation."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from source_tree import BOARD, LIBRARIES, ROOT, SERVICES, package

PLANTED = {
    "services-are-strangers": ("intake/handlers.py", "import scoring.domain.ledger"),
    "inside-a-service": ("scoring/store/ledger.py", "import scoring.handlers"),
    "the-board-is-an-integrator": ("board/clock.py", "import ground_rules.workdays"),
    "inside-the-board": ("board/store/writing.py", "import board.pages"),
    "domain-is-pure": ("escalation/domain/planted.py", "import service_chassis.errors"),
    "handlers-announce-only": ("notify/handlers.py", "import service_chassis.relay"),
    "duban-sees-the-outside": ("duban/planted.py", "import escalation.domain"),
    "home-of-nameko": ("notify/metrics.py", "import nameko"),
    "home-of-kombu": ("intake/metrics.py", "import kombu"),
    "home-of-pika": ("board/projector.py", "import pika"),
    "home-of-sqlalchemy": ("escalation/metrics.py", "import sqlalchemy"),
    "home-of-marshmallow": ("service_chassis/health.py", "import marshmallow"),
    "home-of-prometheus": ("scoring/config.py", "import prometheus_client"),
    "home-of-openpyxl": ("scoring/assessment_table.py", "import openpyxl"),
    "home-of-flask": ("intake/config.py", "import flask"),
    "home-of-joserfc": ("service_chassis/keyring.py", "import joserfc"),
    "home-of-cryptography": ("service_chassis/keyring.py", "import cryptography"),
    "home-of-typst": ("duban/chart.py", "import typst"),
    "home-of-standardwebhooks": ("notify/webhooks/calling.py", "import standardwebhooks"),
    "test-doubles-stay-in-tests": ("service_chassis/relay.py", "import service_chassis.testing"),
    "no-cycles": ("service_chassis/errors.py", "import service_chassis.delivery"),
    "inside-the-chassis": ("service_chassis/config.py", "import service_chassis.cli"),
}
"""Contract → the file and the line that break it."""


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages in `folder`."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return subprocess.run(
        [*command, "--no-cache", "--config", str(ROOT / ".importlinter")],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all packages, without anything planted."""
    folder = tmp_path_factory.mktemp("packages")
    for name in (*LIBRARIES, *SERVICES, BOARD, "duban"):
        shutil.copytree(package(name), folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_import_rules_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


def test_every_import_rule_catches_a_violation(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "planted"
    shutil.copytree(copy, folder)
    for name, line in PLANTED.values():
        with (folder / name).open("a") as file:
            file.write(f"\n{line}\n")
    done = lint(folder)
    assert done.returncode == 1
    verdicts = [line for line in done.stdout.splitlines() if line.endswith(("KEPT", "BROKEN"))]
    assert [line for line in verdicts if line.endswith("KEPT")] == []
    assert len(verdicts) == len(PLANTED)


def test_no_import_rule_is_without_a_planted_violation() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    rules = {section.rpartition(":")[2] for section in parser.sections() if ":contract:" in section}
    assert rules == set(PLANTED)
