"""Writes the systemd units beside this file: one template for each role, instances are the services (`duban-consume@intake`).

    .venv/bin/python deploy/systemd/write_units.py

Only the first lines of a unit differ; what locks a process in is the same for all and stands here once. Secrets are credentials:
systemd hands each process private copies of the files below /etc/duban/secrets, and the settings `…_URL_FILE` name them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SERVICES = ("intake", "escalation", "scoring", "notify")
STOP_SECONDS = 75
"""Longer than the longest statement (60 s), a batch's settling time (`DUBAN_STOP`, 10 s), and nameko's own few seconds."""
NIGHT = "*-*-* 02:30:00 Asia/Shanghai"


@dataclass(frozen=True)
class Unit:
    """What differs between the units."""

    role: str
    text: str
    broker: bool = True
    """Whether it talks to the broker; one that does not is not given its password."""
    owner: bool = False
    """Whether it comes as the owner of the tables and the account that declares queues."""
    only: str | None = None
    """The one service that has this role."""
    once: bool = False
    """It ends by itself; a failure is told and not tried again at once."""
    nightly: bool = False
    """A timer of the same name starts it."""
    memory: str = "1G"
    longest: int = 900
    """Seconds that one that ends by itself may take."""

    @property
    def name(self) -> str:
        """`duban-consume@.service`, or `duban-notify-deliver.service` for a role of one service alone."""
        return f"duban-{self.only}-{self.role}.service" if self.only else f"duban-{self.role}@.service"

    def instances(self) -> list[str]:
        """The units that run."""
        return [self.name] if self.only else [self.name.replace("@", f"@{service}") for service in SERVICES]


UNITS = (
    Unit("migrate", "brings the schema and the queues of %i to this release", owner=True, once=True),
    Unit("consume", "handles messages of %i"),
    Unit("tick", "answers due timers of %i"),
    Unit("relay", "publishes what %i announced"),
    Unit("api", "health, metrics, lists and doors of %i"),
    Unit("deliver", "sends notices out of the house", broker=False, only="notify"),
    Unit("hooks", "calls the webhooks of other systems", only="notify"),
    Unit(
        "tidy",
        "erases and archives what of %i is past its retention",
        broker=False,
        owner=True,
        once=True,
        nightly=True,
        longest=21600,
    ),
    Unit("serve", "what officers and units look at, and where they act", only="board", memory="3G"),
)

LOCKED = """\
User=duban
Group=duban
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
TasksMax=128
"""
"""MemoryDenyWriteExecute is not set: greenlet and cffi need writable code pages on some machines."""


def text(unit: Unit) -> str:
    """The unit file."""
    service = unit.only or "%i"
    once = unit.once
    prefix = "BOARD_" if service == "board" else ""
    place = f"/etc/duban/secrets/{service}"
    secrets = [("database_url", f"{place}/{'owner_' if unit.owner else ''}database_url")]
    if unit.broker:
        secrets.append(("amqp_url", "/etc/duban/secrets/deployer_amqp_url" if unit.owner else f"{place}/amqp_url"))
    lines = [
        "# Written by write_units.py; change it there.",
        "[Unit]",
        f"Description=duban: {unit.text}",
        "After=network-online.target postgresql.service rabbitmq-server.service",
        "Wants=network-online.target",
        *([] if once else ["PartOf=duban.target", "StartLimitIntervalSec=0"]),
        "",
        "[Service]",
        f"Type={'oneshot' if once else 'exec'}",
        f"ExecStart=/opt/duban/bin/python -m {service} {unit.role}",
        "EnvironmentFile=/etc/duban/duban.env",
        f"EnvironmentFile=-/etc/duban/{service}-{unit.role}.env",
        *(f"LoadCredential={name}:{file}" for name, file in secrets),
        *(f"Environment={prefix}{name.upper()}_FILE=%d/{name}" for name, _ in secrets),
        "StandardError=journal",
        f"SyslogIdentifier=duban-{service}-{unit.role}",
        *([f"TimeoutStartSec={unit.longest}"] if once else ["Restart=always", "RestartSec=5", f"TimeoutStopSec={STOP_SECONDS}"]),
        "",
        f"{LOCKED}MemoryMax={unit.memory}",
        *(["OOMPolicy=continue"] if unit.only == "board" else []),
        "",
        *([] if once else ["[Install]", "WantedBy=duban.target"]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def timer(unit: Unit) -> str:
    """The timer of a unit that runs at night, in the city's time; a night that the machine was off is made up for."""
    lines = [
        "# Written by write_units.py; change it there.",
        "[Unit]",
        f"Description=duban: every night {unit.text}",
        "PartOf=duban.target",
        "",
        "[Timer]",
        f"OnCalendar={NIGHT}",
        "RandomizedDelaySec=30min",
        "Persistent=yes",
        "",
        "[Install]",
        "WantedBy=duban.target",
    ]
    return "\n".join(lines) + "\n"


TARGET = """\
# Written by write_units.py; change it there.
[Unit]
Description=duban: every role of every service that is enabled on this machine
Wants=network-online.target
After=network-online.target

[Install]
WantedBy=multi-user.target
"""


def files() -> dict[str, str]:
    """Name → content of every unit."""
    timers = {unit.name.replace(".service", ".timer"): timer(unit) for unit in UNITS if unit.nightly}
    return {unit.name: text(unit) for unit in UNITS} | timers | {"duban.target": TARGET}


if __name__ == "__main__":
    for name, content in files().items():
        Path(__file__).with_name(name).write_text(content, "utf-8")
