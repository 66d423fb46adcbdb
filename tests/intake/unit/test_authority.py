"""Who may supervise whom (Decree 733 art. 7 and 11, AC-20a)."""

from __future__ import annotations

from datetime import date

import pytest
from intake.domain.authority import Basis, Grant, basis_of, lack_of_authority

TODAY = date(2026, 3, 2)
GRANT = Grant("GOVERNMENT", "DECISION", date(2026, 12, 31))


def test_the_office_may_supervise_every_unit() -> None:
    assert lack_of_authority("OFFICE", ["QDQ", "ZJJ"], None, TODAY) is None


def test_a_unit_may_follow_its_own_work_without_a_designation() -> None:
    assert lack_of_authority("JYJ", ["JYJ"], None, TODAY) is None


def test_a_unit_without_a_designation_may_not_supervise_another_one() -> None:
    fault = lack_of_authority("JYJ", ["JYJ", "QDQ"], None, TODAY)
    assert fault is not None
    assert (fault.code, fault.pointer) == ("AUTHORITY_MISSING", "/data/authorisation")
    assert "QDQ" in fault.detail


def test_a_designation_in_force_is_enough() -> None:
    assert lack_of_authority("JYJ", ["QDQ"], GRANT, TODAY) is None


def test_a_designation_holds_on_its_last_day_and_not_on_the_next() -> None:
    last = Grant("GOVERNMENT", "DECISION", TODAY)
    assert lack_of_authority("JYJ", ["QDQ"], last, TODAY) is None
    fault = lack_of_authority("JYJ", ["QDQ"], last, date(2026, 3, 3))
    assert fault is not None
    assert fault.pointer == "/data/authorisation/until"


def test_a_designation_without_an_end_does_not_expire() -> None:
    assert lack_of_authority("JYJ", ["QDQ"], Grant("PARTY", "INSTRUCTION"), date(2099, 1, 1)) is None


def test_an_unknown_basis_is_no_authority() -> None:
    fault = lack_of_authority("JYJ", ["QDQ"], Grant("GOVERNMENT", "工作需要"), TODAY)
    assert fault is not None
    assert (fault.code, fault.pointer) == ("AUTHORITY_MISSING", "/data/authorisation/basis")


def test_an_unknown_principal_is_no_authority() -> None:
    fault = lack_of_authority("JYJ", ["QDQ"], Grant("COMPANY", "DECISION"), TODAY)
    assert fault is not None
    assert fault.pointer == "/data/authorisation/principal"


@pytest.mark.parametrize(
    ("written", "basis"),
    [
        ("DECISION", Basis.DECISION),
        ("市政府常务会议决定", Basis.DECISION),
        ("咸政发〔2026〕3号", Basis.DECISION),
        ("instruction of the head", Basis.INSTRUCTION),
        ("市长批示", Basis.INSTRUCTION),
        ("APPROVED_PROPOSAL", Basis.APPROVED_PROPOSAL),
        ("proposal approved by head", Basis.APPROVED_PROPOSAL),
        ("督查室建议，经市长批准", Basis.APPROVED_PROPOSAL),
        ("惯例", None),
        ("", None),
    ],
)
def test_a_basis_is_recognised_by_the_three_ways_of_article_11(written: str, basis: Basis | None) -> None:
    assert basis_of(written) is basis
