"""A review that is varied: down to a lower colour, or with a longer limit, in the reviewers' names."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from board.access.powers import Offices
from board.access.roles import Person
from board.acts.catalogue import BY_NAME, answers_for
from board.acts.forms import Filled
from board.acts.sending import wire
from board.errors import Refused

TARGET = {"matter_id": "0b8f4c3e-51c5-5a8c-9d3e-0f6a4c1f2a10", "unit": "ZJJ", "colour": "RED", "key": "R-7"}
NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
REVIEWER = Person("zhang", "张复", "SUPERVISION_DIRECTOR")


def sent(**form: str) -> dict[str, Any]:
    data = BY_NAME["vary"].build(Filled(REVIEWER, TARGET, {"reason": "情节较轻", **form}))
    found: dict[str, Any] = json.loads(wire(data, "OFFICE", "a-1", NOW))["data"]
    return found


def test_a_review_may_go_down_to_a_lower_colour() -> None:
    found = sent(new_colour="YELLOW", workdays="", reviewers="李复\n")
    assert (found["outcome"], found["colour"], found["new_colour"]) == ("VARIED", "RED", "YELLOW")
    assert (found["reviewers"], found["reasons"], found["request"]) == (["张复", "李复"], "情节较轻", "R-7")
    assert not found.get("new_limit")


def test_a_review_may_give_the_slip_a_longer_limit() -> None:
    found = sent(new_colour="", workdays="12")
    assert found["new_limit"] == {"amount": 12, "unit": "WORKDAY"}
    assert not found.get("new_colour")


def test_a_variation_that_changes_nothing_is_refused_before_it_goes_out() -> None:
    with pytest.raises(Refused, match="VARIED"):
        sent(new_colour="", workdays="")


def test_days_that_are_no_number_are_not_taken_for_none() -> None:
    with pytest.raises(ValueError, match="soon"):
        sent(workdays="soon")


def test_who_took_part_sees_closed_buttons_with_the_reason_and_who_did_not_sees_open_ones() -> None:
    todo = {"kind": "REVIEW", "desk": "OFFICE", "unit": "ZJJ", "colour": "RED", "recused": "王签"}
    names = ["uphold", "vary", "overturn"]
    assert [(offer.act.name, offer.lack) for offer in answers_for(todo, REVIEWER, Offices())] == [(name, None) for name in names]
    closed = answers_for(todo | {"recused": "王签\n张复"}, REVIEWER, Offices())
    assert [offer.act.name for offer in closed] == names
    assert all(offer.lack is not None and "张复参与过" in offer.lack[0] for offer in closed)


def test_the_form_leaves_a_choice_that_is_not_required_unchanged_at_first(desk: Any) -> None:
    with desk.app.test_request_context("/act/vary"):
        from flask import g, render_template

        g.english, g.session = False, None
        text = render_template("act.html", act=BY_NAME["vary"], target=TARGET, fault="", form={}, person=REVIEWER)
    assert '<select name="new_colour"><option value="">不变</option>' in text
    assert "required" not in text.split('name="new_colour"')[1].split("</select>")[0]
