"""A conclusion and its review (督查结论, 复核; Decree 733 art. 16, 17, domain.md d.8), read from the journal of its ladder.

It is kept as a ladder without rungs: a unit, a window from its service, the reviewers' limit, and a journal; no slip is on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from escalation.domain.review import ALREADY_USED, INADMISSIBLE_LATE, NOT_REVIEWABLE, OVERTURNED, SCHEMA_INVALID, VARIED, Fault
from escalation.domain.standing import Entry, Ladder

ROLE = "CONCLUSION"
"""In the place of LEAD or SUPPORTING."""
TITLE = "督查结论"

ISSUED, TOLD, SERVED = "CONCLUSION", "CONCLUSION_TOLD", "CONCLUSION_SERVED"
"""It was issued; what it says and who took part was told, of one that was sealed after its service; it was served."""
CONTESTED, REVIEWED = "CONTEST", "CONTEST_DECISION"
"""A review was applied for, and decided; their ids are the conclusion's, so that it has one of each."""


@dataclass(frozen=True, slots=True)
class Contest:
    """The one application for a review, and what the reviewers decided once they did."""

    review_id: str
    filed_at: datetime
    outcome: str | None = None
    decided_at: datetime | None = None

    @property
    def pending(self) -> bool:
        """Whether it waits for the reviewers."""
        return self.decided_at is None


def is_conclusion(ladder: Ladder | None) -> bool:
    """Whether this is a conclusion and no part of a matter."""
    return ladder is not None and ladder.role == ROLE


def _entry(ladder: Ladder, kind: str) -> Entry | None:
    return next((entry for entry in ladder.journal if entry.kind == kind), None)


def issued_at(ladder: Ladder) -> datetime | None:
    """When it was issued; None while only its service is known."""
    entry = _entry(ladder, ISSUED)
    return entry.at if entry is not None else None


def is_told(ladder: Ladder) -> bool:
    """Whether it is known here what it says and who took part."""
    return any(entry.kind == TOLD for entry in ladder.journal)


def took_part(ladder: Ladder) -> frozenset[str]:
    """Everybody who took part in it, as far as was told."""
    return frozenset(name for entry in ladder.journal if entry.kind == TOLD for name in entry.data["took_part"])


def matters(ladder: Ladder, findings: Iterable[str] | None = None) -> list[str]:
    """The references of the matters that its findings became: of these, or of all."""
    wanted = None if findings is None else set(findings)
    told = [each for entry in ladder.journal if entry.kind == TOLD for each in entry.data["findings"]]
    return sorted({of for finding, of in told if of is not None and (wanted is None or finding in wanted)})


def finding_ids(ladder: Ladder) -> set[str]:
    """Its findings."""
    return {finding for entry in ladder.journal if entry.kind == TOLD for finding, _ in entry.data["findings"]}


def contest(ladder: Ladder) -> Contest | None:
    """The application for a review, if there is one."""
    filed, decided = _entry(ladder, CONTESTED), _entry(ladder, REVIEWED)
    if filed is None:
        return None
    outcome, at = (decided.data["outcome"], decided.at) if decided is not None else (None, None)
    return Contest(filed.data["review"], filed.at, outcome, at)


# ---- what may be


def inadmissible(ladder: Ladder, at: datetime, late: str | None) -> Fault | None:
    """Why an application is not looked into; None where it is. Lateness goes before a right that was used."""
    issued = issued_at(ladder)
    if issued is None or at < issued:
        return Fault(NOT_REVIEWABLE, "督查结论尚未作出 / the conclusion was not issued yet", "/data/matter")
    if late is not None:
        return Fault(INADMISSIBLE_LATE, late, "/data/matter")
    known = contest(ladder)
    if known is None:
        return None
    if known.pending:
        return Fault(ALREADY_USED, "已申请复核，正在复核中 / a review was applied for and is pending", "/data/matter")
    return Fault(NOT_REVIEWABLE, "复核已有决定，不得再次申请 / the review was decided", "/data/matter")


def undecidable(found: Contest | None, at: datetime, request: str | None) -> Fault | None:
    """Why there is nothing to decide."""
    if found is None or found.filed_at > at or request not in (None, found.review_id):
        return Fault(NOT_REVIEWABLE, "没有待决定的复核申请 / no application waits for this decision", "/data/outcome")
    if not found.pending:
        return Fault(ALREADY_USED, "该复核已有决定 / this review was decided", "/data/outcome")
    return None


def unvariable(ladder: Ladder, outcome: str, findings: Sequence[str]) -> Fault | None:
    """Why a conclusion cannot be varied so: a variation names findings of it that do not stand."""
    if outcome == VARIED and not findings:
        text = "变更督查结论须写明不予维持的问题 / to vary a conclusion, name the findings that fall"
        return Fault(SCHEMA_INVALID, text, "/data/findings")
    unknown = [index for index, named in enumerate(findings) if named not in finding_ids(ladder)]
    if unknown:
        text = "该结论没有这一问题 / the conclusion has no such finding"
        return Fault(SCHEMA_INVALID, text, f"/data/findings/{unknown[0]}")
    return None


def fallen(ladder: Ladder, outcome: str, findings: Sequence[str]) -> list[str]:
    """The references of the matters that lose their ground with a decision."""
    if outcome == OVERTURNED:
        return matters(ladder)
    return matters(ladder, findings) if outcome == VARIED else []


def barred(ladder: Ladder, reviewers: Iterable[str]) -> list[str]:
    """The reviewers who must recuse themselves (回避); compared after trimming."""
    return sorted({name.strip() for name in reviewers} & took_part(ladder))
