"""Every panel asks for metrics that somebody exports, begins its title in Chinese, has a unit, and lies beside the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from promql import asked, exported
from source_tree import ROOT

GRAFANA = ROOT / "deploy" / "grafana"
BOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))
Board = dict[str, Any]


def read(path: Path) -> Board:
    found: Board = json.loads(path.read_text("utf-8"))
    return found


def panels(board: Board) -> list[Board]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def faults(board: Board) -> Iterator[str]:
    """What is wrong with a board, each with its panel."""
    ids = [panel["id"] for panel in board["panels"]]
    if len(set(ids)) < len(ids):
        yield "two panels with one id"
    taken: set[tuple[int, int]] = set()
    for panel in panels(board):
        title, place = panel["title"], panel["gridPos"]
        for target in panel["targets"]:
            yield from (f"{title}: nobody exports {metric}" for metric in sorted(asked(target["expr"]) - exported()))
        if title[:1].isascii() or " · " not in title and "· " not in title:
            yield f"{title}: the title is Chinese · English"
        if not panel["fieldConfig"]["defaults"].get("unit"):
            yield f"{title}: no unit"
        if panel["type"] == "stat" and not panel["fieldConfig"]["defaults"]["thresholds"]["steps"]:
            yield f"{title}: no thresholds"
        cells = {(x + place["x"], y + place["y"]) for x in range(place["w"]) for y in range(place["h"])}
        if cells & taken or place["x"] + place["w"] > 24:
            yield f"{title}: lies over another panel or the edge"
        taken |= cells


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: str(path.stem))
def test_a_dashboard_asks_for_what_is_there_and_can_be_read(path: Path) -> None:
    board = read(path)
    assert len(panels(board)) >= 15
    assert list(faults(board)) == []


def test_there_is_one_for_supervision_and_one_for_delivery_and_both_are_provisioned() -> None:
    assert [path.stem for path in BOARDS] == ["delivery", "supervision"]
    assert len({read(path)["uid"] for path in BOARDS}) == 2
    (provider,) = yaml.safe_load((GRAFANA / "provisioning" / "dashboards" / "duban.yml").read_text("utf-8"))["providers"]
    assert provider["allowUiUpdates"] is False
    (source,) = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "duban.yml").read_text("utf-8"))["datasources"]
    assert source["type"] == "prometheus"


def test_a_panel_for_a_metric_of_nobody_without_unit_is_found() -> None:
    place = {"x": 20, "y": 0, "w": 8, "h": 8}
    bad = {"id": 1, "type": "stat", "title": "Slips", "gridPos": place, "targets": [{"expr": "sum(supervision_slips_actives)"}]}
    board = {"panels": [bad | {"fieldConfig": {"defaults": {"thresholds": {"steps": []}}}}] * 2}
    assert list(faults(board))[:6] == [
        "two panels with one id",
        "Slips: nobody exports supervision_slips_actives",
        "Slips: the title is Chinese · English",
        "Slips: no unit",
        "Slips: no thresholds",
        "Slips: lies over another panel or the edge",
    ]
