"""What a unit answers for in a matter."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """LEAD (牵头) answers for the whole, SUPPORTING (配合) for its own part (domain.md d.9)."""

    LEAD = "LEAD"
    SUPPORTING = "SUPPORTING"
