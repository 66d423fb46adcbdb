"""What went wrong, as problem details (RFC 9457): the closed refusal codes of events.md, and what only HTTP knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from event_contracts.refusal import MAX_FAULTS, Refusal, refusal_data

CONTENT_TYPE = "application/problem+json"

TITLES: Mapping[int, str] = {
    400: "请求有误 / the request is wrong",
    401: "未登录或凭据无效 / no valid key or token",
    403: "无权限 / not permitted",
    404: "没有此项 / no such thing",
    405: "不支持此方法 / this method is not served here",
    406: "不提供此格式 / not served in this format",
    409: "与此前的请求冲突 / in conflict with an earlier request",
    413: "请求过大 / the request is too large",
    415: "内容类型不受支持 / this content type is not read",
    429: "请求过于频繁 / too many requests",
    500: "内部错误 / a fault of ours",
    503: "暂时不可用，请稍后重试 / not available now, try again",
}

_IN_HEADERS = {"/id": "Idempotency-Key", "/time": "Ce-Time", "/correlationid": "X-Request-Id", "/datacontenttype": "Content-Type"}


class Problem(Exception):
    """Ends the handling of a request with problem details."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})
        self.body: dict[str, Any] = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}

    @classmethod
    def refused(cls, refusal: Refusal, headers: Mapping[str, str] | None = None) -> Problem:
        """A refusal with its code; its pointers are into the body of the request, which is the message's `data`."""
        body = at_the_door(refusal_data(refusal))
        problem = cls(400, body["detail"], headers)
        problem.status, problem.body = body["status"], body
        return problem


def at_the_door(data: dict[str, Any]) -> dict[str, Any]:
    """A refusal's data with pointers as the caller knows the request: into the body, or naming a header."""
    told = data["detail"].removeprefix("/data") if data["errors"] else data["detail"]
    return data | {"detail": told, "errors": [_place(fault) for fault in data["errors"][:MAX_FAULTS]]}


def _place(fault: Mapping[str, str]) -> dict[str, str]:
    pointer = fault["pointer"]
    if pointer in _IN_HEADERS:
        return {"header": _IN_HEADERS[pointer], "detail": fault["detail"]}
    return {"pointer": pointer.removeprefix("/data"), "detail": fault["detail"]}
