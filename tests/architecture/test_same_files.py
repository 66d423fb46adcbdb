"""Who knows one service finds everything in the other three."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_tree import SERVICES, package

FILES = {
    "__init__.py", "__main__.py", "service.py", "handlers.py", "store.py", "config.py", "metrics.py", "report.py", "py.typed",
    "domain/__init__.py", "migrations/__init__.py",
}  # fmt: skip
BESIDE = {"README.md", "pyproject.toml"}


def missing(folder: Path) -> set[str]:
    """What a service's package lacks; a store that has grown is a package of its own."""
    return {
        name for name in FILES if not ((folder / name).is_file() or (folder / name.removesuffix(".py") / "__init__.py").is_file())
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_files(service: str) -> None:
    folder = package(service)
    assert missing(folder) == set()
    assert {name for name in BESIDE if not (folder.parent.parent / name).is_file()} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_say_whether_they_run_before_or_after_the_code(service: str) -> None:
    revisions = [path.name for path in (package(service) / "migrations").glob("m*.py")]
    assert revisions
    assert [name for name in revisions if "_before_" not in name and "_after_" not in name] == []


def test_a_service_without_a_store_is_found(tmp_path: Path) -> None:
    for name in FILES - {"store.py"}:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert missing(tmp_path) == {"store.py"}
