"""Extensions: in good time, once for each slip, a part at most, none on a red (domain.md d.5.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from escalation.domain.clock import End, Term
from escalation.domain.extension import Extension, Terms, extensions, inadmissible, most_days, to_decide, ungrantable
from escalation.domain.review import Fault
from escalation.domain.standing import Entry

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def entry(kind: str, id_: str, when: str, **data: Any) -> Entry:
    return Entry(kind, id_, at(when), at(when), data)


END = End(date(2026, 4, 27), at("2026-04-28 00:00"), provisional=False, fixed=False)
LAST = date(2026, 4, 23)
TERMS = Terms(file_before=2, per_slip=1, cap=Decimal("0.5"), partial=True)
ASKED = Extension("x1", "white", 5, at("2026-04-22 09:00"))
DECIDED = replace(ASKED, granted=3, decided_at=at("2026-04-24 10:00"))


def test_requests_and_decisions_fold_into_one_in_whatever_order_they_were_written() -> None:
    lines = [
        entry("EXTENSION", "x1", "2026-04-22 09:00", about="white", days=5),
        entry("EXTENSION_DECISION", "x1", "2026-04-24 10:00", granted=3),
        entry("EXTENSION", "x0", "2026-04-22 09:00", about="yellow", days=1),
        entry("EXTENSION_DECISION", "gone", "2026-04-24 10:00", granted=9),
        entry("URGE", "x1", "2026-04-24 10:00"),
    ]
    for order in permutations(lines, 5):
        assert extensions(order) == [Extension("x0", "yellow", 1, at("2026-04-22 09:00")), DECIDED]


@pytest.mark.parametrize("day", [date(2026, 4, 1), LAST])
def test_a_request_up_to_the_last_day_is_looked_into(day: date) -> None:
    assert inadmissible("WHITE", END, LAST, day, 0, TERMS) is None


def test_a_request_after_the_last_day_is_late_even_on_a_red_and_even_a_second_one() -> None:
    detail = "延期须在 2026-04-23 及以前申请（期限 2026-04-27） / the last day for a request was 2026-04-23"
    for colour, made in (("WHITE", 0), ("RED", 0), ("WHITE", 1)):
        found = inadmissible(colour, END, LAST, date(2026, 4, 24), made, TERMS)
        assert found == Fault("INADMISSIBLE_LATE", detail, "/data/days")


def test_a_red_is_never_extended() -> None:
    detail = "红色督办单不予延期 / a red is never extended"
    assert inadmissible("RED", END, LAST, LAST, 0, TERMS) == Fault("ALREADY_USED", detail, "/data/colour")


def test_each_slip_has_its_requests_and_no_more() -> None:
    detail = "每张督办单最多申请延期 1 次 / 1 request(s) for each slip, and it was made"
    assert inadmissible(None, END, LAST, LAST, 1, TERMS) == Fault("ALREADY_USED", detail, "/data/days")
    assert inadmissible(None, END, LAST, LAST, 1, replace(TERMS, per_slip=2)) is None


@pytest.mark.parametrize(("end", "last"), [(None, None), (END, None), (None, LAST)])
def test_nobody_is_late_while_nothing_runs(end: End | None, last: date | None) -> None:
    assert inadmissible("WHITE", end, last, date(2027, 1, 1), 0, TERMS) is None


@pytest.mark.parametrize(
    ("term", "end", "most"),
    [
        (Term(10, "WORKDAY", None, None), None, 5),
        (Term(5, "DAY", None, None), None, 2),
        (Term(3, "DAY", None, None), None, 1),
        (Term(2, "MONTH", None, date(2026, 2, 28)), END, 29),
        (Term(None, None, at("2026-04-27 12:00"), date(2026, 4, 21)), END, 3),
        (Term(2, "MONTH", None, None), END, None),
        (Term(2, "MONTH", None, date(2026, 2, 28)), None, None),
        (Term(None, "DAY", None, date(2026, 4, 21)), END, 3),
    ],
)
def test_at_most_half_of_the_limit_may_be_granted_rounded_down(term: Term, end: End | None, most: int | None) -> None:
    assert most_days(term, end, TERMS.cap) == most


def test_a_decision_answers_the_request_that_it_names_else_the_last_undecided_one() -> None:
    older = replace(DECIDED, request="x0", about="yellow", asked_at=at("2026-04-22 10:00"))
    now = at("2026-04-25 09:00")
    assert to_decide([ASKED, older], None, now, None) is ASKED
    assert to_decide([ASKED, older], None, now, "x0") is older
    assert to_decide([ASKED, older], {"yellow"}, now, None) is older
    assert to_decide([ASKED, older], {"yellow"}, now, "x1") is None
    assert to_decide([ASKED], None, at("2026-04-22 08:59"), None) is None
    assert to_decide([ASKED], None, ASKED.asked_at, None) is ASKED
    assert to_decide([replace(older, request="x9"), older], None, now, None) == replace(older, request="x9")
    later = replace(ASKED, request="a", asked_at=at("2026-04-22 11:00"))
    assert to_decide([later, ASKED], None, now, None) is later


AT = "/data/granted_days"


@pytest.mark.parametrize(
    ("asked", "granted", "most", "fallen", "terms", "fault"),
    [
        (DECIDED, 9, 1, True, TERMS, Fault("ALREADY_USED", "该延期申请已有决定 / this request was decided", AT)),
        (
            ASKED, 9, 1, True, TERMS,
            Fault("NOT_REVIEWABLE", "督办单已撤销或失效，无须决定 / the slip has fallen; nothing is left to decide", AT),
        ),
        (
            ASKED, 6, 5, False, TERMS,
            Fault("NOT_EMPOWERED", "最多可准 5 日（期限的 0.5） / at most 5 days may be granted (0.5 of the limit)", AT),
        ),
        (
            ASKED, 6, None, False, TERMS,
            Fault("SCHEMA_INVALID", "准予 6 日多于申请的 5 日 / more days than the 5 that were asked for", AT),
        ),
        (
            ASKED, 1, 5, False, replace(TERMS, partial=False),
            Fault("SCHEMA_INVALID", "政策不许部分准予 / the policy knows no partial grant", AT),
        ),
        (ASKED, 5, 5, False, replace(TERMS, partial=False), None),
        (ASKED, 0, 5, False, replace(TERMS, partial=False), None),
        (ASKED, 3, 5, False, TERMS, None),
        (ASKED, 5, 5, False, TERMS, None),
    ],
)  # fmt: skip
def test_what_may_be_granted(
    asked: Extension, granted: int, most: int | None, fallen: bool, terms: Terms, fault: Fault | None
) -> None:
    assert ungrantable(asked, granted, most, fallen, terms) == fault
