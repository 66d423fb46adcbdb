"""Intake's lists of the outcome (events.md section 5), and what the live view shows of it."""

from __future__ import annotations

from typing import Any

from ground_rules.policy import Policy
from sqlalchemy import Connection

from intake.domain.sources import SECTION_NAMES, Section
from intake.store.matters import open_by_section


def report(conn: Connection, policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """`duplicates`; this release looks for none."""
    return {"duplicates": []}


def matters_open(conn: Connection) -> list[dict[str, Any]]:
    """Open matters by section and source: `section`, `name` (of the section, Chinese), `source`, `count`."""
    return [
        {"section": section, "name": SECTION_NAMES[Section(section)], "source": source, "count": count}
        for section, source, count in open_by_section(conn)
    ]
