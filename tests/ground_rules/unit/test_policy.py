"""The policy: defaults with provenance, overrides, and every fault named at once (domain.md d.15, events.md 5)."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import tomllib
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ground_rules import policy as policy_module
from ground_rules.limits import Limit
from ground_rules.policy import Outage, Policy, PolicyError, load_policy, load_policy_file
from ground_rules.workdays import WorkCalendar

KEYS_OF_THE_REHEARSAL_FORMAT = """
timezone = "Asia/Shanghai"
calendar = "china"
service = "deemed"
verification = "manual"
automatic_urging = false
issue_time = "08:30"
[approval]
white = "auto"
yellow = "auto"
red = "required"
[limits]
white = {amount = 10, unit = "WORKDAY"}
yellow = {amount = 5, unit = "WORKDAY"}
red = {amount = 5, unit = "WORKDAY"}
[yellow]
deduction = "0.30"
max_renewals = 1
[review]
window = 30
decide = 30
[late_report]
mode = "auto"
window = {amount = 3, unit = "WORKDAY"}
[[rehearsal.outages]]
service = "escalation"
from = "2026-03-16T20:00:00+08:00"
until = "2026-03-17T02:00:00+08:00"
"""


def problems(overrides: Mapping[str, Any]) -> list[str]:
    """What is said to be wrong with the overrides."""
    with pytest.raises(PolicyError) as caught:
        load_policy(overrides)
    return list(caught.value.problems)


def nested(key: str, value: Any) -> dict[str, Any]:
    section, dot, word = key.partition(".")
    return {section: {word: value}} if dot else {key: value}


def in_force(policy: Policy, key: str) -> Any:
    value: Any = policy
    for word in key.split("."):
        value = getattr(value, word)
    return value


# ---- defaults


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("zone", ZoneInfo("Asia/Shanghai")),
        ("calendar", WorkCalendar.china()),
        ("colours", ("WHITE", "YELLOW", "RED")),
        ("service", "deemed"),
        ("deemed_service", Limit(1, "WORKDAY")),
        ("verification", "manual"),
        ("automatic_urging", False),
        ("issue_time", time(8, 30)),
        ("delivery_window", (time(8, 30), time(18, 0))),
        ("reminders", (3, 1)),
        ("late_completion_before_issue", "ESCALATE"),
        ("year_attribution", "LIABILITY_DATE"),
        ("review_suspends_ladder", False),
        ("direct_start", False),
        ("shared_fault_ratio", None),
        ("merit_loss_breaches", None),
        ("outage_credit", False),
        ("approval.white", "auto"),
        ("approval.yellow", "auto"),
        ("approval.red", "required"),
        ("limits.white", Limit(10, "WORKDAY")),
        ("limits.yellow", Limit(5, "WORKDAY")),
        ("limits.red", Limit(5, "WORKDAY")),
        ("white.written_objection", Limit(5, "WORKDAY")),
        ("yellow.deduction", Decimal("0.30")),
        ("yellow.max_renewals", 1),
        ("yellow.grounds", ("OVERDUE", "BELOW_STANDARD")),
        ("red.deduction", Decimal("0.00")),
        ("red.revokes_excellence", True),
        ("red.referrals", 3),
        ("red.grounds", ("NO_MOVEMENT", "PERFUNCTORY_POOR")),
        ("review.window", 30),
        ("review.decide", 30),
        ("late_report.mode", "auto"),
        ("late_report.window", Limit(3, "WORKDAY")),
        ("hold.parked", Limit(1, "WORKDAY")),
        ("hold.source_silent", timedelta(hours=24)),
        ("office_decision.justification", Limit(3, "WORKDAY")),
        ("office_decision.extension", Limit(3, "WORKDAY")),
        ("office_decision.objection", Limit(3, "WORKDAY")),
        ("office_decision.determination", Limit(3, "WORKDAY")),
        ("objection.window", Limit(3, "WORKDAY")),
        ("objection.bounces", 1),
        ("extension.file_before", 2),
        ("extension.per_slip", 1),
        ("extension.cap", Decimal("0.50")),
        ("extension.partial", True),
        ("justification.late_discovery", Limit(3, "WORKDAY")),
        ("supporting.share", Decimal("0.50")),
        ("supporting.urge_before", 3),
        ("interview.reds", 1),
        ("interview.yellows", 3),
        ("issue_breaker.mode", "auto"),
        ("issue_breaker.history_days", 30),
        ("issue_breaker.floor", 50),
        ("issue_breaker.factor", 5),
        ("reply.npc_suggestion", Limit(3, "MONTH")),
        ("reply.npc_suggestion_difficult", Limit(6, "MONTH")),
        ("reply.npc_supporting", Limit(1, "MONTH")),
        ("reply.petition", Limit(60, "DAY")),
        ("reply.petition_extension", Limit(30, "DAY")),
        ("reply.petition_objection", Limit(5, "WORKDAY")),
        ("reply.redo", Limit(1, "MONTH")),
        ("rehearsal.outages", ()),
    ],
)
def test_the_shipped_default_is_that_of_the_table_of_parameters(key: str, value: Any) -> None:
    assert in_force(load_policy(), key) == value


def test_points_keep_two_places_and_are_never_floats() -> None:
    assert str(load_policy().yellow.deduction) == "0.30"
    assert str(load_policy({"yellow": {"deduction": "1"}}).yellow.deduction) == "1.00"


def test_a_rehearsal_issues_at_midnight_and_never_breaks_off() -> None:
    usual, rehearsal = load_policy(), load_policy(rehearsal=True)
    assert (usual.issue_time, rehearsal.issue_time) == (time(8, 30), time(0, 0))
    assert (usual.issue_breaker.mode, rehearsal.issue_breaker.mode) == ("auto", "off")
    differing = [one.key for one, other in zip(usual.explain(), rehearsal.explain(), strict=True) if one != other]
    assert differing == ["issue_time", "issue_breaker.mode"]


def test_an_issue_time_that_is_asked_for_holds_in_a_rehearsal_too() -> None:
    assert load_policy({"issue_time": "08:30"}, rehearsal=True).issue_time == time(8, 30)


def test_every_key_of_the_rehearsal_format_is_accepted_and_is_the_default() -> None:
    given = tomllib.loads(KEYS_OF_THE_REHEARSAL_FORMAT)
    assert load_policy(given).version == load_policy().version
    assert load_policy(given).rehearsal.outages == (
        Outage("escalation", datetime(2026, 3, 16, 12, tzinfo=UTC), datetime(2026, 3, 16, 18, tzinfo=UTC)),
    )


def test_a_policy_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_policy().yellow.max_renewals = 5  # type: ignore[misc]
    assert hash(load_policy()) == hash(load_policy()), "every part is frozen, so the whole can be a key"


def test_every_value_has_the_type_that_its_field_declares() -> None:
    def wrong(part: Any, prefix: str) -> list[str]:
        hints = typing.get_type_hints(type(part), vars(policy_module))
        found = []
        for field in dataclasses.fields(part):
            value = getattr(part, field.name)
            if not _fits(value, hints[field.name]):
                found.append(f"{prefix}{field.name}")
            if dataclasses.is_dataclass(value) and not isinstance(value, Limit):
                found += wrong(value, f"{field.name}.")
        return found

    full = {"shared_fault_ratio": "0.60", "merit_loss_breaches": 2, **tomllib.loads(KEYS_OF_THE_REHEARSAL_FORMAT)}
    assert wrong(load_policy(), "") == []
    assert wrong(load_policy(full), "") == []


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of an annotated type, as far as policies use them."""
    arguments = typing.get_args(hint)
    match typing.get_origin(hint):
        case None:
            return type(value) is hint
        case typing.Literal:
            return value in arguments
        case origin if origin is tuple and arguments[-1:] == (...,):
            return type(value) is tuple and all(_fits(entry, arguments[0]) for entry in value)
        case origin if origin is tuple:
            return type(value) is tuple and all(_fits(entry, kind) for entry, kind in zip(value, arguments, strict=True))
        case _:
            return any(_fits(value, kind) for kind in arguments)


# ---- provenance


def test_every_parameter_says_where_it_comes_from() -> None:
    assert {row.provenance.split()[0] for row in load_policy().explain()} == {"SOURCE", "LAW", "PRECEDENT", "PROPOSED"}


@pytest.mark.parametrize(
    ("key", "value", "provenance"),
    [
        ("yellow.deduction", "0.30", "SOURCE"),
        ("red.deduction", "0.00", "SOURCE"),
        ("red.referrals", "3", "SOURCE"),
        ("colours", "WHITE, YELLOW, RED", "SOURCE"),
        ("review.window", "30", "LAW"),
        ("reply.npc_suggestion", "3 MONTH", "LAW"),
        ("reply.petition_objection", "5 WORKDAY", "LAW"),
        ("reply.redo", "1 MONTH", "PRECEDENT"),
        ("period_counting", "民法典 200-204", "LAW"),
        ("reminders", "3, 1", "PRECEDENT"),
        ("objection.window", "3 WORKDAY", "PRECEDENT"),
        ("shared_fault_ratio", "off", "PRECEDENT"),
        ("limits.white", "10 WORKDAY", "PROPOSED"),
        ("year_attribution", "LIABILITY_DATE", "PROPOSED"),
        ("approval.red", "required", "PROPOSED"),
        ("issue_time", "08:30", "PROPOSED"),
        ("outage_credit", "false", "PROPOSED"),
        ("hold.source_silent", "24h", "PROPOSED"),
        ("timezone", "Asia/Shanghai", "PROPOSED"),
    ],
)
def test_explaining_gives_the_value_in_force_and_its_provenance(key: str, value: str, provenance: str) -> None:
    row = next(row for row in load_policy().explain() if row.key == key)
    assert (row.value, row.provenance.split()[0]) == (value, provenance)


AS_IN_THE_DESIGN = {
    "SOURCE": "colours yellow.deduction red.deduction red.revokes_excellence red.referrals yellow.grounds red.grounds"
    " routing.major_decision routing.meeting routing.document routing.eight_rules routing.leader_instruction"
    " routing.netizen_message routing.npc_suggestion routing.cppcc_proposal",
    "LAW": """calendar period_counting review.window review.decide reply.npc_suggestion reply.npc_suggestion_difficult
        reply.petition reply.petition_extension reply.petition_objection""",
    "PRECEDENT": """reminders objection.window objection.bounces extension.per_slip extension.partial merit_loss_breaches
        shared_fault_ratio direct_start reply.redo""",
    "PROPOSED": """limits.white limits.yellow limits.red yellow.max_renewals deemed_service office_decision.justification
        office_decision.extension office_decision.objection interview.reds interview.yellows year_attribution
        late_completion_before_issue review_suspends_ladder approval.white approval.yellow approval.red approver.white
        approver.yellow approver.red late_report.mode late_report.window hold.parked hold.source_silent hold.reason_pending
        outage_credit issue_breaker.mode progress.cycle progress.standing_cycle progress.tolerance
        registration.approval quota.matters quota.inspections
        routing.petition routing.hotline routing.field_note routing.inspection""",
}
"""Every parameter of domain.md d.15 with its provenance there, and those that the triggers and approvals of d.4 and d.14 need."""


@pytest.mark.parametrize(("provenance", "key"), [(p, key) for p, keys in AS_IN_THE_DESIGN.items() for key in keys.split()])
def test_each_parameter_has_the_provenance_of_the_design(provenance: str, key: str) -> None:
    row = next(row for row in load_policy().explain() if row.key == key)
    assert row.provenance.split()[0] == provenance


def test_explaining_shows_what_was_overridden() -> None:
    rows = {row.key: row.value for row in load_policy({"limits": {"white": {"amount": 7}}}).explain()}
    assert rows["limits.white"] == "7 WORKDAY"


def test_every_key_that_is_explained_can_be_overridden_by_that_name() -> None:
    declared = tomllib.loads(Path(policy_module.__file__).with_name("policy.toml").read_text("utf-8"))
    for row in load_policy().explain():
        section, _, word = row.key.partition(".")
        entry = declared[section][word] if word else declared[section]
        assert load_policy(nested(row.key, entry["default"])).version == load_policy().version


# ---- overrides


@pytest.mark.parametrize(
    ("key", "given", "expected"),
    [
        ("calendar", "none", WorkCalendar.every_day()),
        ("service", "immediate", "immediate"),
        ("verification", "auto", "auto"),
        ("automatic_urging", True, True),
        ("issue_time", "00:00", time(0, 0)),
        ("issue_time", "23:59", time(23, 59)),
        ("issue_time", time(9, 15), time(9, 15)),
        ("delivery_window", ["09:00", "17:00"], (time(9), time(17))),
        ("reminders", [1, 5, 0], (5, 1, 0)),
        ("reminders", [], ()),
        ("late_completion_before_issue", "RECORD_ONLY", "RECORD_ONLY"),
        ("year_attribution", "BREACHED", "BREACHED"),
        ("shared_fault_ratio", "0.6", Decimal("0.60")),
        ("shared_fault_ratio", "1", Decimal("1.00")),
        ("shared_fault_ratio", "off", None),
        ("merit_loss_breaches", 2, 2),
        ("merit_loss_breaches", "off", None),
        ("approval.red", "auto", "auto"),
        ("limits.white", {"amount": 10, "unit": "DAY"}, Limit(10, "DAY")),
        ("limits.white", {"unit": "DAY"}, Limit(10, "DAY")),
        ("limits.white", {"amount": 3650}, Limit(3650, "WORKDAY")),
        ("limits.yellow", {"amount": 3650, "unit": "DAY"}, Limit(3650, "DAY")),
        ("limits.red", {"amount": 120, "unit": "MONTH"}, Limit(120, "MONTH")),
        ("yellow.deduction", "0.5", Decimal("0.50")),
        ("yellow.deduction", "100", Decimal("100.00")),
        ("yellow.deduction", "0", Decimal("0.00")),
        ("yellow.max_renewals", 0, 0),
        ("review.window", 1, 1),
        ("review.window", 366, 366),
        ("late_report.mode", "person", "person"),
        ("hold.source_silent", "1h", timedelta(hours=1)),
        ("hold.source_silent", "720h", timedelta(hours=720)),
        ("colours", ["WHITE", "YELLOW", "RED"], ("WHITE", "YELLOW", "RED")),
    ],
)
def test_an_override_takes_effect_and_nothing_else_changes(key: str, given: Any, expected: Any) -> None:
    policy = load_policy(nested(key, given))
    assert in_force(policy, key) == expected
    usual = {row.key: row.value for row in load_policy().explain()}
    assert [row.key for row in policy.explain() if row.value != usual[row.key] and row.key != key] == []


def test_the_time_zone_decides_the_zone_of_days() -> None:
    assert load_policy({"timezone": "America/New_York"}).zone == ZoneInfo("America/New_York")


def test_without_days_off_christmas_and_sundays_are_worked() -> None:
    assert load_policy({"calendar": "none"}).calendar.is_workday(date(2026, 10, 4))


def test_overrides_are_not_changed_by_loading() -> None:
    given: dict[str, Any] = {"limits": {"white": {"amount": 3}}}
    load_policy(given)
    assert given == {"limits": {"white": {"amount": 3}}}


def test_outages_are_read_in_utc_and_sorted() -> None:
    late = {"service": "intake", "from": datetime(2026, 5, 2, tzinfo=UTC), "until": "2026-05-03T00:00:00Z"}
    early = {"service": "notify", "from": "2026-05-01T08:00:00+08:00", "until": "2026-05-04T00:00:00Z"}
    assert load_policy({"rehearsal": {"outages": [late, early]}}).rehearsal.outages == (
        Outage("notify", datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 4, tzinfo=UTC)),
        Outage("intake", datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 5, 3, tzinfo=UTC)),
    )


# ---- faults


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("calendar", "China"),
        ("service", True),
        ("verification", ["auto"]),
        ("automatic_urging", "true"),
        ("automatic_urging", 1),
        ("issue_time", "24:00"),
        ("issue_time", "8:30"),
        ("issue_time", "08:30:00"),
        ("issue_time", "08:60"),
        ("issue_time", time(8, 30, 1)),
        ("issue_time", time(8, 30, tzinfo=UTC)),
        ("issue_time", 830),
        ("timezone", "Asia/Xianyang"),
        ("timezone", ""),
        ("timezone", "../etc"),
        ("timezone", "Asia"),
        ("timezone", 8),
        ("name", ""),
        ("name", "two words"),
        ("name", "x" * 41),
        ("name", 3),
        ("delivery_window", "08:30"),
        ("delivery_window", ["08:30"]),
        ("delivery_window", ["18:00", "08:30"]),
        ("delivery_window", ["08:30", "08:30"]),
        ("delivery_window", ["08:30", "25:00"]),
        ("reminders", 3),
        ("reminders", [3, 3]),
        ("reminders", [-1]),
        ("reminders", [61]),
        ("reminders", [True]),
        ("year_attribution", "liability_date"),
        ("shared_fault_ratio", "0"),
        ("shared_fault_ratio", "1.01"),
        ("shared_fault_ratio", "no"),
        ("shared_fault_ratio", 0.6),
        ("merit_loss_breaches", 0),
        ("merit_loss_breaches", "on"),
        ("approval.red", "perhaps"),
        ("limits.white", 10),
        ("limits.white", "10 WORKDAY"),
        ("yellow.deduction", 0.3),
        ("yellow.deduction", 1),
        ("yellow.deduction", "-0.30"),
        ("yellow.deduction", "0.305"),
        ("yellow.deduction", "100.01"),
        ("yellow.deduction", "NaN"),
        ("yellow.deduction", "1e1"),
        ("yellow.deduction", "٣"),
        ("yellow.deduction", "off"),
        ("yellow.max_renewals", -1),
        ("yellow.max_renewals", 11),
        ("yellow.max_renewals", True),
        ("yellow.max_renewals", 1.0),
        ("yellow.max_renewals", "1"),
        ("yellow.max_renewals", "off"),
        ("red.revokes_excellence", False),
        ("red.revokes_excellence", 1),
        ("red.referrals", 2),
        ("colours", ["YELLOW", "WHITE", "RED"]),
        ("period_counting", "freely"),
        ("review.window", 0),
        ("review.window", 367),
        ("hold.source_silent", "0h"),
        ("hold.source_silent", "721h"),
        ("hold.source_silent", "24"),
        ("hold.source_silent", 24),
        ("rehearsal.outages", {"service": "intake"}),
    ],
)
def test_a_value_that_is_not_accepted_is_named_with_its_key(key: str, given: Any) -> None:
    (problem,) = problems(nested(key, given))
    assert problem.startswith(f"{key}: ")


@pytest.mark.parametrize(
    ("limit", "places"),
    [
        ({"amount": 0}, ["limits.white.amount"]),
        ({"amount": 3651}, ["limits.white.amount"]),
        ({"amount": 3651, "unit": "DAY"}, ["limits.white.amount"]),
        ({"amount": 121, "unit": "MONTH"}, ["limits.white.amount"]),
        ({"amount": True}, ["limits.white.amount"]),
        ({"unit": "HOUR"}, ["limits.white.unit"]),
        ({"unit": ["DAY"]}, ["limits.white.unit"]),
        ({"amount": "3", "unit": "day", "start": 1}, ["limits.white.start", "limits.white.unit", "limits.white.amount"]),
    ],
)
def test_every_wrong_part_of_a_limit_is_named(limit: Any, places: list[str]) -> None:
    assert [problem.split(": ")[0] for problem in problems({"limits": {"white": limit}})] == places


def test_deemed_service_is_counted_in_workdays_only() -> None:
    assert problems({"deemed_service": {"unit": "DAY"}})[0].startswith("deemed_service.unit: ")


@pytest.mark.parametrize(
    ("outage", "places"),
    [
        ({"service": "relay"}, ["[0].service"]),
        ({"from": "2026-03-16T20:00:00"}, ["[0].from"]),
        ({"from": "yesterday"}, ["[0].from"]),
        ({"from": "0001-01-01T00:00:00+14:00"}, ["[0].from"]),
        ({"until": 5}, ["[0].until"]),
        ({"until": "2026-03-01T00:00:00Z"}, ["[0].until"]),
        ({"until": "2026-03-02T00:00:00Z"}, ["[0].until"]),
        ({"untill": 1}, ["[0].untill"]),
        ({"service": None, "from": None, "until": None}, ["[0].service", "[0].from", "[0].until"]),
    ],
)
def test_every_wrong_part_of_an_outage_is_named(outage: dict[str, Any], places: list[str]) -> None:
    sound = {"service": "intake", "from": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z"}
    found = problems({"rehearsal": {"outages": [sound | outage]}})
    assert [problem.split(": ")[0] for problem in found] == [f"rehearsal.outages{place}" for place in places]


def test_outages_are_numbered_and_each_must_be_a_table() -> None:
    sound = {"service": "intake", "from": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z"}
    (problem,) = problems({"rehearsal": {"outages": [sound, "intake"]}})
    assert problem.startswith("rehearsal.outages[1]: ")


@pytest.mark.parametrize(
    ("second", "bad"),
    [
        ({"from": "2026-03-02T12:00:00Z", "until": "2026-03-04T00:00:00Z"}, True),
        ({"from": "2026-03-01T12:00:00Z", "until": "2026-03-02T00:00:01Z"}, True),
        ({"from": "2026-03-03T00:00:00Z", "until": "2026-03-04T00:00:00Z"}, False),
        ({"from": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z"}, False),
        ({"from": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z", "service": "notify"}, False),
    ],
)
def test_outages_of_one_service_must_not_overlap(second: dict[str, Any], bad: bool) -> None:
    first = {"service": "intake", "from": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z"}
    overrides = {"rehearsal": {"outages": [first, {"service": "intake"} | second]}}
    if bad:
        assert [problem.split(": ")[0] for problem in problems(overrides)] == ["rehearsal.outages[1]"]
    else:
        assert len(load_policy(overrides).rehearsal.outages) == 2


def test_every_wrong_key_is_named_at_once_in_one_line() -> None:
    wrong = {"colour": "green", "issue_time": "25:00", "approval": {"red": "perhaps"}, "limits": {"white": {"amount": 0}}}
    assert [problem.split(":")[0] for problem in problems(wrong)] == [
        "colour",
        "issue_time",
        "approval.red",
        "limits.white.amount",
    ]
    with pytest.raises(PolicyError) as caught:
        load_policy({**wrong, "name": "a\nb"})
    assert "\n" not in str(caught.value)
    assert all(problem in str(caught.value) for problem in problems(wrong))


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ({"yelow": {"deduction": "1.00"}}, "yellow"),
        ({"issue_tiem": "09:00"}, "issue_time"),
        ({"deduction": "0.50"}, "yellow.deduction or red.deduction"),
        ({"yellow": {"max_renewal": 2}}, "yellow.max_renewals"),
        ({"limits": {"white": {"ammount": 3}}}, "amount"),
        ({"approval": {"red": "requird"}}, "required"),
        ({"timezone": "Asia/Shangai"}, "Asia/Shanghai"),
        ({"yellow": {"mode": "auto"}}, "late_report.mode or issue_breaker.mode"),
    ],
)
def test_a_misspelt_word_comes_with_the_one_that_was_meant(wrong: dict[str, Any], meant: str) -> None:
    (problem,) = problems(wrong)
    assert problem.endswith(f"did you mean {meant}?")


def test_a_word_that_is_near_to_nothing_gets_no_suggestion() -> None:
    assert problems({"qqqqqq": 1}) == ["qqqqqq: 未知参数 / unknown"]


def test_a_section_that_is_no_table_is_named() -> None:
    assert problems({"review": 30}) == ["review: 应为 / must be a table [review], not 30"]


def test_a_long_wrong_value_is_cut_short() -> None:
    assert len(problems({"calendar": "x" * 5000})[0]) < 200


# ---- version


def test_the_version_has_a_name_and_a_hash_of_eight_digits() -> None:
    name, _, digest = load_policy({"name": "咸阳-2026"}).version.rpartition("-")
    assert name == "咸阳-2026"
    assert len(digest) == 8
    assert int(digest, 16) >= 0


def test_the_same_parameters_have_the_same_version_however_they_were_given() -> None:
    spelt = {"yellow": {"deduction": "0.3"}, "reminders": [1, 3], "limits": {"white": {"amount": 10}}}
    spelt |= {"issue_time": time(8, 30)}
    assert load_policy(spelt).version == load_policy().version


@pytest.mark.parametrize(
    "overrides",
    [
        {"yellow": {"deduction": "0.31"}},
        {"limits": {"white": {"unit": "DAY"}}},
        {"calendar": "none"},
        {"timezone": "Asia/Urumqi"},
        {"issue_time": "08:31"},
        {"automatic_urging": True},
        {"merit_loss_breaches": 2},
    ],
)
def test_any_other_parameter_is_another_version(overrides: dict[str, Any]) -> None:
    assert load_policy(overrides).version != load_policy().version


def test_a_name_or_an_outage_does_not_make_other_rules() -> None:
    outage = {"service": "notify", "from": "2026-05-01T00:00:00Z", "until": "2026-05-02T00:00:00Z"}
    assert load_policy({"rehearsal": {"outages": [outage]}}).version == load_policy().version
    assert load_policy({"name": "other"}).version.split("-")[1] == load_policy().version.split("-")[1]


# ---- files and imports


def test_a_policy_file_overrides_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(KEYS_OF_THE_REHEARSAL_FORMAT.replace("0.30", "0.40"), "utf-8")
    assert load_policy_file(path).yellow.deduction == Decimal("0.40")
    path.write_text("", "utf-8")
    assert load_policy_file(path) == load_policy()
    assert load_policy_file(path, rehearsal=True) == load_policy(rehearsal=True)


@pytest.mark.parametrize("content", [b"[approval\n", b'name = "\xff"', b"a = 1\na = 2"])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=r"policy\.toml: .*not TOML"):
        load_policy_file(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"absent\.toml: .*cannot be read"):
        load_policy_file(tmp_path / "absent.toml")


def test_a_wrong_key_is_named_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("colour = 1\nname = 1\n", "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy_file(path)
    assert [problem.startswith(f"{path}: ") for problem in caught.value.problems] == [True, True]


def test_importing_reads_no_file_of_the_package() -> None:
    script = """
import sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)
import ground_rules.limits, ground_rules.policy, ground_rules.workdays
print([name for name in opened if name.endswith(".toml")])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
