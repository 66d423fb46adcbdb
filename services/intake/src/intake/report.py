"""Intake's lists of the outcome (events.md section 5), and what the live view shows of it."""

from __future__ import annotations

from typing import Any

from ground_rules.policy import Policy
from sqlalchemy import Connection

from intake import burden
from intake.domain.duplicates import Outcomes
from intake.domain.sources import SECTION_NAMES, Section
from intake.store.heads import answers, references
from intake.store.matters import open_by_section


def report(conn: Connection, policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """`duplicates`: who is suspected of repeating whom, how alike they are (whole percent), and what an officer said.
    `burden`: what was asked of each unit, by month."""
    return {"duplicates": _duplicates(conn), "burden": burden.report(conn, policy.zone)}


def _duplicates(conn: Connection) -> list[dict[str, Any]]:
    suspicions, said = answers(conn)
    outcomes = Outcomes(said)
    refs = references(conn, {of for row in suspicions for of in (row.matter_id, row.suspected_of)})
    found = []
    for row in suspicions:
        one, other = outcomes.named_by_officer(row.matter_id, row.suspected_of)
        entry = {"matter": refs[one], "suspected_of": refs[other], "score": row.score, "outcome": outcomes.of(one, other)}
        found.append(entry)
    return sorted(found, key=lambda entry: (entry["matter"], entry["suspected_of"]))


def matters_open(conn: Connection) -> list[dict[str, Any]]:
    """Open matters by section and source: `section`, `name` (of the section, Chinese), `source`, `count`."""
    return [
        {"section": section, "name": SECTION_NAMES[Section(section)], "source": source, "count": count}
        for section, source, count in open_by_section(conn)
    ]
