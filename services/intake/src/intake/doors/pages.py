"""What intake shows at the HTTP door: matters with all that belongs to them, as far as the caller may see them.

A unit sees what it submitted or has a part in; of everything else it learns no more than of what does not exist. Within a
matter a supporting unit sees its own part's papers, the lead and the submitter all. Nothing about inspections is shown.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from event_contracts.envelope import instant
from event_contracts.event import TimeLimit
from event_contracts.openapi import FORMATS
from event_contracts.views import (
    DuplicateView,
    FilingView,
    MatterLine,
    MatterView,
    ObjectionView,
    PartView,
    ReplyView,
    SourceView,
    VerdictView,
)
from event_contracts.vocabulary import SOURCE_TYPES
from service_chassis.web.pages import LIST, Asked, Download, Listing, Page
from service_chassis.web.problems import Problem
from service_chassis.web.roles import Sight

from intake import reading
from intake.domain import privacy
from intake.domain.duplicates import Outcomes, Resolution
from intake.domain.matter import MatterState
from intake.domain.sources import Section
from intake.doors import exporting
from intake.store import views
from intake.store.views import Row

FILTERS = ("state", "source_type", "section", "unit", "submitted_by", "external_ref", "since", "until")


def _party(asked: Asked) -> str | None:
    """Whose matters; None for those who see all."""
    return None if asked.caller.sight is Sight.ALL else asked.caller.unit


def note(session: Any, asked: Asked, what: str, rows: int) -> None:
    """Who read what, in the transaction in which it is read: nothing is shown that was not noted."""
    reader = reading.Read(
        asked.caller.name or asked.caller.account, what, unit=asked.caller.unit, door=reading.HTTP, wanted=dict(asked.words)
    )
    reading.note(session, reader, asked.now, rows)


def wanted(asked: Asked) -> views.Wanted:
    """The filters of a request. Problem for a word that no matter has."""
    asked.one_of("state", [state.value for state in MatterState])
    asked.one_of("source_type", SOURCE_TYPES)
    asked.one_of("section", [section.value for section in Section])
    given: dict[str, Any] = {name: asked.words.get(name) for name in FILTERS}
    for name in ("since", "until"):
        given[name] = _instant(name, given[name])
    return views.Wanted(party=_party(asked), **given)


def _instant(name: str, said: str | None) -> datetime | None:
    if said is None:
        return None
    found = instant(said.replace(" ", "+"))  # a + that was not encoded arrives as a blank
    if found is None:
        raise Problem(400, f"{name} 应为带时区的时间 / {name} must be an instant with an offset, such as 2026-03-02T09:00:00Z")
    return found


# ---------------------------------------------------------------- lists


def matters(session: Any, asked: Asked) -> Listing:
    """`GET /v1/matters`."""
    rows = views.lines(session, wanted(asked), _place(asked), asked.limit)
    note(session, asked, "matters", len(rows))
    units = views.parts(session, [row["matter_id"] for row in rows])
    last = rows[-1] if len(rows) == asked.limit else None
    more = None if last is None else [last["submitted_at"].isoformat(), last["matter_id"]]
    return Listing([_line(row, units.get(row["matter_id"], ())) for row in rows], more)


def _place(asked: Asked) -> tuple[datetime, str] | None:
    found = asked.after
    if found is None:
        return None
    at = instant(found[0]) if len(found) == 2 else None
    if at is None or not isinstance(found[1], str):
        raise Problem(400, "cursor 无效 / not a cursor of this list")
    return at, found[1]


def _line(row: Row, parts: Iterable[Row]) -> MatterLine:
    return MatterLine(**_shared(row), units=[part["unit"] for part in parts])


_LINE = tuple(name for name in MatterLine.__dataclass_fields__ if name != "units")


def _shared(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in _LINE}


def duplicates(session: Any, asked: Asked) -> Listing:
    """`GET /v1/duplicates`: pairs that an officer has to decide, or has decided; for those who see all."""
    if asked.caller.sight is not Sight.ALL:
        raise Problem(403, "仅限督查室和审计人员 / for the supervision office and auditors only")
    after = asked.after
    if after is not None and not (len(after) == 3 and instant(after[0]) and all(isinstance(word, str) for word in after)):
        raise Problem(400, "cursor 无效 / not a cursor of this list")
    place = (instant(after[0]), after[1], after[2]) if after is not None else None
    rows = views.suspicions(session, None, place, asked.limit)  # type: ignore[arg-type]
    note(session, asked, "duplicates", len(rows))
    last = rows[-1] if len(rows) == asked.limit else None
    more = None if last is None else [last["found_at"].isoformat(), last["matter_id"], last["suspected_of"]]
    return Listing(_pairs(session, rows), more)


def _pairs(session: Any, rows: Sequence[Row]) -> list[DuplicateView]:
    ids = {of for row in rows for of in (row["matter_id"], row["suspected_of"])}
    if not ids:
        return []
    refs = views.references(session, ids)
    outcomes = Outcomes([_resolution(row) for row in views.resolutions(session, ids)])
    return [
        DuplicateView(
            matter_id=row["matter_id"],
            external_ref=refs[row["matter_id"]],
            suspected_of=row["suspected_of"],
            suspected_of_ref=refs[row["suspected_of"]],
            score=row["score"],
            found_at=row["found_at"],
            outcome=outcomes.of(row["matter_id"], row["suspected_of"]),
        )
        for row in rows
    ]


def _resolution(row: Row) -> Resolution:
    return Resolution(row["resolution"], row["matter_id"], row["into_id"], row["outcome"], row["decided_at"], row["reason"])


# ---------------------------------------------------------------- one matter


def matter(session: Any, asked: Asked) -> MatterView | None:
    """`GET /v1/matters/<id>`; None for what is not there, or not for this caller."""
    party = _party(asked)
    row = views.one(session, asked.words["matter_id"], party)
    note(session, asked, "matter", int(row is not None))
    if row is None:
        return None
    id_ = row["matter_id"]
    parts = views.parts(session, [id_]).get(id_, [])
    beside = views.handled_together(session, id_, party)
    together = [row, *beside]
    lead = row["primary_id"]
    if lead is not None and party is not None and not views.visible(session, [lead], party):
        lead = None
    return MatterView(
        **_shared(row),
        units=[part["unit"] for part in parts],
        standard=row["standard"],
        classification=row["classification"],
        subject_terms=row["subject_terms"],
        authorisation=row["authorisation"],
        directive=row["directive"],
        handled_with=lead,
        sources=[_source(each, party) for each in together],
        parts=_parts(session, id_, parts, None if _sees_all_papers(row, parts, party) else party),
        replies=_replies(session, together, party),
        duplicates=[] if party is not None else _pairs(session, views.suspicions(session, id_, None, 50)),
    )


def _sees_all_papers(row: Row, parts: Iterable[Row], party: str | None) -> bool:
    """The office, the submitter and the lead; a supporting unit sees its own."""
    return party in (None, row["submitted_by"]) or any(part["unit"] == party and part["role"] == "LEAD" for part in parts)


def _source(row: Row, party: str | None) -> SourceView:
    hidden = party is not None and row["source_type"] in privacy.BY_CITIZENS
    amount = row["reply_amount"]
    return SourceView(
        matter_id=row["matter_id"],
        external_ref=row["external_ref"],
        type=row["source_type"],
        number=row["source_number"],
        issuer=privacy.MASK if hidden and row["source_issuer"] else row["source_issuer"],
        issued_on=row["source_issued_on"],
        clause=row["source_clause"],
        difficult=row["difficult"],
        reply_limit=TimeLimit(amount=amount, unit=row["reply_unit"]) if amount is not None else None,
        replied_at=row["replied_at"],
    )


def _parts(session: Any, id_: str, parts: Sequence[Row], only: str | None) -> list[PartView]:
    """All parts; with `only`, the papers of that unit alone."""
    filed, found, objected = views.filings(session, id_), views.verdicts(session, id_), views.objections(session, id_)
    shown = []
    for part in parts:
        unit = part["unit"]
        open_ = only in (None, unit)
        amount = part["limit_amount"]
        view = PartView(
            unit=unit,
            role=part["role"],
            deliverable=part["deliverable"],
            standard=part["standard"],
            state=part["state"],
            limit=TimeLimit(amount=amount, unit=part["limit_unit"]) if amount is not None else None,
            due_at=part["due_at"],
            milestones=part["milestones"],
            depends_on=part["depends_on"],
            done_at=part["done_at"],
            filings=[_filing(row) for row in filed if open_ and row["unit"] == unit],
            verdicts=[_verdict(row) for row in found if open_ and row["unit"] == unit],
            objections=[_objection(row) for row in objected if open_ and row["unit"] == unit],
        )
        shown.append(view)
    return shown


def _filing(row: Row) -> FilingView:
    named = {name: row[name] for name in ("kind", "filed_at", "text", "percent", "colour")}
    return FilingView(id=row["filing"], evidence=row["evidence"] or [], **named)


def _verdict(row: Row) -> VerdictView:
    named = {name: row[name] for name in ("kind", "decided_at", "favourable", "decided_by", "names", "substantive")}
    return VerdictView(id=row["verdict"], deficiencies=row["deficiencies"] or [], **named)


def _objection(row: Row) -> ObjectionView:
    fields = [name for name in ObjectionView.__dataclass_fields__ if name != "id"]
    return ObjectionView(id=row["objection"], **{name: row[name] for name in fields})


def _replies(session: Any, together: Sequence[Row], party: str | None) -> list[ReplyView]:
    sources = {row["matter_id"]: row["source_type"] for row in together}
    shown = []
    for row in views.replies(session, sources):
        to = row["addressee"] if party is None else privacy.addressee(row["addressee"], sources[row["matter_id"]])
        named = {name: row[name] for name in ("matter_id", "unit", "text", "sent_at")}
        shown.append(ReplyView(id=row["reply"], to=to, **named))
    return shown


def export(session: Any, asked: Asked) -> Download:
    """`GET /v1/export`: the ledger of all that the caller may see, as a file that can be let in again."""
    format_ = asked.one_of("format", tuple(FORMATS)) or "xlsx"
    out = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
    try:
        rows = exporting.write(session, out, format_, wanted(asked), asked.policy.zone)
    except BaseException:
        out.close()
        raise
    note(session, asked, "export", rows)
    return Download(out, f"ledger.{format_}", FORMATS[format_])


PAGES = (
    Page("/v1/export", export, ("format", *FILTERS), heavy=True),
    Page("/v1/matters", matters, (*LIST, *FILTERS)),
    Page("/v1/matters/<matter_id>", matter),
    Page("/v1/duplicates", duplicates, LIST),
)
