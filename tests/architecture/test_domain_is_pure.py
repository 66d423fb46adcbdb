"""`forbidden` of import-linter cannot say "anything external", so the sentence of the layout is checked here."""

from __future__ import annotations

import sys

import pytest
from source_tree import BOARD, SERVICES, imports, package

IMPURE = {"os", "socket", "subprocess", "threading", "asyncio", "sqlite3", "urllib", "http", "random", "time", "logging"}
"""Standard library all right, but a rule that needs one of these is not a rule."""


def impurities(source: str, service: str) -> list[str]:
    """The imports of a rule file that are neither standard library, nor `ground_rules`, nor its own domain."""
    allowed = (sys.stdlib_module_names - IMPURE) | {"ground_rules"}
    own = f"{service}.domain"
    found = [name for name in imports(source) if name.split(".")[0] not in allowed]
    return [name for name in found if name != own and not name.startswith(f"{own}.")]


@pytest.mark.parametrize("service", [*SERVICES, BOARD])
def test_rules_import_the_standard_library_and_ground_rules_only(service: str) -> None:
    found = {path.name: impurities(path.read_text(), service) for path in (package(service) / "domain").rglob("*.py")}
    assert found
    assert {name: bad for name, bad in found.items() if bad} == {}


def test_ground_rules_import_the_standard_library_only() -> None:
    for path in package("ground_rules").rglob("*.py"):
        assert [
            name for name in imports(path.read_text()) if name.split(".")[0] not in {*sys.stdlib_module_names, "ground_rules"}
        ] == []


@pytest.mark.parametrize(
    "bad",
    [
        "import sqlalchemy",
        "from event_contracts.intake import MatterRegistered",
        "from escalation.store import Store",
        "import time",
        "def late():\n    from service_chassis.clock import SystemClock",
    ],
)
def test_an_impure_rule_is_found(bad: str) -> None:
    assert impurities(bad, "escalation") != []
