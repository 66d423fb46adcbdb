"""How one unit's part of a matter goes in the story: one function per course of events.

Each function writes the messages of its course into the part. The dates come from the forecast, the hours from the part's own
random numbers, which are seeded by the matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from duban.sample_city.forecast import Forecast, Term
from duban.sample_city.script import Part
from duban.sample_city.units import Record


@dataclass(frozen=True, slots=True)
class Setting:
    """What a course starts from: the forecast, the dispatch of the part, and its limit."""

    forecast: Forecast
    dispatched_at: datetime
    dispatched_on: date
    limit: Mapping[str, Any]


Fate = Callable[[Setting, Part], None]


def hour(part: Part, first: int = 9, last: int = 16) -> str:
    """A time of day within office hours."""
    return f"{part.rng.randint(first, last):02d}:{part.rng.randrange(0, 60, 5):02d}"


def signed(setting: Setting, part: Part) -> Term:
    """The unit signs on the day of dispatch; its limit runs from there."""
    at = setting.dispatched_at + timedelta(minutes=part.rng.randint(20, 90))
    part.sign(at)
    return setting.forecast.assignment(dict(setting.limit), setting.dispatched_on)


def unsigned(setting: Setting, part: Part) -> Term:
    """Nobody signs: deemed served at the end of the next workday (domain.md d.6)."""
    return setting.forecast.assignment(dict(setting.limit), setting.forecast.later(setting.dispatched_on, 1))


def middle(setting: Setting, part: Part, term: Term, done_on: date) -> None:
    """A progress report half way, accepted on the next workday; none where the work is done before that."""
    forecast, day = setting.forecast, setting.forecast.workday(term.served_on + (term.last_day - term.served_on) / 2)
    if forecast.later(day, 1) >= done_on:
        return
    part.report(forecast.at(day, hour(part)), part.rng.choice((40, 50, 60)))
    part.assess(forecast.at(forecast.later(day, 1), hour(part, 9, 11)), accepted=True, substantive=True)


def finish(setting: Setting, part: Part, day: date, checked_after: int = 1) -> None:
    """Claim on a day, verified so many workdays later."""
    part.claim(setting.forecast.at(day, hour(part, 9, 17)))
    part.verify(setting.forecast.at(setting.forecast.later(day, checked_after), hour(part, 9, 11)))


def early(setting: Setting, part: Part, term: Term, at_most: int = 4) -> date:
    """A workday shortly before the last day, after the service."""
    return max(setting.forecast.earlier(term.last_day, part.rng.randint(1, at_most)), setting.forecast.later(term.served_on, 1))


def white(setting: Setting, part: Part, term: Term, *, sign: bool = True) -> Term:
    """The assignment's limit passes: a white comes on the next workday."""
    return slip(setting, part, "WHITE", term, sign=sign)


def slip(setting: Setting, part: Part, colour: str, before: Term, *, sign: bool = True) -> Term:
    """The next colour is issued when `before` has run out; signed the same morning or deemed served a workday later."""
    issued = setting.forecast.issue_day(before)
    if sign:
        part.sign(setting.forecast.at(issued, hour(part, 9, 11)), colour)
    return setting.forecast.slip(colour, issued if sign else setting.forecast.later(issued, 1))


def done_in_time(setting: Setting, part: Part) -> None:
    """Signed, reported, done, verified: no slip."""
    term = signed(setting, part)
    done_on = early(setting, part, term)
    middle(setting, part, term, done_on)
    finish(setting, part, done_on, part.rng.randint(1, 3))


def done_without_signing(setting: Setting, part: Part) -> None:
    """Not signing does not stop the clock; the work is done all the same."""
    finish(setting, part, early(setting, part, unsigned(setting, part), at_most=2))


def rejected_then_done(setting: Setting, part: Part) -> None:
    """A first claim is sent back well before the limit; the clock goes on and the second claim is good."""
    term = signed(setting, part)
    day = setting.forecast.later(term.served_on, 1)
    part.claim(setting.forecast.at(day, hour(part)))
    part.reject(setting.forecast.at(setting.forecast.later(day, 1), hour(part, 9, 11)))
    finish(setting, part, max(setting.forecast.earlier(term.last_day, 1), setting.forecast.later(day, 2)))


def done_under_white(setting: Setting, part: Part) -> None:
    """The limit passes; the white slip is enough to get it done."""
    term = signed(setting, part)
    finish(setting, part, early(setting, part, white(setting, part, term)))


def claimed_in_time_known_late(setting: Setting, part: Part) -> None:
    """Claimed on the last evening of the white, but the message arrives after the yellow was issued: it falls by itself."""
    term = white(setting, part, signed(setting, part))
    arrival = setting.forecast.at(setting.forecast.issue_day(term), "15:00")
    part.claim(setting.forecast.at(term.last_day, "21:30"), arrival)
    part.verify(setting.forecast.at(setting.forecast.later(term.last_day, 2), hour(part)))


def behind_plan(setting: Setting, part: Part) -> None:
    """The office issues a white before the limit because the work is behind its plan; it is done within the white."""
    finish(setting, part, early(setting, part, white_before_the_limit(setting, part, 4)))


def behind_plan_and_late(setting: Setting, part: Part) -> None:
    """A task left over from the year before: white at once, and the yellow's 0.30 points before it is done."""
    term = slip(setting, part, "YELLOW", white_before_the_limit(setting, part, 1))
    finish(setting, part, early(setting, part, term, at_most=2))


def left_over_until_red(setting: Setting, part: Part) -> None:
    """A task left over from the year before that nobody touches: white at once, yellow, red; then it is done."""
    red = yellow_until_red(setting, part, white_before_the_limit(setting, part, 1), "NO_MOVEMENT", "跨年遗留事项，屡次督办未动")
    finish(setting, part, early(setting, part, red, at_most=2))


def white_before_the_limit(setting: Setting, part: Part, after: int) -> Term:
    """A report shows too little; the white is proposed, approved and signed for on that day, `after` workdays after service."""
    forecast, term = setting.forecast, signed(setting, part)
    day = min(forecast.later(term.served_on, after), forecast.earlier(term.last_day, 2))
    part.report(forecast.at(day, "09:20"), 10)
    part.propose_white(forecast.at(day, "10:30"), forecast.at(day, "14:10"))
    part.sign(forecast.at(day, "15:40"), "WHITE")
    return forecast.slip("WHITE", day)


def done_under_yellow(setting: Setting, part: Part) -> None:
    """White and yellow pass; the warning and its 0.30 points get it done."""
    term = white(setting, part, signed(setting, part))
    term = slip(setting, part, "YELLOW", term)
    finish(setting, part, early(setting, part, term, at_most=2))


def below_standard(setting: Setting, part: Part) -> None:
    """Claimed within the white, found wanting after its limit: a yellow for the result (domain.md E5)."""
    forecast, term = setting.forecast, white(setting, part, signed(setting, part))
    part.claim(forecast.at(term.last_day, hour(part)))
    rejected = forecast.later(term.last_day, 2)
    part.reject(forecast.at(rejected, "08:50"))
    part.sign(forecast.at(rejected, hour(part, 10, 11)), "YELLOW")
    finish(setting, part, early(setting, part, forecast.slip("YELLOW", rejected), at_most=2))


def improved_and_renewed(setting: Setting, part: Part) -> None:
    """Late, but with real progress: the yellow is renewed, no second deduction, no red (domain.md E7)."""
    forecast, term = setting.forecast, white(setting, part, signed(setting, part))
    term = slip(setting, part, "YELLOW", term)
    day = forecast.later(term.served_on, 2)
    part.report(forecast.at(day, hour(part)), 80)
    part.assess(forecast.at(forecast.later(day, 1), hour(part, 9, 11)), accepted=True, substantive=True)
    decided = forecast.issue_day(term)
    part.determine(forecast.at(decided, "09:40"), "SUBSTANTIVE_IMPROVEMENT", "主体任务已完成八成，现场核查属实，剩余部分进度明确")
    part.sign(forecast.at(decided, "11:15"), "YELLOW")
    finish(setting, part, early(setting, part, forecast.slip("YELLOW", decided), at_most=2))


def no_movement(setting: Setting, part: Part) -> None:
    """White and yellow are ignored, urging too: red, and after it the work is done."""
    red = ignored_until_red(setting, part, "NO_MOVEMENT", "多次督办、催办后仍无实际进展，未提出正当理由")
    finish(setting, part, early(setting, part, red, at_most=2))


def no_movement_for_ever(setting: Setting, part: Part) -> None:
    """As before, and even the red changes nothing."""
    ignored_until_red(setting, part, "NO_MOVEMENT", "屡次督办未动，责任人未到岗履职")


def perfunctory(setting: Setting, part: Part) -> None:
    """A claim under the yellow is bad work: the second ground for a red."""
    red = ignored_until_red(setting, part, "PERFUNCTORY_POOR", "报送材料与现场不符，整改流于形式且质量较差", bad_claim=True)
    finish(setting, part, early(setting, part, red, at_most=2))


def ignored_until_red(setting: Setting, part: Part, progress_class: str, reasons: str, *, bad_claim: bool = False) -> Term:
    """The assignment and its white are not even signed for; the yellow follows, and the red."""
    term = white(setting, part, unsigned(setting, part), sign=False)
    return yellow_until_red(setting, part, term, progress_class, reasons, bad_claim=bad_claim)


def yellow_until_red(
    setting: Setting, part: Part, before: Term, progress_class: str, reasons: str, *, bad_claim: bool = False
) -> Term:
    """Yellow signed, one urging; the finding and the chair's approval come on the day after the yellow."""
    forecast, term = setting.forecast, slip(setting, part, "YELLOW", before)
    part.urge(forecast.at(forecast.later(term.served_on, 2), "09:30"))
    decided = forecast.issue_day(term)
    if bad_claim:
        part.claim(forecast.at(term.last_day, "17:20"))
        decided = forecast.later(decided, 1)
        part.reject(forecast.at(decided, "08:45"))
    part.determine(forecast.at(decided, "09:40"), progress_class, reasons)
    part.approve_red(forecast.at(decided, "15:00"))
    part.sign(forecast.at(decided, "16:30"), "RED")
    return forecast.slip("RED", decided)


FATES: dict[Record, tuple[tuple[Fate, int], ...]] = {
    Record.EXEMPLARY: ((done_in_time, 84), (done_without_signing, 6), (rejected_then_done, 5), (done_under_white, 5)),
    Record.STEADY: (
        (done_in_time, 58),
        (done_without_signing, 10),
        (rejected_then_done, 8),
        (done_under_white, 12),
        (behind_plan, 4),
        (claimed_in_time_known_late, 3),
        (done_under_yellow, 5),
    ),
    Record.UNEVEN: (
        (done_in_time, 34),
        (done_without_signing, 8),
        (done_under_white, 18),
        (behind_plan, 8),
        (done_under_yellow, 14),
        (below_standard, 7),
        (improved_and_renewed, 6),
        (no_movement, 6),
    ),
    Record.POOR: (
        (done_in_time, 16),
        (done_under_white, 14),
        (behind_plan, 6),
        (done_under_yellow, 20),
        (below_standard, 9),
        (improved_and_renewed, 9),
        (no_movement, 12),
        (no_movement_for_ever, 6),
        (perfunctory, 8),
    ),
}
"""How often each course happens to units of each record."""
