"""Settings of notify: the channels file. What every service reads stands in `service_chassis.config.Settings`; how notices
are served is policy (`service`, the calendar, the delivery window and the timezone)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from service_chassis import config
from service_chassis.config import setting

from notify.channels import plan
from notify.webhooks.targets import Rules, read_rules


def channels(value: str) -> plan.Plan:
    """The channels that a file describes."""
    return plan.read(config.file(value))


def targets(value: str) -> Rules:
    """Where webhooks may go."""
    return read_rules(value)


def fetch(value: str) -> str:
    """An address to be filled in."""
    if not value.startswith(("https://", "http://", "/")) or not ("{id}" in value or "{subject}" in value):
        raise ValueError("a URL with {id} or {subject} in it, https://duban.example.org/{service}/v1/events/{id}")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(config.Settings):
    """Without `DUBAN_CHANNELS` nothing leaves the house: notices are recorded only."""

    channels: plan.Plan = setting(
        "DUBAN_CHANNELS",
        channels,
        "file (TOML) of the channels and whom they lead to; without it nothing is sent",
        default=plan.Plan(),
    )
    webhook_targets: Rules = setting(
        "DUBAN_WEBHOOK_TARGETS",
        targets,
        "where webhooks may go: public, and network:port for each internal receiver (10.20.0.0/16:443,…); all else is refused",
        default=Rules(),
    )
    webhook_plain: str = setting(
        "DUBAN_WEBHOOK_HTTP", config.one_of("refused", "allowed"), "whether http:// receivers are accepted", default="refused"
    )
    webhook_ca: Path | None = setting("DUBAN_WEBHOOK_CA", config.file, "certificates to trust of receivers", default=None)
    webhook_fetch: str = setting(
        "DUBAN_WEBHOOK_FETCH",
        fetch,
        "where a receiver gets what a thin webhook leaves out: a URL with {service}, {id}, {subject}, {type} filled in;"
        " by default a path at the HTTP door of the service that published it",
        default="/v1/events/{id}",
    )

    @property
    def webhook_rules(self) -> Rules:
        """Where webhooks may go, and whether without TLS."""
        return replace(self.webhook_targets, plain=self.webhook_plain == "allowed")
