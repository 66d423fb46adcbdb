"""`python -m <service> tidy`: erase and archive what is past its retention (policy `retention`), in small batches.

What counts is the policy in force: the published one where there is one, with `DUBAN_POLICY` beneath it. A run that went through
leaves a row in `tidied`, by which an absent or failing one is noticed.

A job for the night, under the role that owns the schema (as `migrate`): the service's own role may erase nothing. What is in the
audit chain goes only after the relay has sealed its tombstone, so it is gone after the second run. Running it twice does no harm.
"""

from __future__ import annotations

import argparse
import getpass
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from service_chassis.errors import ConfigError
from service_chassis.persistence import erasing, tables
from service_chassis.persistence.erasing import Rule
from service_chassis.persistence.sql import insert_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from service_chassis.delivery import Runtime

BATCH = 500
"""Rows of one transaction: short enough that nobody waits for it."""
DAYS_OF_A_MONTH = 31
"""Retention is in months; what is kept a day too long harms less than what is missing a day too early."""


def run(runtime: Runtime, policy: Any, words: Sequence[str], prog: str) -> int:
    """Say what was done; 0. ConfigError for a role that may erase nothing."""
    parser = argparse.ArgumentParser(prog=prog, description="清理到期内容 / erase what is past its retention")
    parser.add_argument(
        "--by", default=getpass.getuser(), metavar="NAME", help="谁清理；记入墓碑 / who does it; the tombstones say so"
    )
    wanted = parser.parse_args(words)
    with runtime.database.begin() as session:
        if not erasing.may_erase(session):
            owner = f"{runtime.service.name}_owner"
            raise ConfigError(f"the role of DATABASE_URL may erase nothing: come as the owner of the schema ({owner})")
    policy = in_force(runtime, policy)
    print(f"{runtime.service.name}: 保留期依据政策 / retention by policy {policy.version}")
    done = tidy(runtime, policy, wanted.by)
    for what, count in sorted(done.items()):
        print(f"{runtime.service.name}: {what} {count}")
    if not done:
        print(f"{runtime.service.name}: 没有到期内容 / nothing is past its time")
    return 0


def in_force(runtime: Runtime, policy: Any) -> Any:
    """The published policy that is in force now, else that of the start."""
    with runtime.database.begin() as session:
        return runtime.service.policy_in_force(runtime.work(session, runtime.clock.now())) or policy


def tidy(runtime: Runtime, policy: Any, by: str, batch: int = BATCH) -> Counter[str]:
    """Everything that is past its time, batch by batch; what was done, and how often."""
    now = runtime.clock.now()
    done: Counter[str] = Counter()
    for what, step in _steps(runtime, policy.retention, now, by):
        while count := _once(runtime, step, batch):
            done[what] += count
    while counted := _own(runtime, policy, now, batch):
        done.update(counted)
    went_through = {"at": now, "by": by, "policy": policy.version, "done": dict(done)}
    with runtime.database.begin() as session:
        insert_rows(session, tables.tidied, [went_through])
    return done


def before(now: datetime, months: int) -> datetime:
    """The instant that lies so many months back."""
    return now - timedelta(days=months * DAYS_OF_A_MONTH)


def _steps(runtime: Runtime, kept: Any, now: datetime, by: str) -> list[tuple[str, Callable[[Connection, int], int]]]:
    service = runtime.service
    sealed = service.sealed_types
    steps: list[tuple[str, Callable[[Connection, int], int]]] = [
        ("sealed bodies erased", lambda session, most: erasing.erase_sealed(session, now, most))
    ]
    if kept.announced is not None:
        past = before(now, kept.announced)
        rule = Rule("retention.announced", by, now)
        steps.append(("events erased", lambda session, most: erasing.erase_unsealed(session, sealed, past, most)))
        if service.ERASES_SEALED and sealed:
            steps.append(("tombstones written", lambda session, most: erasing.bury(session, sealed, past, rule, most)))
    if kept.inbound is not None:
        raw = before(now, kept.inbound)
        steps.append(("inbound bodies erased", lambda session, most: erasing.erase_inbound(session, raw, most)))
    if kept.parked is not None:
        resolved = before(now, kept.parked)
        steps.append(("parked bodies erased", lambda session, most: erasing.erase_parked(session, resolved, most)))
    return steps


def _once(runtime: Runtime, step: Callable[[Connection, int], int], batch: int) -> int:
    with runtime.database.begin() as session:
        return step(session, batch)


def _own(runtime: Runtime, policy: Any, now: datetime, batch: int) -> dict[str, int]:
    """One batch of what the service itself puts away; it may announce."""
    with runtime.database.begin() as session:
        work = runtime.work(session, now)
        done = runtime.service.tidy(work, policy, batch)
        work.flush()
    runtime.note(work)
    return {what: count for what, count in done.items() if count}
