"""Identity and states of a matter (domain.md d.3)."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import pytest
from intake.domain.completion import PartState as P
from intake.domain.matter import DERIVED, SIDE_EXITS, assignment_id, matter_id, may_become, state_of
from intake.domain.matter import MatterState as S


def test_the_same_submitter_and_reference_always_make_the_same_id() -> None:
    assert matter_id("OFFICE", "M-01") == matter_id("OFFICE", "M-01") == "bf914d1f-f386-8418-b267-c41ca03875ae"


def test_another_submitter_or_reference_makes_another_id() -> None:
    ids = {matter_id("OFFICE", "M-01"), matter_id("ZJJ", "M-01"), matter_id("OFFICE", "M-02"), matter_id("OFFICEM", "-01")}
    assert len(ids) == 4


def test_ids_are_uuids_of_version_8() -> None:
    found = UUID(matter_id("OFFICE", "M-01"))
    assert (found.version, found.variant) == (8, "specified in RFC 4122")
    assert UUID(assignment_id(str(found), "ZJJ")).version == 8


def test_the_whole_way_from_draft_to_archive_is_allowed() -> None:
    way = [S.DRAFT, S.PENDING_APPROVAL, S.REGISTERED, S.DISPATCHED, S.IN_PROGRESS, S.COMPLETION_CLAIMED, S.VERIFIED, S.CLOSED]
    assert all(may_become(now, then) for now, then in pairwise([*way, S.ARCHIVED]))


def test_a_rejected_claim_leads_back_to_work() -> None:
    assert may_become(S.COMPLETION_CLAIMED, S.REJECTED)
    assert may_become(S.REJECTED, S.IN_PROGRESS)
    assert not may_become(S.REJECTED, S.CLOSED)


def test_a_closed_matter_can_be_reopened_and_dispatched_anew() -> None:
    assert may_become(S.CLOSED, S.REOPENED)
    assert may_become(S.REOPENED, S.DISPATCHED)


@pytest.mark.parametrize("end", sorted(SIDE_EXITS))
def test_side_exits_are_open_to_open_matters_only(end: S) -> None:
    assert may_become(S.IN_PROGRESS, end)
    assert may_become(S.DRAFT, end)
    assert not may_become(S.CLOSED, end)
    assert not may_become(S.ARCHIVED, end)
    assert not may_become(S.WITHDRAWN, end)


def test_steps_cannot_be_skipped() -> None:
    assert not may_become(S.DRAFT, S.DISPATCHED)
    assert not may_become(S.DISPATCHED, S.CLOSED)


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ([P.DISPATCHED, P.DISPATCHED], S.DISPATCHED),
        ([P.IN_PROGRESS, P.DISPATCHED], S.IN_PROGRESS),
        ([P.COMPLETION_CLAIMED, P.DISPATCHED], S.IN_PROGRESS),
        ([P.VERIFIED, P.IN_PROGRESS], S.IN_PROGRESS),
        ([P.COMPLETION_CLAIMED, P.VERIFIED], S.COMPLETION_CLAIMED),
        ([P.VERIFIED, P.VERIFIED], S.CLOSED),
        ([P.VERIFIED], S.CLOSED),
    ],
)
def test_a_matter_stands_where_its_parts_have_brought_it(parts: list[P], state: S) -> None:
    assert state_of(parts) is state
    assert state_of(reversed(parts)) is state
    assert state in DERIVED


def test_a_part_that_comes_back_to_a_unit_has_an_id_of_its_own() -> None:
    first, again, third = (assignment_id("m", "ZJJ", number) for number in range(3))
    assert len({first, again, third}) == 3
    assert first == assignment_id("m", "ZJJ") == "d91f1072-bc43-89f2-903a-6a1d78f5b295"


def test_nothing_follows_the_archive() -> None:
    assert not may_become(S.ARCHIVED, S.CLOSED)


def test_a_matter_whose_parts_are_done_is_closed_only_once_every_source_has_its_answer() -> None:
    assert state_of([P.VERIFIED, P.TRANSFERRED], answered=False) is S.VERIFIED
    assert state_of([P.VERIFIED, P.TRANSFERRED]) is S.CLOSED
