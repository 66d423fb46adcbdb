"""`python -m desk <role>`."""

import sys
from typing import Any

from service_chassis.cli import run
from service_chassis.config import Settings


def desk(policy: Any, settings: Settings) -> Any:
    """Import late: eventlet must be set up first."""
    from desk.service import Desk

    return Desk(policy)


sys.exit(run(desk, Settings))
