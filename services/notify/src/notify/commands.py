"""`python -m notify deliver` sends what waits; `letters` shows what could not be sent, and lets a person try again.

`hooks` and `webhooks` are the same for other systems.
"""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from service_chassis.cli import Command
from service_chassis.errors import ConfigError

if TYPE_CHECKING:
    from ground_rules.policy import Policy
    from service_chassis.station import Station

    from notify.config import Settings

SHOWN = ("copy_id", "state", "channel", "unit", "addressee", "kind", "colour", "external_ref", "attempts", "perhaps", "detail")

SIGNED = ("unit", "kind", "colour", "renewal", "signed_by", "signed_at", "mode")


def deliver(station: Station, policy: Policy, words: Sequence[str]) -> int:
    """Send what waits until told to stop."""
    from service_chassis.rulebook import Rulebook

    from notify.delivering import Courier, Post
    from notify.store import deliveries

    if words:
        raise ConfigError(f"deliver takes no further words: {' '.join(words)}")
    if station.runtime.database.is_sqlite:
        raise ConfigError("deliver needs PostgreSQL: its channels work at the same time")
    settings: Settings = station.settings  # type: ignore[assignment]
    runtime = station.runtime

    def put(copy: Any) -> None:
        with runtime.database.begin() as session:
            deliveries.put_into_inbox(session, copy)

    channels = settings.channels.open(runtime.clock.now, put)
    if not channels:
        raise ConfigError("there is nothing to deliver by: set DUBAN_CHANNELS to a file that describes channels")

    def courier(name: str, channel: Any) -> Courier:
        return Courier(name, channel, runtime, Rulebook(policy), settings.channels.ways)

    post = Post(channels, courier, station.health, settings.tick_seconds)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: post.stop())
    post.run()
    return 0


def letters(station: Station, _policy: Policy, words: Sequence[str]) -> int:
    """List copies that were not delivered, or who signed, or put one back into the queue; 1 where there is no such copy."""
    from notify.domain.sending import State
    from notify.store import deliveries
    from notify.store.letters import signatures

    parser = argparse.ArgumentParser(prog="python -m notify letters", description="未能送出的通知 / notices that did not leave")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--failed", action="store_true", help="投递失败或无渠道 / failed for good, or without a channel")
    what.add_argument("--waiting", action="store_true", help="尚待投递 / not delivered yet")
    what.add_argument("--signed", metavar="MATTER", help="谁已签收 / who signed for the letters of a matter, and when")
    what.add_argument("--again", metavar="COPY", help="重新投递一份 / try a failed copy again, from its first attempt")
    wanted = parser.parse_args(words)
    with station.runtime.database.begin() as session:
        if wanted.again:
            found = deliveries.again(session, wanted.again, station.runtime.clock.now())
            print(f"{wanted.again}: {'重新排队 / in the queue again' if found else '没有这份失败的通知 / no such failed copy'}")
            return 0 if found else 1
        if wanted.signed:
            for row in signatures(session, wanted.signed):
                print(json.dumps({key: row[key] for key in SIGNED}, ensure_ascii=False, default=str))
            return 0
        states = (State.FAILED, State.NOT_SENT) if wanted.failed else (State.WAITING, State.TRYING)
        for row in deliveries.listed(session, *states):
            print(json.dumps({key: row[key] for key in SHOWN}, ensure_ascii=False))
    return 0


def hooks(station: Station, _policy: Policy, words: Sequence[str]) -> int:
    """Read the archive and call webhooks until told to stop."""
    import ssl
    from functools import partial

    from service_chassis.cli import NO_BROKER
    from service_chassis.messaging import archive

    from notify.webhooks.calling import Caller
    from notify.webhooks.egress import Egress
    from notify.webhooks.feeding import Feeder
    from notify.webhooks.office import Office

    settings: Settings = station.settings  # type: ignore[assignment]
    runtime = station.runtime
    if words:
        raise ConfigError(f"hooks takes no further words: {' '.join(words)}")
    if settings.amqp_url == NO_BROKER:
        raise ConfigError("hooks needs AMQP_URL: it reads duban.archive")
    if runtime.database.is_sqlite:
        raise ConfigError("hooks needs PostgreSQL: it calls several receivers at the same time")
    read = partial(archive.pieces, station.broker, station.connection_name)
    trust = ssl.create_default_context(cafile=settings.webhook_ca) if settings.webhook_ca else None
    caller = Caller(runtime, Egress(rules=settings.webhook_rules, trust=trust), settings.webhook_fetch)
    feeder = Feeder(runtime, lambda start, follow: read(start, follow=follow, quiet=settings.tick_seconds))
    office = Office(feeder, caller, runtime, station.health, settings.tick_seconds)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: office.stop())
    office.run()
    return 0


def webhooks(station: Station, _policy: Policy, words: Sequence[str]) -> int:
    """Register receivers, look at them, send again."""
    from notify.webhooks import desk

    settings: Settings = station.settings  # type: ignore[assignment]
    return desk.run(station.runtime, settings.webhook_rules, words)


COMMANDS = MappingProxyType(
    {
        "deliver": Command("send notices by the channels of DUBAN_CHANNELS (any number)", deliver, serves=True),
        "letters": Command("--failed: what could not be delivered; --waiting; --again COPY; --signed MATTER", letters),
        "hooks": Command("send events to the webhooks of other systems (any number)", hooks, serves=True),
        "webhooks": Command("add|list|rotate|disable|enable|deliveries|redeliver: those webhooks", webhooks),
    }
)
