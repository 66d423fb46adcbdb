"""The form of an act (the first click), the act itself (the second, with its reason), and what became of it."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from event_contracts.event import Evidence
from flask import Blueprint, abort, g, request

from board.access.powers import AWARDERS, Words, concerns, lack, lack_of_named, recusal, wanted_for
from board.access.roles import UNITS
from board.acts.catalogue import ANSWERS, BY_NAME, answers_for
from board.acts.forms import CITY, COLOURS, Act, Filled
from board.acts.sending import outcome, send
from board.errors import Refused, Unavailable
from board.pages.matter_pages import may_see
from board.pages.serving import offices, page, person, show, site, t
from board.store import acting, city, desks, matters, papers

act_pages = Blueprint("act", __name__)
ACTS_SHOWN, OFFERED = 200, 200
Row = dict[str, Any]


@page(act_pages, "/acts", "acts")
def acts() -> str:
    """What persons did here, and what became of it."""
    with site().database.reading() as connection:
        found = acting.everything(connection, ACTS_SHOWN, request.args.get("after", ""))
    return show("acts.html", found=found)


@page(act_pages, "/act/<name>", "act", methods=["GET", "POST"])
def act(name: str) -> Any:
    """Refused with the reason in words where the person lacks the power or took part."""
    chosen = BY_NAME.get(name)
    if chosen is None:
        abort(404)
    if not any(concerns(person(), power, offices()) for power in chosen.powers()):
        abort(403)
    target = target_of(chosen)
    if target is None:
        return show("gone.html"), 409
    if chosen.by_colour and not target["colour"]:
        abort(400)
    power = chosen.power_for(target["colour"])
    if not concerns(person(), power, offices()):
        abort(403)
    why = recusal(person().name, target.get("recused")) or lack(person(), power, offices())
    if why is not None:
        return show("fault.html", code=403, why=t(*why)), 403
    target |= {"choices": choices(chosen, target)}
    return _form(chosen, target, "") if request.method == "GET" else _do(chosen, target)


def _do(chosen: Act, target: Row) -> Any:
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _form(chosen, target, t("请写明理由", "Give a reason")), 400
    picked = tuple(request.form.getlist(next((field.name for field in chosen.fields if field.kind == "picks"), "")))
    filled = Filled(person(), target, request.form, evidence(), picked)
    why = _named_in(chosen, filled) or _picked_in(chosen, filled)
    if why is not None:
        return _form(chosen, target, t(*why)), 400
    try:
        data = chosen.build(filled)
    except ValueError:
        return _form(chosen, target, t("请检查数字和日期", "Check the numbers and dates")), 400
    try:
        done = send(site(), person(), data, reason, answers=_answers(target), once=request.form.get("once", ""))
    except Refused as refused:
        return _form(chosen, target, refused.detail), 400
    except Unavailable:
        return _form(chosen, target, t("暂时无法送出，请稍后再试", "It cannot be sent now; try again later")), 503
    return show("done.html", act=chosen, target=target, done=done)


def _named_in(chosen: Act, filled: Filled) -> Words | None:
    """What a person lacks whom the form names: who approves, or who decides a review beside the one who is signed on."""
    if chosen.approver is not None:
        return lack_of_named(filled.text(chosen.approver), AWARDERS, offices())
    for name in filled.lines("reviewers"):
        why = recusal(name, filled.target.get("recused")) or lack_of_named(name, wanted_for("review", offices()), offices())
        if why is not None:
            return why
    return None


def _picked_in(chosen: Act, filled: Filled) -> Words | None:
    """What is picked is what the page offers now: a slip may have fallen since."""
    field = next((field for field in chosen.fields if field.kind == "picks"), None)
    if field is None:
        return None
    if not filled.picked:
        return f"请选择：{field.zh}", f"Choose: {field.en}"
    if set(filled.picked) <= {value for value, _ in filled.target["choices"][field.name]}:
        return None
    return "所选内容已有变化，请重新选择", "What was chosen has changed; choose anew"


def _form(chosen: Act, target: Row, fault: str) -> str:
    filled = request.form or defaults(chosen)
    picked = request.form.getlist("items") + request.form.getlist("findings")
    once = uuid.uuid4().hex  # a filled form that is sent twice is one act; one that is shown again is another
    return show("act.html", act=chosen, target=target, fault=fault, form=filled, picked=picked, english=g.english, once=once)


def defaults(chosen: Act) -> dict[str, str]:
    """What a form says before anybody wrote: the year, and the approver where the person may approve."""
    found = {"year": str(site().today().year)}
    if chosen.approver is not None and person().role in AWARDERS:
        found[chosen.approver] = person().name
    return found


def choices(chosen: Act, target: Row) -> dict[str, list[tuple[str, str]]]:
    """Field → what can be chosen there, as value and words."""
    found: dict[str, list[tuple[str, str]]] = {}
    for field in chosen.fields:
        if field.kind == "unit":
            name = site().unit_names()
            found[field.name] = [(code, f"{name(code)}（{code}）") for code in _units()]
        elif field.name == "findings":
            found[field.name] = [(code, f"{code}：{text}") for code, text in target.get("findings", ())]
        elif field.name == "items":
            found[field.name] = _nameable(target)
    return found


def _units() -> list[str]:
    with site().database.reading() as connection:
        return sorted({*city.unit_names(connection), *site().names})


def _nameable(target: Row) -> list[tuple[str, str]]:
    """What a bulletin may name: slips in force and conclusions that stand, or what the corrected one named."""
    name = site().unit_names()
    if target.get("items") is not None:
        return [("|".join(item), f"{item[0]} {name(item[1])} {item[2]}".strip()) for item in target["items"]]
    with site().database.reading() as connection:
        slips = papers.nameable(connection, OFFERED)
        newest = papers.conclusions(connection, OFFERED).rows
        standing = [row for row in newest if row["state"] != "OVERTURNED" and not row["sealed"]]
    found = [
        (f"{row['matter_id']}|{row['unit']}|{row['colour']}", f"{row['number'] or ''} {name(row['unit'])} {row['title']}".strip())
        for row in slips
    ]
    about = t("督查结论", "conclusion")
    return found + [(f"{row['conclusion_id']}|{row['unit']}|", f"{about} {row['ref']} {name(row['unit'])}") for row in standing]


def _answers(target: Row) -> str | None:
    return "|".join((target["topic"], target["kind"], target["key"])) if target.get("kind") else None


def target_of(chosen: Act) -> Row | None:
    """What the act is about: something that waits, a part, a conclusion, or nothing that is named; None where it is gone,
    404 where it is not theirs."""
    asked = request.values
    if chosen.about == CITY:
        return _of_the_city(chosen, asked.get("key", ""))
    if any(chosen.name in names for names in ANSWERS.values()):
        return _waiting(chosen)
    return _part(asked.get("topic", ""), asked.get("unit", ""), asked.get("colour") or None)


def _of_the_city(chosen: Act, key: str) -> Row:
    nothing: Row = {"topic": "", "matter_id": None, "unit": None, "colour": None, "key": key}
    if chosen.name != "correct-bulletin":
        return nothing
    with site().database.reading() as connection:
        found = papers.bulletin_of(connection, key)
    if found is None:
        abort(404)
    return nothing | {name: found[name] for name in ("bulletin", "scope", "items")} | {"detail": found["bulletin"]}


def _waiting(chosen: Act) -> Row | None:
    asked = request.values
    with site().database.reading() as connection:
        todo = desks.one_todo(connection, asked.get("topic", ""), asked.get("kind", ""), asked.get("key", ""))
        conclusion = papers.conclusion_of(connection, asked.get("topic", "")) if todo else None
    if todo is None:
        return None
    if chosen.name not in ANSWERS.get(todo["kind"], ()) or not answers_for(todo, person(), offices()):
        abort(403)
    said = {"findings": conclusion["findings"], "title": conclusion["ref"]} if conclusion else {}
    return todo | said | {"body": todo["desk"]}


def _part(topic: str, unit: str, colour: str | None) -> Row:
    with site().database.reading() as connection:
        found, conclusion = matters.one(connection, topic), papers.conclusion_of(connection, topic)
    if person().role in UNITS and unit != person().unit:
        abort(404)
    if colour not in (None, *COLOURS):
        abort(400)
    if conclusion is not None and conclusion["unit"] == unit:
        return {"topic": topic, "matter_id": None, "title": conclusion["ref"], "unit": unit, "colour": None, "key": ""}
    if found is None or not may_see(found) or unit not in {part["unit"] for part in found["rows"]["part"]}:
        abort(404)
    return {key: found[key] for key in ("topic", "matter_id", "title", "ref")} | {"unit": unit, "colour": colour, "key": ""}


def evidence() -> tuple[Evidence, ...]:
    """The hashes of files that came with a form; the files themselves are read once and kept nowhere."""
    found = []
    for file in request.files.getlist("evidence"):
        if file.filename:
            digest = hashlib.sha256()
            while piece := file.stream.read(1 << 16):
                digest.update(piece)
            kind = "PHOTO" if (file.mimetype or "").startswith("image/") else "DOCUMENT"
            found.append(Evidence(kind=kind, sha256=digest.hexdigest()))
    return tuple(found)


@page(act_pages, "/done/<act_id>", "act")
def done(act_id: str) -> str:
    """What became of an act that was still on its way."""
    return show("done_state.html", done=outcome(site(), act_id))
