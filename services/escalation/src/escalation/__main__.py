"""`python -m escalation <role>`: the roles are the chassis' (`--help` lists them)."""

from __future__ import annotations

import sys
from typing import Any

from service_chassis import cli

from escalation.config import EscalationSettings


def build(policy: Any, settings: EscalationSettings) -> Any:
    """The service; imported here, because some roles set up their runtime before anything else is imported."""
    from escalation.service import Escalation

    return Escalation(policy, settings.number_prefix)


if __name__ == "__main__":
    sys.exit(cli.run(build, EscalationSettings))
