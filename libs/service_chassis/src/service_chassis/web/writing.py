"""The door for messages over HTTP: `POST /v1/messages/<type>` with the message's `data` as its body.

The same reader, inbox, waiting, locks and handlers as behind the broker, in one transaction in the same line; only the answer
comes at once. What is accepted stands as if the broker had brought it at the commit (delivery.md c.4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from event_contracts.inbound import NOT_UNITS
from event_contracts.refusal import Refusal, refusal_data
from event_contracts.schemas import REQUESTS
from event_contracts.strict_json import MAX_BYTES, NotStrictJson, read_object
from event_contracts.wire import CONTENT_TYPE

from service_chassis.declare import INBOUND
from service_chassis.delivery import Place, Read, Runtime, Tally, decode, in_line
from service_chassis.errors import Retry
from service_chassis.messaging.envelope import Delivery
from service_chassis.persistence import receipts, refusals
from service_chassis.persistence.receipts import Receipt
from service_chassis.web.callers import OFFICE, Caller
from service_chassis.web.problems import Problem, at_the_door
from service_chassis.web.roles import NOT_A_PERSON, PERSON_FIELDS

TRIES = 3
"""How often a passing fault of the database is tried again before the caller is asked to."""
ACCEPTED, WAITING, REFUSED = "ACCEPTED", "WAITING", "REFUSED"
TWICE = "同一编号已用于内容不同的消息，请换编号重发 / this Idempotency-Key was used for another message; send it with a new one"


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, as far as the door reads it: nothing in it is trusted."""

    type: str
    id: str
    body: bytes
    time: str | None = None
    """When it happened, RFC 3339; without it, on arrival."""
    trace: str | None = None
    request: str | None = None
    """The caller's own id of the request: what everything that follows is correlated by."""


def take(runtime: Runtime, caller: Caller, sent: Sent) -> Receipt:
    """Handle one message and return what is answered, the same for the same request. Problem for what cannot be read at all,
    of which nothing is kept; `Retry` for a passing fault."""
    _check_type(runtime, caller, sent.type)
    data = _data(sent.body)
    _name_the_person(caller, sent.type, data, "")
    if not caller.may_decide(sent.type, data):
        raise _not_empowered("/colour", "该颜色须由更高职务者批准 / a slip of this colour is approved by a higher office")
    now = runtime.clock.now()
    read = decode(_queue(runtime), _delivery(caller, sent, data, now), now)
    if read.unreadable is not None:
        raise Problem.refused(Refusal.of(read.unreadable))
    asked = hashlib.sha256(orjson.dumps([sent.type, sent.time, data], option=orjson.OPT_SORT_KEYS)).digest()
    return _tried_again(lambda: _in_line(runtime, caller, read, asked, now))


def _tried_again(once: Callable[[], Receipt]) -> Receipt:
    for _ in range(TRIES - 1):
        try:
            return once()
        except Retry:
            continue
    return once()


def _queue(runtime: Runtime) -> str:
    return f"{runtime.service.name}.{INBOUND}"


# ---------------------------------------------------------------- before it is a message


def _check_type(runtime: Runtime, caller: Caller, type_: str) -> None:
    known = REQUESTS.get(type_)
    if known is None:
        raise Problem(404, "没有这种消息 / no such type of message; see /v1/openapi.json")
    if known.OWNER != runtime.service.name or type_ not in runtime.service.reads:
        raise Problem(404, f"此类消息由 {known.OWNER} 接收 / messages of this type are taken by {known.OWNER}")
    if not caller.may_write(type_):
        raise _not_empowered(None, "此凭据不得发送此类消息 / this key, or this role, may not send this type")


def _not_empowered(pointer: str | None, detail: str) -> Problem:
    return Problem.refused(Refusal.at(pointer, "NOT_EMPOWERED", detail))


def _data(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BYTES:
        detail = f"消息超过 {MAX_BYTES} 字节 / the body has more than {MAX_BYTES} bytes"
        raise Problem.refused(Refusal(code="TOO_LARGE", detail=detail))
    try:
        return read_object(body)
    except NotStrictJson as error:
        raise Problem.refused(Refusal.at("", "SCHEMA_INVALID", str(error))) from None


def _name_the_person(caller: Caller, type_: str, data: dict[str, Any], pointer: str) -> None:
    """Who acts is who signed on: filled in where the field is left out, refused where it names somebody else."""
    if caller.name is None:
        return
    fields = REQUESTS[type_].__dataclass_fields__
    for field in sorted(PERSON_FIELDS & fields.keys()):
        if (type_, field) in NOT_A_PERSON:
            continue
        said = data.setdefault(field, caller.name)
        if said is None:
            data[field] = caller.name
        elif not isinstance(said, str) or said.strip() != caller.name:
            raise _not_empowered(f"{pointer}/{field}", f"应为登录者本人 / must be the person who signed on, {caller.name}")
    _name_who_overrides(caller, data)


def _name_who_overrides(caller: Caller, data: dict[str, Any]) -> None:
    """A quota is overridden by a person by name (Decree 733 art. 15): also within the matters of a decision."""
    several = data.get("matters")
    inside = [(f"/matters/{n}", each) for n, each in enumerate(several)] if isinstance(several, list) else []
    for pointer, matter in [("", data), *inside]:
        override = matter.get("override") if isinstance(matter, dict) else None
        if isinstance(override, dict) and str(override.setdefault("by", caller.name)).strip() != caller.name:
            raise _not_empowered(f"{pointer}/override/by", f"应为登录者本人 / must be the person who signed on, {caller.name}")


def _delivery(caller: Caller, sent: Sent, data: Mapping[str, Any], now: datetime) -> Delivery:
    """The request as the message that the broker would have brought: who sent it is who signed on."""
    assert caller.unit == OFFICE or caller.unit not in NOT_UNITS
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": sent.id,
        "source": caller.source,
        "type": sent.type,
        "time": sent.time if sent.time is not None else now,
        "datacontenttype": "application/json",
    }
    if sent.request:
        event["correlationid"] = sent.request
    if sent.trace:
        event["traceparent"] = sent.trace
    body = orjson.dumps(event | {"data": data}, option=orjson.OPT_UTC_Z)
    key = f"{caller.unit}.{sent.type}"
    return Delivery(body, key, "duban.inbound", content_type=CONTENT_TYPE, user_id=caller.account, message_id=sent.id)


# ---------------------------------------------------------------- in the line


def _in_line(runtime: Runtime, caller: Caller, read: Read, asked: bytes, now: datetime) -> Receipt:
    tally = Tally()
    with in_line(runtime, _queue(runtime), now) as place:
        found = _earlier(place, caller, read, asked)
        if found is None:
            found = Receipt(asked, *_handled(place, caller, read, tally))
            receipts.keep(place.session, caller.unit, _id(read), found, now)
    if tally.consumed:
        runtime.on_batch(_queue(runtime), tally)
    return found


def _id(read: Read) -> str:
    assert read.message is not None
    return read.message.id


def _earlier(place: Place, caller: Caller, read: Read, asked: bytes) -> Receipt | None:
    """What was answered before, or what became of the same message that came by another door. Problem: another content."""
    earlier = receipts.find(place.session, caller.unit, _id(read))
    if earlier is not None:
        if earlier.asked != asked:
            raise _reused(read)
        return earlier
    known, body = receipts.body_of(place.session, caller.source, _id(read))
    if not known:
        return None
    if body is None or _content(body) != _content(read.delivery.body):
        raise _reused(read)
    status, answer = state_of(place.session, caller.source, _id(read))
    return Receipt(asked, status, answer)


def _content(body: bytes) -> Any:
    event = orjson.loads(body)
    return [event.get("type"), event.get("data")]


def _reused(read: Read) -> Problem:
    assert read.message is not None
    fault = Refusal.at("/id", "ID_REUSED", TWICE)
    return Problem.refused(
        Refusal(code=fault.code, detail=TWICE, errors=fault.errors, original_id=read.message.id, original_type=read.message.type)
    )


def _handled(place: Place, caller: Caller, read: Read, tally: Tally) -> tuple[int, dict[str, Any]]:
    """Status and answer of a message that is new here."""
    message = read.message
    assert message is not None
    before = refusals.newest(place.session)
    work = place.handle([read], tally)
    refused = receipts.refusals_of(place.session, caller.source, message.id, before)
    if refused is not None:
        return _told(refused)
    matters = work.matters_of(message)
    waits = any(held.message.id == message.id and held.message.source == message.source for held in work.held)
    answer: dict[str, Any] = {"id": message.id, "type": message.type, "sender": caller.unit}
    answer |= {"state": WAITING if waits else ACCEPTED, "time": message.time, "recorded_at": place.now}
    if len(matters) == 1 and not waits:
        answer["matter_id"] = matters[0]
    elif matters and not waits:
        answer["matter_ids"] = matters
    plain: dict[str, Any] = orjson.loads(orjson.dumps(answer, option=orjson.OPT_UTC_Z))
    return (202 if waits else 201), plain


def _told(refused: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """A refusal as it is kept, as problem details."""
    told = Refusal(
        code=refused["code"],
        detail=refused["detail"],
        errors=tuple(refused["errors"]),
        original_id=refused["message_id"],
        original_type=refused["type"],
        to_party=True,
    )
    data = at_the_door(refusal_data(told))
    return data["status"], data


def state_of(session: Any, source: str, id_: str) -> tuple[int, dict[str, Any]]:
    """What became of a message that was taken here, by any door: accepted, waiting, or refused with the reason."""
    reason = receipts.waits(session, source, id_)
    if reason is not None:
        return 202, {"id": id_, "state": WAITING, "detail": reason}
    refused = receipts.refusals_of(session, source, id_)
    if refused is not None:
        status, problem = _told(refused)
        return status, problem | {"state": REFUSED}
    return 201, {"id": id_, "state": ACCEPTED}
