"""Names that must not be read are taken out of texts."""

from __future__ import annotations

import pytest
from intake.domain.privacy import CITIZEN, addressee, masked


@pytest.mark.parametrize(
    ("text", "secrets", "read"),
    [
        ("李晓明反映污水直排", ["李晓明"], "某某反映污水直排"),
        ("李晓明、李晓明之子", ["李晓明", "李晓明之子"], "某某、某某"),
        ("电话13900000000", [" 13900000000 "], "电话某某"),
        ("李姓村民", ["李"], "李姓村民"),
        ("无人", [""], "无人"),
    ],
)
def test_names_and_numbers_are_masked(text: str, secrets: list[str], read: str) -> None:
    assert masked(text, secrets) == read


@pytest.mark.parametrize(("source", "shown"), [("NETIZEN_MESSAGE", CITIZEN), ("PETITION", CITIZEN), ("NPC_SUGGESTION", "张代表")])
def test_only_citizens_are_masked_as_addressees(source: str, shown: str) -> None:
    assert addressee("张代表", source) == shown
