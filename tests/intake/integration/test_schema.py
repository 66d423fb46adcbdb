"""What the migrations make is what the code uses, and the database itself keeps what must be unique unique."""

from __future__ import annotations

from typing import Any

import pytest
from intake import report
from intake.store.inspection_tables import METADATA
from service_chassis.persistence.database import Database
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError


def test_the_migrated_tables_have_the_columns_of_the_store(bench: Any) -> None:
    inspector = inspect(bench.database.engine)
    for table in METADATA.sorted_tables:
        found = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert found == {column.name: column.nullable for column in table.columns}, table.name
        assert set(inspector.get_pk_constraint(table.name)["constrained_columns"]) == {c.name for c in table.primary_key}


def _insert_matter(database: Database, matter_id: str, ref: str) -> None:
    values = (
        "'t', 'ROUTINE', 'SPECIAL_HANDLING', 'DOCUMENT', false, 's', 'NONE', '[]', 'DISPATCHED', '2026-03-02T00:00:00.000000Z'"
    )
    columns = "title, kind, section, source_type, difficult, standard, classification, subject_terms, state, submitted_at"
    head = f"INSERT INTO matter (matter_id, external_ref, submitted_by, {columns})"
    with database.engine.begin() as connection:
        connection.execute(text(f"{head} VALUES ('{matter_id}', '{ref}', 'ZJJ', {values})"))


def test_the_database_knows_a_reference_of_a_submitter_once(bench: Any) -> None:
    _insert_matter(bench.database, "a", "M-01")
    with pytest.raises(IntegrityError):
        _insert_matter(bench.database, "b", "M-01")


def test_the_database_knows_one_lead_of_a_matter(bench: Any) -> None:
    _insert_matter(bench.database, "a", "M-01")
    insert = "INSERT INTO assignment (matter_id, unit, assignment_id, role, deliverable, standard, milestones, depends_on, state)"
    with pytest.raises(IntegrityError), bench.database.engine.begin() as connection:
        for unit in ("ZJJ", "HBJ"):
            connection.execute(text(f"{insert} VALUES ('a', '{unit}', '{unit}', 'LEAD', 'd', 's', '[]', '[]', 'DISPATCHED')"))


def test_open_matters_are_counted_by_section_and_source(bench: Any, matter: Any, claim: Any, verify: Any, at: Any) -> None:
    bench.send("OFFICE", matter())
    bench.send("OFFICE", matter(external_ref="M-02"))
    bench.send("ZJJ", claim(), at(5))
    bench.send("OFFICE", verify(), at(6))
    with bench.database.begin() as session:
        assert report.matters_open(session) == [
            {"section": "DECISION_SUPERVISION", "name": "决策督查科", "source": "DOCUMENT", "count": 1}
        ]
        assert report.report(session, bench.policy)["duplicates"] == []
    (collector,) = bench.runtime.service.collectors(bench.database, bench.runtime.clock)
    family, burden = collector.collect()
    assert [(sample.labels, sample.value) for sample in family.samples] == [
        ({"section": "DECISION_SUPERVISION", "source": "DOCUMENT"}, 1)
    ]
    assert [(sample.labels, sample.value) for sample in burden.samples] == [({"kind": "MATTER"}, 2)]
