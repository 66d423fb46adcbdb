"""`python -m intake reads`: who read what, when and why."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station


def reads(station: Station, _policy: Policy, words: Sequence[str]) -> int:
    """Write the list of readings; the file is named on standard output."""
    from service_chassis.spreadsheet import files
    from service_chassis.spreadsheet.sheet import Column, Form, Sheet

    from intake import reading

    parser = argparse.ArgumentParser(prog="python -m intake reads", description="谁看了什么 / who read what")
    parser.add_argument("--reader", metavar="NAME", help="人员或单位账号 / a person, or a unit's account")
    parser.add_argument("--what", metavar="LIST", help="清单 / which list: trace …")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.xlsx, FILE.csv or FILE.json")
    given = parser.parse_args(words)
    files.check(given.out)
    with station.runtime.database.begin() as session:
        found = reading.found(session, reader=given.reader, what=given.what)
    columns = [Column("read_at", "时间", "when", Form.INSTANT), *(Column(*names) for names in _COLUMNS)]
    rows = [[entry["read_at"], *(_cell(entry, names[0]) for names in _COLUMNS)] for entry in found]
    for path in files.write(given.out, [Sheet("reads", "查阅记录", "Readings", columns, rows)]):
        print(path)
    return 0


_COLUMNS = (
    ("reader", "查阅人", "reader"), ("unit", "单位", "unit"), ("door", "途径", "door"), ("what", "内容", "what"),
    ("wanted", "范围", "narrowed to"), ("why", "事由", "why"), ("rows", "行数", "rows"),
)  # fmt: skip


def _cell(entry: dict[str, Any], key: str) -> Any:
    value = entry[key]
    return "; ".join(f"{name}={what}" for name, what in value.items()) or None if isinstance(value, dict) else value
