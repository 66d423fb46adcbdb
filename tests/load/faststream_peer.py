"""The peer that intake is measured against: FastStream on RabbitMQ with asyncpg, doing the same work message by message.

For each event: validate its fields (pydantic), store it idempotently in one row, publish one derived event and wait for its
confirm, acknowledge. Messages are handled concurrently up to the prefetch, which is how FastStream reaches its rate.

    python faststream_peer.py AMQP_URL DATABASE_URL COUNT

Reads COUNT messages from the queue `peer.inbound`; prints one JSON line: `seconds` (first message to last confirm),
`cpu_seconds` of this process in that time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import datetime
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, uuid5

import asyncpg
from faststream import FastStream
from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue
from pydantic import BaseModel, ConfigDict, Field

PREFETCH = 200
"""Messages under way at once; more makes it slower here."""
CONNECTIONS = 10
"""Database connections; as asyncpg's own default."""

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS peer;
CREATE TABLE IF NOT EXISTS peer.report (
    source text, id text, matter text NOT NULL, unit text NOT NULL, filed_at timestamptz NOT NULL, percent integer,
    body text NOT NULL, evidence jsonb NOT NULL, PRIMARY KEY (source, id))
"""
INSERT = """
INSERT INTO peer.report (source, id, matter, unit, filed_at, percent, body, evidence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id
"""


class Strict(BaseModel):
    """Unknown fields are errors, as at intake."""

    model_config = ConfigDict(extra="forbid")


class Evidence(Strict):
    kind: Literal["PHOTO", "VIDEO", "STATEMENT", "DOCUMENT"]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    collected_at: datetime
    place: Annotated[str, Field(max_length=256)]
    collector: Annotated[str, Field(max_length=128)]


class Report(Strict):
    matter: Annotated[str, Field(min_length=1, max_length=128)]
    unit: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,15}$")]
    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    percent: Annotated[int, Field(ge=0, le=100)]
    evidence: list[Evidence]


class Event(Strict):
    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, max_length=128)]
    source: str
    type: Literal["progress.reported.v1"]
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"]
    data: Report


class Meter:
    """From the first message to the last confirm."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.began: tuple[float, float] | None = None
        self.done = asyncio.Event()

    def start(self) -> None:
        if self.began is None:
            self.began = time.perf_counter(), time.process_time()

    def finish_one(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.done.set()

    def result(self) -> dict[str, float]:
        assert self.began is not None
        return {"seconds": time.perf_counter() - self.began[0], "cpu_seconds": time.process_time() - self.began[1]}


def application(url: str, pool: asyncpg.Pool, meter: Meter) -> FastStream:
    """One subscriber on a quorum queue, one publisher with confirms."""
    broker = RabbitBroker(url, default_channel=Channel(prefetch_count=PREFETCH, publisher_confirms=True))
    exchange = RabbitExchange("peer.events", type=ExchangeType.TOPIC, durable=True)

    @broker.subscriber(RabbitQueue("peer.inbound", queue_type=QueueType.QUORUM, durable=True))
    async def handle(event: Event) -> None:
        meter.start()
        report = event.data
        evidence = json.dumps([item.model_dump(mode="json") for item in report.evidence])
        row = (event.source, event.id, report.matter, report.unit, event.time, report.percent, report.text, evidence)
        if await pool.fetchval(INSERT, *row) is not None:
            derived = {
                "specversion": "1.0",
                "id": str(uuid5(NAMESPACE_URL, f"{event.source}/{event.id}")),
                "source": "/peer",
                "type": "peer.progress.reported.v1",
                "subject": event.subject,
                "time": event.time.isoformat(),
                "datacontenttype": "application/json",
                "data": {"filing": event.id, **report.model_dump(mode="json")},
            }
            await broker.publish(derived, exchange=exchange, routing_key="peer.progress.reported.v1", persist=True)
        meter.finish_one()

    return FastStream(broker)


async def measure(amqp_url: str, database_url: str, count: int) -> dict[str, float]:
    """Handle `count` messages that wait in the queue."""
    async with asyncpg.create_pool(database_url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        await pool.execute(SCHEMA)
        meter = Meter(count)
        app = application(amqp_url, pool, meter)
        running = asyncio.create_task(app.run(log_level=50))
        await meter.done.wait()
        result = meter.result()
        app.exit()
        await running
    return result


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1], sys.argv[2], int(sys.argv[3])))), flush=True)
