"""The invariants of domain.md d.13 that can be seen from outside, each as a pure check: what is broken, in words.

They know nothing of the services' insides: a check reads the outcome, the published events and the messages that went in.
Invariants 5 (order), 7 and 9 (replicas) and 10 (restarts) are not properties of one result; other tests hold them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from ground_rules.limits import local_date
from ground_rules.policy import Policy

Row = dict[str, Any]
Ladder = tuple[str, str]

FALLS = ("escalation.slip.withdrawn", "escalation.slip.overturned", "escalation.slip.vacated")
FALLEN = ("WITHDRAWN", "OVERTURNED", "VACATED_BY_CASCADE")
RED_CLASSES = ("NO_MOVEMENT", "PERFUNCTORY_POOR")


@dataclass
class History:
    """Everything that can be seen of a chain: what went in (CloudEvents), what was published, and the lists of the outcome."""

    policy: Policy
    messages: list[Row]
    published: list[Row]
    outcome: dict[str, list[Row]]
    now: datetime
    unwatched: list[Row] = field(default_factory=list)
    """Clocks that run while nothing is set to happen at their end."""
    unexplained: list[Row] = field(default_factory=list)
    """Limits that have passed without an outcome record."""

    @cached_property
    def slips(self) -> dict[Ladder, list[Row]]:
        """Issued slips of each (matter, unit), in order of issue."""
        found: dict[Ladder, list[Row]] = defaultdict(list)
        for slip in sorted(self.outcome["slips"], key=lambda slip: str(slip["issued_at"])):
            if slip["issued_at"]:
                found[slip["matter"], slip["unit"]].append(slip)
        return found

    def facts(self, *names: str) -> list[Row]:
        """Published events of these types, e.g. `escalation.slip.issued`."""
        return [event for event in self.published if event["type"].rpartition(".v")[0] in names]

    @cached_property
    def refused(self) -> set[str]:
        """Ids of messages that were not accepted."""
        return {row["id"] for row in self.outcome["refusals"]}

    def accepted(self, *names: str) -> list[Row]:
        """Messages of these types that have arrived and were not refused."""
        known = (m for m in self.messages if m["type"].rpartition(".v")[0] in names and m["id"] not in self.refused)
        return [message for message in known if arrived(message) <= self.now]


def instant(text: str) -> datetime:
    """An RFC 3339 text."""
    return datetime.fromisoformat(text)


def arrived(message: Row) -> datetime:
    """When a message reached the broker."""
    return max(instant(message["time"]), instant(message.get("arrivaltime", message["time"])))


def ladder(row: Row) -> Ladder:
    """The ladder of a message or of a published event's data."""
    return row["data"].get("external_ref") or row["data"].get("matter"), row["data"]["unit"]


def told(slip: Row) -> str:
    """A slip in words."""
    return f"{slip['matter']}/{slip['unit']} {slip['colour']}:{slip['renewal']} {slip['state']}"


# ---------------------------------------------------------------- 1: once


def one_slip_for_each_rung(history: History) -> Iterator[str]:
    """1. At most one slip per (matter, unit, colour, renewal) that has not fallen (d.17)."""
    for slips in history.slips.values():
        rungs = Counter((slip["colour"], slip["renewal"]) for slip in slips if slip["state"] not in FALLEN)
        yield from (f"{count} slips {rung} of {told(slips[0])}" for rung, count in rungs.items() if count > 1)


def one_deduction_for_each_yellow(history: History) -> Iterator[str]:
    """1. Each yellow that is no renewal costs its points once; each that fell gives them back once."""
    entries = Counter((row["matter"], row["unit"], row["kind"]) for row in history.outcome["score_entries"])
    places = {*history.slips, *((matter, unit) for matter, unit, kind in entries if kind != "BONUS")}
    for place in places:
        yellows = [slip for slip in history.slips.get(place, ()) if slip["colour"] == "YELLOW" and not slip["renewal"]]
        wanted = len(yellows), sum(slip["state"] in FALLEN for slip in yellows)
        if history.policy.yellow.deduction > 0 and (entries[*place, "DEDUCTION"], entries[*place, "REVERSAL"]) != wanted:
            yield f"{place}: yellows and fallen yellows {wanted}, entries {dict(entries)}"


def balances_are_sums(history: History) -> Iterator[str]:
    """1. The balance that is shown is the sum of the ledger."""
    sums: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for entry in history.outcome["score_entries"]:
        sums[entry["unit"], entry["year"]] += Decimal(entry["amount"])
    shown = {(row["unit"], row["year"]): Decimal(row["points"]) for row in history.outcome["balances"]}
    for place in {*sums, *shown}:
        if sums[place] != shown.get(place, Decimal(0)):
            yield f"{place}: the ledger has {sums[place]}, shown is {shown.get(place)}"


# ---------------------------------------------------------------- 2 and 3: no rung is skipped


def no_yellow_without_a_served_white(history: History) -> Iterator[str]:
    """2. A yellow stands on a white that was served before it."""
    for slips in history.slips.values():
        for slip in slips:
            if slip["colour"] == "YELLOW" and not served_before(slips, "WHITE", slip):
                yield f"{told(slip)} without a served white"


def served_before(slips: list[Row], colour: str, later: Row) -> bool:
    """Whether a slip of this colour was served when the later one was issued."""
    at = instant(later["issued_at"])
    return any(slip["colour"] == colour and slip["served_at"] and instant(slip["served_at"]) <= at for slip in slips)


def no_red_without_a_determined_yellow(history: History) -> Iterator[str]:
    """2 and 3. A red stands on a served yellow and on a finding, the last one before it, that allows a red."""
    for place, slips in history.slips.items():
        for slip in slips:
            if slip["colour"] != "RED":
                continue
            finding = last_finding(history, place, instant(slip["issued_at"]))
            if not served_before(slips, "YELLOW", slip) or finding not in RED_CLASSES:
                yield f"{told(slip)}: served yellow {served_before(slips, 'YELLOW', slip)}, finding {finding}"


def last_finding(history: History, place: Ladder, until: datetime) -> str | None:
    """The class of the latest determination of a ladder up to an instant."""
    found = [
        (instant(event["data"]["decided_at"]), event["data"]["progress_class"])
        for event in history.facts("escalation.determination.made")
        if ladder(event) == place and instant(event["data"]["decided_at"]) <= until
    ]
    return max(found)[1] if found else None


def every_slip_has_a_standard_and_a_limit(history: History) -> Iterator[str]:
    """3. A slip without a standard or without a limit is never issued."""
    for event in history.facts("escalation.slip.issued", "escalation.slip.renewed"):
        limit = event["data"].get("limit") or {}
        if not (event["data"].get("standard") or "").strip() or (limit.get("amount") or 0) < 1:
            yield f"{event['id']}: standard {event['data'].get('standard')!r}, limit {limit}"


# ---------------------------------------------------------------- 4: nothing while a question is open


def no_colour_while_a_claim_waits(history: History) -> Iterator[str]:
    """4. While a claim made in time waits for its verdict, the next colour is not issued."""
    verdicts = {v["data"].get("claim"): arrived(v) for v in history.accepted("completion.verified", "completion.rejected")}
    for place, before, after in steps(history):
        at = instant(after["issued_at"])
        for claim in claims_in_time(history, place, before):
            if arrived(claim) < at and verdicts.get(claim["id"], at) >= at and not issued_at_the_verdict(after, verdicts, claim):
                yield f"{told(after)} at {at}, while {claim['id']} of {claim['time']} waited"


def issued_at_the_verdict(after: Row, verdicts: dict[Any, datetime], claim: Row) -> bool:
    """The rejection itself may be the instant of the next colour."""
    return verdicts.get(claim["id"]) == instant(after["issued_at"])


def no_colour_while_suspended(history: History) -> Iterator[str]:
    """4. While a limit is suspended, the next colour is not issued, nobody is reminded and nothing is breached (d.5.5)."""
    ends = ("escalation.clock.resumed", "escalation.clock.stopped", *FALLS)
    silent = (
        "escalation.slip.issued",
        "escalation.slip.renewed",
        "escalation.deadline.approaching",
        "escalation.deadline.breached",
    )
    asleep: set[tuple[Ladder, str]] = set()
    for event in history.facts("escalation.clock.suspended", *ends, *silent):
        place, name, data = ladder(event), event["type"].rpartition(".v")[0], event["data"]
        owner = data.get("owner") or f"SLIP:{data['colour']}"
        if name == "escalation.clock.suspended":
            asleep.add((place, owner))
        elif name in ends:
            asleep.discard((place, owner))
        elif name in silent[:2] and any(where == place for where, _ in asleep):
            yield f"{place}: {data['colour']} issued while suspended"
        elif (place, owner) in asleep:
            yield f"{place}: {event['type']} of {owner} while suspended"


def steps(history: History) -> Iterator[tuple[Ladder, Row, Row]]:
    """Each slip that climbed because a limit ran out, after what had that limit: the assignment, or the slip below it."""
    below = {"YELLOW": "WHITE", "RED": "YELLOW"}
    assignments = {(row["matter"], row["unit"]): row for row in history.outcome["deadlines"] if row["owner"] == "ASSIGNMENT"}
    for place, slips in history.slips.items():
        for number, slip in enumerate(slips):
            lower = [one for one in slips[:number] if one["colour"] == below.get(slip["colour"]) and one["due_instant"]]
            if lower and not slip["renewal"]:
                yield place, lower[-1], slip
            elif slip["colour"] == "WHITE" and slip["ground"] == "OVERDUE" and place in assignments:
                yield place, assignments[place], slip


def claims_in_time(history: History, place: Ladder, limited: Row) -> Iterator[Row]:
    """Accepted claims about work that were made before its limit ended; for a slip also not before its service."""
    if "served_at" in limited and not limited["served_at"]:
        return
    first, end = limited.get("served_at") or "1970-01-01T00:00:00Z", instant(limited["due_instant"])
    for claim in history.accepted("completion.claimed"):
        if ladder(claim) == place and instant(first) <= instant(claim["time"]) < end:
            yield claim


# ---------------------------------------------------------------- 6: late news of work in time


def timely_work_leaves_no_standing_slip(history: History) -> Iterator[str]:
    """6. Work that was claimed in time and verified leaves no white or yellow, however late the report came in its window."""
    verified = {v["data"].get("claim") for v in history.accepted("completion.verified")}
    for place, before, after in steps(history):
        if after["colour"] == "RED" or before["state"] in FALLEN or history.policy.late_report.mode != "auto":
            continue
        for claim in claims_in_time(history, place, before):
            timely = claim["id"] in verified and believed(history.policy, before, claim)
            if timely and after["state"] not in FALLEN:
                yield f"{told(after)} stands, although {claim['id']} of {claim['time']} was verified"


def believed(policy: Policy, limited: Row, claim: Row) -> bool:
    """Whether a report came early enough after the end of the limit to be believed by machine (policy `late_report`)."""
    due, came = instant(limited["due_instant"]), arrived(claim)
    first, last = local_date(due, policy.zone), local_date(came, policy.zone)
    return came < due or policy.calendar.workdays_between(first, last) < policy.late_report.window.amount


def fallen_slips_name_their_cause(history: History) -> Iterator[str]:
    """6. Whatever was taken back says why."""
    for slips in history.slips.values():
        yield from (f"{told(slip)} without a cause" for slip in slips if slip["state"] in FALLEN and not slip.get("cause"))


# ---------------------------------------------------------------- 8, 11, 13


def every_clock_has_a_next_action(history: History) -> Iterator[str]:
    """8. No clock runs on with nothing that will happen at its end."""
    yield from (f"{row} runs unwatched" for row in history.unwatched)


def entries_are_only_added(history: History) -> Iterator[str]:
    """11. What scoring published as booked is still in the ledger, and each reversal names an entry that was deducted."""
    booked = {e["data"]["entry_id"]: e["data"] for e in history.facts("scoring.score.deducted")}
    undone = Counter(e["data"]["reverses"] for e in history.facts("scoring.score.reversed"))
    ledger = Counter((r["unit"], r["year"], Decimal(r["amount"])) for r in history.outcome["score_entries"])
    wanted = Counter((d["unit"], d["year"], Decimal(d["amount"])) for d in booked.values())
    yield from (f"{entry} was booked and is gone" for entry in wanted - ledger)
    yield from (f"{entry} was reversed {n} times" for entry, n in undone.items() if n > 1 or entry not in booked)


def reviewers_had_no_part_in_the_act(history: History) -> Iterator[str]:
    """13. Who drafted, approved, determined, verified or signed does not sit in the review."""
    acts = ("slip.proposed", "slip.approved", "determination.made", "completion.verified", "completion.rejected", "notice.signed")
    persons: dict[Ladder, list[tuple[datetime, str]]] = defaultdict(list)
    for message in history.accepted(*acts):
        for key in ("by", "decided_by", "verified_by", "signed_by"):
            if message["data"].get(key):
                persons[ladder(message)].append((arrived(message), message["data"][key].strip()))
    for review in history.accepted("review.decided"):
        taking_part = {name for at, name in persons[ladder(review)] if at <= arrived(review)}
        both = {name.strip() for name in review["data"]["reviewers"]} & taking_part
        if both:
            yield f"{review['id']}: {sorted(both)} reviewed their own act"


# ---------------------------------------------------------------- consequences of a red


def reds_cost_the_year_and_go_to_three_bodies(history: History) -> Iterator[str]:
    """d.4. A standing red costs its year's eligibility, and every red has its three referrals."""
    years: set[tuple[str, int]] = set()
    for place, slips in history.slips.items():
        reds = [slip for slip in slips if slip["colour"] == "RED"]
        referrals = [row for row in history.outcome["referrals"] if (row["matter"], row["unit"]) == place]
        if len(referrals) != 3 * len(reds):
            yield f"{place}: {len(reds)} reds, {len(referrals)} referrals"
        years |= {(place[1], int(red["liability_date"][:4])) for red in reds if red["state"] not in FALLEN}
    barred = {(row["unit"], row["year"]) for row in history.outcome["balances"] if row["eligible"] is False}
    if barred != years:
        yield f"not eligible are {sorted(barred)}, standing reds have {sorted(years)}"


Check = Callable[[History], Iterator[str]]

INVARIANTS: tuple[Check, ...] = (
    one_slip_for_each_rung,
    one_deduction_for_each_yellow,
    balances_are_sums,
    no_yellow_without_a_served_white,
    no_red_without_a_determined_yellow,
    every_slip_has_a_standard_and_a_limit,
    no_colour_while_a_claim_waits,
    no_colour_while_suspended,
    timely_work_leaves_no_standing_slip,
    fallen_slips_name_their_cause,
    every_clock_has_a_next_action,
    entries_are_only_added,
    reviewers_had_no_part_in_the_act,
    reds_cost_the_year_and_go_to_three_bodies,
)
