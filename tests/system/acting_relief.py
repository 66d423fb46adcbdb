"""What lengthens, stops or holds a limit: legitimate reasons, suspensions and their ends, extensions, a lead that urges."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from acting import COLOURS, EVIDENCE, PEOPLE, delays, gaps, picks
from acting_office import ActingOffice
from hypothesis import strategies as st
from hypothesis.stateful import rule

Row = dict[str, Any]

CATEGORIES = ("FORCE_MAJEURE", "STATUTORY_PROCEDURE", "AWAITING_OTHER_UNIT", "TOLERANCE_DECIDED")
EFFECTS = ("EXTEND", "SUSPEND", "SUSPEND", "WAIVE")

categories = st.sampled_from(CATEGORIES)
effects = st.sampled_from((None, *EFFECTS))
colours = st.sampled_from((None, None, None, *COLOURS))


def coloured(colour: str | None) -> Row:
    """The optional colour of a message."""
    return {"colour": colour} if colour else {}


class ActingRelief(ActingOffice):
    """Everything that a unit may ask for, and the office's answers."""

    def local_day(self, days: int) -> str:
        """The local day so many days from today."""
        return (self.chain.now.astimezone(self.policy.zone) + timedelta(days=days)).date().isoformat()

    @rule(pick=picks, gap=gaps, late=delays, category=categories, colour=colours)
    def give_a_reason(self, pick: int, gap: int, late: int, category: str, colour: str | None) -> None:
        data = {"category": category, "evidence": EVIDENCE, "text": "有正当理由"} | coloured(colour)
        self.by_unit("justification.filed", pick, gap, late, **data)

    @rule(pick=picks, gap=gaps, effect=effects, days=st.integers(-3, 4))
    def answer_a_reason(self, pick: int, gap: int, effect: str | None, days: int) -> None:
        self.by_office("justification.decided", pick, gap, **self.answer(effect, days))

    def answer(self, effect: str | None, days: int) -> Row:
        """The office's answer; None refuses."""
        if effect is None:
            return {"outcome": "REFUSED", "decided_by": PEOPLE[1], "reasons": "不成立"}
        found: Row = {"outcome": "GRANTED", "effect": effect, "decided_by": PEOPLE[1]}
        if effect == "SUSPEND":
            found["suspended_from"] = self.local_day(days)
        if effect == "EXTEND":
            found["days"] = max(days, 1)
        return found

    @rule(
        pick=picks,
        gap=gaps,
        wait=gaps,
        effect=effects,
        on=st.integers(0, 12),
        category=categories,
    )
    def give_a_reason_and_go_on_later(self, pick: int, gap: int, wait: int, effect: str | None, on: int, category: str) -> None:
        """A reason, its answer, and, where the limit was stopped, the word that time is counted again."""
        day = self.local_day(0)
        self.by_unit("justification.filed", pick, gap, category=category, evidence=EVIDENCE)
        answer = self.answer(effect, 0) | ({"suspended_from": day} if effect == "SUSPEND" else {})
        self.by_office("justification.decided", pick, wait, **answer)
        if effect == "SUSPEND" and on < 10:
            self.pass_time(max(on, 1))
            self.by_office("clock.resumed", pick, 1, on=self.local_day(-1), reason="听证结束")

    @rule(pick=picks, gap=gaps, on=st.integers(-4, 3))
    def resume(self, pick: int, gap: int, on: int) -> None:
        self.by_office("clock.resumed", pick, gap, on=self.local_day(on), reason="恢复")

    @rule(pick=picks, gap=gaps, late=delays, days=st.integers(1, 4), granted=st.integers(0, 4), wait=gaps, colour=colours)
    def ask_for_more_time(self, pick: int, gap: int, late: int, days: int, granted: int, wait: int, colour: str | None) -> None:
        self.by_unit("extension.requested", pick, gap, late, days=days, reason="工作量大", **coloured(colour))
        self.by_office("extension.decided", pick, wait, granted_days=granted, decided_by=PEOPLE[1], reasons="酌情")

    @rule(pick=picks, gap=gaps, block=st.booleans())
    def urged_by_the_lead(self, pick: int, gap: int, block: bool) -> None:
        """The lead unit of a matter urges the other one, and says to the office that it is blocked."""
        matter, unit = self.parts[pick % len(self.parts)]
        lead = next(other for ref, other in self.parts if ref == matter)
        self.tell("urge.sent", f"/units/{lead}", gap, {"matter": matter, "unit": unit, "by": "LEAD", "reported_block": block})
