"""Conclusions, bulletins, bonuses and the year's end: what the board shows of them, and the messages that acts become."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from board.acts import sending
from board.acts.on_the_year import totals_of
from board.domain import conclusions
from board.store import papers
from duban.rehearse import Rehearsal, read_policy, rehearse
from published import CASES, bodies, events, persons

CASE = "d1-campaign-with-a-conclusion-for-each-unit"
CONTESTED, STANDING = "JL-QDQ", "JL-ZJJ"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody answers here: pages do not wait for it."""
    monkeypatch.setattr(sending, "PATIENCE_SECONDS", 0)
    yield


def built(desk: Any) -> Any:
    """A city with two conclusions, one of them contested, and a bulletin about both."""
    desk.read(*bodies(CASE))
    desk.clock.at = datetime(2026, 7, 25, 2, 0, tzinfo=UTC)
    return desk


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One such city for the tests that do not change what is published."""
    from conftest import opened  # the one beside this folder

    made = opened(f"sqlite:///{tmp_path_factory.mktemp('town') / 'board.sqlite'}")
    yield built(next(made))
    next(made, None)


@pytest.fixture
def town(shared: Any) -> Any:
    """The shared city; nothing has gone out yet."""
    shared.outbox.sent.clear()
    return shared


def conclusion(desk: Any, ref: str) -> dict[str, Any]:
    with desk.site.database.reading() as connection:
        return next(row for row in papers.conclusions(connection, 9).rows if row["ref"] == ref)


def said(desk: Any) -> tuple[str, dict[str, Any]]:
    """The routing key and the data of what went out last."""
    key, body, _, _ = desk.outbox.sent[-1]
    return key, json.loads(body)["data"]


def test_a_conclusion_is_shown_with_its_findings_and_where_its_review_stands(town: Any) -> None:
    contested, standing = conclusion(town, CONTESTED), conclusion(town, STANDING)
    assert (contested["state"], contested["decide_by"], contested["grounds"]) == ("CONTESTED", "2026-08-19", "WT-2 已整改")
    assert [code for code, _ in contested["findings"]] == ["WT-1", "WT-2"]
    assert (standing["state"], standing["served_on"], standing["review_until"]) == (
        "ISSUED",
        "2026-07-03",
        "2026-08-03T16:00:00Z",
    )


def test_what_a_sealed_conclusion_says_is_shown_once_it_is_disclosed() -> None:
    common = {"matter_id": "k", "external_ref": "JL-1", "unit": "ZJJ", "issued_at": "2026-07-17T01:00:00Z"}
    issued = {"type": "intake.conclusion.issued.v1", "source": "i", "subject": "k", "sequence": 1, "id": "1"}
    told = {"findings": [{"finding": "WT-1", "text": "不符"}], "took_part": ["何佳"], "issued_by": "赵明远"}
    first = issued | {"data": common | {"sealed": True, "findings": [], "took_part": []}}
    second = issued | {"type": "intake.conclusion.disclosed.v1", "sequence": 2, "id": "2", "data": common | told}
    (sealed,) = conclusions.rows_of("k", [first])["conclusion"]
    (open_,) = conclusions.rows_of("k", [second, first])["conclusion"]
    assert (sealed["sealed"], sealed["findings"]) == (True, "[]")
    assert (open_["sealed"], json.loads(open_["findings"]), open_["took_part"]) == (False, [["WT-1", "不符"]], "何佳")
    assert conclusions.rows_of("k", []) == {}


def test_a_unit_sees_its_own_conclusions_alone(town: Any) -> None:
    page = town.browser("UNIT_LIAISON", "ZJJ").get("/conclusions").get_data(as_text=True)
    assert STANDING in page
    assert "<dd>2026-08-03</dd>" in page  # the last day of its window, which ends at 00:00 of the day after
    assert CONTESTED not in page
    assert "/act/appeal?" in page


def test_a_unit_applies_for_the_review_of_a_conclusion_without_a_colour(town: Any) -> None:
    row, browser = conclusion(town, STANDING), town.browser("UNIT_HEAD", "ZJJ", "王芳")
    assert browser.post("/act/appeal", {"topic": row["conclusion_id"], "unit": "ZJJ", "reason": "台账已补"}).status_code == 200
    key, data = said(town)
    assert key == "ZJJ.review.filed.v1"
    assert (data["matter"], data["unit"], data["grounds"]) == (row["conclusion_id"], "ZJJ", "台账已补")
    assert not data.get("colour")
    foreign = {"topic": conclusion(town, CONTESTED)["conclusion_id"], "unit": "QDQ", "reason": "x"}
    assert browser.post("/act/appeal", foreign).status_code == 404


def review(desk: Any, act: str, name: str = "钱志强", **form: Any) -> Any:
    row = conclusion(desk, CONTESTED)
    asked = {"topic": row["conclusion_id"], "kind": "CONCLUSION_REVIEW", "key": row["review_id"], "reason": "复查属实"}
    return desk.browser("SUPERVISION_DIRECTOR", name=name).post(f"/act/{act}", asked | form)


def test_reviewers_take_findings_out_of_a_conclusion(town: Any) -> None:
    assert review(town, "vary-conclusion", reviewers="冯涛").status_code == 400  # names no finding
    assert review(town, "vary-conclusion", findings="WT-9").status_code == 400  # one that it does not have
    assert town.outbox.sent == []
    assert review(town, "vary-conclusion", findings="WT-2", reviewers="冯涛").status_code == 200
    key, data = said(town)
    assert key == "OFFICE.review.decided.v1"
    assert (data["outcome"], data["findings"], data["reviewers"]) == ("VARIED", ["WT-2"], ["钱志强", "冯涛"])
    assert data["request"] == conclusion(town, CONTESTED)["review_id"]
    assert "已提交" in town.browser("OFFICER").get("/conclusions").get_data(as_text=True)


@pytest.mark.parametrize(("act", "outcome"), [("uphold-conclusion", "UPHELD"), ("overturn-conclusion", "OVERTURNED")])
def test_reviewers_let_a_conclusion_stand_or_fall(town: Any, act: str, outcome: str) -> None:
    assert review(town, act).status_code == 200
    assert (said(town)[1]["outcome"], said(town)[1].get("findings") or []) == (outcome, [])


def test_who_took_part_in_the_inspection_does_not_review_its_conclusion(town: Any) -> None:
    answer = review(town, "uphold-conclusion", name="周敏")
    assert answer.status_code == 403
    assert "周敏参与过" in answer.get_data(as_text=True)
    assert review(town, "uphold-conclusion", reviewers="何佳").status_code == 400
    assert town.outbox.sent == []


def test_a_conclusion_waits_for_its_signature(desk: Any) -> None:
    desk.read(*(body for body in bodies(CASE) if b"notify.notice.served" not in body))
    browser = desk.browser("UNIT_LIAISON", "ZJJ", "王芳")
    row = conclusion(desk, STANDING)
    assert "/act/sign?" in browser.get("/u/ZJJ").get_data(as_text=True)
    asked = {"topic": row["conclusion_id"], "kind": "CONCLUSION_SIGN", "key": row["conclusion_id"], "reason": "已收悉"}
    assert browser.post("/act/sign", asked).status_code == 200
    key, data = said(desk)
    assert (key, data["matter"], data["signed_by"]) == ("ZJJ.notice.signed.v1", row["conclusion_id"], "王芳")


# ---- bulletins


def test_a_bulletin_names_slips_and_conclusions_and_goes_out_in_the_name_of_who_approves(town: Any) -> None:
    chair = town.browser("LEADING_GROUP_CHAIR", name="组长 韩立")
    form = chair.get("/act/publish-bulletin").get_data(as_text=True)
    row = conclusion(town, STANDING)
    pick = f"{row['conclusion_id']}|ZJJ|"
    assert f'value="{pick}"' in form
    asked = {"bulletin": "督通报〔2026〕8号", "scope": "各县市区\nZJJ", "text": "情况如下", "items": pick, "reason": "经研究同意"}
    assert chair.post("/act/publish-bulletin", asked | {"items": "nothing|ZJJ|RED"}).status_code == 400
    assert chair.post("/act/publish-bulletin", asked).status_code == 200
    key, data = said(town)
    assert key == "OFFICE.bulletin.published.v1"
    assert (data["scope"], data["approved_by"]) == (["各县市区", "ZJJ"], "组长 韩立")
    assert [(item["matter"], item["unit"], item.get("colour")) for item in data["items"]] == [(row["conclusion_id"], "ZJJ", None)]


def test_a_bulletin_is_put_right_under_its_own_number_to_the_same_audience(town: Any) -> None:
    leader = town.browser("LEADER", name="市长")
    number = next(event["data"]["bulletin"] for event in events(CASE) if event["type"] == "notify.bulletin.published.v1")
    assert number in leader.get("/bulletins").get_data(as_text=True)
    asked = {
        "key": number,
        "bulletin": "督通报〔2026〕9号",
        "text": "第二项数字有误",
        "items": "JL-ZJJ|ZJJ|",
        "reason": "数字有误",
    }
    assert leader.post("/act/correct-bulletin", asked | {"key": "none"}).status_code == 404
    assert leader.post("/act/correct-bulletin", asked).status_code == 200
    _, data = said(town)
    assert (data["bulletin"], data["scope"]) == ("督通报〔2026〕9号", ["各县市区"])
    assert data["text"] == f"更正：{number}\n第二项数字有误"


def test_a_correction_by_the_platform_stands_on_the_page(desk: Any) -> None:
    town = built(desk)
    number = next(event["data"]["bulletin"] for event in events(CASE) if event["type"] == "notify.bulletin.published.v1")
    event = {
        "specversion": "1.0", "id": "c", "source": "/duban/notify", "type": "notify.bulletin.corrected.v1",
        "subject": "BULLETINS", "time": "2026-08-03T01:00:00Z", "sequence": 9,
        "data": {"bulletin": f"{number}（更正）", "corrects": number, "scope": ["各县市区"], "items": [], "revision": 2,
                 "conclusions": [{"conclusion": CONTESTED, "unit": "QDQ"}], "approved_by": "市长", "slip_id": "x",
                 "corrected_at": "2026-08-03T01:00:00Z"},
    }  # fmt: skip
    town.read(json.dumps(event, ensure_ascii=False).encode())
    with town.site.database.reading() as connection:
        corrected, first = papers.bulletins(connection, 9).rows
    assert (corrected["corrects"], corrected["items"]) == (number, [[CONTESTED, "QDQ", ""]])
    assert first["bulletin"] == number


# ---- the year


def bonus(desk: Any, role: str, proof: bool = True, **form: str) -> Any:
    asked: dict[str, Any] = {
        "unit": "ZJJ",
        "year": "2026",
        "amount": "0.50",
        "reason": "经验在全省推广",
        "approved_by": "市长 顾伟",
    }
    asked |= form | ({"evidence": (BytesIO(b"paper"), "paper.pdf")} if proof else {})
    return desk.browser(role).post("/act/award", asked, content_type="multipart/form-data")


def test_the_assessment_office_awards_a_bonus_with_evidence_and_the_name_of_who_approved(town: Any) -> None:
    assert bonus(town, "ASSESSMENT_OFFICE").status_code == 200
    key, data = said(town)
    assert key == "ASSESSMENT.bonus.awarded.v1"
    assert (data["unit"], data["year"], data["amount"], data["approved_by"]) == ("ZJJ", 2026, "0.50", "市长 顾伟")
    assert [item["kind"] for item in data["evidence"]] == ["DOCUMENT"]
    assert "/act/award" in town.browser("ASSESSMENT_OFFICE").get("/assessment").get_data(as_text=True)


@pytest.mark.parametrize(
    "form", [{"amount": "much"}, {"amount": "NaN"}, {"amount": "-0.50"}, {"year": "soon"}, {"unit": "住建局"}]
)
def test_a_bonus_that_makes_no_sense_goes_nowhere(town: Any, form: dict[str, str]) -> None:
    assert bonus(town, "ASSESSMENT_OFFICE", **form).status_code == 400
    assert bonus(town, "ASSESSMENT_OFFICE", proof=False).status_code == 400
    assert town.outbox.sent == []


def test_who_approves_a_bonus_must_hold_the_office_once_offices_are_published(desk: Any) -> None:
    town = built(desk)
    town.read(persons(("市长 顾伟", "LEADER"), ("李科", "SECTION_HEAD")))
    answer = bonus(town, "ASSESSMENT_OFFICE", approved_by="李科")
    assert answer.status_code == 400
    assert "李科今天不能办理" in answer.get_data(as_text=True)
    assert bonus(town, "ASSESSMENT_OFFICE").status_code == 200


def test_the_year_is_closed_with_base_totals(town: Any) -> None:
    browser = town.browser("ASSESSMENT_OFFICE")
    asked = {"year": "2025", "base_totals": "ZJJ 86.50\nQDQ，91", "reason": "考核委员会审定"}
    assert browser.post("/act/finalise", asked).status_code == 200
    key, data = said(town)
    assert key == "ASSESSMENT.assessment.finalised.v1"
    assert (data["year"], data["base_totals"]) == (2025, {"ZJJ": "86.50", "QDQ": "91.00"})
    assert browser.post("/act/finalise", asked | {"base_totals": "ZJJ"}).status_code == 400


def test_a_unit_twice_among_the_totals_is_told() -> None:
    with pytest.raises(ValueError, match="ZJJ 2"):
        totals_of(["ZJJ 1", "ZJJ 2"])


def test_the_services_take_what_these_acts_send(town: Any, tmp_path: Path) -> None:
    """The messages as they left the board, played after those of the case: nothing is refused, and each has its effect."""
    chair, standing = town.browser("LEADING_GROUP_CHAIR", name="组长 韩立"), conclusion(town, STANDING)
    assert review(town, "vary-conclusion", findings="WT-2", reviewers="冯涛").status_code == 200
    pick = f"{standing['conclusion_id']}|ZJJ|"
    bulletin = {"bulletin": "督通报〔2026〕8号", "scope": "各县市区", "text": "情况如下", "items": pick, "reason": "同意"}
    assert chair.post("/act/publish-bulletin", bulletin).status_code == 200
    number = next(event["data"]["bulletin"] for event in events(CASE) if event["type"] == "notify.bulletin.published.v1")
    correction = {"key": number, "bulletin": "督通报〔2026〕9号", "text": "数字有误", "items": "JL-ZJJ|ZJJ|", "reason": "有误"}
    assert chair.post("/act/correct-bulletin", correction).status_code == 200
    appeal = {"topic": standing["conclusion_id"], "unit": "ZJJ", "reason": "台账已补"}
    assert town.browser("UNIT_HEAD", "ZJJ", "王芳").post("/act/appeal", appeal).status_code == 200
    assert bonus(town, "ASSESSMENT_OFFICE").status_code == 200
    closing = {"year": "2025", "base_totals": "ZJJ 86.50", "reason": "审定"}
    assert town.browser("ASSESSMENT_OFFICE").post("/act/finalise", closing).status_code == 200
    found, refused = played(town, tmp_path)
    assert refused == []
    assert found["escalation.conclusion.varied.v1"][0]["findings"] == ["WT-2"]
    numbers = {data["bulletin"] for data in found["notify.bulletin.published.v1"]}  # of one instant: in any order
    assert numbers == {number, "督通报〔2026〕8号", "督通报〔2026〕9号"}
    assert {data["external_ref"] for data in found["escalation.conclusion.contested.v1"]} == {CONTESTED, STANDING}
    assert found["scoring.score.bonus_awarded.v1"][0]["amount"] == "0.50"
    assert found["scoring.assessment.finalised.v1"][0]["totals"][0]["base_total"] == "86.50"


def played(desk: Any, folder: Path) -> tuple[dict[str, list[dict[str, Any]]], list[dict[str, Any]]]:
    """What the services make of the case and of what left the board: published data by type, and what of ours was refused."""
    ids = {row["conclusion_id"]: row["ref"] for row in (conclusion(desk, CONTESTED), conclusion(desk, STANDING))}
    sent = "\n".join(body.decode() for _, body, _, _ in desk.outbox.sent)
    for id_, ref in ids.items():  # the board was told of ids of its own (published.bodies); the references are the same
        sent = sent.replace(id_, ref)
    file = folder / "messages.jsonl"
    file.write_text((CASES / f"{CASE}.jsonl").read_text("utf-8").rstrip() + "\n" + sent + "\n", "utf-8")
    policy, overrides = read_policy(None)
    rehearse(Rehearsal(file, policy, date(2026, 7, 31), folder, overrides), lambda text: None)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folder / "published.jsonl").read_text("utf-8").splitlines():
        event = json.loads(line)
        found[event["type"]].append(event["data"])
    own = {message_id for _, _, message_id, _ in desk.outbox.sent}
    refusals = json.loads((folder / "outcome.json").read_text("utf-8"))["refusals"]
    return found, [refusal for refusal in refusals if refusal["id"] in own]
