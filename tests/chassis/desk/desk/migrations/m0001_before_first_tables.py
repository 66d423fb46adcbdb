"""First tables of the sample service."""

import sqlalchemy as sa
from alembic import op
from service_chassis.persistence import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.upgrade(op, 1)
    op.create_table(
        "note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
    )
