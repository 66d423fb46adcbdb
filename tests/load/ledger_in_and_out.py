"""A long ledger through the third door and out again: how long, and how much memory.

    make ledger [ROWS=100000]

Writes a CSV file of so many rows (two for each matter), lets it in as a whole, and exports it as XLSX, CSV and JSON lines. Each
step runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ground_rules.policy import load_policy
from intake.doors import exporting
from intake.doors.files import Sender, bring_in
from intake.service import Intake
from intake.store import views
from servers import Servers, temporary_database
from service_chassis.clock import SystemClock
from service_chassis.delivery import Runtime
from service_chassis.persistence import migrations
from service_chassis.persistence.database import Database

HEADING = ("编号", "督查事项", "来源", "标准要求", "主题词", "责任单位", "主协办", "交办成果", "期限")
PLACES = [f"{first}{second}路" for first in "文玉渭乐抗西人毕世胜东南中北新华" for second in "林泉阳育战兰民塬纪利风安山平兴"]
SUBJECTS = ["中心城区", "高新区", "北塬新城", "历史街区", "工业园", "乡镇驻地", "沿河片区", "铁路沿线"]
TASKS = [
    "雨水管网积水整治",
    "老旧小区改造",
    "扬尘治理",
    "学校周边秩序整治",
    "供热管网更新",
    "断头路打通",
    "公厕改造",
    "停车秩序治理",
]


def fill(path: Path, rows: int) -> None:
    """A ledger as an office keeps it: a lead and a supporting unit for each matter."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        for number in range(rows // 2):
            place, task = PLACES[number % len(PLACES)], TASKS[number * 7 % len(TASKS)]
            matter = f"{SUBJECTS[number * 31 % len(SUBJECTS)]}{number}号{place}{task}"
            common = (f"T-{number:06d}", matter, "领导批示", "全部完成并通过核验", f"{place}{number}、{task}{number}")
            writer.writerow((*common, f"U{number % 50:02d}", "主办", "完成情况报告", "30个工作日"))
            writer.writerow((*common, f"V{number % 40:02d}", "协办", "意见", "10个工作日"))


def runtime(url: str) -> Runtime:
    return Runtime(Intake(load_policy()), Database(url, "intake"), SystemClock())


def bring(url: str, path: str) -> str:
    found = bring_in(Path(path), Sender("OFFICE", "load"), runtime(url), load_policy().zone, lambda *_: None)
    assert not found.bad, found.bad[:3]
    return f"{found.rows} rows, {found.new} matters"


def take_out(url: str, path: str) -> str:
    made = Path(path)
    with made.open("wb") as out, runtime(url).database.begin() as session:
        rows = exporting.write(session, out, made.suffix[1:], views.Wanted(), load_policy().zone)
    return f"{rows} rows, {made.stat().st_size / 1e6:.1f} MB"


def measured(step: Callable[[str, str], str], url: str, path: Path) -> str:
    """The step in a process of its own: what it says, its seconds and its peak memory above an idle one."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (step, url, str(path)))


def _measure(step: Callable[[str, str], str], url: str, path: str) -> str:
    idle, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    said = step(url, path)
    took, peak = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{said} in {took:.1f} s; {peak / 1024:.0f} MB at most, {idle / 1024:.0f} MB before"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    options: Any = parser.parse_args(arguments)
    servers = Servers(("database",), fsync=True)
    with servers, temporary_database(servers.database_url) as url, tempfile.TemporaryDirectory() as folder:
        database = Database(url, "intake")
        migrations.migrate(database, Intake.MIGRATIONS)
        database.close()
        ledger = Path(folder) / "ledger.csv"
        fill(ledger, options.rows)
        print(f"in: {measured(bring, url, ledger)}", flush=True)
        for ending in ("csv", "jsonl", "xlsx"):
            print(f"out as {ending}: {measured(take_out, url, Path(folder) / f'out.{ending}')}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
