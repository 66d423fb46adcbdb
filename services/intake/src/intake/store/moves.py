"""Parts that go on under another unit: the rows that are keyed by the unit are renamed, so that everything follows at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from intake.domain.completion import PartState
from intake.domain.similarity import keys
from intake.store import tables
from intake.store.matters import Matter, Part, Store

_KEYED = (tables.filing, tables.verdict, tables.objection, tables.served)
_A, _M = tables.assignment.c, tables.matter.c


def matters_with(session: Connection, code: str, closed_since: datetime) -> list[str]:
    """The matters in which a unit has a part, without those that were closed before an instant."""
    recent = or_(_M.closed_at.is_(None), _M.closed_at >= closed_since)
    found = (
        select(_A.matter_id)
        .join_from(tables.assignment, tables.matter, _A.matter_id == _M.matter_id)
        .where(_A.unit == code, _A.state != PartState.TRANSFERRED.value, recent)
        .order_by(_A.matter_id)
    )
    return [row[0] for row in session.execute(found)]


def rename(store: Store, matter: Matter, part: Part, heir: str, at: datetime) -> None:
    """A part with all its papers is the successor's from now on."""
    old, session = part.unit, store.session
    for table in _KEYED:
        mine = (table.c.matter_id == matter.matter_id) & (table.c.unit == old)
        session.execute(update(table).where(mine).values(unit=heir))
    del matter.parts[old]
    part.unit, part.formerly, part.moved_at = heir, [old, *part.formerly], at
    matter.parts[heir] = part
    values = {"unit": heir, "formerly": part.formerly, "moved_at": at}
    session.execute(update(tables.assignment).where((_A.matter_id == matter.matter_id) & (_A.unit == old)).values(values))
    _rename_dependencies(session, matter, old, heir)
    _find_under(store, matter)


def join(store: Store, matter: Matter, part: Part, own: Part) -> None:
    """A part has ended in the successor's own one, which asks for both from now on."""
    rows = {row.unit: row for row in _rows(store.session, matter)}
    ends, goes_on = rows[part.unit], rows[own.unit]
    _update(store.session, matter, part.unit, {"state": PartState.TRANSFERRED.value})
    both = f"{goes_on.deliverable}；{ends.deliverable}"
    values = {"role": own.role, "deliverable": both, "formerly": own.formerly, "moved_at": own.moved_at}
    _update(store.session, matter, own.unit, values)
    _rename_dependencies(store.session, matter, part.unit, own.unit)


def _rows(session: Connection, matter: Matter) -> list[Any]:
    return list(session.execute(select(tables.assignment).where(_A.matter_id == matter.matter_id)))


def _update(session: Connection, matter: Matter, unit: str, values: dict[str, Any]) -> None:
    session.execute(update(tables.assignment).where((_A.matter_id == matter.matter_id) & (_A.unit == unit)).values(values))


def _rename_dependencies(session: Connection, matter: Matter, old: str, heir: str) -> None:
    for row in _rows(session, matter):
        if old in row.depends_on:
            renamed = sorted({heir if other == old else other for other in row.depends_on} - {row.unit})
            _update(session, matter, row.unit, {"depends_on": renamed})


def _find_under(store: Store, matter: Matter) -> None:
    """A matter of the unit from now on may repeat this one, so it is found under the unit, too."""
    store.heads.known.pop(matter.matter_id, None)
    store.heads.learn([matter.matter_id])
    known = store.heads.known[matter.matter_id]
    store.heads.add_print(known, keys(known.print))
