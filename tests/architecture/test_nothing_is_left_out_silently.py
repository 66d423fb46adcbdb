"""The test run itself: what does not run is named and counted, and makes the run fail unless it is about shared data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from source_tree import ROOT

UNEXPLAINED = 'import pytest\n\ndef test_left_out():\n    pytest.skip("no time today")\n\ndef test_kept():\n    assert True\n'
SHARED = "import pytest\n\n@pytest.mark.needs_shared_data\ndef test_on_shared_data(shared):\n    assert False\n"
NEEDS_SERVERS = "def test_with_a_broker(amqp_url):\n    assert amqp_url\n\ndef test_without():\n    assert True\n"


def run(folder: Path, source: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A test run of its own, with the project's settings and fixtures, on one planted file."""
    (folder / "test_planted.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-p", "conftest", "-p", "no:cacheprovider"]
    paths = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "tests" / "system")])
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run([*command, str(folder)], env=settings, cwd=folder, capture_output=True, text=True, timeout=60)


def test_a_skip_without_shared_data_is_named_and_fails_the_run(tmp_path: Path) -> None:
    done = run(tmp_path, UNEXPLAINED)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_left_out: Skipped: no time today" in done.stdout
    assert "1 did not run" in done.stdout


def test_tests_on_absent_shared_data_are_named_and_counted_only(tmp_path: Path) -> None:
    done = run(tmp_path, SHARED, DUBAN_TEST_SHARED=str(tmp_path / "nowhere"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_on_shared_data: Skipped: the data of nowhere/ are not on this machine" in done.stdout
    assert "1 did not run" in done.stdout


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DUBAN_TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:1//", "DUBAN_TEST_AMQP_URL is set, but no broker"),
        ("DUBAN_TEST_MISSING", "install rabbitmq-server first", "install rabbitmq-server first"),
    ],
)
def test_a_missing_server_is_named_and_fails_the_run_while_the_rest_runs(
    tmp_path: Path, variable: str, value: str, said: str
) -> None:
    done = run(tmp_path, NEEDS_SERVERS, **{variable: value})
    assert done.returncode == 1, done.stdout + done.stderr
    assert said in done.stdout
    assert "1 passed, 1 error" in done.stdout
