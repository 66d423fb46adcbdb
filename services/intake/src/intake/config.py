"""Settings of intake: none of its own yet. What every service reads stands in `service_chassis.config.Settings`; limits,
zone and who verifies are policy."""

from __future__ import annotations

from service_chassis.config import Settings

__all__ = ["Settings"]
