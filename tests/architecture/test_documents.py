"""The documents are true where a machine can tell: links lead somewhere, and named functions are where they are said to be."""

from __future__ import annotations

import re
from pathlib import Path

from source_tree import ROOT, project_files

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
FUNCTION = re.compile(r"\[`[\w/]+\.py`\]\(([^)\s]+\.py)\) `([\w.]+)`")


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


def test_every_relative_link_leads_somewhere() -> None:
    pages = documents()
    assert ROOT / "README.md" in pages
    assert {str(page.relative_to(ROOT)): dead for page in pages if (dead := dead_links(page))} == {}


def test_the_functions_of_the_event_flow_are_where_it_says() -> None:
    page = ROOT / "docs" / "event-flow.md"
    assert len(FUNCTION.findall(page.read_text("utf-8"))) > 10
    assert lost_functions(page) == []


def test_a_dead_link_and_a_lost_function_are_found(tmp_path: Path) -> None:
    (tmp_path / "here.py").write_text("def stays(): ...\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading\n[gone](gone.md) [here](here.py) [top](#a-heading) [no](#nowhere) `[code](not-a-link.md)`\n"
        "[`here.py`](here.py) `stays` [`here.py`](here.py) `went`\n"
    )
    assert dead_links(page) == ["gone.md", "#nowhere"]
    assert lost_functions(page) == ["here.py went"]
