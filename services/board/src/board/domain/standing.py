"""What follows from several producers' facts: which slip is in force, which limit runs, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterator

from board.domain.case import CLOSED, FALLEN, LEVELS, OPEN, RED, YELLOW, Case, Clock, Filing, Part, Slip, Todo

WORK = ("ASSIGNMENT", "SLIP:WHITE", "SLIP:YELLOW", "SLIP:RED")
"""Limits for the work itself, in the order of the ladder; a renewal carries its number behind."""
MACHINE = "duban"
"""How our services sign what no person decided; compared without regard to case."""
TO_SIGN = ("ASSIGNMENT", "SLIP")


def settle(case: Case) -> None:
    """Derive what no event says by itself."""
    for slip in case.slips.values():
        clock = case.clocks.get((slip.unit, owner_of(slip)))
        if clock is not None and clock.state == "BREACHED" and slip.state == "SERVED":
            slip.state = "EXPIRED"
    for part in case.parts.values():
        _stand(case, part)


def owner_of(slip: Slip) -> str:
    """The name of the slip's clock."""
    return f"SLIP:{slip.colour}" + (f":{slip.renewal}" if slip.renewal else "")


def rung(slip: Slip) -> tuple[int, int]:
    """Where on the ladder a slip stands."""
    return LEVELS.get(slip.colour, 0), slip.renewal


def valid_slips(case: Case, unit: str) -> list[Slip]:
    """The unit's issued slips that did not fall, from the lowest up."""
    found = [slip for slip in case.slips.values() if slip.unit == unit and slip.issued_at and slip.state not in FALLEN]
    return sorted(found, key=rung)


def _stand(case: Case, part: Part) -> None:
    """The part's colour, and the limit that counts for it."""
    slips = valid_slips(case, part.unit)
    open_part = case.state == OPEN and part.state == OPEN
    if slips and open_part and slips[-1].state != "LIFTED":
        slips[-1].in_force, part.colour = True, slips[-1].colour
    if case.state == CLOSED and part.state == OPEN:
        part.state = "DONE"
    clock = running(case, part.unit)
    if clock is not None:
        part.owner, part.clock, part.deadline, part.due = clock.owner, clock.state, clock.deadline, clock.due
        part.provisional = clock.provisional
    first = case.clocks.get((part.unit, "ASSIGNMENT"))
    part.served_on = first.started_on if first else None


def running(case: Case, unit: str) -> Clock | None:
    """The limit of the highest rung that has one and did not fall."""
    fallen = {owner_of(slip) for slip in case.slips.values() if slip.unit == unit and slip.state in FALLEN}
    found = [c for (of, owner), c in case.clocks.items() if of == unit and owner.startswith(WORK) and owner not in fallen]
    return max(found, key=lambda clock: (WORK.index(_word(clock.owner)), clock.owner), default=None)


def _word(owner: str) -> str:
    return ":".join(owner.split(":")[:2])


# ---------------------------------------------------------------- what waits for whom


def todos(case: Case) -> list[Todo]:
    """Everything that waits for a person, on whichever desk."""
    if not case.known:
        return []
    found = [*_filings(case), *_drafts(case)]
    if case.state == OPEN:
        found += [*_findings(case), *_to_sign(case)]
    return [*found, *_handed_over(case)]


DECISIONS = {"OBJECTION": "DECISION:OBJECTION", "DETERMINATION": "DECISION:DETERMINATION"}
"""What waits → the office's own clock for it, where the filing does not say its limit."""


def _own_limit(case: Case, unit: str, kind: str) -> str | None:
    clock = case.clocks.get((unit, DECISIONS.get(kind, "")))
    return clock.deadline if clock is not None and clock.state in ("RUNNING", "BREACHED") else None


def _filings(case: Case) -> Iterator[Todo]:
    for filing in case.filings.values():
        if filing.open and (case.state == OPEN or filing.kind == "REVIEW"):
            limit = filing.due_on or _own_limit(case, filing.unit, filing.kind)
            about, recused = _about(case, filing), _recused(case, filing)
            yield Todo(filing.kind, "OFFICE", filing.unit, filing.key, filing.since, limit, filing.colour, about, recused)


def _about(case: Case, filing: Filing) -> str:
    slip = case.slips.get(filing.detail)
    return (slip.number or slip.slip_id) if slip is not None else filing.detail


def _recused(case: Case, filing: Filing) -> str:
    """Who took part in the slip under review, or in its ladder."""
    if filing.kind != "REVIEW":
        return ""
    names = case.people.get(filing.detail, set()) | case.people.get(f"ladder:{filing.unit}", set())
    return "\n".join(sorted(name for name in names if name.lower() != MACHINE))


def _drafts(case: Case) -> Iterator[Todo]:
    for slip in case.slips.values():
        if slip.state == "DRAFT" and slip.issued_at is None:
            since = slip.proposed_at or ""
            yield Todo("DRAFT", "OFFICE", slip.unit, slip.slip_id, since, None, slip.colour, slip.reason)


def _findings(case: Case) -> Iterator[Todo]:
    """A yellow that ended undone waits for the finding that decides between red and renewal (domain.md d.4)."""
    for part in case.parts.values():
        slips = valid_slips(case, part.unit)
        if not slips or part.state != OPEN:
            continue
        slip = slips[-1]
        if slip.colour == YELLOW and slip.state == "EXPIRED" and not _waiting(case, part.unit):
            limit = _own_limit(case, part.unit, "DETERMINATION")
            yield Todo("DETERMINATION", "OFFICE", part.unit, slip.slip_id, slip.due or "", limit, YELLOW, slip.number or "")


def _waiting(case: Case, unit: str) -> bool:
    """A draft, a claim or a reason comes before a finding."""
    drafts = any(s.unit == unit and s.colour == RED and s.state == "DRAFT" for s in case.slips.values())
    kinds = ("CLAIM", "JUSTIFICATION")
    return drafts or any(f.open and f.unit == unit and f.kind in kinds for f in case.filings.values())


def _to_sign(case: Case) -> Iterator[Todo]:
    """Notices that the unit has not signed for; without a signature they are deemed served (domain.md d.6)."""
    for notice in case.notices.values():
        if notice.kind not in TO_SIGN or notice.state != "DISPATCHED" or notice.dispatched_at is None:
            continue
        slip = case.slips.get(notice.about)
        if slip is None or slip.state not in FALLEN:
            yield Todo("SIGN", "UNIT", notice.unit, notice.notice_id, notice.dispatched_at, None, notice.colour, notice.kind)


def _handed_over(case: Case) -> Iterator[Todo]:
    for referral in case.referrals.values():
        if referral.state in ("CREATED", "ACKNOWLEDGED"):
            kind = "REFERRAL_" + referral.state
            yield Todo(kind, referral.body, referral.unit, referral.referral_id, referral.at, None, RED, referral.kind)
