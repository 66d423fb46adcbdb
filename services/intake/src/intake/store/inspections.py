"""Reading and writing inspections. They are few, so each question is a statement of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from service_chassis.persistence.sql import insert_new, insert_rows
from sqlalchemy import Connection, func, select

from intake.domain.inspection import COVERT, OPEN, Found, Item, Kind, Plan, Team
from intake.store import inspection_tables as tables

_VISIT = tables.inspection_visit.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a team reported at one time."""

    message: str
    ref: str
    unit: str
    at: datetime
    findings: list[dict[str, Any]]
    evidence: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Fall:
    """What one review took away: the findings by name, or `ALL` of them."""

    findings: str | list[str]
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """One conclusion about one unit."""

    conclusion_id: str
    ref: str
    unit: str
    inspection: str | None
    matter_id: str | None
    issued_at: datetime
    issued_by: str
    findings: tuple[Found, ...]
    evidence: list[dict[str, Any]]
    sealed: bool
    served_at: datetime | None = None
    fallen: tuple[Fall, ...] = ()
    """What reviews took away before the service was read."""

    @property
    def hidden(self) -> bool:
        """Whether it is of a covert inspection and its unit does not have it yet."""
        return self.sealed and self.served_at is None


class Inspections:
    """Plans, findings and conclusions of one transaction."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    # ---- plans

    def plans(self, ref: str) -> list[Plan]:
        """Every accepted plan of a campaign or inspection, in no particular order."""
        rows = self._session.execute(select(tables.inspection_plan).where(tables.inspection_plan.c.ref == ref))
        return [_plan(row) for row in rows]

    def all_plans(self) -> list[Plan]:
        """Every accepted plan of all."""
        return [_plan(row) for row in self._session.execute(select(tables.inspection_plan))]

    def add_plan(self, plan: Plan) -> None:
        """Keep a plan."""
        row = {"message": plan.message, "ref": plan.ref, "kind": plan.kind.value, "at": plan.at, "content": _content(plan)}
        insert_new(self._session, tables.inspection_plan, [row])

    def project(self, ref: str, items: Sequence[Item], visits: Iterable[tuple[str, date, bool]]) -> None:
        """Replace what a plan comes to: its items, and for each unit the day and whether it may be shown."""
        for table in (tables.inspection_item, tables.inspection_visit):
            self._session.execute(table.delete().where(table.c.ref == ref))
        insert_rows(
            self._session,
            tables.inspection_item,
            [{"item": item.item, "ref": ref, "unit": item.unit, "task": item.task} for item in items],
        )
        rows = [{"ref": ref, "unit": unit, "day": day, "shown": shown} for unit, day, shown in visits]
        insert_rows(self._session, tables.inspection_visit, rows)

    def visited(self, ref: str) -> set[str]:
        """The units that a plan in force counts for."""
        return {row[0] for row in self._session.execute(select(_VISIT.unit).where(_VISIT.ref == ref))}

    def visits_of(self, unit: str, since: date, until: date) -> int:
        """How often a unit is inspected between two days, as far as that may be shown; the second day does not count."""
        wanted = (_VISIT.unit == unit) & _VISIT.shown & (_VISIT.day >= since) & (_VISIT.day < until)
        return int(self._session.execute(select(func.count()).where(wanted)).scalar_one())

    # ---- findings

    def add_reported(self, found: Reported) -> None:
        """Keep what a team reported."""
        names = ("message", "ref", "unit", "at", "findings", "evidence")
        insert_new(self._session, tables.inspection_finding, [{name: getattr(found, name) for name in names}])

    def reported(self, ref: str, unit: str) -> list[Reported]:
        """What teams reported about a unit, by time."""
        table = tables.inspection_finding
        query = select(table).where(table.c.ref == ref, table.c.unit == unit).order_by(table.c.at, table.c.message)
        return [Reported(**row) for row in self._session.execute(query).mappings()]

    # ---- conclusions

    def conclusion(self, conclusion_id: str) -> Conclusion | None:
        """The conclusion with this id."""
        return self._one(tables.conclusion.c.conclusion_id == conclusion_id)

    def conclusion_by_ref(self, ref: str) -> Conclusion | None:
        """The conclusion that the office calls so."""
        return self._one(tables.conclusion.c.ref == ref)

    def conclusion_of(self, inspection: str, unit: str) -> Conclusion | None:
        """What was concluded about a unit from an inspection or campaign."""
        return self._one((tables.conclusion.c.inspection == inspection) & (tables.conclusion.c.unit == unit))

    def concluded(self, inspection: str) -> bool:
        """Whether anything was concluded from an inspection."""
        found = tables.conclusion.c
        return self._session.execute(select(found.ref).where(found.inspection == inspection).limit(1)).first() is not None

    def all_conclusions(self) -> list[Conclusion]:
        """Every conclusion, by time."""
        query = select(tables.conclusion).order_by(tables.conclusion.c.issued_at, tables.conclusion.c.ref)
        return [_conclusion(row) for row in self._session.execute(query).mappings()]

    def _one(self, condition: Any) -> Conclusion | None:
        row = self._session.execute(select(tables.conclusion).where(condition)).mappings().first()
        return _conclusion(row) if row is not None else None

    def add_conclusion(self, made: Conclusion) -> None:
        """A new conclusion."""
        row = {column.name: getattr(made, column.name) for column in tables.conclusion.columns}
        row["findings"] = [_found_row(found) for found in made.findings]
        row["fallen"] = [_fall_row(fall) for fall in made.fallen]
        insert_rows(self._session, tables.conclusion, [row])

    def serve(self, made: Conclusion, at: datetime) -> Conclusion:
        """Its unit has it: what was hidden may be shown."""
        table = tables.conclusion
        mine = table.c.conclusion_id == made.conclusion_id
        self._session.execute(table.update().where(mine).values(served_at=at))
        if made.inspection is not None:
            visit = (_VISIT.ref == made.inspection) & (_VISIT.unit == made.unit)
            self._session.execute(tables.inspection_visit.update().where(visit).values(shown=True))
        return replace(made, served_at=at)

    def add_fall(self, made: Conclusion, fall: Fall) -> None:
        """A review took away findings whose matters are not registered yet."""
        table = tables.conclusion
        kept = [_fall_row(each) for each in (*made.fallen, fall)]
        self._session.execute(table.update().where(table.c.conclusion_id == made.conclusion_id).values(fallen=kept))


def shown_visits(session: Connection) -> list[tuple[str, date]]:
    """(unit, day) of every inspection that may be shown: open ones, and covert ones whose conclusion is served."""
    return [(row[0], row[1]) for row in session.execute(select(_VISIT.unit, _VISIT.day).where(_VISIT.shown))]


# ---- rows


def _content(plan: Plan) -> dict[str, Any]:
    return {
        "text": plan.text,
        "leader": plan.team.leader,
        "members": list(plan.team.members),
        "units": sorted(plan.units),
        "tasks": sorted(plan.tasks),
        "period": plan.period,
        "covert": plan.covert,
        "place": plan.place,
        "starts_on": plan.starts_on and plan.starts_on.isoformat(),
        "ends_on": plan.ends_on and plan.ends_on.isoformat(),
        "campaign": plan.campaign,
        "matter_id": plan.matter_id,
        "by": plan.by,
        "means": list(plan.means),
    }


def _plan(row: Any) -> Plan:
    kept = row.content
    return Plan(
        ref=row.ref,
        kind=Kind(row.kind),
        message=row.message,
        at=row.at,
        text=kept["text"],
        team=Team(kept["leader"], tuple(kept["members"])),
        units=frozenset(kept["units"]),
        tasks=frozenset(kept["tasks"]),
        period=kept["period"],
        mode=COVERT if kept["covert"] else OPEN,
        place=kept["place"],
        starts_on=_day(kept["starts_on"]),
        ends_on=_day(kept["ends_on"]),
        campaign=kept["campaign"],
        matter_id=kept["matter_id"],
        by=kept["by"],
        means=tuple(kept["means"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _found_row(found: Found) -> dict[str, Any]:
    row = {name: getattr(found, name) for name in ("finding", "text", "code", "task", "standard", "deliverable")}
    due = found.due_at.isoformat() if found.due_at else None
    return row | {"amount": found.amount, "limit_unit": found.limit_unit, "due_at": due}


def _conclusion(row: Any) -> Conclusion:
    values = dict(row)
    findings = [found | {"due_at": found["due_at"] and datetime.fromisoformat(found["due_at"])} for found in values["findings"]]
    fallen = tuple(Fall(fall["findings"], datetime.fromisoformat(fall["decided_at"])) for fall in values["fallen"])
    return Conclusion(**values | {"findings": tuple(Found(**found) for found in findings), "fallen": fallen})


def _fall_row(fall: Fall) -> dict[str, Any]:
    return {"findings": fall.findings, "decided_at": fall.decided_at.isoformat()}
