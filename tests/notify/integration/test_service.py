"""When a unit has been served: by its signature, by rule, or at once; never before the dispatch, never twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from notify.commands import COMMANDS

Make = Callable[..., Any]


def local(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def served(bench: Any) -> list[tuple[str, datetime, date, str]]:
    return [(m.data.about, m.data.served_at, m.data.served_on, m.data.mode) for m in bench.announced("served")]


def receipts(bench: Any, **where: Any) -> set[tuple[str | None, str | None]]:
    return {(notice["served_at"], notice["mode"]) for notice in bench.notices(**where)}


# ---- signatures


def test_the_units_signature_serves_liaison_and_head_at_its_time(bench: Any, matter: Any, slip: Make) -> None:
    bench.tell(matter, slip())
    bench.clock.move_to(local(2, 10, 1))
    bench.sign(local(2, 10), "WHITE")
    assert served(bench) == [("w1", local(2, 10), date(2026, 3, 2), "SIGNED")]
    assert bench.announced("served")[0].data.signed_by == "王芳"
    assert receipts(bench, kind="SLIP") == {("2026-03-02T02:00:00Z", "SIGNED")}


def test_without_a_colour_the_assignment_is_signed_for(bench: Any, matter: Any, assignment: Any, slip: Make) -> None:
    bench.tell(matter, assignment, slip())
    bench.sign(local(2, 8), None)
    assert [about for about, *_ in served(bench)] == ["a1"]
    assert receipts(bench, kind="SLIP") == {(None, None)}


def test_a_signed_notice_is_neither_deemed_served_nor_urged(bench: Any, matter: Any, slip: Make) -> None:
    bench.tell(matter, slip())
    bench.sign(local(2, 8), "WHITE")
    bench.move_to(local(20))
    assert len(served(bench)) == 1
    assert bench.announced("unacknowledged") == []
    assert bench.notices(kind="URGE") == bench.notices(kind="UNACKNOWLEDGED") == []


def test_a_letter_that_needs_no_deemed_service_any_more_leaves_no_timer(
    bench: Any, matter: Any, assignment: Any, slip: Make, withdrawn: Make
) -> None:
    bench.tell(matter, assignment, slip("w1"), slip("y1", "YELLOW"))
    bench.sign(local(2, 8), "WHITE")
    bench.tell(withdrawn("y1", "YELLOW"))
    assert bench.armed() == [("ASSIGNMENT:a1", local(4))]


def test_signing_twice_changes_nothing(bench: Any, matter: Any, slip: Make) -> None:
    bench.tell(matter, slip())
    bench.clock.move_to(local(2, 12))
    bench.sign(local(2, 10), "WHITE")
    bench.sign(local(2, 11), "WHITE", by="李强")
    assert served(bench) == [("w1", local(2, 10), date(2026, 3, 2), "SIGNED")]
    assert receipts(bench, kind="SLIP") == {("2026-03-02T02:00:00Z", "SIGNED")}
    assert bench.refused() == []


def test_each_addressee_signs_for_himself_and_the_first_one_is_the_receipt(
    bench: Any, matter: Any, slip: Make, capsys: Any
) -> None:
    bench.tell(matter, slip())
    bench.move_to(local(5))
    bench.sign(local(2, 11), "WHITE", by="李强")
    bench.sign(local(2, 10), "WHITE")
    bench.sign(local(2, 10), "WHITE", by=" 王芳 ")
    bench.sign(local(4, 10), "WHITE", by="局长 周岚")
    capsys.readouterr()
    assert COMMANDS["letters"].run(SimpleNamespace(runtime=bench.runtime), bench.policy, ["--signed", "M-01"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["signed_by"], line["colour"]) for line in lines] == [
        ("王芳", "WHITE"),
        ("李强", "WHITE"),
        ("局长 周岚", "WHITE"),
    ]


def test_a_signature_for_a_slip_that_is_not_out_waits_for_its_dispatch(bench: Any, matter: Any, slip: Make) -> None:
    bench.tell(matter)
    bench.sign(local(2, 8), "YELLOW")
    assert (bench.waiting(), served(bench)) == (1, [])
    bench.clock.move_to(local(3, 9))
    bench.tell(slip("y1", "YELLOW"))
    assert bench.waiting() == 0
    assert served(bench) == [("y1", local(3, 9), date(2026, 3, 3), "SIGNED")]


def test_a_signature_before_the_matter_is_known_waits_for_both(bench: Any, matter: Any, assignment: Any) -> None:
    bench.sign(local(2, 8), None)
    bench.tell(matter)
    assert served(bench) == []
    bench.tell(assignment)
    assert [about for about, *_ in served(bench)] == ["a1"]


def test_a_signature_of_a_white_does_not_serve_a_yellow(bench: Any, matter: Any, slip: Make) -> None:
    bench.tell(matter, slip("y1", "YELLOW"))
    bench.sign(local(2, 8), "WHITE")
    assert (served(bench), bench.waiting()) == ([], 1)


def test_a_signature_that_nothing_answers_is_refused_in_the_end(bench: Any, matter: Any) -> None:
    bench.tell(matter)
    signed = bench.sign(local(2, 8), "RED")
    assert bench.give_up() == 1
    assert [(r["id"], r["code"]) for r in bench.refused()] == [(signed, "UNKNOWN_MATTER")]


def test_a_renewal_is_signed_for_by_the_signature_that_follows_it(bench: Any, matter: Any, slip: Make, renewal: Make) -> None:
    bench.tell(matter, slip("y1", "YELLOW"))
    bench.sign(local(2, 8), "YELLOW")
    bench.move_to(local(9, 9))
    bench.tell(renewal())
    bench.sign(local(9, 9), "YELLOW")
    assert served(bench) == [
        ("y1", local(2, 8), date(2026, 3, 2), "SIGNED"),
        ("y2", local(9, 9), date(2026, 3, 9), "SIGNED"),
    ]


def test_a_signature_dated_before_the_renewal_belongs_to_the_first_yellow(
    bench: Any, matter: Any, slip: Make, renewal: Make
) -> None:
    bench.tell(matter, slip("y1", "YELLOW"))
    bench.clock.move_to(local(9, 9))
    bench.tell(renewal())
    bench.sign(local(3, 9), "YELLOW")
    assert served(bench) == [("y1", local(3, 9), date(2026, 3, 3), "SIGNED")]


def test_a_foreign_unit_cannot_sign(bench: Any, matter: Any, slip: Make) -> None:
    bench.tell(matter, slip())
    bench.sign(local(2, 8), "WHITE", unit="HBJ")
    assert served(bench) == []
    bench.give_up()
    assert [r["code"] for r in bench.refused()] == ["UNKNOWN_MATTER"]


# ---- deemed service


def test_an_unsigned_notice_is_deemed_served_at_the_end_of_the_next_workday(bench: Any, slip: Make) -> None:
    bench.tell(slip())
    bench.move_to(local(4) - timedelta(seconds=1))
    assert served(bench) == []
    bench.move_to(local(4))
    assert served(bench) == [("w1", local(4), date(2026, 3, 3), "DEEMED")]
    assert receipts(bench, kind="SLIP") == {("2026-03-03T16:00:00Z", "DEEMED")}


def test_the_head_is_told_and_the_unit_urged_once_a_notice_was_not_signed_for(bench: Any, slip: Make) -> None:
    bench.tell(slip("y1", "YELLOW"))
    bench.move_to(local(4))
    (told,) = bench.announced("unacknowledged")
    assert (told.data.about, told.data.colour, told.data.deemed_at, told.time) == ("y1", "YELLOW", local(4), local(4))
    assert [n["addressee"] for n in bench.notices(kind="UNACKNOWLEDGED", colour="YELLOW")] == ["HEAD"]
    assert [n["addressee"] for n in bench.notices(kind="URGE")] == ["HEAD", "LIAISON"]
    assert {n["dispatched_at"] for n in bench.notices(kind="URGE")} == {"2026-03-03T16:00:00Z"}


def test_nothing_is_deemed_served_before_the_inbound_queue_has_been_read_past_it(bench: Any, matter: Any, slip: Make) -> None:
    bench.tell(matter, slip())
    bench.move_to(local(4), markers=False)
    assert served(bench) == []
    bench.sign(local(3, 17), "WHITE")
    bench.move_to(local(4, 1))
    assert served(bench) == [("w1", local(3, 17), date(2026, 3, 3), "SIGNED")]
    assert bench.announced("unacknowledged") == []


def test_a_signature_dated_after_the_instant_does_not_forestall_deemed_service(bench: Any, matter: Any, slip: Make) -> None:
    bench.tell(matter, slip())
    bench.move_to(local(4, 9), markers=False)
    bench.sign(local(4, 8), "WHITE")
    bench.move_to(local(4, 9))
    assert served(bench) == [("w1", local(4), date(2026, 3, 3), "DEEMED")]


def test_a_signature_after_deemed_service_is_kept_and_changes_nothing(bench: Any, matter: Any, slip: Make) -> None:
    bench.tell(matter, slip())
    bench.move_to(local(5, 9))
    bench.sign(local(5, 8), "WHITE")
    assert served(bench) == [("w1", local(4), date(2026, 3, 3), "DEEMED")]
    assert receipts(bench, kind="SLIP") == {("2026-03-03T16:00:00Z", "DEEMED")}
    assert (bench.refused(), bench.waiting()) == ([], 0)


def test_a_withdrawn_slip_is_not_served_any_more(bench: Any, matter: Any, slip: Make, withdrawn: Make) -> None:
    bench.tell(matter, slip("y1", "YELLOW"))
    bench.tell(withdrawn("y1", "YELLOW"))
    bench.sign(local(2, 8), "YELLOW")
    bench.move_to(local(10))
    assert (served(bench), bench.announced("unacknowledged")) == ([], [])


def test_a_slip_that_is_known_to_have_fallen_before_it_arrives_is_not_served(bench: Any, slip: Make, withdrawn: Make) -> None:
    bench.tell(withdrawn("y1", "YELLOW"))
    bench.tell(slip("y1", "YELLOW"))
    bench.move_to(local(10))
    assert (served(bench), bench.announced("unacknowledged")) == ([], [])


def test_a_lifted_slip_is_still_served_so_that_its_review_window_can_begin(bench: Any, slip: Make, lifted: Make) -> None:
    bench.tell(slip("y1", "YELLOW"), lifted("y1", "YELLOW"))
    bench.move_to(local(4))
    assert [about for about, *_ in served(bench)] == ["y1"]


# ---- immediate service


def test_under_immediate_service_a_notice_is_served_when_it_leaves(immediate: Any, slip: Make) -> None:
    immediate.tell(slip())
    assert served(immediate) == [("w1", local(2, 8), date(2026, 3, 2), "IMMEDIATE")]
    assert receipts(immediate, kind="SLIP") == {("2026-03-02T00:00:00Z", "DEEMED")}
    immediate.move_to(local(20))
    assert len(served(immediate)) == 1
    assert immediate.notices(kind="UNACKNOWLEDGED") == []


def test_under_immediate_service_a_signature_is_kept_and_changes_nothing(immediate: Any, matter: Any, slip: Make) -> None:
    immediate.tell(matter, slip())
    immediate.sign(local(2, 8), "WHITE")
    assert len(served(immediate)) == 1
    assert receipts(immediate, kind="SLIP") == {("2026-03-02T00:00:00Z", "DEEMED")}
