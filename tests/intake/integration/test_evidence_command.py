"""Evidence goes in and out by command; what reports name is marked present or absent."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from event_contracts.event import Evidence
from intake import commands, trace
from intake.evidence import EvidenceStore
from service_chassis.errors import ConfigError

PHOTO = b"\xff\xd8\xff\xe0 a photo"
HASH = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def station(new_bench: Any, tmp_path: Path) -> Any:
    (tmp_path / "store").mkdir()
    settings = SimpleNamespace(evidence=tmp_path / "store", evidence_megabytes=1)
    return SimpleNamespace(runtime=new_bench().runtime, settings=settings)


def run(station: Any, *words: object) -> int:
    return commands.COMMANDS["evidence"].run(station, None, [str(word) for word in words])


def test_a_file_goes_in_and_comes_out(station: Any, tmp_path: Path, capsys: Any) -> None:
    photo, copy = tmp_path / "photo.jpg", tmp_path / "copy.jpg"
    photo.write_bytes(PHOTO)
    assert run(station, "put", photo) == 0
    assert HASH in capsys.readouterr().out
    assert run(station, "get", HASH, copy) == 0
    assert copy.read_bytes() == PHOTO
    with pytest.raises(ConfigError, match="File exists"):
        run(station, "get", HASH, copy)


def test_a_refused_file_is_named_and_the_others_go_in(station: Any, tmp_path: Path, capsys: Any) -> None:
    photo, program = tmp_path / "photo.jpg", tmp_path / "photo.exe"
    photo.write_bytes(PHOTO)
    program.write_bytes(b"MZ\x90\x00")
    assert run(station, "put", program, photo) == 1
    said = capsys.readouterr()
    assert "photo.exe: 不是可作为证据的文件类型" in said.err
    assert HASH in said.out


def test_what_reports_name_is_checked_and_marked(new_bench: Any, matter: Any, claim: Any, tmp_path: Path, capsys: Any) -> None:
    bench, store = new_bench(), EvidenceStore(tmp_path)
    bench.send("OFFICE", matter())
    absent = "c" * 64
    proofs = [Evidence(kind="PHOTO", sha256=HASH.upper()), Evidence(kind="DOCUMENT", sha256=absent)]
    bench.send("ZJJ", claim(evidence=proofs))
    store.put([PHOTO])
    station = SimpleNamespace(runtime=bench.runtime, settings=SimpleNamespace(evidence=tmp_path, evidence_megabytes=1))
    assert run(station, "check") == 1
    said = capsys.readouterr().out
    assert f"{absent}  缺失 absent  M-01 ZJJ" in said
    assert "在库 present 1" in said
    with bench.database.begin() as session:
        rows = trace.sheet(session, trace.Wanted(), store).rows
        assert [row[-1] for row in rows] == ["在库 present", "缺失 absent"]
        assert [row[-1] for row in trace.sheet(session, trace.Wanted(sha256=HASH), store).rows] == ["在库 present"]


def test_without_a_folder_the_command_says_what_to_set(station: Any) -> None:
    station.settings.evidence = None
    with pytest.raises(ConfigError, match="DUBAN_EVIDENCE"):
        run(station, "check")
