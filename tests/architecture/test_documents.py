"""The documents are true where a machine can tell: links lead somewhere, and every metric stands on its page."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from escalation.metrics import Board, Figures
from escalation.metrics import Metrics as EscalationMetrics
from intake.metrics import OpenMatters
from notify.metrics import Post, Receipts
from prometheus_client import Metric
from scoring.metrics import Ledger
from service_chassis.metrics import Metrics
from source_tree import ROOT, SERVICES, project_files

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
FUNCTION = re.compile(r"\[`[\w/]+\.py`\]\(([^)\s]+\.py)\) `([\w.]+)`")
METRIC_ROW = re.compile(r"^\| `((?:duban|supervision)_\w+)` \| (\w+) \|", re.MULTILINE)


def documents() -> list[Path]:
    """Every page of the project."""
    return [path for path in project_files() if path.suffix == ".md"]


def anchors(text: str) -> set[str]:
    """What a link may name after `#`, as GitHub makes it from the headings."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


def dead_links(page: Path) -> list[str]:
    """Relative links of a page that lead nowhere, with their headings."""
    dead = []
    for target in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        missing = not found.exists() or (anchor and found.suffix == ".md" and anchor not in anchors(found.read_text("utf-8")))
        if missing or (page.is_relative_to(ROOT) and not found.is_relative_to(ROOT)):
            dead.append(target)
    return dead


def lost_functions(page: Path) -> list[str]:
    """Functions that a page names right after a link to their file and that are not in it: [`file.py`](…) `Class.method`."""
    lost = []
    for target, name in FUNCTION.findall(page.read_text("utf-8")):
        text = (page.parent / target).read_text("utf-8")
        lost += [f"{target} {part}" for part in name.split(".") if not re.search(rf"(def|class) {part}\b", text)]
    return lost


def described(page: str) -> dict[str, str]:
    """Metric → type, as the page says."""
    return dict(METRIC_ROW.findall(page))


def exposed(collected: Iterable[Metric]) -> dict[str, str]:
    """Metric → type, as a registry says."""
    return {metric.name + "_total" * (metric.type == "counter"): metric.type for metric in collected}


def every_metric() -> dict[str, str]:
    """What all services show on `/metrics`, those read from tables included."""
    figures = Figures({}, {}, {}, 0, {}, 0)
    tables: list[Any] = [Board(lambda: figures), OpenMatters(list), Receipts(lambda: 0), Post(list), Ledger(list, list)]
    found = exposed(Metrics("any").registry.collect()) | exposed(EscalationMetrics().registry.collect())
    for collector in tables:
        found |= exposed(collector.collect())
    return found


def test_every_relative_link_leads_somewhere() -> None:
    pages = documents()
    assert ROOT / "README.md" in pages
    assert {str(page.relative_to(ROOT)): dead for page in pages if (dead := dead_links(page))} == {}


def test_the_functions_of_the_event_flow_are_where_it_says() -> None:
    page = ROOT / "docs" / "event-flow.md"
    assert len(FUNCTION.findall(page.read_text("utf-8"))) > 10
    assert lost_functions(page) == []


def test_the_page_of_metrics_names_exactly_what_the_services_show() -> None:
    page = described((ROOT / "docs" / "metrics.md").read_text("utf-8"))
    assert page == every_metric()


def test_every_collector_of_the_services_is_compared() -> None:
    classes = {
        name
        for service in SERVICES
        for name, found in vars(importlib.import_module(f"{service}.metrics")).items()
        if isinstance(found, type) and hasattr(found, "collect") and found.__module__.startswith(service)
    }
    assert classes == {"Board", "OpenMatters", "Receipts", "Post", "Ledger"}


def test_a_dead_link_and_a_lost_function_are_found(tmp_path: Path) -> None:
    (tmp_path / "here.py").write_text("def stays(): ...\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading\n[gone](gone.md) [here](here.py) [top](#a-heading) [no](#nowhere) `[code](not-a-link.md)`\n"
        "[`here.py`](here.py) `stays` [`here.py`](here.py) `went`\n"
    )
    assert dead_links(page) == ["gone.md", "#nowhere"]
    assert lost_functions(page) == ["here.py went"]


def test_a_metric_that_is_not_described_is_found() -> None:
    page = described("| `duban_retries_total` | counter | `part` | sessions |\n| plain | row | |\n")
    assert page == {"duban_retries_total": "counter"}
    assert {name for name in every_metric() if name not in page} >= {"duban_cut_issued"}
