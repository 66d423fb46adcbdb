"""What persons did here: kept before it goes out, and what became of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from board.store import tables

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
    """The newest acts, of one account or of all, about one matter or about everything."""
    wanted = select(tables.act).order_by(tables.act.c.at.desc(), tables.act.c.id).limit(many)
    if login is not None:
        wanted = wanted.where(tables.act.c.login == login)
    if matter is not None:
        wanted = wanted.where(tables.act.c.matter == matter)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def pending(connection: Connection) -> set[tuple[str, str, str]]:
    """Topic, kind and key of what was answered from here and not refused: it need not be shown as waiting any more.

    Once the answer's event is read, nothing waits any more; until then this is all that is known of it.
    """
    wanted = select(tables.act.c.answers).where(tables.act.c.answers.is_not(None), tables.act.c.state == SENT)
    found = (answers.split("|") for answers in connection.execute(wanted).scalars())
    return {(topic, kind, key) for topic, kind, key in found}


def backlog(connection: Connection, since: str) -> tuple[int, str | None, int]:
    """Of the acts since an instant: how many no event came of and nobody refused, when the oldest of them was done, and how many
    the broker did not confirm."""
    came = exists(select(tables.stored.c.place).where(tables.stored.c.cause == tables.act.c.id))
    open_ = select(func.count(), func.min(tables.act.c.at)).where(tables.act.c.at >= since, tables.act.c.state == SENT, ~came)
    count, oldest = connection.execute(open_).one()
    lost = select(func.count()).select_from(tables.act).where(tables.act.c.at >= since, tables.act.c.state == FAILED)
    return int(count), oldest, int(connection.execute(lost).scalar_one())


def refusals(connection: Connection, login: str) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Topic, kind and key of what this account answered last in vain → the code and the words of the refusal."""
    wanted = select(tables.act.c.answers, tables.act.c.state, tables.act.c.code, tables.act.c.detail)
    wanted = wanted.where(tables.act.c.answers.is_not(None), tables.act.c.login == login).order_by(tables.act.c.at)
    last = {row.answers: row for row in connection.execute(wanted)}
    found = ((answers.split("|"), row) for answers, row in last.items() if row.state == REFUSED)
    return {(topic, kind, key): (row.code or "", row.detail or "") for (topic, kind, key), row in found}
