"""The matrix of persons: every role in every field of intake that names who decides, through the real handlers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from event_contracts import inbound
from event_contracts.event import Request
from event_contracts.vocabulary import CAPACITIES
from ground_rules.powers import MAY, NAMED, Named
from service_chassis.delivery import Tally, _Batch, decode
from service_chassis.persistence import refusals

QUEUE = "intake.inbound"


def person(role: str) -> str:
    return f"任{role}"


@pytest.fixture
def stage(new_bench: Any, matter: Any, report: Any, claim: Any, verify: Any, at: Any) -> Any:
    """An intake with everybody in office, and a matter for every question: open, reported, claimed, objected to, closed."""
    bench = new_bench()
    everybody = [inbound.Person(name=person(role), capacities=[{"role": role, "from": date(2026, 1, 1)}]) for role in CAPACITIES]
    for ref in ("OPEN", "OTHER", "CLAIMED", "CLOSED"):
        bench.send("OFFICE", matter(external_ref=ref, title=f"事项{ref}", source=inbound.SubmittedSource(type="PETITION")), at(2))
    bench.send("ZJJ", replace(report(), matter="OPEN"), at(3))
    bench.send("ZJJ", inbound.ObjectionFiled(matter="OPEN", unit="ZJJ", grounds="非本单位职责"), at(3))
    for ref in ("CLAIMED", "CLOSED"):
        bench.send("ZJJ", replace(claim(), matter=ref), at(4))
        bench.send("OFFICE", inbound.ReplySent(matter=ref, to="群众", text="已办"), at(4))
    bench.send("OFFICE", replace(verify(), matter="CLOSED"), at(5))
    bench.send("OFFICE", inbound.PersonsPublished(persons=everybody), at(6))
    assert bench.refused() == {}
    return bench


QUESTIONS: dict[str, Callable[[str], Request]] = {
    "progress.assessed.v1": lambda by: inbound.ProgressAssessed(matter="OPEN", unit="ZJJ", accepted=True, decided_by=by),
    "completion.verified.v1": lambda by: inbound.CompletionVerified(matter="CLAIMED", unit="ZJJ", verified_by=by),
    "completion.rejected.v1": lambda by: inbound.CompletionRejected(matter="CLAIMED", unit="ZJJ", verified_by=by),
    "objection.decided.v1": lambda by: inbound.ObjectionDecided(matter="OPEN", unit="ZJJ", outcome="REFUSED", decided_by=by),
    "duplicate.resolved.v1": lambda by: inbound.DuplicateResolved(
        matter="OPEN", into="OTHER", outcome="DISTINCT", reason="不同", by=by
    ),
    "matter.withdrawn.v1": lambda by: inbound.MatterWithdrawn(matter="OPEN", reason="撤回", by=by),
    "matter.reopened.v1": lambda by: inbound.MatterReopened(matter="CLOSED", reason="新批示", by=by),
    "reply.assessed.v1": lambda by: inbound.ReplyAssessed(matter="CLOSED", satisfied=True, by=by),
    "registration.decided.v1": lambda by: inbound.RegistrationDecided(matter="DRAFT", outcome="APPROVED", by=by),
    "plan.published.v1": lambda by: inbound.PlanPublished(
        plan="P", year=2026, items=[inbound.PlanItem(item="I", units=["ZJJ"], content="c", scope="s")], approved_by=by
    ),
    "look_back.recorded.v1": lambda by: inbound.LookBackRecorded(matter="CLOSED", passed=True, text="完好", by=by),
    "action.recorded.v1": lambda by: inbound.ActionRecorded(kind="COORDINATION", parties=["ZJJ"], outcome="x", by=by),
    "field_note.recorded.v1": lambda by: inbound.FieldNoteRecorded(occasion="会议", text="x", by=by),
    "advice.issued.v1": lambda by: inbound.AdviceIssued(
        advice="A", cause="CAUSE_X", matters=["OPEN"], addressee="CZJ", text="x", by=by
    ),
}


def question(named: Named, by: str, matter: Any) -> Request:
    """The message of a row of the table, with this person in its field."""
    new = matter(external_ref="NEW", title="新事项", source=inbound.SubmittedSource(type="LEADER_INSTRUCTION"))
    if named.type == "matter.decomposed.v1":
        return inbound.MatterDecomposed(directive="D", matters=[new], approved_by=by)
    if named.field == "override.by":
        return replace(new, override=inbound.Override(reason="急", by=by))  # type: ignore[no-any-return]
    if named.type == "matter.submitted.v1":
        return replace(new, approved_by=by)  # type: ignore[no-any-return]
    asked = QUESTIONS[named.type](by)
    return replace(asked, **named.when)  # type: ignore[type-var]


class _Undone(Exception):
    pass


def answer(bench: Any, data: Request, at: Any) -> tuple[set[str], int]:
    """The codes with which a message is refused, and how many wait; nothing of it stays."""
    read = decode(QUEUE, bench.delivery("OFFICE", data, at(9)), bench.runtime.clock.now())
    tally, codes = Tally(), set()
    with pytest.raises(_Undone), bench.database.begin() as session:
        _Batch(bench.runtime, bench.runtime.work(session, bench.runtime.clock.now()), QUEUE, tally).run([read])
        codes = {entry["code"] for entry in refusals.report(session)}
        raise _Undone
    return codes, tally.waiting


@pytest.mark.parametrize("named", NAMED, ids=lambda named: f"{named.type}-{named.field}-{'-'.join(named.when.values())}")
def test_every_role_is_let_in_or_refused_as_the_table_says(stage: Any, matter: Any, at: Any, named: Named) -> None:
    waits = int(named.type == "registration.decided.v1")  # nothing is proposed here, so who may decide waits
    for role in CAPACITIES:
        codes, waiting = answer(stage, question(named, person(role), matter), at)
        wanted: tuple[set[str], int] = (set(), waits) if role in MAY[named.act] else ({"NOT_EMPOWERED"}, 0)
        assert (codes, waiting) == wanted, role


def test_whoever_is_asked_for_an_office_stands_in_the_table() -> None:
    fields = {"by", "decided_by", "verified_by", "approved_by"}
    ours = {name: set(cls.__dataclass_fields__) & fields for name, cls in _of_intake().items()}
    covered = {(named.type, named.field) for named in NAMED}
    assert {(name, field) for name, found in ours.items() for field in found} - covered == BESIDES


BESIDES = {("campaign.planned.v1", "by"), ("inspection.planned.v1", "by")}
"""Inspections ask by themselves (inspecting.py), and tell nothing of a covert one in their refusals."""


def _of_intake() -> dict[str, Any]:
    return {cls.TYPE: cls for cls in inbound.REQUESTS if cls.OWNER == "intake"}
