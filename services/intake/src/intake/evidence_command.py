"""`python -m intake evidence put|get|check`: files into the store, out of it, and whether what reports name is there."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service_chassis.errors import ConfigError

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station

    from intake.config import Settings
    from intake.evidence import EvidenceStore

NO_STORE = "set DUBAN_EVIDENCE to the folder of the evidence store"


def store_of(settings: Settings) -> EvidenceStore | None:
    """The store that the settings name, if they name one."""
    from intake.evidence import EvidenceStore

    if settings.evidence is None:
        return None
    return EvidenceStore(settings.evidence, settings.evidence_megabytes * 1024 * 1024)


def evidence(station: Station, _policy: Policy, words: Sequence[str]) -> int:
    """0 when all went well; 1 where a file was refused, is absent or damaged."""
    settings: Any = station.settings
    store = store_of(settings)
    if store is None:
        raise ConfigError(NO_STORE)
    given = _parser().parse_args(words)
    if given.what == "put":
        return _put(store, given.files)
    if given.what == "get":
        return _get(store, given.sha256, given.out)
    with station.runtime.database.begin() as session:
        return _check(store, session)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m intake evidence", description="证据库 / files of evidence by hash")
    what = parser.add_subparsers(dest="what", required=True)
    put = what.add_parser("put", help="存入文件，输出其SHA-256 / take files in, and print their hashes")
    put.add_argument("files", nargs="+", type=Path, metavar="FILE")
    get = what.add_parser("get", help="取出文件 / write a file out")
    get.add_argument("sha256", metavar="SHA256")
    get.add_argument("out", type=Path, metavar="FILE")
    what.add_parser("check", help="核对报送中的证据是否在库、是否完好 / is all evidence there and whole")
    return parser


def _put(store: EvidenceStore, files: Sequence[Path]) -> int:
    from intake.evidence import EvidenceRefused

    refused = 0
    for path in files:
        try:
            with path.open("rb") as file:
                kept = store.put(file)
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror or error}") from error
        except EvidenceRefused as why:
            refused += 1
            print(f"{path}: {why.detail}", file=sys.stderr)
            continue
        known = "" if kept.new else "  此前已存 / was there before"
        print(f"{kept.sha256}  {kept.media}  {kept.size:,} B  {path}{known}")
    return 1 if refused else 0


def _get(store: EvidenceStore, sha256: str, out: Path) -> int:
    from intake.evidence import STANDING, EvidenceRefused, Standing

    try:
        standing = store.verify(sha256)
    except EvidenceRefused as why:
        raise ConfigError(why.detail) from why
    if standing is not Standing.PRESENT:
        print(f"{sha256}: {STANDING[standing]}", file=sys.stderr)
        return 1
    try:
        with store.open(sha256) as file, out.open("xb") as target:
            shutil.copyfileobj(file, target)
    except OSError as error:
        raise ConfigError(f"{out}: {error.strerror or error}") from error
    print(out)
    return 0


def _check(store: EvidenceStore, session: Any) -> int:
    """Every hash that a report or claim names, and every file of the store."""
    from intake.evidence import STANDING, Standing

    named = _named(session)
    stands = {name: store.verify(name) for name in {*named, *store.names()}}
    for name, standing in sorted(stands.items()):
        if standing is not Standing.PRESENT:
            print(f"{name}  {STANDING[standing]}  {'; '.join(named.get(name, ()))}")
    found = list(stands.values())
    counted = "，".join(f"{STANDING[kind]} {found.count(kind)}" for kind in Standing)
    unnamed = len(stands.keys() - named.keys())
    print(f"{counted}，未被引用 named by no report {unnamed}")
    return 0 if found.count(Standing.PRESENT) == len(found) else 1


def _named(session: Any) -> dict[str, list[str]]:
    """Hash → where it is named: matter and unit."""
    from intake.store.traces import named_evidence

    found: dict[str, list[str]] = {}
    rows: Iterator[tuple[str, str, str]] = named_evidence(session)
    for ref, unit, sha256 in rows:
        found.setdefault(sha256.lower(), []).append(f"{ref} {unit}")
    return found
