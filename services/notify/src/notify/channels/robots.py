"""Group robots of WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书), public or on private hosts: a text to a group's webhook.

All answer 200 with an error code in the body; a code that is not known is a failure, never a delivery.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from notify.channels.web import TOTAL_SECONDS, Answer, request
from notify.domain.sending import DELIVERED, Copy, Outcome, later, never

MOST_BYTES = {"wecom": 2000, "dingtalk": 18_000, "feishu": 18_000}
"""UTF-8 bytes of a text, a little below what the makers take (2048, 20,000 and 20 kB for the whole request)."""
CODE = {"wecom": ("errcode",), "dingtalk": ("errcode",), "feishu": ("code", "StatusCode")}
ABOUT_THE_COPY = {
    "wecom": {40008, 40058, 44004, 45002},
    "dingtalk": {40035, 400105, 430101, 430102, 430103, 430104},
    "feishu": {9499},
}
"""Codes that would be the same in every attempt: wrong kind or form, empty, too long, forbidden content."""
ABOUT_THE_CHANNEL = {
    "wecom": {-1, 45009, 45033, 93000, 93004, 93008},
    "dingtalk": {-1, 130101, 300001, 310000, 400013, 400101, 400102, 400106, 410100},
    "feishu": {11232, 19001, 19021, 19022, 19024},
}
"""Codes that any copy would meet: busy, too fast, a wrong key, signature, keyword or address, a group or robot that is gone.

Read in the makers' documents as others quote them, and in answers that users have posted, in November 2026; none was tried on a
maker's own server. WeCom's 45033, 93004 and 93008 could not be found again and stay from memory.
"""
TOLD_BY_BODY = frozenset({400, 403})
"""Statuses that some of these servers give beside their own code, which says more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """`url` is the whole address with its key, as the maker's page shows it; a copy's address is a telephone number to be
    mentioned, or `group`. `clock` is needed because signatures carry the time."""

    maker: str
    url: str
    clock: Callable[[], datetime]
    secret: str | None = None
    trust: ssl.SSLContext | None = None
    seconds: float = TOTAL_SECONDS
    disturbs: bool = True

    @property
    def longest_seconds(self) -> float:
        """Connecting included."""
        return 2 * self.seconds

    def send(self, copy: Copy) -> Outcome:
        """Post a copy to the group."""
        url, body = self.call(copy, self.clock())
        headers = {"Content-Type": "application/json; charset=utf-8"}
        data = json.dumps(body, ensure_ascii=False).encode()
        answer = request("POST", url, data, headers, trust=self.trust, seconds=self.seconds, told_by_body=TOLD_BY_BODY)
        return answer if isinstance(answer, Outcome) else judged(self.maker, answer)

    def call(self, copy: Copy, now: datetime) -> tuple[str, dict[str, Any]]:
        """Address and body of the request at an instant."""
        text = shortened(f"{copy.text.rstrip()}\n[{copy.copy_id[:8]}]", MOST_BYTES[self.maker])
        mentioned = [] if copy.address == "group" else [copy.address]
        if self.maker == "wecom":
            return self.url, {"msgtype": "text", "text": {"content": text, "mentioned_mobile_list": mentioned}}
        if self.maker == "dingtalk":
            at = {"atMobiles": mentioned, "isAtAll": False}
            return self._signed_url(now), {"msgtype": "text", "text": {"content": text}, "at": at}
        return self.url, {**self._feishu_signature(now), "msg_type": "text", "content": {"text": text}}

    def _signed_url(self, now: datetime) -> str:
        if self.secret is None:
            return self.url
        stamp = str(int(now.timestamp() * 1000))
        sign = quote_plus(signature(key=self.secret, text=f"{stamp}\n{self.secret}"))
        return f"{self.url}{'&' if '?' in self.url else '?'}timestamp={stamp}&sign={sign}"

    def _feishu_signature(self, now: datetime) -> Mapping[str, str]:
        """Feishu signs an empty text, with the time and the secret as the key."""
        if self.secret is None:
            return {}
        stamp = str(int(now.timestamp()))
        return {"timestamp": stamp, "sign": signature(key=f"{stamp}\n{self.secret}", text="")}


def signature(*, key: str, text: str) -> str:
    """HMAC-SHA-256 in base64."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def shortened(text: str, most: int) -> str:
    """At most so many UTF-8 bytes, cut between characters; what was cut is seen."""
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: most - 3].decode("utf-8", "ignore") + "…"


def judged(maker: str, answer: Answer) -> Outcome:
    """What the code in the body says."""
    body = answer.json()
    code = next((body[name] for name in CODE[maker] if name in body), None) if isinstance(body, dict) else None
    said = f"{maker} answered {answer.status} {answer.body[:160].decode('utf-8', 'replace')!r}"
    if code == 0 and code is not False and answer.status < 300:
        return DELIVERED
    if not isinstance(code, int) or code is False:
        return later(said, ill=True, perhaps=True)
    if code in ABOUT_THE_COPY[maker]:
        return never(said)
    return later(said, ill=code in ABOUT_THE_CHANNEL[maker])
