"""The systemd units are what systemd accepts, lock their processes in, and start what there is; the installer may run again."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from board import reaching
from city import SERVICES
from notify.commands import COMMANDS
from servers import Missing, install_packages
from service_chassis import cli

SYSTEMD = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
MOST_EXPOSED = "20"
"""Of 100, by `systemd-analyze security`; what is left is that a service speaks to the network."""


def writer() -> Any:
    spec = importlib.util.spec_from_file_location("write_units", SYSTEMD / "write_units.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def analyze() -> str:
    """The program `systemd-analyze`; it needs no running systemd for this."""
    if not shutil.which("systemd-analyze"):
        try:
            install_packages(["systemd"])
        except Missing as missing:
            pytest.fail(str(missing), pytrace=False)
    return str(shutil.which("systemd-analyze"))


def units() -> list[Path]:
    return sorted([*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.timer"), *SYSTEMD.glob("*.target")])


def on_this_machine(folder: Path) -> list[Path]:
    """Copies whose program is the Python of this test."""
    for unit in units():
        (folder / unit.name).write_text(unit.read_text("utf-8").replace("/opt/duban/bin/python", sys.executable), "utf-8")
    return sorted(folder.iterdir())


def test_the_units_are_what_their_writer_writes() -> None:
    assert {unit.name: unit.read_text("utf-8") for unit in units()} == writer().files()


def test_systemd_accepts_every_unit_and_finds_it_locked_in(analyze: str, tmp_path: Path) -> None:
    for unit in on_this_machine(tmp_path):
        done = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), unit.name
        if unit.suffix == ".service":
            assert exposed(analyze, unit) == "", unit.name


def exposed(analyze: str, unit: Path) -> str:
    """What `systemd-analyze security` says of a unit that is not locked in enough."""
    command = [analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", unit]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return "" if done.returncode == 0 else done.stdout.splitlines()[-1]


def test_a_unit_that_is_wrong_or_open_is_found(analyze: str, tmp_path: Path) -> None:
    unit = next(path for path in on_this_machine(tmp_path) if path.name == "duban-consume@.service")
    text = unit.read_text("utf-8")
    unit.write_text(text.replace("ProtectSystem=strict", "ProtectSystem=perhaps"), "utf-8")
    done = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, text=True, timeout=60)
    assert "Failed to parse protect system value" in done.stderr
    unit.write_text(text.replace(writer().LOCKED, "User=root\n"), "utf-8")
    assert "exposure" in exposed(analyze, unit)


def test_every_role_of_every_service_has_a_unit_and_each_unit_starts_one_that_exists() -> None:
    started = set()
    for unit in writer().UNITS:
        if unit.only == "board":
            continue
        service, role = re.findall(r"(?m)^ExecStart=\S+ -m (\S+) (\S+)$", (SYSTEMD / unit.name).read_text("utf-8"))[0]
        assert (unit.only or "%i", unit.role) == (service, role)
        assert role in cli.ROLES or COMMANDS[role].serves
        started |= {(unit.only, role)} if unit.only else {(name, role) for name in SERVICES}
    staying = {(name, role) for name in SERVICES for role in ("migrate", "consume", "tick", "relay", "api", "tidy")}
    assert started == staying | {("notify", name) for name, command in COMMANDS.items() if command.serves}


def test_a_process_has_the_time_to_finish_and_comes_back_whatever_ended_it() -> None:
    for unit in writer().UNITS:
        text = (SYSTEMD / unit.name).read_text("utf-8")
        assert ("Restart=always" in text) == (unit.role not in ("migrate", "tidy"))
        if unit.role not in ("migrate", "tidy"):
            stop = int(re.findall(r"(?m)^TimeoutStopSec=(\d+)$", text)[0])
            assert stop > 60 + 10, "the longest statement, and DUBAN_STOP"


def test_the_board_is_started_with_settings_that_it_reads() -> None:
    text = (SYSTEMD / "duban-board-serve.service").read_text("utf-8")
    assert "ExecStart=/opt/duban/bin/python -m board serve\n" in text
    assert set(re.findall(r"(?m)^Environment=(\w+)=", text)) == {key + reaching.FROM_FILE for key in reaching.SERVERS}


def test_every_service_is_tidied_at_night_in_the_citys_time() -> None:
    text = (SYSTEMD / "duban-tidy@.timer").read_text("utf-8")
    assert "OnCalendar=*-*-* 02:30:00 Asia/Shanghai\n" in text
    assert "Persistent=yes\n" in text
    assert "[Install]" not in (SYSTEMD / "duban-tidy@.service").read_text("utf-8"), "started by its timer alone"


def test_no_secret_is_in_a_unit_and_only_owners_roles_get_the_owners() -> None:
    for unit in writer().UNITS:
        text = (SYSTEMD / unit.name).read_text("utf-8")
        assert "://" not in text
        assert ("owner_database_url" in text, "deployer_amqp_url" in text) == (unit.owner, unit.owner and unit.broker)
        assert unit.owner == (unit.role in ("migrate", "tidy"))
        assert "DATABASE_URL_FILE=%d/database_url" in text


def test_the_installer_may_run_again_and_leaves_settings_alone(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PREFIX": str(tmp_path), "SKIP_CODE": "yes"}
    (tmp_path / "opt/duban/bin").mkdir(parents=True)
    (tmp_path / "opt/duban/bin/python").symlink_to(sys.executable)

    def install() -> str:
        command = ["sh", str(SYSTEMD / "install.sh")]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout

    assert install() == "install: done; units are new or changed\n"
    settings = tmp_path / "etc/duban"
    assert stat.S_IMODE((settings / "secrets/intake").stat().st_mode) == 0o700
    ports = re.findall(r":(\d+)\n", "".join(path.read_text() for path in settings.glob("*-*.env")))
    assert len(ports) == len(set(ports)) == len(SERVICES) * 4 + 4, "deliver, hooks, and the board twice"
    assert "BOARD_PROXY=127.0.0.1\n" in (settings / "board-serve.env").read_text()
    (settings / "duban.env").write_text("DUBAN_LOG=debug\n")
    assert install() == "install: done\n"
    assert (settings / "duban.env").read_text() == "DUBAN_LOG=debug\n"
    assert len(list((tmp_path / "etc/systemd/system").iterdir())) == len(units())
