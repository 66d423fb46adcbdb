"""The first tables: the chassis' own, then escalation's."""

from __future__ import annotations

from alembic import op
from service_chassis.persistence import tables

from escalation.store import METADATA

revision = "0001"
down_revision = None

FIRST = ("ladder", "clock", "slip", "journal", "referral", "hold", "outcome", "counter")


def upgrade() -> None:
    """Create them; runs before the first code starts."""
    tables.upgrade(op, 1)
    METADATA.create_all(op.get_bind(), tables=[METADATA.tables[name] for name in FIRST], checkfirst=False)


def downgrade() -> None:
    """Nothing goes back: a schema is restored from its backup."""
    raise RuntimeError("restore the backup instead of downgrading")
