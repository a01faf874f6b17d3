"""Official outlines in the place of the approximate ones.

A feature is the outline of the unit whose code it bears, valid on the day given. What is not valid
is refused with the place where it crosses itself, never mended in silence. Where the communes of a
province are all there, the province's own outline becomes their union.

Example
-------
>>> report = judge_boundaries(file, register, on=day, position_uncertainty_m=5.0)
>>> commit_boundaries(report, register, author="lan")
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data.text import Language, text
from gis.administration import COMMUNES
from gis.errors import ConflictError, FormatError
from gis.exchange.datum import crs_name
from gis.exchange.fields import tables
from gis.exchange.formats import geojson, geopackage
from gis.exchange.report import Problem
from gis.exchange.safety import LIMITS, Format, Inspected, inspect
from gis.exchange.table import Cell, shown
from gis.geodesy import is_known, to_wgs84
from gis.names import commune_key, nfc, plain_key
from gis.register.reading import Reader
from gis.register.records import AdministrativeUnit, Boundary, ImportBatch, Provenance
from gis.register.store import Register
from propagation.compliance.records import Confidence

__all__ = [
    "MOST_UNCERTAIN_M",
    "BoundaryReport",
    "commit_boundaries",
    "import_boundaries",
    "judge_boundaries",
]

_CODES = ("code", "ma", "ma xa", "ma don vi", "ma dvhc", "unit code", "maxa", "ma gso")
_NAMES = ("fullname", "full name", "name", "ten", "ten xa", "ten don vi", "ten dvhc", "tenxa")
MOST_UNCERTAIN_M = 20_000.0
_SLIVER_DEG2 = 1e-4  # about 1.2 km2: no commune is so small


@dataclass(frozen=True, slots=True)
class _Feature:
    number: int
    code: str
    name: str
    geometry: BaseGeometry | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class BoundaryReport:
    """What a file of outlines holds; nothing was written.

    Attributes
    ----------
    file : Inspected
        The file.
    coordinate_system : str
        How its coordinates were understood.
    accepted : tuple of Boundary
        Outlines of units, and of provinces whose communes are all there.
    joined : tuple of str
        Codes of those provinces.
    problems : tuple of Problem
        One for each feature that is refused.
    features : int
        Features of the file.
    register_version : str
        State of the register that it was judged against.
    """

    file: Inspected
    coordinate_system: str
    accepted: tuple[Boundary, ...]
    joined: tuple[str, ...]
    problems: tuple[Problem, ...]
    features: int
    register_version: str

    def say(self, language: Language | str = Language.VI) -> str:
        """Say it in one sentence."""
        return text(
            "exchange.boundaries_summary",
            language,
            file=self.file.name,
            features=self.features,
            accepted=len(self.accepted) - len(self.joined),
            refused=len(self.problems),
            joined=len(self.joined),
        )

    def to_json(self, language: Language | str = Language.VI) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "file": self.file.name,
            "sha256": self.file.sha256,
            "coordinate_system": self.coordinate_system,
            "features": self.features,
            "accepted": [boundary.unit_code for boundary in self.accepted],
            "joined": list(self.joined),
            "refused": len(self.problems),
            "problems": [problem.to_json(language) for problem in self.problems],
        }


def import_boundaries(
    file: Path | str,
    register: Register,
    *,
    author: str,
    on: date,
    position_uncertainty_m: float,
    source: str | None = None,
    official: bool = True,
    crs: int | None = None,
    layer: str | None = None,
) -> tuple[BoundaryReport, ImportBatch | None]:
    """Judge a file of outlines and bring in what can be taken; see `judge_boundaries`.

    Returns
    -------
    tuple
        The report, and the import, or None when nothing could be taken.
    """
    report = judge_boundaries(
        file,
        register,
        on=on,
        position_uncertainty_m=position_uncertainty_m,
        source=source,
        official=official,
        crs=crs,
        layer=layer,
    )
    batch = commit_boundaries(report, register, author=author) if report.accepted else None
    return report, batch


def judge_boundaries(
    file: Path | str,
    register: Register,
    *,
    on: date,
    position_uncertainty_m: float,
    source: str | None = None,
    official: bool = True,
    crs: int | None = None,
    layer: str | None = None,
) -> BoundaryReport:
    """Return what a GeoJSON or GeoPackage of outlines holds; nothing is written.

    Parameters
    ----------
    file : Path
        Polygons with the unit's code, and its name to be compared.
    register : Register
        It knows the units; an outline is valid as long as its unit.
    on : date
        A day on which the units exist.
    position_uncertainty_m : float
        How far the outlines may be from the truth, as their publisher says.
    source : str, optional
        Where they come from; the file's name without it.
    official : bool
        Whether the authority published them.
    crs : int, optional
        EPSG code that holds whatever the file says.
    layer : str, optional
        Layer of a GeoPackage.

    Raises
    ------
    FormatError
        If the file cannot be read, holds no outlines with codes, or does not say its coordinate
        system.
    """
    if not 0 < position_uncertainty_m <= MOST_UNCERTAIN_M:
        raise FormatError("exchange.file.uncertainty", value=position_uncertainty_m,
                          limit=MOST_UNCERTAIN_M)  # fmt: skip
    inspected = inspect(file)
    said, features = _read(inspected, layer)
    epsg = crs if crs is not None else said
    if epsg is None:
        raise FormatError("exchange.file.crs_unsaid", file=inspected.name)
    if not is_known(epsg):
        raise FormatError("exchange.file.crs_unknown", crs=f"EPSG:{epsg}")
    origin = Provenance(
        confidence=Confidence.VERIFIED if official else Confidence.SECONDARY,
        source=source or inspected.name,
    )
    with register.snapshot() as now:
        taker = _Taker(
            now,
            file=inspected.name,
            on=on,
            epsg=epsg,
            uncertainty_m=position_uncertainty_m,
            official=official,
            origin=origin,
        )
        for feature in features:
            taker.take(feature)
        joined = taker.joined()
        version = now.version()
    return BoundaryReport(
        file=inspected,
        coordinate_system=crs_name(epsg),
        accepted=(*taker.accepted.values(), *joined),
        joined=tuple(boundary.unit_code for boundary in joined),
        problems=tuple(taker.problems),
        features=len(features),
        register_version=version,
    )


def commit_boundaries(report: BoundaryReport, register: Register, *, author: str) -> ImportBatch:
    """Put the accepted outlines in the place of those of the same units, all or none.

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
        kind="boundaries",
        coordinate_system=report.coordinate_system,
        imported_at=datetime.now(UTC),
        imported_by=author,
        accepted=len(report.accepted) - len(report.joined),
        refused=len(report.problems),
    )
    reason = text("exchange.reason", Language.VI, file=report.file.name)
    with register.write(author=author, reason=reason) as w:
        if w.version() != report.register_version:
            raise ConflictError("exchange.register_changed", file=report.file.name)
        w.add_import_batch(batch)
        w.replace_boundaries(_of_batch(boundary, batch) for boundary in report.accepted)
    return batch


def _of_batch(boundary: Boundary, batch: ImportBatch) -> Boundary:
    return replace(boundary, provenance=replace(boundary.provenance, batch_id=batch.id))


class _Taker:
    """Takes features one after another into outlines or problems."""

    def __init__(
        self,
        register: Reader,
        *,
        file: str,
        on: date,
        epsg: int,
        uncertainty_m: float,
        official: bool,
        origin: Provenance,
    ) -> None:
        self._file = file
        self._on = on
        self._epsg = epsg
        self._uncertainty_m = uncertainty_m
        self._official = official
        self._origin = origin
        self._units = {unit.code: unit for unit in register.units(on=on)}
        self._country = tables()["extent"]["national"]
        self.accepted: dict[str, Boundary] = {}
        self.problems: list[Problem] = []

    def take(self, feature: _Feature) -> None:
        """Take one feature."""
        unit = self._unit(feature)
        if unit is None:
            return
        outline = self._outline(feature)
        if outline is not None:
            self.accepted[unit.code] = self._made(unit, outline, feature.number)

    def joined(self) -> list[Boundary]:
        """Return the outlines of provinces whose communes are all there and that have none."""
        found = []
        for code, unit in self._units.items():
            communes = [each.code for each in self._beneath(code) if each.kind in COMMUNES]
            whole = communes and all(each in self.accepted for each in communes)
            if code in self.accepted or unit.kind in COMMUNES or not whole:
                continue
            area = shapely.union_all([self.accepted[each].geometry for each in communes])
            outline = _polygons(_without_slivers(area))
            if outline is not None and outline.is_valid:
                found.append(self._made(unit, outline, None, Confidence.DERIVED))
        return found

    def _beneath(self, code: str) -> Iterator[AdministrativeUnit]:
        for unit in self._units.values():
            if unit.parent_code == code:
                yield unit
                yield from self._beneath(unit.code)

    def _unit(self, feature: _Feature) -> AdministrativeUnit | None:
        unit = self._units.get(feature.code)
        if unit is None:
            self._refuse(feature, "code", feature.code, "unit_unknown", on=self._on)
        elif feature.code in self.accepted:
            first = str(self.accepted[feature.code].provenance.row)
            self._refuse(feature, "code", feature.code, "duplicate_in_file", first=first)
        elif feature.name and commune_key(feature.name) != commune_key(unit.name):
            self._refuse(feature, "name", feature.name, "unit_name", known=unit.name)
        else:
            return unit
        return None

    def _outline(self, feature: _Feature) -> MultiPolygon | None:
        if feature.problem is not None or feature.geometry is None:
            self._refuse(feature, "geometry", feature.problem or "", "outline_damaged")
            return None
        given = _polygons(feature.geometry)
        if given is None or given.is_empty:
            self._refuse(feature, "geometry", feature.geometry.geom_type, "not_an_outline")
            return None
        outline = shapely.transform(given, self._to_wgs84)
        west, south, east, north = self._country
        bounds = outline.bounds
        if not (np.isfinite(bounds).all() and west <= bounds[0] and south <= bounds[1]
                and bounds[2] <= east and bounds[3] <= north):  # fmt: skip
            where = ", ".join(f"{value:.6f}" for value in bounds)
            self._refuse(feature, "geometry", where, "outline_outside")
            return None
        if not outline.is_valid:
            why = shapely.is_valid_reason(outline)
            self._refuse(feature, "geometry", why, "outline_invalid", place=_place(why))
            return None
        return outline

    def _to_wgs84(self, coordinates: Any) -> Any:
        lon, lat = to_wgs84(coordinates[:, 0], coordinates[:, 1], self._epsg)
        return np.column_stack([lon, lat])

    def _made(
        self,
        unit: AdministrativeUnit,
        outline: MultiPolygon,
        number: int | None,
        confidence: Confidence | None = None,
    ) -> Boundary:
        origin = Provenance(
            confidence=confidence or self._origin.confidence,
            source=self._origin.source,
            row=number,
        )
        return Boundary(
            unit_code=unit.code,
            geometry=outline,
            position_uncertainty_m=self._uncertainty_m,
            official=self._official,
            valid_from=unit.valid_from,
            valid_to=unit.valid_to,
            provenance=origin,
        )

    def _refuse(
        self, feature: _Feature, field: str, value: str, reason: str, **values: object
    ) -> None:
        self.problems.append(
            Problem(self._file, feature.number, field, value, f"exchange.problem.{reason}", values)
        )


def _read(file: Inspected, layer: str | None) -> tuple[int | None, list[_Feature]]:
    if file.format is Format.GEOJSON:
        return _read_geojson(file)
    if file.format is Format.GEOPACKAGE:
        return _read_geopackage(file, layer)
    raise FormatError("exchange.file.outlines_format", file=file.name, format=file.format.value)


def _read_geojson(file: Inspected) -> tuple[int | None, list[_Feature]]:
    content = geojson.load(file)
    crs, _ = geojson.coordinate_system(content)
    found = []
    for number, feature in enumerate(content["features"], start=1):
        known = feature.get("properties") if isinstance(feature, dict) else None
        properties = known if isinstance(known, dict) else {}
        geometry, problem = None, None
        try:
            geometry = shape(feature["geometry"])
        except (
            ShapelyError,
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
            IndexError,
        ) as error:
            problem = type(error).__name__
        found.append(_feature(file, number, properties, geometry, problem))  # fmt: skip
    return crs, found


def _read_geopackage(file: Inspected, layer: str | None) -> tuple[int | None, list[_Feature]]:
    with closing(geopackage.open_readonly(file)) as connection:
        held = [each for each in geopackage.layers(connection) if each.geometry is not None]
        if layer is None:
            held = [each for each in held if _column(each.columns, _CODES) is not None]
        else:
            held = [each for each in held if each.name == layer]
        own = [each for each in held if each.name == "boundaries"] or held
        if len(own) != 1:
            raise FormatError("exchange.file.no_layer", file=file.name, layer=layer or "—",
                              layers="; ".join(each.name for each in held) or "—")  # fmt: skip
        rows = geopackage.features(connection, own[0], LIMITS.rows)
        found = [
            _feature(
                file, number, dict(zip(own[0].columns, cells, strict=True)), geometry, problem
            )
            for number, cells, geometry, problem in rows
        ]
    return own[0].crs, found


def _feature(
    file: Inspected,
    number: int,
    known: Mapping[str, Cell],
    geometry: BaseGeometry | None,
    problem: str | None,
) -> _Feature:
    code, name = _column(tuple(known), _CODES), _column(tuple(known), _NAMES)
    if code is None:
        raise FormatError(
            "exchange.file.missing_header", file=file.name, missing="code", found="; ".join(known)
        )
    cells = tuple(known.values())
    return _Feature(
        number,
        shown(cells[code]).strip(),
        nfc(shown(cells[name])).strip() if name is not None else "",
        geometry,
        problem,
    )


def _column(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    plain = [plain_key(name) for name in names]
    return next((plain.index(name) for name in wanted if name in plain), None)


def _polygons(geometry: BaseGeometry) -> MultiPolygon | None:
    flat = shapely.force_2d(geometry)
    if isinstance(flat, MultiPolygon):
        return flat
    return MultiPolygon([flat]) if isinstance(flat, shapely.Polygon) else None


def _without_slivers(area: BaseGeometry) -> BaseGeometry:
    """Return an area without the holes that simplified neighbours leave between them."""
    filled = []
    for part in shapely.get_parts(area):
        holes = [ring for ring in part.interiors if shapely.Polygon(ring).area > _SLIVER_DEG2]
        filled.append(shapely.Polygon(part.exterior, holes))
    return MultiPolygon(filled)


def _place(reason: str) -> str:
    """Return the place in a reason: `106.1 10.2` of `Self-intersection[106.1 10.2]`."""
    return reason.partition("[")[2].rstrip("]") or reason
