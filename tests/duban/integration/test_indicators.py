"""A year of the city in figures: each share with its numerator and denominator, and nothing said where nothing is known."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from duban.indicators import read
from openpyxl import load_workbook
from service_chassis.errors import ConfigError
from service_chassis.spreadsheet.units import NamedUnit

from duban import indicator_table

ZONE = ZoneInfo("Asia/Shanghai")


class Archive:
    """Events as they were published."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def add(self, type_: str, matter: str = "m1", unit: str = "ZJJ", source: str = "/duban/escalation", **data: Any) -> Archive:
        number = len(self.bodies) + 1
        event = {"id": f"e{number}", "source": source, "type": f"{type_}.v1", "subject": matter, "sequence": number}
        self.bodies.append(json.dumps(event | {"data": {"matter_id": matter, "unit": unit, **data}}).encode())
        return self

    def armed(self, owner: str = "SLIP:WHITE", deadline: str = "2026-03-16", **of: Any) -> Archive:
        return self.add("escalation.clock.armed", owner=owner, deadline=deadline, **of)

    def stopped(self, reason: str = "CLAIMED", owner: str = "SLIP:WHITE", **of: Any) -> Archive:
        return self.add("escalation.clock.stopped", owner=owner, reason=reason, **of)

    def breached(self, owner: str = "SLIP:WHITE", **of: Any) -> Archive:
        return self.add("escalation.deadline.breached", owner=owner, **of)

    def issued(self, slip: str, colour: str, day: str = "2026-03-17", **of: Any) -> Archive:
        return self.add("escalation.slip.issued", slip_id=slip, colour=colour, liability_date=day, **of)

    def decided(self, outcome: str, at: str = "2026-05-06T07:00:00Z", **of: Any) -> Archive:
        return self.add("escalation.review.decided", outcome=outcome, decided_at=at, **of)


def rows(archive: Archive, directory: dict[str, NamedUnit] | None = None) -> list[dict[str, Any]]:
    sheet = indicator_table.sheets(read(archive.bodies, 2026, ZONE), directory or {})[0]
    return [dict(zip([column.key for column in sheet.columns], row, strict=True)) for row in sheet.rows]


def whole(archive: Archive) -> dict[str, Any]:
    return rows(archive)[0]


def test_the_on_time_rate_is_what_was_kept_of_what_ended() -> None:
    archive = Archive()
    archive.armed(matter="a").stopped(matter="a")
    archive.armed(matter="b").breached(matter="b")
    archive.armed(matter="c").stopped("VERIFIED", matter="c")
    archive.armed(matter="d")
    found = whole(archive)
    assert (found["kept"], found["ended"], found["running"], str(found["on_time_rate"])) == (2, 3, 1, "0.6667")


@pytest.mark.parametrize("reason", ["SUPERSEDED", "MERGED"])
def test_a_limit_that_was_replaced_does_not_count(reason: str) -> None:
    found = whole(Archive().armed().stopped(reason))
    assert (found["ended"], found["on_time_rate"]) == (0, "无数据 no data")


def test_a_breach_that_was_undone_by_a_claim_in_time_is_kept() -> None:
    found = whole(Archive().armed().breached().stopped())
    assert (found["kept"], found["ended"]) == (1, 1)


def test_a_claim_that_was_rejected_leaves_the_limit_running_until_it_is_missed() -> None:
    archive = Archive().armed().stopped().add("escalation.clock.resumed", owner="SLIP:WHITE", deadline="2026-03-18")
    assert whole(archive)["running"] == 1
    assert whole(archive.breached())["ended"] == 1 and whole(archive)["kept"] == 0


def test_a_limit_counts_in_the_year_of_its_last_day() -> None:
    archive = Archive().armed(deadline="2025-12-31").breached(deadline="2025-12-31")
    assert whole(archive)["ended"] == 0
    moved = Archive().armed(deadline="2025-12-31").add("escalation.clock.extended", owner="SLIP:WHITE", deadline="2026-01-05")
    assert whole(moved.breached())["ended"] == 1


def test_a_renewed_slip_has_a_limit_of_its_own() -> None:
    archive = Archive().armed("SLIP:YELLOW").breached("SLIP:YELLOW").armed("SLIP:YELLOW:1").stopped(owner="SLIP:YELLOW:1")
    assert (whole(archive)["kept"], whole(archive)["ended"]) == (1, 2)


def test_windows_and_the_offices_own_limits_are_no_limits_of_a_unit() -> None:
    archive = (
        Archive().armed("REVIEW_WINDOW").breached("REVIEW_WINDOW").armed("DECISION:EXTENSION").breached("DECISION:EXTENSION")
    )
    assert whole(archive)["ended"] == 0


def test_replies_are_counted_apart() -> None:
    archive = Archive()
    archive.armed("REPLY", matter="a").stopped("REPLIED", "REPLY", matter="a")
    archive.armed("REPLY", matter="b").breached("REPLY", matter="b").armed("REPLY", matter="c")
    found = whole(archive)
    assert (found["replied"], found["replies_due"], str(found["reply_rate"]), found["ended"]) == (1, 2, "0.5000", 0)


def test_slips_are_counted_by_colour_and_liability_year_with_the_fallen_apart() -> None:
    archive = Archive().issued("w", "WHITE").issued("y", "YELLOW").issued("y2", "YELLOW", day="2025-12-31").issued("r", "RED")
    archive.add("escalation.slip.overturned", slip_id="y").add("escalation.slip.vacated", slip_id="r")
    archive.add("escalation.slip.renewed", slip_id="y3", issued_at="2026-07-24T00:00:00Z")
    found = whole(archive)
    shown = [found[key] for key in ("white_issued", "white_fallen", "yellow_issued", "yellow_fallen", "red_issued", "red_fallen")]
    assert (shown, found["renewals"]) == ([1, 0, 1, 1, 1, 1], 1)


def test_reviews_are_counted_by_the_local_year_of_the_decision() -> None:
    archive = Archive().decided("OVERTURNED").decided("UPHELD").decided("VARIED").decided("UPHELD", "2026-12-31T16:00:00Z")
    found = whole(archive)
    assert (found["overturned"], found["varied"], found["decided"], str(found["overturn_rate"])) == (1, 1, 3, "0.3333")


def test_of_each_matter_the_last_word_of_the_year_on_its_answer_counts() -> None:
    archive = Archive()
    said = [("a", False, "2026-06-12"), ("a", True, "2026-07-20"), ("b", False, "2026-08-01"), ("c", True, "2027-01-05")]
    for matter, satisfied, day in said:
        archive.add("intake.reply.assessed", matter=matter, satisfied=satisfied, assessed_at=f"{day}T02:00:00Z")
    found = whole(archive)
    assert (found["satisfied"], found["assessed"], str(found["satisfaction"])) == (1, 2, "0.5000")


def test_what_no_event_tells_is_said_to_be_unknown() -> None:
    found = whole(Archive())
    assert [found[key] for key in ("on_time_rate", "reply_rate", "satisfaction", "overturn_rate")] == ["无数据 no data"] * 4


def test_groups_and_units_add_up_to_the_city() -> None:
    archive = Archive()
    archive.armed(matter="a").stopped(matter="a").armed(matter="b", unit="QDQ").breached(matter="b", unit="QDQ")
    found = rows(archive, {"ZJJ": NamedUnit("ZJJ", "市住建局", "市直部门"), "JYJ": NamedUnit("JYJ", "市教育局", "市直部门")})
    shown = [(row["scope"], row["group"], row["unit"], row["kept"], row["ended"]) for row in found]
    assert shown == [
        ("全市 whole city", "", "", 1, 2),
        ("组别 group", "市直部门", "", 1, 1),
        ("组别 group", "未分组 no group", "", 0, 1),
        ("单位 unit", "市直部门", "JYJ", 0, 0),
        ("单位 unit", "市直部门", "ZJJ", 1, 1),
        ("单位 unit", "未分组 no group", "QDQ", 0, 1),
    ]


def test_order_and_repetition_do_not_matter() -> None:
    archive = Archive().armed().stopped().add("escalation.clock.resumed", owner="SLIP:WHITE").breached().issued("y", "YELLOW")
    expected = rows(archive)
    for seed in range(10):
        archive.bodies = sorted({*archive.bodies}) * 2
        random.Random(seed).shuffle(archive.bodies)
        assert rows(archive) == expected


def test_a_line_that_is_no_event_is_named() -> None:
    with pytest.raises(ConfigError, match="event 2"):
        read([b'{"id":"a","type":"x","source":"s","data":{}}', b"nonsense"], 2026, ZONE)


def test_the_command_writes_each_format_with_the_definitions(tmp_path: Path) -> None:
    (tmp_path / "published.jsonl").write_bytes(b"\n".join(Archive().armed().stopped().bodies))

    def duban(*words: str | Path) -> subprocess.CompletedProcess[str]:
        run = [sys.executable, "-m", "duban.cli", "indicators", "--year", "2026", *map(str, words)]
        return subprocess.run(run, capture_output=True, text=True, check=False)

    for suffix in ("xlsx", "csv", "json"):
        done = duban("--from", tmp_path / "published.jsonl", "--out", tmp_path / f"i.{suffix}")
        assert done.returncode == 0, done.stderr
    assert load_workbook(tmp_path / "i.xlsx").sheetnames == ["指标 indicators", "口径 definitions"]
    assert json.loads((tmp_path / "i.json").read_bytes())["indicators"][0]["on_time_rate"] == "1.0000"
    assert "全市" in (tmp_path / "i.csv").read_text("utf-8-sig") and (tmp_path / "i.definitions.csv").exists()
    wrong = duban("--from", tmp_path / "published.jsonl", "--out", tmp_path / "i.pdf")
    assert wrong.returncode == 2 and "i.pdf" in wrong.stderr and "Traceback" not in wrong.stderr
