"""Which buttons are open: by the role of the account, and by published offices, powers and recusal once there are any."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from board import config
from board.access import approving
from board.access.powers import APPROVER, NAMED, Offices, concerns, lack, lack_of_named, offices_on, recusal
from board.access.roles import ACTS, BODIES, LEADING_GROUP, OFFICE, ROLES, TEAM, UNITS, Person
from board.acts.catalogue import offers
from board.domain import affairs
from board.domain.approvers import said_in
from board.errors import ConfigError
from board.store import desks
from published import bodies, persons

DAY = date(2026, 6, 10)
SECTION_HEAD = Person("li", "李科", "SECTION_HEAD")
OFFICER = Person("wang", "王专", "OFFICER")


def capacity(name: str, role: str, since: str = "2026-01-01", until: str | None = None) -> dict[str, Any]:
    return {"name": name, "role": role, "valid_from": since, "valid_until": until}


def test_while_nobody_was_published_the_role_of_the_account_decides_and_the_reason_names_who_may() -> None:
    assert lack(SECTION_HEAD, "approve:WHITE", Offices()) is None
    told = lack(OFFICER, "approve:YELLOW", Offices())
    assert told == ("须由督查室主任及以上办理", "For: Director or above")
    assert lack(OFFICER, "approve:RED", Offices()) == ("须由领导小组组长办理", "For: Chair of the leading group")
    assert lack(OFFICER, "award", Offices()) == (
        "须由领导小组组长、市考核办办理",
        "For: Chair of the leading group, Assessment office",
    )


def test_once_offices_are_published_they_decide_on_their_days_alone() -> None:
    held = [capacity("李科", "SECTION_HEAD", until="2026-06-09"), capacity("王专", "SECTION_HEAD", since="2026-06-10")]
    found = offices_on(DAY, held, [])
    ended = lack(SECTION_HEAD, "approve:WHITE", found)
    assert ended is not None
    assert "李科" in ended[0]
    assert "科长" in ended[0]
    assert lack(OFFICER, "approve:WHITE", found) is None  # stands in for the head of the section
    assert concerns(OFFICER, "approve:WHITE", found)
    assert lack(OFFICER, "urge", found) is None  # an urging names nobody: the role of the account


def test_published_offices_give_a_unit_and_a_body_nothing_and_take_nothing_from_them() -> None:
    found = offices_on(DAY, [capacity("田野", "SUPERVISION_DIRECTOR")], [])
    unit = Person("ty", "田野", "UNIT_HEAD", "ZJJ")
    assert not concerns(unit, "approve:YELLOW", found)
    assert lack(unit, "approve:YELLOW", found) is not None
    assert lack(unit, "report", found) is None
    assert lack(Person("zg", "赵刚", "DISCIPLINE"), "answer-referral", found) is None


def test_a_unit_that_has_ended_leaves_its_matters_to_its_successor() -> None:
    units = [
        {"code": "JXJ", "valid_to": "2026-06-09", "successor": "GXJ"},
        {"code": "ZJJ", "valid_to": "2026-06-10", "successor": None},
    ]
    found = offices_on(DAY, [], [], units)
    told = lack(Person("a", "某", "UNIT_LIAISON", "JXJ"), "report", found)
    assert told is not None
    assert "GXJ" in told[0]
    assert lack(Person("b", "某", "UNIT_LIAISON", "ZJJ"), "report", found) is None  # its last day is today


def test_the_policy_in_force_says_which_office_approves_and_withdrawal_is_one_above() -> None:
    deputy = Person("han", "韩明", "LEADING_GROUP_DEPUTY")
    held = [capacity("韩明", "LEADING_GROUP_DEPUTY"), capacity("李科", "SECTION_HEAD")]
    later = {"effective_from": "2026-06-11", "at": "a", "white": None, "yellow": None, "red": None}
    lowered = later | {"effective_from": "2026-06-01", "red": "LEADING_GROUP_DEPUTY", "yellow": "SECTION_HEAD", "white": "nobody"}
    assert lack(deputy, "approve:RED", offices_on(DAY, held, [])) is not None
    found = offices_on(DAY, held, [lowered, later])
    assert (found.approver["RED"], found.approver["WHITE"]) == ("LEADING_GROUP_DEPUTY", APPROVER["WHITE"])
    assert lack(deputy, "approve:RED", found) is None
    assert lack(SECTION_HEAD, "approve:YELLOW", found) is None
    assert lack(SECTION_HEAD, "withdraw:YELLOW", found) is not None
    assert lack(deputy, "approve:RED", offices_on(date(2026, 6, 11), held, [lowered, later])) is not None


def test_a_policy_file_says_who_approves_and_a_published_one_counts_over_what_it_names(tmp_path: Path, desk: Any) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('approval.red = "auto"\n[approver]\nred = "LEADING_GROUP_DEPUTY"\nyellow = "SECTION_HEAD"\n')
    servers = {"BOARD_DATABASE_URL": "sqlite:///board", "BOARD_AMQP_URL": "amqp://board:secret@localhost/duban"}
    beneath = approving.of_file(config.read(servers | {"DUBAN_POLICY": str(file)}).policy)
    assert approving.of_file(config.read(servers).policy) == APPROVER
    assert beneath == APPROVER | {"RED": "LEADING_GROUP_DEPUTY", "YELLOW": "SECTION_HEAD"}
    published = {"effective_from": "2026-06-10", "at": "a"} | said_in({"approver.red": "SUPERVISION_DIRECTOR"})
    before, since = (offices_on(day, [], [published], (), beneath).approver for day in (date(2026, 6, 9), DAY))
    assert (before["RED"], since["RED"]) == ("LEADING_GROUP_DEPUTY", "SUPERVISION_DIRECTOR")
    assert before["YELLOW"] == since["YELLOW"] == "SECTION_HEAD"

    desk.site.approver = beneath
    desk.read(*(body for body in bodies("ac03-full-ladder") if json.loads(body)["time"] < "2017-03-29T01:30"))
    draft = desk.browser("LEADING_GROUP_DEPUTY").get("/office").get_data(as_text=True)
    assert 'href="/act/approve?' in draft


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[approver]\nred = "MAYOR"', "approver.red is 'MAYOR'; write one of OFFICER"),
        ("[approver", "DUBAN_POLICY"),
        (None, "No such file"),
    ],
)
def test_a_policy_file_that_says_nothing_usable_stops_the_start(tmp_path: Path, text: str | None, told: str) -> None:
    file = tmp_path / "policy.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError, match=told):
        approving.of_file(str(file))


def test_who_took_part_leaves_it_to_others_by_name() -> None:
    assert recusal(" 张复 ", "王签\n张复") is not None
    assert recusal("张", "王签\n张复") is None
    assert recusal("张复", None) is None


def test_whom_a_form_names_must_hold_an_office_too() -> None:
    found = offices_on(DAY, [capacity("顾伟", "LEADER")], [])
    assert lack_of_named("顾伟 ", frozenset({"LEADER"}), found) is None
    assert lack_of_named("李科", frozenset({"LEADER"}), found) is not None
    assert lack_of_named("李科", frozenset({"LEADER"}), Offices()) is None


SIDES = {
    **dict.fromkeys(OFFICE, frozenset(power for power, roles in ACTS.items() if roles & OFFICE)),
    **{role: frozenset(power for power, roles in ACTS.items() if role in roles) for role in set(ROLES) - OFFICE},
}
"""Role → the powers whose buttons it sees, open or closed: its own, and at the office's desk those of its colleagues."""


@pytest.mark.parametrize("role", ROLES)
def test_every_role_and_every_power(role: str) -> None:
    """Shown to whoever works at that desk; open by role, and for decisions that name a person by the office alone."""
    person = Person("p", "某人", role, "ZJJ" if role in UNITS else None)
    nobody, without = Offices(), offices_on(DAY, [capacity("别人", "OFFICER")], [])
    with_office = offices_on(DAY, [capacity("某人", role)], [])
    by_office = person.sender == "OFFICE"
    for power, roles in ACTS.items():
        named = by_office and power.partition(":")[0] in NAMED
        assert concerns(person, power, nobody) == (power in SIDES[role]), power
        assert (lack(person, power, nobody) is None) == (role in roles), power
        assert (lack(person, power, without) is None) == (role in roles and not named), power
        assert (lack(person, power, with_office) is None) == (role in roles), power


def test_the_sides_are_as_meant() -> None:
    assert SIDES["AUDITOR"] == {"review"}
    assert SIDES["OPERATOR"] == SIDES["INTEGRATOR"] == frozenset()
    assert "approve:RED" in SIDES["OFFICER"]
    assert all(
        ACTS[power] & (LEADING_GROUP | TEAM | UNITS | frozenset(BODIES) | OFFICE | {"LEADER", "AUDITOR"}) for power in ACTS
    )


def test_a_policy_says_who_approves_as_a_policy_file_does() -> None:
    event = {
        "type": "escalation.policy.published.v1", "id": "p", "time": "2026-05-01T00:00:00Z",
        "data": {"version": "2", "effective_from": "2026-06-01", "parameters": {"approver": {"red": "LEADING_GROUP_DEPUTY"}}},
    }  # fmt: skip
    assert affairs.rows_of([event])["policy"] == [
        {"version": "2", "effective_from": "2026-06-01", "at": "2026-05-01T00:00:00Z", "white": None, "yellow": None,
         "red": "LEADING_GROUP_DEPUTY"}
    ]  # fmt: skip


# ---- on the pages


def draft(desk: Any) -> dict[str, str]:
    """A white waits for its approval; what an answer to it names."""
    from board.store import tables

    desk.read(*bodies("ac15-three-heads-one-ladder"))
    with desk.site.database.writing() as connection:
        part = matter_part(connection)
        row = {
            "topic": part["topic"],
            "kind": "DRAFT",
            "desk": "OFFICE",
            "unit": part["unit"],
            "key": "slip-1",
            "since": "2026-03-01",
        }
        connection.execute(tables.todo.insert().values(row | {"colour": "WHITE", "detail": "", "recused": ""}))
    return {"topic": part["topic"], "kind": "DRAFT", "key": "slip-1"}


def matter_part(connection: Any) -> dict[str, Any]:
    from board.store import listing, matters

    first, *_ = listing.listed(connection, {}, 9).rows
    found = matters.one(connection, first["matter_id"])
    assert found is not None
    return {"topic": first["matter_id"], "unit": found["rows"]["part"][0]["unit"]}


def test_the_office_sees_the_closed_button_with_its_reason_and_the_form_does_not_open(desk: Any) -> None:
    asked = draft(desk)
    officer = desk.browser("OFFICER", name="王专")
    page = officer.get("/office").get_data(as_text=True)
    assert '<button type="button" class="button" disabled>批准签发</button>' in page
    assert "须由科长" in page
    answer = officer.post("/act/approve", asked | {"reason": "同意"})
    assert answer.status_code == 403
    assert "须由科长" in answer.get_data(as_text=True)
    assert desk.outbox.sent == []


def test_a_published_office_opens_the_button_and_a_head_without_one_is_told(desk: Any) -> None:
    asked = draft(desk)
    desk.read(persons(("王专", "SECTION_HEAD")))
    assert "/act/approve?" in desk.browser("OFFICER", name="王专").get("/office").get_data(as_text=True)
    head = desk.browser("SECTION_HEAD", name="李科")
    assert "按已公布的职务，李科今天不能办理" in head.get("/office").get_data(as_text=True)
    assert head.get("/act/approve", query_string=asked).status_code == 403


def test_what_a_service_refuses_later_stands_beside_the_button(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from board.acts import sending

    monkeypatch.setattr(sending, "PATIENCE_SECONDS", 0)
    asked = draft(desk)
    desk.outbox.refusing = ("NOT_EMPOWERED", "无权作此决定 / holds none of the offices")
    head = desk.browser("SECTION_HEAD", name="李科")
    assert head.post("/act/approve", asked | {"reason": "同意"}).status_code == 200
    assert "已提交" in head.get("/office").get_data(as_text=True)
    desk.site.projector.step()
    page = head.get("/office").get_data(as_text=True)
    assert "（NOT_EMPOWERED）</strong>：无权作此决定" in page
    assert "/act/approve?" in page
    assert "NOT_EMPOWERED" not in desk.browser("SECTION_HEAD", name="赵科").get("/office").get_data(as_text=True)


def test_a_reviewer_who_took_part_is_named_before_anything_goes_out(desk: Any) -> None:
    from board.store import tables

    desk.read(*bodies("ac15-three-heads-one-ladder"))
    with desk.site.database.writing() as connection:
        part = matter_part(connection)
        row = {
            "topic": part["topic"],
            "kind": "REVIEW",
            "desk": "OFFICE",
            "unit": part["unit"],
            "key": "r-1",
            "since": "2026-03-01",
        }
        connection.execute(tables.todo.insert().values(row | {"colour": "RED", "detail": "", "recused": "王签"}))
    asked = {"topic": part["topic"], "kind": "REVIEW", "key": "r-1", "reason": "维持", "reviewers": "钱某\n王签"}
    answer = desk.browser("SECTION_HEAD", name="李科").post("/act/uphold", asked)
    assert answer.status_code == 400
    assert "王签参与过" in answer.get_data(as_text=True)
    own = desk.browser("SECTION_HEAD", name="王签").post("/act/uphold", asked | {"reviewers": ""})
    assert own.status_code == 403
    assert "王签参与过" in own.get_data(as_text=True)
    assert desk.outbox.sent == []


def test_offers_leave_out_what_is_not_the_persons_affair() -> None:
    wanted = [("urge", ""), ("withdraw", "RED"), ("report", "")]
    assert [offer.act.name for offer in offers(wanted, OFFICER, Offices())] == ["urge", "withdraw"]
    assert offers(wanted, Person("a", "陈实", "AUDITOR"), Offices()) == []


def test_capacities_and_policies_are_read_from_the_model(desk: Any) -> None:
    old = {
        "code": "JXJ",
        "name": "经信局",
        "kind": "DEPARTMENT",
        "valid_from": "2020-01-01",
        "valid_to": "2026-06-09",
        "successor": "GXJ",
    }
    event = {
        "specversion": "1.0", "id": "units-1", "source": "/duban/intake", "type": "intake.units.published.v1", "subject": "UNITS",
        "time": "2026-05-01T00:00:00Z", "sequence": 2,
        "data": {"units": [old, old | {"code": "GXJ", "valid_to": None}], "revision": 1},
    }  # fmt: skip
    desk.read(persons(("王专", "SECTION_HEAD")), json.dumps(event, ensure_ascii=False).encode())
    with desk.site.database.reading() as connection:
        assert [row["name"] for row in desks.capacities(connection)] == ["王专"]
        assert desks.policies(connection) == []
        assert desks.ending_units(connection) == [{"code": "JXJ", "valid_to": "2026-06-09", "successor": "GXJ"}]
