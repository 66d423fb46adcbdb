"""What the schemas of several inbound types have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from event_contracts import vocabulary
from event_contracts.event import Evidence, TimeLimit
from event_contracts.parts import Code, Contract, Group, Instant, OneOf, Several, Text, UnitCode, Whole


def reference_field(*, required: bool = True) -> Code:
    """Our id of something, or the sender's own reference to it."""
    hint = "应为 1 至 128 个字符的编号 / must be a reference of 1 to 128 characters, without blanks around it"
    return Code(r"[^\x00-\x20\x7f]([^\x00-\x1f\x7f]{0,126}[^\x00-\x20\x7f])?", hint, required=required)


def cause_field(*, required: bool = True) -> Code:
    """The code of a cause, as the office's own list has it."""
    return Code(
        "[A-Z][A-Z0-9_]{1,47}", "应为原因代码 / must be the code of a cause, such as FUNDS_NOT_ALLOCATED", required=required
    )


def person_field(*, required: bool = True) -> Text:
    """A person's name, as a plain text."""
    return Text(128, required=required)


def colour_field(*, required: bool = False) -> OneOf:
    """A colour of the ladder."""
    return OneOf(vocabulary.COLOURS, required=required)


def owner_field() -> OneOf:
    """The clock that a request is about, where it is not that of the work: the answer to the source."""
    return OneOf(vocabulary.NAMED_CLOCKS, required=False)


def evidence_field() -> Several:
    """Pieces of evidence; may be none."""
    return Several(Group(EvidenceContract), 100)


class LimitContract(Contract):
    MAKES = TimeLimit
    RULE: ClassVar[dict[str, Any]] = {
        "if": {"properties": {"unit": {"const": "MONTH"}}, "required": ["unit"]},
        "then": {"properties": {"amount": {"maximum": vocabulary.MOST_MONTHS}}},
    }
    amount = Whole(1, vocabulary.MOST_DAYS)
    unit = OneOf(vocabulary.LIMIT_UNITS)

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        if values["unit"] == "MONTH" and values["amount"] > vocabulary.MOST_MONTHS:
            return {"amount": [f"应为 1 至 {vocabulary.MOST_MONTHS} 个月 / must be 1 to {vocabulary.MOST_MONTHS} months"]}
        return {}


class EvidenceContract(Contract):
    MAKES = Evidence
    kind = OneOf(vocabulary.EVIDENCE_KINDS)
    sha256 = Code("[0-9A-Fa-f]{64}", "应为 64 位十六进制 / must be 64 hexadecimal digits")
    collected_at = Instant(required=False)
    place = Text(256, required=False)
    collector = person_field(required=False)


class AboutUnitContract(Contract):
    """What every further message has."""

    matter = reference_field()
    unit = UnitCode()


def days_field(*, required: bool = True) -> Whole:
    """A number of days, at least one."""
    return Whole(1, vocabulary.MOST_DAYS, required=required)
