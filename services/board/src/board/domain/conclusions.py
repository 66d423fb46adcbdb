"""The events of one conclusion (督查结论; Decree 733 art. 17) → what the board shows of it. Its id stands where a matter's would.

A function of the set of events, as everywhere here. What a sealed conclusion says is in no event before it is served.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from board.domain.folding import in_order
from board.domain.texts import instant

Data = Mapping[str, Any]
Row = dict[str, Any]
Rows = dict[str, list[Row]]

OUTCOMES = {
    "escalation.conclusion.confirmed": "CONFIRMED",
    "escalation.conclusion.upheld": "UPHELD",
    "escalation.conclusion.varied": "VARIED",
    "escalation.conclusion.overturned": "OVERTURNED",
}
"""How it ends → its state."""


def is_conclusion(events: Iterable[Data]) -> bool:
    """Whether these events are about a conclusion and not about a matter."""
    return any(event["type"].startswith(("intake.conclusion.", "escalation.conclusion.")) for event in events)


def rows_of(conclusion_id: str, events: Iterable[Data]) -> Rows:
    """Its row, and what waits: a signature, or the decision of a review. None until it was issued."""
    row: Row = {
        "conclusion_id": conclusion_id, "ref": None, "unit": "", "issued_at": None, "issued_by": None, "inspection": None,
        "about_matter": None, "sealed": False, "findings": "[]", "took_part": "", "dispatched_at": None, "served_on": None,
        "review_until": None, "review_id": None, "filed_at": None, "decide_by": None, "grounds": "", "state": "ISSUED",
        "reasons": "", "reviewers": "", "fallen": "[]",
    }  # fmt: skip
    for event in in_order(events):
        _tell(row, event["type"].rpartition(".v")[0], event["data"])
    return {"conclusion": [row], "todo": _waiting(row)} if row["issued_at"] else {}


def _tell(row: Row, kind: str, data: Data) -> None:
    if kind in ("intake.conclusion.issued", "intake.conclusion.disclosed"):
        _say(row, kind, data)
    elif kind.startswith("notify.notice.") and data.get("kind") == "CONCLUSION":
        row["dispatched_at"] = instant(data.get("dispatched_at")) or row["dispatched_at"]
        row["served_on"] = data.get("served_on") or row["served_on"]
    elif kind == "escalation.clock.armed" and data.get("owner") == "REVIEW_WINDOW":
        row["review_until"] = instant(data.get("due_instant"))
    elif kind == "escalation.conclusion.contested":
        row |= {"review_id": data["review_id"], "filed_at": instant(data["filed_at"]), "decide_by": data["decide_by"]}
        row["grounds"] = data.get("grounds") or ""
        if row["state"] == "ISSUED":
            row["state"] = "CONTESTED"
    elif kind in OUTCOMES:
        row |= {
            "state": OUTCOMES[kind],
            "reasons": data.get("reasons") or "",
            "reviewers": "、".join(data.get("reviewers") or ()),
        }
        row["fallen"] = json.dumps(data.get("findings") or [], ensure_ascii=False)


def _say(row: Row, kind: str, data: Data) -> None:
    row |= {"ref": data.get("external_ref"), "unit": data["unit"], "issued_at": instant(data["issued_at"])}
    if data.get("sealed"):
        row["sealed"] = True
        return
    row["sealed"] = False
    for key in ("issued_by", "inspection", "about_matter"):
        row[key] = data.get(key) or row[key]
    row["findings"] = json.dumps([[one["finding"], one["text"]] for one in data.get("findings") or ()], ensure_ascii=False)
    names = {*row["took_part"].splitlines(), *(data.get("took_part") or ())}
    row["took_part"] = "\n".join(sorted(names))


def _waiting(row: Row) -> list[Row]:
    found, about = [], {"unit": row["unit"], "colour": None, "detail": row["ref"] or ""}
    if row["dispatched_at"] and not row["served_on"]:
        sign = {"kind": "CONCLUSION_SIGN", "desk": "UNIT", "key": row["conclusion_id"], "since": row["dispatched_at"]}
        found.append(about | sign | {"due_on": None, "recused": ""})
    if row["state"] == "CONTESTED":
        review = {"kind": "CONCLUSION_REVIEW", "desk": "OFFICE", "key": row["review_id"], "since": row["filed_at"]}
        found.append(about | review | {"due_on": row["decide_by"], "recused": row["took_part"]})
    return found
