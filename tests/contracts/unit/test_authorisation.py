"""The matrix of accounts: every type and every kind of sender, as the reader itself answers."""

from __future__ import annotations

import pytest
from event_contracts.authorisation import ANOTHER, ITSELF, SENDERS, Cell, cells, types
from event_contracts.inbound import BY_A_BODY, BY_THE_ASSESSMENT_OFFICE, BY_THE_OFFICE, BY_THE_UNIT
from event_contracts.wire import REQUESTS

MATRIX = {(cell.type, cell.sender): cell for cell in cells()}
BY_ANYBODY = {"matter.submitted.v1", "matter.decomposed.v1", "matter.withdrawn.v1", "matter.reopened.v1", "advice.answered.v1"}


def expected(name: str, sender: str) -> bool:
    """Said again, from the declarations alone."""
    if sender == "DUBAN":
        return False
    if name in BY_THE_UNIT:
        return sender == ITSELF
    if name in BY_THE_OFFICE:
        return sender == "OFFICE"
    if name in BY_A_BODY:
        return sender in ("OFFICE", "DISCIPLINE", "ASSESSMENT", "ORGANISATION")
    if name in BY_THE_ASSESSMENT_OFFICE:
        return sender in ("OFFICE", "ASSESSMENT")
    if name == "reply.sent.v1":
        return sender in ("OFFICE", ITSELF)
    return name in BY_ANYBODY or name == "urge.sent.v1"


@pytest.mark.parametrize("sender", list(SENDERS))
@pytest.mark.parametrize("name", types())
def test_every_cell_is_as_the_declarations_say(name: str, sender: str) -> None:
    assert MATRIX[name, sender] == Cell(name, sender, None if expected(name, sender) else "SENDER_MISMATCH")


def test_the_matrix_is_whole() -> None:
    assert {name for name, _ in MATRIX} == set(REQUESTS) - {"cut.marked.v1"}
    assert {sender for _, sender in MATRIX} == set(SENDERS) >= {ITSELF, ANOTHER}
