"""`python -m notify webhooks …`: what an operator does about endpoints. A secret is shown once, when it is made, and in no list.

Nothing here calls a receiver: that is the role `hooks`, which may run where no person logs in.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from service_chassis.delivery import Runtime
from service_chassis.errors import ConfigError

from notify.domain.sending import State
from notify.domain.webhooks import NAME, OLD_SECRET, PATTERN, Standing
from notify.store import webhooks
from notify.webhooks.signing import new_secret
from notify.webhooks.targets import Rules, url_fault

SHOWN = ("endpoint", "url", "patterns", "owner", "standing", "reason", "faults", "resting_until", "last_taken_at")
LOGGED = ("event_id", "type", "subject", "state", "attempts", "next_at", "ended_at", "detail", "log")
ONCE = "密钥只显示这一次，请交给接收方 / the secret is shown this once, hand it to the receiver"


def run(runtime: Runtime, rules: Rules, words: Sequence[str]) -> int:
    """Do what the words say; 1 where there is no such endpoint or event."""
    wanted = _parser().parse_args(words)
    now = runtime.clock.now()
    with runtime.database.begin() as session:
        if wanted.what not in ("add", "list", "go-on") and webhooks.endpoint(session, wanted.endpoint) is None:
            print(f"{wanted.endpoint}: 没有这个接收端 / no such endpoint")
            return 1
        code: int = wanted.do(session, wanted, now) if wanted.what != "add" else _add(session, wanted, rules, now)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m notify webhooks", description="Webhook 接收端 / receivers of webhooks")
    parts = parser.add_subparsers(dest="what", required=True)

    def command(name: str, do: Any, text: str, *, about: bool = True) -> argparse.ArgumentParser:
        found = parts.add_parser(name, help=text, description=text)
        if about:
            found.add_argument("endpoint")
        found.set_defaults(do=do)
        return found

    add = command("add", None, "登记，并显示密钥 / register, and show the secret")
    add.add_argument("url", help="https://…")
    add.add_argument("--hear", action="append", required=True, metavar="PATTERN", help="escalation.slip.# (可多次 / repeatable)")
    add.add_argument("--whole", action="store_true", help="发送事件全文，而非仅信封 / send whole events, not envelopes alone")
    add.add_argument("--owner", default="", help="联系人 / whom to call when it fails")
    command("list", _list, "接收端及其积压 / endpoints with what waits", about=False)
    rotate = command("rotate", _rotate, "换密钥，旧密钥暂时并用 / a new secret; the old one signs, too, for a while")
    rotate.add_argument("--hours", type=_hours, default=OLD_SECRET, help="旧密钥并用小时数 / how long (default 24)")
    disable = command("disable", _disable, "停用 / send nothing any more")
    disable.add_argument("--reason", default="由值班人员停用 / by an operator")
    command("enable", _enable, "质询接收方，通过后启用 / challenge the receiver, and begin when it has answered")
    log = command("deliveries", _deliveries, "投递日志 / the log of deliveries, newest first")
    log.add_argument("--state", choices=[state.value for state in State])
    log.add_argument("--most", type=int, default=100)
    again = command("redeliver", _redeliver, "再次投递 / send again: one event, or a part of the archive")
    again.add_argument("--event", help="事件号 / its id")
    again.add_argument("--since", type=_instant, help="起（含） / from (2026-03-01T00:00:00+08:00)")
    again.add_argument("--until", type=_instant, help="止（不含），默认现在 / to (now by default)")
    on = command("go-on", _go_on, "归档被更换后继续 / go on after the archive was replaced", about=False)
    on.add_argument("--since", type=_instant, required=True, help="此后公布的事件补投 / queue what was announced from here on")
    return parser


def _add(session: Any, wanted: argparse.Namespace, rules: Rules, now: datetime) -> int:
    faults = [fault] if (fault := url_fault(wanted.url, rules)) else []
    faults += [f"{wanted.endpoint}: 名称须为 3–32 个 [a-z0-9-] / a name is [a-z0-9-]{{3,32}}"] * (
        not NAME.fullmatch(wanted.endpoint)
    )
    faults += [
        f"{each}: 不是路由键模式 / is no pattern such as escalation.slip.#" for each in wanted.hear if not PATTERN.fullmatch(each)
    ]
    if faults:
        raise ConfigError("webhooks add: " + "; ".join(faults))
    secret = new_secret()
    row = {"endpoint": wanted.endpoint, "url": wanted.url, "patterns": wanted.hear, "whole": wanted.whole, "owner": wanted.owner}
    if not webhooks.add(session, row, secret, now):
        raise ConfigError(f"webhooks add: {wanted.endpoint} 已登记 / is registered already")
    print(f"{wanted.endpoint} {wanted.url}\n{ONCE}:\n{secret}\n然后 / then: python -m notify webhooks enable {wanted.endpoint}")
    return 0


def _list(session: Any, _wanted: argparse.Namespace, _now: datetime) -> int:
    numbers: dict[str, dict[str, int]] = {}
    for name, state, count in webhooks.counts(session):
        numbers.setdefault(name, {})[state] = count
    for row in webhooks.endpoints(session):
        _print(row, SHOWN, payload="whole" if row["whole"] else "thin", deliveries=numbers.get(row["endpoint"], {}))
    if why := webhooks.halted(session):
        print(why)
    return 0


def _rotate(session: Any, wanted: argparse.Namespace, now: datetime) -> int:
    secret = new_secret()
    webhooks.add_secret(session, wanted.endpoint, secret, now, now + wanted.hours)
    print(f"{ONCE}:\n{secret}\n旧密钥并用至 / the old one signs, too, until {(now + wanted.hours).isoformat()}")
    return 0


def _disable(session: Any, wanted: argparse.Namespace, now: datetime) -> int:
    webhooks.change(session, wanted.endpoint, standing=Standing.DISABLED.value, reason=wanted.reason, disabled_at=now)
    print(f"{wanted.endpoint}: 已停用 / disabled")
    return 0


def _enable(session: Any, wanted: argparse.Namespace, _now: datetime) -> int:
    """Events from now on are queued; the challenge decides whether they leave."""
    row = webhooks.endpoint(session, wanted.endpoint)
    assert row is not None
    webhooks.change(session, wanted.endpoint, standing=Standing.VERIFYING.value, challenged_until=None)
    print(f"{wanted.endpoint}: 由 hooks 进程质询，结果见 list / the role hooks challenges it now; see `webhooks list`")
    if row["disabled_at"] is not None:
        since = row["disabled_at"].astimezone(UTC).isoformat()
        print(f"停用期间的事件需补投 / for what came meanwhile: webhooks redeliver {wanted.endpoint} --since {since}")
    return 0


def _deliveries(session: Any, wanted: argparse.Namespace, _now: datetime) -> int:
    state = State(wanted.state) if wanted.state else None
    for row in webhooks.deliveries(session, wanted.endpoint, state, wanted.most):
        _print(row, LOGGED)
    return 0


def _redeliver(session: Any, wanted: argparse.Namespace, now: datetime) -> int:
    if bool(wanted.event) == bool(wanted.since):
        raise ConfigError("webhooks redeliver: 须给出 --event 或 --since / give either --event or --since")
    if wanted.event:
        found = webhooks.again(session, wanted.endpoint, [wanted.event], now)
        said = "重新排队 / in the queue again" if found else "日志中没有，请用 --since / not in the log, use --since"
        print(f"{wanted.event}: {said}")
        return 0 if found else 1
    webhooks.ask_replay(session, wanted.endpoint, wanted.since, min(wanted.until or now, now))
    print(f"{wanted.endpoint}: 由 hooks 进程从归档读取 / the role hooks reads it from the archive")
    return 0


def _go_on(session: Any, wanted: argparse.Namespace, _now: datetime) -> int:
    webhooks.go_on(session, wanted.since)
    print("从头读取归档 / the archive is read from its beginning")
    return 0


def _print(row: Mapping[Any, Any], shown: Sequence[str], **more: Any) -> None:
    print(json.dumps({key: row[key] for key in shown} | more, ensure_ascii=False, default=str))


def _instant(text: str) -> datetime:
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise argparse.ArgumentTypeError("须为带时区的时刻 / an instant with an offset, 2026-03-01T00:00:00+08:00")
    return found


def _hours(text: str) -> timedelta:
    if not text.isdigit() or not 0 <= int(text) <= 24 * 30:
        raise argparse.ArgumentTypeError("0 至 720 的小时数 / hours from 0 to 720")
    return timedelta(hours=int(text))
