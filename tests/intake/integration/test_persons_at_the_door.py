"""People who signed on: their role opens the door, their name stands under what they do; systems with keys likewise."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from event_contracts.vocabulary import CAPACITIES
from intake.service import Intake
from joserfc import jwt
from joserfc.jwk import RSAKey
from service_chassis import keyring
from service_chassis.errors import ConfigError
from service_chassis.web.tokens import SignOn, Tokens
from web_door import Web

KEY = RSAKey.generate_key(2048, {"kid": "one"})
MATTER = {
    "external_ref": "M-01",
    "title": "老旧小区改造",
    "source": {"type": "DOCUMENT"},
    "standard": "全部完成",
    "assignments": [{"unit": "ZJJ", "role": "LEAD", "deliverable": "报告", "limit": {"amount": 20, "unit": "WORKDAY"}}],
}
CLAIM = {"matter": "M-01", "unit": "ZJJ", "text": "已全部完成"}
VERDICT = {"matter": "M-01", "unit": "ZJJ"}


@pytest.fixture
def web(bench: Any, tmp_path: Path) -> Web:
    place = tmp_path / "keys.json"
    place.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    return Web(bench.runtime, bench.policy, tokens=Tokens(SignOn("https://id", "duban", str(place))))


@pytest.fixture
def person(bench: Any) -> Any:
    """`person(unit, role, …, name=…)`: a token of somebody who signed on a minute ago."""

    def make(unit: str, *roles: str, name: str = "陈立", minutes: int = 15) -> str:
        end = bench.runtime.clock.now() + timedelta(minutes=minutes)
        claims = {"iss": "https://id", "aud": "duban", "sub": "u", "exp": int(end.timestamp()), "unit": unit, "name": name}
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims | {"roles": list(roles)}, KEY)

    return make


def test_who_acts_is_who_signed_on(web: Web, person: Any, bench: Any) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER)
    web.post(person("ZJJ", "UNIT_LIAISON", name="王芳"), "completion.claimed.v1", CLAIM)
    officer = person("OFFICE", "OFFICER")
    other = web.post(officer, "completion.verified.v1", VERDICT | {"verified_by": "别人"})
    assert (other.status_code, other.json["code"]) == (403, "NOT_EMPOWERED")
    assert other.json["errors"][0]["pointer"] == "/verified_by"
    assert web.post(officer, "completion.verified.v1", VERDICT).status_code == 201
    assert [event.data.verified_by for event in bench.announced("completion.verified")] == ["陈立"]


def test_a_quota_is_overridden_under_ones_own_name(web: Web, person: Any) -> None:
    director = person("OFFICE", "SUPERVISION_DIRECTOR")
    for body in (MATTER, {"directive": "D", "matters": [MATTER]}):
        matter = MATTER | {"override": {"reason": "急", "by": "别人"}}
        sent = matter if body is MATTER else {"directive": "D", "matters": [matter]}
        type_ = "matter.submitted.v1" if body is MATTER else "matter.decomposed.v1"
        answer = web.post(director, type_, sent)
        assert (answer.status_code, answer.json["code"]) == (403, "NOT_EMPOWERED")
        assert answer.json["errors"][0]["pointer"].endswith("/override/by")


def test_a_unit_speaks_for_itself_whatever_its_body_says(web: Web, person: Any) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER)
    foreign = web.post(person("SLJ", "UNIT_HEAD"), "completion.claimed.v1", CLAIM)
    assert (foreign.status_code, foreign.json["code"]) == (403, "SENDER_MISMATCH")
    own = web.post(person("SLJ", "UNIT_HEAD"), "completion.claimed.v1", CLAIM | {"unit": "SLJ"}, "probe")
    unknown = web.post(person("SLJ", "UNIT_HEAD"), "completion.claimed.v1", CLAIM | {"unit": "SLJ", "matter": "M-77"}, "other")
    assert (own.status_code, own.json["state"]) == (unknown.status_code, unknown.json["state"]) == (202, "WAITING")


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Basic eA=="}, 401),
        ({"Authorization": "Bearer x"}, 401),
    ],
)
def test_nobody_comes_in_without_a_good_key_or_token(web: Web, header: dict[str, str], status: int) -> None:
    for path in ("/v1/matters", "/v1/export", "/v1/report", "/v1/waiting", "/v1/messages/x"):
        answer = web.client.get(path, headers=header)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), path
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert web.client.post("/v1/messages/matter.submitted.v1", json=MATTER, headers=header).status_code == status
    assert web.client.get("/v1/openapi.json").status_code == 200


def test_expired_tokens_and_keys_and_revoked_keys_open_nothing(web: Web, person: Any, bench: Any) -> None:
    late = person("OFFICE", "OFFICER", minutes=-5)
    key = web.key("ZJJ", days=1)
    assert (web.get(late, "/v1/matters").status_code, web.get(key, "/v1/matters").status_code) == (401, 200)
    assert keyring.run(bench.runtime, ["revoke", key.split("_")[1], "--by", "陈立"], "keys") == 0
    assert web.get(key, "/v1/matters").status_code == 401
    assert web.get(key[:-1] + ("A" if key[-1] != "A" else "B"), "/v1/matters").status_code == 401
    other = web.key("ZJJ", days=1)
    bench.runtime.clock.move_to(bench.runtime.clock.now() + timedelta(days=1))
    assert web.get(other, "/v1/matters").status_code == 401


def test_a_key_does_what_its_scopes_say(web: Web) -> None:
    web.post("OFFICE", "matter.submitted.v1", MATTER)
    report = {"matter": "M-01", "unit": "ZJJ", "text": "开工"}
    reader, reporter = web.key("ZJJ", ["read"]), web.key("ZJJ", ["write:progress.reported.v1"])
    assert web.post(reader, "progress.reported.v1", report).status_code == 403
    assert web.get(reader, "/v1/matters").status_code == 200
    assert web.post(reporter, "progress.reported.v1", report).status_code == 201
    assert web.post(reporter, "completion.claimed.v1", CLAIM).status_code == 403
    assert web.get(reporter, "/v1/matters").status_code == 403


def test_two_keys_are_good_at_once_and_a_third_is_not_made(
    web: Web, bench: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = []
    for _ in range(2):
        assert keyring.run(bench.runtime, ["create", "--unit", "ZJJ", "--label", "oa", "--days", "9"], "keys") == 0
        tokens.append(capsys.readouterr().out.strip())
    assert [web.get(token, "/v1/matters").status_code for token in tokens] == [200, 200]
    capsys.readouterr()
    with pytest.raises(ConfigError, match="revoke one"):
        keyring.run(bench.runtime, ["create", "--unit", "ZJJ", "--label", "oa"], "keys")
    keyring.run(bench.runtime, ["list", "--json"], "keys")
    listed = json.loads(capsys.readouterr().out)
    assert [(row["unit"], row["state"], row["used_at"] is not None) for row in listed] == [("ZJJ", "GOOD", True)] * 2
    assert not any(token.split("_", 2)[2] in json.dumps(listed) for token in tokens)
    monkeypatch.setattr("sys.stdin", io.StringIO("no key\n"))
    with pytest.raises(ConfigError, match="not a key"):
        keyring.run(bench.runtime, ["admit", "--unit", "SLJ"], "keys")


def test_a_key_of_another_service_can_be_admitted_here(web: Web, new_bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    other = new_bench()
    token = Web(other.runtime, other.policy).key("ZJJ")
    assert web.get(token, "/v1/matters").status_code == 401
    monkeypatch.setattr("sys.stdin", io.StringIO(token + "\n"))
    assert keyring.run(web.runtime, ["admit", "--unit", "ZJJ", "--days", "9"], "keys") == 0
    assert web.get(token, "/v1/matters").status_code == 200


def test_too_many_requests_of_one_key_are_told_when_to_come_again(bench: Any) -> None:
    web = Web(bench.runtime, bench.policy, per_minute=3)
    assert [web.get("ZJJ", "/v1/waiting").status_code for _ in range(2)] == [200, 429]
    told = web.get("ZJJ", "/v1/waiting")
    assert (told.json["code"], int(told.headers["Retry-After"])) == ("RATE_LIMITED", 21)
    assert web.get("SLJ", "/v1/waiting").status_code == 200
    assert [web.client.get("/v1/waiting", headers={"Authorization": "Bearer x"}).status_code for _ in range(2)] == [401, 429]


# ---- every role at every route

ROUTES = ("/v1/matters", "/v1/matters/{own}", "/v1/matters/{foreign}", "/v1/export?format=jsonl", "/v1/duplicates", "/v1/report")
ROUTES = (*ROUTES, "/v1/events/{own_event}", "/v1/events/{foreign_event}")
OF_THE_OFFICE = {"LEADING_GROUP_CHAIR", "LEADING_GROUP_DEPUTY", "SUPERVISION_DIRECTOR", "SECTION_HEAD", "OFFICER"}
OF_THE_OFFICE |= {"TEAM_LEADER", "TEAM_MEMBER"}
ALL, OWN, NONE = [200] * 8, [200, 200, 404, 200, 403, 403, 200, 404], [403] * 8
SEEN = {
    "OFFICE": dict.fromkeys([*OF_THE_OFFICE, "LEADER", "AUDITOR"], ALL)
    | dict.fromkeys(["INTEGRATOR", "NPC_LIAISON", "CPPCC_LIAISON"], [200, 200, 200, 200, 403, 403, 200, 200]),
    "ZJJ": dict.fromkeys(["LEADER", "AUDITOR"], ALL) | dict.fromkeys(["UNIT_HEAD", "UNIT_LIAISON", "INTEGRATOR"], OWN),
    "DISCIPLINE": dict.fromkeys(["LEADER", "AUDITOR"], ALL)
    | dict.fromkeys(["UNIT_HEAD", "UNIT_LIAISON", "INTEGRATOR", "DISCIPLINE"], [200, 404, 404, 200, 403, 403, 404, 404]),
}


@pytest.fixture
def small(new_bench: Any, tmp_path: Path) -> Web:
    """The door of an intake on a file of its own: these tests are about the door, not about databases."""
    bench = new_bench()
    place = tmp_path / "published.json"
    place.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    return Web(bench.runtime, bench.policy, tokens=Tokens(SignOn("https://id", "duban", str(place))))


@pytest.fixture
def token(small: Web) -> Any:
    def make(unit: str, *roles: str) -> str:
        end = int(small.runtime.clock.now().timestamp()) + 900
        claims = {"iss": "https://id", "aud": "duban", "sub": "u", "exp": end, "unit": unit, "name": "陈立", "roles": list(roles)}
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)

    return make


@pytest.mark.parametrize("unit", sorted(SEEN))
def test_every_role_sees_what_it_should_and_no_more(small: Web, token: Any, unit: str) -> None:
    foreign = MATTER | {"external_ref": "M-02", "assignments": [{**MATTER["assignments"][0], "unit": "SLJ"}]}  # type: ignore[dict-item]
    own, other = (small.post("OFFICE", "matter.submitted.v1", matter).json["matter_id"] for matter in (MATTER, foreign))
    with small.runtime.database.begin() as session:
        session.exec_driver_sql("UPDATE outbox SET published_at = announced_at")
        rows = session.exec_driver_sql("SELECT message_id FROM outbox WHERE type = 'intake.assignment.dispatched.v1' ORDER BY id")
        events = dict(zip(("own_event", "foreign_event"), rows.scalars(), strict=True))
    for role in CAPACITIES:
        asked = token(unit, role)
        found = [small.get(asked, route.format(own=own, foreign=other, **events)).status_code for route in ROUTES]
        assert found == SEEN[unit].get(role, NONE), role


def granted() -> dict[str, set[str]]:
    """Type → the roles that the page in the docs names."""
    text = (Path(__file__).resolve().parents[3] / "docs" / "http-authorisation.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")]
    return {row[0]: set(row[2].replace(" ", "").split(",")) for row in rows if row[0].endswith(".v1")}


AT = {"OFFICE": OF_THE_OFFICE | {"NPC_LIAISON", "CPPCC_LIAISON"}, "ZJJ": {"UNIT_HEAD", "UNIT_LIAISON"}}
AT["ASSESSMENT"] = AT["ZJJ"] | {"ASSESSMENT_OFFICE"}
ANYWHERE = {"LEADER", "AUDITOR", "OPERATOR", "INTEGRATOR"}


@pytest.mark.parametrize("unit", sorted(AT))
def test_every_role_sends_what_the_page_in_the_docs_says_and_nothing_else(small: Web, token: Any, unit: str) -> None:
    page = granted()
    types = [name for name, reads in Intake.reads.items() if reads.queue == "inbound"]
    assert len(types) > 15
    for role in CAPACITIES:
        asked = token(unit, role)
        sent = {name for name in types if small.post(asked, name, b"[]").status_code == 422}
        wanted = {name for name in types if role in page[name]} if role in AT[unit] | ANYWHERE else set()
        assert sent == wanted, role


def test_no_person_sees_a_list_with_inspections_in_it(web: Web, person: Any) -> None:
    found = {"inspection": "I-1", "unit": "ZJJ", "findings": [], "evidence": []}
    assert web.post("OFFICE", "inspection.found.v1", found).status_code == 422, "it has nothing to say"
    sent = web.post("OFFICE", "matter.withdrawn.v1", {"matter": "M-77", "reason": "误报", "by": "陈立"})
    assert sent.status_code == 202
    with web.runtime.database.begin() as session:
        session.exec_driver_sql("UPDATE waiting SET routing_key = 'OFFICE.inspection.found.v1'")
    listed = {
        who: web.get(who, "/v1/waiting").json["items"] for who in ("OFFICE", person("OFFICE", "OFFICER"), person("SLJ", "LEADER"))
    }
    assert [len(items) for items in listed.values()] == [1, 0, 0]
