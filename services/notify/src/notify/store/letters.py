"""Notify's tables and queries: `letter` is one notice to one unit with its one receipt, `notice` each addressee's copy.

A letter's id says what caused it, so that the same cause can never make a second one; an addressee has one copy of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from service_chassis.persistence.columns import Instant
from service_chassis.persistence.sql import insert_new, select_in, update_rows
from service_chassis.persistence.tables import metadata
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    RowMapping,
    Table,
    Text,
    bindparam,
    func,
    select,
)

from notify.domain.audience import NEEDS_SERVICE, Hearer, Kind
from notify.domain.serving import Letter, Mode

METADATA = metadata()

letter = Table(
    "letter",
    METADATA,
    Column("letter_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("matter_id", Text, nullable=False),
    Column("external_ref", Text),
    Column("submitted_by", Text),
    Column("unit", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("colour", Text),
    Column("renewal", Integer, nullable=False),
    Column("dispatched_at", Instant, nullable=False),
    Column("deemed_on", Date),
    Column("deemed_at", Instant),
    Column("served_at", Instant),
    Column("served_on", Date),
    Column("mode", Text),
    Column("signed_at", Instant),
    Column("signed_by", Text),
    Column("recalled", Boolean, nullable=False),
    Column("caused_by", Text),
    Column("policy_version", Text, nullable=False),
    Index("ix_letter_matter_id_unit_kind", "matter_id", "unit", "kind"),
)

notice = Table(
    "notice",
    METADATA,
    Column("letter_id", Text, ForeignKey("letter.letter_id"), primary_key=True),
    Column("addressee", Text, primary_key=True),
    Column("reason", Text, nullable=False),
)

signature = Table(
    "signature",
    METADATA,
    Column("letter_id", Text, ForeignKey("letter.letter_id"), primary_key=True),
    Column("signed_by", Text, primary_key=True),
    Column("signed_at", Instant, primary_key=True),
)

_FIELDS = [column.name for column in letter.columns if column.name not in ("caused_by", "policy_version")]
_CHANGING = ("unit", "deemed_on", "deemed_at", "served_at", "served_on", "mode", "signed_at", "signed_by", "recalled")
_CHANGE = (
    letter.update()
    .where(letter.c.letter_id == bindparam("b_letter_id"))
    .values({name: bindparam(f"b_{name}") for name in _CHANGING})
)
_COPIES = (
    select(letter, notice.c.addressee)
    .join(notice, notice.c.letter_id == letter.c.letter_id)
    .order_by(letter.c.dispatched_at, letter.c.matter_id, letter.c.unit, letter.c.letter_id, notice.c.addressee)
)
_UNACKNOWLEDGED = (
    select(func.count())
    .select_from(letter)
    .where(letter.c.kind.in_(sorted(NEEDS_SERVICE)), letter.c.mode == Mode.DEEMED.value, letter.c.signed_at.is_(None))
)


class Store:
    """What one batch has loaded, written and changed."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self._letters: dict[str, Letter] = {}
        self._by_party: dict[tuple[str, str], list[str]] = {}
        self._new: list[dict[str, Any]] = []
        self._copies: list[dict[str, Any]] = []
        self._changed: dict[str, Letter] = {}
        self._signatures: list[dict[str, Any]] = []

    def load(self, letter_ids: Iterable[str], matters: Iterable[str] = ()) -> None:
        """Fetch letters by id, and all letters of the matters: one statement each."""
        for row in select_in(self._session, letter, "letter_id", letter_ids):
            self._remember(_letter(row))
        for row in select_in(self._session, letter, "matter_id", matters):
            self._remember(_letter(row))

    def _remember(self, found: Letter) -> None:
        if found.letter_id not in self._letters:
            self._by_party.setdefault((found.matter_id, found.unit), []).append(found.letter_id)
        self._letters[found.letter_id] = found

    def letter(self, letter_id: str) -> Letter | None:
        """The letter, if it was written."""
        return self._letters.get(letter_id)

    def letters(self, matter_id: str, unit: str, kind: Kind, colour: str | None) -> Iterator[Letter]:
        """A unit's letters of one kind and colour in a matter that was loaded."""
        for letter_id in self._by_party.get((matter_id, unit), ()):
            found = self._letters[letter_id]
            if found.kind is kind and found.colour == colour:
                yield found

    def told_of(self, kind: Kind, about: str) -> list[str]:
        """The units that have a letter of this kind about this, whether it was loaded or not."""
        query = select(letter.c.unit).where(letter.c.kind == kind.value, letter.c.about == about).order_by(letter.c.unit)
        return list(self._session.execute(query).scalars())

    def add(self, written: Letter, hearers: Iterable[Hearer], *, caused_by: str | None, policy_version: str) -> None:
        """A new letter with a copy for each addressee."""
        self._remember(written)
        self._new.append(_row(written, caused_by, policy_version))
        self._copies.extend(
            {"letter_id": written.letter_id, "addressee": hearer.addressee.value, "reason": hearer.reason.value}
            for hearer in hearers
        )

    def put(self, changed: Letter) -> None:
        """A letter that was loaded and has been served, signed for or recalled since."""
        self._letters[changed.letter_id] = self._changed[changed.letter_id] = changed

    def sign(self, letter_id: str, signed_by: str, signed_at: datetime) -> None:
        """Keep a signature, whether it serves the letter or not: each addressee signs separately (domain.md d.6)."""
        self._signatures.append({"letter_id": letter_id, "signed_by": signed_by, "signed_at": signed_at})

    def readdress(self, matter_id: str, unit: str, successor: str) -> list[Letter]:
        """A unit's letters of a matter that are not served yet are its successor's; returns them."""
        moved = []
        for letter_id in list(self._by_party.get((matter_id, unit), ())):
            found = self._letters[letter_id]
            if found.kind in NEEDS_SERVICE and found.served_at is None and not found.recalled:
                self._by_party[matter_id, unit].remove(letter_id)
                self._by_party.setdefault((matter_id, successor), []).append(letter_id)
                self.put(replace(found, unit=successor))
                moved.append(self._letters[letter_id])
        return moved

    def save(self) -> None:
        """Write everything: at most four statements. What exists already stays as it is."""
        insert_new(self._session, letter, self._new)
        insert_new(self._session, notice, self._copies)
        update_rows(self._session, _CHANGE, [_change(found) for found in self._changed.values()])
        insert_new(self._session, signature, self._signatures)
        self._new, self._copies, self._changed, self._signatures = [], [], {}, []


def _letter(row: RowMapping) -> Letter:
    values = {name: row[name] for name in _FIELDS}
    values["kind"] = Kind(values["kind"])
    values["mode"] = Mode(values["mode"]) if values["mode"] else None
    return Letter(**values)


def _row(written: Letter, caused_by: str | None, policy_version: str) -> dict[str, Any]:
    row = {name: getattr(written, name) for name in _FIELDS}
    row["caused_by"] = caused_by
    row["policy_version"] = policy_version
    return row


def _change(changed: Letter) -> dict[str, Any]:
    row = {f"b_{name}": getattr(changed, name) for name in _CHANGING}
    row["b_letter_id"] = changed.letter_id
    return row


def signatures(session: Connection, matter: str) -> list[RowMapping]:
    """Who signed for a matter's letters (its id, or the office's reference), and when; the first of a letter is its receipt."""
    query = (
        select(letter.c.unit, letter.c.kind, letter.c.colour, letter.c.renewal, letter.c.mode, signature)
        .join(signature, signature.c.letter_id == letter.c.letter_id)
        .where((letter.c.matter_id == matter) | (letter.c.external_ref == matter))
        .order_by(letter.c.dispatched_at, letter.c.letter_id, signature.c.signed_at, signature.c.signed_by)
    )
    return list(session.execute(query).mappings())


def copies(session: Connection) -> Iterator[tuple[Letter, str]]:
    """Every letter with each of its addressees, by time, matter and unit."""
    last: Letter | None = None
    row: Row[Any]
    for row in session.execute(_COPIES):
        found = row._mapping
        if last is None or last.letter_id != found["letter_id"]:
            last = _letter(found)
        yield last, found["addressee"]


def unacknowledged(session: Connection) -> int:
    """Letters that were deemed served and are not signed for to this day."""
    return int(session.execute(_UNACKNOWLEDGED).scalar_one())
