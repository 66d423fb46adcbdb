"""Settings of scoring: none of its own. What every service reads stands in `service_chassis.config.Settings`; what a slip
costs, and which year it burdens, is policy (`yellow.deduction`, `red.deduction`, `year_attribution`)."""

from __future__ import annotations

from service_chassis.config import Settings

__all__ = ["Settings"]
