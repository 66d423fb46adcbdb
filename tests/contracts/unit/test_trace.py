"""One trace from a department's message through all that follows, a new span for each event."""

from __future__ import annotations

import pytest
from event_contracts.trace import continued, ids, well_formed

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"


def test_the_trace_of_the_cause_goes_on_with_a_new_span() -> None:
    first, second = continued(TRACE, "root", "e1"), continued(continued(TRACE, "root", "e1"), "root", "e2")
    assert {ids(value)[0] for value in (first, second) if ids(value)} == {TRACE[3:35]}
    assert len({TRACE[36:52], first[36:52], second[36:52]}) == 3
    assert first.endswith("-00")
    assert well_formed(first) == first


def test_what_has_no_trace_begins_one_by_its_root_so_that_all_that_follows_shares_it() -> None:
    assert continued(None, "m1", "e1")[3:35] == continued(None, "m1", "e2")[3:35] != continued(None, "m2", "e1")[3:35]
    assert continued(None, "m1", "e1") == continued(None, "m1", "e1")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "t",
        TRACE[:-1],
        TRACE.upper(),
        TRACE.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32),
        f"ff{TRACE[2:]}",
        f"{TRACE}-x",
    ],
)
def test_a_malformed_trace_is_replaced_and_nothing_fails(bad: str) -> None:
    assert well_formed(bad) is None
    assert ids(bad) is None
    assert continued(bad, "m1", "e1") == continued(None, "m1", "e1")


def test_a_span_of_zeros_is_malformed() -> None:
    assert well_formed(f"{TRACE[:36]}{'0' * 16}-00") is None
