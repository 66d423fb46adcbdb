"""Rows of `bad_input.py`: the same twice, after the window, and about what has ended."""

from __future__ import annotations

from bad_input import Story, Wrong

COLOUR, LATE = "/data/colour", "INADMISSIBLE_LATE"


def done(story: Story) -> Story:
    """The white was lifted: the work was claimed in time and verified."""
    return story.unit("completion.claimed", "03-06 09:00", text="完").office(
        "completion.verified", "03-09 09:00", verified_by="赵明远"
    )


def overturned(story: Story) -> Story:
    return story.applied().reviewed(outcome="OVERTURNED")


TWICE: tuple[Wrong, ...] = (
    (
        "a second application while the first is pending",
        lambda s: s.applied().applied(when="04-02 09:00"),
        "ALREADY_USED",
        "/data/colour",
    ),
    (
        "an application after a decision",
        lambda s: s.applied().reviewed().applied(when="04-03 09:00"),
        "NOT_REVIEWABLE",
        "/data/colour",
    ),
    ("a review is decided twice", lambda s: s.applied().reviewed().reviewed("04-03 09:00"), "ALREADY_USED", "/data/outcome"),
    ("a reason is decided twice", lambda s: s.reason().answer().answer("03-10 09:00"), "ALREADY_USED", "/data/outcome"),
    ("a second request for more time", lambda s: s.more_time().given(2).more_time("03-12 09:00"), "ALREADY_USED", "/data/days"),
    (
        "more time is decided twice",
        lambda s: s.more_time().given(2).given(1, "03-12 09:00"),
        "ALREADY_USED",
        "/data/granted_days",
    ),
    (
        "a clock is resumed twice",
        lambda s: s.reason().answer().office("clock.resumed", "03-12 09:00", on="2026-03-11").again("03-12 10:00"),
        "ALREADY_USED",
        "/data/on",
    ),
    (
        "a second objection",
        lambda s: (
            s.unit("objection.filed", "03-03 09:00", grounds="非我职责")
            .office("objection.decided", "03-03 10:00", outcome="REFUSED", decided_by="李文静")
            .unit("objection.filed", "03-03 11:00", grounds="仍非我职责")
        ),
        "ASSIGNMENT_FINAL",
        "/data/matter",
    ),
    (
        "an objection is decided twice",
        lambda s: (
            s.unit("objection.filed", "03-03 09:00", grounds="非我职责")
            .office("objection.decided", "03-03 10:00", outcome="REFUSED", decided_by="李文静", request=s.messages[-1]["id"])
            .office("objection.decided", "03-03 11:00", outcome="ACCEPTED", decided_by="李文静", request=s.messages[1]["id"])
        ),
        "ALREADY_USED",
        "/data/request",
    ),
    (
        "a claim is verified twice",
        lambda s: done(s).office("completion.verified", "03-10 09:00", verified_by="李文静"),
        "UNKNOWN_MATTER",
        "/data/matter",
    ),
    (
        "a white is proposed twice",
        lambda s: s.proposed("WHITE", "03-03 09:00").proposed("WHITE", "03-03 10:00"),
        "DUPLICATE_LADDER",
        "/data/colour",
    ),
    ("a yellow is proposed that stands", lambda s: s.proposed("YELLOW", "03-23 09:00"), "DUPLICATE_LADDER", "/data/colour"),
    (
        "a referral is acknowledged twice",
        lambda s: s.red().body("referral.acknowledged", "03-31 09:00", "DISCIPLINE", "/units/DISCIPLINE").again("03-31 10:00"),
        "ALREADY_USED",
        "/data/body",
    ),
    (
        "a referral is concluded twice",
        lambda s: s.red().body("referral.concluded", "03-31 09:00", "ASSESSMENT", "/office", outcome="取消").again("04-01 09:00"),
        "ALREADY_USED",
        "/data/body",
    ),
    (
        "a slip is withdrawn twice",
        lambda s: s.withdrawn("YELLOW", "03-23 09:00").withdrawn("YELLOW", "03-23 10:00"),
        "UNKNOWN_MATTER",
        "/data/colour",
    ),
    (
        "a closed year gets another base total",
        lambda s: s.send("assessment.finalised", "/office", "03-03 09:00", {"year": 2024, "base_totals": {"ZJJ": "90.00"}}).again(
            "03-04 09:00", base_totals={"ZJJ": "91.00"}
        ),
        "ALREADY_USED",
        "/data/base_totals",
    ),
    (
        "an id is used for two things",
        lambda s: (
            s.unit("completion.claimed", "03-03 09:00", text="完")
            .again("03-03 10:00", text="又完")
            .with_the_id_of_the_one_before()
        ),
        "ID_REUSED",
        "/id",
    ),
)

TOO_LATE: tuple[Wrong, ...] = (
    ("an application after its window", lambda s: s.applied(when="04-21 00:00"), "INADMISSIBLE_LATE", "/data/colour"),
    ("a reason after the deadline", lambda s: s.reason("03-20 09:00", colour="WHITE"), "INADMISSIBLE_LATE", "/time"),
    ("a request for more time on the last day but one", lambda s: s.more_time("03-18 09:00"), "INADMISSIBLE_LATE", "/data/days"),
    (
        "an objection after its window",
        lambda s: s.unit("objection.filed", "03-06 09:00", grounds="非我职责"),
        "INADMISSIBLE_LATE",
        "/time",
    ),
    (
        "an outcome after the referral was recalled",
        lambda s: (
            s.red()
            .withdrawn("RED", "03-31 09:00")
            .body("referral.concluded", "04-01 09:00", "DISCIPLINE", "/office", outcome="已查")
        ),
        "INADMISSIBLE_LATE",
        "/data/body",
    ),
    (
        "a policy that began before it was published",
        lambda s: s.policy("03-03 09:00", effective_from="2026-03-02"),
        "SCHEMA_INVALID",
        "/data/effective_from",
    ),
)

ENDED: tuple[Wrong, ...] = (
    ("more time for what was done", lambda s: done(s).more_time("03-10 09:00"), "INADMISSIBLE_LATE", "/data/days"),
    (
        "more time for what was let off",
        lambda s: s.reason().answer(effect="WAIVE").more_time("03-10 09:00"),
        "ALREADY_USED",
        "/data/days",
    ),
    ("a white is proposed for what was done", lambda s: done(s).proposed("WHITE", "03-10 09:00"), "DUPLICATE_LADDER", COLOUR),
    (
        "a red is approved for what was done",
        lambda s: done(s).office("slip.approved", "03-30 09:00", colour="RED", by="周建国"),
        "RED_BARRED",
        COLOUR,
    ),
    (
        "an objection to what was done",
        lambda s: done(s).unit("objection.filed", "03-10 09:00", grounds="非我职责"),
        LATE,
        "/time",
    ),
    (
        "what was verified is rejected",
        lambda s: done(s).office("completion.rejected", "03-10 09:00", verified_by="赵明远", deficiencies=["未达标"]),
        "UNKNOWN_MATTER",
        "/data/matter",
    ),
    (
        "a finding about a yellow that was withdrawn",
        lambda s: s.withdrawn("YELLOW", "03-23 09:00").finding("NO_MOVEMENT"),
        "NOT_REVIEWABLE",
        "/data/progress_class",
    ),
    (
        "the clock of a white that was withdrawn is resumed",
        lambda s: s.reason().answer().withdrawn("WHITE", "03-10 09:00").office("clock.resumed", "03-12 09:00", on="2026-03-11"),
        "NOT_REVIEWABLE",
        "/data/on",
    ),
    ("what was overturned is withdrawn", lambda s: overturned(s).withdrawn("YELLOW", "04-03 09:00"), "UNKNOWN_MATTER", COLOUR),
    (
        "a red that fell with its yellow is reviewed",
        lambda s: overturned(s.red()).applied("RED", "04-03 09:00"),
        "NOT_REVIEWABLE",
        COLOUR,
    ),
    ("a white is reviewed", lambda s: s.applied("WHITE", "03-10 09:00"), "NOT_REVIEWABLE", "/data/colour"),
    ("a red that was never issued is reviewed", lambda s: s.applied("RED"), "NOT_REVIEWABLE", "/data/colour"),
    (
        "a withdrawn yellow is reviewed",
        lambda s: s.withdrawn("YELLOW", "03-23 09:00").applied(),
        "NOT_REVIEWABLE",
        "/data/colour",
    ),
    (
        "a review of what was withdrawn is decided",
        lambda s: s.applied(when="03-23 09:00").withdrawn("YELLOW", "03-24 09:00").reviewed("03-25 09:00"),
        "NOT_REVIEWABLE",
        "/data/outcome",
    ),
    (
        "a reason for a slip that has fallen",
        lambda s: s.withdrawn("YELLOW", "03-23 09:00").reason("03-24 09:00", colour="YELLOW"),
        "UNKNOWN_MATTER",
        "/data/colour",
    ),
    (
        "a reason of a slip that has fallen is decided",
        lambda s: s.reason("03-23 09:00").withdrawn("YELLOW", "03-24 09:00").answer("03-25 09:00", suspended_from="2026-03-25"),
        "NOT_REVIEWABLE",
        "/data/outcome",
    ),
    ("more time for a red", lambda s: s.red().more_time("03-31 09:00"), "ALREADY_USED", "/data/colour"),
    (
        "more time for a slip that has fallen is decided",
        lambda s: s.more_time("03-23 09:00").withdrawn("YELLOW", "03-24 09:00").given(1, "03-25 09:00"),
        "NOT_REVIEWABLE",
        "/data/granted_days",
    ),
    (
        "a reason for what was let off",
        lambda s: s.reason().answer(effect="WAIVE").reason("03-10 09:00"),
        "ALREADY_USED",
        "/data/category",
    ),
    (
        "a reason for what was done",
        lambda s: (
            s.unit("completion.claimed", "03-06 09:00", text="完")
            .office("completion.verified", "03-09 09:00", verified_by="赵明远")
            .reason("03-10 09:00")
        ),
        "INADMISSIBLE_LATE",
        "/data/category",
    ),
    (
        "a review varied to a higher colour",
        lambda s: s.applied().reviewed(outcome="VARIED", new_colour="RED"),
        "SCHEMA_INVALID",
        "/data/new_colour",
    ),
    (
        "a review varied to a shorter limit",
        lambda s: s.applied().reviewed(outcome="VARIED", new_limit={"amount": 4, "unit": "WORKDAY"}),
        "SCHEMA_INVALID",
        "/data/new_limit",
    ),
    (
        "a finding without evidence",
        lambda s: s.office(
            "determination.made", "03-30 09:00", progress_class="PERFUNCTORY_POOR", reasons="差", decided_by="赵明远"
        ),
        "SCHEMA_INVALID",
        "/data/evidence",
    ),
    (
        "a white for what only a yellow is for",
        lambda s: s.proposed("WHITE", "03-03 09:00", ground="NO_MOVEMENT"),
        "SCHEMA_INVALID",
        "/data/ground",
    ),
)
