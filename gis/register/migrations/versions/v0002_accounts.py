"""Accounts, sessions, tokens and one-time links.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

from gis.register.schema import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables of identity."""
    _accounts()
    _sessions()
    _api_tokens()
    _login_links()


def _to(target: str) -> sa.ForeignKey:
    return sa.ForeignKey(target, deferrable=True, initially="DEFERRED")


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False, unique=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), _to("organisations.id")),
        sa.Column("password_hash", sa.Text()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "role IN ('viewer', 'operator', 'staff', 'administrator')", name="accounts_role"
        ),
        sqlite_autoincrement=True,
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("account_id", sa.Text(), _to("accounts.id"), nullable=False),
        sa.Column("csrf_secret", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("last_seen", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
    )
    op.create_index("sessions_account", "sessions", ["account_id"])


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), _to("accounts.id"), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment()),
        sa.Column("revoked_at", Moment()),
        sa.Column("last_seen", Moment()),
    )
    op.create_index("api_tokens_account", "api_tokens", ["account_id"])


def _login_links() -> None:
    op.create_table(
        "login_links",
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("account_id", sa.Text(), _to("accounts.id"), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment()),
    )
