"""Duplicates: matters are handled as one and parted again, and each source gets its own answer (domain.md d.10)."""

from __future__ import annotations

from acting import PEOPLE, gaps, picks
from acting_relief import ActingRelief
from hypothesis import strategies as st
from hypothesis.stateful import rule


class ActingMerge(ActingRelief):
    """Everything that can happen."""

    @rule(
        pick=picks, other=picks, gap=gaps, merge=st.sampled_from((True, True, False)), named=st.sampled_from((True, True, False))
    )
    def resolve_a_duplicate(self, pick: int, other: int, gap: int, merge: bool, named: bool) -> None:
        """The office says that a matter is another one, or is not; unnamed, it means what was suspected."""
        refs = sorted({ref for ref, _ in self.parts})
        data = {
            "matter": refs[pick % len(refs)],
            "outcome": "MERGE" if merge else "DISTINCT",
            "reason": "经核对",
            "by": PEOPLE[1],
        }
        self.tell("duplicate.resolved", "/office", gap, data | ({"into": refs[other % len(refs)]} if named else {}))

    @rule(pick=picks, gap=gaps, office=st.booleans())
    def answer_a_source(self, pick: int, gap: int, office: bool) -> None:
        matter, unit = self.parts[pick % len(self.parts)]
        self.tell(
            "reply.sent",
            "/office" if office else f"/units/{unit}",
            gap,
            {"matter": matter, "unit": unit, "to": "来信人", "text": "已答复"},
        )
