"""The tables. `MODEL` is made from published events alone and may be dropped and built anew at any time; `KEPT` is not.

Every row of the model carries its `topic`: the matter, or the other subject, whose events made it. Rows of a topic are replaced
as a whole. Instants are UTC texts, days local dates, points whole hundredths (`board.domain.case`).
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_type_hints

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.schema import SchemaItem

from board.domain import case

MODEL = MetaData()
KEPT = MetaData()

KIND: dict[Any, Any] = {str: Text, int: Integer, bool: Boolean, str | None: Text, int | None: Integer}


def columns_of(cls: type, *left_out: str) -> list[Column[Any]]:
    """One column for each plain field of a row class."""
    hints = get_type_hints(cls)
    return [
        Column(item.name, KIND[hints[item.name]])
        for item in fields(cls)
        if hints[item.name] in KIND and item.name not in left_out
    ]


def model_table(name: str, *columns: SchemaItem) -> Table:
    """A table of rows that are replaced topic by topic."""
    return Table(name, MODEL, Column("topic", Text, nullable=False, index=True), *columns)


stored = Table(
    "stored",
    MODEL,
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("topic", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("cause", Text),
    Column("root", Text),
    Column("body", Text, nullable=False),
    Index("stored_topic", "topic"),
    Index("stored_cause", "cause"),
)
"""Every event once, by source and id."""

place = Table("place", MODEL, Column("feed", Text, primary_key=True), Column("value", Text, nullable=False))
"""How far each feed was read; written in the transaction of what was read."""

dirty = Table("dirty", MODEL, Column("topic", Text, primary_key=True))
"""Topics with events that were not folded yet."""

broken = Table("broken", MODEL, Column("topic", Text, primary_key=True), Column("why", Text, nullable=False))
"""Topics whose events could not be folded: their rows stay as they were, everybody else's go on."""

model_version = Table("model_version", KEPT, Column("version", Integer, primary_key=True))

matter = model_table(
    "matter",
    *columns_of(case.Case, "known"),
    Column("lead", Text),
    Column("colour", Text),
    Column("level", Integer, nullable=False),
    Column("deadline", Text),
    Column("due", Text),
    Column("late", Boolean, nullable=False),
    Column("rank", Text, nullable=False),
    Column("search_id", BigInteger, nullable=False),
    Index("matter_ref", "ref"),
    Index("matter_rank", "rank", "topic"),
    Index("matter_state_rank", "state", "rank", "topic"),
    Index("matter_colour_rank", "colour", "rank", "topic"),
    Index("matter_source_rank", "source_type", "rank", "topic"),
    Index("matter_section_rank", "section", "rank", "topic"),
    Index("matter_late_rank", "rank", "topic", sqlite_where=text("late"), postgresql_where=text("late")),
    Index("matter_search", "search_id"),
)
part = model_table(
    "part",
    *columns_of(case.Part),
    Column("open", Boolean, nullable=False),
    Column("rank", Text),
    Index("part_unit", "unit", "open", "due"),
    Index("part_open", "open", "clock", "due", "deadline"),
    Index("part_rank", "unit", "rank", "topic"),
)
"""`rank` is the matter's, so that a unit's matters are read in their order."""

slip = model_table(
    "slip",
    *columns_of(case.Slip),
    Index("slip_unit", "unit", "issued_at"),
)
clock = model_table("clock", *columns_of(case.Clock))
entry = model_table(
    "entry", *columns_of(case.Entry), Index("entry_year", "year", "at", "entry_id"), Index("entry_unit", "unit", "year", "at")
)
referral = model_table("referral", *columns_of(case.Referral), Index("referral_body", "body", "at"))
notice = model_table("notice", *columns_of(case.Notice))
todo = model_table("todo", *columns_of(case.Todo), Index("todo_desk", "desk", "due_on", "since"), Index("todo_unit", "unit"))

eligibility = model_table(
    "eligibility",
    Column("unit", Text),
    Column("year", Integer),
    Column("eligible", Boolean),
    Column("causes", Integer),
    Column("at", Text),
)
assessment = model_table(
    "assessment",
    Column("year", Integer),
    Column("unit", Text),
    Column("cents", Integer),
    Column("eligible", Boolean),
    Column("base", Integer),
    Column("total", Integer),
    Column("pending", Integer),
    Column("restated", Boolean),
)
interview = model_table(
    "interview",
    Column("interview_id", Text),
    Column("unit", Text),
    Column("year", Integer),
    Column("state", Text),
    Column("since", Text),
    Column("reason", Text),
)
unit = model_table(
    "unit",
    Column("code", Text),
    Column("name", Text),
    Column("kind", Text),
    Column("parent", Text),
    Column("successor", Text),
    Column("valid_to", Text),
    Column("grouping", Text),
)
capacity = model_table(
    "capacity",
    Column("name", Text),
    Column("role", Text),
    Column("valid_from", Text),
    Column("valid_until", Text),
    Column("unit", Text),
    Column("deputy_for", Text),
)
policy = model_table(
    "policy",
    Column("version", Text),
    Column("effective_from", Text),
    Column("at", Text),
    Column("white", Text),
    Column("yellow", Text),
    Column("red", Text),
)
"""Published policies, with the lowest office that approves a slip of each colour where they say one."""
conclusion = model_table(
    "conclusion",
    *(
        Column(name, Text)
        for name in (
            "conclusion_id", "ref", "unit", "issued_at", "issued_by", "inspection", "about_matter", "findings", "took_part",
            "dispatched_at", "served_on", "review_until", "review_id", "filed_at", "decide_by", "grounds", "state", "reasons",
            "reviewers", "fallen",
        )
    ),
    Column("sealed", Boolean),
    Index("conclusion_unit", "unit", "issued_at"),
)  # fmt: skip
bulletin = model_table(
    "bulletin",
    *(Column(name, Text) for name in ("bulletin", "corrects", "at", "approved_by", "scope", "items", "text")),
    Index("bulletin_at", "at"),
)

FOLDED: dict[str, Table] = {
    table.name: table
    for table in (
        matter, part, slip, clock, entry, referral, notice, todo, eligibility, assessment, interview, unit, capacity,
        policy, conclusion, bulletin,
    )
}  # fmt: skip
"""Tables whose rows belong to a topic."""

cube = Table(
    "cube",
    MODEL,
    *(Column(name, Text, primary_key=True) for name in ("state", "section", "source_type", "colour", "late")),
    Column("number", Integer, nullable=False),
)
"""How many matters there are of each kind (`domain.tallying`); empty texts for what a matter has not."""

burden = Table(
    "burden",
    MODEL,
    *(Column(name, Text, primary_key=True) for name in ("unit", "month", "what")),
    Column("number", Integer, nullable=False),
    Index("burden_month", "month", "unit", "what", "number"),
)
"""What each unit had to bear, month by month."""

# ---------------------------------------------------------------- what no event tells

account = Table(
    "account",
    KEPT,
    Column("login", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("unit", Text),
    Column("password", Text),
    Column("must_change", Boolean, nullable=False),
    Column("locked", Boolean, nullable=False),
)
granted = Table(
    "granted",
    KEPT,
    Column("login", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("unit", Text),
)
"""Roles among which somebody chooses who signed on elsewhere, as the sign-on server said them last."""
account_act = Table(
    "account_act",
    KEPT,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("account_act_at", "at"),
)
"""What was done about accounts, by whom."""
session = Table(
    "session",
    KEPT,
    Column("token_hash", Text, primary_key=True),
    Column("login", Text, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("began", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Index("session_login", "login"),
)
from_elsewhere = Table(
    "from_elsewhere",
    KEPT,
    Column("token_hash", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("sid", Text),
    Column("id_token", Text),
)
"""Sessions that began at the city's sign-on server: its name for them, and the token that signs them off there."""
departed = Table("departed", KEPT, Column("key", Text, primary_key=True), Column("at", Text, nullable=False))
"""Logout tokens that came, by a hash, so that each counts once."""
attempt = Table(
    "attempt",
    KEPT,
    Column("id", Integer, primary_key=True),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
)
"""Sign-ons that failed, for the rate limit."""

act = Table(
    "act",
    KEPT,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("matter", Text),
    Column("unit", Text),
    Column("at", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("answers", Text),
    Column("state", Text, nullable=False),
    Column("code", Text),
    Column("detail", Text),
    Index("act_at", "at"),
    Index("act_answers", "answers"),
)
"""What persons did here: sent, confirmed or refused."""

reading = Table(
    "reading",
    KEPT,
    Column("id", Integer, primary_key=True),
    Column("login", Text, nullable=False),
    Column("matter_id", Text, nullable=False),
    Column("at", Text, nullable=False),
)
"""Who opened a matter that is not for everybody."""

saved = Table(
    "saved",
    KEPT,
    Column("id", Integer, primary_key=True),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
)
"""Filters that a person keeps."""
