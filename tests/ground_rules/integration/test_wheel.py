"""The built wheel: an installed package finds its data, which an editable installation would hide."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[3] / "libs" / "ground_rules"


def test_the_wheel_carries_the_calendars_and_the_policy_and_reads_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=LIBRARY, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "ground_rules/policy.toml" in names
    assert [name for name in names if "/calendars/" in name] == [
        f"ground_rules/calendars/{year}.toml" for year in (2017, 2018, 2025, 2026)
    ]
    script = """
import ground_rules.notices, ground_rules.policy
print(ground_rules.policy.__file__, sorted(ground_rules.notices.built_in()), ground_rules.policy.load_policy().yellow.deduction)
"""
    zipped = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(wheel)!r})\n{script}"]
    done = subprocess.run(zipped, capture_output=True, text=True, check=True)
    assert done.stdout.split(" ", 1) == [f"{wheel}/ground_rules/policy.py", "[2017, 2018, 2025, 2026] 0.30\n"]
