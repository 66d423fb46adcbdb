"""Escalation's tables, and how ladders are loaded and saved: a batch costs a handful of statements whatever its size.

`ladder` one unit's part of a matter · `clock` every limit that was armed · `slip` drafts and slips · `journal` what was
reported and decided, only added to · `referral` hand-overs of reds · `hold` parked messages · `outcome` why each due
candidate did or did not escalate · `counter` the numbers of slips. What was published stands in the chassis' `published_rule`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from service_chassis.persistence.sql import chunks, count_rows, insert_new, insert_rows, one_of, update_by_key
from service_chassis.persistence.tables import timer
from sqlalchemy import Connection, Table, bindparam, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from escalation.domain.acts import ParkedHold
from escalation.domain.clock import BREACHED, OFFICE, OFFICE_DECISIONS, REPLY, REVIEW, REVIEW_WINDOW, RUNNING, SUSPENDED, Clock
from escalation.domain.conclusion import CONTESTED, REVIEWED
from escalation.domain.objection import FILED as OBJECTION
from escalation.domain.referral import Referral
from escalation.domain.slip import ISSUED, SERVED, Slip
from escalation.domain.standing import APPLICATION, DECISION, Entry, Ladder
from escalation.domain.steps import AWAITING_CUT
from escalation.metrics import Figures
from escalation.store.tables import clock, counter, hold, journal, ladder, outcome, referral, slip

# ---------------------------------------------------------------- queries


@lru_cache(maxsize=16)
def _of_matters(table: Table, dialect: str, several: bool) -> Any:
    """All columns, in the order of the table, of the rows of one matter, or of several, for which SQLite needs a longer query."""
    which = one_of(dialect, table.c.matter_id, "matters") if several else table.c.matter_id == bindparam("matters")
    return select(*table.columns).where(which)


_HOLDS = select(*hold.columns).order_by(hold.c.parked_id)
_REFERRALS = select(*referral.columns).where(referral.c.slip_id.in_(bindparam("slips", expanding=True)))
_WAITING = select(ladder.c.matter_id, ladder.c.unit).where(ladder.c.waiting == bindparam("reason")).order_by(ladder.c.matter_id)

_ROW_FIELDS: dict[type, tuple[str, ...]] = {
    Ladder: tuple(column.name for column in ladder.columns),
    Clock: tuple(column.name for column in clock.columns),
    Slip: tuple(column.name for column in slip.columns),
    Referral: tuple(column.name for column in referral.columns),
}
_KEYS: dict[type, tuple[str, ...]] = {
    Ladder: ("matter_id", "unit"),
    Clock: ("owner", "about"),
    Slip: ("slip_id",),
    Referral: ("referral_id",),
}
_READERS: dict[type, Callable[[Any], tuple[Any, ...]]] = {cls: attrgetter(*names) for cls, names in _ROW_FIELDS.items()}
_KEY_READERS: dict[type, Callable[[Any], Any]] = {cls: attrgetter(*names) for cls, names in _KEYS.items()}


def columns_match_objects() -> bool:
    """Rows are read by position, so columns and fields must stand in the same order; a test holds this."""
    return all(tuple(field.name for field in fields(cls))[: len(names)] == names for cls, names in _ROW_FIELDS.items())


@lru_cache(maxsize=2)
def _raised(dialect: str) -> Any:
    """Raise a counter by some and read it."""
    kind: Any = sqlite if dialect == "sqlite" else postgresql
    raised = kind.insert(counter)
    return raised.on_conflict_do_update(
        index_elements=["year", "colour"], set_={"last": counter.c.last + raised.excluded.last}
    ).returning(counter.c.last)


def _count_by(column: Any, condition: Any) -> Any:
    return select(column, func.count()).where(condition).group_by(column)


_ACTIVE = _count_by(slip.c.colour, slip.c.standing & slip.c.state.in_((ISSUED, SERVED)))
_WAITING_BY = _count_by(ladder.c.waiting, ladder.c.waiting.is_not(None))
_NO_RECEIPT = referral.c.acknowledged_at.is_(None) & referral.c.concluded_at.is_(None) & referral.c.recalled_at.is_(None)
_UNACKNOWLEDGED = _count_by(referral.c.body, _NO_RECEIPT)
_OVERDUE = _count_by(clock.c.owner, (clock.c.state == BREACHED) & clock.c.owner.in_(sorted(OFFICE)) & clock.c.ended_at.is_(None))
_DECIDED = journal.alias("decided")
_PENDING = (
    select(func.count())
    .select_from(journal.join(slip, slip.c.slip_id == journal.c.id))
    .where(
        journal.c.kind == APPLICATION,
        slip.c.standing,
        ~exists().where((_DECIDED.c.kind == DECISION) & (_DECIDED.c.id == slip.c.slip_id)),
    )
)
_CONTESTED = (
    select(func.count())
    .select_from(journal)
    .where(
        journal.c.kind == CONTESTED,
        ~exists().where((_DECIDED.c.kind == REVIEWED) & (_DECIDED.c.id == journal.c.id)),
    )
)
_ITS_TIMER = (timer.c.key == clock.c.about) & timer.c.kind.in_(("deadline", "review_window", "review_decision", "reply"))
_OFFICE_TIMER = (timer.c.key == clock.c.owner + "/" + clock.c.about) & (timer.c.kind == "decision")
_LOOKED_AT = exists().where(_ITS_TIMER) | exists().where(_OFFICE_TIMER)
_LOST = select(func.count()).select_from(clock).where(clock.c.state == RUNNING, ~_LOOKED_AT)


_UNDER_CUT = timer.c.needs_cut & timer.c.cut_seq.is_not(None) & timer.c.kind.in_(("deadline", "issue", "progress"))
_AWAITING_CUT = select(func.count()).select_from(timer).where(_UNDER_CUT)
_WAITS_FOR_CUT = select(timer.c.key).where(_UNDER_CUT, timer.c.key == bindparam("about")).limit(1)


def waits_for_cut(session: Connection, about: str) -> bool:
    """Whether the limit of an assignment or slip is due and waits for its marker (the cut)."""
    return session.execute(_WAITS_FOR_CUT, {"about": about}).first() is not None


def figures(session: Connection) -> Figures:
    """What operators see of the tables (domain.md d.16)."""

    def by(statement: Any) -> dict[str, int]:
        return {row[0]: row[1] for row in session.execute(statement)}

    lost = session.execute(_LOST).scalar_one()
    pending = session.execute(_PENDING).scalar_one() + session.execute(_CONTESTED).scalar_one()
    waiting = by(_WAITING_BY)
    if cut := session.execute(_AWAITING_CUT).scalar_one():
        waiting[AWAITING_CUT] = cut
    return Figures(by(_ACTIVE), waiting, by(_UNACKNOWLEDGED), pending, by(_OVERDUE), lost)


# ---------------------------------------------------------------- questions about a matter


def matters_running_past(session: Connection, instant: datetime) -> list[str]:
    """The matters with a limit that is not over and ends after an instant."""
    open_ = clock.c.state.in_((RUNNING, SUSPENDED)) & (clock.c.due_instant > instant)
    return [row[0] for row in session.execute(select(clock.c.matter_id).where(open_).distinct())]


def matters_named(session: Connection, name: str) -> list[str]:
    """The ids of the matters with this id or `external_ref`."""
    known = (ladder.c.matter_id == name) | (ladder.c.external_ref == name)
    return sorted({row[0] for row in session.execute(select(ladder.c.matter_id).where(known))})


def outcomes_of(session: Connection, matter_id: str, unit: str) -> list[Any]:
    """Every reason recorded for a unit's part of a matter (invariant 8)."""
    mine = (outcome.c.matter_id == matter_id) & (outcome.c.unit == unit)
    return list(session.execute(select(outcome).where(mine)).all())


def source_types(session: Connection) -> dict[tuple[str, str], str | None]:
    """(matter, unit) → the type of the source."""
    rows = session.execute(select(ladder.c.matter_id, ladder.c.unit, ladder.c.source_type))
    return {(row[0], row[1]): row[2] for row in rows}


def objected_to(session: Connection) -> set[tuple[str, str, str]]:
    """(matter, unit, assignment) of everything that was objected to."""
    rows = session.execute(select(journal.c.matter_id, journal.c.unit, journal.c.data).where(journal.c.kind == OBJECTION))
    return {(row[0], row[1], row[2]["about"]) for row in rows}


def last_read(session: Connection) -> datetime | None:
    """When the last line of any journal arrived."""
    found: datetime | None = session.execute(select(func.max(journal.c.arrived))).scalar_one()
    return found


# ---------------------------------------------------------------- the store of one transaction


T = TypeVar("T")


class Store:
    """The ladders of one transaction, in memory between load and save."""

    def __init__(self, session: Connection) -> None:
        self.session = session
        self.ladders: dict[tuple[str, str], Ladder] = {}
        self.by_about: dict[str, Ladder] = {}
        self._by_matter: dict[str, dict[str, Ladder]] = {}
        self.referrals: dict[str, Referral] = {}
        self.touched: list[Ladder] = []
        self._outcomes: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._stored: dict[tuple[type, Any], Sequence[Any]] = {}
        """The rows that the database is known to hold, by class and key."""
        self._known: set[str] = set()
        self._holds: list[Any] | None = None

    # ---- load

    def load(self, matters: Iterable[str]) -> None:
        """Load the ladders of these matters that are not loaded yet."""
        wanted = sorted(set(matters) - self._known)
        self._known.update(wanted)
        for part in chunks(wanted):
            self._load(part)

    def _load(self, matters: list[str]) -> None:
        ladders = self._rows_of(ladder, matters)
        for row in ladders:
            self.add(self._loaded(Ladder(*row), row))
        for row in self._rows_of(journal, matters):
            self.ladder_or_new(row[0], row[1]).journal.append(Entry(*row[2:]))
        if not ladders:
            return
        for row in self._rows_of(clock, matters):
            self._attach_clock(self._loaded(Clock(*row), row))
        for row in self._rows_of(slip, matters):
            self.attach_slip(self.ladders[row[1], row[2]], self._loaded(Slip(*row), row))

    def _rows_of(self, table: Table, matters: list[str]) -> Sequence[Any]:
        several = len(matters) > 1
        statement = _of_matters(table, self.session.dialect.name, several)
        return self.session.execute(statement, {"matters": matters if several else matters[0]}).all()

    def _loaded(self, found: T, row: Any) -> T:
        """Remember what the database holds of this object."""
        cls = type(found)
        self._stored[cls, _KEY_READERS[cls](found)] = row
        return found

    def _attach_clock(self, found: Clock) -> None:
        of = self.ladders[found.matter_id, found.unit]
        if found.owner in OFFICE_DECISIONS:
            of.office_clocks[found.owner, found.about] = found
            return
        kept = {REVIEW_WINDOW: of.windows, REVIEW: of.review_clocks, REPLY: of.reply_clocks}.get(found.owner, of.clocks)
        kept[found.about] = found

    def add(self, new: Ladder) -> Ladder:
        """Take a ladder into this transaction."""
        self.ladders[new.matter_id, new.unit] = new
        self._by_matter.setdefault(new.matter_id, {})[new.unit] = new
        if new.assignment_id is not None:
            self.by_about[new.assignment_id] = new
        return new

    def attach_slip(self, of: Ladder, new: Slip) -> None:
        """Give a slip to its ladder."""
        of.slips.append(new)
        self.by_about[new.slip_id] = of

    def find(self, matter_id: str, unit: str) -> Ladder | None:
        """A loaded ladder, that of a unit's successor too; None if the unit has no part in the matter as far as is known."""
        found = self.ladders.get((matter_id, unit))
        if found is not None:
            return found
        return next((ladder for ladder in self._by_matter.get(matter_id, {}).values() if ladder.was(unit)), None)

    def of_matter(self, matter_id: str) -> list[Ladder]:
        """The loaded ladders of a matter, by unit."""
        return [found for _, found in sorted(self._by_matter.get(matter_id, {}).items())]

    def ladder_or_new(self, matter_id: str, unit: str) -> Ladder:
        """The ladder, or a place for facts about it until its dispatch is known."""
        found = self.find(matter_id, unit)
        if found is None:
            found = self.add(Ladder(matter_id, unit, None, None, None, "", "", "", None, None, None, None))
        return found

    def rename(self, found: Ladder, unit: str) -> None:
        """A ladder, with everything about it, is another unit's from now on."""
        matter_id, old = found.matter_id, found.unit
        for table in (ladder, clock, slip, journal, outcome, referral):
            mine = (table.c.matter_id == matter_id) & (table.c.unit == old)
            self.session.execute(table.update().where(mine).values(unit=unit))
        del self.ladders[matter_id, old], self._by_matter[matter_id][old]
        if (stored := self._stored.pop((Ladder, (matter_id, old)), None)) is not None:
            self._stored[Ladder, (matter_id, unit)] = stored
        found.unit, found.formerly = unit, [old, *(found.formerly or ())]
        for limit in found.all_clocks():
            limit.unit = unit
        for issued in found.slips:
            issued.unit = unit
        for handed_over in self.referrals.values():
            if handed_over.matter_id == matter_id and handed_over.unit == old:
                handed_over.unit = unit
        self.add(found)

    def touch(self, found: Ladder) -> None:
        """Look at this ladder again before the transaction ends."""
        if not found.touched:
            found.touched = True
            self.touched.append(found)

    def holds_of(self, found: Ladder) -> list[ParkedHold]:
        """The holds over a ladder: its unit's own unreadable messages, or one about its matter."""
        if self._holds is None:
            self._holds = list(self.session.execute(_HOLDS).all())
        return [
            ParkedHold(row.since, row.until, row.released_at)
            for row in self._holds
            if (row.matter_id == found.matter_id if row.matter_id else found.was(row.sender))
        ]

    def waiting_for(self, reason: str) -> list[tuple[str, str]]:
        """(matter, unit) of every ladder that waits for this reason."""
        return [(row[0], row[1]) for row in self.session.execute(_WAITING, {"reason": reason})]

    def referrals_of(self, slip_ids: Iterable[str]) -> list[Referral]:
        """The referrals of these slips, by body, each one object in a transaction; changes to them are saved."""
        wanted = set(slip_ids)
        for row in self.session.execute(_REFERRALS, {"slips": sorted(wanted)}):
            if row[0] not in self.referrals:
                self.referrals[row[0]] = self._loaded(Referral(*row), row)
        found = (referral for referral in self.referrals.values() if referral.slip_id in wanted)
        return sorted(found, key=lambda referral: (referral.slip_id, referral.body))

    def put_referral(self, new: Referral) -> None:
        """Take a new referral into this transaction."""
        self.referrals[new.referral_id] = new

    # ---- what is written at once

    def put_hold(self, parked_id: str, sender: str, matter_id: str | None, since: datetime, until: datetime) -> None:
        """Begin a hold; the same parked message twice is one hold."""
        row = {"parked_id": parked_id, "sender": sender, "matter_id": matter_id, "since": since, "until": until}
        insert_new(self.session, hold, [{**row, "released_at": None}])
        self._holds = None

    def end_hold(self, parked_id: str, released_at: datetime) -> None:
        """End a hold; nothing happens where there is none or it was ended before."""
        where = (hold.c.parked_id == parked_id) & hold.c.released_at.is_(None)
        self.session.execute(hold.update().where(where).values(released_at=released_at))
        self._holds = None

    def next_numbers(self, year: int, colour: str, count: int) -> int:
        """Take `count` numbers of a year and colour; returns the first. Other replicas wait, so there is no gap."""
        raised = _raised(self.session.dialect.name)
        last: int = self.session.execute(raised, {"year": year, "colour": colour, "last": count}).scalar_one()
        return last - count + 1

    def record(self, of: Ladder, about: str, reason: str, now: datetime) -> None:
        """Remember why a due candidate did or did not escalate (invariant 8)."""
        row = self._outcomes.get((of.matter_id, about, reason))
        if row is None:
            self._outcomes[of.matter_id, about, reason] = {
                "matter_id": of.matter_id,
                "unit": of.unit,
                "about": about,
                "reason": reason,
                "first_seen": now,
                "last_seen": now,
                "count": 1,
            }
        else:
            row["count"] += 1

    # ---- save

    def save(self) -> None:
        """Write what changed and needs no number, each table with a few statements; the slips come last (`save_slips`)."""
        known = self._dispatched()
        self._write(ladder, Ladder, [found for found in known if found.changed])
        self._write(clock, Clock, [c for found in known for c in found.all_clocks() if c.changed])
        self._write(referral, Referral, [r for r in self.referrals.values() if r.changed])
        insert_new(self.session, journal, self._new_entries())
        counted, self._outcomes = list(self._outcomes.values()), {}
        count_rows(self.session, outcome, counted, key=["matter_id", "about", "reason"], latest="last_seen", added="count")

    def save_slips(self) -> None:
        """Write the slips that changed. One that falls frees its unique key for the next one, so it is written first."""
        slips = [s for found in self._dispatched() for s in found.slips if s.changed]
        self._write(slip, Slip, [s for s in slips if not s.standing])
        self._write(slip, Slip, [s for s in slips if s.standing])

    def _dispatched(self) -> list[Ladder]:
        return [found for found in self.ladders.values() if found.assignment_id is not None]

    def _write(self, table: Table, cls: type, objects: Sequence[Any]) -> None:
        """Of a row that is there only the columns that changed: the others need not be sent, compared and logged again."""
        names, read, key_of = _ROW_FIELDS[cls], _READERS[cls], _KEY_READERS[cls]
        new: list[dict[str, Any]] = []
        changed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for found in objects:
            place, values = (cls, key_of(found)), read(found)
            before = self._stored.get(place)
            if before is None:
                new.append(dict(zip(names, values, strict=True)))
            elif columns := tuple(name for name, old, now in zip(names, before, values, strict=True) if old != now):
                changed.setdefault(columns, []).append({name: getattr(found, name) for name in (*_KEYS[cls], *columns)})
            self._stored[place] = values
            found.changed = False
        for rows in changed.values():
            update_by_key(self.session, table, rows, key=_KEYS[cls])
        insert_rows(self.session, table, new)

    def _new_entries(self) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        for found in self.ladders.values():
            for entry in found.journal:
                if entry.new:
                    entry.new = False
                    rows.append(
                        {
                            "matter_id": found.matter_id,
                            "unit": found.unit,
                            "kind": entry.kind,
                            "id": entry.id,
                            "at": entry.at,
                            "arrived": entry.arrived,
                            "data": entry.data,
                        }
                    )
        return rows
