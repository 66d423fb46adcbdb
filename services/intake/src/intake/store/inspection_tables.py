"""The tables of inspections. Only this service reads them: nothing of a covert inspection stands anywhere else."""

from __future__ import annotations

from service_chassis.persistence.columns import Instant, Json
from sqlalchemy import Boolean, Column, Date, Index, Table, Text

from intake.store.tables import METADATA

inspection_plan = Table(
    "inspection_plan",
    METADATA,
    Column("message", Text, primary_key=True),
    Column("ref", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("content", Json, nullable=False),
)
"""Every plan that was accepted; only added to. Which one is in force follows from all of them (domain/inspection.py)."""

inspection_item = Table(
    "inspection_item",
    METADATA,
    Column("item", Text, primary_key=True),
    Column("ref", Text, nullable=False, index=True),
    Column("unit", Text, nullable=False),
    Column("task", Text, nullable=False),
)
"""What a campaign's plan in force comes to: one for each unit and task."""

inspection_visit = Table(
    "inspection_visit",
    METADATA,
    Column("ref", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("day", Date, nullable=False),
    Column("shown", Boolean, nullable=False),
    Index("ix_inspection_visit_unit_day", "unit", "day"),
)
"""What counts as one inspection of a unit; `shown` is false while it is covert and its conclusion is not served."""

inspection_finding = Table(
    "inspection_finding",
    METADATA,
    Column("message", Text, primary_key=True),
    Column("ref", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("findings", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Index("ix_inspection_finding_ref_unit", "ref", "unit"),
)
"""What teams reported; only added to."""

conclusion = Table(
    "conclusion",
    METADATA,
    Column("conclusion_id", Text, primary_key=True),
    Column("ref", Text, nullable=False, unique=True),
    Column("unit", Text, nullable=False),
    Column("inspection", Text),
    Column("matter_id", Text),
    Column("issued_at", Instant, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("findings", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("served_at", Instant),
    Column("fallen", Json, nullable=False),
    Index("uq_conclusion_inspection_unit", "inspection", "unit", unique=True),
)
"""One for each inspection (or campaign) and unit; `sealed`: of a covert inspection."""
