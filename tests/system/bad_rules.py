"""Rows of `bad_input.py`: policies that cannot be, and calendars that contradict themselves."""

from __future__ import annotations

from bad_input import Wrong

SECOND_CALENDAR = {"days_off": ["2031-02-01"]}
OVERLAP = {"effective_from": "2031-05-01"}

POLICIES: tuple[Wrong, ...] = (
    ("an unknown key", lambda s: s.rule(colour="PINK"), "SCHEMA_INVALID", "/data/parameters/colour"),
    (
        "an unknown key within",
        lambda s: s.rule(yellow={"deductoin": "0.30"}),
        "SCHEMA_INVALID",
        "/data/parameters/yellow/deductoin",
    ),
    (
        "a negative limit",
        lambda s: s.rule(limits={"white": {"amount": -1, "unit": "WORKDAY"}}),
        "SCHEMA_INVALID",
        "/data/parameters/limits/white/amount",
    ),
    (
        "a limit of no days",
        lambda s: s.rule(limits={"white": {"amount": 0, "unit": "WORKDAY"}}),
        "SCHEMA_INVALID",
        "/data/parameters/limits/white/amount",
    ),
    (
        "an unknown unit of time",
        lambda s: s.rule(limits={"red": {"amount": 1, "unit": "WEEK"}}),
        "SCHEMA_INVALID",
        "/data/parameters/limits/red/unit",
    ),
    (
        "a negative deduction",
        lambda s: s.rule(yellow={"deduction": "-0.30"}),
        "SCHEMA_INVALID",
        "/data/parameters/yellow/deduction",
    ),
    (
        "a deduction that is no amount",
        lambda s: s.rule(yellow={"deduction": "viel"}),
        "SCHEMA_INVALID",
        "/data/parameters/yellow/deduction",
    ),
    (
        "negative renewals",
        lambda s: s.rule(yellow={"max_renewals": -1}),
        "SCHEMA_INVALID",
        "/data/parameters/yellow/max_renewals",
    ),
    (
        "an approval that is neither",
        lambda s: s.rule(approval={"red": "maybe"}),
        "SCHEMA_INVALID",
        "/data/parameters/approval/red",
    ),
    ("a window of no days", lambda s: s.rule(review={"window": 0}), "SCHEMA_INVALID", "/data/parameters/review/window"),
    (
        "a window that closes before it opens",
        lambda s: s.rule(delivery_window=["18:00", "08:30"]),
        "SCHEMA_INVALID",
        "/data/parameters/delivery_window",
    ),
    ("a reminder twice", lambda s: s.rule(reminders=[3, 3]), "SCHEMA_INVALID", "/data/parameters/reminders"),
    (
        "outages by publication",
        lambda s: s.rule(rehearsal={"outages": []}),
        "SCHEMA_INVALID",
        "/data/parameters/rehearsal/outages",
    ),
    ("another time zone", lambda s: s.rule(timezone="Europe/Berlin"), "SCHEMA_INVALID", "/data/parameters/timezone"),
    ("another calendar", lambda s: s.rule(calendar="none"), "SCHEMA_INVALID", "/data/parameters/calendar"),
    (
        "a version that was published",
        lambda s: s.policy(effective_from="2031-03-01").policy("03-04 09:00", effective_from="2031-04-01"),
        "SCHEMA_INVALID",
        "/data/version",
    ),
    (
        "two policies from one day",
        lambda s: s.policy(**OVERLAP).policy("03-04 09:00", version=f"{s.ref}-2", **OVERLAP),
        "SCHEMA_INVALID",
        "/data/effective_from",
    ),
)

CALENDARS: tuple[Wrong, ...] = (
    (
        "a day both off and worked",
        lambda s: s.calendar(makeup_workdays=["2031-01-01"]),
        "SCHEMA_INVALID",
        "/data/makeup_workdays",
    ),
    (
        "a make-up day that is worked anyway",
        lambda s: s.calendar(makeup_workdays=["2031-01-06"]),
        "SCHEMA_INVALID",
        "/data/makeup_workdays",
    ),
    ("a day off in another year", lambda s: s.calendar(days_off=["2032-01-01"]), "SCHEMA_INVALID", "/data/days_off"),
    (
        "a day worked in another year",
        lambda s: s.calendar(makeup_workdays=["2030-11-30"]),
        "SCHEMA_INVALID",
        "/data/makeup_workdays",
    ),
    (
        "one number for two contents",
        lambda s: s.calendar().calendar("03-04 09:00", **SECOND_CALENDAR),
        "SCHEMA_INVALID",
        "/data/notice",
    ),
    (
        "the number of a calendar that is built in",
        lambda s: s.calendar(year=2026, days_off=["2026-01-01"], makeup_workdays=[], notice="国办发明电〔2025〕7号"),
        "SCHEMA_INVALID",
        "/data/notice",
    ),
    ("a day that is none", lambda s: s.calendar(days_off=["2031-02-30"]), "SCHEMA_INVALID", "/data/days_off/0"),
    ("no days off at all", lambda s: s.calendar(days_off=None), "SCHEMA_INVALID", "/data/days_off"),
)
