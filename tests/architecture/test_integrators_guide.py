"""The guide for integrators says what is so: every refusal code with the status that the services give."""

from __future__ import annotations

import re
from pathlib import Path

from event_contracts.inbound import REFUSAL_CODES
from event_contracts.refusal import MEANINGS

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "integrators.md"


def test_every_refusal_code_is_explained_with_its_status() -> None:
    told = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \| [^|]+ \| [^|]+ \|$", GUIDE.read_text("utf-8"), re.MULTILINE))
    assert told == {code: str(MEANINGS[code][0]) for code in REFUSAL_CODES}
