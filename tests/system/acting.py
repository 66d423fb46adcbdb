"""What can happen in a city, as the rules of a state machine: it submits matters, signs, reports, claims, decides, repeats and
delays messages, applies for reviews, publishes calendars and policies, closes years, and lets time pass.

`test_invariants_hold.py` plays it. What happens must make sense only now and then; everything must be survived.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ground_rules.policy import load_policy
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from living import Living
from matters import event

Row = dict[str, Any]

START = datetime(2026, 2, 25, 1, tzinfo=UTC)
"""A Wednesday morning, some workdays after the Spring Festival, whose make-up Saturday follows."""

UNITS = ("ZJJ", "SLJ", "JTJ")
PEOPLE = ("赵明远", "李文静", "周建国", "何敏")
CLASSES = ("NO_MOVEMENT", "PERFUNCTORY_POOR", "SUBSTANTIVE_IMPROVEMENT")
COLOURS = ("WHITE", "YELLOW", "RED")
BODIES = ("DISCIPLINE", "ASSESSMENT", "ORGANISATION")
EVIDENCE = [{"kind": "PHOTO", "sha256": "ab" * 32}]

POLICIES: tuple[Row, ...] = (
    {},
    {"service": "immediate", "approval": {"red": "auto"}, "automatic_urging": True},
    {"service": "immediate", "verification": "auto"},
    {"approval": {"white": "required", "yellow": "required"}, "issue_time": "08:30"},
    {"service": "immediate", "yellow": {"max_renewals": 0}, "limits": {"white": {"amount": 5, "unit": "DAY"}}},
    {"service": "immediate", "review_suspends_ladder": True, "approval": {"red": "auto"}, "automatic_urging": True},
    {"progress": {"cycle": {"amount": 2, "unit": "WORKDAY"}, "tolerance": 5}, "approval": {"red": "auto"}},
)

AMENDMENTS: tuple[Row, ...] = (
    {"yellow": {"deduction": "0.50"}},
    {"limits": {"white": {"amount": 3, "unit": "WORKDAY"}, "yellow": {"amount": 2, "unit": "WORKDAY"}}},
    {"late_completion_before_issue": "RECORD_ONLY"},
    {"approval": {"white": "required", "yellow": "auto", "red": "required"}},
    {"review": {"window": 10, "decide": 5}},
)
"""What a published policy may change."""

gaps = st.sampled_from([1, 7, 60, 60 * 7, 60 * 24, 60 * 24 * 2, 60 * 24 * 4])
"""Minutes between two acts."""

picks = st.integers(0, 99)

milestones = st.sampled_from((None, None, 2, 5))
"""Days until a milestone, if there is one."""

goods = st.sampled_from([True, True, False])

delays = st.sampled_from([0, 0, 0, 90, 60 * 20, 60 * 24 * 3, 60 * 24 * 9])
"""Minutes that a report is under way."""


class Acting(RuleBasedStateMachine):
    """One city, from its first matter until its last message."""

    template: Path

    @initialize(overrides=st.sampled_from(POLICIES), days=st.integers(1, 4), second=st.booleans())
    def opens(self, overrides: Row, days: int, second: bool) -> None:
        self.policy = load_policy(overrides, rehearsal=True)
        self.chain = Living(self.template, self.policy, START)
        self.parts: list[tuple[str, str]] = []
        self.claims: list[Row] = []
        self.count = 0
        self.submitted(UNITS[: 1 + second], days, 1)

    def tell(self, name: str, source: str, gap: int, data: Row, late: int = 0) -> Row:
        """Send a message `gap` minutes from now; it arrives `late` minutes after that."""
        self.count += 1
        at = self.chain.now.replace(microsecond=0) + timedelta(minutes=gap)
        message = event(name, source, str(self.count), at, data)
        if late:
            message["arrivaltime"] = (at + timedelta(minutes=late)).isoformat()
        self.chain.send(message)
        return message

    def about(self, pick: int) -> Row:
        matter, unit = self.parts[pick % len(self.parts)]
        return {"matter": matter, "unit": unit}

    def by_unit(self, name: str, pick: int, gap: int, late: int = 0, **data: Any) -> Row:
        return self.tell(name, f"/units/{self.about(pick)['unit']}", gap, self.about(pick) | data, late)

    def by_office(self, name: str, pick: int, gap: int, **data: Any) -> Row:
        return self.tell(name, "/office", gap, self.about(pick) | data)

    def standing(self, *colours: str) -> list[Row]:
        """The slips of these colours that were issued and stand."""
        slips = self.chain.outcome()["slips"]
        return [one for one in slips if one["colour"] in colours and one["state"] not in ("WITHDRAWN", "OVERTURNED")]

    def next_end(self, pick: int) -> datetime | None:
        """When the limit that runs for this part ends."""
        matter, unit = self.parts[pick % len(self.parts)]
        rows = self.chain.outcome()["deadlines"]
        running = [row for row in rows if (row["matter"], row["unit"], row["state"]) == (matter, unit, "RUNNING")]
        ends = [row["due_instant"] for row in running if row["owner"] == "ASSIGNMENT" or row["owner"].startswith("SLIP:")]
        return datetime.fromisoformat(min(ends)) if ends else None

    # ------------------------------------------------------------ matters and reports

    def submitted(self, units: tuple[str, ...], days: int, gap: int, milestone: int | None = None) -> None:
        """A matter with so many workdays, and with a milestone after some days; without any days a standing one."""
        ref = f"M-{self.count}"
        asked: Row = {"deliverable": "报告"}
        if days:
            asked["limit"] = {"amount": days, "unit": "WORKDAY"}
        if milestone is not None:
            day = (self.chain.now + timedelta(days=milestone)).date().isoformat()
            asked["milestones"] = [{"due_on": day, "percent": 60}]
        parts = [{"unit": unit, "role": role} | asked for unit, role in zip(units, ("LEAD", "SUPPORTING"), strict=False)]
        source = {"type": "DOCUMENT" if days else "EIGHT_RULES"}
        data = {"external_ref": ref, "title": f"事项 {ref}", "source": source, "standard": "完成"}
        self.tell("matter.submitted", "/office", gap, data | {"assignments": parts})
        self.parts += [(ref, unit) for unit in units]

    @precondition(lambda self: len(self.parts) < 4)
    @rule(unit=st.sampled_from(UNITS), days=st.sampled_from((0, 1, 2, 4, 9)), gap=gaps, milestone=milestones)
    def submit(self, unit: str, days: int, gap: int, milestone: int | None) -> None:
        self.submitted((unit,), days, gap, milestone)

    @rule(pick=picks, gap=gaps, colour=st.sampled_from((None, *COLOURS)))
    def sign(self, pick: int, gap: int, colour: str | None) -> None:
        self.by_unit("notice.signed", pick, gap, signed_by="王芳", **({"colour": colour} if colour else {}))

    @rule(pick=picks, gap=gaps, late=delays)
    def claim(self, pick: int, gap: int, late: int) -> None:
        self.claims.append(self.by_unit("completion.claimed", pick, gap, late, text="已完成"))

    @precondition(lambda self: self.claims)
    @rule(pick=picks, gap=gaps, good=st.booleans())
    def decide_claim(self, pick: int, gap: int, good: bool) -> None:
        self.decided(self.claims[pick % len(self.claims)], gap, good)

    def decided(self, claim: Row, gap: int, good: bool) -> None:
        about = {key: claim["data"][key] for key in ("matter", "unit")} | {"claim": claim["id"], "verified_by": PEOPLE[0]}
        found = {} if good else {"deficiencies": ["未达标准"]}
        self.tell("completion.verified" if good else "completion.rejected", "/office", gap, about | found)

    @rule(
        pick=picks,
        before=st.sampled_from((1, 45, 300)),
        late=st.sampled_from((0, 90, 60 * 20, 60 * 24 * 9)),
        gap=gaps,
        good=goods,
    )
    def claim_shortly_before_the_end(self, pick: int, before: int, late: int, gap: int, good: bool) -> None:
        """The unit claims so many minutes before the next limit of its part ends; the office decides later."""
        end = self.next_end(pick)
        if end is None or end - timedelta(minutes=before) <= self.chain.now:
            return
        wait = (end - self.chain.now) // timedelta(minutes=1) - before
        claim = self.by_unit("completion.claimed", pick, max(wait, 0) + 1, late, text="已完成")
        self.claims.append(claim)
        self.decided(claim, gap, good)

    @rule(pick=picks, gap=gaps, late=delays, percent=st.sampled_from((None, 20, 50, 60, 100)), wait=gaps, accepted=goods)
    def progress(self, pick: int, gap: int, late: int, percent: int | None, wait: int, accepted: bool) -> None:
        said = {"percent": percent} if percent is not None else {}
        report = self.by_unit("progress.reported", pick, gap, late, text="有进展", **said)
        self.by_office("progress.assessed", pick, wait, accepted=accepted, decided_by=PEOPLE[1], request=report["id"])

    # ------------------------------------------------------------ the office and the ladder

    @rule(pick=picks, gap=gaps)
    def urge(self, pick: int, gap: int) -> None:
        self.by_office("urge.sent", pick, gap, by="OFFICE")

    @rule(pick=picks, gap=gaps, found=st.sampled_from(CLASSES))
    def determine(self, pick: int, gap: int, found: str) -> None:
        data = {"progress_class": found, "reasons": "现场核查", "decided_by": PEOPLE[0], "evidence": EVIDENCE}
        self.by_office("determination.made", pick, gap, **data)

    @rule(pick=picks, gap=gaps, colour=st.sampled_from(COLOURS))
    def approve(self, pick: int, gap: int, colour: str) -> None:
        self.by_office("slip.approved", pick, gap, colour=colour, by=PEOPLE[2])

    @rule(pick=picks, days=st.integers(12, 30), found=st.sampled_from(CLASSES))
    def wait_for_the_end_of_the_yellow(self, pick: int, days: int, found: str) -> None:
        """Time passes until a yellow has surely run out; then the finding, and the approval that a red needs."""
        self.pass_time(days)
        self.determine(pick, 60, found)
        self.approve(pick, 60, "RED")

    @rule(pick=picks, gap=gaps)
    def propose_and_approve_a_white(self, pick: int, gap: int) -> None:
        data = {"colour": "WHITE", "by": PEOPLE[1], "standard": "按标准完成", "ground": "SLOW_PROGRESS"}
        self.by_office("slip.proposed", pick, gap, **data)
        self.by_office("slip.approved", pick, 5, colour="WHITE", by=PEOPLE[2])

    @rule(pick=picks, gap=gaps, colour=st.sampled_from(COLOURS))
    def withdraw(self, pick: int, gap: int, colour: str) -> None:
        self.by_office("slip.withdrawn", pick, gap, colour=colour, by=PEOPLE[2], reason="有误")

    # ------------------------------------------------------------ time and the network

    @rule(pick=picks)
    def repeat(self, pick: int) -> None:
        """The network delivers a message once more."""
        sent = self.chain.messages
        self.chain.repeat(sent[pick % len(sent)])

    @rule(days=st.integers(1, 12))
    def pass_time(self, days: int) -> None:
        self.chain.until(self.chain.now + timedelta(days=days))
