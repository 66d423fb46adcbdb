"""Settings of notify: the channels file. What every service reads stands in `service_chassis.config.Settings`; how notices
are served is policy (`service`, the calendar, the delivery window and the timezone)."""

from __future__ import annotations

from dataclasses import dataclass

from service_chassis import config
from service_chassis.config import setting

from notify.channels import plan


def channels(value: str) -> plan.Plan:
    """The channels that a file describes."""
    return plan.read(config.file(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(config.Settings):
    """Without `DUBAN_CHANNELS` nothing leaves the house: notices are recorded only."""

    channels: plan.Plan = setting(
        "DUBAN_CHANNELS",
        channels,
        "file (TOML) of the channels and whom they lead to; without it nothing is sent",
        default=plan.Plan(),
    )
