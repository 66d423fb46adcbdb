"""Random histories with random outages: whatever was down and whenever, it moves no breach, no liability and no standing slip."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ground_rules.policy import Outage, load_policy
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from living import migrated, played
from matters import ZONE
from matters import event as message
from outages import dated_back, moved

Row = dict[str, Any]
Lists = dict[str, list[Row]]

START, END = datetime(2026, 3, 2, 9, tzinfo=ZONE), datetime(2026, 6, 1, tzinfo=ZONE)
HISTORIES = int(os.environ.get("DUBAN_HISTORIES", "0")) or 25
SERVICES = ("intake", "escalation", "notify", "scoring")
UNITS = ("ZJJ", "SLJ")
EVIDENCE = [{"kind": "PHOTO", "sha256": "ab" * 32}]

POLICIES: tuple[Row, ...] = (
    {"service": "immediate", "approval": {"red": "auto"}},
    {"service": "immediate", "approval": {"red": "auto"}, "issue_time": "08:30", "verification": "auto"},
    {"service": "deemed", "approval": {"red": "auto"}},
)
SHORT: Row = {"limits": {"white": {"amount": 3, "unit": "WORKDAY"}, "yellow": {"amount": 2, "unit": "WORKDAY"}}}
"""So that a history reaches the red within a month."""


class Telling:
    """Collects the messages of one history."""

    def __init__(self) -> None:
        self.messages: list[Row] = []

    def say(self, name: str, source: str, at: datetime, **data: Any) -> str:
        found = message(name, source, str(len(self.messages)), at, {"matter": "M-1"} | data)
        self.messages.append(found)
        return str(found["id"])


def submitted(telling: Telling, days: int) -> None:
    parts = [
        {"unit": unit, "role": role, "deliverable": "报告", "limit": {"amount": days, "unit": "WORKDAY"}}
        for unit, role in zip(UNITS, ("LEAD", "SUPPORTING"), strict=True)
    ]
    data = {"external_ref": "M-1", "title": "事项", "source": {"type": "DOCUMENT"}, "standard": "完成", "assignments": parts}
    telling.messages.append(message("matter.submitted", "/office", "0", START, data))


def claimed(telling: Telling, unit: str, at: datetime, after: timedelta, good: bool) -> None:
    claim = telling.say("completion.claimed", f"/units/{unit}", at, unit=unit, text="已完成")
    found: Row = {} if good else {"deficiencies": ["未达标准"]}
    name = "completion.verified" if good else "completion.rejected"
    telling.say(name, "/office", at + after, unit=unit, claim=claim, verified_by="赵明远", **found)


def progressed(telling: Telling, unit: str, at: datetime, after: timedelta, good: bool) -> None:
    report = telling.say("progress.reported", f"/units/{unit}", at, unit=unit, text="有进展", percent=50)
    telling.say("progress.assessed", "/office", at + after, unit=unit, accepted=good, decided_by="李文静", request=report)


def urged(telling: Telling, unit: str, at: datetime, after: timedelta, good: bool) -> None:
    for day in range(1 + good * 10):
        telling.say("urge.sent", "/office", at + timedelta(days=day), unit=unit, by="OFFICE")


def reasoned(telling: Telling, unit: str, at: datetime, after: timedelta, good: bool) -> None:
    source = f"/units/{unit}"
    reason = telling.say("justification.filed", source, at, unit=unit, category="FORCE_MAJEURE", evidence=EVIDENCE, text="暴雨")
    given_: Row = {"outcome": "REFUSED", "reasons": "不成立"}
    if good:
        given_ = {"outcome": "GRANTED", "effect": "EXTEND", "days": 1}
    telling.say("justification.decided", "/office", at + after, unit=unit, decided_by="李文静", request=reason, **given_)


def asked_for_time(telling: Telling, unit: str, at: datetime, after: timedelta, good: bool) -> None:
    asked = telling.say("extension.requested", f"/units/{unit}", at, unit=unit, days=1, reason="工作量大")
    granted = {"granted_days": int(good), "decided_by": "李文静", "reasons": "酌情"}
    telling.say("extension.decided", "/office", at + after, unit=unit, request=asked, **granted)


def determined(telling: Telling, unit: str, at: datetime, after: timedelta, good: bool) -> None:
    found = {"progress_class": "SUBSTANTIVE_IMPROVEMENT" if good else "NO_MOVEMENT", "reasons": "现场核查"}
    for when in (at, at + after):
        telling.say("determination.made", "/office", when, unit=unit, decided_by="赵明远", evidence=EVIDENCE, **found)


ACTS = (claimed, progressed, urged, urged, reasoned, asked_for_time, determined)


@st.composite
def histories(draw: Callable[..., Any]) -> list[Row]:
    """The messages about one matter of two units."""
    telling = Telling()
    submitted(telling, draw(st.integers(1, 3)))
    for act in draw(st.lists(st.sampled_from(ACTS), max_size=6)):
        at = START + timedelta(days=draw(st.integers(0, 24)), minutes=draw(st.sampled_from((1, 120, 420, 895))))
        after = timedelta(minutes=draw(st.sampled_from((5, 60 * 20, 60 * 24 * 3))))
        act(telling, draw(st.sampled_from(UNITS)), at, after, draw(st.booleans()))
    return telling.messages


@st.composite
def disturbances(draw: Callable[..., Any]) -> list[tuple[str, int, timedelta, timedelta]]:
    """What goes down: the service, about which of the instants at which something happens, and how long before and after."""
    lengths = st.sampled_from(
        (timedelta(seconds=1), timedelta(hours=2), timedelta(hours=9), timedelta(days=2), timedelta(days=5))
    )
    one = st.tuples(st.sampled_from(SERVICES), st.integers(0, 999), lengths, lengths)
    return draw(st.lists(one, min_size=1, max_size=3))


def instants(calm: Lists, messages: list[Row]) -> list[datetime]:
    """When something happened in a rehearsal."""
    texts = [row["at"] for row in calm["breaches"]] + [row["issued_at"] for row in calm["slips"]]
    texts += [row["due_instant"] for row in calm["deadlines"]] + [row["time"] for row in messages]
    return sorted({datetime.fromisoformat(text).astimezone(UTC) for text in texts})


def windows(asked: list[tuple[str, int, timedelta, timedelta]], known: list[datetime]) -> list[Outage]:
    """The outages, those of one service apart from each other."""
    found: list[Outage] = []
    for service, pick, before, after in asked:
        at = known[pick % len(known)]
        outage = Outage(service, at - before, at + after)
        if not any(outage.overlaps(other) for other in found):
            found.append(outage)
    return found


def rehearsed(template: Path, overrides: Row, messages: list[Row], outages: list[Outage]) -> Lists:
    tables = [{"service": one.service, "from": one.from_.isoformat(), "until": one.until.isoformat()} for one in outages]
    policy = load_policy(SHORT | overrides | {"rehearsal": {"outages": tables}}, rehearsal=True)
    lines = [json.dumps(one, ensure_ascii=False).encode() for one in messages]
    return played(template, policy, lines, START.astimezone(UTC) - timedelta(days=9), END.astimezone(UTC))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Migrated databases."""
    yield migrated(tmp_path_factory.mktemp("outages") / "template")


@pytest.mark.timeout(0)
def test_an_outage_of_any_service_moves_no_breach_no_liability_date_and_no_standing_slip(template: Path) -> None:
    played_ones = 0

    @settings(
        max_examples=HISTORIES,
        derandomize="DUBAN_HISTORIES" not in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories(), st.sampled_from(POLICIES), disturbances())
    def holds(messages: list[Row], overrides: Row, asked: list[tuple[str, int, timedelta, timedelta]]) -> None:
        nonlocal played_ones
        calm = rehearsed(template, overrides, messages, [])
        outages = windows(asked, instants(calm, messages))
        troubled = rehearsed(template, overrides, messages, outages)
        found = [*moved(calm, troubled), *dated_back(troubled, outages)]
        event(f"{len(calm['slips'])} slips")
        assert not found, "\n".join([*found, *map(str, outages)])
        played_ones += 1

    holds()
    assert played_ones >= HISTORIES


# ---------------------------------------------------------------- the checks are tested themselves

WHITE = {"matter": "M-1", "unit": "ZJJ", "colour": "WHITE", "renewal": 0, "ground": "OVERDUE", "liability_date": "2026-03-05"}
CALM: Lists = {
    "slips": [
        WHITE | {"issued_at": "2026-03-04T16:00:00Z", "served_on": "2026-03-05", "state": "EXPIRED"},
        WHITE
        | {"colour": "YELLOW", "liability_date": "2026-03-10", "issued_at": "2026-03-09T16:00:00Z", "served_on": "2026-03-10"}
        | {"state": "SERVED"},
    ],
    "deadlines": [
        {"matter": "M-1", "unit": "ZJJ", "owner": owner, "due_instant": due}
        for owner, due in (("ASSIGNMENT", "2026-03-04T16:00:00Z"), ("SLIP:WHITE", "2026-03-09T16:00:00Z"))
    ],
    "breaches": [{"matter": "M-1", "unit": "ZJJ", "owner": "SLIP:WHITE", "at": "2026-03-09T16:00:00Z"}],
    "notices": [{"matter": "M-1", "unit": "ZJJ", "kind": "ASSIGNMENT", "served_at": "2026-03-02T01:00:00Z"}],
    "balances": [{"unit": "ZJJ", "year": 2026, "points": "-0.30", "eligible": True}],
}


def troubled(**changes: tuple[str, int, Row]) -> Lists:
    """The same, with one row of one list changed."""
    found = deepcopy(CALM)
    for name, number, values in changes.values():
        found[name][number].update(values)
    return found


def test_two_equal_rehearsals_differ_in_nothing() -> None:
    assert list(moved(CALM, deepcopy(CALM))) == []


@pytest.mark.parametrize(
    ("name", "number", "values", "said"),
    [
        ("slips", 1, {"liability_date": "2026-03-11"}, "SLIP:WHITE: ('YELLOW', 0, 'OVERDUE', '2026-03-10') became"),
        ("slips", 0, {"ground": "NO_PROGRESS"}, "ASSIGNMENT: ('WHITE', 0, 'OVERDUE'"),
        ("slips", 1, {"state": "WITHDRAWN"}, "became None"),
        ("breaches", 0, {"at": "2026-03-10T02:00:00Z"}, "SLIP:WHITE: breach"),
        ("deadlines", 1, {"due_instant": "2026-03-10T16:00:00Z"}, "SLIP:WHITE: end"),
        ("slips", 0, {"served_on": "2026-03-04"}, "SLIP:WHITE: served on 2026-03-04, before"),
        ("balances", 0, {"points": "-0.60"}, "years:"),
        ("balances", 0, {"eligible": False}, "years:"),
    ],
)
def test_whatever_moved_is_found(name: str, number: int, values: Row, said: str) -> None:
    found = list(moved(CALM, troubled(one=(name, number, values))))
    assert any(said in one for one in found), found


def test_a_slip_that_was_issued_later_but_is_about_the_same_day_has_not_moved() -> None:
    late = ("slips", 1, {"issued_at": "2026-03-11T02:00:00Z"})
    assert list(moved(CALM, troubled(one=late))) == []


def test_what_was_served_later_may_run_from_the_later_day() -> None:
    later = {"served_on": "2026-03-06"}, {"due_instant": "2026-03-10T16:00:00Z"}, {"at": "2026-03-10T16:00:00Z"}
    changed = troubled(
        served=("slips", 0, later[0]),
        end=("deadlines", 1, later[1]),
        breach=("breaches", 0, later[2]),
        yellow=("slips", 1, {"liability_date": "2026-03-11", "issued_at": "2026-03-10T16:00:00Z", "served_on": "2026-03-11"}),
    )
    assert list(moved(CALM, changed)) == []


def test_a_slip_that_is_dated_into_an_outage_is_found() -> None:
    down = Outage("escalation", datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC))
    assert list(dated_back(CALM, [down])) == ["M-1/ZJJ YELLOW is dated 2026-03-09 16:00:00+00:00, when escalation was down"]
    assert list(dated_back(CALM, [Outage("scoring", down.from_, down.until)])) == []
