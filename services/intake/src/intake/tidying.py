"""What intake puts away when its time is over: informants, readings, and closed matters (归档, domain.md d.3)."""

from __future__ import annotations

from event_contracts.intake import MatterArchived
from ground_rules.policy import Policy
from service_chassis.persistence.unit_of_work import Work
from service_chassis.tidying import before

from intake.domain.matter import MatterState
from intake.handlers import identity
from intake.store import endings
from intake.store.matters import Store


def tidy(work: Work, policy: Policy, most: int) -> dict[str, int]:
    """One batch of each."""
    kept, now = policy.retention, work.now
    done = {}
    if kept.informants is not None:
        done["informants erased"] = endings.erase_informants(work.session, before(now, kept.informants), most)
    if kept.reads is not None:
        done["readings erased"] = endings.erase_reads(work.session, before(now, kept.reads), most)
    if kept.archive is not None:
        done["matters archived"] = _archive(work, endings.closed_until(work.session, before(now, kept.archive), most))
    return done


def _archive(work: Work, matter_ids: list[str]) -> int:
    """Closed for long enough: put away, and told. What somebody reopened meanwhile stays."""
    work.lock(sorted(matter_ids))
    store = work.store = Store(work.session)
    store.load(matter_ids)
    closed = [matter for _, matter in sorted(store.matters.items()) if matter.state is MatterState.CLOSED]
    for matter in closed:
        matter.state = MatterState.ARCHIVED
        store.matter_changed(matter)
        work.announce(MatterArchived(**identity(matter), archived_at=work.now), subject=matter.matter_id, time=work.now)
    store.save()
    return len(closed)
