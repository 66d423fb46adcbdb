"""Escalation's own settings, beside the chassis'."""

from __future__ import annotations

from dataclasses import dataclass

from service_chassis.config import Settings, setting

NUMBER_PREFIX = "咸督办"
"""The city's prefix of document numbers: 咸督办〔2026〕黄字第3号."""

MOST_PREFIX = 20


def prefix(value: str) -> str:
    """A short prefix for document numbers."""
    if not value.strip() or len(value) > MOST_PREFIX:
        raise ValueError(f"a prefix of 1 to {MOST_PREFIX} characters, e.g. {NUMBER_PREFIX}")
    return value.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationSettings(Settings):
    """Everything that escalation reads from its environment."""

    number_prefix: str = setting("DUBAN_NUMBER_PREFIX", prefix, "prefix of the slips' document numbers", default=NUMBER_PREFIX)
