"""The ledger (督办台账) going out: the columns in which it comes in (`ledger.HEADS`), and what readers want to know besides.

Rows are read from the database as they are written, so memory stays flat however long the ledger is. Citizens' names are
masked for units; informants are not in it at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time
from typing import IO, Any
from zoneinfo import ZoneInfo

from service_chassis.persistence.database import allow_pauses
from service_chassis.spreadsheet import streaming
from service_chassis.spreadsheet.sheet import Cell, Column, Sheet

from intake.domain import privacy
from intake.doors.ledger import HEADS, ROLES, SOURCES, TOLD
from intake.store import views
from intake.store.views import Row

_SOURCE = {word: zh for zh, word in reversed(SOURCES.items())}
_ROLE = {word: zh for zh, word in reversed(ROLES.items())}
_UNIT_OF_TIME = {"WORKDAY": "个工作日", "DAY": "天", "MONTH": "个月"}
COLUMNS = [*(Column(head.key, head.zh, head.en) for head in HEADS), *(Column(*names) for names in TOLD)]
SHEET = Sheet("ledger", "督办台账", "Ledger", COLUMNS)

PAUSE_SECONDS = 900
"""A workbook is packed after its last row was read."""

Told = Callable[[int], None]
"""How many rows are written."""


def write(
    session: Any, out: IO[bytes], format_: str, wanted: views.Wanted, zone: ZoneInfo, told: Told = lambda number: None
) -> int:
    """Write the ledger to an open file; returns the number of rows."""
    written = 0
    allow_pauses(session, PAUSE_SECONDS)

    def rows() -> Iterator[list[Cell]]:
        nonlocal written
        for row in views.ledger(session, wanted):
            written += 1
            told(written)
            yield cells(row, zone, masked=wanted.party is not None)

    streaming.write(out, format_, SHEET, rows())
    return written


def cells(row: Row, zone: ZoneInfo, *, masked: bool) -> list[Cell]:
    """One row of the ledger, each cell as the ledger's own reader understands it."""
    issuer = row.source_issuer
    if masked and issuer and row.source_type in privacy.BY_CITIZENS:
        issuer = privacy.MASK
    return [
        row.external_ref,
        row.title,
        _SOURCE[row.source_type],
        row.source_number,
        issuer,
        row.source_issued_on,
        row.source_clause,
        "是" if row.difficult else "否",
        row.standard,
        "、".join(row.subject_terms),
        row.unit,
        _ROLE[row.role],
        row.deliverable,
        None if row.part_standard == row.standard else row.part_standard,
        _limit(row, zone),
        "、".join(row.depends_on),
        row.matter_id,
        row.submitted_by,
        row.submitted_at.astimezone(zone),
        row.state,
        row.part_state,
        row.done_at.astimezone(zone) if row.done_at else None,
    ]


def _limit(row: Row, zone: ZoneInfo) -> str | None:
    if row.limit_amount is not None:
        return f"{row.limit_amount}{_UNIT_OF_TIME[row.limit_unit]}"
    if row.due_at is None:
        return None
    local: datetime = row.due_at.astimezone(zone)
    return local.date().isoformat() if local.time() == time(23, 59, 59) else local.strftime("%Y-%m-%d %H:%M:%S")
