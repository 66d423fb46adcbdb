"""`python -m <service> keys create|admit|list|revoke`: who may come to this service's HTTP door with which key.

A token is printed once and kept nowhere. Two good keys of one unit and label may exist at once, so that a key is changed without
a gap: create the second, move the system over, revoke the first. `admit` lets a key of another service open this one's door too.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from event_contracts.envelope import UNIT_CODE
from event_contracts.schemas import REQUESTS

from service_chassis.delivery import Runtime
from service_chassis.errors import ConfigError
from service_chassis.persistence import api_keys
from service_chassis.persistence.api_keys import Key
from service_chassis.web import keys
from service_chassis.web.callers import OFFICE, REPLAY, SCOPES, WRITE

AT_ONCE = 2
LONGEST_DAYS = 1096
"""Three years; a key that nobody has thought of for longer is a key that nobody guards."""


def run(runtime: Runtime, words: Sequence[str], program: str) -> int:
    """The command; 0 when it is done, 1 when there is no such key."""
    wanted = _parser(program).parse_args(words)
    now = runtime.clock.now()
    if wanted.what == "list":
        return _list(runtime, wanted, now)
    if wanted.what == "revoke":
        return _revoke(runtime, wanted, now)
    return _add(runtime, wanted, now)


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program, description="接口密钥 / keys of systems at the HTTP door")
    what = parser.add_subparsers(dest="what", required=True)
    for name, text in (
        ("create", "新建并显示一次 / make one and show it once"),
        ("admit", "从标准输入读取另一服务的密钥 / read one of another service"),
    ):
        adding = what.add_parser(name, help=text)
        adding.add_argument("--unit", required=True, metavar="CODE", help="代表哪个单位 / whom it speaks for: ZJJ, or OFFICE")
        adding.add_argument("--label", default="system", help="哪个系统 / which system has it; default: system")
        adding.add_argument(
            "--scope", action="append", metavar="SCOPE", help="read, write, write:<type>, replay; default: read and write"
        )
        adding.add_argument("--days", type=int, default=365, help=f"有效天数 / good for so many days, 1 to {LONGEST_DAYS}")
        adding.add_argument("--by", default=getpass.getuser(), metavar="PERSON", help="经办人 / who makes it")
    listing = what.add_parser("list", help="列出 / list them; secrets are kept nowhere")
    listing.add_argument("--unit", metavar="CODE")
    listing.add_argument("--json", action="store_true")
    revoking = what.add_parser("revoke", help="吊销 / from now on it opens nothing")
    revoking.add_argument("id", metavar="ID")
    revoking.add_argument("--by", default=getpass.getuser(), metavar="PERSON")
    return parser


def _add(runtime: Runtime, wanted: argparse.Namespace, now: datetime) -> int:
    _check(wanted)
    scopes = tuple(dict.fromkeys(wanted.scope or SCOPES))
    end = now + timedelta(days=wanted.days)
    key, token = keys.make(wanted.unit, wanted.label, scopes, now, end, wanted.by)
    if wanted.what == "admit":
        try:
            key = keys.admitted(sys.stdin.readline(), key)
        except ValueError as error:
            raise ConfigError(str(error)) from error
    with runtime.database.begin() as session:
        good = [old for old in api_keys.every(session, key.unit) if old.label == key.label and old.is_good_at(now)]
        if len(good) >= AT_ONCE:
            old = ", ".join(each.id for each in good)
            raise ConfigError(
                f"{key.unit} 的 {key.label} 已有 {len(good)} 个有效密钥 / has {old} already: revoke one, or use another --label"
            )
        if api_keys.find(session, key.id) is not None:
            raise ConfigError(f"{key.id} 已存在 / this key is known here already")
        api_keys.add(session, key, scopes)
    if wanted.what == "create":
        print(token)
    told = f"{key.id}: {key.unit} {key.label}, {', '.join(scopes)}, 有效至 / until {end:%Y-%m-%d}"
    print(told + ("；密钥只显示这一次 / shown this once only" if wanted.what == "create" else ""), file=sys.stderr)
    return 0


def _check(wanted: argparse.Namespace) -> None:
    wrong = []
    if UNIT_CODE.fullmatch(wanted.unit) is None or wanted.unit == "DUBAN":
        wrong.append(f"--unit {wanted.unit}: 应为单位代码或 OFFICE / a unit code such as ZJJ, or OFFICE")
    if not 1 <= wanted.days <= LONGEST_DAYS:
        wrong.append(f"--days {wanted.days}: 1 至 {LONGEST_DAYS} / from 1 to {LONGEST_DAYS}")
    known = {*SCOPES, REPLAY, *(f"{WRITE}:{name}" for name in REQUESTS)}
    wrong += [f"--scope {scope}: read, write, write:<type>, replay" for scope in wanted.scope or () if scope not in known]
    if REPLAY in (wanted.scope or ()) and wanted.unit != OFFICE:
        wrong.append("--scope replay: 仅限 --unit OFFICE / for the office's board alone")
    if wrong:
        raise ConfigError("keys: " + "; ".join(wrong))


def _list(runtime: Runtime, wanted: argparse.Namespace, now: datetime) -> int:
    with runtime.database.begin() as session:
        found = api_keys.every(session, wanted.unit)
    shown = [_shown(key, now) for key in found]
    if wanted.json:
        print(json.dumps(shown, ensure_ascii=False, indent=1))
        return 0
    for row in shown:
        used = row["used_at"] or "从未使用 never used"
        first = f"{row['id']}  {row['unit']:<10} {row['label']:<16} {row['state']:<8} {row['expires_at']}"
        print(f"{first}  {','.join(row['scopes'])}  {used}")
    return 0


def _shown(key: Key, now: datetime) -> dict[str, Any]:
    state = "REVOKED" if key.revoked_at else "GOOD" if key.is_good_at(now) else "EXPIRED"
    instants = {name: getattr(key, name) for name in ("created_at", "expires_at", "revoked_at", "used_at")}
    return {
        "id": key.id,
        "unit": key.unit,
        "label": key.label,
        "scopes": list(key.scopes),
        "state": state,
        "created_by": key.created_by,
        **{name: at.isoformat(timespec="seconds") if at else None for name, at in instants.items()},
    }


def _revoke(runtime: Runtime, wanted: argparse.Namespace, now: datetime) -> int:
    with runtime.database.begin() as session:
        done = api_keys.revoke(session, wanted.id, now, wanted.by)
    text = "已吊销 / revoked" if done else "没有这个有效的密钥 / no such key that was not revoked before"
    print(f"{wanted.id}: {text}", file=sys.stdout if done else sys.stderr)
    return 0 if done else 1
