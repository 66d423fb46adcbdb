"""The AsyncAPI 3.0 document of duban: every channel, message and example, made from the classes that the services use.

`python -m event_contracts asyncapi` prints it; `docs/asyncapi.json` is the copy that a test compares. "receive" and "send" are
meant from duban's side, as AsyncAPI has it: what a department publishes, duban receives.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from event_contracts import inbound
from event_contracts.event import Fact, Request
from event_contracts.inbound import REFUSAL_CODES
from event_contracts.published import CONTENT_TYPE, FACTS
from event_contracts.refusal import MEANINGS, told_code
from event_contracts.schemas import REQUESTS
from event_contracts.wire import json_schema

Node = dict[str, Any]

INBOUND, EVENTS, REJECTED = "duban.inbound", "duban.events", "duban.rejected"
_OURS = inbound.CutMarked.TYPE
"""Markers are between the services (events.md section 2); no department sends or needs them."""
_CATALOGUE = files("event_contracts") / "catalogue"
_ABOUT = """督办平台的全部消息：部门与督查室发来的（duban.inbound）、各服务公布的（duban.events）、
退回发送方的（duban.rejected）。
每条消息都是一个 CloudEvents 1.0 事件。

Every message of duban: what departments and the office send (duban.inbound), what the services announce (duban.events), and what
is refused (duban.rejected). Each message is one CloudEvent."""
_SENDERS: Mapping[str, str] = {
    **dict.fromkeys(inbound.BY_THE_UNIT, "责任单位本身 / the unit itself, for itself"),
    **dict.fromkeys(inbound.BY_THE_OFFICE, "督查室 / the supervision office (OFFICE)"),
    **dict.fromkeys(inbound.BY_A_BODY, "督查室或受移送机关 / the office, or the body that the referral went to"),
    **dict.fromkeys(inbound.BY_THE_ASSESSMENT_OFFICE, "督查室或考核办 / the office, or the assessment office (ASSESSMENT)"),
}
_ANYBODY = "任何有账号的单位和督查室 / any unit with an account, and the office"


def who_may_send(type_: str) -> str:
    """In words: whose account may send this inbound type."""
    return _SENDERS.get(type_, _ANYBODY)


def document(version: str) -> Node:
    """The whole document; `version` is the release that it describes."""
    asked = {name: cls for name, cls in REQUESTS.items() if name != _OURS}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "duban 督办",
            "version": version,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "tags": [{"name": name} for name in ("inbound", "intake", "escalation", "scoring", "notify", "refusal")],
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": _servers(),
        "channels": dict(_inbound_channels(asked)) | dict(_event_channels()) | {"rejected": _rejected_channel()},
        "operations": dict(_operations(asked)),
        "components": {
            "messages": dict(_inbound_messages(asked)) | dict(_fact_messages()) | {"message.refused": _refusal_message()},
            "schemas": {"CloudEvent": _envelope(), "Refusal": _refusal_data()} | _data_schemas(asked),
            "parameters": {"sender": _sender()},
            "securitySchemes": {"account": {"type": "userPassword", "description": "部门账号 / the account of the department"}},
        },
    }


def _servers() -> Node:
    security = [{"$ref": "#/components/securitySchemes/account"}]
    return {
        "city": {
            "host": "{host}:5671",
            "protocol": "amqps",
            "protocolVersion": "0-9-1",
            "description": "市级消息总线（RabbitMQ）/ the city's broker (RabbitMQ)",
            "variables": {"host": {"description": "由运维提供 / told by the operators", "default": "mq.example.org"}},
            "security": security,
        },
    }


def _sender() -> Node:
    return {
        "description": "发送单位代码，与账号一致；督查室为 OFFICE / the sender's unit code as the account has it, or OFFICE",
        "examples": ["ZJJ", "OFFICE"],
    }


# ---------------------------------------------------------------- channels and operations


def _channel(exchange: str, address: str, name: str, **more: Any) -> Node:
    binding = {
        "is": "routingKey",
        "exchange": {"name": exchange, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"},
    }
    told = {"address": address, "messages": {name: _ref("messages", name)}, **more}
    return told | {"bindings": {"amqp": binding | {"bindingVersion": "0.3.0"}}}


def _inbound_channels(asked: Mapping[str, type[Request]]) -> Iterator[tuple[str, Node]]:
    for name in asked:
        told = _channel(INBOUND, f"{{sender}}.{name}", name, parameters={"sender": _ref("parameters", "sender")})
        yield name, told | {"description": f"发送者 / who may send: {who_may_send(name)}"}


def _event_channels() -> Iterator[tuple[str, Node]]:
    for name, cls in FACTS.items():
        if cls.routing_key is not Fact.routing_key:
            colour = {"description": "颜色 / the colour", "enum": ["white", "yellow", "red"]}
            yield name, _channel(EVENTS, f"{name}.{{colour}}", name, parameters={"colour": colour})
        else:
            yield name, _channel(EVENTS, name, name)


def _rejected_channel() -> Node:
    code = {"description": "退回代码 / the refusal code", "enum": sorted({told_code(code) for code in REFUSAL_CODES})}
    parameters = {"sender": _ref("parameters", "sender"), "code": code}
    return _channel(REJECTED, "{sender}.{code}", "message.refused", parameters=parameters)


def _operations(asked: Mapping[str, type[Request]]) -> Iterator[tuple[str, Node]]:
    for name, cls in asked.items():
        yield f"receive.{name}", _operation("receive", name, name, f"{cls.OWNER} 接收 / read by {cls.OWNER}", "inbound")
    for name in FACTS:
        producer = name.partition(".")[0]
        yield f"send.{name}", _operation("send", name, name, f"{producer} 公布 / announced by {producer}", producer)
    yield (
        "send.message.refused",
        _operation("send", "rejected", "message.refused", "退回 / refused, with the fields at fault", "refusal"),
    )


def _operation(action: str, channel: str, message: str, summary: str, tag: str) -> Node:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{_escaped(channel)}"},
        "messages": [{"$ref": f"#/channels/{_escaped(channel)}/messages/{_escaped(message)}"}],
        "summary": summary,
        "tags": [{"name": tag}],
        "bindings": {"amqp": {"deliveryMode": 2, "timestamp": True, "bindingVersion": "0.3.0"}},
    }


# ---------------------------------------------------------------- messages


def _message(name: str, summary: str, examples: list[Node], **more: Any) -> Node:
    data = {"type": "object", "properties": {"type": {"const": name}, "data": _ref("schemas", name)}}
    told: Node = {
        "name": name,
        "title": name,
        "summary": summary,
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {"allOf": [_ref("schemas", "CloudEvent"), data]},
        "bindings": {"amqp": {"messageType": name, "bindingVersion": "0.3.0"}},
        **more,
    }
    return told | ({"examples": examples} if examples else {})


def _inbound_messages(asked: Mapping[str, type[Request]]) -> Iterator[tuple[str, Node]]:
    for name, cls in asked.items():
        example = _CATALOGUE / "inbound" / f"{name}.json"
        found = [{"name": "every-field", "summary": "每个字段都填写 / every field filled in", "payload": _json(example)}]
        yield name, _message(name, _first_line(cls), found, tags=[{"name": "inbound"}])


def _fact_messages() -> Iterator[tuple[str, Node]]:
    for name, cls in FACTS.items():
        folder = _CATALOGUE / name
        about = tomllib.loads((folder / "event.toml").read_text("utf-8"))
        examples = sorted((folder / "examples").iterdir(), key=lambda entry: entry.name)
        found = [{"name": entry.name.removesuffix(".json"), "payload": _json(entry)} for entry in examples]
        told = {"description": _keeping(about), "tags": [{"name": about["producer"]}]}
        yield name, _message(name, about["description"] or _first_line(cls), found, **told)


def _keeping(about: Mapping[str, Any]) -> str:
    """What a reader should know about order, personal data and how long bodies are kept."""
    persons = ", ".join(about["personal_data"]) or "–"
    return (
        f"order: by `{about['ordering_key']}` · personal data: {persons} · kept: {about['retention']} · owner: {about['owner']}"
    )


def _refusal_message() -> Node:
    told = _message("message.refused", "消息被退回 / a message was refused", [], tags=[{"name": "refusal"}])
    named = {"properties": {"type": {"pattern": "^[a-z]+\\.message\\.refused\\.v1$"}, "data": _ref("schemas", "Refusal")}}
    return told | {"payload": {"allOf": [_ref("schemas", "CloudEvent"), {"type": "object"} | named]}}


# ---------------------------------------------------------------- schemas


def _envelope() -> Node:
    """CloudEvents 1.0 as it is used here (events.md section 1)."""
    text, instant = {"type": "string", "minLength": 1}, {"type": "string", "format": "date-time"}
    optional = dict.fromkeys(("dataschema", "correlationid", "causationid", "traceparent", "policyversion"), {"type": "string"})
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text | {"description": "幂等键 / the idempotency key: the same source and id twice is one event"},
            "source": text | {"description": "/units/<code>, /office, or /duban/<service>"},
            "type": text,
            "subject": {"type": "string", "description": "事项编号 / the matter, or the unit for events about a unit"},
            "time": instant | {"description": "发生时间 / when it happened; all effects depend on it, never on arrival"},
            "datacontenttype": {"const": "application/json"},
            "recordedtime": instant,
            "sequence": {"type": "integer", "description": "per producer and subject, ascending"},
            **optional,
            "data": {"type": "object"},
        },
    }


def _data_schemas(asked: Mapping[str, type[Request]]) -> Node:
    """The `data` of every message under its type."""
    facts = {name: _plain(json_schema(cls)) for name, cls in FACTS.items()}
    return {name: _plain(json_schema(cls)) for name, cls in asked.items()} | facts


def _refusal_data() -> Node:
    """RFC 9457 problem details, with the fields at fault as JSON pointers."""
    codes = {code: title for code, (_, title) in MEANINGS.items() if told_code(code) == code}
    fault = {
        "type": "object",
        "required": ["pointer", "detail"],
        "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
    }
    return {
        "type": "object",
        "required": ["type", "title", "status", "code", "original_id", "detail", "errors"],
        "properties": {
            "type": {"type": "string", "description": "urn:duban:refusal:<code>"},
            "title": {"type": "string"},
            "status": {"type": "integer", "description": "the HTTP status that means the same"},
            "code": {"enum": sorted(codes), "description": "; ".join(f"{code}: {codes[code]}" for code in sorted(codes))},
            "original_id": {"type": ["string", "null"]},
            "original_type": {"type": ["string", "null"]},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": fault},
        },
    }


def _plain(schema: Node) -> Node:
    """Without `$schema` and `$id`: inside the document the schema goes by its name."""
    return {key: value for key, value in schema.items() if key not in ("$schema", "$id")} | {"x-dataschema": schema["$id"]}


def _ref(kind: str, name: str) -> Node:
    return {"$ref": f"#/components/{kind}/{_escaped(name)}"}


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _json(entry: Traversable) -> Any:
    return json.loads(entry.read_text("utf-8"))


def _first_line(cls: type[Request] | type[Fact]) -> str:
    return (cls.__doc__ or "").strip().partition("\n")[0]
