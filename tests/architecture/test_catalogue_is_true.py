"""The catalogue says who writes and who reads each event; the services' declarations must say the same."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from service_chassis.declare import bindings
from source_tree import SERVICES, package

CATALOGUE = package("event_contracts") / "catalogue"


def catalogued() -> dict[str, dict[str, Any]]:
    """Type → its `event.toml`, for published events."""
    return {path.parent.name: tomllib.loads(path.read_text("utf-8")) for path in sorted(CATALOGUE.glob("*.v[0-9]*/event.toml"))}


def service_class(name: str) -> Any:
    """The service's class, found by its `name` in `<name>.service`."""
    module = importlib.import_module(f"{name}.service")
    return next(c for c in vars(module).values() if isinstance(c, type) and getattr(c, "name", None) == name)


def readers(services: Iterable[Any]) -> dict[str, set[str]]:
    """Type → the services that bind it on `duban.events`."""
    found: dict[str, set[str]] = {}
    for service in services:
        for exchange, pattern, _queue in bindings(service):
            if exchange == "duban.events":
                found.setdefault(pattern.removesuffix(".#"), set()).add(service.name)
    return found


def untruths(catalogue: Mapping[str, Mapping[str, Any]], reading: Mapping[str, set[str]]) -> list[str]:
    """Where the catalogue and the declarations differ."""
    wrong = [
        f"{name} is read by {sorted(who)} but is not in the catalogue" for name, who in reading.items() if name not in catalogue
    ]
    for name, entry in catalogue.items():
        if set(entry["consumers"]) != reading.get(name, set()):
            wrong.append(f"{name}: consumers {entry['consumers']}, read by {sorted(reading.get(name, set()))}")
        if entry["producer"] != name.split(".")[0]:
            wrong.append(f"{name}: producer {entry['producer']}")
    return wrong


def test_consumers_are_exactly_the_services_that_read_the_event() -> None:
    assert catalogued()
    assert untruths(catalogued(), readers(service_class(name) for name in SERVICES)) == []


@pytest.mark.parametrize("name", SERVICES)
def test_inbound_types_are_read_by_their_owner_alone(name: str) -> None:
    read = [reads.contract for reads in service_class(name).reads.values() if reads.queue == "inbound"]
    assert [contract.TYPE for contract in read if contract.OWNER != name] == []


@pytest.mark.parametrize(
    ("entry", "reading"),
    [
        ({"producer": "intake", "consumers": ["notify"]}, {}),
        ({"producer": "intake", "consumers": []}, {"intake.matter.registered.v1": {"notify"}}),
        ({"producer": "scoring", "consumers": []}, {}),
    ],
)
def test_an_untrue_entry_is_found(entry: dict[str, Any], reading: dict[str, set[str]]) -> None:
    assert len(untruths({"intake.matter.registered.v1": entry}, reading)) == 1


def test_an_event_without_an_entry_is_found() -> None:
    assert len(untruths({}, {"intake.matter.registered.v1": {"notify"}})) == 1


def test_every_folder_of_the_catalogue_is_complete() -> None:
    folders: list[Path] = [path for path in CATALOGUE.iterdir() if path.is_dir() and path.name[-1].isdigit()]
    lacking = [
        path.name for path in folders if not (path / "fields.json").is_file() or not list((path / "examples").glob("*.json"))
    ]
    assert lacking == []
