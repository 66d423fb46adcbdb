"""Whatever comes to a door, the worst answer is a refusal: no fault of ours, nothing parked because a handler broke."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from event_contracts.inbound import REQUESTS
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from intake.doors.files import Sender, bring_in
from intake.doors.ledger import HEADS, SOURCES
from intake.service import Intake
from service_chassis.errors import ConfigError
from service_chassis.messaging.envelope import Delivery
from web_door import Web

TYPES = sorted(name for name, reads in Intake.reads.items() if reads.queue == "inbound")
EXAMPLES = Path(__file__).resolve().parents[3] / "libs/event_contracts/src/event_contracts/catalogue/inbound"
GOOD = {name: json.loads((EXAMPLES / f"{name}.json").read_text("utf-8")) for name in TYPES}
LIGHT = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=(HealthCheck.function_scoped_fixture, HealthCheck.too_slow),
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["M-01", "ZJJ", "OFFICE"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a message."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, each in inside for place in places(each, (*way, key)))]


@st.composite
def messages(draw: Any) -> tuple[str, Any]:
    """A good message with something else at one or two places, or left out there."""
    type_ = draw(st.sampled_from(TYPES))
    data = json.loads(json.dumps(GOOD[type_]["data"]))
    for _ in range(draw(st.integers(0, 2))):
        way = draw(st.sampled_from(places(data)[1:] or [()]))
        if not way:
            break
        holder = data
        for step in way[:-1]:
            holder = holder[step]
        if draw(st.booleans()):
            holder[way[-1]] = draw(VALUES)
        else:
            del holder[way[-1]]
    return type_, data


def as_body(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")


def test_http_answers_whatever_it_is_sent(new_bench: Any) -> None:
    bench = new_bench()
    web = Web(bench.runtime, bench.policy)

    @LIGHT
    @given(message=messages(), who=st.sampled_from(["OFFICE", "ZJJ"]), junk=st.none() | st.binary(max_size=60))
    def answered(message: tuple[str, Any], who: str, junk: bytes | None) -> None:
        answer = web.post(who, message[0], junk if junk is not None else as_body(message[1]))
        assert answer.status_code in (201, 202, 403, 404, 409, 413, 422), answer.data
        assert answer.json["state" if answer.status_code < 300 else "title"]

    answered()
    assert bench.rows("SELECT * FROM parked") == []


HEADERS = st.dictionaries(
    st.sampled_from(["Idempotency-Key", "Ce-Time", "traceparent", "X-Request-Id", "Content-Type"]),
    st.text(alphabet=st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=30),
)
WORDS = st.dictionaries(st.sampled_from(["limit", "cursor", "state", "since", "unit", "x"]), st.text(max_size=30), max_size=3)


def test_http_headers_words_and_paths_may_be_anything(new_bench: Any) -> None:
    bench = new_bench()
    web = Web(bench.runtime, bench.policy)

    @LIGHT
    @given(head=HEADERS, words=WORDS, path=st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
    def answered(head: dict[str, str], words: dict[str, str], path: str) -> None:
        named = web.headers("OFFICE") | head
        for answer in (
            web.client.get("/v1/matters", query_string=words, headers=named),
            web.client.get(f"/v1/messages/{path}", headers=web.headers("OFFICE")),
            web.client.post("/v1/messages/matter.submitted.v1", data=b"{}", headers=named),
        ):
            assert answer.status_code < 500, answer.data

    answered()
    assert bench.rows("SELECT * FROM parked") == []


ATTRIBUTES = st.dictionaries(st.sampled_from(["id", "time", "source"]), SCALARS)


def test_the_door_at_the_broker_refuses_and_parks_nothing_that_broke_a_handler(new_bench: Any) -> None:
    bench = new_bench()

    @LIGHT
    @given(message=messages(), who=st.sampled_from(["OFFICE", "ZJJ"]), event=ATTRIBUTES)
    def taken(message: tuple[str, Any], who: str, event: dict[str, Any]) -> None:
        whole = GOOD[message[0]] | {"source": "/office" if who == "OFFICE" else f"/units/{who}", "data": message[1]} | event
        bench.receive(Delivery(as_body(whole), f"{who}.{message[0]}", "duban.inbound", 1, "application/json", who.lower()))

    taken()
    assert bench.rows("SELECT reason FROM parked WHERE code = 'UNPROCESSED'") == []
    assert len(REQUESTS) > len(TYPES)


CELLS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters='"'), max_size=12)
CELLS |= st.sampled_from(["", *SOURCES, "10个工作日", "2026-06-30", "2026-06-30 25:00", "主办", "ZJJ", "=1+1", "否"])


def test_a_file_gives_faults_at_cells_and_nothing_else(new_bench: Any, tmp_path: Path) -> None:
    bench = new_bench()
    place = tmp_path / "ledger.csv"

    @LIGHT
    @given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=len(HEADS) + 1), max_size=4), whole=st.booleans())
    def read(rows: list[list[str]], whole: bool) -> None:
        heading = ",".join(head.zh for head in HEADS) + "\n" if whole else ""
        place.write_text(heading + "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), "utf-8")
        try:
            found = bring_in(place, Sender("OFFICE", "王芳"), bench.runtime, bench.policy.zone, lambda *_: None)
        except ConfigError:
            return
        assert found.new == 0 or not found.bad

    read()
    assert bench.rows("SELECT * FROM parked") == []


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"\xff", b'{"a":1,"a":2}', b"{" * 5000, b'{"x": 1e999}', b"[" * 100_000])
def test_bodies_that_are_no_object_are_refused(new_bench: Any, body: bytes) -> None:
    bench = new_bench()
    answer = Web(bench.runtime, bench.policy).post("OFFICE", "matter.submitted.v1", body)
    assert (answer.status_code, answer.json["code"]) == (422, "SCHEMA_INVALID")
