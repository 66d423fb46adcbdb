"""`duban rehearse --compare`: the same messages under two policies, through the whole chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from duban.cli import main

Row = dict[str, Any]


def submitted(ref: str, unit: str) -> Row:
    part = {"unit": unit, "role": "LEAD", "deliverable": "报告", "limit": {"amount": 5, "unit": "WORKDAY"}}
    data = {
        "external_ref": ref,
        "title": f"事项 {ref}",
        "source": {"type": "DOCUMENT"},
        "standard": "完成",
        "assignments": [part],
    }
    return {
        "specversion": "1.0",
        "id": f"s-{ref}",
        "source": "/office",
        "type": "matter.submitted.v1",
        "time": "2026-03-02T09:00:00+08:00",
        "data": data,
    }


def claimed(ref: str, unit: str, at: str) -> Row:
    data = {"matter": ref, "unit": unit, "text": "已完成"}
    about = {"specversion": "1.0", "id": f"c-{ref}", "source": f"/units/{unit}", "type": "completion.claimed.v1"}
    return about | {"time": f"{at}+08:00", "data": data}


LINES = [
    submitted("R-1", "ZJJ"),
    submitted("R-2", "SLJ"),
    claimed("R-2", "SLJ", "2026-03-03T10:00:00"),
]
"""R-1 is never done, R-2 at once. Served on Mon 2026-03-02, five workdays end on 03-09."""

AUTOMATIC = 'service = "immediate"\nverification = "auto"\n'
STRICT = AUTOMATIC
GENTLE = AUTOMATIC + '[limits]\nwhite = { amount = 30, unit = "WORKDAY" }\n[yellow]\ndeduction = "0.10"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES), "utf-8")
    (tmp_path / "strict.toml").write_text(STRICT, "utf-8")
    (tmp_path / "gentle.toml").write_text(GENTLE, "utf-8")
    return tmp_path


def duban(folder: Path, *options: object) -> Result:
    arguments = ["rehearse", folder / "events.jsonl", "--until", "2026-04-10", *options]
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def both(folder: Path, *options: object) -> Result:
    return duban(folder, "--policy", folder / "strict.toml", "--compare", folder / "gentle.toml", *options)


def comparison(result: Result) -> Row:
    assert result.exit_code == 0, result.stderr
    found: Row = json.loads(result.stdout)
    return found


def test_who_would_have_got_what_differently_is_told_by_unit(folder: Path) -> None:
    found = comparison(both(folder, "--json"))
    (zjj,) = (row for row in found["units"] if row["different"])
    assert zjj["unit"] == "ZJJ"
    assert (zjj["a"]["slips"], zjj["a"]["points"]) == ({"WHITE": 1, "YELLOW": 1, "RED": 0}, "-0.30")
    assert (zjj["b"]["slips"], zjj["b"]["points"]) == ({"WHITE": 1, "YELLOW": 0, "RED": 0}, "0.00")
    assert [(row["unit"], row["year"]) for row in found["years"]] == [("ZJJ", 2026)]
    assert [(row["colour"], row["difference"]) for row in found["slips"]] == [("WHITE", "CHANGED"), ("YELLOW", "ONLY_A")]


def test_each_side_is_what_its_policy_does_alone(folder: Path) -> None:
    both(folder, "--out", folder / "out")
    for side, policy in (("a", "strict"), ("b", "gentle")):
        alone = duban(folder, "--policy", folder / f"{policy}.toml", "--json")
        assert json.loads((folder / "out" / side / "outcome.json").read_text("utf-8")) == json.loads(alone.stdout)


def test_the_policies_are_named_with_the_parameters_in_which_they_differ(folder: Path) -> None:
    policies = comparison(both(folder, "--json"))["policies"]
    assert (policies["a"]["file"], policies["b"]["file"]) == ("strict.toml", "gentle.toml")
    assert policies["a"]["version"] != policies["b"]["version"]
    assert {row["key"]: (row["a"], row["b"]) for row in policies["parameters"]} == {
        "limits.white": ("10 WORKDAY", "30 WORKDAY"),
        "yellow.deduction": ("0.30", "0.10"),
    }


def test_without_a_first_policy_the_default_one_is_compared(folder: Path) -> None:
    policies = comparison(duban(folder, "--compare", folder / "strict.toml", "--json"))["policies"]
    assert policies["a"]["file"] is None
    assert {row["key"] for row in policies["parameters"]} == {"service", "verification"}


def test_a_policy_compared_with_itself_makes_no_difference(folder: Path) -> None:
    found = comparison(duban(folder, "--policy", folder / "strict.toml", "--compare", folder / "strict.toml", "--json"))
    assert not found["slips"] and not found["years"] and not found["policies"]["parameters"]


def test_the_folder_gets_the_comparison_for_machines_and_as_a_chart(folder: Path) -> None:
    result = both(folder, "--json", "--out", folder / "out")
    assert json.loads((folder / "out" / "compare.json").read_text("utf-8")) == comparison(result)
    chart = (folder / "out" / "compare.html").read_text("utf-8")
    assert "<svg" in chart and "ZJJ" in chart and "-0.30" in chart
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["a", "b", "compare.html", "compare.json"]


def test_for_people_it_is_a_table(folder: Path) -> None:
    text = both(folder, "--out", folder / "out").stdout
    assert "ZJJ" in text and "-0.30 → 0.00" in text and "仅A有" in text
    assert "compare.json" in text and "compare.html" in text


def test_the_order_and_repetition_of_the_lines_mean_nothing(folder: Path) -> None:
    first = comparison(both(folder, "--json"))
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*reversed(LINES), *LINES]), "utf-8")
    assert comparison(both(folder, "--json")) == first


def test_a_bad_line_is_named_once(folder: Path) -> None:
    with (folder / "events.jsonl").open("a", encoding="utf-8") as out:
        out.write('{"half": \n')
    assert both(folder, "--json").stderr.count("events.jsonl:4") == 1


def test_a_second_policy_that_is_wrong_is_named_before_anything_is_played(folder: Path) -> None:
    (folder / "gentle.toml").write_text('colour = "green"\n', "utf-8")
    result = both(folder, "--out", folder / "out")
    assert result.exit_code == 2
    assert "gentle.toml" in result.stderr and "colour" in result.stderr
    assert not (folder / "out").exists()


def test_a_second_policy_that_is_missing_is_named(folder: Path) -> None:
    result = duban(folder, "--compare", folder / "nowhere.toml")
    assert result.exit_code == 2 and "nowhere.toml" in result.stderr
