"""`make audit`: are there advisories about what is delivered? Asks `pip-audit`; that nobody could be asked is not "none".

Exit code 0: every locked package was looked up, and nothing is known. 1: something is. 2: packages were not looked up, or
pip-audit is missing or failed. Without a way to an index with advisories that is always so; `make check`
then still holds what can be held without one (tests/architecture/test_security_page.py).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DELIVERED = ("runtime.txt", "notify.txt")
CLEAN, KNOWN, UNKNOWN = 0, 1, 2
INSTALL = "没有 pip-audit，请安装 / there is no pip-audit; install it: pipx install pip-audit"
NOBODY = "无法核查，换用能访问公告的软件源 / not looked up; run this where the package index has advisories (pypi.org)"


def judge(packages: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """The exit code, and a line for each package that has an advisory or was not looked up."""
    ill = [package for package in packages if package.get("vulns")]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    told = []
    for package in ill:
        for advisory in package["vulns"]:
            mended = ", ".join(advisory.get("fix_versions") or ()) or "none yet"
            told.append(f"{package['name']} {package['version']}: {advisory['id']}; mended in: {mended}")
    if skipped:
        told.append(f"{NOBODY}: {len(skipped)} of {len(packages)} ({', '.join(sorted(skipped)[:5])} …)")
    if not packages:
        told.append(NOBODY)
    return (KNOWN if ill else UNKNOWN if skipped or not packages else CLEAN), told


def asked(program: str, lock: Path) -> list[Mapping[str, Any]]:
    """What pip-audit says of a lock file: one entry for each package. ValueError where it says nothing that can be read."""
    command = [program, "-r", str(lock), "--require-hashes", "--disable-pip", "--progress-spinner", "off", "-f", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"pip-audit: {done.stderr.strip()[-300:] or error}") from error


def main() -> int:
    """Look up every lock of what is delivered."""
    program = shutil.which("pip-audit")
    if program is None:
        print(INSTALL, file=sys.stderr)
        return UNKNOWN
    found: dict[str, Mapping[str, Any]] = {}
    try:
        for name in DELIVERED:
            found |= {package["name"]: package for package in asked(program, HERE / name)}
    except (ValueError, OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return UNKNOWN
    code, told = judge(list(found.values()))
    print("\n".join([*told, f"{len(found)} 个软件包 packages"]), file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
