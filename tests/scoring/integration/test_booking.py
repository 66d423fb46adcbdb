"""What scoring books and announces, on the real database."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from event_contracts.event import Evidence
from event_contracts.inbound import BonusAwarded
from event_contracts.intake import Capacity, OfficePerson, PersonsPublished
from ground_rules.policy import load_policy
from scoring.domain.ledger import balance
from scoring.store import ledger as store
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

Make = Callable[..., Any]


def ledger(bench: Any) -> list[tuple[str, str, str]]:
    return [(e["amount"], e["kind"], e["state"]) for e in bench.report()["score_entries"]]


def test_a_yellow_costs_thirty_hundredths_of_the_year(bench: Any, slip: Make) -> None:
    bench.tell(slip())
    told = bench.announced()[0]
    assert (told.type, told.subject, told.sequence) == ("scoring.score.deducted.v1", "ZJJ", 1)
    assert (told.data.amount, told.data.balance, told.data.year) == (Decimal("-0.30"), Decimal("-0.30"), 2026)
    assert (told.data.matter_id, told.data.external_ref, told.data.state) == ("m1", "M-02", "PROVISIONAL")
    assert bench.report() == {
        "score_entries": [
            {
                "unit": "ZJJ",
                "year": 2026,
                "amount": "-0.30",
                "kind": "DEDUCTION",
                "state": "PROVISIONAL",
                "matter": "M-02",
                "at": "2026-03-16T16:00:00Z",
                "colour": "YELLOW",
            }
        ],
        "balances": [{"unit": "ZJJ", "year": 2026, "points": "-0.30", "eligible": True}],
        "restatements": [],
    }


def test_a_white_books_nothing(bench: Any, slip: Make) -> None:
    bench.tell(slip("w1", "WHITE"))
    assert bench.announced() == []
    assert bench.report() == {"score_entries": [], "balances": [], "restatements": []}


def test_the_end_of_the_review_window_confirms_the_entry(bench: Any, slip: Make, lapse: Make) -> None:
    bench.tell(slip())
    bench.tell(lapse())
    assert bench.names() == ["score.deducted", "score.confirmed"]
    confirmed = bench.announced()[1].data
    assert (confirmed.state, confirmed.amount, confirmed.balance) == ("EFFECTIVE", Decimal("-0.30"), Decimal("-0.30"))
    assert ledger(bench) == [("-0.30", "DEDUCTION", "EFFECTIVE")]


def test_a_lapse_before_the_issue_is_remembered(bench: Any, slip: Make, lapse: Make) -> None:
    bench.tell(lapse())
    assert bench.announced() == []
    bench.tell(slip())
    assert bench.names() == ["score.deducted", "score.confirmed"]
    assert ledger(bench) == [("-0.30", "DEDUCTION", "EFFECTIVE")]


def test_a_fallen_yellow_gives_its_points_back_by_a_second_entry(bench: Any, slip: Make, fall: Make) -> None:
    bench.tell(slip(), fall())
    undone = bench.announced()[1].data
    assert (undone.TYPE, undone.reverses, undone.balance) == ("scoring.score.reversed.v1", "DEDUCTION:y1", Decimal("0.00"))
    assert ledger(bench) == [("-0.30", "DEDUCTION", "REVERSED"), ("0.30", "REVERSAL", "EFFECTIVE")]
    assert bench.report()["balances"] == [{"unit": "ZJJ", "year": 2026, "points": "0.00", "eligible": True}]


def test_a_reversal_goes_to_the_year_of_the_deduction(bench: Any, slip: Make, fall: Make) -> None:
    last_year = slip(liability_date=date(2025, 12, 23))
    bench.tell(last_year, fall())
    assert {entry["year"] for entry in bench.report()["score_entries"]} == {2025}


def test_a_new_yellow_after_a_withdrawal_is_booked_again(bench: Any, slip: Make, fall: Make) -> None:
    bench.tell(slip("y1"), fall("y1", state="WITHDRAWN"), slip("y2"))
    assert [amount for amount, _, _ in ledger(bench)].count("-0.30") == 2
    assert bench.report()["balances"][0]["points"] == "-0.30"


def test_the_first_red_revokes_the_eligibility_and_costs_no_points(bench: Any, slip: Make) -> None:
    bench.tell(slip("r1", "RED"), slip("r2", "RED"))
    assert bench.names() == ["eligibility.revoked"]
    told = bench.announced()[0]
    assert (told.subject, told.data.unit, told.data.year, told.data.causes) == ("ZJJ", "ZJJ", 2026, ["r1"])
    assert bench.report()["balances"] == [{"unit": "ZJJ", "year": 2026, "points": "0.00", "eligible": False}]


def test_the_eligibility_comes_back_with_the_fall_of_the_last_red(bench: Any, slip: Make, fall: Make) -> None:
    bench.tell(slip("r1", "RED"), slip("r2", "RED"))
    bench.tell(fall("r1", "RED"))
    assert bench.report()["balances"][0]["eligible"] is False
    bench.tell(fall("r2", "RED", state="VACATED_BY_CASCADE"))
    assert bench.names() == ["eligibility.revoked", "eligibility.restored"]
    assert bench.report()["balances"][0]["eligible"] is True


def test_a_red_withdrawn_leaves_the_deduction_of_its_yellow(bench: Any, slip: Make, fall: Make) -> None:
    bench.tell(slip("y1"), slip("r1", "RED"), fall("r1", "RED", state="WITHDRAWN"))
    assert bench.report()["balances"] == [{"unit": "ZJJ", "year": 2026, "points": "-0.30", "eligible": True}]


def test_units_and_years_are_kept_apart(bench: Any, slip: Make) -> None:
    bench.tell(slip("r1", "RED", unit="HBJ"), slip("y1"), slip("y2", unit="HBJ"))
    assert [(b["unit"], b["points"], b["eligible"]) for b in bench.report()["balances"]] == [
        ("HBJ", "-0.30", False),
        ("ZJJ", "-0.30", True),
    ]


def test_the_same_message_twice_is_booked_once(bench: Any, slip: Make) -> None:
    message = bench.message(slip())
    bench.deliver([message, message])
    bench.deliver([message])
    assert ledger(bench) == [("-0.30", "DEDUCTION", "PROVISIONAL")]


def test_the_same_slip_in_another_message_is_booked_once(bench: Any, slip: Make) -> None:
    bench.tell(slip())
    bench.tell(slip())
    assert bench.names() == ["score.deducted"]
    assert bench.report()["balances"][0]["points"] == "-0.30"


def test_the_database_itself_allows_one_deduction_per_slip(bench: Any, slip: Make) -> None:
    bench.tell(slip())
    with bench.database.begin() as session:
        row = dict(session.execute(select(store.entry)).mappings().one())
    with pytest.raises(IntegrityError), bench.database.begin() as session:
        session.execute(store.entry.insert(), row | {"entry_id": "another"})


def test_any_order_and_repetition_gives_the_same_balances(bench: Any, slip: Make, lapse: Make, fall: Make) -> None:
    facts = [
        slip("y1"), slip("y2"), slip("y3", unit="HBJ"), slip("r1", "RED"), slip("r2", "RED", unit="HBJ"),
        lapse("y1"), lapse("y2"), lapse("r1", "RED"), fall("y2"), fall("y3", unit="HBJ"), fall("r1", "RED"),
    ]  # fmt: skip
    chance = random.Random(20260317)
    mixed = facts + chance.choices(facts, k=9)
    chance.shuffle(mixed)
    while mixed:
        size = chance.randint(1, 4)
        bench.tell(*mixed[:size])
        mixed = mixed[size:]
    assert [(b["unit"], b["points"], b["eligible"]) for b in bench.report()["balances"]] == [
        ("HBJ", "0.00", False),
        ("ZJJ", "-0.30", True),
    ]
    assert sorted(ledger(bench)) == [
        ("-0.30", "DEDUCTION", "EFFECTIVE"),
        ("-0.30", "DEDUCTION", "REVERSED"),
        ("-0.30", "DEDUCTION", "REVERSED"),
        ("0.30", "REVERSAL", "EFFECTIVE"),
        ("0.30", "REVERSAL", "EFFECTIVE"),
    ]
    assert bench.parked() == 0


def test_the_running_sums_are_the_sums_of_the_ledger(bench: Any, slip: Make, fall: Make) -> None:
    bench.tell(*(slip(f"y{n}", unit=f"U{n % 3}") for n in range(12)), fall("y4", unit="U1"))
    with bench.database.begin() as session:
        kept = {(row.unit, row.year): row.points for row in session.execute(select(store.standing))}
        entries = store.all_entries(session)
    for (unit, year), points in kept.items():
        assert points == balance(entry.amount for entry in entries if (entry.unit, entry.year) == (unit, year))
    assert sum(kept.values()) == Decimal("-3.30")


def test_an_entry_says_why_and_by_which_policy(bench: Any, slip: Make) -> None:
    bench.tell(slip())
    with bench.database.begin() as session:
        entry = store.all_entries(session)[0]
    assert "咸督办〔2026〕黄字第3号" in entry.basis and "OVERDUE" in entry.basis and "2026-03-17" in entry.basis
    assert entry.policy_version == load_policy().version


def test_a_changed_policy_does_not_rewrite_what_is_booked(bench: Any, slip: Make, fall: Make) -> None:
    bench.tell(slip("y1"))
    bench.runtime.service.policy = load_policy({"yellow": {"deduction": "0.50"}})
    bench.tell(slip("y2"), fall("y1"))
    assert [e["amount"] for e in bench.report()["score_entries"]] == ["-0.30", "-0.50", "0.30"]


def test_each_change_of_a_unit_has_the_next_number(bench: Any, slip: Make, fall: Make) -> None:
    bench.tell(slip("y1"), slip("r1", "RED"), fall("y1"))
    told = bench.announced()
    assert [message.sequence for message in told] == [1, 2, 3]
    assert [message.data.revision for message in told] == [1, 2, 3]


# ---- who may award a bonus (Decree 733 art. 21)


def a_bonus(by: str) -> BonusAwarded:
    evidence = [Evidence(kind="DOCUMENT", sha256="a" * 64)]
    return BonusAwarded(unit="ZJJ", year=2026, amount=Decimal("0.50"), reason="表彰", evidence=evidence, approved_by=by)


def offices(*held: tuple[str, str, date, date | None]) -> PersonsPublished:
    return PersonsPublished(
        persons=[
            OfficePerson(name=name, capacities=[Capacity(role=role, valid_from=since, valid_until=until)])
            for name, role, since, until in held
        ]
    )


JANUARY = date(2026, 1, 1)


def at(day: int, month: int) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def test_while_no_persons_were_published_anybody_may_approve_a_bonus(bench: Any) -> None:
    bench.send(a_bonus("王五"))
    assert (bench.refused(), bench.names()) == ([], ["score.bonus_awarded"])


def test_once_persons_are_published_only_a_leader_in_office_may_approve_a_bonus(bench: Any) -> None:
    bench.tell(
        offices(
            ("市长 韩立新", "LEADER", JANUARY, None),
            ("副书记 李明", "LEADING_GROUP_CHAIR", JANUARY, None),
            ("张三", "SUPERVISION_DIRECTOR", JANUARY, None),
            ("前市长", "LEADER", date(2025, 1, 1), date(2025, 12, 31)),
        )
    )
    for by in ("市长 韩立新", "副书记 李明", "张三", "前市长", "无名氏"):
        bench.send(a_bonus(by), time=at(2, 4))
    assert bench.refused() == ["NOT_EMPOWERED"] * 3
    assert bench.report()["balances"][0]["points"] == "1.00"


def test_a_bonus_is_judged_by_the_list_of_its_own_day(bench: Any) -> None:
    bench.tell(offices(("市长 韩立新", "LEADER", JANUARY, None)), time=at(1, 4))
    bench.tell(offices(("市长 王芳", "LEADER", JANUARY, None)), time=at(1, 6))
    bench.send(a_bonus("市长 韩立新"), time=at(2, 5))
    bench.send(a_bonus("市长 韩立新"), time=at(2, 6))
    assert bench.refused() == ["NOT_EMPOWERED"]
