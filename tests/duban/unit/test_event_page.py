"""The page of all messages says what the AsyncAPI document says, and nothing in it is taken for markup."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner
from duban.cli import main
from duban.event_page import page, rows
from event_contracts.asyncapi import document

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_every_message_has_its_place_and_its_link() -> None:
    made = document("0.1.0")
    html = page(made)
    names = set(made["components"]["messages"])
    assert set(re.findall(r'<article id="([^"]+)">', html)) == names
    assert set(re.findall(r'<a href="#([^"]+)">', html)) == names


def test_text_of_the_document_is_never_markup() -> None:
    made = document("0.1.0")
    made["components"]["messages"]["reply.sent.v1"]["summary"] = "<script>alert(1)</script>"
    assert "<script" not in page(made)


def test_fields_inside_lists_and_objects_stand_on_one_level_with_their_bounds() -> None:
    schema = {
        "properties": {
            "items": {
                "type": "array",
                "maxItems": 3,
                "items": {"properties": {"unit": {"type": "string"}}, "required": ["unit"]},
            },
            "note": {"anyOf": [{"type": "string", "maxLength": 9, "pattern": r"\S"}, {"type": "null"}]},
        },
        "required": ["items"],
    }
    told = [(row.name, row.type, row.required, row.bounds) for row in rows(schema)]
    assert told == [
        ("items", "list of any", True, "≤ 3 entries"),
        ("items[].unit", "string", True, ""),
        ("note", "string", False, "≤ 9 characters, not blank"),
    ]


def test_the_command_writes_the_document_and_the_page_of_the_docs(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["contracts", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    for name in ("asyncapi.json", "messages.html", "openapi.json", "http.html", "http-authorisation.md", "authorisation.md"):
        assert (tmp_path / name).read_text("utf-8") == (DOCS / name).read_text("utf-8"), "run: duban contracts --out docs"
