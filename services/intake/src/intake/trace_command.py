"""`python -m intake trace`: from a clause to the proof, and back. It notes who read it. A matter's story: `duban trace`."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station


def trace(station: Station, policy: Policy, words: Sequence[str]) -> int:
    """Write what is wanted; the files are named on standard output."""
    from service_chassis.spreadsheet import files

    from intake import reading
    from intake import trace as tracing
    from intake.evidence_command import store_of

    described = "条款→事项→单位→证据 / from clause to matter, unit and evidence, and back (a matter's story: duban trace)"
    parser = argparse.ArgumentParser(prog="python -m intake trace", description=described)
    parser.add_argument("--document", metavar="NUMBER", help="文号或所分解的决策 / document, or decision that was split")
    parser.add_argument("--clause", metavar="TEXT", help="条款 / clause")
    parser.add_argument("--matter", metavar="REF", help="事项编号 / id or reference of a matter")
    parser.add_argument("--unit", metavar="CODE", help="单位代码 / unit")
    parser.add_argument("--evidence", metavar="SHA256", help="证据摘要值：它证明什么 / what a piece of evidence proves")
    parser.add_argument("--by", default=getpass.getuser(), metavar="PERSON", help="谁看 / who reads; it is noted")
    parser.add_argument("--why", metavar="TEXT", help="为何看 / why; it is noted")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.xlsx, FILE.csv or FILE.json")
    given = parser.parse_args(words)
    files.check(given.out)
    wanted = tracing.Wanted(given.document, given.clause, given.matter, given.unit, given.evidence)
    with station.runtime.database.begin() as session:
        found = tracing.sheet(session, wanted, store_of(station.settings))  # type: ignore[arg-type]
        acts = tracing.acts_sheet(session, wanted)
        narrowed = asdict(wanted)
        reader = reading.Read(given.by, "trace", why=given.why, wanted=narrowed)
        reading.note(session, reader, station.runtime.clock.now(), len(found.rows))
    for path in files.write(given.out, [found, acts]):
        print(path)
    return 0
