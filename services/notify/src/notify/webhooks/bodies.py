"""What a webhook says: the event without its data and where to get it (thin), or the event as it was published (whole)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson

CONTENT_TYPE = "application/cloudevents+json"
CHALLENGE = "duban.webhook.challenged.v1"
LEFT_OUT = ("data",)


def thin(event: bytes, fetch: str | None) -> bytes:
    """The envelope alone. `dataref` (CloudEvents' claim check) is `fetch` with what `filled` knows of the event."""
    found: dict[str, Any] = orjson.loads(event)
    kept = {key: value for key, value in found.items() if key not in LEFT_OUT}
    if fetch is not None:
        kept["dataref"] = filled(fetch, found)
    return orjson.dumps(kept)


def filled(fetch: str, event: dict[str, Any]) -> str:
    """`{id}`, `{subject}`, `{type}`, and `{service}` (who published it) in an address."""
    fetch = fetch.replace("{service}", quote(str(event.get("source", "")).rpartition("/")[2], safe=""))
    for name in ("id", "subject", "type"):
        fetch = fetch.replace(f"{{{name}}}", quote(str(event.get(name, "")), safe=""))
    return fetch


def challenge(id_: str, word: str, at: str) -> bytes:
    """Asks a receiver to prove that it holds the secret."""
    event = {"specversion": "1.0", "id": id_, "source": "/duban/notify", "type": CHALLENGE, "time": at}
    return orjson.dumps({**event, "datacontenttype": "application/json", "data": {"challenge": word}})
