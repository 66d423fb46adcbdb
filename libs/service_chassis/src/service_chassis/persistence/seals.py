"""The audit chain: what a service announced of slips, decisions and points, chained by hash in the order of its commits.

The relay seals, right before it publishes: it reads the outbox in that order already, below the xid horizon, and it is the only
one, so writers queue for nothing (delivery.md head no. 11). A link stands for one outbox row:

    commitment_n = HMAC-SHA-256(salt_n, body)
    hash_n = SHA-256(hash_{n-1} ‖ n ‖ len‖type ‖ len‖message_id ‖ commitment_n)        n = 1, 2, 3 …; hash_0 = 32 zero bytes

Only the commitment enters the chain: a body that must be erased takes its salt with it, and the chain stays whole. That it was
erased, by which rule and by whom, is sealed as a link of its own, the tombstone (persistence/erasing.py). So is each decision of
a person about a parked message, which is announced in part only (table `parked_act`): its link stands for the row itself.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    not_,
    select,
    update,
)

from service_chassis.persistence import tables
from service_chassis.persistence.outbox import Row
from service_chassis.persistence.sql import insert_rows, select_in

S, O, E = tables.sealed.c, tables.outbox.c, tables.erasure.c  # noqa: E741 - columns, as in SQL
A, U = tables.parked_act.c, tables.parked_act_unsealed.c

GENESIS = bytes(32)
SALT_BYTES = 16

TOMBSTONE = "erasure"
"""Type of a link that stands for a tombstone."""
ACT = "parked.act"
"""Type of a link that stands for a decision about a parked message; its id is `act:` and the number of the row."""
MOST_TOMBSTONES = 500
"""Tombstones, and decisions, that are sealed in one transaction of the relay."""

_TOMBSTONES = select(E.id, E.body).where(E.sealed_at.is_(None)).order_by(E.id).limit(MOST_TOMBSTONES)
_ACTS = select(tables.parked_act).where(A.n.in_(select(U.n).order_by(U.n).limit(MOST_TOMBSTONES))).order_by(A.n)
_HEAD = select(S.n, S.hash).order_by(S.n.desc()).limit(1)


class Head(NamedTuple):
    """The last link. Whoever noted it elsewhere can tell later that nothing up to it was changed or cut off."""

    n: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.n}:{self.hash.hex()}"


class Link(NamedTuple):
    """One link with the row that it stands for; `body` is None where that row is gone."""

    n: int
    message_id: str
    type: str
    salt: bytes
    commitment: bytes
    hash: bytes
    body: bytes | None
    announced_type: str | None
    erased: dict[str, str] | None = None
    """What its tombstone says (`rule`, `by`, `at`), where the body was erased and the tombstone is sealed."""


def commitment(salt: bytes, body: bytes) -> bytes:
    """What stands for a body in the chain."""
    return hmac.digest(salt, body, "sha256")


def link_hash(before: bytes, n: int, type_: str, message_id: str, committed: bytes) -> bytes:
    """The hash of link `n`; every part has a fixed length or its length before it, so no two contents run together."""
    parts = [before, n.to_bytes(8, "big")]
    for text in (type_.encode(), message_id.encode()):
        parts += [len(text).to_bytes(4, "big"), text]
    return hashlib.sha256(b"".join([*parts, committed])).digest()


def head(session: Connection) -> Head:
    """The last link; number 0 where nothing was sealed yet."""
    row = session.execute(_HEAD).first()
    return Head(0, GENESIS) if row is None else Head(row.n, bytes(row.hash))


def seal(session: Connection, rows: Sequence[Row], types: Collection[str], at: datetime) -> int:
    """Chain those of these outbox rows that belong into the chain and are not in it yet; returns how many.

    In the transaction that read them, before any of them is published: a relay that dies in between publishes and seals nothing
    twice and leaves nothing out.
    """
    wanted = [row for row in rows if row.type in types]
    if not wanted:
        return 0
    known = {row["message_id"] for row in select_in(session, tables.sealed, S.message_id, [row.message_id for row in wanted])}
    last = head(session)
    links: list[dict[str, Any]] = []
    for row in wanted:
        if row.message_id not in known:
            last, made = _next(last, row, at)
            links.append(made)
    insert_rows(session, tables.sealed, links)
    return len(links)


def seal_tombstones(session: Connection, at: datetime) -> int:
    """Chain the tombstones that are not sealed yet; returns how many."""
    rows = session.execute(_TOMBSTONES).all()
    last, links = head(session) if rows else Head(0, GENESIS), []
    for row in rows:
        last, made = _next(last, Row(0, "", "", row.id, TOMBSTONE, bytes(row.body), False), at)
        links.append(made)
    if rows:
        insert_rows(session, tables.sealed, links)
        session.execute(update(tables.erasure).where(E.id.in_([row.id for row in rows])).values(sealed_at=at))
    return len(rows)


def seal_acts(session: Connection, at: datetime) -> int:
    """Chain the decisions about parked messages that are not sealed yet; returns how many."""
    rows = session.execute(_ACTS).mappings().all()
    last, links = head(session) if rows else Head(0, GENESIS), []
    for row in rows:
        last, made = _next(last, Row(0, "", "", act_id(row["n"]), ACT, act_body(row), False), at)
        links.append(made)
    if rows:
        insert_rows(session, tables.sealed, links)
        session.execute(delete(tables.parked_act_unsealed).where(U.n.in_([row["n"] for row in rows])))
    return len(rows)


def act_id(n: int) -> str:
    """What the link of a decision is called."""
    return f"act:{n}"


def act_body(row: RowMapping) -> bytes:
    """What is sealed of a decision: its whole row, always in the same letters."""
    return json.dumps({**row, "at": row["at"].isoformat()}, ensure_ascii=False, sort_keys=True).encode()


def _next(before: Head, row: Row, at: datetime) -> tuple[Head, dict[str, Any]]:
    salt = os.urandom(SALT_BYTES)
    committed = commitment(salt, bytes(row.body))
    now = Head(before.n + 1, link_hash(before.hash, before.n + 1, row.type, row.message_id, committed))
    made = {
        "n": now.n,
        "message_id": row.message_id,
        "type": row.type,
        "salt": salt,
        "commitment": committed,
        "hash": now.hash,
        "sealed_at": at,
    }
    return now, made


# ---- reading it

_OWN, _ITS, _GRAVE = tables.erasure.alias("own"), tables.erasure.alias("its"), tables.sealed.alias("grave")
_LINKS = (
    select(S.n, S.message_id, S.type, S.salt, S.commitment, S.hash)
    .add_columns(func.coalesce(O.body, _OWN.c.body).label("body"), O.type.label("announced_type"))
    .add_columns(_OWN.c.id.label("tombstone"), _ITS.c.body.label("erased"), _GRAVE.c.n.label("grave"))
    .select_from(
        tables.sealed.outerjoin(tables.outbox, S.message_id == O.message_id)
        .outerjoin(_OWN, S.message_id == _OWN.c.id)
        .outerjoin(_ITS, S.message_id == _ITS.c.message_id)
        .outerjoin(_GRAVE, _GRAVE.c.message_id == _ITS.c.id)
    )
    .where(S.n > bindparam("after"), S.n <= bindparam("upto"))
    .order_by(S.n)
)
PAGE = 5_000
"""Numbers of links that are read at once."""
_OUTSIDE = and_(O.type.in_(bindparam("types", expanding=True)), not_(exists(select(S.n).where(S.message_id == O.message_id))))
_UNSEALED: Select[Any] = select(O.message_id, O.type, O.body, O.published_at).where(_OUTSIDE).order_by(O.id)
_ACTS_LEFT = select(func.count()).select_from(tables.parked_act_unsealed)
_TAIL = select(func.count()).select_from(tables.outbox).where(O.published_at.is_(None), _OUTSIDE)


def links(session: Connection) -> Iterator[Link]:
    """Every link in order, a page at a time."""
    last = head(session).n
    for after in range(0, last, PAGE):
        rows = session.execute(_LINKS, {"after": after, "upto": min(after + PAGE, last)}).all()
        acts = _acts(session, [row.message_id for row in rows if row.type == ACT])
        yield from (_link(row, acts.get(row.message_id)) for row in rows)


def _link(row: Any, act: bytes | None) -> Link:
    salt, committed, hashed = (_bytes(value) for value in (row.salt, row.commitment, row.hash))
    if act is not None:
        return Link(row.n, row.message_id, row.type, salt, committed, hashed, act, ACT)
    body = None if row.body is None else _bytes(row.body)
    type_ = TOMBSTONE if row.tombstone is not None else row.announced_type
    return Link(row.n, row.message_id, row.type, salt, committed, hashed, body, type_, _erased(row))


def _acts(session: Connection, ids: Sequence[str]) -> dict[str, bytes]:
    """Link id → what stands in `parked_act` now."""
    numbers = [int(id_.removeprefix("act:")) for id_ in ids if id_.removeprefix("act:").isdigit()]
    return {act_id(row["n"]): act_body(row) for row in select_in(session, tables.parked_act, A.n, numbers)}


_LOOSE = select(A.n).where(
    A.n.not_in(select(U.n)), not_(exists(select(S.n).where(S.message_id == literal("act:") + cast(A.n, Text))))
)


def loose_acts(session: Connection) -> list[str]:
    """Decisions that are in no link and do not wait for the relay either: another hand wrote them, or took their link."""
    return [act_id(n) for n in session.execute(_LOOSE.order_by(A.n)).scalars()]


def _erased(row: Any) -> dict[str, str] | None:
    """What the tombstone of a link says: only one that is sealed behind it, and names it in what was sealed, counts."""
    if row.erased is None or row.grave is None or row.grave <= row.n:
        return None
    try:
        said: dict[str, str] = json.loads(_bytes(row.erased))
    except ValueError:
        return None
    return said if said.get("message_id") == row.message_id else None


def _bytes(value: Any) -> bytes:
    """SQLite lets another hand write text where bytes belong; that is to be found, not to fail over."""
    return value.encode() if isinstance(value, str) else bytes(value)


def unsealed(session: Connection, types: Collection[str]) -> list[tuple[str, str, bytes, bool]]:
    """(message id, type, body, whether it was published) of what should be in the chain and is not; unpublished: not yet."""
    rows = session.execute(_UNSEALED, {"types": sorted(types)})
    return [(row.message_id, row.type, _bytes(row.body), row.published_at is not None) for row in rows]


def tail(session: Connection, types: Collection[str]) -> int:
    """How many rows wait to be sealed, decisions about parked messages among them."""
    acts = acts_left(session)
    return acts + int(session.execute(_TAIL, {"types": sorted(types)}).scalar_one()) if types else acts


def acts_left(session: Connection) -> int:
    """How many decisions about parked messages wait to be sealed."""
    return int(session.execute(_ACTS_LEFT).scalar_one())


_HASH_OF = select(S.hash).where(S.n == bindparam("n"))


def hash_of(session: Connection, n: int) -> bytes | None:
    """The hash of one link; None where there is none. Number 0 is what every chain begins with."""
    if n == 0:
        return GENESIS
    found = session.execute(_HASH_OF, {"n": n}).scalar()
    return None if found is None else bytes(found)
