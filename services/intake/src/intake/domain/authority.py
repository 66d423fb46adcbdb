"""Who may supervise whom (Decree 733 art. 7 and 11; domain.md a′.1, AC-20).

The office may; a unit may follow its own work; for anything else it needs a designation that names its basis and is in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from intake.domain.faults import Fault
from intake.domain.sources import RULES, SourceType

OFFICE = "OFFICE"


class Basis(StrEnum):
    """The only ways in which a supervision may begin (art. 11)."""

    DECISION = "DECISION"
    INSTRUCTION = "INSTRUCTION"
    APPROVED_PROPOSAL = "APPROVED_PROPOSAL"


SPELLINGS: Mapping[Basis, tuple[str, ...]] = MappingProxyType(
    {
        Basis.APPROVED_PROPOSAL: ("PROPOSAL", "APPROVED", "批准", "审批", "批复"),
        Basis.INSTRUCTION: ("INSTRUCTION", "批示", "指示"),
        Basis.DECISION: ("DECISION", "决定", "决议", "会议", "授权", "指定", "〔"),
    }
)
"""By which words a written basis is recognised; read in this order, since an approved proposal often ends in a decision.

`〔` stands in every document number (咸政发〔2026〕3号): a basis that cites a document of the government names a decision."""

PRINCIPALS = frozenset({"PARTY", "GOVERNMENT", "JOINT"})
"""In whose name supervision is done (domain.md B3)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The designation that a submitter shows. `until` is its last day, included."""

    principal: str
    basis: str
    until: date | None = None


_WITH_A_BASIS = frozenset({SourceType.MAJOR_DECISION, SourceType.LEADER_INSTRUCTION})
"""A decision of the government and an instruction of its head are what art. 11 wants."""


def needs_approval(submitter: str, source: SourceType) -> bool:
    """Whether somebody must approve that this matter is opened: the office proposes it of its own accord (art. 11).

    A unit shows its designation; decisions, instructions, and what law obliges to answer need no further approval.
    """
    return submitter == OFFICE and source not in _WITH_A_BASIS and not RULES[source].answered


def basis_of(written: str) -> Basis | None:
    """The kind of basis that a text names, or None: `INSTRUCTION`, `instruction of the head`, `市长批示` are one kind."""
    text = written.upper()
    for basis, words in SPELLINGS.items():
        if any(word in text for word in words):
            return basis
    return None


def lack_of_authority(submitter: str, units: Iterable[str], grant: Grant | None, today: date) -> Fault | None:
    """Why this submitter may not give these units a matter on the local day `today`, or None if it may."""
    if submitter == OFFICE:
        return None
    others = sorted({unit for unit in units if unit != submitter})
    if not others:
        return None
    return _missing(others) if grant is None else _flaw(grant, today)


def _missing(others: list[str]) -> Fault:
    named = "、".join(others)
    return _fault(
        "/data/authorisation",
        f"未附授权，不能督查{named}；请附 authorisation（依据：决定、批示或经批准的建议），或由督查室提交",
        f"no authorisation to supervise {', '.join(others)}; add `authorisation` with its basis, or let the office submit it",
    )


def _flaw(grant: Grant, today: date) -> Fault | None:
    if grant.principal not in PRINCIPALS:
        return _fault(
            "/data/authorisation/principal",
            f"授权主体“{grant.principal}”无效，应为 PARTY、GOVERNMENT 或 JOINT",
            f"unknown principal {grant.principal!r}; use PARTY, GOVERNMENT or JOINT",
        )
    if basis_of(grant.basis) is None:
        return _fault(
            "/data/authorisation/basis",
            "授权依据无法识别，应为决定（DECISION）、批示（INSTRUCTION）或经批准的建议（APPROVED_PROPOSAL）",
            f"the basis {grant.basis!r} is none of DECISION, INSTRUCTION, APPROVED_PROPOSAL (Decree 733 art. 11)",
        )
    if grant.until is not None and grant.until < today:
        return _fault(
            "/data/authorisation/until",
            f"授权已于{grant.until}到期，请重新取得授权",
            f"the authorisation ended on {grant.until}; obtain a new one",
        )
    return None


def _fault(pointer: str, chinese: str, english: str) -> Fault:
    return Fault("AUTHORITY_MISSING", f"{chinese} / {english}", pointer)
