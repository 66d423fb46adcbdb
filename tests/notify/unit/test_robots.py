"""What robots, gateways and mails are sent, byte for byte where others check a signature, and how their answers are read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from notify.channels.email import Email
from notify.channels.robots import ABOUT_THE_CHANNEL, ABOUT_THE_COPY, CODE, Robot, judged, shortened
from notify.channels.sms import Sms, filled, for_url, quoting
from notify.channels.web import Answer
from notify.domain.sending import Copy, Result

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TEXT = "【督办】白色督办单：咸办督〔2026〕18号\n第二行\n"
COPY = Copy(
    copy_id="0123abcd-0000-8000-a000-000000000000",
    unit="ZJJ",
    addressee="HEAD",
    address="13800000000",
    title='督办 "引号" & <尖>',
    text=TEXT,
    written_at=NOW,
)


def robot(maker: str, secret: str | None = None, url: str = "https://im.example/hook?access_token=T") -> Robot:
    return Robot(maker=maker, url=url, clock=lambda: NOW, secret=secret)


def signed(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def test_dingtalk_signs_time_and_secret_with_the_secret_in_the_address() -> None:
    url, body = robot("dingtalk", "SEC1").call(COPY, NOW)
    query = parse_qs(urlsplit(url).query)
    stamp = str(int(NOW.timestamp() * 1000))
    assert query == {"access_token": ["T"], "timestamp": [stamp], "sign": [signed("SEC1", f"{stamp}\nSEC1")]}
    assert (body["msgtype"], body["at"]["atMobiles"]) == ("text", ["13800000000"])


def test_feishu_signs_nothing_with_time_and_secret_in_the_body() -> None:
    url, body = robot("feishu", "SEC2").call(COPY, NOW)
    stamp = str(int(NOW.timestamp()))
    assert url == "https://im.example/hook?access_token=T"
    assert (body["timestamp"], body["sign"], body["msg_type"]) == (stamp, signed(f"{stamp}\nSEC2", ""), "text")


def test_wecom_mentions_the_telephone_and_stays_below_its_limit() -> None:
    _, body = robot("wecom").call(COPY, NOW)
    assert body["text"]["mentioned_mobile_list"] == ["13800000000"]
    assert body["text"]["content"].endswith("[0123abcd]")
    assert len(shortened("督" * 5000, 2000).encode()) <= 2000
    assert shortened("督" * 5000, 2000).endswith("督…")


@pytest.mark.parametrize(
    ("maker", "body", "result"),
    [
        ("wecom", {"errcode": 0, "errmsg": "ok"}, Result.DELIVERED),
        ("wecom", {"errcode": 45009}, Result.LATER),
        ("wecom", {"errcode": 45002}, Result.NEVER),
        ("wecom", {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}, Result.NEVER),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, Result.LATER),
        ("wecom", {"errcode": 777}, Result.LATER),
        ("wecom", {}, Result.LATER),
        ("wecom", {"errcode": False}, Result.LATER),
        ("dingtalk", {"errcode": 0}, Result.DELIVERED),
        ("dingtalk", {"errcode": 310000}, Result.LATER),
        ("dingtalk", {"errcode": 410100}, Result.LATER),
        ("dingtalk", {"errcode": 400106}, Result.LATER),
        ("dingtalk", {"errcode": 430104}, Result.NEVER),
        ("dingtalk", {"status": 1111, "punish": "deny"}, Result.LATER),
        ("feishu", {"code": 0}, Result.DELIVERED),
        ("feishu", {"code": 9499, "msg": "Bad Request"}, Result.NEVER),
        ("feishu", {"code": 19021, "StatusCode": 0}, Result.LATER),
        ("feishu", {"StatusCode": 0}, Result.DELIVERED),
        ("feishu", {"code": 19021}, Result.LATER),
        ("feishu", {"errcode": 0}, Result.LATER),
    ],
)
def test_only_the_makers_own_zero_is_a_delivery(maker: str, body: Any, result: Result) -> None:
    assert judged(maker, Answer(200, json.dumps(body).encode())).result is result


def test_a_status_beside_the_makers_code_changes_nothing_but_makes_no_delivery() -> None:
    gone = {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
    assert judged("feishu", Answer(400, json.dumps(gone).encode())).result is Result.LATER
    assert judged("feishu", Answer(400, b'{"code": 0}')).result is Result.LATER


def test_no_code_is_about_the_copy_and_about_the_channel() -> None:
    assert all(not ABOUT_THE_COPY[maker] & ABOUT_THE_CHANNEL[maker] for maker in CODE)


def test_values_are_quoted_for_where_they_stand_and_never_filled_twice() -> None:
    values = {"to": "{text}", "text": '"x" & <y>\n', "id": "1", "unit": "Z"}
    assert json.loads(filled('{"a": "{to}", "b": "{text}"}', values, quoting("application/json"))) == {
        "a": "{text}",
        "b": '"x" & <y>\n',
    }
    assert filled("<t>{text}</t>", values, quoting("text/xml")) == "<t>&quot;x&quot; &amp; &lt;y&gt;\n</t>"
    assert filled("m={text}&u={unit}", values, for_url) == "m=%22x%22%20%26%20%3Cy%3E%0A&u=Z"


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b'{"result": {"code": 0}}', Result.DELIVERED),
        (b'{"result": {"code": "0"}}', Result.DELIVERED),
        (b'{"result": {"code": 7}}', Result.LATER),
        (b"{}", Result.LATER),
        (b"fine", Result.LATER),
    ],
)
def test_the_gateways_own_field_says_whether_it_took_the_message(body: bytes, result: Result) -> None:
    assert Sms(url="http://x/", success_field="result.code").judged(Answer(200, body)).result is result


def test_a_mail_is_the_same_in_every_attempt_and_no_text_reaches_into_its_headers() -> None:
    channel = Email(host="h", port=25, sender="duban@example.org", sender_name="督查室")
    mail = channel.message(COPY)
    assert mail["Message-ID"] == f"<{COPY.copy_id}@example.org>"
    assert mail.get_content().replace("\r\n", "\n") == TEXT
    assert channel.message(COPY).as_bytes() == mail.as_bytes()
    assert mail.as_bytes().isascii()
