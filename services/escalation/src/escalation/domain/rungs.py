"""How a ladder's journal folds into rungs, the assignment and each slip in force with its claims, and into a standing.

A claim belongs to what was in force at its `time` (events.md, "Which slip"), reports before clocks at equal instants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from escalation.domain import checks, merging, progress
from escalation.domain.acts import Approval, ParkedHold, Proposal
from escalation.domain.clock import Claim, Clock, Course, Reckoning, Term, course
from escalation.domain.fallen import fell_at, next_colour
from escalation.domain.lateness import LateReports
from escalation.domain.relief import LET_OFF, NO_RELIEF, Relief
from escalation.domain.slip import (
    FOUNDED_ON_EXPIRY,
    LATE_ARRIVAL,
    LEGITIMATE_REASON,
    RED,
    WHITE,
    YELLOW,
    Slip,
)
from escalation.domain.standing import (
    APPROVAL,
    BEGINNING,
    PROGRESS,
    PROPOSAL,
    URGE,
    Entry,
    Ladder,
)
from escalation.domain.steps import Standing


@dataclass(slots=True)
class Rung:
    """The assignment (`slip` None) or a slip in force, and how its limit went."""

    slip: Slip | None
    clock: Clock | None
    course: Course
    claims: list[Claim]
    since: datetime
    until: datetime | None
    relief: Relief = NO_RELIEF
    failed: progress.Failed | None = None
    """A check of the assignment's progress that its accepted reports do not meet."""
    merged_at: datetime | None = None
    """Since when the ladder goes on in another one."""
    withdrawn_at: datetime | None = None
    """Since when the matter is not supervised any more."""

    @property
    def passed(self) -> bool:
        """Whether the limit, where it ends now, has passed under the cut."""
        return (
            self.clock is not None and self.clock.has_passed and not self.course.suspended and self.course.status not in LET_OFF
        )

    @property
    def held(self) -> bool:
        """Whether the limit has passed while a request waits for the office."""
        return self.passed and self.relief.pending is not None

    @property
    def excused(self) -> bool:
        """Whether it ran out under a hold that ended later: nobody was in breach meanwhile (d.17)."""
        return self.passed and self.course.end is not None and self.relief.let_go(self.course.end.due_instant) is not None


def rungs(ladder: Ladder, reckoning: Reckoning, late_reports: LateReports) -> list[Rung]:
    """The assignment and every slip in force, each with the claims made while it was in force.

    A claim that is still open when the next slip is issued goes on to count for that slip, from its issue.
    """
    slips = ladder.in_force()
    claims = ladder.claims()
    found: list[Rung] = []
    carried: list[Claim] = []
    for slip, above in zip([None, *slips], [*slips, None], strict=True):
        since = slip.issued_at if slip and slip.issued_at else _given_at(ladder)
        until = above.issued_at if above else None
        mine = carried + [claim for claim in claims if since < claim.at and (until is None or claim.at <= until)]
        rung = _rung(ladder, slip, mine, since, until, reckoning)
        if mine and above is not None and until is not None:
            carried = [replace(claim, at=until) for claim in mine if claim.open_at(until)]
            _leave_doubtful(rung, ladder, above, reckoning, late_reports)
        else:
            carried = []
        found.append(rung)
    return found


def _given_at(ladder: Ladder) -> datetime:
    """When the present assignment was given, where the unit had an earlier one; else the beginning of all."""
    before = [made.decided_at for made in ladder.objections() if made.about != ladder.assignment_id and made.decided_at]
    begun = ladder.begun_at
    return max([*before, *([begun] if begun is not None else [])], default=BEGINNING)


def _rung(
    ladder: Ladder, slip: Slip | None, claims: list[Claim], since: datetime, until: datetime | None, reckoning: Reckoning
) -> Rung:
    about = slip.slip_id if slip else ladder.assignment_id
    clock = ladder.clocks.get(about) if about else None
    relief = ladder.relief(about)
    rung = Rung(slip, clock, _course(ladder, slip, clock, relief, claims, reckoning), claims, since, until, relief)
    if not ladder.journal:
        return rung
    merged = ladder.merged()
    rung.merged_at = merged.since if merged else None
    rung.withdrawn_at = ladder.withdrawn_at
    rung.failed = checks.failed_of(ladder, rung, reckoning)
    return rung


def _course(
    ladder: Ladder, slip: Slip | None, clock: Clock | None, relief: Relief, claims: list[Claim], reckoning: Reckoning
) -> Course:
    limit = term(ladder, slip, clock, relief)
    found = course(limit, claims, reckoning)
    return replace(found, status=relief.let_off) if limit.let_off and found.status != "DONE" else found


def _leave_doubtful(rung: Rung, ladder: Ladder, above: Slip, reckoning: Reckoning, late_reports: LateReports) -> None:
    """A claim that came too late to be believed does not bring down the slip above; it counts for that slip only."""
    end = rung.course.end
    if end is None or above.ground not in FOUNDED_ON_EXPIRY:
        return
    believed = late_reports.under(above.policy_version)
    kept = [c for c in rung.claims if c.arrived <= above.issued_at or not believed.doubts(c.arrived, end)]  # type: ignore[operator]
    if len(kept) < len(rung.claims):
        rung.claims = kept
        rung.course = _course(ladder, rung.slip, rung.clock, rung.relief, kept, reckoning)


def term(ladder: Ladder, slip: Slip | None, clock: Clock | None, found: Relief = NO_RELIEF) -> Term:
    """The limit of the assignment or slip, started where its clock was armed, with all that was granted for it."""
    more: tuple[Any, ...] = ()
    if ladder.journal or found is not NO_RELIEF:  # else nothing was granted: most of them, at a deadline
        others, apart = merging.others(ladder.of_this_round() if slip is None else ()), merging.apart(ladder.journal)
        more = (found.extension, found.spans, found.open_from, found.let_off_at is not None, others, apart)
    if clock is not None:
        return Term(clock.amount, clock.limit_unit, clock.fixed_due, clock.started_on, *more)
    if slip is not None:
        return Term(slip.amount, slip.limit_unit, None, None, *more)
    return Term(ladder.amount, ladder.limit_unit, ladder.fixed_due, None, *more)


def unfounded(lower: Rung, above: Slip) -> bool:
    """Whether the slip above has lost its ground: the limit below it did not run out after all (invariant 6)."""
    if above.on_check:
        return checks.met_after_all(lower, above)
    if above.ground not in FOUNDED_ON_EXPIRY:
        return False
    if lower.course.status in ("DONE", "PENDING", *LET_OFF) or lower.course.suspended:
        return True
    if above.issued_at is not None and lower.relief.held_at(above.issued_at):
        return True
    return lower.course.status == "RUNNING" and lower.clock is not None and _moved_on(lower)


def lost_by(lower: Rung, above: Slip) -> str:
    """Why the slip above lost its ground: a report or a claim in time, or a reason or more time that was granted or asked for."""
    if above.on_check:
        return checks.met_by(lower, above)
    return LATE_ARRIVAL if lower.course.claimed and lower.course.status not in LET_OFF else LEGITIMATE_REASON


def _moved_on(rung: Rung) -> bool:
    """Whether the end lies later than the instant that has passed (a claim and its early rejection came late)."""
    assert rung.clock is not None
    end = rung.course.end
    passed = rung.clock.passed_due
    return end is not None and passed is not None and end.due_instant > passed


def standing_of(ladder: Ladder, rung: Rung, holds: Sequence[ParkedHold]) -> Standing:
    """What the decision about the rung in force depends on."""
    slip = rung.slip
    if not ladder.journal:
        return _bare_standing(ladder, rung, holds)
    reviews = ladder.reviews()
    since = max([rung.since, *(r.decided_at for r in reviews if slip and r.lengthened == slip.slip_id and r.decided_at)])
    standing = {found.slip_id for found in ladder.in_force()}
    given = ladder.begun_at or BEGINNING
    return Standing(
        colour=slip.colour if slip else None,
        renewal=slip.renewal if slip else 0,
        course=rung.course,
        passed=rung.passed,
        issued_at=slip.issued_at if slip else None,
        served_at=slip.served_at if slip else None,
        ground=slip.ground if slip else "",
        claims=rung.claims,
        proposals=[
            Proposal(entry.data["colour"], entry.at, entry.data["by"], entry.data.get("ground"))
            for entry in ladder.of_kind(PROPOSAL)
            if entry.at > given and not _fell_since(ladder, entry, next_colour(slip))
        ],
        approvals=[
            Approval(entry.data["colour"], entry.at, entry.data["by"]) for entry in ladder.of_kind(APPROVAL) if entry.at > given
        ],
        findings=[finding for finding in ladder.findings() if finding.at > since],
        urges=[entry.at for entry in ladder.of_kind(URGE)],
        progress=[entry.at for entry in ladder.of_kind(PROGRESS)],
        holds=holds,
        fell_at=fell_at(_fallen_lately(ladder), slip),
        reviews=[review for review in reviews if review.slip_id in standing],
        relief=rung.relief,
        failed=rung.failed,
    )


def _fallen_lately(ladder: Ladder) -> list[Slip]:
    """The slips without those of an earlier round."""
    begun = ladder.begun_at
    return ladder.slips if begun is None else [slip for slip in ladder.slips if slip.issued_at is None or slip.issued_at > begun]


def _bare_standing(ladder: Ladder, rung: Rung, holds: Sequence[ParkedHold]) -> Standing:
    """The same for a ladder about which nothing was reported: most of them, at a deadline."""
    slip = rung.slip
    return Standing(
        slip.colour if slip else None,
        slip.renewal if slip else 0,
        rung.course,
        rung.passed,
        slip.issued_at if slip else None,
        slip.served_at if slip else None,
        slip.ground if slip else "",
        holds=holds,
        fell_at=fell_at(_fallen_lately(ladder), slip),
        relief=rung.relief,
    )


def _fell_since(ladder: Ladder, proposal: Entry, following: str | None) -> bool:
    """Whether the slip of a direct start fell after it was proposed: then a new proposal is needed (else see `fell_at`)."""
    colour = proposal.data["colour"]
    fallen = [s.ended_at for s in ladder.slips if s.colour == colour and not s.standing and s.ended_at is not None]
    return colour != following and any(at >= proposal.at for at in fallen)


def may_propose(ladder: Ladder, colour: str, *, direct_start: bool = False) -> bool:
    """Whether the slip below this colour was issued; the policy may let a ladder start at a higher colour (d.4)."""
    if direct_start and not ladder.in_force():
        return True
    below = {WHITE: None, YELLOW: WHITE, RED: YELLOW}[colour]
    return below is None or any(slip.colour == below for slip in ladder.in_force())
