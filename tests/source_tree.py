"""Reads the project's own source for the architecture tests."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ("intake", "escalation", "scoring", "notify")
BOARD = "board"
"""A service of its own kind: it announces nothing and knows no other part of the project but the contracts."""
LIBRARIES = ("ground_rules", "event_contracts", "service_chassis")


def package(name: str) -> Path:
    """The folder of an import package."""
    home = {"duban": ROOT / "duban"}.get(name) or ROOT / ("services" if name in (*SERVICES, BOARD) else "libs") / name
    return home / "src" / name


def production_files() -> list[Path]:
    """Every Python file that is shipped."""
    return sorted(path for name in (*LIBRARIES, *SERVICES, BOARD, "duban") for path in package(name).rglob("*.py"))


def project_files() -> list[Path]:
    """Every file of the project: what git tracks, and what it would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    return [path for path in (ROOT / name for name in listed) if path.is_file()]


def imports(source: str) -> Iterator[str]:
    """Every module that a piece of source imports, at any depth; relative imports begin with a dot."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
