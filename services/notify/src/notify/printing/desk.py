"""What every paper is written with: the events, the city's words and names, and the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ground_rules.limits import local_date
from ground_rules.policy import Policy

from notify.printing import wording
from notify.printing.casebook import Casebook
from notify.printing.settings import PrintSettings
from notify.printing.wording import Named

REGULATION = "《政府督查工作条例》（国务院令第733号）"


@dataclass(frozen=True, slots=True)
class Desk:
    """`listed` are names that somebody gave for this printing; they go before the published ones, `named` comes last."""

    book: Casebook
    policy: Policy
    settings: PrintSettings
    named: Named = str
    listed: Mapping[str, str] = field(default_factory=dict)

    def unit(self, code: str, on: date) -> str:
        """A unit's name on the day of the paper: as given, as published (units.published), else as the city calls it."""
        return wording.line(self.listed.get(code) or self.book.unit_name(code, on) or self.named(code))

    def local(self, at: datetime) -> date:
        """The local day of an instant."""
        return local_date(at, self.policy.zone)

    def day(self, at: datetime) -> str:
        """The same as it is written."""
        return wording.day(self.local(at))
