"""Who may decide what, and when (domain.md d.14)."""

from __future__ import annotations

from datetime import date

import pytest
from ground_rules.powers import MAY, RANKS, Act, Capacity, above, at_least, capacity_for, lack_of_power

DAY = date(2026, 3, 5)


def refused(act: Act, *capacities: Capacity, name: str = "陈立") -> bool:
    return lack_of_power(name, MAY[act], DAY, capacities) is not None


@pytest.mark.parametrize("act", [Act.ASSESS, Act.VERIFY, Act.DECIDE_OBJECTION])
def test_a_section_head_may_do_everything_that_intake_decides(act: Act) -> None:
    assert refused(act, Capacity("陈立", "SECTION_HEAD", date(2026, 1, 1))) is False


def test_an_officer_assesses_but_does_not_decide_an_objection() -> None:
    officer = Capacity("陈立", "OFFICER", date(2026, 1, 1))
    assert refused(Act.ASSESS, officer) is False
    assert refused(Act.DECIDE_OBJECTION, officer) is True


def test_the_member_of_a_team_verifies_but_does_not_assess() -> None:
    member = Capacity("陈立", "TEAM_MEMBER", date(2026, 1, 1))
    assert refused(Act.VERIFY, member) is False
    assert refused(Act.ASSESS, member) is True


def test_an_office_counts_from_its_first_to_its_last_day() -> None:
    assert refused(Act.ASSESS, Capacity("陈立", "OFFICER", DAY, DAY)) is False
    assert refused(Act.ASSESS, Capacity("陈立", "OFFICER", date(2026, 3, 6))) is True
    assert refused(Act.ASSESS, Capacity("陈立", "OFFICER", date(2026, 1, 1), date(2026, 3, 4))) is True


def test_the_office_of_somebody_else_does_not_help() -> None:
    assert refused(Act.ASSESS, Capacity("李文静", "OFFICER", date(2026, 1, 1))) is True


def test_names_are_compared_after_trimming() -> None:
    assert refused(Act.ASSESS, Capacity("陈立", "OFFICER", date(2026, 1, 1)), name=" 陈立 ") is False


# ---- ranks


@pytest.mark.parametrize("act", list(Act))
def test_the_chair_may_do_everything(act: Act) -> None:
    assert refused(act, Capacity("陈立", "LEADING_GROUP_CHAIR", date(2026, 1, 1))) is False


@pytest.mark.parametrize("act", [Act.RENEW_AGAIN, Act.START_DIRECTLY, Act.PUBLISH_POLICY])
def test_what_the_leading_group_decides_the_director_does_not(act: Act) -> None:
    assert refused(act, Capacity("陈立", "SUPERVISION_DIRECTOR", date(2026, 1, 1))) is True
    assert refused(act, Capacity("陈立", "LEADING_GROUP_DEPUTY", date(2026, 1, 1))) is False


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("role", ["UNIT_HEAD", "UNIT_LIAISON", "OPERATOR", "INTEGRATOR"])
def test_who_is_supervised_decides_nothing(act: Act, role: str) -> None:
    assert refused(act, Capacity("陈立", role, date(2026, 1, 1))) is True


def test_a_rank_may_what_the_ranks_below_may() -> None:
    assert at_least("SUPERVISION_DIRECTOR") == set(RANKS[2:])


def test_one_level_above_is_the_next_rank_and_the_highest_answers_for_itself() -> None:
    assert above("SECTION_HEAD") == set(RANKS[2:])
    assert above("LEADING_GROUP_CHAIR") == {"LEADING_GROUP_CHAIR"}


def test_a_person_acts_in_the_lowest_capacity_that_suffices() -> None:
    held = [Capacity("陈立", role, date(2026, 1, 1)) for role in ("LEADING_GROUP_CHAIR", "SECTION_HEAD", "OFFICER")]
    assert capacity_for("陈立", at_least("SECTION_HEAD"), DAY, held) == "SECTION_HEAD"
    assert capacity_for("李文静", at_least("SECTION_HEAD"), DAY, held) is None


def test_a_person_without_power_is_told_which_offices_may_decide() -> None:
    roles = MAY[Act.DECIDE_OBJECTION]
    offices = ", ".join(sorted(roles))
    assert lack_of_power(" 赵明远 ", roles, DAY, []) == (
        f"赵明远在2026-03-05无权作此决定，须具备以下职务之一 / holds none of the offices that may decide this: {offices}"
    )


def test_a_member_of_the_team_who_is_an_officer_too_acts_as_the_member() -> None:
    held = [Capacity("陈立", role, date(2026, 1, 1)) for role in ("OFFICER", "TEAM_MEMBER", "SECTION_HEAD")]
    assert capacity_for("陈立", MAY[Act.VERIFY], DAY, held) == "TEAM_MEMBER"
    assert capacity_for("陈立", MAY[Act.ASSESS], DAY, held) == "OFFICER"
