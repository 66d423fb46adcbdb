"""Nobody reviews what he or she took part in: by person, after trimming (invariant 13)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from escalation.domain.recusal import barred, participants
from escalation.domain.slip import Slip
from escalation.domain.standing import Entry, Ladder

NOW = datetime(2026, 3, 17, tzinfo=UTC)


def entry(kind: str, id_: str, **data: Any) -> Entry:
    return Entry(kind, id_, NOW, NOW, data)


def yellow(**more: Any) -> Slip:
    known: dict[str, Any] = {"proposed_by": "DUBAN", "issued_by": "赵明远", "signed_by": "王芳"} | more
    return Slip(
        "y", "m", "ZJJ", "YELLOW", 0, 0, "OVERDUE", "SERVED", True, "1", "s", [], 5, "WORKDAY", liability_date=NOW.date(),
        issued_at=NOW, reason="", previous_slip=None, **known,
    )  # fmt: skip


def ladder() -> Ladder:
    found = Ladder("m", "ZJJ", "M-1", "OFFICE", "a", "LEAD", "t", "s", 10, "WORKDAY", None, None)
    found.journal = [
        entry("PROPOSAL", "p1", colour="YELLOW", by="陈立"),
        entry("PROPOSAL", "p2", colour="WHITE", by="白单起草人"),
        entry("APPROVAL", "a1", colour="YELLOW", by="钱批"),
        entry("APPROVAL", "a2", colour="WHITE", by="李文静"),
        entry("FINDING", "f1", **{"class": "NO_MOVEMENT", "by": "孙定"}),
        entry("VERDICT", "v1", claim="c", verdict="REJECTED", by="周核"),
        entry("URGE", "u1", by="OFFICE"),
    ]
    return found


@pytest.mark.parametrize("name", ["赵明远", "王芳", "陈立", "钱批", "孙定", "周核"])
def test_drafter_approver_determiner_verifier_and_signer_must_recuse_themselves(name: str) -> None:
    assert list(barred(ladder(), yellow(), [f"\u3000 {name} ", "郑浩"])) == [name]


@pytest.mark.parametrize("name", ["郑浩", "李文静", "白单起草人", "OFFICE", "DUBAN", "赵明"])
def test_who_had_no_part_in_this_slip_may_review_it(name: str) -> None:
    assert barred(ladder(), yellow(), [name]) == {}


def test_a_name_that_was_written_with_blanks_is_the_same_person() -> None:
    assert "赵明远" in participants(ladder(), yellow(issued_by="  赵明远\u3000"))
