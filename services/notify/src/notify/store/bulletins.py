"""Tables and queries of bulletins: each once by its number, what it names, and each correction once by bulletin and slip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service_chassis.persistence.columns import Instant, Json
from service_chassis.persistence.sql import insert_new
from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, RowMapping, Table, Text, func, or_, select

from notify.domain.audience import Kind
from notify.domain.bulletin import Bulletin, Correction, Entry, Fall
from notify.store.letters import METADATA, letter

bulletin = Table(
    "bulletin",
    METADATA,
    Column("bulletin", Text, primary_key=True),
    Column("scope", Json, nullable=False),
    Column("text", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
)

bulletin_entry = Table(
    "bulletin_entry",
    METADATA,
    Column("bulletin", Text, ForeignKey("bulletin.bulletin"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("matter", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("colour", Text),
    Index("ix_bulletin_entry_matter_unit", "matter", "unit"),
)

bulletin_correction = Table(
    "bulletin_correction",
    METADATA,
    Column("bulletin", Text, ForeignKey("bulletin.bulletin"), primary_key=True),
    Column("slip_id", Text, primary_key=True),
    Column("matter", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("colour", Text),
    Column("corrected_at", Instant, nullable=False),
)

_SLIP = letter.alias("slip")
_FALLEN = (
    select(letter, _SLIP.c.dispatched_at.label("issued_at"))
    .outerjoin(_SLIP, (_SLIP.c.kind == Kind.SLIP.value) & (_SLIP.c.letter_id == Kind.SLIP.value + ":" + letter.c.about))
    .where(letter.c.kind.in_((Kind.SLIP_WITHDRAWN.value, Kind.CONCLUSION_CHANGED.value)))
)


class BulletinStore:
    """What the handlers ask and write; bulletins are few, so each question is a statement of its own."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def find(self, number: str) -> Bulletin | None:
        """The bulletin with this number."""
        return next(self._read(bulletin.c.bulletin == number), None)

    def naming(self, fall: Fall) -> list[Bulletin]:
        """Every bulletin that names the matter and unit of a fallen slip, the oldest first."""
        names = [name for name in (fall.matter_id, fall.external_ref) if name is not None]
        named = select(bulletin_entry.c.bulletin).where(bulletin_entry.c.matter.in_(names), bulletin_entry.c.unit == fall.unit)
        return list(self._read(bulletin.c.bulletin.in_(named)))

    def _read(self, condition: Any) -> Iterator[Bulletin]:
        query = select(bulletin).where(condition).order_by(bulletin.c.published_at, bulletin.c.bulletin)
        for row in self._session.execute(query).mappings().all():
            yield _bulletin(row, self._entries(row["bulletin"]))

    def _entries(self, number: str) -> tuple[Entry, ...]:
        query = select(bulletin_entry).where(bulletin_entry.c.bulletin == number).order_by(bulletin_entry.c.position)
        return tuple(_entry(row) for row in self._session.execute(query).mappings())

    def falls(self, entries: Iterable[Entry]) -> list[Fall]:
        """Slips of these matters, and these conclusions, that have fallen already."""
        names = sorted({entry.matter for entry in entries})
        query = _FALLEN.where(or_(letter.c.matter_id.in_(names), letter.c.external_ref.in_(names)))
        return [_fall(row) for row in self._session.execute(query.order_by(letter.c.letter_id)).mappings()]

    def add(self, written: Bulletin) -> None:
        """A new bulletin with what it names."""
        row = {"bulletin": written.bulletin, "scope": list(written.scope), "text": written.text}
        insert_new(self._session, bulletin, [row | {"approved_by": written.approved_by, "published_at": written.published_at}])
        entries = [
            {"bulletin": written.bulletin, "position": position, **_named(entry)}
            for position, entry in enumerate(written.entries)
        ]
        insert_new(self._session, bulletin_entry, entries)

    def add_correction(self, made: Correction) -> bool:
        """Keep a correction; False if this bulletin was corrected about this slip before."""
        number = made.bulletin.bulletin
        about = (bulletin_correction.c.bulletin == number) & (bulletin_correction.c.slip_id == made.slip_id)
        if self._session.execute(select(func.count()).select_from(bulletin_correction).where(about)).scalar_one():
            return False
        row = {"bulletin": number, "slip_id": made.slip_id, **_named(made.entry), "corrected_at": made.corrected_at}
        insert_new(self._session, bulletin_correction, [row])
        return True

    def everything(self) -> Iterator[Bulletin | Correction]:
        """All bulletins and their corrections, for the report."""
        for found in self._read(True):
            yield found
            about = bulletin_correction.c.bulletin == found.bulletin
            for row in self._session.execute(select(bulletin_correction).where(about)).mappings():
                yield Correction(bulletin=found, entry=_entry(row), slip_id=row["slip_id"], corrected_at=row["corrected_at"])


def _named(entry: Entry) -> dict[str, str | None]:
    return {"matter": entry.matter, "unit": entry.unit, "colour": entry.colour}


def _entry(row: RowMapping) -> Entry:
    return Entry(matter=row["matter"], unit=row["unit"], colour=row["colour"])


def _bulletin(row: RowMapping, entries: tuple[Entry, ...]) -> Bulletin:
    return Bulletin(
        bulletin=row["bulletin"],
        scope=tuple(row["scope"]),
        entries=entries,
        text=row["text"],
        approved_by=row["approved_by"],
        published_at=row["published_at"],
    )


def _fall(row: RowMapping) -> Fall:
    return Fall(
        slip_id=row["about"],
        matter_id=row["matter_id"],
        external_ref=row["external_ref"],
        unit=row["unit"],
        colour=row["colour"],
        renewal=row["renewal"],
        issued_at=row["issued_at"],
        fell_at=row["dispatched_at"],
    )
