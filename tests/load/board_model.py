"""A million matters in the board's read model, as folding would leave them after six years: what `board_pages.py` measures on.

A base of matters is folded and written one by one; the database multiplies its rows itself under other topics. Four matters of
a hundred are open, six had a slip, all have their limits, notices and two of their events.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from board.domain.case import Case, Clock, Entry, Notice, Part, Referral, Slip, Todo
from board.domain.tallying import figures
from board.store import searching, tables, tallies
from board.store.database import Database
from board.store.writing import CLASSES, rows_of_case
from sqlalchemy import Connection, insert

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
UNITS = [f"U{n:03d}" for n in range(120)]
SECTIONS = ("DECISION_SUPERVISION", "SPECIAL_HANDLING", "SUGGESTION_HANDLING")
SOURCES = ("MEETING", "DOCUMENT", "LEADER_INSTRUCTION", "NETIZEN_MESSAGE", "NPC_SUGGESTION", "CPPCC_PROPOSAL", "HOTLINE")
PLACES = [f"{first}{second}路" for first in "文玉渭乐抗西人毕世胜东南中北新华" for second in "林泉阳育战兰民塬纪利风安山平兴"]
TASKS = (
    "雨水管网积水整治", "老旧小区改造", "扬尘治理", "学校周边秩序整治", "供热管网更新", "断头路打通", "公厕改造", "停车秩序治理",
    "农村公路养护", "河湖清四乱", "学位供给", "就业帮扶", "设施蔬菜提质", "苹果产业发展", "征地拆迁", "黑臭水体治理",
)  # fmt: skip
BASE = 20_000
"""Matters that are made one by one; the others are copies of them."""
AT_ONCE = 5
"""Copies of the base in one transaction."""
MODEL = tuple(tables.FOLDED[name] for name in CLASSES)


def text(moment: datetime) -> str:
    """As the model keeps instants."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def case_of(rng: random.Random, number: int) -> Case:
    """One matter with one unit's part."""
    begun = NOW - timedelta(minutes=rng.randrange(60 * 24 * 365 * 6))
    is_open, at, unit = begun > NOW - timedelta(days=90), text(begun), rng.choice(UNITS)
    ends = NOW + timedelta(days=rng.randrange(90)) if is_open else begun + timedelta(days=20)
    case = Case(f"m-{number}", ref=f"XY{begun.year}-{number:07d}", submitted_by="OFFICE", known=True)
    case.title = f"关于{rng.choice(PLACES)}{rng.choice(TASKS)}的督查事项"
    case.kind, case.section, case.standard = "SPECIAL", rng.choice(SECTIONS), "按计划全部完成并通过验收"
    case.source_type, case.registered_at = rng.choice(SOURCES), at
    if not is_open:
        case.state, case.ended_at = "CLOSED", text(begun + timedelta(days=15))
    part = Part(unit, f"a-{number}", "LEAD", "完成报告", None, "OPEN" if is_open else "DONE", 20, "WORKDAY", at)
    part.owner, part.clock, part.deadline, part.due = "ASSIGNMENT", "RUNNING" if is_open else "STOPPED", *_end(ends)
    case.parts[unit] = part
    clock = Clock(unit, "ASSIGNMENT", part.clock or "", at[:10], 20, "WORKDAY", part.deadline, part.due)
    case.clocks[unit, "ASSIGNMENT"] = clock
    waits = is_open and rng.random() < 0.1  # noqa: PLR2004 - a tenth of the open ones waits for a signature
    notice = Notice(f"n-{number}", unit, "ASSIGNMENT", f"a-{number}", "DISPATCHED" if waits else "SERVED", None, 0, at)
    case.notices[notice.notice_id] = notice
    if rng.random() < 0.06:  # noqa: PLR2004
        _slip(rng, case, part, begun)
    return case


def _end(ends: datetime) -> tuple[str, str]:
    return ends.date().isoformat(), ends.strftime("%Y-%m-%dT16:00:00Z")


def _slip(rng: random.Random, case: Case, part: Part, begun: datetime) -> None:
    number, at, is_open = case.matter_id[2:], text(begun), part.state == "OPEN"
    colour = rng.choices(("WHITE", "YELLOW", "RED"), (70, 25, 5))[0]
    slip = Slip(f"s-{number}", part.unit, colour, 0, "OVERDUE", "SERVED" if is_open else "LIFTED", f"号{number}", issued_at=at)
    slip.liability_date, slip.in_force, slip.reason = at[:10], is_open, "期限届满未办结"
    case.slips[slip.slip_id] = slip
    if is_open:
        part.colour, part.clock = colour, rng.choice(("RUNNING", "RUNNING", "BREACHED"))
    if colour == "YELLOW":
        case.entries["e"] = Entry(f"e-{number}", part.unit, begun.year, -30, "DEDUCTION", "EFFECTIVE", at, slip.slip_id)
    if colour == "RED":
        state = "CREATED" if is_open else "CONCLUDED"
        found = Referral(f"r-{number}", slip.slip_id, part.unit, "DISCIPLINE", "EFFICACY_SUPERVISION", state, at)
        case.referrals[found.referral_id] = found


def events_of(case: Case) -> Iterator[dict[str, Any]]:
    """Two of the matter's events as they are kept: enough for its story and for the news."""
    unit = next(iter(case.parts))
    about = {"matter_id": case.matter_id, "external_ref": case.ref, "unit": unit, "title": case.title}
    served = {"notice_id": "n", "kind": "ASSIGNMENT", "about": "a", "served_at": case.registered_at, "mode": "SIGNED"}
    kinds: list[tuple[str, dict[str, Any]]] = [
        (
            "intake.matter.registered.v1",
            {"section": case.section, "standard": case.standard, "source": {"type": case.source_type}},
        ),
        ("notify.notice.served.v1", served),
    ]
    for sequence, (kind, data) in enumerate(kinds, 1):
        body = {
            "specversion": "1.0", "id": f"{case.matter_id}-{sequence}", "source": f"/duban/{kind.split('.')[0]}", "type": kind,
            "subject": case.matter_id, "time": case.registered_at, "sequence": sequence, "data": about | data,
        }  # fmt: skip
        row = {"key": f"{body['source']}|{body['id']}", "topic": case.matter_id, "type": kind, "time": case.registered_at}
        yield row | {"body": json.dumps(body, ensure_ascii=False)}


def fill(database: Database, many: int) -> None:
    """The model's rows and their indexes; the model has to be empty."""
    indexes = [index for table in (*MODEL, tables.stored) for index in table.indexes]
    base = min(many, BASE)
    with _unhurried(database) as connection:
        for index in indexes:
            index.drop(connection)
        _write_base(connection, base)
    copies = max(many // base, 1)
    for first in range(1, copies, AT_ONCE):
        with _unhurried(database) as connection:
            _copy(connection, first, min(first + AT_ONCE, copies), base)
        bar(f"{min(first + AT_ONCE, copies) * base:,} of {many:,} matters", min(first + AT_ONCE, copies) / copies)
    with _unhurried(database) as connection:
        for done, index in enumerate(indexes, 1):
            index.create(connection)
            bar(f"index {index.name}", done / len(indexes))
        for table in (tables.cube, tables.burden):
            connection.exec_driver_sql(f"UPDATE {table.name} SET number = number * {copies}")
        connection.exec_driver_sql("ANALYZE")


@contextmanager
def _unhurried(database: Database) -> Iterator[Connection]:
    """A transaction that may take minutes."""
    with database.writing() as connection:
        if not database.is_sqlite:
            for name in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
                connection.exec_driver_sql(f"SET LOCAL {name} = 0")
        yield connection


def _write_base(connection: Connection, many: int) -> None:
    rng = random.Random("board")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in CLASSES}
    kept: list[dict[str, Any]] = []
    for number in range(many):
        case = case_of(rng, number)
        for name, made in rows_of_case(case).items():
            rows[name].extend(row | {"topic": case.matter_id} for row in made)
        kept.extend(events_of(case))
        if case.state == "OPEN" and number % 40 == 0:
            todo = Todo("CLAIM", "OFFICE", next(iter(case.parts)), f"k-{number}", case.registered_at or "")
            rows["todo"].append({name: getattr(todo, name) for name in Todo.__slots__} | {"topic": case.matter_id})
    for name, made in rows.items():
        if made:
            connection.execute(insert(tables.FOLDED[name]), made)
    connection.execute(insert(tables.stored), kept)
    searching.replace(connection, rows["matter"])
    nothing: tuple[Counter[tuple[str, ...]], ...] = (Counter(), Counter())
    tallies.change(connection, nothing, figures(rows))


OTHER = {
    "topic": "topic || '-' || n", "matter_id": "matter_id || '-' || n", "key": '"key" || \'-\' || n',
    "ref": "substr(ref, 1, 7) || (n + 10) || substr(ref, 7)",
    "rank": "substr(rank, 1, length(rank) - 7) || (n + 10) || '-' || substr(rank, length(rank) - 6)",
    "search_id": "search_id + n", "place": "place + n * {step}",
}  # fmt: skip
"""How the rows of a copy differ from those of the base: column → SQL, where `n` is the number of the copy."""


OF_THE_BASE = "length(topic) - length(replace(topic, '-', '')) = 1"


FOUND = {
    "sqlite": ("rowid, grams", "found.rowid + n, grams", "found.rowid"),
    "postgresql": ("id, topic, rank, grams", "found.id + n, {topic}, {rank}, grams", "found.id"),
}
"""Of the search's index: its columns, their values in a copy, and what joins it to matters."""


def _copy(connection: Connection, first: int, beyond: int, base: int) -> None:
    """Every row of the base again under other topics."""
    copies = "(" + " UNION ALL ".join(f"SELECT {n} AS n" for n in range(first, beyond)) + ") AS copies"
    for table in (*MODEL, tables.stored):
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        chosen = ", ".join(OTHER.get(column.name, f'"{column.name}"') for column in table.columns).format(step=base * 2)
        where = f"place <= {base * 2}" if "place" in table.columns else OF_THE_BASE
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) SELECT {chosen} FROM {table.name}, {copies} WHERE {where}"
        )
    into, chosen, same = FOUND[connection.dialect.name]
    where = f"matter.search_id = {same} AND {OF_THE_BASE.replace('topic', 'matter.topic')}"
    chosen = chosen.format(
        topic=OTHER["topic"].replace("topic", "matter.topic"), rank=OTHER["rank"].replace("rank", "matter.rank")
    )
    connection.exec_driver_sql(f"INSERT INTO found({into}) SELECT {chosen} FROM found, matter, {copies} WHERE {where}")


def bar(what: str, share: float) -> None:
    """How far it is, on one line of a terminal."""
    filled = round(share * 30)
    end = "\n" if share >= 1 else ""
    sys.stderr.write(f"\r\x1b[K[{'#' * filled}{'.' * (30 - filled)}] {share:4.0%} {what}{end}")
    sys.stderr.flush()
