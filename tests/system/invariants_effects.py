"""More invariants of domain.md d.13 and d.8: what is shown was told, what stood on a fallen slip fell, every hold has a reason.

Numbers are those of d.13; a letter stands for another paragraph that a check follows from.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from invariants import FALLEN, FALLS, INVARIANTS, Check, History, Ladder, Row, instant, told

ISSUES = ("escalation.slip.issued", "escalation.slip.renewed")
REASONS = tuple(f"escalation.justification.{what}" for what in ("filed", "granted", "refused"))
BELOW = {"YELLOW": "WHITE", "RED": "YELLOW"}

# ---------------------------------------------------------------- 4: nothing while the office has to decide


def no_colour_while_a_reason_waits(history: History) -> Iterator[str]:
    """4. While the office has not decided about a legitimate reason, the ladder holds: no next colour, no renewal (d.7)."""
    waiting: dict[Ladder, dict[str, str]] = defaultdict(dict)
    for event in history.facts(*REASONS, *ISSUES, "escalation.clock.stopped", *FALLS):
        data, name = event["data"], event["type"].rpartition(".v")[0]
        reasons = waiting[data["external_ref"], data["unit"]]
        if name == REASONS[0]:
            reasons[data["request"]] = data["owner"]
        elif name in REASONS:
            reasons.pop(data["request"], None)
        elif name in ISSUES and reasons:
            yield f"{data['external_ref']}/{data['unit']} {data['colour']} of {event['time']}, while {reasons} waited"
        elif name not in ISSUES:
            ended = data.get("owner") or f"SLIP:{data['colour']}"
            for request in [request for request, owner in reasons.items() if owner.startswith(ended)]:
                del reasons[request]


# ---------------------------------------------------------------- 7: state and event together


def what_is_shown_was_told(history: History) -> Iterator[str]:
    """7. State and event commit together: every slip, referral and entry was announced, and nothing else was."""
    slips = Counter(
        (row["matter"], row["unit"], row["colour"], row["renewal"], row["number"]) for row in history.outcome["slips"]
    )
    issued = history.facts("escalation.slip.issued", "escalation.slip.renewed")
    yield from differences("slips", slips, Counter(slip_key(event["data"]) for event in issued))
    referrals = Counter((row["matter"], row["unit"], row["body"]) for row in history.outcome["referrals"])
    created = (event["data"] for event in history.facts("escalation.referral.created"))
    yield from differences("referrals", referrals, Counter((d["external_ref"], d["unit"], d["body"]) for d in created))
    entries = Counter((row["unit"], row["year"], Decimal(row["amount"])) for row in history.outcome["score_entries"])
    booked = history.facts("scoring.score.deducted", "scoring.score.reversed", "scoring.score.bonus_awarded")
    said = Counter((e["data"]["unit"], e["data"]["year"], Decimal(e["data"]["amount"])) for e in booked)
    yield from differences("entries", entries, said)


def slip_key(data: Row) -> tuple[str, str, str, int, str]:
    return data["external_ref"], data["unit"], data["colour"], data["renewal"], data["number"]


def differences(what: str, shown: Counter[tuple[object, ...]], said: Counter[tuple[object, ...]]) -> Iterator[str]:
    if shown != said:
        yield f"{what}: shown but not told {shown - said}, told but not shown {said - shown}"


def events_are_numbered_without_gaps(history: History) -> Iterator[str]:
    """7. The events of one service about one subject are numbered 1, 2, 3, … (domain.md d.12)."""
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in history.published:
        if "sequence" in event:
            numbers[event["source"], event.get("subject", "")].append(event["sequence"])
    for about, found in numbers.items():
        if found != list(range(1, len(found) + 1)):
            yield f"{about}: {found}"


# ---------------------------------------------------------------- 8: every candidate has its reason


def every_limit_that_passed_has_a_reason(history: History) -> Iterator[str]:
    """8. Each limit that passed under the cut has an outcome record: the next colour, or why not."""
    yield from (f"{row} has no outcome record" for row in history.unexplained)


# ---------------------------------------------------------------- d.8: cascade


def nothing_stands_on_a_fallen_slip(history: History) -> Iterator[str]:
    """d.8. What stood on a slip that fell has fallen too: above each standing slip's rung stands a rung, down to the white."""
    for slips in history.slips.values():
        standing = {slip["colour"] for slip in slips if slip["state"] not in FALLEN}
        for slip in slips:
            below = BELOW.get(slip["colour"])
            if slip["state"] not in FALLEN and below is not None and below not in standing:
                yield f"{told(slip)} stands without a {below}"


def referrals_are_recalled_with_their_red(history: History) -> Iterator[str]:
    """d.8. The hand-overs of a red are recalled when it falls, and only then."""
    for place, slips in history.slips.items():
        reds = Counter(slip["state"] in FALLEN for slip in slips if slip["colour"] == "RED")
        rows = [row for row in history.outcome["referrals"] if (row["matter"], row["unit"]) == place]
        recalled = sum(row["state"] == "RECALLED" for row in rows)
        if recalled != 3 * reds[True]:
            yield f"{place}: {reds[True]} fallen reds, {recalled} recalled referrals"


def a_fall_gives_back_what_it_cost_in_its_own_year(history: History) -> Iterator[str]:
    """11 and d.8. A reversal has the amount of its deduction, with the other sign, in the same year and for the same unit."""
    booked = {e["data"]["entry_id"]: e["data"] for e in history.facts("scoring.score.deducted")}
    for event in history.facts("scoring.score.reversed"):
        data, undone = event["data"], booked.get(event["data"]["reverses"])
        if undone is None:
            continue  # `entries_are_only_added` says so
        same = (data["unit"], data["year"]) == (undone["unit"], undone["year"])
        if not same or Decimal(data["amount"]) + Decimal(undone["amount"]) != 0:
            yield f"{data['entry_id']} does not undo {undone['entry_id']}"


def points_belong_to_the_year_of_liability(history: History) -> Iterator[str]:
    """d.11. A deduction counts in the local year of its yellow's liability date."""
    years: dict[Ladder, Counter[int]] = defaultdict(Counter)
    for place, slips in history.slips.items():
        yellows = [slip for slip in slips if slip["colour"] == "YELLOW" and not slip["renewal"]]
        years[place].update(int(slip["liability_date"][:4]) for slip in yellows)
    for row in history.outcome["score_entries"]:
        place = row["matter"], row["unit"]
        if row["kind"] == "DEDUCTION" and history.policy.year_attribution == "LIABILITY_DATE" and row["year"] not in years[place]:
            yield f"{place}: points in {row['year']}, yellows of {dict(years[place])}"


# ---------------------------------------------------------------- d.5.4, d.11, 12


def a_served_deadline_is_never_shortened_by_a_calendar(history: History) -> Iterator[str]:
    """d.5.4. A calendar that is published moves a running limit to a later day only."""
    for event in history.facts("escalation.clock.reprojected"):
        data = event["data"]
        if data["deadline"] < data["previous_deadline"]:
            yield f"{data['external_ref']}/{data['unit']} {data['owner']}: {data['previous_deadline']} to {data['deadline']}"


def a_closed_year_changes_only_by_restatements(history: History) -> Iterator[str]:
    """d.11. What a closed year came to, and every change of it afterwards, is the year's balance."""
    closed: dict[int, dict[str, Decimal]] = {}
    for event in history.facts("scoring.assessment.finalised"):
        closed[event["data"]["year"]] = {one["unit"]: Decimal(one["points"]) for one in event["data"]["totals"]}
    changed: Counter[tuple[str, int]] = Counter()
    for row in history.outcome["restatements"]:
        changed[row["unit"], row["year"]] += Decimal(row["amount"])  # type: ignore[assignment]
    for row in history.outcome["balances"]:
        if row["year"] in closed:
            now = closed[row["year"]].get(row["unit"], Decimal(0)) + changed[row["unit"], row["year"]]
            if now != Decimal(row["points"]):
                yield f"{row['unit']} {row['year']}: closed and restated {now}, shown {row['points']}"


def nothing_of_a_covert_inspection_is_told_before_its_conclusion(history: History) -> Iterator[str]:
    """12. No published event names a covert inspection, its place or its team before its conclusion was served."""
    told = history.facts("intake.conclusion.disclosed")
    concluded = {event["data"].get("inspection"): instant(event["time"]) for event in told}
    planned = (m for m in history.messages if m["type"].startswith("inspection.planned") and m["data"].get("mode") == "COVERT")
    for plan in planned:
        secret = [plan["data"]["inspection"], plan["data"]["place"], plan["data"]["team"]["leader"]]
        until = concluded.get(plan["data"]["inspection"], history.now)
        for event in history.published:
            if instant(event["time"]) < until and any(word in json.dumps(event, ensure_ascii=False) for word in secret):
                yield f"{event['type']} of {event['time']} names {secret[0]}"


EFFECTS: tuple[Check, ...] = (
    no_colour_while_a_reason_waits,
    what_is_shown_was_told,
    events_are_numbered_without_gaps,
    every_limit_that_passed_has_a_reason,
    nothing_stands_on_a_fallen_slip,
    referrals_are_recalled_with_their_red,
    a_fall_gives_back_what_it_cost_in_its_own_year,
    points_belong_to_the_year_of_liability,
    a_served_deadline_is_never_shortened_by_a_calendar,
    a_closed_year_changes_only_by_restatements,
    nothing_of_a_covert_inspection_is_told_before_its_conclusion,
)


def broken(history: History) -> list[str]:
    """Everything that is broken, each with the name of its invariant."""
    return [f"{check.__name__}: {what}" for check in (*INVARIANTS, *EFFECTS) for what in check(history)]
