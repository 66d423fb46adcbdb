"""Two outcomes of the same messages under two policies: who got which slip, points and eligibility differently.

Pure: two outcomes in, plain data out. Numbers of slips are not compared: one slip more shifts every number after it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Outcome = Mapping[str, list[Row]]

COLOURS = ("WHITE", "YELLOW", "RED")

FALLEN = ("WITHDRAWN", "OVERTURNED", "VACATED_BY_CASCADE")
"""States in which a slip has no effect any more."""

SLIP_FIELDS = ("ground", "liability_date", "issued_at", "served_on", "deadline", "state", "ended_at", "cause")
"""What makes two slips of the same place on the ladder different."""

ONLY_A, ONLY_B, CHANGED = "ONLY_A", "ONLY_B", "CHANGED"


def compare(a: Outcome, b: Outcome) -> dict[str, Any]:
    """The totals of both; the units, with what each got; and every slip, and every unit's year, that is not the same."""
    slips, years = different_slips(a["slips"], b["slips"]), different_years(a["balances"], b["balances"])
    touched = {row["unit"] for row in (*slips, *years)}
    return {
        "totals": {name: side(one) | {"refused": len(one.get("refusals", ()))} for name, one in (("a", a), ("b", b))},
        "units": units(a, b, touched),
        "years": years,
        "slips": slips,
    }


# ---------------------------------------------------------------- what one side got


def side(outcome: Outcome) -> Row:
    """What one policy did to a unit or to all: slips issued by colour, slips that fell, points, years without eligibility."""
    slips = [row for row in outcome["slips"] if row.get("issued_at")]
    first = Counter(row["colour"] for row in slips if not row.get("renewal"))
    return {
        "slips": {colour: first[colour] for colour in COLOURS},
        "renewals": sum(bool(row.get("renewal")) for row in slips),
        "fallen": sum(row["state"] in FALLEN for row in slips),
        "points": points(row["points"] for row in outcome["balances"]),
        "not_eligible": sum(row["eligible"] is False for row in outcome["balances"]),
        "referrals": len(outcome["referrals"]),
    }


def points(amounts: Iterable[str]) -> str:
    """The sum of points, to two places, as the outcome writes them."""
    return str(sum(map(Decimal, amounts), Decimal("0.00")))


def units(a: Outcome, b: Outcome, touched: set[str]) -> list[Row]:
    """Every unit that got anything on either side: first those that fare differently, the largest difference first."""
    ours, theirs = by_unit(a), by_unit(b)
    nothing: Outcome = {"slips": [], "balances": [], "referrals": []}
    rows = []
    for unit in sorted({*ours, *theirs}):
        pair = side(ours.get(unit, nothing)), side(theirs.get(unit, nothing))
        rows.append({"unit": unit, "a": pair[0], "b": pair[1], "different": unit in touched or pair[0] != pair[1]})
    return sorted(rows, key=lambda row: (row["different"], distance(row)), reverse=True)


def by_unit(outcome: Outcome) -> dict[str, dict[str, list[Row]]]:
    """The lists that the comparison reads, unit by unit."""
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: {"slips": [], "balances": [], "referrals": []})
    for key in ("slips", "balances", "referrals"):
        for row in outcome[key]:
            found[row["unit"]][key].append(row)
    return found


def distance(row: Row) -> tuple[Decimal, int]:
    """How far apart the two sides of a unit are: by points, then by slips."""
    a, b = row["a"], row["b"]
    slips = sum(abs(a["slips"][colour] - b["slips"][colour]) for colour in COLOURS)
    return abs(Decimal(a["points"]) - Decimal(b["points"])), slips


# ---------------------------------------------------------------- what is not the same


def different_slips(a: list[Row], b: list[Row]) -> list[Row]:
    """Slips that only one side has, and slips that both have with another ground, date, state or cause; in order of issue."""
    ours, theirs = placed(a), placed(b)
    found = []
    for place in {*ours, *theirs}:
        mine, other = ours.get(place), theirs.get(place)
        changed = [] if mine is None or other is None else [k for k in SLIP_FIELDS if mine.get(k) != other.get(k)]
        if mine is not None and other is not None and not changed:
            continue
        matter, unit, colour, renewal, _ = place
        kind = ONLY_B if mine is None else ONLY_A if other is None else CHANGED
        row = {"matter": matter, "unit": unit, "colour": colour, "renewal": renewal, "difference": kind}
        found.append(row | {"changed": changed, "a": shown(mine), "b": shown(other)})
    return sorted(found, key=_when)


def placed(slips: list[Row]) -> dict[tuple[str, str, str, int, int], Row]:
    """Issued slips by their place on the ladder; the last part counts slips that were issued anew after one had fallen."""
    found: dict[tuple[str, str, str, int, int], Row] = {}
    seen: Counter[tuple[str, str, str, int]] = Counter()
    for row in sorted((row for row in slips if row.get("issued_at")), key=lambda row: str(row["issued_at"])):
        place = row["matter"], row["unit"], row["colour"], row.get("renewal") or 0
        found[*place, seen[place]] = row
        seen[place] += 1
    return found


def shown(slip: Row | None) -> Row | None:
    """The part of a slip that a reader of the comparison needs."""
    if slip is None:
        return None
    return {key: slip[key] for key in ("number", *SLIP_FIELDS, "reason") if slip.get(key) is not None}


def _when(row: Row) -> tuple[str, str, str, int]:
    issued = min(side["issued_at"] for side in (row["a"], row["b"]) if side is not None)
    return issued, row["matter"], row["unit"], COLOURS.index(row["colour"])


def different_years(a: list[Row], b: list[Row]) -> list[Row]:
    """The years of a unit in which points or eligibility differ. A year without entries is 0.00 and eligible (domain.md d.17)."""
    ours, theirs = ({(row["unit"], row["year"]): row for row in rows} for rows in (a, b))
    found = []
    for unit, year in sorted({*ours, *theirs}):
        mine, other = standing(ours.get((unit, year))), standing(theirs.get((unit, year)))
        if mine != other:
            found.append({"unit": unit, "year": year, "a": mine, "b": other})
    return found


def standing(balance: Row | None) -> Row:
    """Points and eligibility of one year."""
    return {"points": balance["points"], "eligible": balance["eligible"]} if balance else {"points": "0.00", "eligible": True}


# ---------------------------------------------------------------- words that the table and the chart share


def name_of(found: Mapping[str, Any], side: str) -> str:
    """The policy of a side, as people call it: its file."""
    return found["policies"][side]["file"] or "默认政策 default"


def verdict(found: Mapping[str, Any]) -> str:
    """How much is different, in one line."""
    different = sum(row["different"] for row in found["units"])
    if not different:
        return f"两项政策结果相同 both policies come to the same, {len(found['units'])} 个单位 units"
    units, slips, years = f"{different}/{len(found['units'])}", len(found["slips"]), len(found["years"])
    return f"结果不同 different: 单位 units {units}, 督办单 slips {slips}, 年度得分或资格 years {years}"


def cell(a: object, b: object) -> str:
    """Two values side by side; one where they are equal."""
    return str(a) if a == b else f"{a} → {b}"
