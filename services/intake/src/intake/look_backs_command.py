"""`python -m intake look-backs`: closed matters that nobody has looked at again (回头看), the oldest first."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station


def look_backs(station: Station, policy: Policy, words: Sequence[str]) -> int:
    """Write what was closed for as long as the policy says (`look_back.after`); the file is named on standard output."""
    from ground_rules.limits import deadline, local_date
    from service_chassis.spreadsheet import files
    from service_chassis.spreadsheet.sheet import Column, Form, Sheet

    from intake import reading
    from intake.store.endings import not_looked_at

    parser = argparse.ArgumentParser(
        prog="python -m intake look-backs", description="应开展回头看的事项 / matters to be looked at again"
    )
    parser.add_argument("--by", default=getpass.getuser(), metavar="PERSON", help="谁看 / who reads; it is noted")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.xlsx, FILE.csv or FILE.json")
    given = parser.parse_args(words)
    files.check(given.out)
    now = station.runtime.clock.now()
    with station.runtime.database.begin() as session:
        rows = []
        for ref, title, section, closed_at in not_looked_at(session, now):
            end = deadline(policy.look_back.after, local_date(closed_at, policy.zone), policy.calendar, policy.zone)
            if end.due_instant <= now:
                rows.append([ref, title, section, closed_at, end.last_day])
        reading.note(session, reading.Read(given.by, "look-backs"), now, len(rows))
    columns = [
        Column("matter", "事项编号", "matter"),
        Column("title", "事项", "title"),
        Column("section", "科室", "section"),
        Column("closed_at", "销号时间", "closed at", Form.INSTANT),
        Column("due", "应回头看日期", "to be looked at by"),
    ]
    for path in files.write(given.out, [Sheet("look-backs", "回头看", "look-backs", columns, rows)]):
        print(path)
    return 0
