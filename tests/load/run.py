"""`make load`: the measurements of speed, or the ones named. Each prints its figures; the exit code is the worst one.

python tests/load/run.py [intake] [storm] [ledger] [duplicates] [board] [-- options of the measurement]
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MEASUREMENTS = {
    "intake": "intake_throughput",
    "storm": "deadline_storm",
    "ledger": "ledger_in_and_out",
    "duplicates": "duplicate_search",
    "board": "board_pages",
}
UNASKED = ("intake", "storm")


def main(arguments: list[str]) -> int:
    """Run the measurements named, `UNASKED` without a name; further words are options of the measurement."""
    sys.path.insert(0, str(HERE.parent))  # servers.py
    chosen = [word for word in arguments if word in MEASUREMENTS] or UNASKED
    options = [word for word in arguments if word not in MEASUREMENTS and word != "--"]
    return max(int(importlib.import_module(MEASUREMENTS[name]).main(options)) for name in chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
