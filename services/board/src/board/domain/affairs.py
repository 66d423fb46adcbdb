"""What is about no single matter: eligibility, bonuses, interviews, the year's assessment, units, persons, policies, bulletins.

As with matters: the rows of a subject are a function of the set of its events; the highest revision counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from board.domain.approvers import said_in
from board.domain.texts import cents, instant

Data = Mapping[str, Any]
Rows = dict[str, list[dict[str, Any]]]


def topic_of(event: Data) -> str | None:
    """What an event is folded with: the matter's id, or a name of its own; None for what only machines read."""
    kind, data = event["type"].rpartition(".v")[0], event["data"]
    if data.get("matter_id") and ".inbound." not in kind and not kind.startswith("scoring.assessment."):
        return str(data["matter_id"])
    name = TOPICS.get(kind)
    return name(data) if name is not None else None


TOPICS: Mapping[str, Callable[[Data], str]] = {
    "scoring.eligibility.revoked": lambda data: f"eligibility:{data['unit']}:{data['year']}",
    "scoring.eligibility.restored": lambda data: f"eligibility:{data['unit']}:{data['year']}",
    "scoring.score.bonus_awarded": lambda data: f"bonus:{data['entry_id']}",
    "scoring.assessment.finalised": lambda data: f"assessment:{data['year']}",
    "scoring.assessment.restated": lambda data: f"assessment:{data['year']}",
    **{
        f"escalation.interview.{word}": lambda data: f"interview:{data['interview_id']}"
        for word in ("proposed", "summoned", "declined", "recalled", "held")
    },
    "intake.units.published": lambda data: "units",
    "intake.persons.published": lambda data: "persons",
    "escalation.policy.published": lambda data: f"policy:{data['version']}",
    "notify.bulletin.published": lambda data: f"bulletin:{data['bulletin']}",
    "notify.bulletin.corrected": lambda data: f"bulletin:{data['corrects']}",
}
"""Type → the name of what it is about."""


def rows_of(events: Iterable[Data]) -> Rows:
    """The rows that the events of one such subject make."""
    ordered = sorted(events, key=lambda event: (event["data"].get("revision") or 0, event.get("sequence") or 0, event["id"]))
    latest = ordered[-1]
    return MAKERS[latest["type"].split(".")[1]](latest, ordered)


def _eligibility(latest: Data, events: list[Data]) -> Rows:
    data = latest["data"]
    row = {"unit": data["unit"], "year": data["year"], "eligible": ".restored." in latest["type"]}
    return {"eligibility": [row | {"causes": len(data.get("causes") or ()), "at": instant(latest["time"])}]}


def _bonus(latest: Data, events: list[Data]) -> Rows:
    data = latest["data"]
    row = {"entry_id": data["entry_id"], "unit": data["unit"], "year": data["year"], "cents": cents(data["amount"])}
    more = {"kind": "BONUS", "state": "EFFECTIVE", "at": instant(data["awarded_at"]), "slip_id": None, "colour": None}
    return {"entry": [row | more | {"basis": data["reason"], "approved_by": data["approved_by"]}]}


def _assessment(latest: Data, events: list[Data]) -> Rows:
    """Finalised totals, with what was restated since."""
    totals: dict[str, dict[str, Any]] = {}
    for event in events:
        data = event["data"]
        for item in data.get("totals", [data]):
            totals[item["unit"]] = _total(data["year"], item, restated="totals" not in data)
    return {"assessment": list(totals.values())}


def _total(year: int, item: Data, restated: bool) -> dict[str, Any]:
    whole = [None if item.get(key) is None else cents(item[key]) for key in ("base_total", "total")]
    row = {"year": year, "unit": item["unit"], "cents": cents(item["points"]), "eligible": bool(item["eligible"])}
    return row | {"base": whole[0], "total": whole[1], "pending": len(item.get("pending") or ()), "restated": restated}


def _interview(latest: Data, events: list[Data]) -> Rows:
    data, state = latest["data"], latest["type"].split(".")[2].upper()
    row = {"interview_id": data["interview_id"], "unit": data["unit"], "year": data["year"], "state": state}
    proposed: Data = next((event["data"] for event in events if ".proposed." in event["type"]), {})
    since = instant(proposed.get("proposed_at") or latest["time"])
    rows: Rows = {"interview": [row | {"since": since, "reason": proposed.get("reason") or ""}]}
    if state == "PROPOSED":
        rows["todo"] = [
            {
                "kind": "INTERVIEW", "desk": "OFFICE", "unit": data["unit"], "key": data["interview_id"], "since": since,
                "due_on": None, "colour": None, "detail": proposed.get("reason") or "", "recused": "",
            }
        ]  # fmt: skip
    return rows


def _units(latest: Data, events: list[Data]) -> Rows:
    """Of a unit with several rows the one that begins last."""
    newest: dict[str, Data] = {}
    for unit in sorted(latest["data"]["units"], key=lambda unit: str(unit["valid_from"])):
        newest[unit["code"]] = unit
    keys = ("code", "name", "kind", "parent", "successor", "valid_to")
    return {"unit": [{key: unit.get(key) for key in keys} | {"grouping": unit.get("group")} for unit in newest.values()]}


def _persons(latest: Data, events: list[Data]) -> Rows:
    return {
        "capacity": [
            {
                "name": person["name"].strip(), "role": held["role"], "valid_from": held["valid_from"],
                "valid_until": held.get("valid_until"), "unit": person.get("unit"), "deputy_for": held.get("deputy_for"),
            }
            for person in latest["data"]["persons"]
            for held in person["capacities"]
        ]
    }  # fmt: skip


def _policy(latest: Data, events: list[Data]) -> Rows:
    """Which office approves what; the other parameters are the services' affair."""
    data = latest["data"]
    row = {"version": data["version"], "effective_from": str(data["effective_from"]), "at": instant(latest["time"])}
    return {"policy": [row | said_in(data["parameters"])]}


def _bulletin(latest: Data, events: list[Data]) -> Rows:
    """The bulletin, and a row for each correction of it."""
    rows = []
    for event in events:
        data, corrected = event["data"], ".corrected." in event["type"]
        items = [[one["matter"], one["unit"], one["colour"]] for one in data["items"]]
        items += [[one["conclusion"], one["unit"], ""] for one in data.get("conclusions") or ()]
        row = {"bulletin": data["bulletin"], "corrects": data["corrects"] if corrected else None, "text": data.get("text") or ""}
        row |= {"at": instant(data["corrected_at" if corrected else "published_at"]), "approved_by": data["approved_by"]}
        rows.append(
            row | {key: json.dumps(value, ensure_ascii=False) for key, value in (("scope", data["scope"]), ("items", items))}
        )
    return {"bulletin": rows}


MAKERS: Mapping[str, Callable[[Data, list[Data]], Rows]] = {
    "eligibility": _eligibility,
    "score": _bonus,
    "assessment": _assessment,
    "interview": _interview,
    "units": _units,
    "persons": _persons,
    "policy": _policy,
    "bulletin": _bulletin,
}
