"""`python -m intake <role>`: the roles are the chassis', `template` and `import` are intake's own (`--help` lists them)."""

from __future__ import annotations

import sys
from typing import Any

from service_chassis import cli

from intake.commands import COMMANDS
from intake.config import Settings


def build(policy: Any, settings: Settings) -> Any:
    """The service; imported here, because some roles set up their runtime before anything else is imported."""
    from intake.service import Intake

    return Intake(policy)


if __name__ == "__main__":
    sys.exit(cli.run(build, Settings, commands=COMMANDS))
