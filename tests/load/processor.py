"""What a process of ours has used of the processor."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any


def cpu_of(process: subprocess.Popen[Any]) -> float:
    """Seconds of processor that a process of ours has used so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
