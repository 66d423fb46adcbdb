"""Who knows one service finds everything in the other three."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_tree import BOARD, SERVICES, package

FILES = {
    "__init__.py", "__main__.py", "service.py", "handlers.py", "store.py", "config.py", "metrics.py", "report.py", "py.typed",
    "domain/__init__.py", "migrations/__init__.py",
}  # fmt: skip
OF_THE_BOARD = {
    "__init__.py", "__main__.py", "config.py", "clock.py", "errors.py", "ports.py", "projector.py", "site.py", "web.py",
    "serving.py", "words.py", "telling.py", "py.typed", "domain/__init__.py", "store/__init__.py", "store/tables.py",
    "access/roles.py", "acts/catalogue.py", "pages/serving.py", "amqp/__init__.py", "charts/__init__.py",
    "templates/base.html", "static/board.css",
}  # fmt: skip
"""The board reads and shows: pages instead of handlers, a model that can be built anew instead of migrations."""
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


def test_the_board_has_the_files_of_a_board() -> None:
    folder = package(BOARD)
    assert {name for name in OF_THE_BOARD if not (folder / name).is_file()} == set()
    assert {name for name in BESIDE if not (folder.parent.parent / name).is_file()} == set()


def test_whatever_the_board_brings_from_elsewhere_comes_with_its_licence() -> None:
    vendored = sorted(path.name for path in (package(BOARD) / "static" / "vendor").iterdir())
    scripts = {name.partition("-")[0] for name in vendored if name.endswith(".js")}
    assert scripts == {name.partition("-")[0] for name in vendored if name.endswith("LICENSE.txt")} != set()


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
