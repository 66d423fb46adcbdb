"""What a notice says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from notify.domain.audience import Kind
from notify.domain.serving import Letter
from notify.domain.telling import LONGEST_TITLE, NAMES, text, title


def letter(kind: Kind = Kind.SLIP, **more: Any) -> Letter:
    values: dict[str, Any] = {
        "letter_id": "l", "kind": kind, "matter_id": "m1", "external_ref": "咸办督〔2026〕18号", "submitted_by": "OFFICE",
        "unit": "ZJJ", "about": "w1", "colour": "YELLOW", "renewal": 0, "dispatched_at": datetime(2026, 3, 2, tzinfo=UTC),
    }  # fmt: skip
    return Letter(**values | more)


def test_every_kind_of_notice_has_a_name_in_both_languages() -> None:
    assert set(NAMES) == set(Kind)


def test_a_slip_is_named_by_its_colour_and_its_matter() -> None:
    assert title(letter()) == "【督办】黄色督办单：咸办督〔2026〕18号（ZJJ）/ yellow slip"


@pytest.mark.parametrize("reference", ["a\r\nBcc: x@y", "x" * 500, "\x00\u2028b"])
def test_a_title_is_one_short_line_whatever_others_wrote(reference: str) -> None:
    found = title(letter(external_ref=reference))
    assert found.isprintable()
    assert len(found) <= LONGEST_TITLE


def test_the_text_tells_what_is_known_and_by_when_to_sign() -> None:
    found = text(
        letter(deemed_on=date(2026, 3, 3)), {"reason": "逾期 / overdue", "number": "咸督办〔2026〕黄字第3号", "title": ""}
    )
    assert "事由 / Reason: 逾期 / overdue" in found
    assert "文号 / Number: 咸督办〔2026〕黄字第3号" in found
    assert "2026-03-03" in found
    assert "事项 / Matter" not in found
