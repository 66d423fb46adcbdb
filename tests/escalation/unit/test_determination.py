"""Findings: which class bars a red (invariant 3), and which the machine may make by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from escalation.domain.determination import Finding, bars_red, found_by_machine

START = datetime(2026, 3, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
DUE = START + 100 * HOUR


def finding(progress_class: str, hours: int) -> Finding:
    return Finding(progress_class, START + hours * HOUR, "赵明远")


def test_substantive_improvement_bars_red_while_it_is_the_last_finding() -> None:
    improved = finding("SUBSTANTIVE_IMPROVEMENT", 1)
    assert bars_red([improved], START + HOUR)
    assert not bars_red([improved, finding("NO_MOVEMENT", 2)], START + 3 * HOUR)
    assert bars_red([improved, finding("NO_MOVEMENT", 2)], START + HOUR)


def test_a_finding_made_later_bars_nothing_yet() -> None:
    assert not bars_red([finding("SUBSTANTIVE_IMPROVEMENT", 2)], START + HOUR)
    assert not bars_red([], START)


def machine(**more: object) -> Finding | None:
    facts = {
        "scheduled": DUE,
        "served_at": START + HOUR,
        "issued_at": START,
        "due": DUE,
        "urges": [START + HOUR],
        "progress": [],
        "claimed": False,
    }
    return found_by_machine(**(facts | more))  # type: ignore[arg-type]


def test_the_machine_finds_no_movement_and_signs_with_its_own_name() -> None:
    found = machine()
    assert found is not None
    assert (found.progress_class, found.at, found.by) == ("NO_MOVEMENT", DUE, "DUBAN")
    assert found.reasons


def test_an_urging_counts_from_the_service_to_the_end() -> None:
    assert machine(urges=[START + HOUR - timedelta(seconds=1)]) is None
    assert machine(urges=[DUE]) is None


def test_progress_counts_from_the_issue_to_the_end() -> None:
    assert machine(progress=[START]) is None
    assert machine(progress=[DUE - timedelta(seconds=1)]) is None
    assert machine(progress=[START - timedelta(seconds=1), DUE]) is not None


def test_after_a_claim_an_official_must_decide() -> None:
    assert machine(claimed=True) is None
