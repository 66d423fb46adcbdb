"""The official CloudEvents SDK reads what we publish, and we read what it writes, in both modes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_rabbitmq_event, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from event_contracts.event import Message
from event_contracts.wire import CONTENT_TYPE, REQUESTS, inbound_to_wire, read_published, to_wire

EXAMPLES = sorted((Path(str(files("event_contracts"))) / "catalogue").glob("*.v*/examples/*.json"))


def written_by_the_sdk(event: dict[str, Any]) -> CloudEvent:
    attributes = {name: value for name, value in event.items() if name != "data"}
    return CloudEvent(attributes | {"time": datetime.fromisoformat(event["time"])}, event["data"])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_the_sdk_reads_what_we_publish(path: Path) -> None:
    message = read_published(path.read_bytes())
    event = from_rabbitmq_event(RabbitMQMessage({}, CONTENT_TYPE, to_wire(message)))
    assert (event.get_id(), event.get_source(), event.get_type()) == (message.id, message.source, message.type)
    assert (event.get_subject(), event.get_time()) == (message.subject, message.time)
    assert event.get_extension("sequence") == message.sequence
    assert isinstance(event.get_data(), dict)


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_we_read_what_the_sdk_writes_in_binary_mode(
    example: Callable[[str], dict[str, Any]], send: Callable[..., Message], name: str
) -> None:
    event = example(name)
    sent = to_binary_event(written_by_the_sdk(event))
    wanted = send(event)
    said = {"content_type": sent.content_type, "headers": sent.headers, "routing_key": f"{wanted.sender}.{name}"}
    body = sent.body if isinstance(sent.body, bytes) else sent.body.encode()
    assert send(body, **said) == wanted


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_we_read_what_the_sdk_writes_in_structured_mode(
    example: Callable[[str], dict[str, Any]], send: Callable[..., Message], name: str
) -> None:
    event = example(name)
    sent = to_structured_event(written_by_the_sdk(event))
    wanted = send(event)
    assert send(sent.body, content_type=sent.content_type, headers=sent.headers, routing_key=f"{wanted.sender}.{name}") == wanted


def test_the_sdk_reads_an_inbound_message_that_we_write(
    example: Callable[[str], dict[str, Any]], send: Callable[..., Message]
) -> None:
    message = send(example("completion.claimed.v1"))
    event = from_rabbitmq_event(RabbitMQMessage({}, CONTENT_TYPE, inbound_to_wire(message)))
    assert (event.get_id(), event.get_time()) == (message.id, message.time)
