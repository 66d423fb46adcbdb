"""Settings of notify: none of its own yet. What every service reads stands in `service_chassis.config.Settings`; how notices
are served is policy (`service`, the calendar and the timezone)."""

from __future__ import annotations

from service_chassis.config import Settings

__all__ = ["Settings"]
