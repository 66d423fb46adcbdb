"""The OpenAPI 3.1 document of the HTTP doors: every route, field and answer, made from the classes that the services use.

`GET /v1/openapi.json` of a service is the part that it serves; `docs/openapi.json` is the whole, and a test compares it. What may
be sent is the same as over the broker (`asyncapi.py`): the body is a message's `data`, the header `Idempotency-Key` its id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from event_contracts import inbound, views, vocabulary
from event_contracts.asyncapi import who_may_send
from event_contracts.event import Request
from event_contracts.evolution import fact_schema
from event_contracts.refusal import MEANINGS, told_code
from event_contracts.schemas import REQUESTS
from event_contracts.wire import json_schema

Node = dict[str, Any]

SERVICES = ("intake", "escalation", "scoring", "notify")
VIEWS = (views.MatterLine, views.MatterView, views.DuplicateView, views.WaitingView, views.RefusalView)
_ABOUT = """督办平台的 HTTP 接口：与消息总线同一套规则，回执即时返回。
每个服务各有一个地址，接收自己负责的消息；督办事项在 intake 查看。

The HTTP doors of duban: the same rules as behind the broker, with the answer at once. Each service has an address of its
own and takes the messages that it owns; matters are looked at in intake. A unit speaks for itself, and sees what it submitted or
has a part in; everything else reads as if it did not exist."""
_JSON, _PROBLEM, _EVENT = "application/json", "application/problem+json", "application/cloudevents+json"
FORMATS: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
}
"""Of `GET /v1/export`, with their content types."""


def document(version: str, service: str | None = None) -> Node:
    """The whole document, or the part of one service; `version` is the release that it describes."""
    served = [name for name in SERVICES if service in (None, name)]
    asked = {name: cls for name, cls in REQUESTS.items() if name != inbound.CutMarked.TYPE and cls.OWNER in served}
    paths = {f"/v1/messages/{name}": {"post": _post(name, cls)} for name, cls in asked.items()}
    paths |= _common(served) | (_matters() if "intake" in served else {})
    schemas = {_name(name): _plain(json_schema(cls)) for name, cls in asked.items()}
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "duban 督办 HTTP",
            "version": version,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "每个服务各有其地址 / each service has its own address"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name} for name in (*served, "everywhere")],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted((schemas | _shown() | {"Problem": _problem(), "Receipt": _receipt()}).items())),
            "securitySchemes": {"bearer": _bearer()},
            "parameters": {"Key": _key(), "Time": _time(), "RequestId": _request_id(), "Trace": _trace()},
            "headers": {"RequestId": _header("请求编号，回显 / the request's id, as given or made", {"type": "string"})},
        },
    }


# ---------------------------------------------------------------- writing


def _post(name: str, cls: type[Request]) -> Node:
    body = {"schema": _ref("schemas", _name(name)), "examples": {"every-field": {"value": _example(name)}}}
    return {
        "operationId": f"send_{_name(name)}",
        "summary": (cls.__doc__ or "").strip().partition("\n")[0],
        "description": f"发送者 / who may send: {who_may_send(name)}",
        "tags": [cls.OWNER],
        "parameters": [_ref("parameters", each) for each in ("Key", "Time", "RequestId", "Trace")],
        "requestBody": {"required": True, "content": {_JSON: body}},
        "responses": {
            "201": _receipt_answer("已接收 / accepted"),
            "202": _receipt_answer("事项尚不知晓，等候中 / waits until its matter is known; Location says where to look"),
            **_problems(400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503),
        },
    }


def _receipt_answer(text: str) -> Node:
    where = _header("结果所在 / where to look", {"type": "string", "format": "uri-reference"})
    content = {_JSON: {"schema": _ref("schemas", "Receipt")}}
    return {"description": text, "headers": _request_header() | {"Location": where}, "content": content}


def _receipt() -> Node:
    text, instant = {"type": "string"}, {"type": "string", "format": "date-time"}
    return {
        "type": "object",
        "description": "一条消息的结果 / what became of a message",
        "required": ["id", "state"],
        "properties": {
            "id": text | {"description": "即 Idempotency-Key / the Idempotency-Key"},
            "type": text,
            "sender": text,
            "state": {"enum": ["ACCEPTED", "WAITING", "REFUSED"]},
            "detail": text | {"description": "等候原因 / why it waits"},
            "time": instant,
            "recorded_at": instant,
            "matter_id": text | {"description": "本系统的事项编号 / our id of the matter"},
            "matter_ids": {"type": "array", "items": text},
            "problem": _ref("schemas", "Problem"),
        },
    }


# ---------------------------------------------------------------- looking


def _common(served: list[str]) -> Node:
    """What every service serves."""
    one = {"$ref": "#/components/schemas/Receipt"}
    rows = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object"}}}
    lists = {"type": "array", "items": {"type": "object"}}
    found = {
        "/v1/messages/{message_id}": _get(
            "message", "一条消息的结果 / what became of a message of one's own", one, path="message_id"
        ),
        "/v1/waiting": _get("waiting", "等候中的消息 / what waits for its matter", _listing("WaitingView"), _limit()),
        "/v1/refusals": _get("refusals", "被退回的消息 / what was refused, the newest first", _listing("RefusalView"), *_page()),
        "/v1/report": _get("report", "各类清单（督查室）/ all lists, for the office and auditors", rows),
        "/v1/report/{name}": _get("report_list", "一份清单（督查室）/ one list, for the office and auditors", lists, path="name"),
    }
    event = _get(
        "event", "一条已发布的事件 / an event of this service as it was published, for whom it concerns", {}, path="event_id"
    )
    event["get"]["responses"]["200"]["content"] = {_EVENT: {"schema": {"type": "object"}}}
    found["/v1/events/{event_id}"] = event
    found["/v1/inbound"] = _get(
        "inbound",
        "收到的消息，供政策演练（密钥须有 replay）/ messages as they came in, for a rehearsal (scope replay)",
        _events(),
        _query("since", "自此时起收到 / arrived at or after", {"type": "string", "format": "date-time"}),
        _cursor(),
    )
    about = _get("openapi", "本文档 / this document", {"type": "object"})
    about["get"] |= {"security": []}
    return found | {"/v1/openapi.json": about}


def _matters() -> Node:
    """What intake shows."""
    filters = [
        _word("state", vocabulary.MATTER_STATES),
        _word("source_type", vocabulary.SOURCE_TYPES),
        _word("section", vocabulary.SECTIONS),
        _query("unit", "承办单位 / a unit that has a part in it"),
        _query("submitted_by", "报送单位 / who submitted it"),
        _query("external_ref", "报送单位的编号 / the submitter's reference"),
        _query("since", "自此时起报送 / submitted at or after", {"type": "string", "format": "date-time"}),
        _query("until", "在此之前报送 / submitted before", {"type": "string", "format": "date-time"}),
    ]
    one = _ref("schemas", "MatterView")
    export = _get("export", "导出台账，可再导入 / the ledger, which can be let in again", {}, _format(), *filters)
    export["get"]["responses"]["200"]["content"] = {media: {} for media in FORMATS.values()}
    shown = {
        "/v1/matters": _get(
            "matters", "事项，最近报送的在前 / matters, the last submitted first", _listing("MatterLine"), *_page(), *filters
        ),
        "/v1/matters/{matter_id}": _get("matter", "一个事项 / one matter with all that one may see of it", one, path="matter_id"),
        "/v1/duplicates": _get(
            "duplicates", "疑似重复（督查室）/ pairs that may be one, for the office", _listing("DuplicateView"), *_page()
        ),
        "/v1/export": export,
    }
    for found in shown.values():
        found["get"]["tags"] = ["intake"]
    return shown


def _get(name: str, summary: str, schema: Node, *parameters: Node, path: str | None = None) -> Node:
    headers = _request_header() | {"ETag": _header("版本 / send it back as If-None-Match", {"type": "string"})}
    inside = [{"name": path, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}] if path else []
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "tags": ["everywhere"],
            "parameters": [*inside, *parameters, _ref("parameters", "RequestId")],
            "responses": {
                "200": {"description": "找到 / found", "headers": headers, "content": {_JSON: {"schema": schema}}},
                "304": {"description": "未变 / as it was, for If-None-Match"},
                **_problems(400, 401, 403, 404, 405, 429, 503),
            },
        }
    }


def _listing(name: str) -> Node:
    properties = {"items": {"type": "array", "items": _ref("schemas", name)}, "next": {"type": ["string", "null"]}}
    return {"type": "object", "required": ["items", "next"], "properties": properties}


def _events() -> Node:
    """A page of CloudEvents, each as its type has it."""
    properties = {"items": {"type": "array", "items": {"type": "object"}}, "next": {"type": ["string", "null"]}}
    return {"type": "object", "required": ["items", "next"], "properties": properties}


def _page() -> tuple[Node, Node]:
    return _limit(), _cursor()


def _cursor() -> Node:
    return _query("cursor", "上一页的 next / `next` of the page before; also in its header Link")


def _limit() -> Node:
    return _query("limit", "每页条数 / entries of a page", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50})


def _format() -> Node:
    return _query("format", "格式 / format", {"enum": list(FORMATS), "default": "xlsx"})


def _word(name: str, words: tuple[str, ...]) -> Node:
    return _query(name, f"{name}", {"enum": list(words)})


def _query(name: str, text: str, schema: Node | None = None) -> Node:
    return {"name": name, "in": "query", "description": text, "schema": schema or {"type": "string"}}


# ---------------------------------------------------------------- pieces


def _problems(*statuses: int) -> Node:
    told = {
        400: "请求有误 / wrong",
        401: "未登录 / not signed on",
        403: "无权限 / not permitted",
        404: "没有 / not there, or not yours",
    }
    told |= {405: "不支持此方法 / not this method", 409: "冲突 / in conflict"}
    told |= {
        413: "过大 / too large",
        415: "内容类型 / content type",
        422: "不符合约定 / does not fit",
        429: "过于频繁 / too many",
    }
    told |= {503: "暂不可用 / not available now"}
    content = {_PROBLEM: {"schema": _ref("schemas", "Problem")}}
    found: Node = {str(status): {"description": told[status], "content": content} for status in statuses}
    for status in found.keys() & {"429", "503"}:
        found[status] = found[status] | {"headers": {"Retry-After": _header("秒 / seconds", {"type": "integer"})}}
    return found


def _problem() -> Node:
    """RFC 9457, with the closed list of codes."""
    codes = {code: title for code, (_, title) in MEANINGS.items() if told_code(code) == code}
    fault = {
        "type": "object",
        "required": ["detail"],
        "properties": {
            "pointer": {"type": "string", "description": "JSON pointer into the body"},
            "header": {"type": "string"},
            "detail": {"type": "string"},
        },
    }
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "description": "urn:duban:refusal:<code>, or about:blank"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"enum": sorted(codes), "description": "; ".join(f"{code}: {codes[code]}" for code in sorted(codes))},
            "original_id": {"type": ["string", "null"]},
            "original_type": {"type": ["string", "null"]},
            "errors": {"type": "array", "items": fault},
        },
    }


def _bearer() -> Node:
    text = "系统的密钥（duban_…）或个人的 OIDC 令牌 / a system's key (duban_…), or a person's OpenID Connect token (JWT)"
    return {"type": "http", "scheme": "bearer", "description": text}


def _key() -> Node:
    text = "消息编号：同编号同内容，同回执 / the message's id: the same id and body get the same answer"
    # Blanks around a header's value are not part of it (RFC 9110, 5.5); a structured field stands in quotes (RFC 8941).
    schema = {"type": "string", "pattern": '^[ \\t]*([!#-~]{1,128}|"[!#-~]{1,128}")[ \\t]*$'}
    return {"name": "Idempotency-Key", "in": "header", "required": True, "description": text, "schema": schema}


def _time() -> Node:
    text = "发生时间，默认为到达时间 / when it happened; when it arrives, if left out"
    return {"name": "Ce-Time", "in": "header", "description": text, "schema": {"type": "string", "format": "date-time"}}


def _request_id() -> Node:
    text = "请求编号，贯穿后续全部事件 / your id of the request; all that follows is correlated by it"
    return {"name": "X-Request-Id", "in": "header", "description": text, "schema": {"type": "string"}}


def _trace() -> Node:
    return {"name": "traceparent", "in": "header", "description": "W3C Trace Context", "schema": {"type": "string"}}


def _request_header() -> Node:
    return {"X-Request-Id": _ref("headers", "RequestId")}


def _header(text: str, schema: Node) -> Node:
    return {"description": text, "schema": schema}


def _shown() -> Node:
    return dict(_views())


def _views() -> Iterator[tuple[str, Node]]:
    for cls in VIEWS:
        yield cls.__name__, fact_schema(cls) | {"description": (cls.__doc__ or "").strip().partition("\n")[0]}


def _plain(schema: Node) -> Node:
    return {key: value for key, value in schema.items() if key not in ("$schema", "$id")} | {"x-dataschema": schema["$id"]}


def _name(type_: str) -> str:
    """A type as a name that every generator of clients takes."""
    return type_.replace(".", "_")


def _ref(kind: str, name: str) -> Node:
    return {"$ref": f"#/components/{kind}/{name}"}


def _example(name: str) -> Any:
    entry = files("event_contracts") / "catalogue" / "inbound" / f"{name}.json"
    return json.loads(entry.read_text("utf-8"))["data"]
