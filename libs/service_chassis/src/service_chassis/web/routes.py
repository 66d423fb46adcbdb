"""The routes that every service has at its HTTP door, and how a service's own pages are bound. The home of Flask beside `api`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import structlog
from event_contracts.openapi import document
from event_contracts.refusal import MEANINGS
from event_contracts.strict_json import MAX_BYTES
from flask import Flask, Response, g, request, send_file
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service_chassis.errors import Retry
from service_chassis.persistence import receipts
from service_chassis.web import events, retelling
from service_chassis.web.callers import OFFICE, Caller
from service_chassis.web.door import Door, request_id
from service_chassis.web.pages import LIST, Asked, Body, Download, Listing, Page
from service_chassis.web.problems import CONTENT_TYPE, TITLES, Problem
from service_chassis.web.roles import Sight
from service_chassis.web.writing import Sent, state_of, take

log = structlog.get_logger()

_KEY = re.compile(r'(?P<quote>"?)(?P<id>[\x21\x23-\x7e]{1,128})(?P=quote)')
_CHARSETS = frozenset({"", "utf-8", "utf8"})


def add_routes(app: Flask, door: Door) -> None:
    """Everything below /v1 but the lists of `report` and the description."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    _add_frame(app)
    _add_writing(app, door)
    _add_description(app, door.runtime.service.name)
    service = door.runtime.service
    for page in (*CHASSIS_PAGES, events.page(service), retelling.page(service), *service.pages()):
        app.add_url_rule(page.path, page.path, _bound(door, page), methods=["GET"])


# ---------------------------------------------------------------- around every request


def _add_frame(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.began = time.monotonic()
        g.request_id, g.request_id_given = request_id(request)

    @app.after_request
    def end(answer: Response) -> Response:
        answer.headers["X-Request-Id"] = g.request_id
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.vary.add("Authorization")
        _note(answer)
        return answer

    @app.errorhandler(Problem)
    def refused(problem: Problem) -> Response:
        return response(problem.status, problem.body, problem.headers)

    @app.errorhandler(Retry)
    def later(fault: Retry) -> Response:
        log.warning("not available", action="http", reason=str(fault), request_id=g.request_id)
        problem = Problem(503, TITLES[503])
        return response(503, problem.body, {"Retry-After": "5"})

    @app.errorhandler(HTTPException)
    def by_http(fault: HTTPException) -> Response:
        return _of_http(fault)

    @app.errorhandler(Exception)
    def broken(fault: Exception) -> Response:
        log.error("request failed", action="http", route=_route(), request_id=g.request_id, exc_info=fault)
        detail = f"请将编号 {g.request_id} 告知运维 / tell the operators this number: {g.request_id}"
        return response(500, Problem(500, detail).body)


def response(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Problem details as an answer."""
    made = Response(orjson.dumps(body), status, content_type=CONTENT_TYPE)
    made.headers.update(headers or {})
    return made


def _of_http(fault: HTTPException) -> Response:
    if isinstance(fault, RequestEntityTooLarge):
        status, title = MEANINGS["TOO_LARGE"]
        body = Problem(413, f"请求超过 {MAX_BYTES} 字节 / more than {MAX_BYTES} bytes").body
        return response(status, body | {"type": "urn:duban:refusal:TOO_LARGE", "title": title, "code": "TOO_LARGE", "errors": []})
    code = fault.code or 400
    code = code if code in TITLES else 400
    methods = getattr(fault, "valid_methods", None)
    return response(code, Problem(code, TITLES[code]).body, {"Allow": ", ".join(sorted(methods))} if methods else {})


def _note(answer: Response) -> None:
    """One line for each request: no body, no secret, no reference of anybody's matter."""
    log.info(
        "answered",
        action="http",
        method=request.method,
        route=_route(),
        status=answer.status_code,
        account=g.get("account"),
        unit=g.get("unit"),
        request_id=g.request_id,
        seconds=round(time.monotonic() - g.began, 4),
    )


def _route() -> str:
    return request.url_rule.rule if request.url_rule is not None else "none"


# ---------------------------------------------------------------- writing


def _add_writing(app: Flask, door: Door) -> None:
    @app.post("/v1/messages/<type_>")
    def message(type_: str) -> Response:
        caller = door.caller(request)
        given = take(door.for_this_thread(), caller, _sent(type_))
        headers = _where(type_, given.answer) if given.status < 400 else {}
        if given.status >= 400:
            return response(given.status, given.answer)
        made = Response(orjson.dumps(given.answer), given.status, content_type="application/json")
        made.headers.update(headers)
        return made


def _sent(type_: str) -> Sent:
    media, charset = request.mimetype, request.mimetype_params.get("charset", "").lower()
    if media != "application/json" or charset not in _CHARSETS:
        raise Problem(415, "请以 application/json（utf-8）发送 / send application/json in utf-8", {"Accept": "application/json"})
    if "Content-Encoding" in request.headers:
        raise Problem(415, "不接受压缩的正文 / send the body as it is, without Content-Encoding", {"Accept-Encoding": "identity"})
    key = _KEY.fullmatch(request.headers.get("Idempotency-Key", "").strip(" \t"))
    if key is None:
        zh = "请提供 Idempotency-Key 头：1 至 128 个可见 ASCII 字符"
        raise Problem(400, f"{zh} / send the header Idempotency-Key: 1 to 128 visible ASCII characters")
    return Sent(
        type=type_,
        id=key["id"],
        body=request.get_data(cache=False),
        time=request.headers.get("Ce-Time"),
        trace=request.headers.get("traceparent"),
        request=g.request_id if g.request_id_given else None,
    )


def _where(type_: str, answer: Mapping[str, Any]) -> dict[str, str]:
    """Where to look: at the matter that was made, else at what became of the message."""
    if type_ == "matter.submitted.v1" and "matter_id" in answer:
        return {"Location": f"/v1/matters/{quote(answer['matter_id'], safe='')}"}
    return {"Location": f"/v1/messages/{quote(answer['id'], safe='')}"}


# ---------------------------------------------------------------- looking


def _add_description(app: Flask, service: str) -> None:
    """For anybody: it says what may be asked, not what there is."""

    @app.get("/v1/openapi.json")
    def description() -> Response:
        return _shown(document(version("supervision-event-contracts"), service))


def _bound(door: Door, page: Page) -> Callable[..., Response]:
    allowed = frozenset(page.words)

    def answer(**path: str) -> Response:
        caller = door.caller(request)
        if not page.is_open_to(caller):
            raise Problem(403, "此凭据不得查看事项 / this key, or this role, may not look at matters")
        asked = Asked(caller, _words(allowed) | path, door.runtime.clock.now(), door.policy)
        with _turn(door) if page.heavy else nullcontext(), door.runtime.database.begin() as session:
            found = page.read(session, asked)
        if found is None:
            raise Problem(404, TITLES[404])
        return _sent_as_file(found) if isinstance(found, Download) else _shown(found)

    return answer


@contextmanager
def _turn(door: Door) -> Iterator[None]:
    """One of the few heavy pages at a time; the others are asked to come again."""
    if not door.heavy.acquire(blocking=False):
        raise Problem(503, "正在生成其他导出，请稍后重试 / other exports are being made, try again", {"Retry-After": "30"})
    try:
        yield
    finally:
        door.heavy.release()


def _sent_as_file(found: Download) -> Response:
    found.file.seek(0)
    made = send_file(found.file, mimetype=found.content_type, as_attachment=True, download_name=found.name, etag=False)
    made.call_on_close(found.file.close)
    return made


def _words(allowed: frozenset[str]) -> dict[str, str]:
    """What stands behind the question mark; anything unknown or said twice is an error, not a filter that does nothing."""
    found: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in allowed:
            known = ", ".join(sorted(allowed)) or "none"
            raise Problem(400, f"未知参数 / unknown parameter {name[:64]!a}; known: {known}")
        if len(values) > 1:
            raise Problem(400, f"参数重复 / the parameter {name} stands twice")
        if "\x00" in values[0]:
            raise Problem(400, f"参数含空字符 / the parameter {name} contains a zero character")
        found[name] = values[0]
    return found


def _shown(found: Any) -> Response:
    listing = found if isinstance(found, Listing) else None
    if isinstance(found, Body):
        made = Response(found.body, content_type=found.content_type)
    else:
        body = {"items": list(listing.items), "next": listing.cursor} if listing is not None else found
        made = Response(orjson.dumps(body, option=orjson.OPT_UTC_Z, default=str), content_type="application/json")
    if listing is not None and listing.cursor is not None:
        again = urlencode({**request.args.to_dict(), "cursor": listing.cursor})
        made.headers["Link"] = f'<{quote(request.path)}?{again}>; rel="next"'
    made.add_etag()
    made.make_conditional(request)
    return made


def _message(session: Any, asked: Asked) -> Any:
    """What became of a message of the caller's own; the same whether it came over HTTP, the broker, or in a file."""
    id_ = asked.words["message_id"]
    known, _ = receipts.body_of(session, asked.caller.source, id_)
    if not known:
        return None
    status, found = state_of(session, asked.caller.source, id_)
    return found if status < 400 else {"id": id_, "state": "REFUSED", "problem": {k: v for k, v in found.items() if k != "state"}}


def _waiting(session: Any, asked: Asked) -> Any:
    rows = receipts.all_waiting(session, _of(asked.caller), asked.limit)
    return Listing([row for row in map(_named, rows) if _may_be_listed(asked.caller, row["type"])])


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"type": row.pop("routing_key").partition(".")[2]}


def _refusals(session: Any, asked: Asked) -> Any:
    before = asked.after
    if before is not None and not (len(before) == 1 and isinstance(before[0], int)):
        raise Problem(400, "cursor 无效 / not a cursor of this list")
    rows = receipts.all_refused(session, _of(asked.caller), before[0] if before else None, asked.limit)
    told = [row for row in rows if _may_be_listed(asked.caller, row["type"])]
    shown = [{name: value for name, value in row.items() if name not in UNTOLD} for row in told]
    return Listing(shown, [rows[-1]["id"]] if len(rows) == asked.limit else None)


def _of(caller: Caller) -> str | None:
    """Whose messages: all for the office, one's own for everybody else, whatever the role."""
    return None if caller.sight is Sight.ALL and caller.unit == OFFICE else caller.unit


UNTOLD = ("id", "source", "matter", "parked_id")
"""Columns of a refusal that are ours alone."""
UNLISTED = ("inspection.", "conclusion.", "campaign.")
"""What may be about a covert inspection: in these lists the office's own system sees it, no person does (domain.md d.13.12)."""


def _may_be_listed(caller: Caller, type_: str) -> bool:
    return caller.name is None or not type_.startswith(UNLISTED)


CHASSIS_PAGES = (
    Page("/v1/messages/<path:message_id>", _message),
    Page("/v1/waiting", _waiting, ("limit",)),
    Page("/v1/refusals", _refusals, LIST),
)
