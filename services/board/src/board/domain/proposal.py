"""A changed policy as a form: the main parameters, and the TOML that a filled form comes to.

What a parameter means and which values it takes is the policy's to say; here stands only what a person can write without TOML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LIMIT, WHOLE, POINTS, CHOICE = "limit", "whole", "points", "choice"
"""Workdays; a whole number; points with at most two places; one of `options`."""

FORMS = {LIMIT: r"[0-9]{1,4}", WHOLE: r"[0-9]{1,4}", POINTS: r"[0-9]{1,3}(\.[0-9]{1,2})?"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field of the form."""

    key: str
    zh: str
    en: str
    kind: str
    options: tuple[str, ...] = ()

    def written(self, value: str) -> str:
        """The value in TOML. ValueError where it is none of this kind."""
        if self.kind == CHOICE:
            if value not in self.options:
                raise ValueError(self.key)
            return value if value in ("true", "false") else f'"{value}"'
        if not re.fullmatch(FORMS[self.kind], value, re.ASCII):
            raise ValueError(self.key)
        if self.kind == LIMIT:
            return f'{{ amount = {int(value)}, unit = "WORKDAY" }}'
        return f'"{value}"' if self.kind == POINTS else str(int(value))


PARAMETERS = (
    Parameter("limits.white", "白单期限（工作日）", "White: limit (workdays)", LIMIT),
    Parameter("limits.yellow", "黄单期限（工作日）", "Yellow: limit (workdays)", LIMIT),
    Parameter("limits.red", "红单期限（工作日）", "Red: limit (workdays)", LIMIT),
    Parameter("yellow.deduction", "黄单扣分", "Yellow: points off", POINTS),
    Parameter("red.deduction", "红单扣分", "Red: points off", POINTS),
    Parameter("yellow.max_renewals", "黄单最多延续次数", "Yellow: renewals at most", WHOLE),
    Parameter("approval.white", "白单签发", "White: approval", CHOICE, ("auto", "required")),
    Parameter("approval.yellow", "黄单签发", "Yellow: approval", CHOICE, ("auto", "required")),
    Parameter("verification", "办结核验", "Verification of claims", CHOICE, ("manual", "auto")),
    Parameter("late_completion_before_issue", "逾期后、升级前办结", "Done late, before the next colour", CHOICE,
              ("ESCALATE", "RECORD_ONLY")),
    Parameter("review_suspends_ladder", "复核期间停止升级", "A review stops the ladder", CHOICE, ("true", "false")),
    Parameter("progress.tolerance", "进度允许落后（百分点）", "Progress may stay behind (points)", WHOLE),
    Parameter("objection.bounces", "职责异议退回次数", "Objections to an assignment", WHOLE),
)  # fmt: skip
"""The parameters that change most of what units get; every other one can be given as TOML."""


def as_toml(form: Mapping[str, str]) -> str:
    """A line for each field that was filled in. ValueError names the parameter that cannot be read."""
    filled = ((one, form.get(one.key, "").strip()) for one in PARAMETERS)
    return "".join(f"{one.key} = {one.written(value)}\n" for one, value in filled if value)
