"""Claims of completion, the office's verdicts, and the closing of a matter (domain.md d.3)."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def open_matter(bench: Any, matter: Any) -> Any:
    bench.send("OFFICE", matter(), id_="s1")
    return bench


def state(bench: Any) -> str:
    return bench.rows("SELECT state FROM matter")[0]["state"]


def test_a_claim_is_announced_at_its_own_time(open_matter: Any, claim: Any, at: Any) -> None:
    open_matter.send("ZJJ", claim(colour="WHITE"), at(13, 15), "c1")
    (event,) = open_matter.announced("completion.claimed")
    assert (event.time, event.data.claimed_at, event.data.claim, event.data.colour) == (at(13, 15), at(13, 15), "c1", "WHITE")
    assert state(open_matter) == "COMPLETION_CLAIMED"


def test_a_verified_claim_closes_a_matter_of_one_unit(open_matter: Any, claim: Any, verify: Any, at: Any) -> None:
    open_matter.send("ZJJ", claim(), at(13, 15), "c1")
    open_matter.send("OFFICE", verify(), at(17, 10), "v1")
    verified, closed = open_matter.announced("completion.verified", "matter.closed")
    assert (verified.time, verified.data.claim, verified.data.claimed_at) == (at(17, 10), "c1", at(13, 15))
    assert (closed.type, closed.time, closed.data.state) == ("intake.matter.closed.v1", at(17, 10), "CLOSED")
    assert state(open_matter) == "CLOSED"


def test_a_rejected_claim_brings_the_matter_back_to_work(open_matter: Any, claim: Any, reject: Any, at: Any) -> None:
    open_matter.send("ZJJ", claim(), at(13), "c1")
    open_matter.send("OFFICE", reject(), at(14), "v1")
    (event,) = open_matter.announced("completion.rejected")
    assert (event.data.claim, event.data.rejected_by, event.data.deficiencies) == ("c1", "陈立", ["缺照片"])
    assert state(open_matter) == "IN_PROGRESS"
    assert open_matter.announced("matter.closed") == []


def test_a_matter_closes_when_the_last_of_its_units_is_verified(
    bench: Any, matter: Any, claim: Any, verify: Any, at: Any
) -> None:
    bench.send("OFFICE", matter(helped=True))
    bench.send("ZJJ", claim(), at(10), "c1")
    bench.send("SLJ", claim(unit="SLJ"), at(11), "c2")
    assert state(bench) == "COMPLETION_CLAIMED"
    bench.send("OFFICE", verify(), at(17))
    assert (state(bench), bench.announced("matter.closed")) == ("COMPLETION_CLAIMED", [])
    bench.send("OFFICE", verify(unit="SLJ"), at(12))
    (closed,) = bench.announced("matter.closed")
    assert closed.time == at(17)


def test_a_verdict_may_name_its_claim_even_before_it_arrives(open_matter: Any, claim: Any, verify: Any, at: Any) -> None:
    open_matter.send("OFFICE", verify(claim="c1"), at(17), "v1")
    open_matter.send("ZJJ", claim(), at(15), "c2")
    assert open_matter.announced("completion.verified") == []
    open_matter.send("ZJJ", claim(), at(13), "c1")
    assert [event.data.claim for event in open_matter.announced("completion.verified")] == ["c1"]


def test_a_claim_is_answered_once_by_name(open_matter: Any, claim: Any, verify: Any, reject: Any, at: Any) -> None:
    open_matter.send("ZJJ", claim(), at(13), "c1")
    open_matter.send("OFFICE", reject(claim="c1"), at(14), "v1")
    open_matter.send("OFFICE", verify(claim="c1"), at(15), "v2")
    (entry,) = open_matter.refusals()
    assert (entry["id"], entry["code"]) == ("v2", "ALREADY_USED")


def test_a_verdict_without_a_claim_waits_and_is_refused_in_the_end(open_matter: Any, verify: Any, at: Any) -> None:
    open_matter.send("OFFICE", verify(), at(17), "v1")
    assert open_matter.refused() == {}
    assert open_matter.give_up() == 1
    assert set(open_matter.refused()) == {"v1"}
    assert open_matter.announced("completion.verified") == []


def test_a_claim_that_the_policy_verifies_is_verified_at_its_own_time(automatic: Any, matter: Any, claim: Any, at: Any) -> None:
    automatic.send("OFFICE", matter())
    automatic.send("ZJJ", claim(), at(13), "c1")
    claimed, verified, closed = automatic.announced("completion.claimed", "completion.verified", "matter.closed")
    assert (claimed.time, verified.time, closed.time) == (at(13), at(13), at(13))
    assert (verified.data.claim, verified.data.verified_by) == ("c1", "DUBAN")


def test_a_second_claim_is_kept_and_announced_even_after_the_first_was_verified(
    open_matter: Any, claim: Any, verify: Any, at: Any
) -> None:
    open_matter.send("ZJJ", claim(), at(13), "c1")
    open_matter.send("OFFICE", verify(), at(17))
    open_matter.send("ZJJ", claim(), at(18), "c2")
    assert [event.data.claim for event in open_matter.announced("completion.claimed")] == ["c1", "c2"]
    assert state(open_matter) == "CLOSED"


def test_only_the_office_verifies(open_matter: Any, claim: Any, verify: Any, at: Any) -> None:
    open_matter.send("ZJJ", claim(), at(13), "c1")
    open_matter.send("ZJJ", verify(), at(14), "v1")
    assert open_matter.refused() == {"v1": "SENDER_MISMATCH"}


def test_a_verdict_about_a_unit_without_a_part_is_refused(open_matter: Any, verify: Any, at: Any) -> None:
    open_matter.send("OFFICE", verify(unit="HBJ"), at(14), "v1")
    assert open_matter.refused() == {"v1": "NOT_PARTY"}
