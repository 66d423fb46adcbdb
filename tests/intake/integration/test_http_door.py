"""Messages over HTTP: the same rules as behind the broker, the answer at once; on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from intake.service import Intake
from web_door import Web

MATTER = {
    "external_ref": "M-01",
    "title": "老旧小区改造",
    "source": {"type": "DOCUMENT", "number": "咸办发〔2026〕12号"},
    "standard": "全部完成并通过现场核验",
    "assignments": [{"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 20, "unit": "WORKDAY"}}],
}
REPORT = {"matter": "M-01", "unit": "ZJJ", "text": "主体完工", "percent": 50}


@pytest.fixture
def web(bench: Any) -> Web:
    return Web(bench.runtime, bench.policy)


def test_a_submission_is_registered_and_can_be_looked_at_where_the_answer_says(web: Web, bench: Any) -> None:
    made = web.post("OFFICE", "matter.submitted.v1", MATTER)
    assert made.status_code == 201
    assert [event.data.external_ref for event in bench.announced("matter.registered")] == ["M-01"]
    seen = web.get("ZJJ", made.headers["Location"])
    assert seen.status_code == 200
    assert seen.json["matter_id"] == made.json["matter_id"]
    assert [part["unit"] for part in seen.json["parts"]] == ["ZJJ"]


@pytest.mark.parametrize(
    ("key", "status"), [(' "s1"', 201), ("s1\t", 201), ('"s1', 400), ('s1"', 400), ('""', 400), ("s 1", 400)]
)
def test_a_key_may_stand_in_quotes_and_among_blanks(web: Web, key: str, status: int) -> None:
    found = web.post("OFFICE", "matter.submitted.v1", MATTER, key)
    assert found.status_code == status
    assert status == 400 or found.json["id"] == "s1"


def test_the_same_request_gets_the_same_answer_and_is_done_once(web: Web, bench: Any) -> None:
    first = web.post("OFFICE", "matter.submitted.v1", MATTER, "s1")
    turned = dict(reversed(MATTER.items()))
    again = web.post("OFFICE", "matter.submitted.v1", turned, '"s1"')
    assert (again.status_code, again.json, again.headers["Location"]) == (
        first.status_code,
        first.json,
        first.headers["Location"],
    )
    assert len(bench.announced("matter.registered")) == 1


def test_the_same_key_with_another_body_is_refused_and_holds_nobody(web: Web, bench: Any) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER, "s1")
    other = web.post("OFFICE", "matter.submitted.v1", MATTER | {"title": "另一事项"}, "s1")
    assert (other.status_code, other.json["code"]) == (409, "ID_REUSED")
    assert other.json["errors"][0]["header"] == "Idempotency-Key"
    assert bench.rows("SELECT 1 FROM parked") == []
    assert len(bench.announced("matter.registered")) == 1


def test_two_units_may_use_the_same_key_for_different_messages(web: Web) -> None:
    assert web.post("OFFICE", "matter.submitted.v1", MATTER, "1").status_code == 201
    assert web.post("ZJJ", "progress.reported.v1", REPORT, "1").status_code == 201


def test_a_refusal_names_its_code_and_the_fields_of_the_body(web: Web) -> None:
    bad = web.post("OFFICE", "matter.submitted.v1", MATTER | {"title": "", "assignments": [{"unit": "zjj"}]})
    assert (bad.status_code, bad.content_type) == (422, "application/problem+json")
    assert bad.json["code"] == "SCHEMA_INVALID"
    assert {"/title", "/assignments/0/unit", "/assignments/0/role"} <= {fault["pointer"] for fault in bad.json["errors"]}


def test_what_the_rules_refuse_is_kept_and_answered_the_same_again(web: Web, bench: Any) -> None:
    foreign = MATTER | {"external_ref": "J-1"}
    first = web.post("JYJ", "matter.submitted.v1", foreign, "j1")
    assert (first.status_code, first.json["code"], first.json["original_id"]) == (403, "AUTHORITY_MISSING", "j1")
    assert web.post("JYJ", "matter.submitted.v1", foreign, "j1").json == first.json
    assert bench.refused() == {"j1": "AUTHORITY_MISSING"}
    listed = web.get("JYJ", "/v1/refusals").json["items"]
    assert [(row["message_id"], row["code"]) for row in listed] == [("j1", "AUTHORITY_MISSING")]
    assert web.get("ZJJ", "/v1/refusals").json["items"] == []


def test_a_report_about_an_unknown_matter_waits_and_can_be_followed(web: Web, bench: Any) -> None:
    sent = web.post("ZJJ", "progress.reported.v1", REPORT, "r1")
    assert (sent.status_code, sent.json["state"]) == (202, "WAITING")
    place = sent.headers["Location"]
    assert web.get("ZJJ", place).json["state"] == "WAITING"
    assert [row["id"] for row in web.get("ZJJ", "/v1/waiting").json["items"]] == ["r1"]
    web.post("OFFICE", "matter.submitted.v1", MATTER)
    assert web.get("ZJJ", place).json["state"] == "ACCEPTED"
    assert web.get("ZJJ", "/v1/waiting").json["items"] == []
    assert len(bench.announced("progress.reported")) == 1


def test_what_came_over_the_broker_is_known_here_and_not_done_again(
    web: Web, bench: Any, matter: Any, report: Any, at: Any
) -> None:
    bench.send("OFFICE", matter(), at(2))
    bench.send("ZJJ", report(), at(3), "same")
    again = web.post("ZJJ", "progress.reported.v1", REPORT | {"evidence": []}, "same")
    assert (again.status_code, again.json["state"]) == (201, "ACCEPTED")
    other = web.post("ZJJ", "progress.reported.v1", REPORT | {"text": "另一进展"}, "same")
    assert (other.status_code, other.json["code"]) == (409, "ID_REUSED")
    assert len(bench.announced("progress.reported")) == 1


def test_whoever_looks_is_noted(web: Web, bench: Any) -> None:
    place = web.post("OFFICE", "matter.submitted.v1", MATTER).headers["Location"]
    web.get("ZJJ", place)
    web.get("SLJ", place)
    web.get("ZJJ", "/v1/matters?state=CLOSED")
    noted = bench.rows("SELECT unit, door, what, rows FROM read_log ORDER BY id")
    assert [tuple(row.values()) for row in noted] == [
        ("ZJJ", "HTTP", "matter", 1),
        ("SLJ", "HTTP", "matter", 0),
        ("ZJJ", "HTTP", "matters", 0),
    ]


def test_a_foreign_matter_reads_like_one_that_does_not_exist(web: Web) -> None:
    made = web.post("OFFICE", "matter.submitted.v1", MATTER)
    foreign, unknown = web.get("SLJ", made.headers["Location"]), web.get("SLJ", "/v1/matters/nothing")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.data == unknown.data
    assert web.get("SLJ", "/v1/matters").json["items"] == []


def test_what_is_too_large_or_no_json_is_refused_before_it_is_read(web: Web, bench: Any) -> None:
    large = web.post("OFFICE", "matter.submitted.v1", b"{" + b" " * 131_072 + b"}")
    assert (large.status_code, large.json["code"]) == (413, "TOO_LARGE")
    for media in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
        "application/cloudevents+json",
    ):
        assert web.post("OFFICE", "matter.submitted.v1", MATTER, Content_Type=media).status_code == 415, media
    assert web.post("OFFICE", "matter.submitted.v1", MATTER, Content_Encoding="gzip").status_code == 415
    for key in ("", "two words", "x" * 129, "é"):
        assert web.post("OFFICE", "matter.submitted.v1", MATTER, Idempotency_Key=key).status_code == 400, key
    assert bench.announced() == []


def test_what_is_not_here_is_said(web: Web) -> None:
    assert web.post("OFFICE", "matter.invented.v1", MATTER).status_code == 404
    elsewhere = web.post("ZJJ", "notice.signed.v1", {"matter": "M-01", "unit": "ZJJ", "signed_by": "王芳"})
    assert (elsewhere.status_code, "notify" in elsewhere.json["detail"]) == (404, True)
    assert web.post("OFFICE", "DUBAN.cut.marked.v1", {"number": 1}).status_code == 404
    wrong = web.client.delete("/v1/matters", headers=web.headers("OFFICE"))
    assert (wrong.status_code, wrong.content_type, "GET" in wrong.headers["Allow"]) == (405, "application/problem+json", True)


def test_classified_content_is_refused_and_not_kept(web: Web, bench: Any) -> None:
    answer = web.post("OFFICE", "matter.submitted.v1", MATTER | {"classification": "SECRET"}, "s1")
    assert (answer.status_code, answer.json["code"], answer.json["errors"]) == (403, "CLASSIFIED", [])
    for table in ("inbox", "receipt", "refusal", "parked", "waiting", "outbox"):
        assert bench.rows(f"SELECT * FROM {table}") == [], table


def test_the_caller_s_request_id_and_trace_run_through_all_that_follows(web: Web, bench: Any) -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    made = web.post("OFFICE", "matter.submitted.v1", MATTER, "s1", X_Request_Id="oa-4711", traceparent=trace)
    assert made.headers["X-Request-Id"] == "oa-4711"
    told = {(event.correlationid, event.causationid, event.traceparent.split("-")[1]) for event in bench.announced()}
    assert told == {("oa-4711", "s1", "a" * 32)}
    plain = web.post("ZJJ", "progress.reported.v1", REPORT, "r1", X_Request_Id="not one word", traceparent="nonsense")
    assert len(plain.headers["X-Request-Id"]) == 32
    (told_of,) = bench.announced("progress.reported")
    assert (told_of.correlationid, "nonsense" in str(told_of.traceparent)) == ("r1", False)


def test_when_it_happened_may_be_said_and_counts(web: Web, bench: Any) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER, Ce_Time="2026-03-02T09:00:00+08:00")
    assert bench.announced("matter.registered")[0].time.isoformat() == "2026-03-02T01:00:00+00:00"
    ahead = web.post("OFFICE", "matter.submitted.v1", MATTER | {"external_ref": "M-02"}, Ce_Time="2027-01-01T00:00:00Z")
    assert (ahead.status_code, ahead.json["errors"][0]["header"]) == (422, "Ce-Time")


def test_a_list_is_gone_through_page_by_page_and_nothing_is_left_out_or_shown_twice(web: Web) -> None:
    for number in range(5):
        web.post("OFFICE", "matter.submitted.v1", MATTER | {"external_ref": f"M-{number}"}, Ce_Time="2026-03-02T09:00:00Z")
    place, seen = "/v1/matters?limit=2&state=DISPATCHED", []
    while place:
        page = web.get("ZJJ", place)
        seen += [row["external_ref"] for row in page.json["items"]]
        link = page.headers.get("Link", "")
        assert bool(link) == bool(page.json["next"])
        place = link.partition("<")[2].partition(">")[0]
    assert sorted(seen) == [f"M-{number}" for number in range(5)]


def test_what_did_not_change_is_not_sent_again(web: Web) -> None:
    place = web.post("OFFICE", "matter.submitted.v1", MATTER).headers["Location"]
    first = web.get("ZJJ", place)
    again = web.get("ZJJ", place, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    web.post("ZJJ", "progress.reported.v1", REPORT)
    assert web.get("ZJJ", place, If_None_Match=first.headers["ETag"]).status_code == 200


def test_a_supporting_unit_sees_its_own_papers_and_the_lead_all(web: Web) -> None:
    help_ = {"unit": "SLJ", "role": "SUPPORTING", "deliverable": "意见", "limit": {"amount": 5, "unit": "WORKDAY"}}
    place = web.post("OFFICE", "matter.submitted.v1", MATTER | {"assignments": [*MATTER["assignments"], help_]}).headers[
        "Location"
    ]
    for unit in ("ZJJ", "SLJ"):
        web.post(unit, "progress.reported.v1", REPORT | {"unit": unit})
    filed = {
        who: {part["unit"]: len(part["filings"]) for part in web.get(who, place).json["parts"]}
        for who in ("OFFICE", "ZJJ", "SLJ")
    }
    assert filed["OFFICE"] == filed["ZJJ"] == {"ZJJ": 1, "SLJ": 1}
    assert filed["SLJ"] == {"ZJJ": 0, "SLJ": 1}


def test_a_fault_of_ours_is_a_500_without_a_word_of_the_body_and_can_be_sent_again(
    web: Web, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Intake, "on_matter_submitted", lambda *_: 1 / 0)
        broken = web.post("OFFICE", "matter.submitted.v1", MATTER, "s1")
    assert (broken.status_code, MATTER["title"] in broken.text) == (500, False)
    assert broken.headers["X-Request-Id"] in broken.json["detail"]
    assert bench.rows("SELECT * FROM inbox") == bench.rows("SELECT * FROM parked") == []
    assert web.post("OFFICE", "matter.submitted.v1", MATTER, "s1").status_code == 201
