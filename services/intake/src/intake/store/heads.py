"""Many heads (多头督查): the tables of fingerprints, suspicions, answers of officers, and answers to sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service_chassis.persistence.sql import chunks, insert_new, insert_rows, one_of, select_in
from sqlalchemy import Connection, RowMapping, exists, or_, select, text

from intake.domain.completion import PartState
from intake.domain.duplicates import MERGE, Resolution
from intake.domain.similarity import Fingerprint, fingerprint
from intake.store import tables

NEWEST = 32
"""Matters that are looked at under one key at most: a term that a thousand matters have says little."""

# For each key its newest matters, read off the end of the index; a key with a million matters costs as much as one with 32.
_FOUND = {
    "postgresql": text(
        "SELECT k.key, f.matter_id FROM unnest(CAST(:keys AS bigint[])) AS k(key) CROSS JOIN LATERAL ("
        "SELECT matter_id FROM fingerprint WHERE fingerprint.key = k.key ORDER BY at DESC, matter_id DESC LIMIT :newest) AS f"
    ),
    "sqlite": text(
        "SELECT f.key, f.matter_id FROM json_each(:keys) AS k JOIN fingerprint AS f ON f.rowid IN ("
        "SELECT rowid FROM fingerprint WHERE key = k.value ORDER BY at DESC, matter_id DESC LIMIT :newest)"
    ),
}
_M = tables.matter.c
_COMPARED = select(
    _M.matter_id,
    _M.external_ref,
    _M.submitted_at,
    _M.primary_id,
    _M.subject_terms,
    _M.source_clause,
    _M.source_number,
    _M.source_type,
    _M.title,
    tables.assignment.c.unit,
).join_from(tables.matter, tables.assignment, _M.matter_id == tables.assignment.c.matter_id)
_R = tables.resolution.c


@dataclass(frozen=True, slots=True)
class Known:
    """A matter as it is compared with others."""

    external_ref: str
    primary_id: str | None
    print: Fingerprint

    @property
    def age(self) -> tuple[datetime, str, str]:
        """What orders matters: the older one is the one that is repeated."""
        return self.print.submitted_at, self.external_ref, self.print.matter_id


class Heads:
    """What one batch has read of these tables, and what it will write."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self.known: dict[str, Known] = {}
        """Matters that may be candidates."""
        self.under: dict[int, set[str]] = {}
        """Key → matters that have it: the newest of the table, and the new ones of this batch."""
        self.suspicions: dict[tuple[str, str], int] = {}
        self.resolutions: dict[str, Resolution] = {}
        self.component: set[str] = set()
        """Matters of which all answers are read."""
        self.named: dict[str, list[str]] = {}
        """Reference of an `into` → the matters that it may stand for."""
        self._rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in _WRITTEN}

    # ---- candidates

    def look_up(self, keys: Iterable[int]) -> None:
        """Read the newest matters under each of these keys, in one statement, and what is compared of them, in another."""
        dialect = self._session.dialect.name
        for part in chunks(sorted(set(keys))):
            wanted: Any = part if dialect == "postgresql" else json.dumps(part)
            for key, matter_id in self._session.execute(_FOUND[dialect], {"keys": wanted, "newest": NEWEST}):
                self.under.setdefault(key, set()).add(matter_id)
        self.learn({matter_id for found in self.under.values() for matter_id in found})

    def candidates(self, keys: Iterable[int]) -> list[Known]:
        """The matters that share a key with these."""
        found = {matter_id for key in keys for matter_id in self.under.get(key, ())}
        return [self.known[matter_id] for matter_id in sorted(found)]

    def learn(self, matter_ids: Iterable[str]) -> None:
        """Read what is compared of these matters, and of those that they are handled with."""
        self._learn(set(matter_ids) - self.known.keys())
        self._learn({found.primary_id for found in self.known.values() if found.primary_id} - self.known.keys())

    def _learn(self, wanted: set[str]) -> None:
        rows: dict[str, Any] = {}
        units: dict[str, list[str]] = {}
        for part in chunks(sorted(wanted)):
            statement = _COMPARED.where(one_of(self._session.dialect.name, _M.matter_id, "matters"))
            for row in self._session.execute(statement, {"matters": part}):
                rows[row.matter_id] = row
                units.setdefault(row.matter_id, []).append(row.unit)
        for matter_id, row in rows.items():
            self.known[matter_id] = Known(row.external_ref, row.primary_id, _print(row, units[matter_id]))

    def add_print(self, known: Known, keys: Sequence[int]) -> None:
        """A new matter, to be found under these keys."""
        self.known[known.print.matter_id] = known
        at, matter_id = known.print.submitted_at, known.print.matter_id
        for key in keys:
            self.under.setdefault(key, set()).add(matter_id)
        self._rows[tables.fingerprint] += [{"key": key, "at": at, "matter_id": matter_id} for key in keys]

    def suspect(self, later: str, earlier: str, score: int, at: datetime) -> None:
        """Two matters may be one."""
        if (later, earlier) not in self.suspicions:
            self.suspicions[later, earlier] = score
            row = {"matter_id": later, "suspected_of": earlier, "score": score, "found_at": at}
            self._rows[tables.suspicion].append(row)

    def likeliest(self, matter_id: str) -> str | None:
        """The matter that this one is most alike among its suspicions, the oldest of those; None if there is no suspicion."""
        scores = {
            pair[1] if pair[0] == matter_id else pair[0]: score for pair, score in self.suspicions.items() if matter_id in pair
        }
        best = max(scores.values(), default=0)
        return min((other for other, score in scores.items() if score == best), key=lambda of: self.known[of].age, default=None)

    # ---- answers of officers

    def load_answers(self, matter_ids: Iterable[str]) -> None:
        """Read every answer that decides about the groups of these matters, and what they are suspected of."""
        wanted = set(matter_ids)
        self._load_suspicions(wanted)
        wanted |= {of for pair in self.suspicions for of in pair}
        while wanted := wanted - self.component:
            self.component |= wanted
            for row in self._about(tables.resolution, _R.matter_id, _R.into_id, wanted):
                answer = Resolution(
                    row["resolution"], row["matter_id"], row["into_id"], row["outcome"], row["decided_at"], row["reason"]
                )
                self.resolutions[answer.id] = answer
            linked = (answer for answer in self.resolutions.values() if answer.outcome == MERGE)
            wanted = {of for answer in linked for of in (answer.matter, answer.into) if of is not None}

    def _load_suspicions(self, wanted: set[str]) -> None:
        columns = tables.suspicion.c
        for row in self._about(tables.suspicion, columns.matter_id, columns.suspected_of, wanted):
            self.suspicions[row["matter_id"], row["suspected_of"]] = row["score"]

    def _about(self, table: Any, one: Any, other: Any, wanted: set[str]) -> list[RowMapping]:
        dialect = self._session.dialect.name
        found: list[RowMapping] = []
        for part in chunks(sorted(wanted)):
            statement = select(table).where(or_(one_of(dialect, one, "matters"), one_of(dialect, other, "matters")))
            found += self._session.execute(statement, {"matters": part}).mappings().all()
        return found

    def add_answer(self, answer: Resolution, by: str | None) -> None:
        """An officer answered."""
        self.resolutions[answer.id] = answer
        self._rows[tables.resolution].append(
            {
                "resolution": answer.id,
                "matter_id": answer.matter,
                "into_id": answer.into,
                "outcome": answer.outcome,
                "decided_at": answer.at,
                "reason": answer.reason,
                "decided_by": by,
            }
        )

    # ---- answers to sources

    def add_reply(self, reply: str, matter_id: str, unit: str, to: str, said: str, sent_at: datetime) -> None:
        """A source got an answer."""
        row = {"reply": reply, "matter_id": matter_id, "unit": unit, "addressee": to, "text": said, "sent_at": sent_at}
        self._rows[tables.reply].append(row)

    def add_satisfaction(self, assessment: str, matter_id: str, at: datetime, said: Any) -> None:
        """A source said whether it is satisfied with its answer."""
        row = {"assessment": assessment, "matter_id": matter_id, "assessed_at": at}
        self._rows[tables.satisfaction].append(row | {"satisfied": said.satisfied, "text": said.text, "recorded_by": said.by})

    # ---- burdens

    def add_asked(self, event: str, unit: str, kind: str, at: datetime) -> None:
        """Something else was asked of a unit."""
        self._rows[tables.asked].append({"event": event, "unit": unit, "kind": kind, "at": at})

    def save(self) -> None:
        """Write what was added, each table with one statement."""
        for once in (tables.suspicion, tables.asked, tables.fingerprint):  # facts may be told again, parts change hands
            insert_new(self._session, once, self._rows.pop(once))
        for table, rows in self._rows.items():
            insert_rows(self._session, table, rows)
        self._rows = {table: [] for table in _WRITTEN}


_WRITTEN = (tables.fingerprint, tables.suspicion, tables.resolution, tables.reply, tables.satisfaction, tables.asked)


def _print(row: Any, units: Iterable[str]) -> Fingerprint:
    return fingerprint(
        row.matter_id,
        units=units,
        terms=row.subject_terms,
        clause=row.source_clause,
        number=row.source_number,
        source_type=row.source_type,
        title=row.title,
        submitted_at=row.submitted_at,
    )


def answers(session: Connection) -> tuple[list[Any], list[Resolution]]:
    """Every suspicion as a row, and every answer: for the list of the outcome."""
    rows = session.execute(select(tables.suspicion)).all()
    said = session.execute(select(_R.resolution, _R.matter_id, _R.into_id, _R.outcome, _R.decided_at, _R.reason))
    return list(rows), [Resolution(*row) for row in said]


def references(session: Connection, matter_ids: Iterable[str]) -> dict[str, str]:
    """Our id → the submitter's reference."""
    rows = select_in(session, tables.matter, _M.matter_id, sorted(set(matter_ids)))
    return {row["matter_id"]: row["external_ref"] for row in rows}


_A, _OTHER = tables.assignment, tables.assignment.alias("other")
_GONE = PartState.TRANSFERRED.value
_JOINED = exists().where((_OTHER.c.matter_id == _M.primary_id) & (_OTHER.c.unit == _A.c.unit) & (_OTHER.c.state != _GONE))
_GIVEN = (
    select(_A.c.unit, _M.submitted_at)
    .join_from(tables.matter, _A, _M.matter_id == _A.c.matter_id)
    .where(_A.c.state != _GONE, ~_JOINED)
)


def parts_given(session: Connection) -> Iterable[Any]:
    """(unit, submitted_at) of every part that a unit has to do; what is handled as one counts once."""
    return session.execute(_GIVEN)


def demands(session: Connection, kind: str) -> Iterable[Any]:
    """(unit, instant) of everything of this kind that was asked of a unit."""
    return session.execute(select(tables.asked.c.unit, tables.asked.c.at).where(tables.asked.c.kind == kind))
