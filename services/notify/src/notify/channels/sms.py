"""Text messages through any gateway that takes one HTTP request for each: method, address and body are templates.

`{to}`, `{text}`, `{id}` and `{unit}` are filled in, quoted for where they stand: in the address and in forms for a URL, in JSON
for JSON, in XML for XML. The gateway's own field says whether it took the message; 200 alone says so only where none is named.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from notify.channels.web import TOTAL_SECONDS, Answer, request
from notify.domain.sending import DELIVERED, Copy, Outcome, later

PLACES = ("to", "text", "id", "unit")
Quote = Callable[[str], str]


def quoting(content_type: str) -> Quote:
    """How a value is written into a body of this type."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]
    if kind.endswith("xml"):
        return lambda value: escape(value, {'"': "&quot;", "'": "&apos;"})
    return for_url


def for_url(value: str) -> str:
    """A value in a URL or a form."""
    return quote(value, safe="")


def filled(template: str, values: Mapping[str, str], quoted: Quote) -> str:
    """The template with the values in their places; other braces stay, as JSON has many. Values are never looked into again."""
    parts, rest = [], template
    while rest:
        start = min((at for name in PLACES if (at := rest.find(f"{{{name}}}")) >= 0), default=-1)
        if start < 0:
            break
        end = rest.index("}", start)
        parts += [rest[:start], quoted(values[rest[start + 1 : end]])]
        rest = rest[end + 1 :]
    return "".join(parts) + rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A gateway. `success_field` is a path such as `result.code`, `success_values` what stands there when it took the message."""

    url: str
    method: str = "POST"
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    success_field: str | None = None
    success_values: tuple[str, ...] = ("0",)
    trust: ssl.SSLContext | None = None
    seconds: float = TOTAL_SECONDS
    disturbs: bool = True

    @property
    def longest_seconds(self) -> float:
        """Connecting included."""
        return 2 * self.seconds

    def send(self, copy: Copy) -> Outcome:
        """Hand a copy's title, which fits a telephone, to the gateway."""
        values = {"to": copy.address, "text": copy.title, "id": copy.copy_id, "unit": copy.unit}
        kind = next((value for name, value in self.headers.items() if name.lower() == "content-type"), "")
        url = filled(self.url, values, for_url)
        body = filled(self.body, values, quoting(kind)).encode()
        answer = request(self.method, url, body, self.headers, trust=self.trust, seconds=self.seconds)
        return answer if isinstance(answer, Outcome) else self.judged(answer)

    def judged(self, answer: Answer) -> Outcome:
        """Whether the gateway took it."""
        if self.success_field is None:
            return DELIVERED
        found = _at(answer.json(), self.success_field)
        said = f"the gateway answered {answer.body[:160].decode('utf-8', 'replace')!r}"
        if found is None:
            return later(said, ill=True, perhaps=True)
        return DELIVERED if found in self.success_values else later(said)


def _at(body: Any, path: str) -> str | None:
    """The value at a path as text; None where there is none."""
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    if body is None or isinstance(body, dict | list):
        return None
    return str(body).lower() if isinstance(body, bool) else str(body)
