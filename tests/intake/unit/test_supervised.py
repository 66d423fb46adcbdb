"""Who can be given a matter (Decree 733 art. 4, 5)."""

from __future__ import annotations

import pytest
from intake.domain.supervised import NOT_SUPERVISED, is_supervised


@pytest.mark.parametrize("kind", [*sorted(NOT_SUPERVISED), " company ", "Person"])
def test_neither_companies_nor_persons_are_supervised_however_they_are_written(kind: str) -> None:
    assert not is_supervised(kind)


@pytest.mark.parametrize("kind", ["DEPARTMENT", "lower_government", "公共服务机构", "COMPANY_REGISTRY"])
def test_every_other_kind_of_organisation_may_be(kind: str) -> None:
    assert is_supervised(kind)
