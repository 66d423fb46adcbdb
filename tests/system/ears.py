"""What can be heard, read and counted outside intake while real processes run on real servers."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import amqp
from city import SERVICES, City
from deployed import PASSWORD
from servers import Broker


@contextmanager
def listening_to(url: str) -> Iterator[Callable[[], dict[str, bytes]]]:
    """An ear on every exchange that somebody outside may read: exchange → all that was heard there."""
    connection = amqp.Connection(f"127.0.0.1:{urlsplit(url).port}", "guest", PASSWORD, virtual_host="duban")
    connection.connect()
    channel = connection.channel()
    exchanges = ("duban.events", "duban.rejected")
    for exchange in exchanges:
        channel.queue_declare(f"ear.{exchange}", durable=True, auto_delete=False)
        channel.queue_bind(f"ear.{exchange}", exchange, "#")
    connection.collect()

    def heard() -> dict[str, bytes]:
        again = amqp.Connection(f"127.0.0.1:{urlsplit(url).port}", "guest", PASSWORD, virtual_host="duban")
        again.connect()
        channel, found = again.channel(), {}
        channel.auto_decode = False
        for exchange in exchanges:
            taken = iter(partial(channel.basic_get, f"ear.{exchange}", no_ack=True), None)
            told = (f"{one.delivery_info['routing_key']} {one.properties}".encode() + one.body for one in taken)
            found[exchange] = b"\n".join(told)
            channel.queue_delete(f"ear.{exchange}")
        again.collect()
        return found

    yield heard


def outside_intake(city: City, broker: Broker) -> dict[str, bytes]:
    """Logs and metrics of every process, the broker's log, and every row of every schema but intake's."""
    found = {f"log of {place}": (city.folder / f"{place}.log").read_bytes() for place in city.processes}
    found["log of the broker"] = broker.log.read_bytes()
    for place in city.processes:
        address = re.findall(rb'"health": ?"(http://[^"]+)"', found[f"log of {place}"])[-1].decode()
        with urllib.request.urlopen(f"{address}/metrics", timeout=5) as answer:
            found[f"metrics of {place}"] = answer.read()
    tables = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
    for schema, table in city.reconnected().execute(tables).fetchall():
        if schema in SERVICES and schema != "intake":
            rows = city.reconnected().execute(f'SELECT t::text FROM {schema}."{table}" t').fetchall()  # type: ignore[arg-type]
            bodies = b"".join(bytes.fromhex(digits) for (row,) in rows for digits in re.findall(r"\\\\x((?:[0-9a-f]{2})+)", row))
            found[f"tables of {schema}"] = found.get(f"tables of {schema}", b"") + str(rows).encode() + bodies
    return found
