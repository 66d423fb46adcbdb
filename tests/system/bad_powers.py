"""Rows of `bad_input.py` in a city that has published who holds which office: decisions by who does not hold the right one."""

from __future__ import annotations

from typing import Any

from bad_input import Story, Wrong

Row = dict[str, Any]


def person(name: str, role: str, until: str | None = None, **more: str) -> Row:
    """Somebody with one office since the new year."""
    capacity = {"role": role, "from": "2026-01-01"} | ({"to": until} if until else {}) | more
    return {"name": name, "capacities": [capacity]}


PERSONS = [
    person("赵明远", "OFFICER"),
    person("王科", "OFFICER", "2026-03-12"),
    person("李文静", "SECTION_HEAD"),
    person("周建国", "LEADING_GROUP_CHAIR"),
    person("孙立", "AUDITOR"),
    {
        "name": "代理甲",
        "capacities": [{"role": "SECTION_HEAD", "from": "2026-03-09", "to": "2026-03-10", "deputy_for": "李文静"}],
    },
]
"""An officer, one who left, a head with a deputy for two days, the chair, and somebody who may only review."""


def published() -> Story:
    """The office says who holds which office, before everything else."""
    return Story("PERSONS", []).send("persons.published", "/office", "03-02 08:00", {"persons": PERSONS})


def claimed(story: Story) -> Story:
    return story.unit("completion.claimed", "03-03 09:00", text="完")


BY = "/data/decided_by"

POWERS: tuple[Wrong, ...] = (
    (
        "a stranger verifies",
        lambda s: claimed(s).office("completion.verified", "03-03 10:00", verified_by="路人"),
        "NOT_EMPOWERED",
        "/data/verified_by",
    ),
    (
        "an auditor verifies",
        lambda s: claimed(s).office("completion.verified", "03-03 10:00", verified_by="孙立"),
        "NOT_EMPOWERED",
        "/data/verified_by",
    ),
    (
        "a stranger accepts progress",
        lambda s: s.unit("progress.reported", "03-03 09:00", text="进展").office(
            "progress.assessed", "03-03 10:00", accepted=True, decided_by="路人"
        ),
        "NOT_EMPOWERED",
        BY,
    ),
    (
        "an officer decides an objection",
        lambda s: s.unit("objection.filed", "03-03 09:00", grounds="非我职责").office(
            "objection.decided", "03-03 10:00", outcome="REFUSED", decided_by="赵明远"
        ),
        "NOT_EMPOWERED",
        BY,
    ),
    ("an officer grants a reason", lambda s: s.reason().answer(decided_by="赵明远"), "NOT_EMPOWERED", BY),
    (
        "a deputy grants a reason before his days",
        lambda s: s.reason().answer("03-08 23:59", decided_by="代理甲"),
        "NOT_EMPOWERED",
        BY,
    ),
    (
        "a deputy grants a reason after his days",
        lambda s: s.reason().answer("03-11 00:00", decided_by="代理甲"),
        "NOT_EMPOWERED",
        BY,
    ),
    (
        "an officer grants more time",
        lambda s: s.more_time().office("extension.decided", "03-11 09:00", granted_days=1, decided_by="赵明远"),
        "NOT_EMPOWERED",
        BY,
    ),
    (
        "a stranger proposes",
        lambda s: s.office("slip.proposed", "03-03 09:00", colour="WHITE", by="路人", standard="完"),
        "NOT_EMPOWERED",
        "/data/by",
    ),
    ("an officer withdraws a yellow", lambda s: s.withdrawn("YELLOW", "03-23 09:00", by="赵明远"), "NOT_EMPOWERED", "/data/by"),
    (
        "a stranger determines",
        lambda s: s.office("determination.made", "03-30 09:00", progress_class="NO_MOVEMENT", reasons="无", decided_by="路人"),
        "NOT_EMPOWERED",
        BY,
    ),
    (
        "an officer determines who has left",
        lambda s: s.office("determination.made", "03-30 09:00", progress_class="NO_MOVEMENT", reasons="无", decided_by="王科"),
        "NOT_EMPOWERED",
        BY,
    ),
    (
        "a section head approves a red",
        lambda s: s.finding("NO_MOVEMENT").office("slip.approved", "03-30 10:00", colour="RED", by="李文静"),
        "NOT_EMPOWERED",
        "/data/by",
    ),
    ("a stranger reviews", lambda s: s.applied().reviewed(reviewers=["孙立", "路人"]), "NOT_EMPOWERED", "/data/reviewers"),
    ("a section head publishes a policy", lambda s: s.policy(by="李文静"), "NOT_EMPOWERED", "/data/by"),
    (
        "a stranger says that two matters are one",
        lambda s: s.send(
            "duplicate.resolved",
            "/office",
            "03-03 09:00",
            {"matter": s.ref, "outcome": "DISTINCT", "reason": "不同", "by": "路人"},
        ),
        "NOT_EMPOWERED",
        "/data/by",
    ),
)

EMPOWERED = (
    Story.begin("GOOD")
    .reason()
    .office("justification.decided", "03-09 09:00", outcome="REFUSED", decided_by="代理甲", reasons="不成立")
    .red()
    .applied("RED")
    .reviewed(colour="RED")
)
"""The same decisions by those who may: nothing of it is refused."""
