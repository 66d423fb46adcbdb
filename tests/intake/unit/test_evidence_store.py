"""Files by hash: what went in comes out the same, under its hash and under nothing else."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest
from intake.evidence import EvidenceAbsent, EvidenceRefused, EvidenceStore, Standing
from service_chassis.errors import ConfigError

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20
HASH = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path, longest=10_000)


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_kept_under_its_hash_and_comes_out_the_same(store: EvidenceStore, tmp_path: Path) -> None:
    kept = store.put(io.BytesIO(PHOTO), expected=HASH.upper())
    assert (kept.sha256, kept.size, kept.media, kept.new) == (HASH, len(PHOTO), "image/jpeg", True)
    assert files_in(tmp_path) == [f"{HASH[:2]}/{HASH}"]
    with store.open(HASH) as file:
        assert file.read() == PHOTO
    assert (store.has(HASH), store.verify(HASH), store.media_of(HASH)) == (True, Standing.PRESENT, "image/jpeg")


def test_the_same_file_twice_is_one_file(store: EvidenceStore, tmp_path: Path) -> None:
    store.put([PHOTO])
    assert not store.put([PHOTO[:7], PHOTO[7:]]).new
    assert files_in(tmp_path) == [f"{HASH[:2]}/{HASH}"]


def test_nobody_may_run_or_change_a_file(store: EvidenceStore, tmp_path: Path) -> None:
    store.put([PHOTO])
    assert os.stat(tmp_path / HASH[:2] / HASH).st_mode & 0o333 == 0


@pytest.mark.parametrize(
    ("content", "expected", "code"),
    [
        (PHOTO, "0" * 64, "SCHEMA_INVALID"),
        (b"", None, "SCHEMA_INVALID"),
        (b"\x7fELF\x02\x01", None, "SCHEMA_INVALID"),
        (b"\xff\xd8\xff" + bytes(10_000), None, "TOO_LARGE"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    store: EvidenceStore, tmp_path: Path, content: bytes, expected: str | None, code: str
) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        store.put(io.BytesIO(content), expected)
    assert refused.value.code == code
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("name", ["../" * 20 + "etc/passwd", "/etc/passwd", "a" * 63, "a" * 65, "a" * 64 + "\n", "g" * 64, ""])
def test_a_name_is_a_hash_so_no_path_can_be_named(store: EvidenceStore, name: str) -> None:
    for ask in (store.open, store.has, store.verify, lambda sha: store.put([PHOTO], sha)):
        with pytest.raises(EvidenceRefused):
            ask(name)


def test_a_changed_file_is_damaged_and_is_made_whole_by_the_right_one(store: EvidenceStore, tmp_path: Path) -> None:
    store.put([PHOTO])
    path = tmp_path / HASH[:2] / HASH
    path.chmod(0o640)
    path.write_bytes(PHOTO[:-1] + b"?")
    assert store.verify(HASH) is Standing.DAMAGED
    assert store.put([PHOTO]).new
    assert store.verify(HASH) is Standing.PRESENT


def test_what_is_not_there_is_absent(store: EvidenceStore) -> None:
    assert store.verify("b" * 64) is Standing.ABSENT
    with pytest.raises(EvidenceAbsent):
        store.open("b" * 64)


def test_the_setting_names_a_folder_that_exists(tmp_path: Path) -> None:
    from intake.config import Settings
    from service_chassis.config import load

    needed = {"DATABASE_URL": "sqlite:///x", "AMQP_URL": "amqp://intake:x@127.0.0.1"}
    assert load(needed | {"DUBAN_EVIDENCE": str(tmp_path)}, Settings).evidence == tmp_path
    with pytest.raises(ConfigError, match="DUBAN_EVIDENCE must be a folder that exists"):
        load(needed | {"DUBAN_EVIDENCE": str(tmp_path / "none")}, Settings)
