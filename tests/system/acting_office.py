"""More that can happen: reviews, hand-overs, interviews, objections, bonuses, closed years, published calendars and policies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from acting import AMENDMENTS, BODIES, COLOURS, EVIDENCE, PEOPLE, UNITS, Acting, delays, gaps, picks
from ground_rules.notices import built_in
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

Row = dict[str, Any]

outcomes = st.sampled_from(("UPHELD", "OVERTURNED", "OVERTURNED", "VARIED"))


class ActingOffice(Acting):
    """The acts of the whole ladder."""

    # ------------------------------------------------------------ reviews

    @rule(pick=picks, gap=gaps, late=delays, colour=st.sampled_from(COLOURS))
    def apply_for_review(self, pick: int, gap: int, late: int, colour: str) -> None:
        self.by_unit("review.filed", pick, gap, late, colour=colour, grounds="不服")

    @rule(pick=picks, gap=gaps, colour=st.sampled_from(COLOURS), outcome=outcomes, who=st.integers(0, 3))
    def decide_review(self, pick: int, gap: int, colour: str, outcome: str, who: int) -> None:
        self.by_office("review.decided", pick, gap, **self.decision(colour, outcome, who))

    def decision(self, colour: str, outcome: str, who: int) -> Row:
        """A panel of one of the four, or of a person who decides nothing else."""
        found: Row = {"colour": colour, "outcome": outcome, "reviewers": ["孙立", *PEOPLE[3 : 3 + (who == 3)]], "reasons": "复核"}
        if who == 0:
            found["reviewers"] = [f" {PEOPLE[0]} "]
        if outcome == "VARIED" and who % 2:
            found["new_colour"] = "YELLOW" if colour == "RED" else "WHITE"
        elif outcome == "VARIED":
            found["new_limit"] = {"amount": 12, "unit": "WORKDAY"}
        return found

    @precondition(lambda self: self.standing("YELLOW", "RED"))
    @rule(pick=picks, gap=gaps, wait=gaps, outcome=outcomes, who=st.integers(0, 3))
    def review_a_slip(self, pick: int, gap: int, wait: int, outcome: str, who: int) -> None:
        """A slip that stands is applied against and decided."""
        slips = self.standing("YELLOW", "RED")
        slip = slips[pick % len(slips)]
        about = {"matter": slip["matter"], "unit": slip["unit"]}
        filing = {"colour": slip["colour"], "grounds": "不服"}
        self.tell("review.filed", f"/units/{slip['unit']}", gap, about | filing)
        self.tell("review.decided", "/office", wait, about | self.decision(slip["colour"], outcome, who))

    # ------------------------------------------------------------ hand-overs and interviews

    @rule(pick=picks, gap=gaps, body=st.sampled_from(BODIES), concluded=st.booleans(), office=st.booleans())
    def answer_a_referral(self, pick: int, gap: int, body: str, concluded: bool, office: bool) -> None:
        name = "referral.concluded" if concluded else "referral.acknowledged"
        data = self.about(pick) | {"body": body} | ({"outcome": "已处理"} if concluded else {})
        self.tell(name, "/office" if office else f"/units/{body}", gap, data)

    @rule(unit=st.sampled_from(UNITS), gap=gaps, summon=st.booleans())
    def interview(self, unit: str, gap: int, summon: bool) -> None:
        data = {"unit": unit, "outcome": "SUMMON" if summon else "DECLINE", "persons": ["王芳"], "by": PEOPLE[1]}
        self.tell("interview.decided", "/office", gap, data)
        self.tell("interview.held", "/office", gap, {"unit": unit, "minutes": "已约谈", "commitments": ["限期完成"]})

    # ------------------------------------------------------------ objections

    @rule(
        pick=picks,
        gap=st.sampled_from((1, 60, 60 * 24)),
        wait=gaps,
        accepted=st.booleans(),
        other=st.sampled_from((None, *UNITS)),
    )
    def object_and_decide(self, pick: int, gap: int, wait: int, accepted: bool, other: str | None) -> None:
        self.by_unit("objection.filed", pick, gap, grounds="不属我单位职责")
        decision: Row = {"outcome": "ACCEPTED" if accepted else "REFUSED", "decided_by": PEOPLE[1], "reasons": "已核"}
        if accepted and other:
            decision["new_unit"] = other
        self.by_office("objection.decided", pick, wait, **decision)
        place = (self.about(pick)["matter"], other)
        if accepted and other and place not in self.parts:
            self.parts.append((self.about(pick)["matter"], other))

    @rule(gap=gaps, unit=st.sampled_from(UNITS))
    def plan_a_covert_inspection(self, gap: int, unit: str) -> None:
        """Nobody may hear of it before its conclusion is served."""
        name = f"COVERT-{self.count}"
        plan = {"inspection": name, "mode": "COVERT", "unit": unit, "place": f"暗访地点{name}", "plan": "暗访"}
        days = {"from": "2026-07-06", "to": "2026-07-10", "team": {"leader": f"组长{name}", "members": []}}
        self.tell("inspection.planned", "/office", gap, plan | days)

    @rule(gap=gaps, pick=st.integers(0, 3))
    def conclude_an_inspection(self, gap: int, pick: int) -> None:
        """The last plans, whatever became of them; a finding of every second one is to be put right."""
        plans = [message["data"] for message in self.chain.messages if message["type"].startswith("inspection.planned")]
        if plans:
            plan = plans[-1 - pick % len(plans)]
            finding: Row = {"text": "台账与现场不符", "finding": "WT-1"}
            if pick % 2:
                finding |= {"standard": "如实更正", "limit": {"amount": 5, "unit": "WORKDAY"}}
            about = {"inspection": plan["inspection"], "unit": plan["unit"], "findings": [finding], "evidence": EVIDENCE}
            self.tell("conclusion.issued", "/office", gap, {"conclusion": f"JL-{self.count}", "issued_by": PEOPLE[0]} | about)

    # ------------------------------------------------------------ the books

    @rule(unit=st.sampled_from(UNITS), gap=gaps, amount=st.sampled_from(("0.50", "0.10", "1.25")), office=st.booleans())
    def award(self, unit: str, gap: int, amount: str, office: bool) -> None:
        data = {"unit": unit, "year": 2026, "amount": amount, "reason": "表现突出", "evidence": EVIDENCE, "approved_by": "市长"}
        self.tell("bonus.awarded", "/office" if office else "/units/ASSESSMENT", gap, data)

    @rule(gap=gaps, year=st.sampled_from((2025, 2026, 2026)), base=st.sampled_from((None, "96.40")))
    def finalise(self, gap: int, year: int, base: str | None) -> None:
        totals = {"base_totals": dict.fromkeys(UNITS, base)} if base else {}
        self.tell("assessment.finalised", "/units/ASSESSMENT", gap, {"year": year} | totals)

    # ------------------------------------------------------------ published rules

    @rule(gap=gaps, off=st.integers(0, 9), makeup=st.booleans())
    def publish_a_calendar(self, gap: int, off: int, makeup: bool) -> None:
        """The year's notice once more under another number: a day more is off, or a weekend day is worked."""
        notice = built_in()[2026]
        days = {day for holiday in notice.holidays for day in holiday.days_off}
        worked = {day for holiday in notice.holidays for day in holiday.makeup_workdays}
        day = (self.chain.now + timedelta(days=off)).date()
        if makeup and day.weekday() > 4 and day not in days:
            worked.add(day)
        elif day not in worked:
            days.add(day)
        self.tell(
            "calendar.published", "/office", gap, {"year": 2026, **texts(days, worked), "notice": f"通知〔2026〕{self.count}号"}
        )

    @rule(gap=gaps, days=st.integers(0, 9), change=st.sampled_from(AMENDMENTS))
    def publish_a_policy(self, gap: int, days: int, change: Row) -> None:
        start = (self.chain.now + timedelta(days=days)).date().isoformat()
        self.tell(
            "policy.published", "/office", gap, {"version": f"P-{self.count}", "effective_from": start, "parameters": change}
        )


def texts(off: set[date], worked: set[date]) -> dict[str, list[str]]:
    """The days of a notice as they are sent."""
    return {"days_off": sorted(map(str, off)), "makeup_workdays": sorted(map(str, worked))}
