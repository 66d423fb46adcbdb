"""`python -m scoring <role>`: the roles are the chassis', the commands are in `commands` (`--help` lists both)."""

from __future__ import annotations

import sys
from typing import Any

from service_chassis import cli

from scoring.commands import COMMANDS
from scoring.config import Settings


def build(policy: Any, settings: Settings) -> Any:
    """The service; imported here, because some roles set up their runtime before anything else is imported."""
    from scoring.service import Scoring

    return Scoring(policy)


if __name__ == "__main__":
    sys.exit(cli.run(build, Settings, commands=COMMANDS))
