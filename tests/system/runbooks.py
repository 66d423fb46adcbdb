"""Runs the commands of the runbooks as they stand on their pages, in a city's environment, and sees what they do.

`python -m SERVICE …` and `duban …` run in a fork of this process, which has loaded everything already: a command costs its work,
not its start. All others are run by a shell.
"""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def commands(page: Path) -> list[str]:
    """Every command of a page's blocks, one a line."""
    return [line.strip() for block in BLOCK.findall(page.read_text("utf-8")) for line in block.splitlines() if line.strip()]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    said: str


def run(command: str, environment: Mapping[str, str], folder: Path) -> Done:
    """One command, as somebody gives it who stands in `folder` and has these settings and no others."""
    words = shlex.split(command)
    ours = words[:2] == ["python", "-m"] or words[0] == "duban"
    return _forked(words, environment, folder) if ours and ">" not in words else _by_shell(command, environment, folder)


def _by_shell(command: str, environment: Mapping[str, str], folder: Path) -> Done:
    asked = subprocess.Popen(
        ["sh", "-c", command], env=dict(environment), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = asked.communicate(timeout=60)
    return Done(asked.returncode, said.decode("utf-8", "replace"))


def _forked(words: list[str], environment: Mapping[str, str], folder: Path) -> Done:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.close(reading)
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115 - not pytest's
            os.environ.clear()
            os.environ.update(environment)
            os.chdir(folder)
            code = _inside(words)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    with open(reading, encoding="utf-8", errors="replace") as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    return Done(os.waitstatus_to_exitcode(status), said)


def _inside(words: list[str]) -> int:
    """What the interpreter does with these words, in this process."""
    try:
        if words[0] == "duban":
            import_module("duban.cli").main(words[1:], prog_name="duban")
            return 0
        sys.argv = [words[2], *words[3:]]
        runpy.run_module(words[2], run_name="__main__", alter_sys=True)
        return 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)


LOOKING = re.compile(r"rabbitmqctl (list_|status)|rabbitmq-diagnostics")
"""Commands that change nothing and take a second each, so that several may run at once."""

EFFECTS: tuple[tuple[str, int, str], ...] = (
    (r"python -m \w+ check", 0, r"database|schema"),
    (r"python -m \w+ migrate", 0, r"rights granted"),
    (r"python -m \w+ verify-chain", 0, r"."),
    (r"python -m intake redrive list", 0, r"6f2c0f0e.*UNPROCESSED"),
    (r"python -m intake redrive show", 0, r'"code": "UNPROCESSED"'),
    (r"python -m intake redrive put-back", 0, r"6f2c0f0e replayed"),
    (r"python -m intake redrive discard", 0, r"7a3d1f1f rejected"),
    (r"python -m intake redrive log", 0, r"新版本已修复解析"),
    (r"python -m notify letters --failed", 0, r"^$"),
    (r"python -m notify letters --again", 1, r"no such failed copy"),
    (r"python -m notify webhooks list", 0, r"board\.example\.org"),
    (r"python -m notify webhooks deliveries", 0, r""),
    (r"python -m notify webhooks enable", 0, r"."),
    (r"python -m notify webhooks redeliver \S+ --since", 0, r"."),
    (r"python -m notify webhooks redeliver \S+ --event", 1, r"not in the log"),
    (r"python -m notify webhooks go-on", 0, r"."),
    (r"python -m \w+ catch-up --inbox", 0, r"messages handled again, \d+ events were told before"),
    (r"duban publish", 0, r"confirmed 1 "),
    (r"duban account", 0, r"密码 password"),
    (r"psql .*escalation\.cut", 0, r"name\s+\|\s+number"),
    (r"psql .*intake\.refusal", 0, r"NOT_EMPOWERED"),
    (r"psql .*escalation\.clock", 0, r"\(\d+ rows?\)"),
    (r"psql .*intake\.tidied", 0, r"policy +\| +done"),
    (r"psql .*pg_stat_database", 0, r"duban"),
    (r"runuser .*pg_stat_activity", 0, r"\(\d+ rows?\)"),
    (r"runuser .*ALTER SCHEMA", 0, r"ALTER SCHEMA"),
    (r"runuser .*(createdb|pg_dump|pg_restore)", 0, r"^$"),
    (r"rabbitmqctl list_queues .*(messages|arguments)", 0, r"intake\.inbound"),
    (r"rabbitmqctl list_bindings", 0, r"duban\.inbound\s+\S+\s+intake\.inbound"),
    (r"rabbitmqctl list_connections", 0, r"running"),
    (r"rabbitmqctl status", 0, r"RabbitMQ version"),
    (r"rabbitmq-diagnostics alarms", 0, r"no alarms"),
    (r"rabbitmqctl import_definitions", 0, r""),
    (r"rabbitmqctl (delete_queue|set_policy)", 0, r""),
)
"""Command → its exit code, and what it prints."""

ELSEWHERE: tuple[tuple[str, str], ...] = (
    (r"(systemctl|journalctl) ", "no systemd here; tests/system/test_systemd_units.py holds units and what they run"),
    (r"(kubectl|docker) ", "no cluster, no containers here"),
    (r"curl .*/v1/report/", "tests/intake/integration/test_persons_at_the_door.py asks the same route"),
    (r"curl .*:8000/health", "tests/board/unit/test_settings.py"),
    (r"duban print ", "tests/duban/integration/test_print.py"),
    (r"duban trace ", "tests/duban/integration/test_trace.py; over the archive by hand"),
    (
        r"python -m \w+ catch-up --without-inbox",
        "the same step with an inbox is run here; tests/system/test_a_backup_is_restored.py",
    ),
    (r"dmesg", "the machine's own log"),
)
"""Commands that are not run with the pages, and where else they are seen to work."""


def faults(page: Path, give: Callable[[str], Done], *, broker: bool | None = None) -> list[str]:
    """What is wrong with a page: a command that nobody tries, that fails, or that does something else. `give` runs one.

    `broker` True: only what is asked of RabbitMQ itself, a second for each command; False: all the rest; None: everything.
    """
    found = []
    for command in commands(page):
        if any(re.match(pattern, command) for pattern, _ in ELSEWHERE) or broker not in (None, command.startswith("rabbitmq")):
            continue
        wanted = next(((code, says) for pattern, code, says in EFFECTS if re.match(pattern, command)), None)
        if wanted is None:
            found.append(f"{page.stem}: nobody says what it does: {command}")
            continue
        done = give(command)
        if done.code != wanted[0] or not re.search(wanted[1], done.said):
            found.append(f"{page.stem}: {command}: exit code {done.code}, said {done.said[-600:]!r}")
    return found
