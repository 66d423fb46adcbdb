"""The three hand-overs that a red creates, together and in one transaction (domain.md E9 to E11), and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

CREATED, ACKNOWLEDGED, UNDER_REVIEW, CONCLUDED, RECALLED = "CREATED", "ACKNOWLEDGED", "UNDER_REVIEW", "CONCLUDED", "RECALLED"

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
    acknowledged_at: datetime | None = None
    concluded_at: datetime | None = None
    outcome: str | None = None
    recalled_at: datetime | None = None
    changed: bool = field(default=False, compare=False)

    def judge(self, *, under_review: bool) -> None:
        """Bring the state to what is known, in whatever order it became known.

        A recall ends everything; an outcome stays an outcome while a review runs; a review goes before a mere receipt.
        """
        state = self._state(under_review)
        if state != self.state:
            self.state, self.changed = state, True

    def _state(self, under_review: bool) -> str:
        if self.recalled_at is not None:
            return RECALLED
        if self.concluded_at is not None:
            return CONCLUDED
        if under_review:
            return UNDER_REVIEW
        return ACKNOWLEDGED if self.acknowledged_at is not None else CREATED


def referrals_of(slip_id: str, matter_id: str, unit: str) -> list[Referral]:
    """The three referrals of a red slip; the same red can only make the same three."""
    return [
        Referral(str(uuid5(_NAMESPACE, f"{slip_id}\x1f{body}")), slip_id, matter_id, unit, body, kind, CREATED, changed=True)
        for body, kind in BODIES
    ]
