"""The tables of registration points: points, visits, who answers for a point, who saw that."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from gis.register.columns import (
    Day,
    Moment,
    geometry,
    identifier,
    layer,
    metadata,
    provenance,
    reference,
    text,
    validity,
)

__all__ = ["point_contact_views", "point_contacts", "point_visits", "registration_points"]

registration_points = layer(
    "registration_points",
    geometry("POINT", required=False),
    identifier(),
    text("code"),
    text("name", required=True),
    text("kind", required=True),
    reference("operator_id", "organisations.id", required=True),
    text("address"),
    text("commune_name"),
    text("enterprise"),
    text("contract_number"),
    Column("contract_from", Day),
    Column("contract_to", Day),
    text("state", required=True),
    text("state_reason"),
    *validity(),
    *provenance(),
    text("search", required=True),
    Index("registration_points_operator", "operator_id"),
)

point_visits = layer(
    "point_visits",
    identifier(),
    reference("point_id", "registration_points.id", required=True),
    Column("visited_on", Day, nullable=False),
    text("team"),
    text("basis"),
    Column("sampled", Integer, nullable=False),
    Column("mismatched", Integer, nullable=False),
    Column("mismatched_id_number", Integer, nullable=False),
    Column("mismatched_name", Integer, nullable=False),
    Column("mismatched_birth_date", Integer, nullable=False),
    Column("mismatched_face", Integer, nullable=False),
    Column("mismatched_other", Integer, nullable=False),
    Column("point_breach", Boolean, nullable=False),
    text("conclusion"),
    Index("point_visits_point", "point_id"),
)

point_contacts = Table(
    "point_contacts",
    metadata,
    Column("point_id", Text, primary_key=True),
    text("name", required=True),
    text("phone"),
    text("purpose", required=True),
    Column("kept_until", Day, nullable=False),
    text("written_by", required=True),
    Column("written_at", Moment, nullable=False),
)
"""A person who answers for a point. It stands outside of the history, which forgets nothing, so
that it can be forgotten; the point is named without a key, so that it never holds a point fast."""

point_contact_views = Table(
    "point_contact_views",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    text("point_id", required=True),
    text("account", required=True),
    text("organisation_id"),
    Column("at", Moment, nullable=False),
    text("action", required=True),
    text("reason"),
    Index("point_contact_views_point", "point_id"),
    sqlite_autoincrement=True,
)
"""Who wrote, saw or removed a contact, and when; never what it says. It outlives the contact."""
