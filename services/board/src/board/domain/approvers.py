"""Which office approves a slip of each colour, as the parameters of a policy say it: a file's, or those of a published one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COLOURS = ("white", "yellow", "red")
SECTION = "approver"


def said_in(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Colour → what is said of it, None where nothing is. The services read `approver.red` as a key of its own, too."""
    section = parameters.get(SECTION)
    inside = section if isinstance(section, dict) else {}
    return {colour: inside.get(colour, parameters.get(f"{SECTION}.{colour}")) for colour in COLOURS}
