"""The channels file (TOML): which channels there are, and which of them lead to whom. Everything wrong is named at once."""

from __future__ import annotations

import re
import ssl
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from notify.channels.channel import Channel
from notify.channels.email import Email
from notify.channels.inbox import Inbox
from notify.channels.robots import CODE, Robot
from notify.channels.sms import Sms
from notify.domain.audience import Addressee
from notify.domain.sending import Copy, Ways

KEYS = {
    "email": {"host", "port", "sender", "sender_name", "security", "user", "password_file", "ca", "seconds"},
    "robot": {"maker", "url", "secret_file", "ca", "seconds"},
    "sms": {"url", "method", "body", "headers", "success_field", "success_values", "ca", "seconds"},
    "inbox": set[str](),
}
NEEDED = {"email": ("host", "sender"), "robot": ("maker", "url"), "sms": ("url",), "inbox": ()}
PORTS = {"tls": 465, "starttls": 587, "none": 25}
MAIL = re.compile(r"[!-?A-~]+@[A-Za-z0-9.-]+")
TELEPHONE = re.compile(r"\+?[0-9]{5,20}")
ADDRESSES = {
    "email": (MAIL, "an e-mail address in ASCII"),
    "sms": (TELEPHONE, "a telephone number"),
    "robot": (re.compile(rf"group|{TELEPHONE.pattern}"), "group, or the telephone number to mention"),
    "inbox": (re.compile("own"), "nothing: write inbox alone"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What the file says; `ways` is all that the writing of notices needs."""

    specs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ways: Ways = Ways()

    def open(self, clock: Callable[[], datetime], put: Callable[[Copy], None]) -> dict[str, Channel]:
        """The channels themselves, by name; connects to nothing."""
        return {name: _channel(spec, clock, put) for name, spec in self.specs.items()}


def read(path: Path) -> Plan:
    """The plan in a file; ValueError names everything that is wrong."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"a readable TOML file ({error})") from error
    wrong = [f"unknown part [{name}]" for name in content if name not in ("channels", "units", "bodies", "scopes")]
    specs = content.get("channels", {})
    for name, spec in specs.items():
        wrong += [f"channels.{name}: {fault}" for fault in _faults(spec)]
    kinds = {name: str(spec.get("kind")) if isinstance(spec, dict) else "" for name, spec in specs.items()}
    units = {unit: _seats(f"units.{unit}", seats, kinds, wrong) for unit, seats in content.get("units", {}).items()}
    scopes = _scopes(content.get("scopes", {}), wrong)
    ways = Ways(units, _seats("bodies", content.get("bodies", {}), kinds, wrong), scopes)
    if wrong:
        raise ValueError("a channels file without these faults: " + "; ".join(wrong))
    return Plan(specs, ways)


def _faults(spec: Any) -> list[str]:
    """What is wrong with one channel."""
    kind = spec.get("kind") if isinstance(spec, dict) else None
    if kind not in KEYS:
        return [f"kind must be one of {', '.join(KEYS)}"]
    found = [f"unknown key {key}" for key in spec if key != "kind" and key not in KEYS[kind]]
    found += [f"{key} is missing" for key in NEEDED[kind] if not spec.get(key)]
    found += _wrong_values(spec)
    return found


def _wrong_values(spec: Mapping[str, Any]) -> list[str]:
    found = []
    if spec.get("security", "starttls") not in PORTS:
        found.append(f"security must be one of {', '.join(PORTS)}")
    if spec["kind"] == "robot" and spec.get("maker") not in CODE:
        found.append(f"maker must be one of {', '.join(CODE)}")
    if "url" in spec and (urlsplit(str(spec["url"])).scheme not in ("http", "https") or not urlsplit(str(spec["url"])).hostname):
        found.append("url must begin with http:// or https:// and a host")
    if "sender" in spec and not MAIL.fullmatch(str(spec["sender"])):
        found.append("sender must be an e-mail address")
    if not 0.05 <= float(spec.get("seconds", 15)) <= 60:
        found.append("seconds must be from 0.05 to 60")
    for key in ("password_file", "secret_file", "ca"):
        if key in spec and not Path(spec[key]).is_file():
            found.append(f"{key}: there is no file {spec[key]}")
    if spec["kind"] == "email" and not f"{spec.get('user', '')}{_secret(spec, 'password_file') or ''}".isascii():
        found.append("user and password must be ASCII, a login knows nothing else")
    return found


def _seats(place: str, seats: Any, kinds: Mapping[str, str], wrong: list[str]) -> dict[str, dict[str, str]]:
    """Seat → channel → address, from entries such as `email:wang@example.org` or `inbox`."""
    found: dict[str, dict[str, str]] = {}
    for seat, entries in seats.items() if isinstance(seats, dict) else ():
        if seat not in Addressee.__members__:
            wrong.append(f"{place}: {seat} is none of {', '.join(Addressee)}")
        for entry in entries if isinstance(entries, list) else [entries]:
            channel, _, address = str(entry).partition(":")
            kind = kinds.get(channel, "")
            address = address or ("own" if kind == "inbox" else "group" if kind == "robot" else "")
            if kind not in ADDRESSES:
                wrong.append(f"{place}.{seat}: there is no channel {channel}")
            elif not ADDRESSES[kind][0].fullmatch(address):
                wrong.append(f"{place}.{seat}: {channel} wants {ADDRESSES[kind][1]}")
            found.setdefault(seat, {})[channel] = address
    return found


def _scopes(scopes: Any, wrong: list[str]) -> dict[str, tuple[str, ...]]:
    """What bulletins call several units by."""
    found = {}
    for name, codes in scopes.items() if isinstance(scopes, dict) else ():
        if not isinstance(codes, list) or not codes or not all(isinstance(code, str) and code for code in codes):
            wrong.append(f"scopes.{name} must be a list of unit codes")
            continue
        found[name] = tuple(codes)
    return found


def _channel(spec: Mapping[str, Any], clock: Callable[[], datetime], put: Callable[[Copy], None]) -> Channel:
    given = {key: value for key, value in spec.items() if key not in ("kind", "ca", "password_file", "secret_file")}
    if spec["kind"] == "inbox":
        return Inbox(put)
    given["trust"] = ssl.create_default_context(cafile=spec["ca"]) if "ca" in spec else None
    if spec["kind"] == "email":
        port = given.pop("port", PORTS[given.get("security", "starttls")])
        return Email(port=port, password=_secret(spec, "password_file"), **given)
    if spec["kind"] == "robot":
        return Robot(clock=clock, secret=_secret(spec, "secret_file"), **given)
    if "success_values" in given:
        given["success_values"] = tuple(str(value) for value in given["success_values"])
    return Sms(**given)


def _secret(spec: Mapping[str, Any], key: str) -> str | None:
    path = Path(spec[key]) if key in spec else None
    return path.read_text("utf-8").strip() if path is not None and path.is_file() else None
