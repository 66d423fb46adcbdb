"""How a command reaches the broker: by the settings that services have, each also as an option."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import click

OPTIONS = {
    "--url": ("AMQP_URL", "消息总线地址 / broker, amqps://account:password@host/duban; the certificate must name this host"),
    "--ca": ("DUBAN_AMQP_CA", "信任的根证书 / certificates to trust with amqps://"),
    "--cert": ("DUBAN_AMQP_CERT", "客户端证书 / one's own certificate; logs in where the address has no password"),
    "--key": ("DUBAN_AMQP_KEY", "其私钥 / its key"),
}
"""Option → the setting that it stands for, and what it is."""


def broker_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say where the broker is; they reach the command as `url`, `ca`, `cert` and `key`."""
    for name, (setting, text) in reversed(OPTIONS.items()):
        metavar = "URL" if name == "--url" else "FILE"
        command = click.option(name, metavar=metavar, help=f"{text}; default: ${setting}")(command)
    return command


def is_named(way: Mapping[str, str | None]) -> bool:
    """Whether a broker is named at all, by option or by setting."""
    return bool(way["url"] or os.environ.get("AMQP_URL") or os.environ.get("AMQP_URL_FILE"))


def broker(way: Mapping[str, str | None]) -> Any:
    """The broker of these options, with the environment for what they leave out. ConfigError says what is wrong or missing."""
    from service_chassis import config
    from service_chassis.errors import ConfigError
    from service_chassis.messaging.connection import Broker

    if not is_named(way):
        raise ConfigError("no broker: set AMQP_URL or give --url, e.g. amqps://zjj:password@broker/duban")
    told = {key: os.environ[key] for key in config.keys(config.ToBroker) if key in os.environ}
    if way["url"]:
        told.pop("AMQP_URL_FILE", None)
    told |= {OPTIONS[f"--{name}"][0]: value for name, value in way.items() if value}
    found = config.load(told, config.ToBroker)
    return Broker(found.amqp_url, found.amqp_ca, found.amqp_cert, found.amqp_key)
