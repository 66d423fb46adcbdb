"""What is said to a sender whose message is not accepted (events.md section 2, `duban.rejected`; shape of RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from event_contracts.inbound import REFUSAL_CODES
from event_contracts.trace import continued

Fault = dict[str, str]
"""One field at fault: `pointer` (RFC 6901, e.g. `/data/assignments/0/unit`) and `detail`."""

MAX_FAULTS = 20
"""A refusal names at most so many fields; a body of 128 KiB could hold thousands."""


class Unreadable(Exception):
    """A message that cannot be handled as it is. Carries what could be read of its envelope, so that the refusal can name it.

    `code` is one of `REFUSAL_CODES`. With CLASSIFIED only `id` is filled in: nothing else of the message may be kept.
    """

    def __init__(self, code: str, detail: str, errors: Sequence[Fault] = ()) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.errors: list[Fault] = list(errors[:MAX_FAULTS])
        self.id: str | None = None
        self.source: str | None = None
        self.type: str | None = None
        self.time: datetime | None = None
        self.matter: str | None = None
        self.correlationid: str | None = None
        self.traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal before it is told: why, which fields, and of which message."""

    code: str
    detail: str
    errors: tuple[Fault, ...] = ()
    original_id: str | None = None
    original_type: str | None = None
    to_party: bool = False
    """The sender is a party of the matter that is meant, so that an UNKNOWN_MATTER may say what is unknown."""
    correlationid: str | None = None
    """The root and the W3C trace of the refused message, as its sender gave them."""
    traceparent: str | None = None

    @classmethod
    def at(cls, pointer: str | None, code: str, detail: str, *, to_party: bool = False) -> Refusal:
        """A refusal because of one field (JSON pointer), or of none in particular."""
        errors = ({"pointer": pointer, "detail": detail},) if pointer is not None else ()
        return cls(code=code, detail=detail, errors=errors, to_party=to_party)

    @classmethod
    def of(cls, error: Unreadable) -> Refusal:
        """The refusal of a message that could not be read."""
        faults = tuple(error.errors)
        return cls(
            code=error.code,
            detail=error.detail,
            errors=faults,
            original_id=error.id,
            original_type=error.type,
            correlationid=error.correlationid,
            traceparent=error.traceparent,
        )


MEANINGS: Mapping[str, tuple[int, str]] = {
    "AUTHORITY_MISSING": (403, "无督查授权 / no authority to supervise this unit"),
    "CLASSIFIED": (403, "涉密信息不得经本系统传递 / classified content must not pass through this system"),
    "SCHEMA_INVALID": (422, "消息不符合约定 / the message does not fit its schema"),
    "UNKNOWN_MATTER": (404, "查无此事项 / no such matter is known to you"),
    "SENDER_MISMATCH": (403, "发送方身份不符 / the sender may not say this"),
    "NOT_PARTY": (404, "查无此事项 / no such matter is known to you"),
    "DUPLICATE_LADDER": (409, "一事一单，不得重复督办 / this matter already has its slip"),
    "INADMISSIBLE_LATE": (409, "逾期提出，不予受理 / filed after its time limit"),
    "ALREADY_USED": (409, "已使用过一次 / this means was used already"),
    "NOT_REVIEWABLE": (409, "不属于复核范围 / this cannot be reviewed"),
    "RECUSAL": (403, "应当回避 / a person involved must recuse"),
    "RED_BARRED": (409, "不符合发红色督办单的条件 / a red slip is barred"),
    "ASSIGNMENT_FINAL": (409, "交办已确定 / the assignment is final"),
    "SUSPENSION_BEFORE_FILING": (409, "中止不得早于申请 / a suspension cannot start before its filing"),
    "RATE_LIMITED": (429, "发送过于频繁 / too many messages"),
    "TOO_LARGE": (413, "消息过大 / the message is too large"),
    "ID_REUSED": (409, "同一编号用于不同内容 / this id was used for another content"),
    "UNKNOWN_UNIT": (422, "单位代码不存在 / no such unit"),
    "NOT_EMPOWERED": (403, "无权作出此决定 / this person may not decide this"),
}
"""Code → the HTTP status that means the same, and its title."""

_ALIKE = {"NOT_PARTY": "UNKNOWN_MATTER"}
"""To the sender both read the same: a covert or foreign matter must not be probed (events.md section 3)."""


def told_code(code: str) -> str:
    """The code as the sender sees it; ValueError for one outside the closed list."""
    if code not in REFUSAL_CODES:
        raise ValueError(f"{code!r} is no refusal code; see event_contracts.inbound.REFUSAL_CODES")
    return _ALIKE.get(code, code)


def refusal_routing_key(sender: str, code: str) -> str:
    """Routing key on `duban.rejected`: `<unit code>.<code>`."""
    return f"{sender}.{told_code(code)}"


def refusal_data(refusal: Refusal) -> dict[str, Any]:
    """The `data` of a refusal: problem details as in RFC 9457, with the code, the original id and the fields at fault."""
    code = told_code(refusal.code)
    status, title = MEANINGS[code]
    data: dict[str, Any] = {
        "type": f"urn:duban:refusal:{code}",
        "title": title,
        "status": status,
        "code": code,
        "original_id": refusal.original_id,
    }
    if code == "CLASSIFIED":
        return data | {"detail": title, "errors": []}
    data["original_type"] = refusal.original_type
    if code == "UNKNOWN_MATTER":
        # One text for an unknown, a foreign and a covert matter; a party of the matter may hear more.
        if refusal.to_party and refusal.errors:
            return data | {"detail": refusal.detail, "errors": list(refusal.errors[:MAX_FAULTS])}
        detail = refusal.detail if refusal.to_party else title
        return data | {"detail": detail, "errors": [{"pointer": "/data/matter", "detail": detail}]}
    return data | {"detail": refusal.detail, "errors": list(refusal.errors[:MAX_FAULTS])}


def refusal_body(service: str, refusal: Refusal, *, event_id: str, time: datetime) -> bytes:
    """The CloudEvent for `duban.rejected`: `<service>.message.refused.v1`, structured. `time` is aware.

    It goes on in the trace of the refused message, as what follows from an accepted one does.
    """
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/duban/{service}",
        "type": f"{service}.message.refused.v1",
        "time": time,
        "datacontenttype": "application/json",
        **_trace(refusal, event_id),
        "data": refusal_data(refusal),
    }
    return orjson.dumps(event, option=orjson.OPT_UTC_Z)


def _trace(refusal: Refusal, event_id: str) -> dict[str, str]:
    """Root and trace; nothing of a classified message, nor of one whose id could not be read."""
    root = refusal.correlationid or refusal.original_id
    if root is None or refusal.code == "CLASSIFIED":
        return {}
    return {"correlationid": root, "traceparent": continued(refusal.traceparent, root, event_id)}
