"""The threat model names tests that exist, and the locked dependencies are hashed, licensed and consistent (SECURITY.md)."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from email.message import Message
from importlib.metadata import Distribution, distributions
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from source_tree import ROOT

REFERENCE = re.compile(r"`((?:tests/\S+\.py)?)::(\w+)`")
LICENCES = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Zope",
    re.IGNORECASE,
)
"""What a city may run and pass on; LGPL (psycopg) as a library of its own."""
LINE = re.compile(r"(?m)^([A-Za-z0-9._-]+)==([^\s;\\]+)[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)*)")


def absent_tests(page: str) -> list[str]:
    """Tests that a page names and that are not there. `::name` alone is in the file named before."""
    found, file = [], ""
    for place, name in REFERENCE.findall(page):
        file = place or file
        path = ROOT / file
        if not path.is_file() or f"def {name}(" not in path.read_text("utf-8"):
            found.append(f"{file}::{name}")
    return found


def unlocked(text: str) -> list[str]:
    """Lines of a lock file without a hash, or that pin a package twice."""
    lines = LINE.findall(text)
    names = [name.lower() for name, _, _ in lines]
    twice = {name for name in names if names.count(name) > 1 and len({v for n, v, _ in lines if n.lower() == name}) > 1}
    loose = re.findall(r"(?m)^([A-Za-z0-9._-]+)\s*(?:[<>~!]|@|$)", text)
    return [name for name, _, hashes in lines if not hashes] + sorted(twice) + loose


def unlicensed(installed: Iterable[Distribution], wanted: set[str]) -> list[str]:
    """What is delivered under a licence that nobody has looked at."""
    found = []
    for one in installed:
        name = one.metadata["Name"].lower().replace("_", "-")
        classifiers = [text for text in one.metadata.get_all("Classifier") or () if text.startswith("License")]
        said = " ".join([one.metadata.get("License-Expression") or "", (one.metadata.get("License") or "")[:200], *classifiers])
        if name in wanted and not LICENCES.search(said):
            found.append(f"{name}: {said.strip() or 'nothing'}")
    return sorted(found)


def delivered() -> set[str]:
    """Names of everything that a service is delivered with."""
    texts = [(ROOT / "requirements" / name).read_text("utf-8") for name in ("runtime.txt", "notify.txt")]
    return {name.lower() for text in texts for name, _, _ in LINE.findall(text)}


def test_every_test_that_the_threat_model_names_is_there() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    assert len(REFERENCE.findall(page)) > 30
    assert absent_tests(page) == []
    assert absent_tests("`tests/architecture/test_security_page.py::test_nothing` `::unlocked`") == [
        "tests/architecture/test_security_page.py::test_nothing"
    ]


DOORS, THREATS = 5, 9


def holes(page: str) -> list[str]:
    """Cells of the table of doors that name no test and give no reason why there is nothing to test."""
    section = page.partition("## What must not come in, door by door")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in section.splitlines() if line.startswith("|")]
    heading, body = rows[0] if rows else [], rows[2:]
    found = [] if len(heading) == DOORS + 1 and len(body) == THREATS else [f"{len(body)} rows of {len(heading) - 1} doors"]
    for row in body:
        found += [f"{row[0]}: {len(row) - 1} cells"] if len(row) != len(heading) else []
        found += [f"{row[0]}, {door}" for door, cell in zip(heading[1:], row[1:], strict=False) if not _held(cell)]
    return found


def _held(cell: str) -> bool:
    return bool(REFERENCE.search(cell)) or (cell.startswith("— ") and len(cell) > len("— "))


def test_every_door_is_held_against_everything_that_must_not_come_in() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    assert holes(page) == []
    for bad in (
        page.replace("— no signatures", "—"),
        page.replace("`tests/board/unit/test_what_must_not_come_in.py::test_a_body", "`b"),
    ):
        assert len(holes(bad)) == 1
    assert holes(page.replace("| **Expired** |", "| **Expired** | x |")) != []
    assert holes("") == ["0 rows of -1 doors"]


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.stem)
def test_everything_is_locked_by_hash_and_once(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert LINE.search(text)
    assert unlocked(text) == []


def test_a_loose_line_a_second_pin_and_a_missing_hash_are_found() -> None:
    good = f"a==1 \\\n    --hash=sha256:{'0' * 64}\n"
    assert unlocked(good) == []
    assert unlocked(good + good.replace("==1", "==2")) == ["a"]
    assert unlocked("b==1\n" + good) == ["b"]
    assert unlocked("c>=1\n" + good) == ["c"]


def test_everything_that_is_delivered_may_be_passed_on() -> None:
    assert len(delivered()) > 40
    assert unlicensed(distributions(), delivered()) == []
    assert unlicensed([stranger("GPL-3.0-only"), stranger("")], {"stranger"}) == ["stranger: GPL-3.0-only", "stranger: nothing"]


def stranger(licence: str) -> Any:
    """A distribution under this licence."""
    about = Message()
    about["Name"] = "stranger"
    if licence:
        about["License-Expression"] = licence
    return SimpleNamespace(metadata=about)


def test_what_is_installed_fits_together() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
