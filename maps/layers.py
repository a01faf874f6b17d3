"""The layers of a map, as the page's script draws them."""

import base64
from collections.abc import Iterator, Mapping, Sequence

from shapely import MultiPolygon, Polygon, get_coordinates
from shapely.geometry import shape

from data.text import Language, number, text
from gis.register.records import Boundary
from maps.basemap import ROAD_COLOUR, ROAD_WIDTHS, ZONE_COLOURS, drawn_zones
from maps.contour_lines import contour_dash
from maps.judged_map import judged_numbers, judged_shapes
from maps.palette import interferer_letter
from maps.source_map import source_numbers, source_shapes
from maps.study_legend import channel_layer, operator_layer
from maps.tables import Table
from maps.views import (
    ChannelsView,
    Interferer,
    JudgedMapView,
    MobileView,
    NetworkView,
    Overlay,
    RegisterView,
    SourceMapView,
)
from maps.work_layer import work_lines

__all__ = ["boundary_lines", "bounds_of", "map_payload", "picture_payload"]

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
    "here_ask",
    "label_code",
    "label_owner",
    "label_place",
    "label_position",
    "label_source",
    "contour_level_plain",
    "search_found",
    "search_none",
    "search_failed",
    "link_copied",
    "link_shown",
    "details_below",
    "north",
    "north_label",
    "filter_unknown",
    "studies_choose",
    "studies_failed",
    "studies_loading",
    "studies_shown",
    "studies_make",
    "studies_file",
    "studies_gone",
    "studies_none_of_them",
    "download_none",
    "download_said",
    "download_too_many",
    "sheet_filters",
    "sheet_scale",
    "sheet_scale_value",
    "sheet_made",
    "sheet_link",
    "sheet_sources",
)


def _contour_lines(
    contours: Mapping[str, object] | None,
) -> Iterator[tuple[float, list[list[float]]]]:
    """Yield level and line, longitude first, of every line or ring, simplified for a screen."""
    features = (contours or {}).get("features", ())
    for feature in features if isinstance(features, Sequence) else ():
        simple = shape(feature["geometry"]).simplify(_SIMPLIFY_DEG)
        outline = simple.boundary if isinstance(simple, Polygon | MultiPolygon) else simple
        for line in getattr(outline, "geoms", [outline]):
            if not line.is_empty:
                points = get_coordinates(line).round(4).tolist()
                yield float(feature["properties"]["level_dbuvm"]), points


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
        "table": table.to_json() | ({"page_rows": _STUDY_ROWS} if view.studies else {}),
        "boundaries": [boundary_lines(b) for b in view.boundaries],
        "zones": [
            {"layer": f"zone-{one.kind}", "colour": ZONE_COLOURS[one.kind], "rings": one.rings}
            for one in drawn_zones(view.zones)
        ],
        "roads": _roads(view),
        "overlays": list(_overlays(view, language)),
        "contours": _contours(view, language),
        "letters": [
            *_letters(view),
            *([] if view.source is None else source_numbers(view.source)),
            *([] if view.judged is None else judged_numbers(view.judged, language)),
        ],
        "shapes": [
            *(() if view.source is None else source_shapes(view.source)),
            *(() if view.judged is None else judged_shapes(view.judged)),
            *work_lines(view),
        ],
        "chosen": _chosen(view, table),
        "point": data_url,
        "tiles": None
        if view.tiles is None
        else {
            "url": view.tiles.url,
            "attribution": view.tiles.attribution,
            "deepest": view.tiles.deepest,
            "drawn": view.tiles.drawn,
        },
    }


def _chosen(view: RegisterView, table: Table) -> int | None:
    """Return which row of the table is the structure that the page is about."""
    if view.chosen is None:
        return None
    return next(
        position
        for position, row in enumerate(table.rows)
        if row.kind.group == "structures" and row.id == view.chosen
    )


def picture_payload(view: RegisterView, language: Language) -> dict[str, object]:
    """Return what the page's script draws of a study alone: pictures, contours, letters."""
    return {
        "overlays": list(_overlays(view, language)),
        "contours": _contours(view, language),
        "letters": _letters(view),
    }


def _contours(view: RegisterView, language: Language) -> list[dict[str, object]]:
    return [
        {
            "level": level,
            "text": number(level, language),
            "dash": contour_dash(level),
            "line": line,
        }
        for level, line in _contour_lines(view.coverage.contours if view.coverage else None)
    ]


def _letters(view: RegisterView) -> list[dict[str, object]]:
    """Return the letters of areas, each with its layer; each area's first before any second."""
    found: list[tuple[int, dict[str, object]]] = [
        (turn, {"layer": layer, "letter": interferer_letter(one.rank), "at": list(place)})
        for layer, stations in _lettered(view)
        for one in stations
        for turn, place in enumerate(one.letters_at)
    ]
    return [letter for _, letter in sorted(found, key=lambda one: one[0])]


def _lettered(view: RegisterView) -> Iterator[tuple[str, Sequence[Interferer]]]:
    """Yield the layers of areas, and whose areas they show."""
    if view.interference is not None:
        yield "dominant", view.interference.interferers
    if view.network is not None:
        yield "server", view.network.servers
        yield "interferer", view.network.interferers
    if view.mobile is not None:
        yield "mobile-server", view.mobile.servers


def _raw(key: str, language: Language) -> str:
    """Return a sentence with its placeholders kept, for the script to fill."""
    return text(f"maps.{key}", language, **{name: f"{{{name}}}" for name in _PLACEHOLDERS})


_STUDY_ROWS = 8
"""Rows of the table at a time below the map of a study, whose report stands below them."""

_FEWEST = 3
"""Communes whose places make a box."""

_PLACEHOLDERS = (
    "address",
    "count",
    "latitude",
    "level",
    "longitude",
    "name",
    "page",
    "pages",
    "shown",
    "text",
    "times",
    "total",
)


def _roads(view: RegisterView) -> list[dict[str, object]]:
    return [
        {"colour": ROAD_COLOUR, "width": ROAD_WIDTHS[kind], "lines": lines}
        for kind, lines in ([] if view.roads is None else view.roads.lines)
    ]


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
    pictures += [*_network_pictures(view.network, language)]
    pictures += [*_mobile_pictures(view.mobile, language)]
    pictures += [*_channel_pictures(view.channels, language)]
    pictures += [*_source_pictures(view.source, language)]
    for name, label, picture in pictures:
        south, west, north, east = picture.bounds
        yield {
            "layer": name,
            "alt": text("maps.overlay_alt", language, layer=label),
            "url": _address(picture),
            "bounds": [[south, west], [north, east]],
        }


def _network_pictures(
    network: NetworkView | None, language: Language
) -> Iterator[tuple[str, str, Overlay]]:
    for name in ("strongest", "server", "margin", "interferer", "count"):
        picture = getattr(network, name, None)
        if picture is not None:
            yield name, text(f"maps.layer_network_{name}", language), picture


def _mobile_pictures(
    mobile: MobileView | None, language: Language
) -> Iterator[tuple[str, str, Overlay]]:
    if mobile is None:
        return
    for name in ("operators", "level", "sites", "server"):
        yield f"mobile-{name}", text(f"mobile.layer_{name}", language), getattr(mobile, name)
    for place, (name, picture) in enumerate(mobile.by_operator):
        yield operator_layer(place), text("mobile.layer_of", language, name=name), picture


def _channel_pictures(
    channels: ChannelsView | None, language: Language
) -> Iterator[tuple[str, str, Overlay]]:
    if channels is None:
        return
    yield "channels-count", text("channels.layer_count", language), channels.count
    yield "channels-margin", text("channels.layer_margin", language), channels.margin
    for frequency, picture in channels.channels:
        label = text("channels.layer_channel", language, frequency=frequency)
        yield channel_layer(frequency), label, picture


def _source_pictures(
    source: SourceMapView | None, language: Language
) -> Iterator[tuple[str, str, Overlay]]:
    for name in ("places", "levels"):
        picture = getattr(source, name, None)
        if picture is not None:
            yield f"source-{name}", text(f"sources.layer_{name}", language), picture


def _address(picture: Overlay) -> str:
    if picture.url is not None:
        return picture.url
    return "data:image/png;base64," + base64.b64encode(picture.png or b"").decode("ascii")


def boundary_lines(boundary: Boundary) -> dict[str, object]:
    """Return the rings of a boundary, simplified for a screen, and how sure it is."""
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

    That is the area of a study where there is one, else where the province's communes lie, else
    the outlines, those of its neighbours too, else everything that has a place.
    """
    studied = _opening(view)
    places = [
        (one.latitude, one.longitude)
        for one in view.units
        if one.latitude is not None and one.longitude is not None
    ]
    if studied is None and len(places) >= _FEWEST:
        return [[round(at(each), 5) for each in zip(*places, strict=True)] for at in (min, max)]
    boxes = [b.geometry.bounds for b in view.boundaries] if studied is None else []
    boxes += [_box(studied.bounds)] if studied is not None else []
    if not boxes:
        points = [(s.longitude, s.latitude) for s in view.structures]
        points += [(s.longitude, s.latitude) for s in view.stations]
        boxes = [point + point for point in points]
    if not boxes:
        return [[8.0, 102.0], [23.5, 110.0]]
    west, south, east, north = (
        f(values) for f, values in zip((min, min, max, max), zip(*boxes, strict=True), strict=True)
    )
    return [[round(south, 5), round(west, 5)], [round(north, 5), round(east, 5)]]


def _opening(view: RegisterView) -> Overlay | SourceMapView | JudgedMapView | None:
    if view.judged is not None or view.source is not None:
        return view.judged or view.source
    if view.interference is not None:
        return view.interference.dominant
    if view.network is not None:
        return view.network.strongest
    if view.mobile is not None:
        return view.mobile.server
    if view.channels is not None:
        return view.channels.count
    return view.coverage.field_strength if view.coverage is not None else None


def _box(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    south, west, north, east = bounds
    return west, south, east, north
