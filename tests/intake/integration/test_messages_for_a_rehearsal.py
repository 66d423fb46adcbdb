"""`GET /v1/inbound`: what came in, by whichever door, for a key with the scope `replay` alone; nothing restricted is in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.event import Evidence, TimeLimit
from event_contracts.inbound import (
    CONFIDENTIAL,
    CampaignPlanned,
    ConclusionIssued,
    Finding,
    InspectionFound,
    InspectionPlanned,
    Team,
)
from event_contracts.notify import NoticeServed
from intake.domain.inspection import conclusion_id
from intake.domain.privacy import CITIZEN
from service_chassis import keyring
from service_chassis.errors import ConfigError
from service_chassis.messaging.envelope import Delivery
from service_chassis.web import retelling
from service_chassis.web.pages import Asked
from web_door import Web

ZONE = ZoneInfo("Asia/Shanghai")
PART = {"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 20, "unit": "WORKDAY"}}
MATTER: dict[str, Any] = {"external_ref": "M-01", "title": "老旧小区改造", "source": {"type": "DOCUMENT"}, "standard": "完成"}
MATTER |= {"assignments": [PART]}
SECRET = ("暗访点位", "魏一鸣", "密件内容", "绝密事项", "刘举报", "13900001111")
"""Words that may be in no answer."""


def march(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def bench(new_bench: Any) -> Any:
    return new_bench()


@pytest.fixture
def web(bench: Any) -> Web:
    return Web(bench.runtime, bench.policy)


def replayed(web: Web, **words: str) -> dict[str, dict[str, Any]]:
    """Id → event, over all pages."""
    token, found, path = web.key("OFFICE", ["replay"]), {}, "/v1/inbound"
    while path:
        answer = web.client.get(path, headers=web.headers(token), query_string=words)
        assert answer.status_code == 200, answer.text
        assert [word for word in SECRET if word in answer.text] == []
        found |= {event["id"]: event for event in answer.json["items"]}
        words = {**words, "cursor": answer.json["next"]} if answer.json["next"] else {}
        path = path if words.get("cursor") else ""
    return found


def test_what_came_by_the_broker_over_http_and_in_binary_mode_is_told_as_one_kind_of_event(web: Web, bench: Any) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER, "over-http")
    headers = {"ce-specversion": "1.0", "ce-id": "binary", "ce-source": "/units/ZJJ", "ce-time": "2026-03-05T09:00:00+08:00"}
    headers |= {"ce-type": "progress.reported.v1", "ce-recordedtime": "2020-01-01T00:00:00Z"}
    body = json.dumps({"matter": "M-01", "unit": "ZJJ", "text": "开工"}).encode()
    bench.receive(Delivery(body, "ZJJ.progress.reported.v1", "duban.inbound", 9, "application/json", "zjj", headers=headers))
    web.post("SLJ", "completion.claimed.v1", {"matter": "M-01", "unit": "SLJ", "text": "x"}, "waits")
    found = replayed(web)
    assert [(id_, event["type"], event["source"]) for id_, event in sorted(found.items())] == [
        ("binary", "progress.reported.v1", "/units/ZJJ"),
        ("over-http", "matter.submitted.v1", "/office"),
        ("waits", "completion.claimed.v1", "/units/SLJ"),
    ]
    assert found["binary"]["data"]["text"] == "开工"
    assert {event["recordedtime"] for event in found.values()} == {"2026-03-31T01:00:00Z"}  # whatever a sender says
    assert bench.rows("SELECT what FROM read_log WHERE what = 'inbound'")


@pytest.mark.parametrize(
    ("unit", "scopes", "status"),
    [
        ("OFFICE", ["replay"], 200),
        ("OFFICE", ["read", "write"], 403),
        ("ZJJ", ["replay"], 403),  # no such key can be made; one that stands in the table opens nothing either
        ("ZJJ", ["read", "write"], 403),
    ],
)
def test_no_other_key_opens_it_and_that_key_opens_nothing_else(web: Web, unit: str, scopes: list[str], status: int) -> None:
    token = web.key(unit, scopes)
    assert web.get(token, "/v1/inbound").status_code == status
    assert web.get(token, "/v1/matters").status_code == (403 if scopes == ["replay"] else 200)
    assert web.client.get("/v1/inbound").status_code == 401


def test_a_replay_key_is_the_offices(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match="board alone"):
        keyring.run(bench.runtime, ["create", "--unit", "ZJJ", "--scope", "replay"], "keys")
    assert keyring.run(bench.runtime, ["create", "--unit", "OFFICE", "--scope", "replay"], "keys") == 0
    assert "replay" in capsys.readouterr().err


@pytest.mark.parametrize("words", [{"since": "yesterday"}, {"cursor": "WzFd"}, {"limit": "3"}])
def test_what_is_asked_wrongly_is_told(web: Web, words: Mapping[str, str]) -> None:
    answer = web.client.get("/v1/inbound", headers=web.headers(web.key("OFFICE", ["replay"])), query_string=words)
    assert answer.status_code == 400
    assert next(iter(words)) in answer.json["detail"]


def test_page_by_page_everything_comes_once_and_nothing_older_than_asked_for(web: Web, bench: Any) -> None:
    clock = bench.runtime.clock
    for number in range(7):
        clock.move_to(march(31) + timedelta(seconds=number // 3))  # several of one instant
        web.post("OFFICE", "matter.submitted.v1", MATTER | {"external_ref": f"M-{number}"}, f"m{number}")
    page, read, after = retelling.page(bench.runtime.service, together=2), [], None
    while after is not False:
        with bench.database.begin() as session:
            words = {"cursor": after} if after else {}
            told = page.read(session, Asked(caller(web), words, clock.now(), bench.policy))
        read.append([event["id"] for event in told.items])
        after = told.cursor or False
    assert read == [["m0", "m1"], ["m2", "m3"], ["m4", "m5"], ["m6"]]
    assert sorted(replayed(web, since=(march(31) + timedelta(seconds=1)).isoformat())) == ["m3", "m4", "m5", "m6"]


def caller(web: Web) -> Any:
    from service_chassis.web.callers import Caller

    return Caller("OFFICE", "key.test", frozenset({"replay"}))


def test_an_informant_is_left_out_of_a_submission_and_of_a_decision(web: Web) -> None:
    told_by = {"name": "刘举报", "contact": "13900001111"}
    source = {"type": "HOTLINE", "number": "刘举报来电", "informant": told_by}
    matter = MATTER | {"title": "刘举报反映积水，电话13900001111", "source": source}
    assert web.post("OFFICE", "matter.submitted.v1", matter, "one").status_code == 201
    decided = {"directive": "D", "matters": [matter | {"external_ref": "M-02"}]}
    assert web.post("OFFICE", "matter.decomposed.v1", decided, "many").status_code == 201
    found = replayed(web)
    (inside,) = found["many"]["data"]["matters"]
    for one in (found["one"]["data"], inside):
        assert one["title"] == "某某反映积水，电话某某"
        assert one["source"] == {"type": "HOTLINE", "number": "某某来电"}
        assert one["assignments"] == [PART]


def test_to_whom_an_answer_went_is_left_out(web: Web) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER | {"source": {"type": "HOTLINE"}}, "asked")
    told = {"matter": "M-01", "unit": "ZJJ", "to": "刘举报", "text": "刘举报：已修好"}
    assert web.post("ZJJ", "reply.sent.v1", told, "answered").status_code == 201
    assert replayed(web)["answered"]["data"] == told | {"to": CITIZEN, "text": "某某：已修好"}


def test_classified_matters_are_not_in_it(web: Web) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER | {"title": "绝密事项", "classification": "TOP_SECRET"}, "classified")
    assert replayed(web) == {}


# ---------------------------------------------------------------- inspections

TEAM = Team(leader="孙立群", members=["何佳"])
PHOTO = [Evidence(kind="PHOTO", sha256="ab" * 32, place="大厅", collector="周敏")]


def visit(ref: str, **changes: Any) -> InspectionPlanned:
    told: dict[str, Any] = {"inspection": ref, "mode": "OPEN", "unit": "QDQ", "place": "大厅", "plan": "方案一", "team": TEAM}
    return InspectionPlanned(**told | {"from": date(2026, 3, 6), "to": date(2026, 3, 10)} | changes)


def covert(ref: str, **changes: Any) -> InspectionPlanned:
    return visit(ref, **{"mode": "COVERT", "place": "暗访点位", "team": Team(leader="魏一鸣", members=["何佳"])} | changes)


def found(ref: str, text: str) -> InspectionFound:
    finding = Finding(text=text, finding="W-1", standard="更正", limit=TimeLimit(amount=20, unit="WORKDAY"))
    return InspectionFound(inspection=ref, unit="QDQ", findings=[finding], evidence=PHOTO)


def concluded(ref: str, inspection: str, text: str) -> ConclusionIssued:
    finding = Finding(text=text, finding="W-1", standard="更正", limit=TimeLimit(amount=20, unit="WORKDAY"))
    about = {"conclusion": ref, "inspection": inspection, "unit": "QDQ", "findings": [finding], "evidence": PHOTO}
    return ConclusionIssued(**about, issued_by="赵明远")


def served(ref: str) -> NoticeServed:
    id_ = conclusion_id(ref)
    about = {"matter_id": id_, "external_ref": ref, "submitted_by": "OFFICE", "notice_id": f"CONCLUSION:{id_}", "unit": "QDQ"}
    return NoticeServed(**about, kind="CONCLUSION", about=id_, served_at=march(20), served_on=date(2026, 3, 20), mode="SIGNED")


def inspected(bench: Any) -> None:
    """An open and a covert inspection up to their conclusions, a campaign, and all that was refused or waits about them."""
    task = CampaignPlanned(campaign="JZ-1", period="2026-H1", units=["QDQ"], tasks=["甲"], team=TEAM, plan="方案二")
    for id_, data, day in (
        ("open-plan", visit("KF-1"), 2),
        ("campaign", task, 2),
        ("covert-plan", covert("AF-1"), 2),
        ("refused-open", covert("AF-1", mode="OPEN", plan="方案三"), 3),
        ("open-found", found("KF-1", "公开"), 11),
        ("covert-found", found("AF-1", "密件内容"), 11),
        ("waits", found("AF-2", "密件内容"), 11),
        ("open-concluded", concluded("JL-1", "KF-1", "公开"), 12),
        ("refused-unknown", concluded("JL-8", "AF-8", "密件内容"), 12),
        ("covert-concluded", concluded("JL-2", "AF-1", "密件内容"), 12),
        ("refused-again", concluded("JL-1", "KF-1", "密件内容"), 13),
    ):
        bench.send("OFFICE", data, march(day), id_)


def test_nothing_of_a_covert_inspection_is_in_it_and_open_ones_are(web: Web, bench: Any) -> None:
    inspected(bench)
    assert sorted(replayed(web)) == ["campaign", "open-concluded", "open-found", "open-plan"]


def test_once_its_conclusion_is_served_a_covert_one_is_told_like_any_other(
    web: Web, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspected(bench)
    bench.hear(served("JL-2"), march(20))
    monkeypatch.setattr(f"{__name__}.SECRET", ())
    assert {id_ for id_ in replayed(web) if id_.startswith("covert")} == {"covert-plan", "covert-found", "covert-concluded"}
    assert not {"refused-open", "refused-again", "refused-unknown", "waits"} & set(replayed(web))


def test_a_service_that_says_nothing_holds_back_what_may_be_confidential() -> None:
    from notify.service import Notify

    events = [{"type": type_} for type_ in sorted(CONFIDENTIAL)] + [{"type": "notice.signed.v1"}]
    assert len(CONFIDENTIAL) == 4
    assert Notify.retold(object.__new__(Notify), None, events) == [{"type": "notice.signed.v1"}]
