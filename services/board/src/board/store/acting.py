"""What persons did here: kept before it goes out, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, insert, select, update

from board.store import paging, tables
from board.store.paging import Page

SENT, REFUSED, FAILED = "SENT", "REFUSED", "FAILED"


def keep(connection: Connection, row: dict[str, Any]) -> None:
    """An act, before it is sent."""
    connection.execute(insert(tables.act).values(**row, state=SENT))


def failed(connection: Connection, act_id: str, why: str) -> None:
    """It could not be confirmed that the broker has it."""
    connection.execute(update(tables.act).where(tables.act.c.id == act_id).values(state=FAILED, detail=why))


def once_more(connection: Connection, act_id: str) -> None:
    """It is sent again as it was."""
    connection.execute(update(tables.act).where(tables.act.c.id == act_id).values(state=SENT, detail=None))


def refused(connection: Connection, act_id: str, code: str, detail: str) -> None:
    """A service did not take it; refusals of what others sent change nothing."""
    connection.execute(update(tables.act).where(tables.act.c.id == act_id).values(state=REFUSED, code=code, detail=detail))


def outcome(connection: Connection, act_id: str) -> dict[str, Any] | None:
    """The act with `taken`: whether an event has come of it already."""
    row = connection.execute(select(tables.act).where(tables.act.c.id == act_id)).mappings().first()
    if row is None:
        return None
    came = connection.execute(select(tables.stored.c.place).where(tables.stored.c.cause == act_id).limit(1)).scalar()
    return dict(row) | {"taken": came is not None}


def newest(connection: Connection, many: int, login: str | None = None, matter: str | None = None) -> list[dict[str, Any]]:
    """A few of the newest acts, of one account or of all, about one matter or about everything."""
    wanted = select(tables.act).order_by(tables.act.c.at.desc(), tables.act.c.id).limit(many)
    if login is not None:
        wanted = wanted.where(tables.act.c.login == login)
    if matter is not None:
        wanted = wanted.where(tables.act.c.matter == matter)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def everything(connection: Connection, many: int, after: str = "") -> Page:
    """The newest acts of everybody."""
    return paging.newest(connection, select(tables.act), tables.act.c.at, tables.act.c.id, many, after)


Key = tuple[str, str, str]
"""Topic, kind and key of what waits."""


def pending(connection: Connection, asked: Collection[Key]) -> set[Key]:
    """Which of these were answered from here and not refused: they need not be shown as waiting any more.

    Once the answer's event is read, nothing waits any more; until then this is all that is known of it.
    """
    wanted = select(tables.act.c.answers).where(_answers(asked), tables.act.c.state == SENT)
    return {_key(answers) for answers in connection.execute(wanted).scalars()}


def _answers(asked: Collection[Key]) -> ColumnElement[bool]:
    return tables.act.c.answers.in_(["|".join(key) for key in asked])


def _key(answers: str) -> Key:
    topic, kind, key = answers.split("|")
    return topic, kind, key


def backlog(connection: Connection, since: str) -> tuple[int, str | None, int]:
    """Of the acts since an instant: how many no event came of and nobody refused, when the oldest of them was done, and how many
    the broker did not confirm."""
    came = exists(select(tables.stored.c.place).where(tables.stored.c.cause == tables.act.c.id))
    open_ = select(func.count(), func.min(tables.act.c.at)).where(tables.act.c.at >= since, tables.act.c.state == SENT, ~came)
    count, oldest = connection.execute(open_).one()
    lost = select(func.count()).select_from(tables.act).where(tables.act.c.at >= since, tables.act.c.state == FAILED)
    return int(count), oldest, int(connection.execute(lost).scalar_one())


def refusals(connection: Connection, login: str, asked: Collection[Key]) -> dict[Key, tuple[str, str]]:
    """Which of these this account answered last in vain → the code and the words of the refusal."""
    wanted = select(tables.act.c.answers, tables.act.c.state, tables.act.c.code, tables.act.c.detail)
    wanted = wanted.where(_answers(asked), tables.act.c.login == login).order_by(tables.act.c.at)
    last = {row.answers: row for row in connection.execute(wanted)}
    return {_key(answers): (row.code or "", row.detail or "") for answers, row in last.items() if row.state == REFUSED}
