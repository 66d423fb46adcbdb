"""`python -m scoring verify`: the ledger once more, from the archive of events, beside the stored one (domain.md invariant 14).

Reads everything and writes nothing. What can differ: an entry, its state, a red that bars from "excellent", a running sum, the
snapshot of a closed year, or what was told after its closing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from event_contracts.event import Message
from event_contracts.intake import UnitsPublished
from event_contracts.refusal import Unreadable
from event_contracts.scoring import AssessmentFinalised, ScoreBonusAwarded
from event_contracts.wire import read_published
from ground_rules.policy import Policy
from ground_rules.units import Directory, Period
from service_chassis.errors import ConfigError

from scoring.closing import snapshot, with_bases
from scoring.domain.assessment import Closing, restatements
from scoring.domain.ledger import Entry, bonus
from scoring.domain.rebuild import Books, Difference, Wrong, booked, differences, wrong_sums
from scoring.domain.slip import Record
from scoring.domain.succession import NOBODY, together
from scoring.facts import SLIP_FACTS, learnt, shown

COUNTING = {kind.TYPE.encode() for kind in (*SLIP_FACTS, ScoreBonusAwarded, AssessmentFinalised, UnitsPublished)}
"""Types that the ledger follows from. Its own entries are not read: they are what is to be proved."""


@dataclass(slots=True)
class Facts:
    """What the archive tells."""

    events: int = 0
    records: dict[str, Record] = field(default_factory=dict)
    bonuses: dict[str, Entry] = field(default_factory=dict)
    closings: dict[int, Closing] = field(default_factory=dict)
    units: Directory = NOBODY
    _units_at: datetime | None = None
    _told: dict[int, int] = field(default_factory=dict)
    """The revision of each year's closing."""

    def take(self, message: Message, policy: Policy) -> None:
        """Learn from one event."""
        data = message.data
        if isinstance(data, ScoreBonusAwarded):
            self.bonuses.setdefault(data.entry_id, _bonus(data, message.policyversion or policy.version))
        elif isinstance(data, AssessmentFinalised):
            self._close(data)
        elif isinstance(data, UnitsPublished):
            self._list(data, message.time)
        else:
            record = self.records.get(data.slip_id) or Record(data.slip_id)
            self.records[data.slip_id] = learnt(record, message, policy)

    def _list(self, data: UnitsPublished, at: datetime) -> None:
        """The newest list of units holds."""
        if self._units_at is None or at >= self._units_at:
            self.units = Directory(Period(one.code, one.valid_from, one.valid_to, one.successor) for one in data.units)
            self._units_at = at

    def _close(self, data: AssessmentFinalised) -> None:
        """The newest telling of a closed year has the base totals of all before it."""
        if data.revision >= self._told.get(data.year, 0):
            bases = {total.unit: total.base_total for total in data.totals if total.base_total is not None}
            self.closings[data.year] = Closing(data.year, data.finalised_at, bases)
            self._told[data.year] = data.revision


def _bonus(data: ScoreBonusAwarded, policy_version: str) -> Entry:
    return bonus(
        award=data.entry_id.partition(":")[2],
        unit=data.unit,
        year=data.year,
        amount=data.amount,
        at=data.awarded_at,
        reason=data.reason,
        approved_by=data.approved_by,
        evidence=shown(data.evidence),
        policy_version=policy_version,
    )


def facts_of(bodies: Iterable[bytes], policy: Policy) -> Facts:
    """What the archive tells, each event once. An event that nobody can read is a ConfigError: then nothing can be proved."""
    found, seen = Facts(), set()
    for number, body in enumerate(bodies, 1):
        message = _read(body, number)
        if message is not None and message.id not in seen:
            seen.add(message.id)
            found.take(message, policy)
            found.events += 1
    return found


def _read(body: bytes, number: int) -> Message | None:
    """The event, or None where the ledger does not follow from it."""
    if not any(kind in body for kind in COUNTING):  # a glance, since most events have nothing to do with points
        return None
    try:
        event: Any = orjson.loads(body)
        if str(event.get("type")).encode() not in COUNTING:
            return None
        return read_published(body)
    except (ValueError, AttributeError, Unreadable) as error:
        raise ConfigError(f"event {number} of the archive cannot be read: {error}") from error


# ---- the stored side


@dataclass(frozen=True, slots=True)
class Kept:
    """What scoring's tables hold."""

    books: Books
    sums: Mapping[tuple[str, int], tuple[Decimal, int]]
    closings: Mapping[int, Closing]
    lines: Mapping[int, Mapping[str, Mapping[str, Any]]]
    """Year → unit → what was announced when it was closed."""
    restated: Mapping[int, set[tuple[str, str]]]
    """Year → (unit, key) of what was announced after that."""


def compare(kept: Kept, facts: Facts) -> Iterator[Difference]:
    """Every difference, entries first; nothing when the stored ledger is what the events come to."""
    expected = booked(facts.records, facts.bonuses)
    yield from differences(kept.books, expected)
    yield from wrong_sums(kept.sums, expected.sums())
    for year in sorted({*kept.closings, *facts.closings}):
        yield from _closing(year, kept, facts, expected)


def _closing(year: int, kept: Kept, facts: Facts, expected: Books) -> Iterator[Difference]:
    have, want = kept.closings.get(year), facts.closings.get(year)
    if have is None or want is None:
        wrong = Wrong.MISSING if have is None else Wrong.UNEXPLAINED
        yield Difference(wrong=wrong, unit="", year=year, what="closing")
        return
    if have.at != want.at:
        yield Difference(wrong=Wrong.DIFFERENT, unit="", year=year, what="closed at", stored=str(have.at), expected=str(want.at))
    known = with_bases(want, {of.unit: of for of in together(expected.unit_years(year).values(), facts.units)})
    lines = snapshot(want, known)
    for unit in sorted({*kept.lines.get(year, {}), *lines}):
        yield from _line(year, unit, kept.lines.get(year, {}).get(unit), lines.get(unit))
    told = {(unit, line.key) for unit, of in known.items() for line in restatements(of, want.at)}
    for unit, key in sorted(kept.restated.get(year, set()) ^ told):
        wrong = Wrong.MISSING if (unit, key) in told else Wrong.UNEXPLAINED
        yield Difference(wrong=wrong, unit=unit, year=year, entry_id=key, what="restatement")


def _line(year: int, unit: str, have: Mapping[str, Any] | None, want: Mapping[str, Any] | None) -> Iterator[Difference]:
    if have is None or want is None:
        yield Difference(wrong=Wrong.MISSING if have is None else Wrong.UNEXPLAINED, unit=unit, year=year, what="closing line")
        return
    for name in sorted({*have, *want}):
        if have.get(name) != want.get(name):
            yield Difference(
                wrong=Wrong.DIFFERENT,
                unit=unit,
                year=year,
                what=f"closing: {name}",
                stored=str(have.get(name)),
                expected=str(want.get(name)),
            )


# ---- for people

WORDS = {
    Wrong.MISSING: "账本缺少 / missing in the ledger",
    Wrong.UNEXPLAINED: "无事件依据 / no event explains it",
    Wrong.DIFFERENT: "不相同 / different",
}


def line(of: Difference) -> str:
    """One difference in one line: what, and about which unit, year, matter, slip and entry."""
    named = [("单位 unit", of.unit), ("年度 year", of.year), ("事项 matter", of.matter), ("督办单 slip", of.slip_id)]
    named += [("分录 entry", of.entry_id), ("内容 what", of.what), ("账本 stored", of.stored), ("应为 expected", of.expected)]
    return f"{WORDS[of.wrong]}：" + "，".join(f"{name} {value}" for name, value in named if value not in (None, ""))


def verdict(kept: Kept, facts: Facts, count: int) -> str:
    """The last line: equal or not, and what was compared."""
    entries, sums = len(kept.books.entries), len(kept.sums)
    if count:
        return f"不一致：{count} 处差异 / {count} differences ({facts.events} events, {entries} entries)"
    zh = f"一致：由 {facts.events} 个事件重算，{entries} 笔分录、{sums} 个单位年度与账本逐分相同"
    return f"{zh} / equal to the cent: {facts.events} events, {entries} entries, {sums} balances"
