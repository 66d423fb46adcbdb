"""Who may not review a slip: everybody who took part in it (回避; Decree 733 art. 17, domain.md d.8, invariant 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from escalation.domain.determination import MACHINE
from escalation.domain.slip import Slip
from escalation.domain.standing import APPROVAL, FINDING, PROPOSAL, VERDICT, Ladder

DRAFTER, APPROVER, DETERMINER, VERIFIER, SIGNER = "起草人", "批准人", "认定人", "核验人", "签收人"


def participants(ladder: Ladder, slip: Slip) -> Mapping[str, str]:
    """Person → part in the act. Findings and verdicts of the whole ladder count: the slip stands on them, or they judged it."""
    found: dict[str, str] = {}

    def note(person: str | None, part: str) -> None:
        name = (person or "").strip()
        if name and name != MACHINE:
            found.setdefault(name, part)

    note(slip.proposed_by, DRAFTER)
    note(slip.issued_by, APPROVER)
    for entry in ladder.journal:
        if entry.kind == PROPOSAL and entry.data["colour"] == slip.colour:
            note(entry.data["by"], DRAFTER)
        elif entry.kind == APPROVAL and entry.data["colour"] == slip.colour:
            note(entry.data["by"], APPROVER)
        elif entry.kind == FINDING:
            note(entry.data["by"], DETERMINER)
        elif entry.kind == VERDICT:
            note(entry.data.get("by"), VERIFIER)
    note(slip.signed_by, SIGNER)
    return found


def barred(ladder: Ladder, slip: Slip, reviewers: Iterable[str]) -> dict[str, str]:
    """The reviewers who must recuse themselves, with their part in the act; compared after trimming."""
    parts = participants(ladder, slip)
    return {name: parts[name] for name in sorted({reviewer.strip() for reviewer in reviewers}) if name in parts}
