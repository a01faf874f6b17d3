"""The fields of files about what hangs on structures, lies between them and is let."""

from collections.abc import Mapping

from gis.exchange.dimensions import ALWAYS, ORIGIN, PLACED, SPAN, Dimension, Field, lengths, powers
from gis.exchange.report import ImportKind

__all__ = ["SITE_FIELDS"]

_STRUCTURE = Field("structure_id", required=True)
_ORGANISATION = Field("organisation_id", required=True, constant=True)
_OWNER = Field("owner_id", required=True, constant=True)
_CONFIDENTIAL = Field("confidential", Dimension.FLAG)


def _kind(choices: str, meanwhile: str) -> Field:
    return Field(
        "kind",
        Dimension.CHOICE,
        required=True,
        constant=True,
        choices=choices,
        meanwhile=meanwhile,
    )


def _count(name: str, *, required: bool = False) -> Field:
    return Field(name, Dimension.COUNT, required=required, unit="cái")


SITE_FIELDS: Mapping[ImportKind, tuple[Field, ...]] = {
    ImportKind.INSTALLATIONS: (
        Field("id"),
        _STRUCTURE,
        _ORGANISATION,
        Field("technology", required=True),
        *lengths("height_above_ground_m", "lowest_edge_m"),
        Field("azimuth_deg", Dimension.ANGLE, unit="deg"),
        Field("frequency_mhz", Dimension.FREQUENCY, unit="mhz"),
        *powers("eirp_dbm"),
        Field("wind_area_m2", Dimension.AREA, unit="m2"),
        Field("weight_kg", Dimension.MASS, unit="kg"),
        _CONFIDENTIAL,
        *SPAN,
        *ORIGIN,
    ),
    ImportKind.LEVELS: (
        Field("id"),
        _STRUCTURE,
        Field("height_from_m", Dimension.LENGTH, required=True, unit="m"),
        Field("height_to_m", Dimension.LENGTH, required=True, unit="m"),
        _count("slots", required=True),
        _count("reserved"),
        *ORIGIN,
    ),
    ImportKind.ROUTES: (
        Field("id"),
        Field("code", required=True),
        Field("name"),
        _kind("route_kind", "duct"),
        _OWNER,
        Field("from_id", required=True),
        Field("to_id", required=True),
        *lengths("length_m"),
        Field("state", Dimension.CHOICE, choices="lifecycle"),
        Field("shareable", Dimension.FLAG),
        _CONFIDENTIAL,
        Field("geometry"),
        Field("crs", Dimension.PLACE),
        *SPAN,
        *ORIGIN,
    ),
    ImportKind.DUCTS: (
        Field("id"),
        Field("route_id", required=True),
        Field("code", required=True),
        Field("parent_id"),
        Field("inner_diameter_mm", Dimension.DIAMETER, unit="mm"),
        _count("cables"),
        *ORIGIN,
    ),
    ImportKind.CABLES: (
        Field("id"),
        Field("duct_route"),
        Field("duct_id", required=True),
        _ORGANISATION,
        Field("name", required=True),
        Field("outer_diameter_mm", Dimension.DIAMETER, unit="mm"),
        _count("fibres"),
        _CONFIDENTIAL,
        *SPAN,
        *ORIGIN,
    ),
    ImportKind.CONTRACTS: (
        Field("id"),
        Field("number", required=True),
        _OWNER,
        Field("tenant_id", required=True),
        Field("structure_id"),
        Field("level_id"),
        Field("duct_route"),
        Field("duct_id"),
        _count("slot"),
        Field("rent_vnd", Dimension.MONEY, unit="vnd"),
        Field("rent_unit", Dimension.CHOICE),
        Field("case_id"),
        *SPAN,
        *ORIGIN,
    ),
    ImportKind.WORKS: (
        Field("id"),
        Field("name", required=True),
        _kind("work_kind", "line"),
        _OWNER,
        Field("description"),
        Field("begins_on", Dimension.DAY, required=True),
        *(Field(name, Dimension.DAY) for name in ("ends_on", "sign_up_until")),
        _count("plan_year"),
        _count("places"),
        _count("ducts"),
        Field("capacity"),
        Field("contact"),
        Field("state", Dimension.CHOICE, choices="work_state"),
        Field("state_reason"),
        Field("structure_id"),
        Field("route_id"),
        Field("announced_on", Dimension.DAY, required=True, constant=True, meanwhile="2000-01-01"),
        Field("geometry"),
        *PLACED,
        *ORIGIN,
    ),
    ImportKind.POINTS: (
        Field("id"),
        Field("code"),
        Field("name", required=True),
        _kind("point_kind", "vneid"),
        Field("operator_id", required=True, constant=True),
        Field("address"),
        Field("commune_name"),
        Field("enterprise"),
        Field("contract_number"),
        Field("contract_from", Dimension.DAY),
        Field("contract_to", Dimension.DAY),
        Field("state", Dimension.CHOICE, choices="point_state"),
        Field("state_reason"),
        *ALWAYS,
    ),
    ImportKind.PUBLISHED_RENTS: (
        Field("id"),
        _kind("structure_kind", "antenna_mast"),
        Field("mast_class", Dimension.CHOICE),
        Field("rent_unit", Dimension.CHOICE, required=True),
        Field("amount_vnd", Dimension.MONEY, required=True, unit="vnd"),
        Field("province_code"),
        Field("instrument", required=True, constant=True),
        Field("clause", required=True, constant=True),
        *SPAN,
        *ORIGIN,
    ),
}
"""Every field that a file of each of these kinds may bring."""
