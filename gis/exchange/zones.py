"""Zones of layers brought in from GeoJSON: plan zones, water, protected areas, border belt.

A feature is one zone: `name`, and where they belong to it `mast_classes` (A1a to A2c, parted by
commas), `height_limit_m`, `valid_from`, `valid_to`. What is not valid is refused with its place.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import shapely
from shapely import MultiPolygon
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data.text import Language, text
from gis.errors import ConflictError, FormatError
from gis.exchange.answers import ImportAnswers
from gis.exchange.classified import without_secrets
from gis.exchange.datum import crs_name
from gis.exchange.fields import tables
from gis.exchange.formats import geojson
from gis.exchange.report import Problem
from gis.exchange.safety import LIMITS, Format, Inspected, inspect
from gis.geodesy import WGS84
from gis.names import nfc
from gis.register.records import ImportBatch, Provenance
from gis.register.siting import PlanningZone, ZoneKind
from gis.register.store import Register
from propagation.compliance.records import Confidence

__all__ = ["MAST_CLASSES", "ZoneReport", "commit_zones", "judge_zones"]

MAST_CLASSES: Final = ("A1a", "A1b", "A2a", "A2b", "A2c")
"""Classes of masts that a zone of the plan may name."""

_KNOWN: Final = frozenset({"name", "mast_classes", "height_limit_m", "valid_from", "valid_to"})
_EXPORTED: Final = frozenset({"id", "kind", "confidence", "source", "batch_id", "row", "stamp"})
"""What an export says besides; a zone that comes back is judged by what it is."""

_BETWEEN: Final = re.compile("[,;]")
_HEIGHTS_M: Final = (0.0, 1000.0)
_BROKEN: Final = (ShapelyError, KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class ZoneReport:
    """What a file of zones holds; nothing was written.

    Attributes
    ----------
    file : Inspected
        The file.
    kind : ZoneKind
        What its zones are.
    accepted : tuple of PlanningZone
        Zones that can be taken.
    problems : tuple of Problem
        One for each feature that is refused.
    register_version : str
        State of the register that it was judged against.
    """

    file: Inspected
    kind: ZoneKind
    accepted: tuple[PlanningZone, ...]
    problems: tuple[Problem, ...]
    register_version: str


class _Refused(Exception):  # noqa: N818 - caught in this module only
    """One feature cannot be taken."""

    def __init__(self, field: str, value: object, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.problem = (field, str(value)[:60], f"exchange.problem.{reason}", values)


def judge_zones(
    file: Path | str,
    register: Register,
    *,
    kind: ZoneKind,
    source: str | None = None,
    confidence: Confidence = Confidence.SECONDARY,
) -> ZoneReport:
    """Return what a GeoJSON of zones holds; nothing is written.

    Parameters
    ----------
    file : Path
        Polygons in WGS 84.
    register : Register
        What they are compared with: a zone of the same kind, name and outline is known already.
    kind : ZoneKind
        What the zones are.
    source : str, optional
        Where they come from; the file's name without it.
    confidence : Confidence
        How well they are known.

    Raises
    ------
    FormatError
        If the file cannot be read, is not in WGS 84, or is marked as a state secret.
    """
    inspected = inspect(file)
    if inspected.format is not Format.GEOJSON:
        raise FormatError(
            "exchange.file.zones_format", file=inspected.name, format=inspected.format.value
        )
    _, secrets_told = without_secrets(geojson.read(inspected, LIMITS), ImportAnswers())
    marked = {one.row for one in secrets_told}
    content = geojson.load(inspected)
    crs, _ = geojson.coordinate_system(content)
    if crs != WGS84:
        raise FormatError("exchange.file.crs_unsaid", file=inspected.name)
    origin = Provenance(confidence=confidence, source=source or inspected.name)
    with register.snapshot() as now:
        known = {zone.id for zone in now.planning_zones()}
        version = now.version()
    accepted: dict[str, PlanningZone] = {}
    problems = list(secrets_told)
    for number, feature in enumerate(content["features"], start=1):
        if number in marked:
            continue
        try:
            zone = _zone(feature, kind, origin, number)
            if zone.id in known or zone.id in accepted:
                raise _Refused("name", zone.name, "zone_known")
            accepted[zone.id] = zone
        except _Refused as refused:
            field, value, key, values = refused.problem
            problems.append(Problem(inspected.name, number, field, value, key, values))
    return ZoneReport(inspected, kind, tuple(accepted.values()), tuple(problems), version)


def commit_zones(report: ZoneReport, register: Register, *, author: str) -> ImportBatch:
    """Add the accepted zones, all or none.

    Raises
    ------
    ConflictError
        If the register changed since the file was judged.
    """
    batch = ImportBatch(
        id=f"nhap-{report.file.sha256[:8]}-{secrets.token_hex(4)}",
        file_name=report.file.name,
        sha256=report.file.sha256,
        format=report.file.format.value,
        kind="planning_zones",
        coordinate_system=crs_name(WGS84),
        imported_at=datetime.now(UTC),
        imported_by=author,
        accepted=len(report.accepted),
        refused=len(report.problems),
    )
    reason = text("exchange.reason", Language.VI, file=report.file.name)
    with register.write(author=author, reason=reason) as w:
        if w.version() != report.register_version:
            raise ConflictError("exchange.register_changed", file=report.file.name)
        w.add_import_batch(batch)
        w.add_planning_zones(report.accepted)
    return batch


def _zone(feature: Any, kind: ZoneKind, origin: Provenance, number: int) -> PlanningZone:
    known = feature.get("properties") if isinstance(feature, dict) else None
    properties: Mapping[str, Any] = known if isinstance(known, dict) else {}
    unknown = sorted(set(properties) - _KNOWN - _EXPORTED)
    if unknown:
        raise _Refused(unknown[0], properties[unknown[0]], "zone_unknown_field", known=_listed())
    name = nfc(str(properties.get("name") or "")).strip()
    if not name:
        raise _Refused("name", "", "missing")
    outline = _outline(feature)
    digest = hashlib.sha256(
        b"\x1f".join((kind.value.encode(), name.encode(), shapely.to_wkb(outline)))
    ).hexdigest()
    first, last = _day(properties, "valid_from"), _day(properties, "valid_to")
    if first is not None and last is not None and last < first:
        raise _Refused("valid_to", last, "span", begins=first)
    return PlanningZone(
        id=f"vung-{digest[:16]}",
        kind=kind,
        name=name,
        geometry=outline,
        mast_classes=_classes(properties.get("mast_classes")),
        height_limit_m=_height(properties.get("height_limit_m")),
        valid_from=first,
        valid_to=last,
        provenance=Provenance(confidence=origin.confidence, source=origin.source, row=number),
    )


def _listed() -> str:
    return ", ".join(sorted(_KNOWN))


def _outline(feature: Any) -> MultiPolygon:
    try:
        given: BaseGeometry = shapely.force_2d(shape(feature["geometry"]))
    except _BROKEN as error:
        raise _Refused("geometry", type(error).__name__, "outline_damaged") from error
    outline = MultiPolygon([given]) if isinstance(given, shapely.Polygon) else given
    if not isinstance(outline, MultiPolygon) or outline.is_empty:
        raise _Refused("geometry", given.geom_type, "not_an_outline")
    west, south, east, north = tables()["extent"]["national"]
    bounds = outline.bounds
    if not (west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north):
        where = ", ".join(f"{value:.6f}" for value in bounds)
        raise _Refused("geometry", where, "outline_outside")
    if not outline.is_valid:
        why = shapely.is_valid_reason(outline)
        place = why.partition("[")[2].rstrip("]") or why
        raise _Refused("geometry", why, "outline_invalid", place=place)
    return outline


def _classes(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    written = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    found = tuple(part.strip() for part in _BETWEEN.split(written) if part.strip())
    for one in found:
        if one not in MAST_CLASSES:
            raise _Refused("mast_classes", one, "mast_class", known=", ".join(MAST_CLASSES))
    return found


def _height(value: object) -> float | None:
    if value is None:
        return None
    lower, upper = _HEIGHTS_M
    if isinstance(value, bool) or not isinstance(value, int | float) or not lower < value <= upper:
        raise _Refused("height_limit_m", value, "range", lower=lower, upper=upper)
    return float(value)


def _day(properties: Mapping[str, Any], name: str) -> date | None:
    value = properties.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _Refused(name, value, "day") from error
