"""Settings of intake: where evidence is kept. What every service reads stands in `service_chassis.config.Settings`; limits,
zone and who verifies are policy."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from service_chassis import config
from service_chassis.config import setting


def folder(value: str) -> Path:
    """An existing folder that can be written to."""
    path = Path(value)
    if not path.is_dir() or not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ValueError("a folder that exists and can be read and written")
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(config.Settings):
    """Without `DUBAN_EVIDENCE` no files are taken: evidence is known by its hash only."""

    evidence: Path | None = setting(
        "DUBAN_EVIDENCE", folder, "folder of the evidence store; without it none is kept", default=None
    )
    evidence_megabytes: int = setting(
        "DUBAN_EVIDENCE_MB", config.whole(1, 10_000), "largest file that is taken as evidence, in MiB", default=200
    )
