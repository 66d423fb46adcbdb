"""Why a message cannot be accepted: a code of the closed list, a sentence for the sender, and the field at fault."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason for a refusal. `pointer` is a JSON pointer into the message; `detail` is Chinese first, then English."""

    code: str
    detail: str
    pointer: str
