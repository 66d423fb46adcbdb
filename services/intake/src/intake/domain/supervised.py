"""What can be supervised (Decree 733 art. 4, 5): departments, lower governments with theirs, bodies with public functions."""

from __future__ import annotations

NOT_SUPERVISED = frozenset({"COMPANY", "ENTERPRISE", "PERSON", "CITIZEN", "INDIVIDUAL", "公司", "企业", "个人", "自然人"})
"""Kinds that are no objects of supervision. Cities name the kinds of their organisations differently, so the others are open."""


def is_supervised(kind: str) -> bool:
    """Whether a unit of this kind can be given a matter or a slip."""
    return kind.strip().upper() not in NOT_SUPERVISED
