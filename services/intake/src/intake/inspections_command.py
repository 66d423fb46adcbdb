"""`python -m intake inspections`: what one person may see of campaigns, inspections and conclusions. It notes who read it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station


def inspections(station: Station, _policy: Policy, words: Sequence[str]) -> int:
    """Write the lists; the files are named on standard output."""
    from service_chassis.spreadsheet import files

    from intake import reading
    from intake.inspection_report import seen_by

    described = "督查与结论，按本人可见范围 / inspections and conclusions, as far as you may see them"
    parser = argparse.ArgumentParser(prog="python -m intake inspections", description=described)
    parser.add_argument("--by", required=True, metavar="PERSON", help="谁看 / who reads; it is noted")
    parser.add_argument("--why", metavar="TEXT", help="为何看 / why; it is noted")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.xlsx, FILE.csv or FILE.json")
    given = parser.parse_args(words)
    files.check(given.out)
    with station.runtime.database.begin() as session:
        found = seen_by(session, given.by)
        # How many of them are covert is noted, never which.
        reader = reading.Read(given.by, "inspections", why=given.why, wanted={"covert": found.hidden or None})
        reading.note(session, reader, station.runtime.clock.now(), sum(len(sheet.rows) for sheet in found.sheets))
    for path in files.write(given.out, found.sheets):
        print(path)
    return 0
