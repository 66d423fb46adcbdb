"""`python -m board ROLE`: serve, rebuild, account. Settings come from the environment (config.py)."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from board import config
from board.access import approving, passwords
from board.access.openid.flow import SignOn
from board.access.roles import ROLES, UNITS
from board.amqp.outbox import BrokerOutbox
from board.amqp.stream import StreamFeed
from board.clock import SystemClock
from board.domain.texts import ZONE, as_text
from board.errors import ConfigError, Unavailable
from board.rehearsing.doors import Doors
from board.rehearsing.process import Rehearsals, Way, sweep
from board.rehearsing.rules import RulesOfTheCommand
from board.serving import Address, board
from board.store import accounts, desks, people
from board.store.database import Database

MOST_SECONDS = 21_600.0
"""After which a rehearsal is given up: reading and playing."""
ENDED_SECONDS = 5.0
"""How long the board waits at its own end for a rehearsal to leave nothing behind."""


def rehearsing_of(settings: config.Settings) -> Rehearsals | None:
    """Rehearsals of what stands behind the services' doors; None where no doors are named."""
    told = settings.rehearsing
    if told is None:
        return None
    database = Database(settings.database_url)

    def published() -> list[dict[str, Any]]:
        with database.reading() as connection:
            return desks.published_policies(connection)

    def today() -> date:
        return SystemClock().now().astimezone(ZONE).date()

    sweep()
    command = (told.python, "-m", "duban.rehearsing_beside")
    base = Path(settings.policy).read_text("utf-8") if settings.policy else ""  # `approving` has read it before
    doors, rules = Doors(told.doors, told.key, told.ca, told.days), RulesOfTheCommand(command, base, published, today)
    return Rehearsals(doors, rules, SystemClock().now, Way(command, MOST_SECONDS, ZONE))


def serve(settings: config.Settings) -> None:
    """The board, until it is asked to stop."""
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    looks: dict[str, Any] = {"names": settings.names, "secure_cookies": settings.secure_cookies, "live": settings.live}
    looks |= {"approver": approving.of_file(settings.policy)}
    looks |= {"sign_on": SignOn(settings.open_id) if settings.open_id is not None else None}
    rehearsals = rehearsing_of(settings)
    looks |= {"rehearsals": rehearsals}
    feed, outbox = StreamFeed(settings.amqp_url), BrokerOutbox(settings.amqp_url)
    at = Address(settings.host, settings.port, settings.proxy)
    told_at = Address(*settings.metrics) if settings.metrics is not None else None
    with board(settings.database_url, feed, outbox, SystemClock(), at, told_at, **looks) as address:
        print(f"看板 board: {address}", flush=True)
        over.wait()
    if rehearsals is not None:
        rehearsals.cancel()
        rehearsals.join(ENDED_SECONDS)
    feed.close()
    outbox.close()


def rebuild(settings: config.Settings) -> None:
    """Forget everything that was made from events; the board builds it anew from the archive. Accounts and acts stay."""
    database = Database(settings.database_url)
    database.prepare()
    database.forget_model()
    database.close()
    print("看板数据已清空，下次启动从存档重建 / the model is empty; the next start builds it from the archive")


def account(settings: config.Settings, login: str, name: str, role: str, unit: str | None) -> None:
    """An account with a first password, shown once; on an account that exists this is a new first password."""
    if role in UNITS and not unit:
        raise ConfigError(f"{role} speaks for a unit: give --unit CODE")
    database = Database(settings.database_url)
    database.prepare()
    password = passwords.first_password()
    row = {"login": login, "name": name, "role": role, "unit": unit if role in UNITS else None}
    with database.writing() as connection:
        people.put(connection, row | {"password": passwords.hashed(password), "must_change": True, "locked": False})
        accounts.end_sessions(connection, login)
        accounts.note(
            connection,
            "命令行 / command line",
            login,
            "CREATED",
            as_text(SystemClock().now()),
            f"{name} {role} {unit or ''}".strip(),
        )
    database.close()
    print(f"账号 account  {login}\n初始密码 first password  {password}   （只显示这一次，首次登录须修改 / shown this once）")


def parser() -> argparse.ArgumentParser:
    """The verbs and their arguments."""
    made = argparse.ArgumentParser("board", description="督办看板 / the board")
    verbs = made.add_subparsers(dest="verb", required=True)
    verbs.add_parser("serve", help="运行看板 / the board itself")
    verbs.add_parser("rebuild", help="清空读模型，从存档重建 / forget the read model; it is built anew from the archive")
    one = verbs.add_parser("account", help="开设账号 / an account with a first password")
    one.add_argument("login")
    one.add_argument("name", help="姓名，以此名义作出决定 / the name under which acts go out")
    one.add_argument("role", choices=ROLES)
    one.add_argument("--unit", help="单位代码 / the unit's code, for a unit's head or liaison")
    return made


def main(arguments: Sequence[str]) -> int:
    """One verb; what is wrong is said in one line, with exit code 2."""
    asked = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    logging.getLogger("pika").setLevel(logging.WARNING)  # at INFO it tells every step of every connection
    try:
        settings = config.read(os.environ)
        if asked.verb == "serve":
            serve(settings)
        elif asked.verb == "rebuild":
            rebuild(settings)
        else:
            account(settings, asked.login, asked.name, asked.role, asked.unit)
    except (ConfigError, Unavailable) as error:
        print(f"board: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
