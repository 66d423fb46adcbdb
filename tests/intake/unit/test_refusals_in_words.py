"""What intake says when it refuses: code, field and both languages, word for word, since people act on these texts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ground_rules.limits import Deadline, Limit, start_of_day
from ground_rules.policy import load_policy
from intake.domain import assignment, authority, objection
from intake.domain.assignment import Part
from intake.domain.authority import Grant
from intake.domain.faults import Fault
from intake.domain.roles import Role
from intake.domain.sources import SourceType

TODAY = date(2026, 3, 6)
GOOD = Grant("GOVERNMENT", "市长批示")


@pytest.mark.parametrize(
    ("grant", "pointer", "detail"),
    [
        (
            None,
            "/data/authorisation",
            (
                "未附授权，不能督查JTJ、ZJJ；请附 authorisation（依据：决定、批示或经批准的建议），或由督查室提交"
                " / no authorisation to supervise JTJ, ZJJ; add `authorisation` with its basis, or let the office submit it"
            ),
        ),
        (
            Grant("COMPANY", "市长批示"),
            "/data/authorisation/principal",
            (
                "授权主体“COMPANY”无效，应为 PARTY、GOVERNMENT 或 JOINT"
                " / unknown principal 'COMPANY'; use PARTY, GOVERNMENT or JOINT"
            ),
        ),
        (
            Grant("PARTY", "口头"),
            "/data/authorisation/basis",
            (
                "授权依据无法识别，应为决定（DECISION）、批示（INSTRUCTION）或经批准的建议（APPROVED_PROPOSAL）"
                " / the basis '口头' is none of DECISION, INSTRUCTION, APPROVED_PROPOSAL (Decree 733 art. 11)"
            ),
        ),
        (
            Grant("PARTY", "决定", date(2026, 3, 5)),
            "/data/authorisation/until",
            "授权已于2026-03-05到期，请重新取得授权 / the authorisation ended on 2026-03-05; obtain a new one",
        ),
    ],
)
def test_a_lack_of_authority_names_the_units_or_the_field_at_fault(grant: Grant | None, pointer: str, detail: str) -> None:
    found = authority.lack_of_authority("SLJ", ["ZJJ", "SLJ", "JTJ"], grant, TODAY)
    assert found == Fault("AUTHORITY_MISSING", detail, pointer)


def test_a_grant_is_good_on_its_last_day() -> None:
    assert authority.lack_of_authority("SLJ", ["ZJJ"], Grant("JOINT", "会议决定", TODAY), TODAY) is None


LEAD, SUPPORT = Part("ZJJ", Role.LEAD), Part("SLJ", Role.SUPPORTING)
TEN = Limit(10, "WORKDAY")


@pytest.mark.parametrize(
    ("parts", "pointer", "detail"),
    [
        (
            [SUPPORT],
            "",
            "须有且只有一个牵头单位（LEAD），现有0个 / a matter has exactly one LEAD unit, this one has 0",
        ),
        (
            [LEAD, Part("ZJJ", Role.SUPPORTING)],
            "/1/unit",
            "ZJJ重复列出；每个单位只列一次 / ZJJ is named twice; name each unit once",
        ),
        (
            [LEAD, Part("SLJ", Role.SUPPORTING, TEN, datetime(2026, 4, 1, tzinfo=UTC))],
            "/1/due_at",
            "limit 与 due_at 只能填一项 / give either `limit` or `due_at`, not both",
        ),
        (
            [LEAD, Part("SLJ", Role.SUPPORTING, depends_on=("ZJJ", "JTJ"))],
            "/1/depends_on/1",
            "SLJ所依赖的JTJ不是本事项的其他承办单位 / SLJ depends on JTJ, which is no other unit of this matter",
        ),
    ],
)
def test_a_fault_in_the_assignments_names_its_place(parts: list[Part], pointer: str, detail: str) -> None:
    assert assignment.fault_in(parts) == Fault("SCHEMA_INVALID", detail, f"/data/assignments{pointer}")


def test_a_source_without_a_limit_asks_for_one() -> None:
    found = assignment.limit_of(LEAD, SourceType.FIELD_NOTE, load_policy(), difficult=False, index=2)
    detail = "来源FIELD_NOTE没有法定时限，请填写 limit 或 due_at / no rule gives a FIELD_NOTE a limit; add `limit` or `due_at`"
    assert found == Fault("SCHEMA_INVALID", detail, "/data/assignments/2/limit")


def test_a_used_up_objection_says_how_many_there_were() -> None:
    found = objection.fault_in(
        datetime(2026, 3, 3, tzinfo=UTC), [objection.Objection("a", datetime(2026, 3, 2, tzinfo=UTC))], 1, None
    )
    detail = (
        "每个单位最多提出1次异议，本单位已用完，交办为最终决定"
        " / a unit may object 1 time(s), this one has: the assignment is final"
    )
    assert found == Fault("ASSIGNMENT_FINAL", detail, "/data/matter")


def test_a_late_objection_says_when_its_time_ended() -> None:
    last = date(2026, 3, 5)
    end = Deadline(last, start_of_day(last + timedelta(days=1), ZoneInfo("Asia/Shanghai")), False)
    detail = "异议期已于2026-03-05届满 / the time for an objection ended on 2026-03-05"
    assert objection.fault_in(end.due_instant, [], 1, end) == Fault("INADMISSIBLE_LATE", detail, "/time")
