"""Calendars and policies that the office publishes: checked, kept, announced; running limits are counted again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from event_contracts import escalation as facts
from event_contracts import inbound
from event_contracts.event import Message
from ground_rules.notices import built_in, contradictions
from ground_rules.policy import PolicyError, amended
from ground_rules.powers import Act
from service_chassis.errors import Refused
from service_chassis.persistence.published_rules import CALENDAR, POLICY, Rule

from escalation import powers
from escalation.domain.clock import REPLY, RUNNING, Clock, Term
from escalation.domain.conclusion import is_conclusion
from escalation.domain.standing import Ladder
from escalation.reprojecting import tell_reprojected
from escalation.settle import Settling
from escalation.store.ladders import matters_running_past

RULES = "RULES"
"""What is locked, and the subject of the facts, when rules are published."""

REPROJECT = "reproject"
"""Kind of the timers that count a matter's limits again; batches of them, so that a million clocks are no one transaction."""


# ---------------------------------------------------------------- calendars


def calendar_published(desk: Settling, message: Message) -> None:
    """A year's notice: kept, announced, and every limit that still runs is counted again."""
    data: inbound.CalendarPublished = message.data
    _refuse_contradictions(data)
    if _known_already(desk, data):
        return
    content = {
        "year": data.year,
        "days_off": _days(data.days_off),
        "makeup_workdays": _days(data.makeup_workdays),
        "notice": data.notice.strip(),
    }
    desk.rulebook.add(desk.work.session, Rule(CALENDAR, message.id, message.time, content))
    desk.use_rules()
    fact = facts.CalendarPublished(
        year=data.year, days_off=sorted(data.days_off), makeup_workdays=sorted(data.makeup_workdays), notice=data.notice.strip()
    )
    desk.work.announce(fact, subject=RULES, time=message.time, policy=desk.book.policy.version)
    _count_again(desk, data.year)


def _days(days: list[date]) -> list[str]:
    return sorted({day.isoformat() for day in days})


def _refuse_contradictions(data: inbound.CalendarPublished) -> None:
    found = contradictions(data.year, data.days_off, data.makeup_workdays)
    if found:
        alone = contradictions(data.year, data.days_off, ())
        pointer = "/data/days_off" if alone else "/data/makeup_workdays"
        raise Refused("SCHEMA_INVALID", "年历自相矛盾 / the calendar contradicts itself: " + "; ".join(found), pointer)


def _known_already(desk: Settling, data: inbound.CalendarPublished) -> bool:
    """Whether this notice is in force already. One number cannot say two things; an amendment has a number of its own."""
    for number, off, worked in _notices_of(desk, data.year):
        if number == data.notice.strip():
            if (off, worked) == (set(data.days_off), set(data.makeup_workdays)):
                return True
            text = f"{number} 已公布过不同内容 / this notice was published with other days; an amendment has its own number"
            raise Refused("SCHEMA_INVALID", text, "/data/notice")
    return False


def _notices_of(desk: Settling, year: int) -> list[tuple[str, set[date], set[date]]]:
    """(number, days off, make-up workdays) of every notice known for a year: the shipped one and those published."""
    found = []
    for rule in desk.rulebook.of_kind(CALENDAR):
        if rule.content["year"] == year:
            off, worked = ({date.fromisoformat(day) for day in rule.content[key]} for key in ("days_off", "makeup_workdays"))
            found.append((rule.content["notice"], off, worked))
    shipped = built_in().get(year)
    if shipped is not None:
        off = {day for holiday in shipped.holidays for day in holiday.days_off}
        worked = {day for holiday in shipped.holidays for day in holiday.makeup_workdays}
        found.append((shipped.number, off, worked))
    return found


def _count_again(desk: Settling, year: int) -> None:
    """A timer for each matter with a limit that may reach into the year (its notice may fix the December before it)."""
    from_ = desk.book.reckoning.midnight(date(year - 1, 12, 1))
    for matter_id in matters_running_past(desk.work.session, max(from_, desk.now)):
        desk.work.set_timer(REPROJECT, matter_id, desk.now, subject=matter_id)


def reproject(desk: Settling, matter_id: str) -> None:
    """Count the limits of a matter's ladders on the calendar in force."""
    for ladder in list(desk.store.ladders.values()):
        if ladder.matter_id == matter_id:
            for window in ladder.side_clocks():
                if window.owner != REPLY:  # moved when the ladder is settled, with what was granted
                    _move_window(desk, ladder, window)
            if not is_conclusion(ladder):
                desk.touch(ladder)


def _move_window(desk: Settling, ladder: Ladder, window: Clock) -> None:
    if window.state == RUNNING and not window.has_passed:
        before = (window.deadline, window.provisional)
        end = Term(window.amount, window.limit_unit, window.fixed_due, window.started_on).end(desk.book.reckoning)
        if end is not None and end.due_instant > window.due_instant:
            window.deadline, window.due_instant = end.last_day, end.due_instant
            desk.move_window_timer(window)
        tell_reprojected(desk, ladder, window, end, before)


# ---------------------------------------------------------------- policies


def policy_published(desk: Settling, message: Message) -> None:
    """A policy in force from a local day on; what was issued before keeps its own."""
    data: inbound.PolicyPublished = message.data
    if _in_force_already(desk, data):
        return
    if data.by is not None or desk.rulebook.capacities_at(message.time) is not None:
        powers.check_act(desk, message, data.by or "", Act.PUBLISH_POLICY, "/data/by")
    problems = [*_clashes(desk, data, message), *_faults(desk, data)]
    if problems:
        text = "政策无效 / the policy is not usable: " + "; ".join(problem for _, problem in problems)
        raise Refused("SCHEMA_INVALID", text, problems[0][0])
    content = {
        "version": data.version,
        "effective_from": data.effective_from.isoformat(),
        "parameters": data.parameters,
        "by": data.by,
    }
    desk.rulebook.add(desk.work.session, Rule(POLICY, message.id, message.time, content))
    desk.use_rules()
    fact = facts.PolicyPublished(version=data.version, effective_from=data.effective_from, parameters=data.parameters, by=data.by)
    desk.work.announce(fact, subject=RULES, time=message.time, policy=data.version)


def _in_force_already(desk: Settling, data: inbound.PolicyPublished) -> bool:
    """Whether the very same was published before."""
    now = (data.version, data.effective_from.isoformat(), data.parameters)
    known = [rule.content for rule in desk.rulebook.of_kind(POLICY)]
    return any((rule["version"], rule["effective_from"], rule["parameters"]) == now for rule in known)


def _clashes(desk: Settling, data: inbound.PolicyPublished, message: Message) -> Iterator[tuple[str, str]]:
    """What does not go together with the policies known already: (JSON pointer, text)."""
    day = data.effective_from.isoformat()
    for known in [rule.content for rule in desk.rulebook.of_kind(POLICY)]:
        if known["version"] == data.version:
            yield "/data/version", f"version: {data.version} 已发布过 / was published before"
        if known["effective_from"] == day:
            text = f"effective_from: {known['version']} 已自 {day} 起生效，期间重叠 / periods overlap"
            yield "/data/effective_from", text
    if data.version == desk.rulebook.base.version:
        yield "/data/version", f"version: {data.version} 是启动时的政策 / is the policy of the start"
    if data.effective_from < desk.book.reckoning.local_date(message.time):
        text = "effective_from: 不得溯及既往 / a policy cannot take effect before it is published"
        yield "/data/effective_from", text


def _faults(desk: Settling, data: inbound.PolicyPublished) -> Iterator[tuple[str, str]]:
    """What is wrong with the parameters themselves: (JSON pointer, text)."""
    try:
        amended(desk.rulebook.base, data.parameters, data.version)
    except PolicyError as error:
        for problem in error.problems:
            key = problem.partition(": ")[0].replace("[", ".").replace("]", "")
            yield "/data/parameters/" + key.replace(".", "/"), problem
