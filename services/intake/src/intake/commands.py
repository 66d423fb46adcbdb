"""`python -m intake template` and `import`: the ledger (督办台账) as a spreadsheet, empty and filled in; `trace`: see there."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from service_chassis.cli import Command

from intake.advice_command import advice
from intake.bar import bar
from intake.evidence_command import evidence
from intake.export_command import export
from intake.inspections_command import inspections
from intake.look_backs_command import look_backs
from intake.reads_command import reads
from intake.trace_command import trace

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station

    from intake.doors.ledger import Bad

SHOWN = 20
"""Faults that are printed; the others are counted, and all stand in the report."""


def template(_station: Station, _policy: Policy, words: Sequence[str]) -> int:
    """Write an empty ledger with an example and a sheet that explains each column."""
    from service_chassis.spreadsheet import files
    from service_chassis.spreadsheet.sheet import Column, Sheet

    from intake.doors.ledger import HEADS

    parser = argparse.ArgumentParser(prog="python -m intake template", description="督办台账模板 / an empty ledger to fill in")
    parser.add_argument("out", type=Path, metavar="FILE", help="FILE.xlsx or FILE.csv")
    wanted = parser.parse_args(words)
    ledger = Sheet("ledger", "督办台账", "Ledger", [Column(head.key, head.zh, head.en) for head in HEADS], [_EXAMPLE])
    notes = [(head.zh, "必填 needed" if head.needed else "", head.hint) for head in HEADS]
    explained = [Column("column", "列", "Column"), Column("needed", "必填", "Needed"), Column("hint", "说明", "What goes in")]
    for path in files.write(wanted.out, [ledger, Sheet("notes", "填写说明", "Notes", explained, notes)]):
        print(path)
    return 0


_EXAMPLE = (
    "2026-001", "老旧小区改造开工", "领导批示", "批示3号", "市长", "2026-03-02", "", "否", "全部楼栋开工并通过核验",
    "老旧小区、改造", "ZJJ", "主办", "开工情况报告", "", "10个工作日", "",
)  # fmt: skip


def bring_in(station: Station, policy: Policy, words: Sequence[str]) -> int:
    """Let a ledger in, as a whole or not at all; 0 when it is in, 1 when something in it is wrong."""
    from intake.doors.files import Sender
    from intake.doors.files import bring_in as let_in

    described = "导入督办台账 / let a ledger in, as a whole or not at all"
    parser = argparse.ArgumentParser(prog="python -m intake import", description=described)
    parser.add_argument("file", type=Path, metavar="FILE", help="FILE.xlsx or FILE.csv, made from the template")
    parser.add_argument(
        "--unit", default="OFFICE", metavar="CODE", help="代表哪个单位 / for which unit it speaks; default: OFFICE"
    )
    parser.add_argument("--by", default=getpass.getuser(), metavar="PERSON", help="经办人 / who brings it")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="错误清单 / every fault with its cell, as .xlsx, .csv or .json"
    )
    wanted = parser.parse_args(words)
    found = let_in(wanted.file, Sender(wanted.unit, wanted.by), station.runtime, policy.zone, bar())
    if found.bad:
        _complain(found.bad, wanted.report)
        zh, en = f"{found.rows} 行，{len(found.bad)} 处有误，未导入任何事项", f"{len(found.bad)} faults; nothing was let in"
        print(f"{zh} / {en}", file=sys.stderr)
        return 1
    print(f"导入 {found.new} 件，此前已导入 {found.known} 件 / {found.new} matters let in, {found.known} were in before")
    return 0


def _complain(bad: Sequence[Bad], report: Path | None) -> None:
    from service_chassis.spreadsheet import files
    from service_chassis.spreadsheet.sheet import Column, Sheet

    for fault in bad[:SHOWN]:
        print(f"{fault.cell} 〔{fault.column}〕 {fault.value[:40]!r}: {fault.problem}", file=sys.stderr)
    if len(bad) > SHOWN:
        print(f"… 另有 {len(bad) - SHOWN} 处 / and {len(bad) - SHOWN} more; --report FILE.xlsx lists them all", file=sys.stderr)
    if report is not None:
        rows = [(fault.row, fault.cell, fault.column, fault.value, fault.problem) for fault in bad]
        for path in files.write(report, [Sheet("faults", "错误清单", "Faults", [Column(*names) for names in _REPORT], rows)]):
            print(path)


_REPORT = (
    ("row", "行", "Row"), ("cell", "单元格", "Cell"), ("column", "列", "Column"), ("value", "内容", "Value"),
    ("problem", "问题", "Problem"),
)  # fmt: skip

COMMANDS = MappingProxyType(
    {
        "export": Command("the ledger as a file that can be let in again: --out FILE.xlsx [--unit CODE]", export),
        "template": Command("an empty ledger (督办台账) to fill in: FILE.xlsx", template, reads_database=False),
        "import": Command("let a ledger in, as a whole or not at all: FILE.xlsx [--unit CODE] [--report FILE]", bring_in),
        "advice": Command("causes that came back with their cases, and what became of advice: --out FILE.xlsx", advice),
        "evidence": Command("the evidence store: put FILE…, get SHA256 FILE, check", evidence),
        "inspections": Command("campaigns, inspections, conclusions that you may see: --by NAME --out FILE.xlsx", inspections),
        "look-backs": Command("closed matters that nobody has looked at again: --out FILE.xlsx", look_backs),
        "reads": Command("who read what, when and why: --out FILE.xlsx [--reader NAME --what LIST]", reads),
        "trace": Command("from clause to matter, unit and evidence, and back: --out FILE.xlsx [--document --clause …]", trace),
    }
)
