"""`python -m scoring table` and `verify`: what the assessment office takes away, and the proof of it. Both change nothing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from service_chassis.cli import NO_BROKER, Command
from service_chassis.errors import ConfigError

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station


def table(station: Station, policy: Policy, words: Sequence[str]) -> int:
    """Write the year's table; the files are named on standard output."""
    from service_chassis.spreadsheet import files
    from service_chassis.spreadsheet.units import read_units

    from scoring import assessment_table, report

    parser = argparse.ArgumentParser(
        prog="python -m scoring table", description="年度考核表 / the year's table for the assessment office"
    )
    parser.add_argument("--year", type=int, required=True, help="考核年度 / the assessment year")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.xlsx, FILE.csv or FILE.json")
    listed = "单位名录，代替已公布的 / list of units instead of the published one: CSV with the heading code,name,group"
    parser.add_argument("--units", type=Path, metavar="FILE", help=listed)
    wanted = parser.parse_args(words)
    files.check(wanted.out)
    directory = read_units(wanted.units)
    with station.runtime.database.begin() as session:
        found = report.year_of(session, wanted.year, directory)
    for path in files.write(wanted.out, assessment_table.sheets(found, policy, station.runtime.clock.now())):
        print(path)
    return 0


def verify(station: Station, policy: Policy, words: Sequence[str]) -> int:
    """Recompute the ledger from the archive of events; 0 when the stored one is equal, 1 when it is not."""
    from service_chassis.messaging import archive

    from scoring import rebuilding, report

    described = "由事件档案重算账本并逐笔核对 / recompute the ledger from the archive of events"
    parser = argparse.ArgumentParser(prog="python -m scoring verify", description=described)
    text = "published.jsonl (.gz), or broker.sqlite of `duban run`; without it the stream duban.archive at AMQP_URL"
    parser.add_argument("--events", type=Path, metavar="FILE", help=text)
    parser.add_argument("--all", action="store_true", help="列出全部差异 / every difference, not only the first")
    wanted = parser.parse_args(words)
    if wanted.events is None and station.settings.amqp_url == NO_BROKER:
        raise ConfigError("no archive to read: give --events FILE, or set AMQP_URL for the stream duban.archive")
    bodies = archive.from_file(wanted.events) if wanted.events else archive.from_stream(station.broker, station.connection_name)
    facts = rebuilding.facts_of(bodies, policy)
    with station.runtime.database.begin() as session:
        kept = report.kept(session)
    found = list(rebuilding.compare(kept, facts))
    for difference in found if wanted.all else found[:1]:
        print(rebuilding.line(difference))
    print(rebuilding.verdict(kept, facts, len(found)))
    return 1 if found else 0


COMMANDS = MappingProxyType(
    {
        "table": Command(
            "a year's table for the assessment office: --year 2026 --out FILE.xlsx|.csv|.json [--units FILE]", table
        ),
        "verify": Command("prove the ledger: recompute it from the archive of events [--events FILE] [--all]", verify),
    }
)
