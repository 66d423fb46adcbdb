"""Whatever order the facts of a year arrive in, and however often: the same ledger, balances, eligibility and restatements.

Facts are issues, lapses, applications, decisions, and the three ways to fall (withdrawn, overturned, vacated); bonuses; a list of
units in which one goes on for another; and the closing of the year, told in one go or in two (domain.md d.11, B3, invariants 1,
5, 11, 14).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from event_contracts.escalation import ReviewDecided, ReviewFiled, ReviewLapsed, SlipOverturned, SlipVacated, SlipWithdrawn
from event_contracts.event import Evidence
from event_contracts.inbound import AssessmentFinalised, BonusAwarded
from event_contracts.intake import PublishedUnit, UnitsPublished
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scoring import rebuilding, report
from scoring.store.ledger import METADATA
from service_chassis.persistence import tables

Make = Callable[..., Any]
Told = tuple[datetime, Any]
"""A fact or a message of the office, with its time."""

FIRST = datetime(2026, 1, 5, 2, tzinfo=UTC)
UNITS = ("ZJJ", "HBJ")


@dataclass(frozen=True)
class Life:
    """What happens to one slip: issued, and then, each some days later, what is named here."""

    colour: str
    unit: str
    day: int
    deduction: str
    filed: bool
    lapsed: bool
    end: str
    """UPHELD, VARIED (to white), VARIED_LIMIT, WITHDRAWN, OVERTURNED, VACATED or "": the slip just stands."""


lives = st.builds(
    Life,
    colour=st.sampled_from(("YELLOW", "YELLOW", "RED")),
    unit=st.sampled_from((*UNITS, "JYJ")),
    day=st.integers(0, 60),
    deduction=st.sampled_from(("0.30", "0.30", "0.50")),
    filed=st.booleans(),
    lapsed=st.booleans(),
    end=st.sampled_from(("", "UPHELD", "VARIED", "VARIED_LIMIT", "WITHDRAWN", "OVERTURNED", "VACATED")),
)

stories = st.tuples(
    st.lists(lives, min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(UNITS), st.sampled_from(("0.10", "1.25")), st.integers(0, 150)), max_size=2),
    st.lists(st.tuples(st.integers(20, 150), st.sampled_from(UNITS)), max_size=2, unique_by=lambda call: call[1]),
    st.one_of(st.none(), st.none(), st.integers(0, 150)),
)


def day(number: int) -> datetime:
    return FIRST + timedelta(days=number)


def life(number: int, of: Life, slip: Make) -> list[Told]:
    """Everything that is told of one slip."""
    id_ = f"s{number}"
    about = {"matter_id": f"m{number}", "slip_id": id_, "unit": of.unit, "colour": of.colour}
    cost = Decimal(of.deduction) if of.colour == "YELLOW" else Decimal("0.00")
    issued_at = day(of.day)
    issue = slip(**about, external_ref=f"M-{number}", issued_at=issued_at, liability_date=issued_at.date(), deduction=cost)
    told: list[Told] = [(issued_at, issue)]
    if of.filed:
        at = issued_at + timedelta(days=10)
        told.append((at, ReviewFiled(**about, review_id=id_, filed_at=at, decide_by=date(2026, 12, 1))))
    if of.lapsed:
        at = issued_at + timedelta(days=30)
        told.append((at, ReviewLapsed(**about, lapsed_at=at)))
    return told + ending(of, about, issued_at + timedelta(days=40))


def ending(of: Life, about: dict[str, Any], at: datetime) -> list[Told]:
    fallen = about | {"renewal": 0, "ground": "OVERDUE", "state": of.end}
    decided = about | {"review_id": about["slip_id"], "reviewers": ["孙立"], "decided_at": at}
    match of.end:
        case "UPHELD" | "OVERTURNED":
            found: list[Any] = [ReviewDecided(**decided, outcome=of.end)]
        case "VARIED":
            found = [ReviewDecided(**decided, outcome="VARIED", new_colour="WHITE")]
        case "VARIED_LIMIT":
            found = [ReviewDecided(**decided, outcome="VARIED")]
        case "WITHDRAWN":
            found = [SlipWithdrawn(**fallen, cause="有误", withdrawn_at=at)]
        case "VACATED":
            found = [SlipVacated(**fallen, cascade_root="s0", vacated_at=at)]
        case _:
            found = []
    if of.end == "OVERTURNED":
        found.append(SlipOverturned(**fallen, review_id=about["slip_id"], overturned_at=at))
    return [(at, fact) for fact in found]


def everything(story: Any, slip: Make) -> list[Told]:
    """All facts and messages of a story, in the order in which they happened."""
    slips, bonuses, calls, listed = story
    told = [one for number, of in enumerate(slips) for one in life(number, of, slip)]
    proof = [Evidence(kind="DOCUMENT", sha256="a" * 64)]
    for unit, amount, number in bonuses:
        data = BonusAwarded(unit=unit, year=2026, amount=Decimal(amount), reason="表彰", evidence=proof, approved_by="市长")
        told.append((day(number), data))
    for number, unit in calls:
        told.append((day(number), AssessmentFinalised(year=2026, base_totals={unit: Decimal("90.00")})))
    if listed is not None:
        told.append((day(listed), successors()))
    return sorted(told, key=lambda one: one[0])


def successors() -> UnitsPublished:
    """All units; in March `ZJJ` was dissolved, and `HBJ` goes on with its duties."""
    begun, last = date(2020, 1, 1), date(2026, 3, 31)
    known = [PublishedUnit(code=code, name=code, kind="DEPARTMENT", valid_from=begun) for code in ("HBJ", "JYJ")]
    gone = PublishedUnit(code="ZJJ", name="ZJJ", kind="DEPARTMENT", valid_from=begun, valid_to=last, successor="HBJ")
    return UnitsPublished(units=[*known, gone])


def forget(bench: Any) -> None:
    """An empty database, faster than a new one."""
    with bench.database.begin() as session:
        for table in (*METADATA.sorted_tables, tables.inbox, tables.outbox, tables.refusal, tables.parked, tables.waiting):
            session.execute(table.delete())
    bench.heard.clear()


def arrive(bench: Any, told: list[tuple[int, Told]]) -> None:
    """Each arrives, in this order; its number is the id of its message."""
    for number, (at, data) in told:
        if isinstance(data, BonusAwarded | AssessmentFinalised):
            bench.send(data, time=at, id_=f"told-{number}")
        else:
            bench.deliver([replace(bench.message(data, at), id=f"told-{number}")])


def seen(bench: Any) -> Any:
    """All that people see: the ledger, balances, eligibility, restatements; and what was told to be the closed year."""
    with bench.database.begin() as session:
        kept = report.kept(session)
    sums = {place: found for place, found in kept.sums.items() if found != (Decimal("0.00"), 0)}
    return bench.report(), sums, kept.closings, kept.lines, kept.restated


def verified(bench: Any) -> list[str]:
    facts = rebuilding.facts_of(bench.archive(), bench.policy)
    with bench.database.begin() as session:
        return [rebuilding.line(one) for one in rebuilding.compare(report.kept(session), facts)]


def test_any_order_of_arrival_gives_the_same_ledger_balance_eligibility_and_closing(bench: Any, slip: Make) -> None:
    @settings(max_examples=25, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(stories, st.randoms(use_true_random=False))
    def holds(story: Any, chance: Any) -> None:
        told = list(enumerate(everything(story, slip)))
        forget(bench)
        arrive(bench, told)
        in_order = seen(bench)
        assert (bench.refused(), bench.parked(), verified(bench)) == ([], 0, [])
        forget(bench)
        mixed = told + chance.choices(told, k=3)
        chance.shuffle(mixed)
        arrive(bench, mixed)
        assert seen(bench) == in_order
        assert (bench.refused(), bench.parked(), verified(bench)) == ([], 0, [])

    holds()
