"""Look-back (回头看, domain.md d.3): the office looks at a closed matter again; one that does not stand is done again."""

from __future__ import annotations

from typing import Any

from event_contracts.event import Message
from event_contracts.inbound import LookBackRecorded as Recorded
from event_contracts.intake import MatterLookedBack
from ground_rules.policy import Policy
from ground_rules.powers import Act
from service_chassis.persistence.unit_of_work import Work

from intake.handlers import evidence_rows, identity
from intake.people import check_power
from intake.returning import LOOK_BACK, again, parts_named, waits_for_close
from intake.store import endings
from intake.store.matters import Matter


def record(work: Work, message: Message, policy: Policy) -> None:
    """Keep what was found; before the matter is closed the message waits."""
    data: Recorded = message.data
    check_power(work, message, data.by, Act.VERIFY, policy)
    matter: Matter = work.store.matters[work.matter_of(message)]
    if waits_for_close(work, message, matter):
        return
    parts = parts_named(matter, data.unit)
    row: dict[str, Any] = {
        "look_back": message.id,
        "matter_id": matter.matter_id,
        "unit": data.unit,
        "passed": data.passed,
        "text": data.text,
    }
    row |= {"evidence": evidence_rows(data.evidence), "looked_by": data.by, "looked_at": message.time}
    endings.add_look_back(work.session, row)
    fact = MatterLookedBack(**identity(matter), passed=data.passed, looked_at=message.time, by=data.by, unit=data.unit)
    work.announce(fact, subject=matter.matter_id, time=message.time)
    if not data.passed:
        again(work, matter, parts, LOOK_BACK, message, data.limit)
