"""Who and what exists, as last published: read once in a transaction, and only when somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from event_contracts.inbound import Unit
from event_contracts.intake import OfficePerson
from ground_rules.powers import Capacity
from ground_rules.units import Directory as Units
from ground_rules.units import Period
from service_chassis.persistence.sql import insert_rows, upsert_rows
from sqlalchemy import Connection, delete, select

from intake.store.tables import person, publication
from intake.store.tables import unit as unit_table


class Directory:
    """Persons and units, with the instant of their last publication."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self._published: dict[str, tuple[datetime, datetime]] | None = None
        self._capacities: list[Capacity] | None = None
        self._units: Units | None = None

    def _when(self, kind: str) -> tuple[datetime, datetime] | None:
        """The first and the last publication."""
        if self._published is None:
            rows = self._session.execute(select(publication.c.kind, publication.c.first_at, publication.c.published_at))
            self._published = {row[0]: (row[1], row[2]) for row in rows}
        return self._published.get(kind)

    def is_news(self, kind: str, at: datetime) -> bool:
        """Whether a publication of this instant is not older than the one that is kept."""
        when = self._when(kind)
        return when is None or at >= when[1]

    def applies(self, kind: str, at: datetime) -> bool:
        """Whether anything had been published by `at`."""
        when = self._when(kind)
        return when is not None and when[0] <= at

    def capacities(self) -> list[Capacity]:
        """Every office that a person holds."""
        if self._capacities is None:
            columns = (person.c.name, person.c.role, person.c.valid_from, person.c.valid_until)
            self._capacities = [Capacity(*row) for row in self._session.execute(select(*columns))]
        return self._capacities

    def publish_persons(self, at: datetime, persons: Sequence[OfficePerson]) -> None:
        """Replace what was known; one row for each capacity."""
        self._session.execute(delete(person))
        rows = [
            {
                "name": found.name,
                "number": number,
                "unit": found.unit,
                "role": held.role,
                "valid_from": held.valid_from,
                "valid_until": held.valid_until,
                "deputy_for": held.deputy_for,
            }
            for number, (found, held) in enumerate((found, held) for found in persons for held in found.capacities)
        ]
        insert_rows(self._session, person, rows)
        self._note("PERSONS", at)
        self._capacities = None

    def units(self) -> Units:
        """Every unit that was published last."""
        if self._units is None:
            c = unit_table.c
            rows = self._session.execute(select(c.code, c.valid_from, c.valid_to, c.successor, c.name, c.compared_in))
            self._units = Units(Period(*row) for row in rows)
        return self._units

    def publish_units(self, at: datetime, units: Sequence[Unit]) -> None:
        """Replace what was known; one row for each period of a unit."""
        self._session.execute(delete(unit_table))
        rows = [
            {
                "code": found.code,
                "valid_from": found.valid_from,
                "valid_to": found.valid_to,
                "successor": found.successor,
                "name": found.name,
                "kind": found.kind,
                "parent": found.parent,
                "compared_in": found.group,
                "head": found.head,
                "liaison": found.liaison,
            }
            for found in units
        ]
        insert_rows(self._session, unit_table, rows)
        self._note("UNITS", at)
        self._units = None

    def published_at(self, kind: str) -> datetime | None:
        """When anything was published last; None while nothing was."""
        when = self._when(kind)
        return when[1] if when else None

    def _note(self, kind: str, at: datetime) -> None:
        when = self._when(kind)
        row = {"kind": kind, "first_at": when[0] if when else at, "published_at": at}
        upsert_rows(self._session, publication, [row], key=["kind"])
        self._published = None
