"""A file that somebody hands in is not read beyond its limits: bytes, rows, and what a small workbook unpacks to."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from service_chassis.errors import ConfigError
from service_chassis.spreadsheet import reading


def csv_file(folder: Path) -> Path:
    path = folder / "ledger.csv"
    path.write_text("a,b\n1,2\n3,4\n5,6\n")
    return path


def workbook(folder: Path) -> Path:
    path, book = folder / "ledger.xlsx", Workbook()
    book.active.append(["a" * 30_000])
    book.save(path)
    return path


@pytest.mark.parametrize("make", [csv_file, workbook])
def test_a_file_within_its_limits_is_read(tmp_path: Path, make: object) -> None:
    with reading.Spool(make(tmp_path)) as spool:  # type: ignore[operator]
        assert spool.heading() is not None


def test_a_file_of_too_many_rows_or_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv_file(tmp_path)
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    with pytest.raises(ConfigError, match="more than 2 rows; split it"):
        reading.Spool(path)
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    with pytest.raises(ConfigError, match="larger than"):
        reading.Spool(path)


def test_a_small_workbook_that_unpacks_to_very_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path)
    monkeypatch.setattr(reading, "MOST_UNPACKED", 20_000)
    assert path.stat().st_size < 20_000
    with pytest.raises(ConfigError, match="unpacks to more than"):
        reading.Spool(path)
