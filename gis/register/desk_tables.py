"""The tables of the department's own cases: what they are, what happened, files, downloads."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from gis.register.columns import Moment, identifier, metadata, reference, text

__all__ = ["desk_cases", "desk_downloads", "desk_events", "desk_files"]

desk_cases = Table(
    "desk_cases",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    identifier(),
    text("kind", required=True),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    text("organisation_id"),
    text("account", required=True),
    text("facts", required=True),
    text("token"),
    Column("opened_at", Moment, nullable=False),
    UniqueConstraint("kind", "year", "number", name="desk_cases_number"),
    UniqueConstraint("token", name="desk_cases_token"),
    Index("desk_cases_organisation", "organisation_id"),
    sqlite_autoincrement=True,
)
"""One row a case: kind, number within its year, who opened it, the facts it was opened with.

Rows are added, never changed: triggers of the migration see to it.
"""

desk_events = Table(
    "desk_events",
    metadata,
    reference("case_id", "desk_cases.id", required=True),
    Column("sequence", Integer, nullable=False),
    text("kind", required=True),
    text("party", required=True),
    text("account", required=True),
    text("organisation_id"),
    Column("at", Moment, nullable=False),
    text("details", required=True),
    text("token"),
    PrimaryKeyConstraint("case_id", "sequence"),
    UniqueConstraint("case_id", "token", name="desk_events_token"),
)
"""What happened to each; rows are added, never changed."""

desk_files = Table(
    "desk_files",
    metadata,
    identifier(),
    reference("case_id", "desk_cases.id", required=True),
    Column("sequence", Integer, nullable=False),
    text("name", required=True),
    text("media_type", required=True),
    Column("size_bytes", Integer, nullable=False),
    text("sha256", required=True),
    text("public_sha256"),
    Column("at", Moment, nullable=False),
    Index("desk_files_case", "case_id"),
)
"""Files of events by their hash; `public_sha256` is the copy of a photograph without its data."""

desk_downloads = Table(
    "desk_downloads",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    reference("case_id", "desk_cases.id", required=True),
    text("account", required=True),
    text("organisation_id"),
    Column("at", Moment, nullable=False),
    text("what", required=True),
    text("name", required=True),
    text("sha256", required=True),
    Index("desk_downloads_case", "case_id"),
    sqlite_autoincrement=True,
)
"""Who fetched which file or package of a case, when; rows are added, never changed."""
