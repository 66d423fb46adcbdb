"""Domain objects → the facts that other services read. Renaming a rule never changes the wire: only this file translates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from event_contracts.escalation import (
    ClockArmed,
    ClockExtended,
    ClockMoved,
    ClockReprojected,
    ClockResumed,
    ClockStopped,
    DeadlineApproaching,
    DeadlineBreached,
    DeterminationMade,
    ReferralCreated,
    ReviewLapsed,
    SlipApproved,
    SlipIssued,
    SlipLifted,
    SlipOverturned,
    SlipProposed,
    SlipRenewed,
    SlipReported,
    SlipServed,
    SlipVacated,
    SlipWithdrawn,
    UrgeSent,
)
from event_contracts.event import TimeLimit

from escalation.domain.clock import Clock
from escalation.domain.determination import Finding
from escalation.domain.referral import Referral
from escalation.domain.reminders import is_urgent
from escalation.domain.slip import Slip
from escalation.domain.standing import Ladder


def about(of: Ladder) -> dict[str, Any]:
    """What every fact says: whose matter it is, and of which unit."""
    return {"matter_id": of.matter_id, "external_ref": of.external_ref, "submitted_by": of.submitted_by, "unit": of.unit}


def about_clock(of: Ladder, clock: Clock) -> dict[str, Any]:
    """What every fact about a limit says."""
    return about(of) | {
        "owner": clock.owner,
        "deadline": clock.deadline,
        "due_instant": clock.due_instant,
        "provisional": clock.provisional,
    }


def clock_armed(of: Ladder, clock: Clock) -> ClockArmed:
    """A limit began to run."""
    limit = TimeLimit(amount=clock.amount, unit=clock.limit_unit) if clock.amount and clock.limit_unit else None
    return ClockArmed(
        **about_clock(of, clock),
        started_on=clock.started_on,
        limit=limit,
    )


def clock_stopped(of: Ladder, clock: Clock, reason: str) -> ClockStopped:
    """A limit ended without a breach, or a breach was undone."""
    return ClockStopped(
        **about_clock(of, clock),
        reason=reason,
    )


def clock_resumed(of: Ladder, clock: Clock, reason: str) -> ClockResumed:
    """A stopped limit runs again."""
    return ClockResumed(
        **about_clock(of, clock),
        reason=reason,
    )


def clock_reprojected(of: Ladder, clock: Clock, previous: date, year: int, notice: str) -> ClockReprojected:
    """A calendar was published and the limit counted again."""
    return ClockReprojected(
        **about_clock(of, clock),
        previous_deadline=previous,
        year=year,
        notice=notice,
    )


def clock_moved(of: Ladder, clock: Clock, previous: date, reason: str) -> ClockMoved:
    """A merge, or its end, moved the limit."""
    return ClockMoved(**about_clock(of, clock), previous_deadline=previous, reason=reason)


def deadline_approaching(of: Ladder, clock: Clock, days_left: int) -> DeadlineApproaching:
    """So many workdays are left."""
    return DeadlineApproaching(
        **about_clock(of, clock),
        days_left=days_left,
        title=of.title,
        urgent=is_urgent(of.urgency),
    )


def deadline_breached(of: Ladder, clock: Clock) -> DeadlineBreached:
    """A limit passed and nothing stopped it."""
    return DeadlineBreached(
        **about_clock(of, clock),
        at=clock.due_instant,
    )


def slip_proposed(of: Ladder, slip: Slip) -> SlipProposed:
    """A draft waits for a person."""
    return SlipProposed(
        matter_id=of.matter_id,
        external_ref=of.external_ref,
        submitted_by=of.submitted_by,
        slip_id=slip.slip_id,
        unit=of.unit,
        colour=slip.colour,
        renewal=slip.renewal,
        ground=slip.ground,
        state=slip.state,
        proposed_by=slip.proposed_by,
        reason=slip.reason,
        standard=slip.standard,
        limit=TimeLimit(amount=slip.amount, unit=slip.limit_unit),
    )


def slip_approved(of: Ladder, slip: Slip, by: str, capacity: str | None) -> SlipApproved:
    """A person approved a draft; it is issued at once or at its hour."""
    return SlipApproved(
        matter_id=of.matter_id,
        external_ref=of.external_ref,
        submitted_by=of.submitted_by,
        slip_id=slip.slip_id,
        unit=of.unit,
        colour=slip.colour,
        renewal=slip.renewal,
        ground=slip.ground,
        state="APPROVED",
        approved_by=by,
        capacity=capacity,
    )


def slip_issued(
    of: Ladder,
    slip: Slip,
    liability: date,
    issued_at: datetime,
    breached_at: datetime | None,
    deduction: Decimal | None = None,
    year_attribution: str | None = None,
) -> SlipIssued:
    """A slip took effect."""
    return SlipIssued(
        matter_id=of.matter_id,
        external_ref=of.external_ref,
        submitted_by=of.submitted_by,
        slip_id=slip.slip_id,
        unit=of.unit,
        colour=slip.colour,
        renewal=slip.renewal,
        ground=slip.ground,
        state="ISSUED",
        number=slip.number,
        title=of.title,
        role=of.role,
        standard=slip.standard,
        requirements=slip.requirements,
        limit=TimeLimit(amount=slip.amount, unit=slip.limit_unit),
        liability_date=liability,
        issued_at=issued_at,
        issued_by=slip.issued_by or "",
        reason=slip.reason,
        previous_slip=slip.previous_slip,
        breached_at=breached_at,
        deduction=deduction,
        year_attribution=year_attribution,
    )


def slip_renewed(of: Ladder, slip: Slip, issued_at: datetime) -> SlipRenewed:
    """A yellow got a new limit under its number."""
    return SlipRenewed(
        matter_id=of.matter_id,
        external_ref=of.external_ref,
        submitted_by=of.submitted_by,
        slip_id=slip.slip_id,
        unit=of.unit,
        colour=slip.colour,
        renewal=slip.renewal,
        ground=slip.ground,
        state="ISSUED",
        number=slip.number,
        title=of.title,
        standard=slip.standard,
        limit=TimeLimit(amount=slip.amount, unit=slip.limit_unit),
        issued_at=issued_at,
        issued_by=slip.issued_by or "",
        reason=slip.reason,
        previous_slip=slip.previous_slip or "",
    )


def slip_served(of: Ladder, slip: Slip, clock: Clock, review_until: datetime | None) -> SlipServed:
    """The slip reached the unit; its limit runs."""
    return SlipServed(
        **_slip(of, slip),
        served_at=clock.started_at,
        served_on=clock.started_on,
        mode=slip.served_mode or "",
        deadline=clock.deadline,
        due_instant=clock.due_instant,
        review_until=review_until,
    )


DONE = "报结经核验属实，督办单解除，已产生的效果保留。"
MATTER_WITHDRAWN = "督办事项已撤回，督办单随之终止，已产生的效果保留。"


def slip_lifted(of: Ladder, slip: Slip, lifted_at: datetime, reason: str = DONE) -> SlipLifted:
    """The work was done, or its matter withdrawn; earlier effects stay."""
    return SlipLifted(
        **_slip(of, slip),
        lifted_at=lifted_at,
        title=of.title,
        reason=reason,
    )


def slip_reported(of: Ladder, slip: Slip, count: int, period_end: date, at: datetime) -> SlipReported:
    """A red is still open at the end of a limit period; the leading group is told."""
    return SlipReported(**_slip(of, slip), count=count, period_end=period_end, reported_at=at, title=of.title)


def slip_withdrawn(of: Ladder, slip: Slip, withdrawn_at: datetime) -> SlipWithdrawn:
    """A slip was taken back; its effects are undone."""
    return SlipWithdrawn(
        **_slip(of, slip),
        cause=slip.cause or "",
        withdrawn_at=withdrawn_at,
        title=of.title,
    )


def slip_overturned(of: Ladder, slip: Slip, overturned_at: datetime, review_id: str) -> SlipOverturned:
    """A review took a slip away; its effects are undone."""
    return SlipOverturned(**_slip(of, slip), review_id=review_id, overturned_at=overturned_at, title=of.title)


def slip_vacated(of: Ladder, slip: Slip, vacated_at: datetime, root: str) -> SlipVacated:
    """A slip fell with the one that it stood on."""
    return SlipVacated(**_slip(of, slip), vacated_at=vacated_at, cascade_root=root, title=of.title)


def _slip(of: Ladder, slip: Slip) -> dict[str, Any]:
    return about(of) | {
        "slip_id": slip.slip_id,
        "colour": slip.colour,
        "renewal": slip.renewal,
        "ground": slip.ground,
        "state": slip.state,
        "number": slip.number,
    }


def determination_made(of: Ladder, slip_id: str, finding: Finding, capacity: str | None = None) -> DeterminationMade:
    """The finding at the end of a slip."""
    return DeterminationMade(
        matter_id=of.matter_id,
        external_ref=of.external_ref,
        submitted_by=of.submitted_by,
        unit=of.unit,
        slip_id=slip_id,
        progress_class=finding.progress_class,
        decided_by=finding.by,
        decided_at=finding.at,
        reasons=finding.reasons,
        capacity=capacity,
    )


def referral_created(of: Ladder, slip: Slip, referral: Referral) -> ReferralCreated:
    """A red was handed to one of the three bodies."""
    return ReferralCreated(
        matter_id=of.matter_id,
        external_ref=of.external_ref,
        submitted_by=of.submitted_by,
        referral_id=referral.referral_id,
        slip_id=referral.slip_id,
        unit=of.unit,
        body=referral.body,
        kind=referral.kind,
        state=referral.state,
        title=of.title,
        number=slip.number,
    )


def urge_sent(of: Ladder, by: str, at: datetime, count: int, *, automatic: bool) -> UrgeSent:
    """A unit was urged without a colour."""
    return UrgeSent(
        matter_id=of.matter_id,
        external_ref=of.external_ref,
        submitted_by=of.submitted_by,
        unit=of.unit,
        by=by,
        urged_at=at,
        count=count,
        automatic=automatic,
        title=of.title,
    )


def review_lapsed(of: Ladder, slip: Slip, lapsed_at: datetime) -> ReviewLapsed:
    """The review window ended without an application."""
    return ReviewLapsed(
        matter_id=of.matter_id,
        external_ref=of.external_ref,
        submitted_by=of.submitted_by,
        slip_id=slip.slip_id,
        unit=of.unit,
        colour=slip.colour,
        lapsed_at=lapsed_at,
    )


def clock_extended(of: Ladder, clock: Clock, days: int, reason: str, previous: date) -> ClockExtended:
    """A limit became longer by a decision."""
    return ClockExtended(
        **about_clock(of, clock),
        days=days,
        reason=reason,
        previous_deadline=previous,
    )
