"""The channels file: everything wrong in it is named at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from notify.channels import plan
from notify.channels.email import Email
from notify.channels.inbox import Inbox
from notify.channels.robots import Robot
from notify.channels.sms import Sms

GOOD = """
[channels.mail]
kind = "email"
host = "127.0.0.1"
sender = "d@example.org"
security = "none"
[channels.group]
kind = "robot"
maker = "dingtalk"
url = "http://10.0.0.7:8080/robot?access_token=x"
secret_file = "SECRET"
[channels.sms]
kind = "sms"
url = "http://gw/{to}"
success_values = [0, 200]
[channels.board]
kind = "inbox"
[units.ZJJ]
HEAD = ["mail:a@example.org", "board", "group"]
[bodies]
ASSESSMENT = "sms:13800000000"
"""


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "secret").write_text("S3CRET\n")
    path = tmp_path / "channels.toml"
    path.write_text(text.replace("SECRET", str(tmp_path / "secret")), "utf-8")
    return path


def test_a_file_makes_channels_and_the_ways_to_people(tmp_path: Path) -> None:
    found = plan.read(written(tmp_path, GOOD))
    assert found.ways.to("ZJJ", "HEAD") == {"mail": "a@example.org", "board": "own", "group": "group"}
    assert found.ways.to("ZJJ", "ASSESSMENT") == {"sms": "13800000000"}
    channels = found.open(lambda: datetime(2026, 3, 2, tzinfo=UTC), lambda _: None)
    assert [type(channels[name]) for name in ("mail", "group", "sms", "board")] == [Email, Robot, Sms, Inbox]
    assert channels["group"].secret == "S3CRET"  # type: ignore[attr-defined]
    assert channels["sms"].success_values == ("0", "200")  # type: ignore[attr-defined]
    assert channels["mail"].port == 25  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "email"', 'kind = "fax"', "kind must be one of"),
        ('host = "127.0.0.1"', "", "host is missing"),
        ('security = "none"', 'security = "maybe"', "security must be one of"),
        ("dingtalk", "qq", "maker must be one of"),
        ('url = "http://gw/{to}"', 'url = "gopher://gw"', "url must begin with"),
        ("mail:a@example.org", "mail:王@example.org", "an e-mail address in ASCII"),
        ("mail:a@example.org", "post:a@example.org", "there is no channel post"),
        ("sms:13800000000", "sms:abc", "a telephone number"),
        ("HEAD", "BOSS", "BOSS is none of"),
        ("[bodies]", "[people]", "unknown part [people]"),
        ('secret_file = "SECRET"', 'secret_file = "/nowhere/at/all"', "there is no file"),
        ("[channels.mail]", "[channels.mail]\nhots = 1", "unknown key hots"),
        ("[units.ZJJ]", "[units", "a readable TOML file"),
        ("[units.ZJJ]", '[scopes]\nall = "ZJJ"\n[units.ZJJ]', "scopes.all must be a list of unit codes"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ValueError, match=".*") as found:
        plan.read(written(tmp_path, GOOD.replace(old, new)))
    assert said in str(found.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="host is missing.*maker must be"):
        plan.read(written(tmp_path, GOOD.replace('host = "127.0.0.1"', "").replace("dingtalk", "qq")))
