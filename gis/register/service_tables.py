"""The tables of the service beside the register's content: accounts, sessions, jobs, requests."""

from sqlalchemy import (
    REAL,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from gis.register.columns import Day, Moment, identifier, layer, metadata, real, reference, text

__all__ = [
    "accounts",
    "api_tokens",
    "case_events",
    "cases",
    "grants",
    "jobs",
    "login_links",
    "sessions",
]

accounts = layer(
    "accounts",
    identifier(),
    text("name", required=True),
    Column("name_key", Text, nullable=False, unique=True),
    text("role", required=True),
    reference("organisation_id", "organisations.id"),
    text("password_hash"),
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    text("subject"),
    Index("accounts_subject", "subject", unique=True),
    CheckConstraint(
        "role IN ('viewer', 'operator', 'staff', 'administrator')", name="accounts_role"
    ),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    reference("account_id", "accounts.id", required=True),
    text("csrf_secret", required=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("sessions_account", "account_id"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    text("name", required=True),
    reference("account_id", "accounts.id", required=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("access", Text, nullable=False, server_default="write"),
    Index("api_tokens_account", "account_id"),
)

grants = Table(
    "grants",
    metadata,
    Column("id", Text, primary_key=True),
    reference("organisation_id", "organisations.id", required=True),
    text("unit_code", required=True),
    Column("area", LargeBinary, nullable=False),
    Column("first_day", Day, nullable=False),
    Column("last_day", Day, nullable=False),
    text("reason", required=True),
    text("author", required=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    text("revoked_by"),
    Index("grants_organisation", "organisation_id"),
)

login_links = Table(
    "login_links",
    metadata,
    Column("digest", Text, primary_key=True),
    reference("account_id", "accounts.id", required=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

jobs = Table(
    "jobs",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    identifier(),
    text("kind", required=True),
    text("inputs", required=True),
    text("state", required=True),
    Column("progress", REAL, nullable=False),
    text("message_key"),
    text("message_values", required=True),
    text("study_id"),
    text("error_key"),
    text("error_values", required=True),
    text("requested_by", required=True),
    text("organisation_id"),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("hindered", Integer, nullable=False, server_default="0"),
    Column("cancel_requested", Boolean, nullable=False),
    text("lease_owner"),
    Column("lease_until", Moment),
    CheckConstraint(
        "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="jobs_state"
    ),
    Index("jobs_state_sequence", "state", "sequence"),
    sqlite_autoincrement=True,
)

cases = Table(
    "cases",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    identifier(),
    text("kind", required=True),
    reference("structure_id", "structures.id", required=True),
    reference("requester_id", "organisations.id", required=True),
    reference("owner_id", "organisations.id", required=True),
    real("height_above_ground_m"),
    text("technology", required=True),
    text("bands", required=True),
    text("purpose", required=True),
    Column("wanted_from", Day),
    Column("wanted_to", Day),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("requester_id <> owner_id", name="cases_two_parties"),
    Index("cases_requester", "requester_id"),
    Index("cases_owner", "owner_id"),
    sqlite_autoincrement=True,
)
"""What is asked for; rows are added, never changed: triggers of the migration see to it."""

case_events = Table(
    "case_events",
    metadata,
    reference("case_id", "cases.id", required=True),
    Column("sequence", Integer, nullable=False),
    text("kind", required=True),
    text("party", required=True),
    text("account", required=True),
    text("organisation_id"),
    Column("at", Moment, nullable=False),
    text("details", required=True),
    text("attachments", required=True),
    PrimaryKeyConstraint("case_id", "sequence"),
)
"""What happened to each; rows are added, never changed."""
