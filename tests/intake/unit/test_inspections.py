"""Which plans are approvals of what they say, and what follows from them (domain.md D1–D3, Decree 733 art. 15–17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from intake.domain.inspection import (
    DAYS,
    MODE,
    OBJECT,
    SCOPE,
    SUPERSEDED,
    Found,
    Kind,
    Plan,
    Team,
    in_force,
    items,
    lack_of_plan,
    matter_ref,
    not_its_object,
    took_part,
    twice,
)

START = datetime(2026, 7, 1, 1, tzinfo=UTC)
VISIT = Plan(
    ref="AF-1",
    kind=Kind.INSPECTION,
    message="p1",
    at=START,
    text="方案一",
    team=Team("孙立群", ("何佳",)),
    units=frozenset({"QDQ"}),
    place="大厅",
    starts_on=date(2026, 7, 6),
    ends_on=date(2026, 7, 10),
    by="赵明远",
)
CAMPAIGN = Plan(
    ref="JZ-1",
    kind=Kind.CAMPAIGN,
    message="c1",
    at=START,
    text="方案二",
    team=Team("孙立群", ()),
    units=frozenset({"QDQ", "ZJJ"}),
    tasks=frozenset({"任务甲", "任务乙"}),
    period="2026-H1",
)


def later(plan: Plan, hours: int, **changes: object) -> Plan:
    return replace(plan, message=f"{plan.message}+{hours}", at=plan.at + timedelta(hours=hours), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"units": frozenset({"ZJJ"})}, OBJECT),
        ({"place": "另一处"}, SCOPE),
        ({"mode": "COVERT"}, MODE),
        ({"ends_on": date(2026, 7, 11)}, DAYS),
        ({"starts_on": date(2026, 7, 5)}, DAYS),
        ({"matter_id": "m"}, OBJECT),
    ],
)
def test_the_same_plan_covers_no_other_object_scope_or_days(changes: dict[str, object], why: str) -> None:
    assert lack_of_plan([VISIT], later(VISIT, 1, **changes)) == why


@pytest.mark.parametrize(
    "changes", [{"starts_on": date(2026, 7, 7)}, {"ends_on": date(2026, 7, 9)}, {"team": Team("周敏", ())}, {"means": ("FILES",)}]
)
def test_the_same_plan_may_narrow_and_change_its_team(changes: dict[str, object]) -> None:
    assert lack_of_plan([VISIT], later(VISIT, 1, **changes)) is None


def test_a_new_plan_may_change_everything_but_the_mode() -> None:
    wider = later(VISIT, 1, text="方案三", units=frozenset({"ZJJ"}), place="另一处", ends_on=date(2026, 8, 1))
    assert in_force([VISIT, wider]) == [VISIT, wider]
    assert lack_of_plan([VISIT], replace(wider, mode="COVERT")) == MODE


def test_a_plan_that_was_replaced_comes_back_only_under_a_new_text() -> None:
    second, back = later(VISIT, 1, text="方案三"), later(VISIT, 2)
    assert lack_of_plan([VISIT, second], back) == SUPERSEDED


@pytest.mark.parametrize(
    ("changes", "why"), [({"units": frozenset({"QDQ", "SLJ"})}, OBJECT), ({"tasks": frozenset({"任务丙"})}, SCOPE)]
)
def test_a_campaign_grows_only_under_a_new_plan(changes: dict[str, object], why: str) -> None:
    grown = later(CAMPAIGN, 1, **changes)
    assert lack_of_plan([CAMPAIGN], grown) == why
    assert in_force([CAMPAIGN, grown]) == [CAMPAIGN]
    assert in_force([CAMPAIGN, replace(grown, text="方案三")])[-1].text == "方案三"


def test_what_is_in_force_does_not_depend_on_the_order_of_arrival() -> None:
    plans = [
        CAMPAIGN,
        later(CAMPAIGN, 1, units=frozenset({"QDQ"})),
        later(CAMPAIGN, 2, units=frozenset({"QDQ", "SLJ"})),
        later(CAMPAIGN, 3, text="方案三", units=frozenset({"SLJ"})),
    ]
    assert {tuple(plan.message for plan in in_force(order)) for order in permutations(plans)} == {("c1", "c1+1", "c1+3")}


def test_a_campaign_is_one_item_for_each_unit_and_task_with_ids_that_stay() -> None:
    first = items(CAMPAIGN)
    assert {(item.unit, item.task) for item in first} == {(u, t) for u in ("QDQ", "ZJJ") for t in ("任务甲", "任务乙")}
    assert len({item.item for item in first}) == 4
    more = items(later(CAMPAIGN, 1, text="方案三", units=CAMPAIGN.units | {"SLJ"}))
    assert set(first) < set(more)


def test_nothing_is_found_about_a_unit_that_the_plan_does_not_name() -> None:
    fault = not_its_object(VISIT, "ZJJ")
    assert fault is not None and fault.code == "AUTHORITY_MISSING"
    assert "ZJJ" not in fault.detail and "QDQ" not in fault.detail
    assert not_its_object(VISIT, "QDQ") is None


def test_everybody_who_planned_went_collected_or_concluded_took_part() -> None:
    other_team = later(VISIT, 1, team=Team("周敏", ("冯涛",)))
    found = took_part([VISIT, other_team], [{"collector": " 钱志强 "}, {"collector": None}, {}], "陈立")
    assert found == sorted(["孙立群", "何佳", "赵明远", "周敏", "冯涛", "钱志强", "陈立"])


def test_one_reference_is_one_finding_and_a_long_one_still_makes_a_reference() -> None:
    one, other = Found(finding="W-1", text="甲"), Found(finding="W-1", text="乙")
    assert twice([one, one]) is None
    assert twice([one, other]) == 1
    assert matter_ref("JL-1", "W-1") == "JL-1/W-1"
    long = matter_ref("结" * 128, "W-1")
    assert len(long) <= 128 and long != matter_ref("结" * 128, "W-2")
