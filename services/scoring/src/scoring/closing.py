"""Closing a year, and restating it when something of it changes afterwards (domain.md d.11).

What a closed year was is told again when it becomes known late that something had happened before the closing; what happened
after it restates the year. The next year is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from event_contracts.event import Message
from event_contracts.inbound import AssessmentFinalised as Call
from event_contracts.scoring import AssessmentFinalised, AssessmentRestated, UnitTotal
from ground_rules.limits import local_date
from ground_rules.policy import Policy
from service_chassis.errors import Refused
from service_chassis.persistence.unit_of_work import Work

from scoring.domain.assessment import Closing, Restatement, UnitYear, YearResult, contradicted, restatements, result, taken_back

ALREADY_CLOSED = (
    "{year} 年考核已办结，{units} 的基础总分不能更改 / "
    "{year} was closed with other base totals for {units}; they cannot be replaced"
)
NOT_BEGUN = "{year} 年尚未开始，不能办结 / {year} has not begun and cannot be closed"


def close(work: Work, message: Message, policy: Policy) -> None:
    """The assessment office closes a year. Again: totals that were missing are added, others refused."""
    data: Call = message.data
    if data.year > local_date(message.time, policy.zone).year:
        raise Refused("SCHEMA_INVALID", NOT_BEGUN.format(year=data.year), "/data/year")
    closed = work.store.closing(data.year)
    if others := contradicted(closed, data.base_totals):
        detail = ALREADY_CLOSED.format(year=data.year, units=", ".join(others[:10]))
        raise Refused("ALREADY_USED", detail, "/data/base_totals")
    brings = closed is None or message.time < closed.at or set(data.base_totals) - set(closed.bases)
    if brings:
        work.store.close(f"{message.source}:{message.id}", data.year, message.time, data.base_totals)


def settle(work: Work) -> None:
    """After everything of a batch is written: tell what it changed in closed years."""
    store = work.store
    units: dict[int, set[str]] = {}
    for unit, year in store.touched:
        units.setdefault(year, set()).add(unit)
    for year in sorted(store.closed_now | store.relisted | set(units)):
        closed = store.closing(year)
        if closed is not None:
            whole = year in store.closed_now or year in store.relisted
            known = store.unit_years(year) if whole else store.unit_years(year, units[year])
            if whole:
                known = with_bases(closed, known)
            _tell_closing(work, closed, known, whole)
            _tell_restatements(work, closed, known, whole)
    store.touched, store.closed_now, store.relisted = set(), set(), set()


def _tell_closing(work: Work, closed: Closing, known: Mapping[str, UnitYear], whole: bool) -> None:
    """The snapshot, where it is not what was told before. `whole`: `known` are all units of the year."""
    told = work.store.lines(closed.year)
    now = snapshot(closed, known)
    changed = {unit: line for unit, line in now.items() if told.get(unit) != line}
    gone = [unit for unit in sorted(told) if (whole or unit in known) and unit not in now]
    first = closed.year in work.store.closed_now and not told
    if not changed and not gone and not first:
        return
    work.store.put_lines(closed.year, changed)
    for unit in gone:  # an earlier call became known, and of this unit nothing had happened by then; or another answers for it
        work.store.take_back("closing_line", year=closed.year, unit=unit)
    totals = [_total(unit, line) for unit, line in sorted((told | changed).items()) if unit not in gone]
    pending = [entry for total in totals for entry in total.pending]
    fact = AssessmentFinalised(year=closed.year, finalised_at=closed.at, totals=totals, pending=pending)
    work.announce(fact, subject=str(closed.year), time=closed.at, policy=work.service.policy.version)


def snapshot(closed: Closing, known: Mapping[str, UnitYear]) -> dict[str, dict[str, Any]]:
    """The line of each unit that the year had when it was closed."""
    return {
        unit: _line(result(of.until(closed.at), closed.bases.get(unit))) for unit, of in known.items() if _existed(of, closed)
    }


def with_bases(closed: Closing, known: Mapping[str, UnitYear]) -> dict[str, UnitYear]:
    """The units of a year, with those that have nothing in it but a base total."""
    return {**known, **{unit: UnitYear(unit, closed.year) for unit in sorted(closed.bases) if unit not in known}}


def _existed(of: UnitYear, closed: Closing) -> bool:
    """Whether the snapshot has a line for the unit: it has a base total, or something had happened by then."""
    by_then = of.until(closed.at)
    return of.unit in closed.bases or bool(by_then.entries) or any(record.issued for record in by_then.records.values())


def _line(found: YearResult) -> dict[str, Any]:
    return {
        "points": str(found.points),
        "eligible": found.eligible,
        "base_total": None if found.base is None else str(found.base),
        "total": None if found.total is None else str(found.total),
        "pending": list(found.pending),
    }


def _total(unit: str, line: Mapping[str, Any]) -> UnitTotal:
    numbers = {key: None if line[key] is None else Decimal(line[key]) for key in ("base_total", "total")}
    return UnitTotal(unit=unit, points=Decimal(line["points"]), eligible=line["eligible"], pending=line["pending"], **numbers)


def _tell_restatements(work: Work, closed: Closing, known: Mapping[str, UnitYear], whole: bool) -> None:
    """What changed the year after its closing, each once; a turn of the eligibility that proves to be none is told again."""
    told = work.store.restated(closed.year)
    now = {(unit, line.key): line for unit, of in sorted(known.items()) for line in restatements(of, closed.at)}
    gone = sorted((unit, key) for unit, key in told if (whole or unit in known) and (unit, key) not in now)
    untrue = ((known[unit], key) for unit, key in gone if unit in known)
    lines = [line for of, key in untrue if (line := taken_back(of, key)) is not None]
    for line in [*lines, *(line for place, line in now.items() if place not in told)]:
        fact = _restated(line, result(known[line.unit], closed.bases.get(line.unit)))
        work.announce(fact, subject=line.unit, time=line.at, policy=work.service.policy.version)
    work.store.put_restated(closed.year, now.keys() - told)
    for unit, key in gone:
        work.store.take_back("restated", year=closed.year, unit=unit, key=key)


def _restated(line: Restatement, present: YearResult) -> AssessmentRestated:
    """What changed, with the year's result as it is known now."""
    return AssessmentRestated(
        year=line.year,
        unit=line.unit,
        amount=line.amount,
        entry_id=line.key,
        points=present.points,
        eligible=present.eligible,
        restated_at=line.at,
        base_total=present.base,
        total=present.total,
        matter_id=line.matter_id,
        external_ref=line.external_ref,
        slip_id=line.slip_id,
        colour=line.colour,
        pending=list(present.pending),
    )
