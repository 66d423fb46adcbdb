"""What a service did not take: refused messages, and what persons did about those that were parked.

Only for reading, beside the events: a refusal goes to its sender alone and stands in no archive. No body is read, so that an
auditor may; of types that may be about a covert inspection nothing is read at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from event_contracts.inbound import CONFIDENTIAL
from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.exc import DBAPIError

from service_chassis.errors import ConfigError
from service_chassis.persistence.database import Database, reason
from service_chassis.persistence.tables import parked_act, refusal

REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """One refusal, or one act about a parked message."""

    verb: str
    """`refused`, or the verb of `redrive`."""
    at: datetime
    message_id: str
    sender: str
    type: str
    matter: str | None
    """As the message named it: our id, or its submitter's reference."""
    parked_id: str | None
    why: str
    """The code with its detail, or the reason of who acted."""
    by: str = ""
    """Who acted."""


def of(database: Database) -> Iterator[TurnedAway]:
    """The same of a database that another role may have to read: a missing right is a ConfigError."""
    try:
        with database.begin() as session:
            yield from read(session)
    except DBAPIError as error:
        told = " ".join(reason(error).split())
        advice = "the role auditor reads what all services recorded (deploy/postgres)"
        raise ConfigError(f"{database.schema}: {told}; {advice}") from error


def read(session: Connection) -> Iterator[TurnedAway]:
    """Every refusal of this service in order, then every act."""
    told: dict[str, RowMapping] = {}
    for row in session.execute(select(refusal).order_by(refusal.c.id)).mappings():
        if row["parked_id"] is not None:
            told.setdefault(row["parked_id"], row)
        if row["type"] not in CONFIDENTIAL:
            yield TurnedAway(REFUSED, row["refused_at"], **_named(row), why=f"{row['code']}: {row['detail']}")
    for row in session.execute(select(parked_act).order_by(parked_act.c.n)).mappings():
        about = told.get(row["parked_id"])
        if about is None:  # parked without a refusal, since no handler could take it: known by its number alone
            yield TurnedAway(row["verb"], row["at"], "", "", "", None, row["parked_id"], row["why"], row["by"])
        elif about["type"] not in CONFIDENTIAL:
            yield TurnedAway(row["verb"], row["at"], **_named(about), why=row["why"], by=row["by"])


def _named(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in ("message_id", "sender", "type", "matter", "parked_id")}
