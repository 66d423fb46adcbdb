"""`make load`: every measurement of this folder, or the ones named. Each prints its figures; the exit code is the worst one.

python tests/load/run.py [intake] [storm] [-- options of the measurement]
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MEASUREMENTS = {"intake": "intake_throughput.py", "storm": "deadline_storm.py"}


def main(arguments: list[str]) -> int:
    """Run the measurements named, all of them without a name; further words are options of the measurement."""
    sys.path.insert(0, str(HERE.parent))  # servers.py
    chosen = [word for word in arguments if word in MEASUREMENTS] or list(MEASUREMENTS)
    options = [word for word in arguments if word not in MEASUREMENTS and word != "--"]
    return max(int(runpy.run_path(str(HERE / MEASUREMENTS[name]))["main"](options)) for name in chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
