"""The pictures of a finished study, read from its record and its files."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from shapely import LineString, MultiLineString, Polygon
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from gis.geodesy import destination
from gis.home import Home
from gis.studies.channels import channel_file
from gis.studies.method import method_title
from gis.studies.mobile import operator_file
from gis.studies.record import Study, file_path
from maps.areas import Areas, areas_of, colours_of, together
from maps.judged_map import judged_bounds, looked_km
from maps.overlay import class_overlay, number_overlay
from maps.palette import (
    CHANNEL_MARGIN,
    CHANNELS,
    COUNT,
    CREDIBLE,
    FIELD_STRENGTH,
    MARGIN,
    OPERATORS,
    SITES,
    area_colour,
    mobile_level,
)
from maps.source_map import source_bounds
from maps.views import (
    ChannelsView,
    CoverageView,
    GroundView,
    InterferenceView,
    Interferer,
    JudgedMapView,
    MobileView,
    NetworkView,
    SourceMapView,
)

__all__ = [
    "channels_view",
    "coverage_view",
    "interference_view",
    "judged_map_view",
    "mobile_view",
    "network_view",
    "source_map_view",
]

_SERVERS = 26
_MOBILE_SERVERS = 9


def coverage_view(study: Study, home: Home) -> CoverageView:
    """Return the picture of a coverage study.

    Parameters
    ----------
    study : Study
        Of kind `coverage`.
    home : Home
        Where its files are.

    Raises
    ------
    NotFoundError
        If the study has no such files.
    """
    contours = json.loads(file_path(study, "contours.geojson", home).read_bytes())
    return CoverageView(
        field_strength=class_overlay(file_path(study, "coverage.tif", home), FIELD_STRENGTH),
        contours=_inside(contours, study),
        **_of_station(study),
    )


def interference_view(study: Study, home: Home) -> InterferenceView:
    """Return the picture of an interference study.

    Parameters
    ----------
    study : Study
        Of kind `interference`.
    home : Home
        Where its files are.

    Raises
    ------
    NotFoundError
        If the study has no such files.
    """
    file = file_path(study, "dominant.tif", home)
    found, rows = areas_of(file), study.results["interferers"]
    colours = colours_of([row["rank"] for row in rows], found.touching)
    interferers = tuple(
        Interferer(
            rank=row["rank"],
            name=row["name"],
            frequency_mhz=row["frequency_mhz"],
            area_km2=row["area_km2"],
            colour=area_colour(colours[row["rank"]]),
            letters_at=found.places.get(row["rank"], ()),
        )
        for row in rows
    )
    return InterferenceView(
        dominant=number_overlay(file, [one.colour for one in interferers]),
        margin=class_overlay(file_path(study, "interference.tif", home), MARGIN),
        interferers=interferers,
        **_of_station(study),
    )


def network_view(study: Study, home: Home) -> NetworkView:
    """Return the pictures of a network study.

    Parameters
    ----------
    study : Study
        Of kind `network`.
    home : Home
        Where its files are.

    Raises
    ------
    NotFoundError
        If the study has no such files.
    """
    rows = study.results["transmitters"]
    server, dominant = (file_path(study, name, home) for name in ("server.tif", "dominant.tif"))
    served, disturbed = areas_of(server), areas_of(dominant)
    met = served.touching + disturbed.touching + together(server, dominant)
    colours = _colours(rows, met)
    serving = _listed(study, served, colours, "serves_km2")
    return NetworkView(
        **_common(study),
        strongest=class_overlay(file_path(study, "strongest.tif", home), FIELD_STRENGTH),
        server=number_overlay(server, colours),
        interferer=number_overlay(dominant, colours),
        interferers=_listed(study, disturbed, colours, None)[:_SERVERS],
        margin=class_overlay(file_path(study, "margin.tif", home), MARGIN),
        count=class_overlay(file_path(study, "count.tif", home), COUNT),
        threshold_dbuvm=float(study.inputs["threshold_dbuvm"]),
        servers=serving[:_SERVERS],
        further=max(0, len(serving) - _SERVERS),
    )


def mobile_view(study: Study, home: Home) -> MobileView:
    """Return the pictures of a mobile coverage.

    Parameters
    ----------
    study : Study
        Of kind `mobile`.
    home : Home
        Where its files are.

    Raises
    ------
    NotFoundError
        If the study has no such files.
    """
    server = file_path(study, "server.tif", home)
    served = areas_of(server)
    colours = _colours(study.results["transmitters"], served.touching)
    serving = _listed(study, served, colours, "serves_km2")
    minimum = float(study.inputs["minimum_level_dbm"])
    classes = mobile_level(minimum)
    return MobileView(
        **_common(study),
        technology=study.inputs["technology"].upper(),
        minimum_dbm=minimum,
        server=number_overlay(server, colours),
        level=class_overlay(file_path(study, "level.tif", home), classes),
        sites=class_overlay(file_path(study, "sites.tif", home), SITES),
        operators=class_overlay(file_path(study, "operators.tif", home), OPERATORS),
        by_operator=tuple(
            (one["name"], class_overlay(file_path(study, operator_file(place), home), classes))
            for place, one in enumerate(study.inputs["operators"])
            if operator_file(place) in study.files
        ),
        servers=serving[:_MOBILE_SERVERS],
        further=max(0, len(serving) - _MOBILE_SERVERS),
    )


def channels_view(study: Study, home: Home) -> ChannelsView:
    """Return the pictures of a search for channels.

    Parameters
    ----------
    study : Study
        Of kind `channels`.
    home : Home
        Where its files are.

    Raises
    ------
    NotFoundError
        If the study has no such files.
    """
    rows = sorted(
        study.results["channels"], key=lambda row: (-row["area_km2"], row["frequency_mhz"])
    )
    with_map = [
        row["frequency_mhz"] for row in rows if channel_file(row["frequency_mhz"]) in study.files
    ]
    return ChannelsView(
        **_common(study),
        count=class_overlay(file_path(study, "count.tif", home), CHANNELS),
        margin=class_overlay(file_path(study, "margin.tif", home), CHANNEL_MARGIN),
        channels=tuple(
            (one, class_overlay(file_path(study, channel_file(one), home), CHANNEL_MARGIN))
            for one in with_map
        ),
        reserve_db=float(study.inputs["wanted"]["reserve_db"]),
    )


def source_map_view(study: Study, home: Home) -> SourceMapView:
    """Return the map of a search for the source of an interference.

    Parameters
    ----------
    study : Study
        Of kind `interference_source`.
    home : Home
        Where its files are.

    Raises
    ------
    NotFoundError
        If the study has no such files.
    """
    levels = "levels.tif"
    return SourceMapView(
        **_common(study, study.inputs["asked"]["name"]),
        asked=study.inputs["asked"],
        results=study.results,
        observed=study.inputs["observed"],
        stations={one["id"]: one for one in study.inputs["stations"]},
        places=class_overlay(file_path(study, "places.tif", home), CREDIBLE),
        levels=class_overlay(file_path(study, levels, home), CREDIBLE)
        if levels in study.files
        else None,
        bounds=source_bounds(study),
    )


def judged_map_view(study: Study) -> JudgedMapView:
    """Return the map of a proposed site, or of a study of one station.

    Parameters
    ----------
    study : Study
        Of kind `site_planning`, or `compliance` of one station.
    """
    return JudgedMapView(
        **_common(study),
        study=study,
        bounds=judged_bounds(study),
        looked_km=looked_km(study),
    )


def _colours(rows: Sequence[Mapping[str, Any]], met: Counter[tuple[int, int]]) -> list[str]:
    """Return the colour of the station of each position."""
    colours = colours_of([row["position"] for row in rows], met)
    return [area_colour(colours[position]) for position in range(len(rows))]


def _listed(
    study: Study, areas: Areas, colours: Sequence[str], named: str | None
) -> tuple[Interferer, ...]:
    """Return the stations that have an area on a picture, the largest first.

    The area is that of the study's results, where it has one by that name, else of the picture.
    """
    bounds, stations = study.results["computation"]["bounds"], study.inputs["stations"]
    found = []
    for row in study.results["transmitters"]:
        place = row["position"]
        drawn_km2 = areas.areas_km2.get(place)
        if drawn_km2 is not None:
            listed = Interferer(
                rank=row["rank"],
                name=row["name"],
                frequency_mhz=row["frequency_mhz"],
                area_km2=drawn_km2 if named is None else row[named] or None,
                colour=colours[place],
                letters_at=areas.places.get(place, ()),
                mast_at=_mast(stations[place], bounds),
            )
            found.append((listed, drawn_km2))
    found.sort(key=lambda one: (-(one[0].area_km2 or 0.0), -one[1], one[0].rank))
    return tuple(one for one, _ in found)


def _mast(station: Mapping[str, Any], bounds: list[float]) -> tuple[float, float] | None:
    """Return where a station stands, None outside the pictures."""
    west, south, east, north = bounds
    lon, lat = float(station["longitude"]), float(station["latitude"])
    return (lon, lat) if west <= lon <= east and south <= lat <= north else None


def _inside(contours: dict[str, Any], study: Study) -> dict[str, Any]:
    """Return the outlines of contours without the edge of the computed disc, which is none."""
    station, radius_km = study.inputs["station"], float(study.inputs["radius_km"])
    kept_km = radius_km - 2.0 * float(study.inputs["step_m"]) / 1e3
    east, north = destination(
        station["longitude"], station["latitude"], np.arange(0.0, 360.0, 2.0), kept_km
    )
    disc = Polygon(np.column_stack([east, north]))
    features = []
    for feature in contours["features"]:
        lines = shape(feature["geometry"]).boundary.intersection(disc)
        features.append({**feature, "geometry": mapping(_lines(lines))})
    return {"type": "FeatureCollection", "features": features}


def _lines(found: BaseGeometry) -> MultiLineString:
    parts = getattr(found, "geoms", [found])
    return MultiLineString(
        [part for part in parts if isinstance(part, LineString) and not part.is_empty]
    )


def _of_station(study: Study) -> dict[str, Any]:
    station: Mapping[str, Any] = study.inputs["station"]
    records = (station, *study.inputs.get("unwanted", ()))
    synthetic = any(one["provenance"]["confidence"] == "synthetic" for one in records)
    return _common(study, station["name"]) | {"synthetic": synthetic}


def _common(study: Study, station_name: str = "") -> dict[str, Any]:
    model = study.inputs.get("model")
    return {
        "study_id": study.id,
        "station_name": station_name,
        "model": method_title(model) if model else "",
        "flat_terrain": bool(study.inputs["terrain"]["flat"]),
        "ground": _ground(study),
        "synthetic": study.synthetic,
    }


def _ground(study: Study) -> GroundView:
    model = study.inputs.get("model") or {}
    cover = model.get("land_cover", {})
    return GroundView(
        terrain=study.inputs["terrain"]["identifier"],
        land_cover=cover.get("identifier"),
        clutter_added=bool(cover.get("added")),
        zones=model.get("zones", {}).get("identifier"),
        remarks=study.results.get("remarks", ()),
    )
