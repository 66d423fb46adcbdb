"""Accounts of others on the broker: the least rights, and names that the patterns of rights can hold."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from service_chassis.errors import ConfigError
from service_chassis.messaging.accounts import NOTHING, hashed, reader, sender


def test_a_department_writes_under_its_own_code_and_hears_its_own_refusals() -> None:
    who = sender("slj", "SLJ")
    inbound = next(right for right in who.topics() if right["exchange"] == "duban.inbound")
    assert re.search(inbound["write"], "SLJ.progress.reported.v1")
    for other in ("SLJX.progress.reported.v1", "ZJJ.progress.reported.v1", "OFFICE.slip.approved.v1", "XSLJ.a"):
        assert not re.search(inbound["write"], other)
    assert who.queue().bindings == (("duban.rejected", "SLJ.#"),)
    assert (who.rights()["configure"], who.rights()["read"]) == (NOTHING, "^slj$")
    assert not re.search(who.rights()["write"], "duban.events")


def test_a_reader_says_nothing_and_hears_what_it_was_granted() -> None:
    who = reader("board", ("escalation.slip.#", "scoring.#"))
    assert who.rights()["write"] == NOTHING
    assert all(right["write"] == NOTHING for right in who.topics())
    assert who.queue().bindings == (("duban.events", "escalation.slip.#"), ("duban.events", "scoring.#"))
    assert who.queue().arguments["x-overflow"] == "drop-head"


@pytest.mark.parametrize("name", ["a.b", "Slj", "intake", "duban", "x", "-a", "a" * 32, "a\n", "a/b", ".*"])
def test_a_name_that_is_a_pattern_or_one_of_ours_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="account name"):
        sender(name, "SLJ")


@pytest.mark.parametrize("code", ["DUBAN", "slj", "S.J", "S", "", ".*"])
def test_a_code_that_is_ours_or_none_is_refused(code: str) -> None:
    with pytest.raises(ConfigError, match="unit code"):
        sender("slj", code)


@pytest.mark.parametrize("pattern", ["", ".", "a..b", "a b", "escalation.slip*"])
def test_a_pattern_that_no_key_could_match_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError, match="routing pattern"):
        reader("board", ("escalation.#", pattern))


def test_the_password_is_kept_as_rabbitmq_keeps_it() -> None:
    kept = base64.b64decode(hashed("secret", b"\x01\x02\x03\x04"))
    assert kept == b"\x01\x02\x03\x04" + hashlib.sha256(b"\x01\x02\x03\x04secret").digest()
    with pytest.raises(ValueError, match="four bytes"):
        hashed("secret", b"\x01")
