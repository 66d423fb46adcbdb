"""`python -m notify <role>`: the roles are the chassis', the commands are in `commands` (`--help` lists both)."""

from __future__ import annotations

import sys
from typing import Any

from service_chassis import cli

from notify.commands import COMMANDS
from notify.config import Settings


def build(policy: Any, settings: Settings) -> Any:
    """The service; imported here, because some roles set up their runtime before anything else is imported."""
    from notify.service import Notify

    return Notify(policy, settings.channels.ways)


if __name__ == "__main__":
    sys.exit(cli.run(build, Settings, commands=COMMANDS))
