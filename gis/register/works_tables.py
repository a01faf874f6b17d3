"""The tables of works that owners announce, and of who signed up for them."""

from sqlalchemy import Column, Index, Integer

from gis.register.columns import (
    Day,
    geometry,
    identifier,
    layer,
    provenance,
    real,
    reference,
    text,
)

__all__ = ["planned_works", "work_sign_ups"]

planned_works = layer(
    "planned_works",
    geometry("GEOMETRY", required=True),
    identifier(),
    text("name", required=True),
    text("kind", required=True),
    reference("owner_id", "organisations.id", required=True),
    text("description"),
    text("contact"),
    Column("begins_on", Day, nullable=False),
    Column("ends_on", Day),
    Column("sign_up_until", Day),
    Column("plan_year", Integer),
    Column("places", Integer),
    Column("ducts", Integer),
    text("capacity"),
    text("state", required=True),
    text("state_reason"),
    reference("structure_id", "structures.id"),
    reference("route_id", "routes.id"),
    Column("announced_on", Day, nullable=False),
    *provenance(),
    text("search", required=True),
    Index("planned_works_owner", "owner_id"),
)

work_sign_ups = layer(
    "work_sign_ups",
    identifier(),
    reference("work_id", "planned_works.id", required=True),
    reference("organisation_id", "organisations.id", required=True),
    Column("places", Integer),
    Column("ducts", Integer),
    real("height_above_ground_m"),
    text("note"),
    text("state", required=True),
    Column("asked_on", Day, nullable=False),
    Column("answered_on", Day),
    text("answer_reason"),
    Index("work_sign_ups_work", "work_id"),
)
