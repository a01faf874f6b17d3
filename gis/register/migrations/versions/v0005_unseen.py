"""When a session or token was last seen is not kept: nothing asked for it.

Revision ID: 0005
"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Drop the two columns."""
    op.drop_column("sessions", "last_seen")
    op.drop_column("api_tokens", "last_seen")
