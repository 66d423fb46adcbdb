"""Real input with a verdict of its own: exactly the cases that the city itself found late get a white slip."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from duban.rehearse import Rehearsal, policy_from, rehearse

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "boston311"
DATA = "boston-311-2015-q1.csv.gz"


def example(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLE / f"{script}.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def rehearsed(tmp_path: Path, data: Path, *selection: str) -> subprocess.CompletedProcess[str]:
    """Convert, rehearse until the day of the file, and compare with the city's labels."""
    events, out = tmp_path / "events.jsonl", tmp_path / "out"
    converted = example("convert", data, "-o", events, *selection)
    assert converted.returncode == 0, converted.stderr
    wanted = Rehearsal(events, policy_from(EXAMPLE / "policy.toml"), date(2016, 1, 12), out)
    complaints: list[str] = []
    rehearse(wanted, complaints.append)
    assert not complaints
    return example("check", out / "outcome.json", data, *selection)


@pytest.mark.needs_shared_data
def test_three_days_of_boston_give_the_slips_that_the_city_itself_found_due(tmp_path: Path, shared: Path) -> None:
    verdict = rehearsed(tmp_path, shared / "data" / DATA, "--days", "3")
    assert verdict.returncode == 0, verdict.stdout
    assert verdict.stdout.startswith("286 cases: 108 late")


@pytest.mark.needs_shared_data
@pytest.mark.full
def test_quarter_of_boston_gives_7779_white_5650_yellow_and_5115_red(tmp_path: Path, shared: Path) -> None:
    verdict = rehearsed(tmp_path, shared / "data" / DATA)
    assert verdict.returncode == 0, verdict.stdout
    assert "18143 cases: 7779 late (58 of them without a label), 5650 of them for more than 10 days, 5115" in verdict.stdout
