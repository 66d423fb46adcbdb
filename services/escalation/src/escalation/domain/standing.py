"""One ladder as it is kept: its clocks, slips and journal, and how they fold into rungs and a standing.

The journal holds what people and other services reported and decided; rows are only added. A rung is the assignment or a
slip in force, with the claims that were made while it was: a claim belongs to what was in force at its `time` (events.md,
"Which slip"), reports before clocks at equal instants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from escalation.domain import checks, extension, justification, merging, objection, progress, rounds
from escalation.domain.acts import Approval, ParkedHold, Proposal
from escalation.domain.clock import Claim, Clock, Course, Reckoning, Term, course
from escalation.domain.determination import Finding
from escalation.domain.fallen import fell_at, next_colour
from escalation.domain.lateness import LateReports
from escalation.domain.relief import LET_OFF, NO_RELIEF, TRANSFERRED, LeftOut, Relief, joined
from escalation.domain.review import Review
from escalation.domain.slip import (
    FOUNDED_ON_EXPIRY,
    LATE_ARRIVAL,
    LEGITIMATE_REASON,
    RED,
    WHITE,
    YELLOW,
    Slip,
)
from escalation.domain.steps import Standing

CLAIM, VERDICT, PROGRESS, URGE = "CLAIM", "VERDICT", "PROGRESS", "URGE"
FINDING, PROPOSAL, APPROVAL, SERVICE = "FINDING", "PROPOSAL", "APPROVAL", checks.SERVICE
WITHDRAWAL = "WITHDRAWAL"
"""Kept for who withdrew a slip and in which capacity; what fell stands on the slip itself."""
APPLICATION, DECISION = "REVIEW", "REVIEW_DECISION"
"""A review and what came of it; their ids are the slip's, so that a slip has one of each."""

_RELIEF = frozenset({justification.FILED, extension.REQUESTED, objection.FILED})

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Entry:
    """One line of a ladder's journal: what was reported or decided, when it happened and when it arrived."""

    kind: str
    id: str
    at: datetime
    arrived: datetime
    data: dict[str, Any]
    new: bool = False


@dataclass(slots=True)
class Ladder:
    """One unit's part of a matter, with everything that happened to it."""

    matter_id: str
    unit: str
    external_ref: str | None
    submitted_by: str | None
    assignment_id: str | None
    """None while only facts about it are known and its dispatch is not."""
    role: str
    title: str
    standard: str
    amount: int | None
    limit_unit: str | None
    fixed_due: datetime | None
    waiting: str | None
    """Why it does not go on although its limit has passed."""
    plan: dict[str, Any] | None = None
    """Milestones, and whether it is standing supervision without a limit; None where there is neither (`progress`)."""
    reply_amount: int | None = None
    reply_unit: str | None = None
    """How long the unit has to answer the source; None where it owes no answer."""
    source_type: str | None = None
    formerly: list[str] | None = None
    """The units that it was before, as units succeeded each other; since `moved_at` it is this one's."""
    moved_at: datetime | None = None
    changed: bool = False
    touched: bool = False
    clocks: dict[str, Clock] = field(default_factory=dict)
    windows: dict[str, Clock] = field(default_factory=dict)
    review_clocks: dict[str, Clock] = field(default_factory=dict)
    """The reviewers' limits, by the slip that is reviewed."""
    office_clocks: dict[tuple[str, str], Clock] = field(default_factory=dict)
    """The office's own limits, by owner and what they are about: a request, or a yellow that waits for its finding."""
    reply_clocks: dict[str, Clock] = field(default_factory=dict)
    """The limit of the answer to the source, by assignment."""
    slips: list[Slip] = field(default_factory=list)
    journal: list[Entry] = field(default_factory=list)
    cleared: set[str] = field(default_factory=set)
    """Limits whose issue timer has just come back under the cut."""
    waited: list[LeftOut] = field(default_factory=list)
    """Days on which this lead unit waited for another one (d.9); follows from the other ladders of the matter."""

    def all_clocks(self) -> Iterator[Clock]:
        """Every clock of the ladder, the office's too."""
        yield from self.clocks.values()
        yield from self.side_clocks()

    def side_clocks(self) -> Iterator[Clock]:
        """All but the limits of the assignment and its slips: windows, replies, and what the office owes."""
        for kept in (self.windows, self.review_clocks, self.reply_clocks):
            yield from kept.values()
        yield from self.office_clocks.values()

    def of_kind(self, kind: str) -> list[Entry]:
        """The journal's entries of a kind, by time, then id."""
        return sorted((entry for entry in self.journal if entry.kind == kind), key=lambda entry: (entry.at, entry.id))

    def was(self, unit: str) -> bool:
        """Whether it is this unit's, or was before units changed."""
        return unit == self.unit or unit in (self.formerly or ())

    def in_force(self) -> list[Slip]:
        """The slips that were issued and have not fallen, from the lowest up."""
        return sorted((slip for slip in self.slips if slip.in_force), key=lambda slip: slip.level)

    def draft(self, colour: str) -> Slip | None:
        """The draft of a colour that waits for a person, if any."""
        return next((slip for slip in self.slips if slip.colour == colour and slip.is_draft), None)

    def standing_slip(self, colour: str) -> Slip | None:
        """The lowest slip or draft of a colour that has not fallen."""
        standing = [slip for slip in self.slips if slip.colour == colour and slip.standing]
        return min(standing, key=lambda slip: slip.renewal) if standing else None

    def slip(self, slip_id: str) -> Slip | None:
        """The slip with this id, if it is this ladder's."""
        return next((slip for slip in self.slips if slip.slip_id == slip_id), None)

    def claims(self) -> list[Claim]:
        """Every claim with its last verdict, by time; a verdict whose claim has not arrived stands for it."""
        found: dict[str, Claim] = {}
        for entry in self.of_kind(CLAIM):
            found[entry.id] = Claim(entry.id, entry.at, entry.arrived)
        for entry in self.of_kind(VERDICT):
            id_ = entry.data["claim"]
            known = found.get(id_) or Claim(id_, datetime.fromisoformat(entry.data["claimed_at"]), entry.arrived)
            found[id_] = replace(known, verdict=entry.data["verdict"], decided_at=entry.at)
        return sorted(found.values(), key=lambda claim: (claim.at, claim.id))

    def reviews(self) -> list[Review]:
        """Every application for a review with its decision, by time."""
        decided = {entry.id: entry for entry in self.journal if entry.kind == DECISION}
        found = []
        for entry in self.of_kind(APPLICATION):
            made = Review(entry.data["review"], entry.id, entry.data["colour"], entry.at)
            if (end := decided.get(entry.id)) is not None:
                said = end.data
                made = replace(made, outcome=said["outcome"], decided_at=end.at, lengthened=said.get("lengthened"))
            found.append(made)
        return found

    def review_of(self, slip_id: str) -> Review | None:
        """The review of a slip, if one was applied for."""
        return next((review for review in self.reviews() if review.slip_id == slip_id), None)

    def review_is_pending(self, slip_id: str) -> bool:
        """Whether a slip's review waits for the reviewers."""
        found = self.review_of(slip_id)
        return found is not None and found.pending

    def justifications(self) -> list[justification.Justification]:
        """Every legitimate reason with its decision, by time."""
        return justification.justifications(self.journal)

    def extensions(self) -> list[extension.Extension]:
        """Every request for more time with its decision, by time."""
        return extension.extensions(self.journal)

    def objections(self) -> list[objection.Objection]:
        """Every objection with its decision, by time."""
        return objection.objections(self.journal)

    @property
    def transferred_at(self) -> datetime | None:
        """When the office accepted that the present assignment is not this unit's duty."""
        return objection.transferred_at(self.objections(), self.assignment_id)

    def relief(self, about: str | None) -> Relief:
        """What was granted, and is asked, for the limit of the assignment or slip `about`."""
        if not self.journal and not self.waited:
            return NO_RELIEF
        if not any(entry.kind in _RELIEF for entry in self.journal):
            return joined(NO_RELIEF, self.waited)
        made = [found for found in self.justifications() if found.about == about]
        more = sum(found.granted for found in self.extensions() if found.about == about)
        objected = [found for found in self.objections() if found.about == self.assignment_id]
        found = justification.relief(made, justification.resumptions(self.journal), more, [found.wait() for found in objected])
        gone = self.transferred_at
        return joined(replace(found, let_off_at=gone, let_off=TRANSFERRED) if gone is not None else found, self.waited)

    @property
    def begun_at(self) -> datetime | None:
        """When its matter was done again (重新办理): what was before belongs to an earlier round. None in the first."""
        return max((entry.at for entry in self.journal if entry.kind == rounds.REOPENED), default=None)

    @property
    def withdrawn_at(self) -> datetime | None:
        """When the supervision of its matter ended without its being done."""
        return min((entry.at for entry in self.journal if entry.kind == rounds.MATTER_WITHDRAWN), default=None)

    def of_this_round(self) -> list[Entry]:
        """The journal's lines since the matter was last done again."""
        begun = self.begun_at
        return self.journal if begun is None else [entry for entry in self.journal if entry.at > begun]

    def merged(self) -> merging.Merged | None:
        """Where it goes on, while its matter is handled with another one; None while it goes on by itself."""
        return merging.merged(self.journal)

    def findings(self) -> list[Finding]:
        """Every determination by an official."""
        return [
            Finding(entry.data["class"], entry.at, entry.data["by"], entry.data.get("reasons", ""))
            for entry in self.of_kind(FINDING)
        ]


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
