"""The layers of a map: what the page's script draws, and what the legend says of it."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shapely import MultiPolygon, Polygon, get_coordinates

from data.text import Language, number, text
from gis.register.records import Boundary
from maps.palette import (
    FIELD_STRENGTH,
    MARGIN,
    SHAPES,
    Palette,
    Symbol,
    interferer_colour,
    interferer_letter,
)
from maps.tables import Table
from maps.views import CoverageView, InterferenceView, Interferer, Overlay, RegisterView

__all__ = ["Group", "Layer", "Swatch", "bounds_of", "layer_groups", "map_payload"]

_SIMPLIFY_DEG = 0.0002
"""About 22 m, below one pixel at the zoom where a province fills the screen."""

_SCRIPT_TEXTS = (
    "zoom_in",
    "zoom_out",
    "whole_view",
    "close",
    "attribution",
    "stamp_synthetic",
    "stamp_flat",
    "stamp_prediction",
    "coordinates",
    "count_shown",
    "count_none",
    "show_on_map",
    "show_on_map_name",
    "owner_none",
    "filter_all",
    "point_waiting",
    "point_failed",
    "point_offline",
    "point_invalid",
    "point_title",
    "label_code",
    "label_owner",
    "label_place",
    "label_position",
    "label_source",
    "contour_level_plain",
)


@dataclass(frozen=True, slots=True)
class Swatch:
    """One line of the legend.

    Attributes
    ----------
    text : str
        What it means.
    colour : str
        Fill, `#rrggbb`.
    path : str or None
        Outline of a marker; a rectangle without.
    letter : str or None
        Letter that stands on the map too.
    dash : str or None
        Pattern of a line; then the swatch is a line.
    """

    text: str
    colour: str
    path: str | None = None
    letter: str | None = None
    dash: str | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One switch of the layer control, with its part of the legend.

    Attributes
    ----------
    id : str
        Name that the script knows it by.
    label : str
        Name for people.
    shown : bool
        Whether it is on when the page opens.
    swatch : Swatch or None
        Symbol beside the name.
    legend : tuple of Swatch
        Classes below the name.
    notes : tuple of str
        Explanations below the classes.
    stamps : tuple of str
        Warnings that belong to everything this layer shows.
    count : str or None
        Number of objects, written.
    """

    id: str
    label: str
    shown: bool = True
    swatch: Swatch | None = None
    legend: tuple[Swatch, ...] = ()
    notes: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    count: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that stand together under a heading."""

    id: str
    label: str
    layers: tuple[Layer, ...]
    stamps: tuple[str, ...] = ()


CONTOUR_DASHES = {48: "1 5", 54: "2 4", 66: "8 4", 74: ""}
"""Line pattern of each threshold, so that contours differ without their colour."""


def layer_groups(view: RegisterView, table: Table, language: Language) -> list[Group]:
    """Return the layer control, which is the legend at the same time.

    Parameters
    ----------
    view : RegisterView
        What the map shows.
    table : Table
        Its table twin.
    language : Language
        Language of the words.
    """
    groups = [
        ("coverage", tuple(_coverage_layers(view.coverage, language))),
        ("interference", tuple(_interference_layers(view.interference, language))),
        ("stations", tuple(_kind_layers(table, "stations", language))),
        ("structures", tuple(_kind_layers(table, "structures", language))),
        ("register", tuple(_base_layers(view, table, language))),
    ]
    return [
        _group(name, text(f"maps.group_{name}", language), layers)
        for name, layers in groups
        if layers
    ]


def _group(name: str, label: str, layers: tuple[Layer, ...]) -> Group:
    """Return a group; a stamp that all its layers carry stands once, beside the heading."""
    shared = tuple(s for s in layers[0].stamps if all(s in layer.stamps for layer in layers))
    kept = tuple(
        replace(layer, stamps=tuple(s for s in layer.stamps if s not in shared))
        for layer in layers
    )
    return Group(name, label, kept, shared)


def _kind_layers(table: Table, group: str, language: Language) -> Iterator[Layer]:
    synthetic = {row.kind.id for row in table.rows if row.provenance.synthetic}
    for kind in table.kinds:
        if kind.group == group:
            stamp = (text("maps.stamp_synthetic", language),) if kind.id in synthetic else ()
            yield Layer(
                f"kind-{kind.id}",
                kind.label,
                swatch=_symbol(kind.symbol),
                count=number(table.count(kind), language),
                stamps=stamp,
            )


def _base_layers(view: RegisterView, table: Table, language: Language) -> Iterator[Layer]:
    if view.boundaries:
        yield Layer(
            "boundary",
            text("maps.layer_boundary", language),
            swatch=Swatch("", "#3d3d3d", dash="6 3" if _approximate(view) else ""),
            notes=tuple(dict.fromkeys(_boundary_note(b, language) for b in view.boundaries)),
        )
    for kind in table.kinds:
        if kind.group == "units":
            yield Layer(
                f"kind-{kind.id}",
                text(f"maps.layer_{kind.id}", language),
                swatch=_symbol(kind.symbol),
                count=number(table.count(kind), language),
            )
    yield Layer("graticule", text("maps.layer_graticule", language))
    if view.tiles is not None:
        yield Layer("tiles", text("maps.layer_tiles", language), shown=False)


def _coverage_layers(coverage: CoverageView | None, language: Language) -> Iterator[Layer]:
    if coverage is None:
        return
    stamps = _study_stamps(coverage.flat_terrain, coverage.synthetic, language)
    yield Layer(
        "coverage",
        text("maps.layer_coverage", language, station=coverage.station_name),
        legend=_classes(FIELD_STRENGTH, language),
        notes=(text("maps.coverage_note", language, model=coverage.model),),
        stamps=stamps,
    )
    levels = contour_levels(coverage.contours)
    if levels:
        yield Layer(
            "contours",
            text("maps.layer_contours", language),
            legend=tuple(
                Swatch(_level_text(level, language), "#1b1b1b", dash=_dash(level))
                for level in levels
            ),
            stamps=stamps,
        )


def _interference_layers(
    interference: InterferenceView | None, language: Language
) -> Iterator[Layer]:
    if interference is None:
        return
    stamps = _study_stamps(interference.flat_terrain, interference.synthetic, language)
    yield Layer(
        "dominant",
        text("maps.layer_dominant", language),
        legend=tuple(_interferer_swatch(i, language) for i in interference.interferers),
        notes=() if interference.interferers else (text("maps.interference_none", language),),
        stamps=stamps,
    )
    if interference.margin is not None:
        yield Layer(
            "margin",
            text("maps.layer_margin", language, station=interference.station_name),
            shown=False,
            legend=_classes(MARGIN, language),
            stamps=stamps,
        )


def _interferer_swatch(interferer: Interferer, language: Language) -> Swatch:
    name = interferer.name
    if interferer.area_km2 is not None:
        area = number(interferer.area_km2, language, 1)
        name = text("maps.interferer_area", language, name=name, area=area)
    letter = interferer_letter(interferer.rank)
    if interferer.frequency_mhz is None:
        words = text("maps.interferer", language, letter=letter, name=name)
    else:
        words = text(
            "maps.interferer_frequency",
            language,
            letter=letter,
            name=name,
            frequency=interferer.frequency_mhz,
        )
    return Swatch(words, interferer_colour(interferer.rank), letter=letter)


def _classes(palette: Palette, language: Language) -> tuple[Swatch, ...]:
    return tuple(
        Swatch(text(c.key, language), c.colour) for c in palette.classes if c.colour is not None
    )


def _symbol(symbol: Symbol) -> Swatch:
    return Swatch("", symbol.colour, path=SHAPES[symbol.shape])


def _study_stamps(flat: bool, synthetic: bool, language: Language) -> tuple[str, ...]:
    keys = ["stamp_flat"] * flat + ["stamp_synthetic"] * synthetic
    return tuple(text(f"maps.{key}", language) for key in keys)


def _approximate(view: RegisterView) -> bool:
    return any(not boundary.official for boundary in view.boundaries)


def _boundary_note(boundary: Boundary, language: Language) -> str:
    if boundary.official:
        return text("maps.layer_boundary_official", language)
    return text("maps.stamp_approximate", language, uncertainty_m=boundary.position_uncertainty_m)


def _dash(level: float) -> str:
    return CONTOUR_DASHES.get(round(level), "4 4")


def _level_text(level: float, language: Language) -> str:
    written = number(level, language)
    key = f"maps.threshold_{level:g}"
    if round(level) == level and round(level) in CONTOUR_DASHES:
        return text("maps.contour_level", language, level=written, meaning=text(key, language))
    return text("maps.contour_level_plain", language, level=written)


def contour_levels(contours: Mapping[str, object] | None) -> list[float]:
    """Return the levels that occur in a feature collection of contours, ascending."""
    return sorted({level for level, _ in _contour_lines(contours)})


def _contour_lines(
    contours: Mapping[str, object] | None,
) -> Iterator[tuple[float, list[list[float]]]]:
    """Yield level and line, longitude first, of every line or ring."""
    features = (contours or {}).get("features", ())
    assert isinstance(features, Sequence)  # noqa: S101
    for feature in features:
        level = float(feature["properties"]["level_dbuvm"])
        for line in _lines(feature["geometry"]["type"], feature["geometry"]["coordinates"]):
            yield level, [[round(x, 5), round(y, 5)] for x, y, *_ in line]


def _lines(kind: str, coordinates: list[object]) -> Iterator[list[list[float]]]:
    depth = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}[kind]
    found: list[object] = [coordinates]
    for _ in range(depth):
        found = [inner for outer in found for inner in outer]  # type: ignore[attr-defined]
    yield from found  # type: ignore[misc]


def map_payload(
    view: RegisterView, table: Table, language: Language, *, data_url: str | None
) -> dict[str, object]:
    """Return everything that the page's script reads, as JSON values.

    Parameters
    ----------
    view : RegisterView
        What the map shows.
    table : Table
        Its table twin.
    language : Language
        Language of the texts.
    data_url : str or None
        Address that explains a point, with `{longitude}`, `{latitude}` and `{language}` in it.
    """
    return {
        "language": str(language),
        "texts": {key: _raw(key, language) for key in _SCRIPT_TEXTS},
        "bounds": bounds_of(view),
        "table": table.to_json(),
        "boundaries": [_boundary(b) for b in view.boundaries],
        "overlays": list(_overlays(view, language)),
        "contours": [
            {"level": level, "text": number(level, language), "dash": _dash(level), "line": line}
            for level, line in _contour_lines(view.coverage.contours if view.coverage else None)
        ],
        "letters": [
            {"letter": interferer_letter(i.rank), "at": list(i.label_at)}
            for i in (view.interference.interferers if view.interference else ())
            if i.label_at is not None
        ],
        "point": data_url,
        "tiles": None
        if view.tiles is None
        else {"url": view.tiles.url, "attribution": view.tiles.attribution},
    }


def _raw(key: str, language: Language) -> str:
    """Return a sentence with its placeholders kept, for the script to fill."""
    return text(f"maps.{key}", language, **{name: f"{{{name}}}" for name in _PLACEHOLDERS})


_PLACEHOLDERS = (
    "latitude",
    "level",
    "longitude",
    "name",
    "page",
    "pages",
    "shown",
    "total",
)


def _overlays(view: RegisterView, language: Language) -> Iterator[dict[str, object]]:
    pictures: list[tuple[str, str, Overlay]] = []
    if view.coverage is not None:
        label = text("maps.layer_coverage", language, station=view.coverage.station_name)
        pictures.append(("coverage", label, view.coverage.field_strength))
    if view.interference is not None:
        station = view.interference.station_name
        if view.interference.margin is not None:
            label = text("maps.layer_margin", language, station=station)
            pictures.append(("margin", label, view.interference.margin))
        pictures.append(
            ("dominant", text("maps.layer_dominant", language), view.interference.dominant)
        )
    for name, label, picture in pictures:
        south, west, north, east = picture.bounds
        yield {
            "layer": name,
            "alt": text("maps.overlay_alt", language, layer=label),
            "url": _address(picture),
            "bounds": [[south, west], [north, east]],
        }


def _address(picture: Overlay) -> str:
    if picture.url is not None:
        return picture.url
    return "data:image/png;base64," + base64.b64encode(picture.png or b"").decode("ascii")


def _boundary(boundary: Boundary) -> dict[str, object]:
    simple = boundary.geometry.simplify(_SIMPLIFY_DEG, preserve_topology=True)
    polygons = simple.geoms if isinstance(simple, MultiPolygon) else (simple,)
    rings = [
        [[round(x, 4), round(y, 4)] for x, y in get_coordinates(ring).tolist()]
        for polygon in polygons
        if isinstance(polygon, Polygon)
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    return {
        "rings": rings,
        "approximate": not boundary.official,
        "uncertainty": boundary.position_uncertainty_m,
    }


def bounds_of(view: RegisterView) -> list[list[float]]:
    """Return south-west and north-east, latitude first, of what the map opens on.

    That is the province's outline where there is one, else everything that has a place.
    """
    boxes = [b.geometry.bounds for b in view.boundaries]
    boxes += [_box(o.bounds) for o in (_opening(view),) if o is not None]
    if not boxes:
        places = [(s.longitude, s.latitude) for s in view.structures]
        places += [(s.longitude, s.latitude) for s in view.stations]
        boxes = [place + place for place in places]
    if not boxes:
        return [[8.0, 102.0], [23.5, 110.0]]
    west, south, east, north = (
        f(values) for f, values in zip((min, min, max, max), zip(*boxes, strict=True), strict=True)
    )
    return [[round(south, 5), round(west, 5)], [round(north, 5), round(east, 5)]]


def _opening(view: RegisterView) -> Overlay | None:
    if view.interference is not None:
        return view.interference.dominant
    return view.coverage.field_strength if view.coverage is not None else None


def _box(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    south, west, north, east = bounds
    return west, south, east, north
