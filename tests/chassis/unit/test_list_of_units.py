"""The list of units with their groups, as a CSV file."""

from __future__ import annotations

from pathlib import Path

import pytest
from service_chassis.errors import ConfigError
from service_chassis.spreadsheet.units import NamedUnit, read_units


def test_units_are_read_by_code_with_or_without_the_mark_of_utf_8(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        (tmp_path / "u.csv").write_text("code,name,group\nZJJ,市住建局,市直部门\nQDQ,,\n", encoding)
        assert read_units(tmp_path / "u.csv") == {
            "ZJJ": NamedUnit("ZJJ", "市住建局", "市直部门"),
            "QDQ": NamedUnit("QDQ", None, None),
        }


def test_without_a_file_there_is_no_list() -> None:
    assert read_units(None) == {}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"unit,name\nZJJ,x\n", "columns code, name, group"),
        (b"", "columns code, name, group"),
        (b"code,name,group\nZJJ,x,y\nZJJ,x,y\n", "twice"),
        (b"code,name,group\n,x,y\n", "missing"),
        (b"code,name,group\n\xff\xfe,x,y\n", "u.csv"),
        (None, "u.csv"),
    ],
)
def test_a_wrong_list_is_named(tmp_path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        (tmp_path / "u.csv").write_bytes(content)
    with pytest.raises(ConfigError, match=why):
        read_units(tmp_path / "u.csv")
