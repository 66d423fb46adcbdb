"""Rehearsal: a changed policy on the messages that were recorded, and what each unit would have got differently."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, request

from board.domain.proposal import PARAMETERS, as_toml
from board.errors import Refused
from board.pages.serving import page, person, show, site, t
from board.ports import Rehearsals

rehearsal_page = Blueprint("rehearsal", __name__)

LARGEST_POLICY = 64 * 1024
"""Bytes of a policy that is pasted or uploaded."""
LABELS = {one.key: (one.zh, one.en) for one in PARAMETERS}
COLOURS = ("WHITE", "YELLOW", "RED")


@page(rehearsal_page, "/rehearsal", "rehearsal")
def rehearsal() -> str:
    """The form, how far the rehearsal is, or what came of the last one."""
    return _shown()


@page(rehearsal_page, "/rehearsal", "rehearsal", methods=["POST"])
def start() -> Any:
    """Begin one."""
    rehearsals = _at_hand()
    try:
        rehearsals.start(_asked(), person().name)
    except Refused as refused:
        return _shown(refused.detail), 400
    return redirect("/rehearsal", 303)


@page(rehearsal_page, "/rehearsal/cancel", "rehearsal", methods=["POST"])
def cancel() -> Any:
    """End the one that runs."""
    _at_hand().cancel()
    return redirect("/rehearsal", 303)


@page(rehearsal_page, "/rehearsal/progress", "rehearsal")
def progress() -> Any:
    """How far it is, asked for by the page; once it has ended the page is to be read anew."""
    trial = _at_hand().latest()
    if trial is None or trial.state != "RUNNING":
        return Response("", headers={"HX-Refresh": "true"})
    return show("_rehearsing.html", trial=trial)


def _at_hand() -> Rehearsals:
    """What plays them; 404 where nothing does."""
    found = site().rehearsals
    if found is None:
        abort(404)
    return found


def _asked() -> str:
    """The changes as TOML: from the form, from the text, or from the file; Refused where it is not exactly one of them."""
    file = request.files.get("file")
    uploaded = file.stream.read(LARGEST_POLICY + 1) if file is not None and file.filename else b""
    pasted = request.form.get("toml", "").strip()
    try:
        given = [as_toml(request.form), pasted, uploaded.decode("utf-8-sig").strip()]
    except UnicodeDecodeError:
        raise Refused("POLICY", t("文件不是UTF-8文本", "The file is no UTF-8 text")) from None
    except ValueError as error:
        raise Refused("POLICY", t(f"{error}：填写的值无法识别", f"{error}: this value cannot be read")) from None
    found = [text for text in given if text]
    if len(found) != 1:
        told = "请用表格、文本、文件三种方式之一写明改动", "Give the changes in one way: the form, the text or the file"
        raise Refused("POLICY", t(*told))
    if len(found[0].encode()) > LARGEST_POLICY:
        raise Refused("POLICY", t("政策文件不得超过64KB", "A policy has at most 64 KB"))
    return found[0]


def _shown(fault: str = "") -> str:
    rehearsals = site().rehearsals
    hindrance = rehearsals.hindrance() if rehearsals is not None else ""
    if rehearsals is None or hindrance:
        return show("rehearsal.html", at_hand=False, hindrance=hindrance)
    trial = rehearsals.latest()
    touched = [row for row in trial.found["units"] if row["different"]] if trial and trial.found else []
    different = [row for row in touched if row["a"] != row["b"]]
    most = max((sum(row[side]["slips"].values()) for row in different for side in ("a", "b")), default=0)
    values = {"in_force": rehearsals.in_force(), "parameters": PARAMETERS, "labels": LABELS, "form": request.form, "fault": fault}
    found = {"different": different, "otherwise": len(touched) - len(different), "most": most, "colours": COLOURS}
    return show("rehearsal.html", at_hand=True, trial=trial, **found, **values)
