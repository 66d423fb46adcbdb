"""`python -m intake export`: the ledger of all that a unit, or the office, may see, as a file. It notes who read it."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station


def export(station: Station, policy: Policy, words: Sequence[str]) -> int:
    """Write the file under another name first: it is whole, or not there."""
    from event_contracts.openapi import FORMATS
    from service_chassis.errors import ConfigError

    from intake import reading
    from intake.bar import bar
    from intake.doors import exporting
    from intake.store import views

    described = "导出督办台账 / the ledger as a file that can be let in again"
    parser = argparse.ArgumentParser(prog="python -m intake export", description=described)
    parser.add_argument(
        "--unit", default="OFFICE", metavar="CODE", help="谁可见的 / of what this unit may see; default: OFFICE, all"
    )
    parser.add_argument("--format", choices=list(FORMATS), help="默认按文件名 / by the file's name, if left out")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.xlsx, FILE.csv or FILE.jsonl")
    parser.add_argument("--by", default=getpass.getuser(), metavar="PERSON", help="谁看 / who reads; it is noted")
    parser.add_argument("--why", metavar="TEXT", help="为何看 / why; it is noted")
    given = parser.parse_args(words)
    format_ = given.format or given.out.suffix.lower().removeprefix(".")
    if format_ not in FORMATS:
        raise ConfigError(f"{given.out}: say --format {', '.join(FORMATS)}, or give the file one of these endings")
    party = None if given.unit == "OFFICE" else given.unit
    part = given.out.with_name(given.out.name + ".part")
    show = bar()
    try:
        with part.open("wb") as out, station.runtime.database.begin() as session:
            wanted = views.Wanted(party=party)
            size = views.ledger_size(session, wanted)
            rows = exporting.write(session, out, format_, wanted, policy.zone, lambda done: show("导出 export", done, size))
            reader = reading.Read(given.by, "export", given.unit, why=given.why, wanted={"format": format_})
            reading.note(session, reader, station.runtime.clock.now(), rows)
        os.replace(part, given.out)
    except OSError as error:
        raise ConfigError(f"{given.out}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    print(f"{given.out}: {rows} 行 / rows")
    return 0
