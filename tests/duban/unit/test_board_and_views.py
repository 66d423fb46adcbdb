"""What the live view counts and shows."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from duban.board import Board
from duban.wording import TEXTS, any_line, line_of
from event_contracts import escalation, intake, notify, scoring
from rich.console import Console

from duban import live

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 17, 1, tzinfo=UTC)


def event(name: str, nth: int = 0, /, **data: Any) -> dict[str, Any]:
    base = {"matter_id": "m-1", "unit": "ZJJ", "title": "城区积水点整治"}
    return {"id": f"{name}/{nth}", "type": f"{name}.v1", "time": "2026-03-17T00:30:00Z", "data": {**base, **data}}


def slip(verb: str, colour: str = "YELLOW", **data: Any) -> dict[str, Any]:
    return event(f"escalation.slip.{verb}", hash(colour), colour=colour, renewal=0, number="咸督办〔2026〕黄字第1号", **data)


def board(*events: dict[str, Any]) -> Board:
    found = Board()
    for one in events:
        found.apply(one)
    return found


REGISTERED = event("intake.matter.registered", assignments=[{"unit": "ZJJ"}])


def test_matters_are_open_until_they_are_closed() -> None:
    assert len(board(REGISTERED).open) == 1
    closed = board(REGISTERED, event("intake.matter.closed"))
    assert (len(closed.open), closed.total) == (0, 1)


def test_a_slip_is_in_force_until_the_next_colour_or_its_end() -> None:
    assert board(slip("issued", "WHITE")).in_force() == {"WHITE": 1}
    climbed = board(slip("issued", "WHITE"), slip("issued", "YELLOW"))
    assert climbed.in_force() == {"YELLOW": 1}
    assert climbed.issued == {"WHITE": 1, "YELLOW": 1}
    assert not board(slip("issued"), slip("lifted")).in_force()
    assert not board(slip("issued"), slip("withdrawn")).in_force()


def test_the_end_of_an_earlier_colour_does_not_end_the_later_one() -> None:
    assert board(slip("issued", "YELLOW"), slip("lifted", "WHITE")).in_force() == {"YELLOW": 1}


def test_points_are_the_units_balance_and_lost_eligibility_is_marked() -> None:
    found = board(
        event("scoring.score.deducted", amount="-0.30", balance="-0.60", year=2026),
        event("scoring.score.deducted", 1, unit="HBJ", amount="-0.30", balance="-0.30", year=2026),
        event("scoring.eligibility.revoked", year=2026),
    )
    assert found.worst(5) == [(2026, "ZJJ", Decimal("-0.60"), False), (2026, "HBJ", Decimal("-0.30"), True)]
    assert [unit for _, unit, _, _ in found.worst(1)] == ["ZJJ"]
    found.apply(event("scoring.eligibility.restored", year=2026))
    assert found.worst(1)[0][3] is True
    found.apply(event("scoring.score.reversed", unit="HBJ", amount="0.30", balance="0.00", year=2026))
    assert [unit for _, unit, _, _ in found.worst(5)] == ["ZJJ"]


def test_an_event_that_comes_again_changes_nothing() -> None:
    found = board(REGISTERED, slip("issued"))
    assert found.apply(REGISTERED) is None
    assert found.apply(slip("issued")) is None
    assert (found.total, found.issued["YELLOW"], len(found.newest)) == (1, 1, 2)


def test_a_slip_is_shown_with_its_unit_its_title_and_the_reason() -> None:
    line = line_of(slip("issued", reason="白单到期未办结 / the white ran out"))
    assert line is not None
    text = line.plain(ZONE)
    assert text.startswith("2026-03-17 08:30 市住建局 ")
    for part in ("黄单签发 yellow issued", "咸督办〔2026〕黄字第1号", "《城区积水点整治》", "白单到期未办结"):
        assert part in text


@pytest.mark.parametrize("name", TEXTS)
def test_every_line_is_about_an_event_that_exists(name: str) -> None:
    facts = {fact.TYPE for module in (escalation, intake, notify, scoring) for fact in module.FACTS}
    assert f"{name}.v1" in facts


def test_the_cause_of_a_withdrawal_is_told_in_words() -> None:
    line = line_of(slip("withdrawn", cause="LATE_ARRIVING_TIMELY_COMPLETION"))
    assert line is not None and "按期报结晚到" in line.reason


def test_an_event_without_words_of_its_own_is_shown_by_its_type() -> None:
    assert line_of(event("notify.notice.served")) is None
    assert "notify.notice.served.v1 title=城区积水点整治" in any_line(event("notify.notice.served")).plain(ZONE)


def test_plain_output_is_readable_lines_without_control_characters() -> None:
    out = io.StringIO()
    view = live.view(out, board(REGISTERED, slip("issued")), ZONE, 86400)
    line = line_of(slip("issued", reason="到期"))
    assert line is not None
    view.tell(line)
    view.show(NOW)
    view.show(NOW)
    view.close("bye")
    lines = out.getvalue().splitlines()
    assert len(lines) == 4 and "\x1b" not in out.getvalue()
    assert lines[2].startswith("== 在办 open 1/1") and lines[3] == "bye"
    assert "== 2026-03-17 周二 09:00 · 在办 open 1/1" in lines[1] and "黄 yellow 1/1" in lines[1]


@pytest.mark.parametrize(("width", "height"), [(120, 40), (80, 24), (40, 10)])
def test_the_board_fits_terminals_of_any_size_and_shows_date_counts_points_and_reasons(width: int, height: int) -> None:
    found = board(
        REGISTERED, slip("issued", reason="到期未办"), event("scoring.score.deducted", amount="-0.30", balance="-0.30", year=2026)
    )
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=False)
    view = live.LiveView(found, ZONE, lambda: 86400.0, console)
    view.close("")
    console.print(view.frame(NOW), height=height)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "2026-03-17" in text
    if width >= 120:
        for part in ("在办事项", "黄 yellow", "市住建局", "-0.30", "到期未办"):
            assert part in text


def test_a_title_with_markup_is_shown_as_it_is() -> None:
    found = board(slip("issued", title="[bold]标题[/nope]"))
    console = Console(file=io.StringIO(), width=160, height=40)
    view = live.LiveView(found, ZONE, lambda: 1.0, console)
    view.close("")
    console.print(view.frame(NOW), height=40)
    assert "[bold]标题[/nope]" in console.file.getvalue()  # type: ignore[attr-defined]
