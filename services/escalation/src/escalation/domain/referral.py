"""The three hand-overs that a red creates, together and in one transaction (domain.md E9 to E11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid5

CREATED, RECALLED = "CREATED", "RECALLED"

BODIES = (
    ("DISCIPLINE", "EFFICACY_SUPERVISION"),
    ("ASSESSMENT", "EXCELLENCE_REVOCATION"),
    ("ORGANISATION", "ORGANISATIONAL_MEASURE"),
)
"""Who receives a red, and what for: 效能监察, 取消优秀评选资格, 组织处理."""

_NAMESPACE = UUID("5b0c9b0e-7d3c-5a57-9d2f-0f6d2d6c1a12")


@dataclass(slots=True)
class Referral:
    """One hand-over, as it is stored."""

    referral_id: str
    slip_id: str
    matter_id: str
    unit: str
    body: str
    kind: str
    state: str
    changed: bool = field(default=False, compare=False)


def referrals_of(slip_id: str, matter_id: str, unit: str) -> list[Referral]:
    """The three referrals of a red slip; the same red can only make the same three."""
    return [
        Referral(str(uuid5(_NAMESPACE, f"{slip_id}\x1f{body}")), slip_id, matter_id, unit, body, kind, CREATED, changed=True)
        for body, kind in BODIES
    ]
