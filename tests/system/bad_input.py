"""Bad input of every kind, one row each: what is wrong, the messages, and the code and field that the last one is refused with.

Each row has a matter of its own, whose ladder climbs by the clock alone: with service at once, the assignment of Monday
2026-03-02 ends on 03-04, the white runs from 03-05 to 03-19, the yellow from 03-20 to 03-27, its review window to 04-20; a red
that is found and approved on 03-30 runs to 04-07.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from matters import ZONE, event

Row = dict[str, Any]

PHOTO = [{"kind": "PHOTO", "sha256": "ab" * 32}]
POLICY: Row = {"service": "immediate"}


@dataclass
class Story:
    """The messages about one matter of 住建局 (ZJJ, lead) and 水利局 (SLJ, supporting)."""

    ref: str
    messages: list[Row]

    @classmethod
    def begin(cls, ref: str, days: int = 2) -> Story:
        """The matter is submitted, with so many workdays for each unit."""
        story = cls(ref, [])
        limit = {"amount": days, "unit": "WORKDAY"}
        parts = [{"unit": unit, "role": role, "deliverable": "报告", "limit": limit} for unit, role in PARTS]
        data = {"external_ref": ref, "title": ref, "source": {"type": "DOCUMENT"}, "standard": "完成", "assignments": parts}
        return story.send("matter.submitted", "/office", "03-02 09:00", data)

    def send(self, name: str, source: str, when: str, data: Row) -> Story:
        """Any message."""
        at = datetime.fromisoformat(f"2026-{when}").replace(tzinfo=ZONE)
        self.messages.append(event(name, source, f"{self.ref}/{len(self.messages)}", at, data))
        return self

    def office(self, name: str, when: str, **data: Any) -> Story:
        """The office says something about the lead's part."""
        return self.send(name, "/office", when, {"matter": self.ref, "unit": "ZJJ"} | data)

    def unit(self, name: str, when: str, *, sender: str = "ZJJ", **data: Any) -> Story:
        """A unit says something about the lead's part."""
        return self.send(name, f"/units/{sender}", when, {"matter": self.ref, "unit": "ZJJ"} | data)

    def again(self, when: str, **data: Any) -> Story:
        """The last message once more, later and as another one."""
        last = self.messages[-1]
        return self.send(last["type"].removesuffix(".v1"), last["source"], when, last["data"] | data)

    def with_the_id_of_the_one_before(self) -> Story:
        """The last message has the id of the one before it."""
        self.messages[-1]["id"] = self.messages[-2]["id"]
        return self

    # ---- what often goes before

    def red(self) -> Story:
        """The yellow was found to be no movement, and a red approved."""
        return self.finding("NO_MOVEMENT").office("slip.approved", "03-30 10:00", colour="RED", by="周建国")

    def finding(self, progress_class: str) -> Story:
        data = {"progress_class": progress_class, "reasons": "现场核查", "decided_by": "赵明远", "evidence": PHOTO}
        return self.office("determination.made", "03-30 09:00", **data)

    def applied(self, colour: str = "YELLOW", when: str = "04-01 09:00") -> Story:
        return self.unit("review.filed", when, colour=colour, grounds="不服")

    def reviewed(self, when: str = "04-02 09:00", **data: Any) -> Story:
        known = {"colour": "YELLOW", "outcome": "UPHELD", "reviewers": ["孙立"], "reasons": "复核"}
        return self.office("review.decided", when, **(known | data))

    def reason(self, when: str = "03-06 09:00", category: str = "STATUTORY_PROCEDURE", **data: Any) -> Story:
        return self.unit("justification.filed", when, category=category, evidence=PHOTO, **data)

    def answer(self, when: str = "03-09 09:00", **data: Any) -> Story:
        known = {"outcome": "GRANTED", "effect": "SUSPEND", "suspended_from": "2026-03-09", "decided_by": "李文静"}
        return self.office("justification.decided", when, **(known | data))

    def more_time(self, when: str = "03-10 09:00", **data: Any) -> Story:
        return self.unit("extension.requested", when, **({"days": 4, "reason": "工作量大"} | data))

    def given(self, days: int, when: str = "03-11 09:00", **data: Any) -> Story:
        return self.office("extension.decided", when, granted_days=days, decided_by="李文静", **data)

    def proposed(self, colour: str, when: str, **data: Any) -> Story:
        return self.office("slip.proposed", when, colour=colour, by="李文静", standard="完成", **data)

    def withdrawn(self, colour: str, when: str, **data: Any) -> Story:
        return self.office("slip.withdrawn", when, **({"colour": colour, "by": "周建国", "reason": "有误"} | data))

    def body(self, name: str, when: str, body: str, sender: str, **data: Any) -> Story:
        return self.send(name, sender, when, {"matter": self.ref, "unit": "ZJJ", "body": body} | data)

    def calendar(self, when: str = "03-03 09:00", sender: str = "/office", **data: Any) -> Story:
        known = {"year": 2031, "days_off": ["2031-01-01"], "makeup_workdays": ["2031-01-04"], "notice": f"国办〔2030〕{self.ref}"}
        return self.send("calendar.published", sender, when, known | data)

    def policy(self, when: str = "03-03 09:00", sender: str = "/office", **data: Any) -> Story:
        known = {"version": self.ref, "effective_from": "2031-01-01", "parameters": {"yellow": {"max_renewals": 2}}}
        return self.send("policy.published", sender, when, known | data)

    def rule(self, **parameters: Any) -> Story:
        """A policy with these parameters."""
        return self.policy(parameters=parameters)


PARTS = (("ZJJ", "LEAD"), ("SLJ", "SUPPORTING"))

Tell = Callable[[Story], Story]
Wrong = tuple[str, Tell, str, str]
"""What is wrong, the messages, and the code and pointer of the last one's refusal."""
