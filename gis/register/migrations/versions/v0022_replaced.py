"""An index of what was changed or removed, for the history of a structure.

Revision ID: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add an index; rows that were only added, which are most, are not in it."""
    replaced = sa.text("old IS NOT NULL")
    op.create_index(
        "change_log_replaced",
        "change_log",
        ["table_name"],
        sqlite_where=replaced,
        postgresql_where=replaced,
    )
