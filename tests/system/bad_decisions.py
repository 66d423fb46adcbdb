"""Rows of `bad_input.py`: decisions without the power, and out of order."""

from __future__ import annotations

from bad_input import PHOTO, Wrong

WITHOUT_POWER: tuple[Wrong, ...] = (
    ("a unit approves", lambda s: s.unit("slip.approved", "03-05 09:00", colour="WHITE", by="王芳"), "SENDER_MISMATCH", "/type"),
    (
        "a unit determines",
        lambda s: s.unit("determination.made", "03-30 09:00", progress_class="NO_MOVEMENT", reasons="无", decided_by="王芳"),
        "SENDER_MISMATCH",
        "/type",
    ),
    (
        "a unit verifies its own claim",
        lambda s: s.unit("completion.claimed", "03-03 09:00", text="完").unit(
            "completion.verified", "03-03 10:00", verified_by="王芳"
        ),
        "SENDER_MISMATCH",
        "/type",
    ),
    (
        "a unit withdraws",
        lambda s: s.unit("slip.withdrawn", "03-06 09:00", colour="WHITE", by="王芳"),
        "SENDER_MISMATCH",
        "/type",
    ),
    (
        "a unit decides its own review",
        lambda s: s.applied().unit("review.decided", "04-02 09:00", colour="YELLOW", outcome="OVERTURNED", reviewers=["王芳"]),
        "SENDER_MISMATCH",
        "/type",
    ),
    (
        "a unit grants itself a reason",
        lambda s: s.reason().unit("justification.decided", "03-09 09:00", outcome="GRANTED", effect="WAIVE", decided_by="王芳"),
        "SENDER_MISMATCH",
        "/type",
    ),
    (
        "a unit grants itself more time",
        lambda s: s.more_time().unit("extension.decided", "03-11 09:00", granted_days=4, decided_by="王芳"),
        "SENDER_MISMATCH",
        "/type",
    ),
    ("a unit resumes its clock", lambda s: s.unit("clock.resumed", "03-06 09:00", on="2026-03-06"), "SENDER_MISMATCH", "/type"),
    (
        "a claim about another unit",
        lambda s: s.unit("completion.claimed", "03-03 09:00", sender="SLJ", text="完"),
        "SENDER_MISMATCH",
        "/data/unit",
    ),
    (
        "a review for another unit",
        lambda s: s.unit("review.filed", "04-01 09:00", sender="SLJ", colour="YELLOW", grounds="不服"),
        "SENDER_MISMATCH",
        "/data/unit",
    ),
    ("a stranger urges", lambda s: s.unit("urge.sent", "03-03 09:00", sender="JTJ", by="LEAD"), "UNKNOWN_MATTER", "/data/matter"),
    (
        "the supporting unit urges as the lead",
        lambda s: s.unit("urge.sent", "03-03 09:00", sender="SLJ", by="LEAD"),
        "SENDER_MISMATCH",
        "/data/by",
    ),
    ("a unit urges as the office", lambda s: s.unit("urge.sent", "03-03 09:00", by="OFFICE"), "SENDER_MISMATCH", "/data/by"),
    (
        "a unit answers its referral",
        lambda s: s.red().body("referral.acknowledged", "03-31 09:00", "DISCIPLINE", "/units/ZJJ"),
        "SENDER_MISMATCH",
        "/data/body",
    ),
    (
        "one body answers for another",
        lambda s: s.red().body("referral.acknowledged", "03-31 09:00", "ORGANISATION", "/units/DISCIPLINE"),
        "SENDER_MISMATCH",
        "/data/body",
    ),
    ("a unit publishes a calendar", lambda s: s.calendar(sender="/units/ZJJ"), "SENDER_MISMATCH", "/type"),
    ("a unit publishes a policy", lambda s: s.policy(sender="/units/ZJJ"), "SENDER_MISMATCH", "/type"),
    (
        "a unit closes a year",
        lambda s: s.send("assessment.finalised", "/units/ZJJ", "03-03 09:00", {"year": 2025}),
        "SENDER_MISMATCH",
        "/type",
    ),
    (
        "a unit awards itself a bonus",
        lambda s: s.send(
            "bonus.awarded",
            "/units/ZJJ",
            "03-03 09:00",
            {"unit": "ZJJ", "year": 2026, "amount": "0.50", "reason": "好", "evidence": PHOTO, "approved_by": "市长"},
        ),
        "SENDER_MISMATCH",
        "/type",
    ),
    (
        "an approval about a unit without a part",
        lambda s: s.office("slip.approved", "03-05 09:00", unit="JTJ", colour="WHITE", by="周建国"),
        "NOT_PARTY",
        "/data/unit",
    ),
    (
        "who determined reviews",
        lambda s: s.finding("PERFUNCTORY_POOR").applied().reviewed(reviewers=["孙立", " 赵明远 "]),
        "RECUSAL",
        "/data/reviewers",
    ),
    (
        "who approved the red reviews it",
        lambda s: s.red().applied("RED").reviewed(colour="RED", reviewers=["周建国"]),
        "RECUSAL",
        "/data/reviewers",
    ),
    ("more time than the office may grant", lambda s: s.more_time(days=9).given(6), "NOT_EMPOWERED", "/data/granted_days"),
)

OUT_OF_ORDER: tuple[Wrong, ...] = (
    (
        "a red is approved before a yellow",
        lambda s: s.office("slip.approved", "03-10 09:00", colour="RED", by="周建国"),
        "RED_BARRED",
        "/data/colour",
    ),
    ("a yellow is proposed before a white", lambda s: s.proposed("YELLOW", "03-03 09:00"), "NOT_EMPOWERED", "/data/colour"),
    ("a red is proposed before a yellow", lambda s: s.proposed("RED", "03-10 09:00"), "RED_BARRED", "/data/colour"),
    (
        "a red is approved after improvement",
        lambda s: s.finding("SUBSTANTIVE_IMPROVEMENT").office("slip.approved", "03-30 10:00", colour="RED", by="周建国"),
        "RED_BARRED",
        "/data/colour",
    ),
    (
        "a red is proposed after improvement",
        lambda s: s.finding("SUBSTANTIVE_IMPROVEMENT").proposed("RED", "03-30 10:00"),
        "RED_BARRED",
        "/data/colour",
    ),
    (
        "a verdict without a claim",
        lambda s: s.office("completion.verified", "03-03 10:00", verified_by="赵明远"),
        "UNKNOWN_MATTER",
        "/data/matter",
    ),
    (
        "a progress report is assessed that nobody made",
        lambda s: s.office("progress.assessed", "03-03 10:00", accepted=True, decided_by="赵明远"),
        "UNKNOWN_MATTER",
        "/data/matter",
    ),
    ("a review is decided that nobody applied for", lambda s: s.reviewed(), "NOT_REVIEWABLE", "/data/outcome"),
    (
        "a review is decided before its application",
        lambda s: s.applied(when="04-03 09:00").reviewed(when="04-02 09:00"),
        "NOT_REVIEWABLE",
        "/data/outcome",
    ),
    ("a reason is granted that nobody gave", lambda s: s.answer(), "UNKNOWN_MATTER", "/data/matter"),
    ("more time is granted that nobody asked for", lambda s: s.given(2), "UNKNOWN_MATTER", "/data/matter"),
    (
        "a clock is resumed that was not stopped",
        lambda s: s.office("clock.resumed", "03-10 09:00", on="2026-03-09"),
        "UNKNOWN_MATTER",
        "/data/matter",
    ),
    (
        "an objection is decided that nobody filed",
        lambda s: s.office("objection.decided", "03-03 10:00", outcome="REFUSED", decided_by="李文静"),
        "UNKNOWN_MATTER",
        "/data/matter",
    ),
    (
        "a referral is acknowledged before the red",
        lambda s: s.body("referral.acknowledged", "03-10 09:00", "DISCIPLINE", "/units/DISCIPLINE"),
        "UNKNOWN_MATTER",
        "/data/body",
    ),
    (
        "an interview is decided that was not proposed",
        lambda s: s.send("interview.decided", "/office", "03-10 09:00", {"unit": "WWW", "outcome": "SUMMON", "by": "李文静"}),
        "UNKNOWN_MATTER",
        "/data/unit",
    ),
    (
        "an interview is held that was not summoned",
        lambda s: s.send("interview.held", "/office", "03-10 09:00", {"unit": "WWW", "minutes": "谈"}),
        "UNKNOWN_MATTER",
        "/data/unit",
    ),
    (
        "a suspension from before its filing",
        lambda s: s.reason().answer(suspended_from="2026-03-05"),
        "SUSPENSION_BEFORE_FILING",
        "/data/suspended_from",
    ),
    (
        "a suspension from after the end",
        lambda s: s.reason().answer(suspended_from="2026-03-20"),
        "SCHEMA_INVALID",
        "/data/suspended_from",
    ),
    (
        "a suspension without its first day",
        lambda s: s.reason().office(
            "justification.decided", "03-09 09:00", outcome="GRANTED", effect="SUSPEND", decided_by="李文静"
        ),
        "SCHEMA_INVALID",
        "/data/suspended_from",
    ),
    (
        "a grant without an effect",
        lambda s: s.reason().office("justification.decided", "03-09 09:00", outcome="GRANTED", decided_by="李文静"),
        "SCHEMA_INVALID",
        "/data/effect",
    ),
    (
        "a suspension that ends before it began",
        lambda s: s.reason().answer().office("clock.resumed", "03-12 09:00", on="2026-03-08"),
        "SCHEMA_INVALID",
        "/data/on",
    ),
    ("more time is granted than was asked for", lambda s: s.more_time(days=2).given(3), "SCHEMA_INVALID", "/data/granted_days"),
    (
        "a year is closed before it began",
        lambda s: s.send("assessment.finalised", "/office", "03-03 09:00", {"year": 2027}),
        "SCHEMA_INVALID",
        "/data/year",
    ),
)
