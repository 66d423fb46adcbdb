"""The Boston example: its mapping, and its check, on a file of our own with the same columns."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import sys
import tomllib
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from duban.arrivals import order

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "boston311"
COLUMNS = "case_id opened_at target_at closed_at on_time status department reason type queue source neighborhood closure_reason"

TARGET = "2015-02-02 08:30:00"
"""White from then on; yellow from 2015-02-13 00:00; red from 2015-02-19 00:00."""


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"boston311_{name}", FOLDER / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


convert, check = load("convert"), load("check")


def case(number: int, **changes: str) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS.split(), "") | {
        "case_id": f"1010{number:08d}",
        "opened_at": "2015-01-20 10:00:00",
        "target_at": TARGET,
        "on_time": "ONTIME",
        "status": "Closed",
        "department": "Public Works Department",
        "type": "Pothole",
    }
    return {**row, **changes}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def to_csv(*rows: dict[str, str], packed: bool = False) -> Path:
        path = tmp_path / ("cases.csv.gz" if packed else "cases.csv")
        with gzip.open(path, "wt", newline="") if packed else path.open("w", newline="") as out:
            writer = csv.DictWriter(out, COLUMNS.split())
            writer.writeheader()
            writer.writerows(rows)
        return path

    return to_csv


def messages(*rows: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = convert.messages(rows)
    return found


def test_a_case_without_a_target_is_left_out(write: Any) -> None:
    assert [row["case_id"] for row in convert.cases(write(case(1), case(2, target_at="")))] == [case(1)["case_id"]]


def test_a_packed_file_reads_like_a_plain_one(write: Any) -> None:
    assert convert.cases(write(case(1), packed=True)) == convert.cases(write(case(1)))


def test_the_department_is_the_unit_and_the_target_its_limit() -> None:
    submitted, claimed, _ = messages(case(1, closed_at="2015-01-30 12:00:00"))
    assert submitted["source"] == "/office" and submitted["time"] == "2015-01-20T10:00:00-05:00"
    assert submitted["data"]["assignments"][0]["unit"] == "PWD"
    assert submitted["data"]["assignments"][0]["due_at"] == "2015-02-02T08:30:00-05:00"
    assert claimed["source"] == "/units/PWD" and claimed["time"] == "2015-01-30T12:00:00-05:00"
    assert claimed["data"]["matter"] == submitted["data"]["external_ref"] == case(1)["case_id"]


def test_the_closing_is_the_answer_to_the_citizen() -> None:
    _, claimed, answered = messages(case(1, closed_at="2015-01-30 12:00:00"))
    assert (answered["type"], answered["source"], answered["time"]) == ("reply.sent.v1", claimed["source"], claimed["time"])
    assert answered["data"]["matter"] == case(1)["case_id"]


def test_times_in_summer_have_summers_offset() -> None:
    assert messages(case(1, target_at="2015-07-01 09:00:00"))[0]["data"]["assignments"][0]["due_at"].endswith("-04:00")


def test_an_open_case_claims_nothing() -> None:
    assert [event["type"] for event in messages(case(1, status="Open"))] == ["matter.submitted.v1"]


def test_a_case_closed_before_it_opened_is_claimed_when_it_opened() -> None:
    submitted, claimed, answered = messages(case(1, closed_at="2015-01-19 09:00:00"))
    assert claimed["time"] == answered["time"] == submitted["time"]


def test_converting_twice_gives_the_same_messages_and_no_id_twice() -> None:
    rows = [case(n, closed_at="2015-01-30 12:00:00") for n in range(5)]
    assert messages(*rows) == messages(*rows)
    assert len({event["id"] for event in messages(*rows)}) == 15


def test_messages_are_in_the_order_in_which_they_happened() -> None:
    found = messages(case(2, opened_at="2015-01-22 08:00:00"), case(1, closed_at="2015-01-21 08:00:00"))
    assert [event["time"][:10] for event in found] == ["2015-01-20", "2015-01-21", "2015-01-21", "2015-01-22"]
    assert [arrival.id for arrival in order(json.dumps(event).encode() for event in found).arrivals] == [e["id"] for e in found]


def test_an_unknown_department_gets_a_code_of_its_own() -> None:
    code = convert.unit_code("Department of Surprises, 2nd Floor")
    assert code == convert.unit_code("Department of Surprises, 2nd Floor") != convert.unit_code("Department of Surprises")
    assert 2 <= len(code) <= 16 and code.isalnum() and code.isupper()


def test_the_first_days_and_a_sample_can_be_had(write: Any) -> None:
    path = write(*(case(n, opened_at=f"2015-01-{n:02d} 10:00:00") for n in range(1, 31)))
    assert [row["case_id"] for row in convert.cases(path, days=14)] == [case(n)["case_id"] for n in range(1, 15)]
    drawn = convert.cases(path, sample=5, seed=7)
    assert len(drawn) == 5 and drawn == convert.cases(path, sample=5, seed=7) != convert.cases(path, sample=5, seed=8)


def test_a_missing_file_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["convert.py", str(tmp_path / "absent.csv")])
    assert convert.main() == 2
    assert "absent.csv" in capsys.readouterr().err


# ---------------------------------------------------------------- the check


@pytest.mark.parametrize(
    ("closed", "colours"),
    [
        ("2015-02-02 08:30:00", ""),
        ("2015-02-02 08:30:01", "w"),
        ("2015-02-12 23:59:59", "w"),
        ("2015-02-13 00:00:00", "wy"),
        ("2015-02-18 23:59:59", "wy"),
        ("2015-02-19 00:00:00", "wyr"),
        ("", "wyr"),
    ],
)
def test_the_oracle_counts_the_days_of_the_policy(closed: str, colours: str) -> None:
    label = "OVERDUE" if colours else "ONTIME"
    want = check.expected([case(1, closed_at=closed, on_time=label)], check.SNAPSHOT)
    got = "".join(letter for letter, cases in (("w", want.white), ("y", want.yellow), ("r", want.red)) if cases)
    assert got == colours and not want.contradictions


def test_the_limits_of_the_oracle_are_those_of_the_policy() -> None:
    policy = tomllib.loads((FOLDER / "policy.toml").read_text("utf-8"))
    assert policy["limits"]["white"] == {"amount": check.WHITE_DAYS, "unit": "DAY"}
    assert policy["limits"]["yellow"] == {"amount": check.YELLOW_DAYS, "unit": "DAY"}


def test_a_late_case_without_a_label_counts_and_a_wrong_label_is_told() -> None:
    want = check.expected([case(1, on_time=""), case(2, on_time="ONTIME")], check.SNAPSHOT)
    assert want.unlabelled == {case(1)["case_id"]} and want.contradictions == [case(2)["case_id"]]


def test_nothing_after_the_end_is_expected() -> None:
    want = check.expected([case(1, on_time="OVERDUE")], date(2015, 2, 13))
    assert (len(want.white), len(want.yellow), len(want.red)) == (1, 1, 0)


def outcome(*slips: tuple[str, str]) -> dict[str, Any]:
    rows = [{"matter": case_id, "colour": colour} for case_id, colour in slips]
    yellow, red = (sum(colour == wanted for _, colour in slips) for wanted in ("YELLOW", "RED"))
    deduction = {"kind": "DEDUCTION", "amount": "-0.30"}
    return {"slips": rows, "refusals": [], "score_entries": [deduction] * yellow, "referrals": [{}] * (3 * red)}


def test_the_check_notices_every_kind_of_difference() -> None:
    want = check.Expected(white={"a", "b"}, yellow={"b"})
    right = [("a", "WHITE"), ("b", "WHITE"), ("b", "YELLOW")]
    assert check.differences(outcome(*right), want) == []
    assert check.differences(outcome(*right[1:]), want)
    assert check.differences(outcome(*right, ("a", "WHITE")), want)
    assert check.differences(outcome(*right, ("c", "WHITE")), want)
    assert check.differences(outcome(*right, ("b", "RED")), want)
    assert check.differences({**outcome(*right), "refusals": [{"id": "x"}]}, want)
    assert check.differences({**outcome(*right), "score_entries": []}, want)
    assert check.differences({**outcome(*right), "referrals": [{}]}, want)
