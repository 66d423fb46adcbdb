"""Who may decide what, and when (domain.md d.14)."""

from __future__ import annotations

from datetime import date

import pytest
from intake.domain.persons import Act, Capacity, lack_of_power

DAY = date(2026, 3, 5)


def refused(act: Act, *capacities: Capacity, name: str = "陈立") -> str | None:
    fault = lack_of_power(name, act, DAY, capacities, "/data/decided_by")
    return fault.code if fault else None


@pytest.mark.parametrize("act", list(Act))
def test_a_section_head_may_do_everything_that_intake_decides(act: Act) -> None:
    assert refused(act, Capacity("陈立", "SECTION_HEAD", date(2026, 1, 1))) is None


def test_an_officer_assesses_but_does_not_decide_an_objection() -> None:
    officer = Capacity("陈立", "OFFICER", date(2026, 1, 1))
    assert refused(Act.ASSESS, officer) is None
    assert refused(Act.DECIDE_OBJECTION, officer) == "NOT_EMPOWERED"


def test_the_member_of_a_team_verifies_but_does_not_assess() -> None:
    member = Capacity("陈立", "TEAM_MEMBER", date(2026, 1, 1))
    assert refused(Act.VERIFY, member) is None
    assert refused(Act.ASSESS, member) == "NOT_EMPOWERED"


def test_an_office_counts_from_its_first_to_its_last_day() -> None:
    assert refused(Act.ASSESS, Capacity("陈立", "OFFICER", DAY, DAY)) is None
    assert refused(Act.ASSESS, Capacity("陈立", "OFFICER", date(2026, 3, 6))) == "NOT_EMPOWERED"
    assert refused(Act.ASSESS, Capacity("陈立", "OFFICER", date(2026, 1, 1), date(2026, 3, 4))) == "NOT_EMPOWERED"


def test_the_office_of_somebody_else_does_not_help() -> None:
    assert refused(Act.ASSESS, Capacity("李文静", "OFFICER", date(2026, 1, 1))) == "NOT_EMPOWERED"


def test_names_are_compared_after_trimming() -> None:
    assert refused(Act.ASSESS, Capacity("陈立", "OFFICER", date(2026, 1, 1)), name=" 陈立 ") is None
