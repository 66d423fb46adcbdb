"""What a wrong policy is told: the key, what the value must be, and what it was, in full; and what a publication changes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from ground_rules.limits import Limit
from ground_rules.notices import YearNotice
from ground_rules.policy import Outage, Policy, PolicyError, amended, load_policy, load_policy_file
from ground_rules.publication import Published, notice_of, with_calendars

OUTAGE = {"service": "intake", "from": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z"}
LONG = "x" * 70

ZONE = "应为 / must be an IANA time zone such as Asia/Shanghai"

SAID = [
    ({"verification": "manuel"}, "verification: 应为 / must be one of manual, auto, not 'manuel'; 是否指 / did you mean manual?"),
    ({"verification": 7}, "verification: 应为 / must be one of manual, auto, not 7"),
    ({"automatic_urging": "yes"}, "automatic_urging: 应为 / must be true or false, not 'yes'"),
    ({"yellow": {"max_renewals": -1}}, "yellow.max_renewals: 应为 / must be a whole number from 0 to 10, not -1"),
    ({"merit_loss_breaches": 0}, 'merit_loss_breaches: 应为 / must be a whole number from 1 to 100 or "off", not 0'),
    ({"yellow": {"deduction": 0.3}}, 'yellow.deduction: 应为 / must be points in quotes, from "0.00" to "100", not 0.3'),
    (
        {"shared_fault_ratio": "1.50"},
        'shared_fault_ratio: 应为 / must be a part in quotes, above 0 and up to "1.00" or "off", not \'1.50\'',
    ),
    ({"limits": {"white": 10}}, 'limits.white: 应为 / must be a table such as { amount = 10, unit = "WORKDAY" }, not 10'),
    (
        {"progress": {"cycle": "x"}},
        'progress.cycle: 应为 / must be a table such as { amount = 10, unit = "WORKDAY" } or "off", not \'x\'',
    ),
    ({"limits": {"white": {"unit": "WEEK"}}}, "limits.white.unit: 应为 / must be one of WORKDAY, DAY, MONTH, not 'WEEK'"),
    (
        {"late_report": {"window": {"amount": 0}}},
        "late_report.window.amount: 应为 / must be a whole number from 1 to 3650, not 0",
    ),
    ({"issue_time": "8 Uhr"}, "issue_time: 应为 / must be a local time such as \"08:30\", not '8 Uhr'"),
    ({"delivery_window": "08:30"}, 'delivery_window: 应为 / must be two local times such as ["08:30", "18:00"], not \'08:30\''),
    (
        {"delivery_window": ["18:00", "08:30"]},
        "delivery_window: 起始应早于结束 / must open before it closes, not ['18:00', '08:30']",
    ),
    ({"delivery_window": ["x", "08:30"]}, "delivery_window: 应为 / must be a local time such as \"08:30\", not 'x'"),
    ({"reminders": "3"}, "reminders: 应为 / must be a list of numbers of days such as [3, 1], not '3'"),
    ({"reminders": [3, 3]}, "reminders: 不得重复 / must not repeat a number, not [3, 3]"),
    ({"hold": {"source_silent": 24}}, 'hold.source_silent: 应为 / must be hours from "1h" to "720h", not 24'),
    ({"timezone": "Asia/Shangai"}, f"timezone: {ZONE}, not 'Asia/Shangai'; 是否指 / did you mean Asia/Shanghai?"),
    ({"timezone": 8}, "timezone: 应为 / must be an IANA time zone such as Asia/Shanghai, not 8"),
    ({"name": "a b"}, "name: 应为 / must be 1 to 40 letters, digits, '.', '-' or '_', not 'a b'"),
    ({"colours": ["RED"]}, "colours: 不可更改 / cannot be changed from ['WHITE', 'YELLOW', 'RED'], not ['RED']"),
    (
        {"rehearsal": {"outages": "intake"}},
        "rehearsal.outages: 应为 / must be tables written as [[rehearsal.outages]], not 'intake'",
    ),
    ({"limits": "x"}, "limits: 应为 / must be a table [limits], not 'x'"),
    ({"yelow": {}}, "yelow: 未知参数 / unknown; 是否指 / did you mean yellow?"),
    (
        {"window": 3},
        "window: 未知参数 / unknown; 是否指 / did you mean review.window or late_report.window or objection.window?",
    ),
    ({"yellow": {"deductoin": "0.1"}}, "yellow.deductoin: 未知参数 / unknown; 是否指 / did you mean yellow.deduction?"),
]


def problems(overrides: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        load_policy(overrides)
    return caught.value.problems


@pytest.mark.parametrize(("overrides", "said"), SAID, ids=[said.split(":")[0] + str(n) for n, (_, said) in enumerate(SAID)])
def test_a_wrong_value_is_told_with_its_key_what_it_must_be_and_what_it_was(overrides: dict[str, Any], said: str) -> None:
    assert problems(overrides) == (said,)


def test_all_that_is_wrong_stands_in_one_line() -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy({"automatic_urging": 1, "verification": 7})
    assert str(caught.value) == (
        "verification: 应为 / must be one of manual, auto, not 7; automatic_urging: 应为 / must be true or false, not 1"
    )


@pytest.mark.parametrize(("length", "shown"), [(58, f"'{LONG[:58]}'"), (59, f"'{LONG[:56]}...")])
def test_a_value_that_is_shown_has_at_most_sixty_characters(length: int, shown: str) -> None:
    assert problems({"name": LONG[:length]})[0].endswith(f", not {shown}")


def test_everything_wrong_in_outages_is_told_each_with_its_place() -> None:
    wrong = [
        {"service": "scorin", "from": "2026-01-01", "until": 3},
        "intake",
        OUTAGE,
        OUTAGE | {"until": OUTAGE["from"]},
        OUTAGE | {"from": "2026-03-02T12:00:00Z", "until": "2026-03-04T00:00:00Z"},
        OUTAGE | {"until": None},
    ]
    where = "rehearsal.outages"
    assert problems({"rehearsal": {"outages": wrong}}) == (
        f"{where}[0].service: 应为 / must be one of intake, escalation, scoring, notify, not 'scorin'",
        f"{where}[0].from: 应为 / must be an instant with an offset, not '2026-01-01'",
        f"{where}[0].until: 应为 / must be an instant with an offset, not 3",
        f"{where}[1]: 应为 / must be a table with service, from and until, not 'intake'",
        f"{where}[3].until: 应晚于 from / must be later than from",
        f"{where}[4]: 期间重叠 / overlaps another outage of intake",
        f"{where}[5].until: 应为 / must be an instant with an offset, not None",
    )


def test_an_outage_is_kept_and_explained_in_utc() -> None:
    given = OUTAGE | {"from": "2026-03-02T08:00:00+08:00"}
    policy = load_policy({"rehearsal": {"outages": [given]}})
    (outage,) = policy.rehearsal.outages
    assert outage == Outage("intake", datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
    assert outage.from_.tzinfo is UTC
    shown = {row.key: row.value for row in policy.explain()}
    assert shown["rehearsal.outages"] == "intake 2026-03-02T00:00:00+00:00..2026-03-03T00:00:00+00:00"
    assert (shown["automatic_urging"], shown["red.revokes_excellence"]) == ("false", "true")


def test_a_policy_file_that_is_not_there_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy_file(tmp_path / "none.toml")
    assert str(caught.value) == f"{tmp_path / 'none.toml'}: 无法读取 / cannot be read: No such file or directory"


def test_the_defaults_of_a_rehearsal_differ_where_the_file_says_so() -> None:
    plain, rehearsed = ({row.key: row.value for row in load_policy(rehearsal=r).explain()} for r in (False, True))
    assert {key: (plain[key], rehearsed[key]) for key in plain if plain[key] != rehearsed[key]} == {
        "issue_time": ("08:30", "00:00"),
        "issue_breaker.mode": ("auto", "off"),
    }


# ---------------------------------------------------------------- published policies


def test_a_published_policy_changes_what_it_names_and_nothing_else() -> None:
    base = load_policy({"yellow": {"max_renewals": 3}, "service": "immediate", "calendar": "none"}, rehearsal=True)
    changed = amended(base, {"yellow": {"deduction": "0.50"}, "limits": {"white": {"amount": 3}}}, "咸督〔2026〕2号")
    assert (changed.version, str(changed.yellow.deduction), changed.limits.white) == (
        "咸督〔2026〕2号",
        "0.50",
        Limit(3, "WORKDAY"),
    )
    assert changed.calendar is base.calendar
    assert (changed.yellow.max_renewals, changed.service, changed.zone) == (3, "immediate", base.zone)
    before, after = ({row.key: row.value for row in policy.explain()} for policy in (base, changed))
    assert {key for key in before if before[key] != after[key]} == {"yellow.deduction", "limits.white"}
    assert (after["calendar"], after["timezone"], after["issue_time"]) == ("none", "Asia/Shanghai", "00:00")


def test_a_published_policy_names_all_that_is_wrong_with_it() -> None:
    wrong = {"timezone": "UTC", "calendar": "none", "rehearsal": {"outages": []}, "colour": 1, "issue_time": 7}
    with pytest.raises(PolicyError) as caught:
        amended(load_policy(), wrong, "v")
    assert caught.value.problems == (
        "colour: 未知参数 / unknown; 是否指 / did you mean colours?",
        "timezone: 不能以发布方式更改 / cannot be changed by publication",
        "calendar: 不能以发布方式更改 / cannot be changed by publication",
        "rehearsal.outages: 不能以发布方式更改 / cannot be changed by publication",
        'issue_time: 应为 / must be a local time such as "08:30", not 7',
    )


def published(version: str, day: str, **parameters: Any) -> dict[str, Any]:
    return {"version": version, "effective_from": day, "parameters": parameters}


def in_force(base: Policy, policies: list[dict[str, Any]], day: date) -> Policy:
    return Published(base, (), policies).on(day)


def test_in_force_is_the_latest_that_has_begun_laid_over_the_policy_of_the_start() -> None:
    base = load_policy()
    policies = [
        published("late", "2026-05-01", yellow={"deduction": "0.50"}),
        published("early", "2026-03-01", yellow={"max_renewals": 2}),
    ]
    assert in_force(base, policies, date(2026, 2, 28)) is base
    early, late = (in_force(base, policies, day) for day in (date(2026, 3, 1), date(2026, 5, 1)))
    assert (early.version, early.yellow.max_renewals, str(early.yellow.deduction)) == ("early", 2, "0.30")
    assert in_force(base, policies, date(2026, 4, 30)).version == "early"
    assert (late.version, late.yellow.max_renewals, str(late.yellow.deduction)) == ("late", 1, "0.50")
    assert in_force(base, [], date(2030, 1, 1)) is base
    assert in_force(base, policies[::-1], date(2026, 5, 1)) == late


# ---------------------------------------------------------------- published calendars


def notice(year: int, off: list[str], worked: list[str], number: str) -> dict[str, Any]:
    return {"year": year, "days_off": off, "makeup_workdays": worked, "notice": number}


NOTICE = notice(2031, ["2031-01-01", "2031-01-02"], ["2031-01-04"], "国办〔2030〕9号")


def test_a_published_calendar_is_a_notice_with_its_days_and_number() -> None:
    found = notice_of(NOTICE)
    assert (found.year, found.number) == (2031, "国办〔2030〕9号")
    (holiday,) = found.holidays
    assert (holiday.name, holiday.number) == ("放假 day off", "国办〔2030〕9号")
    assert holiday.days_off == {date(2031, 1, 1), date(2031, 1, 2)}
    assert holiday.makeup_workdays == {date(2031, 1, 4)}
    assert found == YearNotice.published(2031, holiday.days_off, holiday.makeup_workdays, "国办〔2030〕9号")


def calendar_of(policy: Policy) -> tuple[bool, bool, bool]:
    calendar = policy.calendar
    days = date(2031, 1, 2), date(2031, 1, 4)
    return calendar.is_provisional(2031), *(calendar.is_workday(day) for day in days)  # type: ignore[return-value]


def test_the_last_published_calendar_of_a_year_counts_beside_the_built_in_ones() -> None:
    base = load_policy()
    replaced = notice(2031, ["2031-01-01"], [], "国办〔2030〕8号")
    found = with_calendars(base, [replaced, NOTICE])
    assert (calendar_of(base), calendar_of(found)) == ((True, True, False), (False, False, True))
    assert found.calendar.notice_number(2031) == "国办〔2030〕9号"
    assert found.calendar.notice_number(2026) == base.calendar.notice_number(2026) is not None
    assert found.version == base.version
    assert with_calendars(base, []) is base
    assert amended(found, {"yellow": {"deduction": "0.50"}}, "v").calendar is found.calendar


def test_where_every_day_is_a_workday_no_published_calendar_changes_that() -> None:
    base = load_policy({"calendar": "none"})
    assert with_calendars(base, [NOTICE]) is base
