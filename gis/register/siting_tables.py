"""The tables of what lies around: runways, facilities, zones of layers, roads."""

from sqlalchemy import Boolean, Column

from gis.register.columns import geometry, identifier, layer, provenance, real, text, validity

__all__ = ["aviation_facilities", "planning_zones", "roads", "runways"]

runways = layer(
    "runways",
    geometry("POINT", required=True),
    identifier(),
    text("aerodrome", required=True),
    text("name", required=True),
    real("end_longitude", required=True),
    real("end_latitude", required=True),
    real("elevation_m", required=True),
    real("end_elevation_m", required=True),
    real("aerodrome_elevation_m"),
    real("strip_beyond_m"),
    real("strip_width_m"),
    real("clearway_m", required=True),
    real("end_clearway_m", required=True),
    text("design_group", required=True),
    text("instrument_class", required=True),
    Column("military", Boolean, nullable=False),
    *validity(),
    *provenance(),
)

aviation_facilities = layer(
    "aviation_facilities",
    geometry("POINT", required=True),
    identifier(),
    text("kind", required=True),
    text("name", required=True),
    real("elevation_m"),
    real("direction_deg"),
    real("threshold_m"),
    *validity(),
    *provenance(),
)

planning_zones = layer(
    "planning_zones",
    geometry("MULTIPOLYGON", required=True),
    identifier(),
    text("kind", required=True),
    text("name", required=True),
    text("mast_classes"),
    real("height_limit_m"),
    *validity(),
    *provenance(),
)

roads = layer(
    "roads",
    geometry("LINESTRING", required=True),
    identifier(),
    text("kind", required=True),
    text("code"),
    text("name"),
    *validity(),
    *provenance(),
)
