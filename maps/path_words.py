"""A path in words: what decides it, and the tables that stand beside its figure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from data.text import text
from maps.point import NAMELESS, term_row
from maps.words import Words

__all__ = [
    "EARTHS",
    "PathMark",
    "path_description",
    "path_marks",
    "path_stamps",
    "path_tables",
    "path_title",
    "profile_tables",
    "zone_stretches",
]

EARTHS = ("median", "b0")
"""The effective radii of the record, the median first."""

_HIDDEN_POINTS = ("transmitter_edge", "receiver_edge", "bullington_point")
_ALL_POINTS = (*_HIDDEN_POINTS, "worst")
_SAME_KM = 1e-3
_MOST_ROWS = 41


@dataclass(frozen=True, slots=True)
class PathMark:
    """A point that decides a path, as it is marked in the figure.

    Attributes
    ----------
    number : int
        What stands at it in the figure, from 1.
    earth : str
        Which of `EARTHS` it belongs to.
    distance_km, raised_height_m : float
        Where it lies.
    words : str
        What it is.
    """

    number: int
    earth: str
    distance_km: float
    raised_height_m: float
    words: str


def path_title(path: Mapping[str, Any], words: Words) -> str:
    """Return the heading of a path: from where to where; a link has no station."""
    if "start" in path:
        start = path["start"]
        return _say(
            words,
            "title_link",
            from_latitude=words.number(start["latitude"], 5),
            from_longitude=words.number(start["longitude"], 5),
            latitude=words.number(path["latitude"], 5),
            longitude=words.number(path["longitude"], 5),
        )
    return _say(
        words,
        "title",
        station=path["station"],
        latitude=words.number(path["latitude"], 5),
        longitude=words.number(path["longitude"], 5),
    )


def path_stamps(path: Mapping[str, Any], words: Words, *, synthetic: bool) -> list[str]:
    """Return what has to be stamped wherever a path is shown."""
    keys = [("stamp_synthetic", synthetic), ("stamp_flat", path["terrain"]["flat"])]
    return [text(f"maps.{key}", words.language) for key, holds in keys if holds]


def path_description(path: Mapping[str, Any], words: Words) -> list[str]:
    """Return what the figure shows, in sentences: the path, and its sight over both Earths."""
    profile = path["profile"]
    first = _say(
        words,
        "summary",
        distance=words.value("distance_km", round(path["distance_km"], 2)),
        azimuth=words.value("azimuth_deg", round(path["azimuth_deg"], 1)),
        frequency=words.value("frequency_mhz", path["frequency_mhz"]),
        transmitter=words.value("height_m", profile["transmitter_height_above_ground_m"]),
        receiver=words.value("height_m", profile["receiver_height_above_ground_m"]),
    )
    told = [first, *(_sight(path["sight"][earth], earth, words) for earth in EARTHS)]
    if "departure" in path:
        leaving = path["departure"]
        told.append(
            _say(
                words,
                f"departure_{leaving['towards']}",
                elevation=words.value("elevation_deg", round(leaving["elevation_deg"], 2)),
                attenuation=words.value("attenuation_db", round(leaving["attenuation_db"], 1)),
            )
        )
    return told


def path_marks(path: Mapping[str, Any], words: Words) -> list[PathMark]:
    """Return the points that decide a path; those that coincide are one."""
    marks: list[PathMark] = []
    for earth in EARTHS:
        sight = path["sight"][earth]
        names = ("worst",) if sight["line_of_sight"] else _HIDDEN_POINTS
        for group in _coinciding(sight, names):
            place = sight[group[0]]
            mark = _say(
                words,
                "mark",
                name=_joined(group, words),
                earth=_say(words, f"earth_{earth}"),
                at=words.number(place["distance_km"], 2),
                height=words.value("height_m", round(place["raised_height_m"], 1)),
            )
            at = (place["distance_km"], place["raised_height_m"])
            marks.append(PathMark(len(marks) + 1, earth, *at, mark))
    return marks


def path_tables(path: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return the tables beside a figure, as rows of words.

    Returns
    -------
    dict
        `losses` (term, value for each percentage of time, symbol, equation; the field last),
        `times` (their headings), `parameters` (the same with one value), `points` (those that
        decide the path, for both Earths), `profile` (evenly chosen points) with `profile_note`.
    """
    return {
        "times": [
            _say(words, "column_time", percent=found["time_percent"])
            for found in path["predictions"]
        ],
        "losses": _losses(path, words),
        "parameters": [
            (row["label"], row["value"], _symbol(term), row["where"])
            for term in path["predictions"][0]["parameters"]
            for row in (term_row(term, words),)
        ],
        **profile_tables(path, words),
    }


def profile_tables(path: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return the tables of what stands in the way, whatever predicts.

    Returns
    -------
    dict
        `points` (those that decide the path, for both Earths), `profile` (evenly chosen points)
        with `profile_note`.
    """
    rows, note = _profile(path, words)
    return {
        "points": [row for earth in EARTHS for row in _points(path["sight"][earth], earth, words)],
        "profile": rows,
        "profile_note": note,
    }


def zone_stretches(path: Mapping[str, Any]) -> list[tuple[int, float, float]]:
    """Return zone code, first and last kilometre of each stretch of one zone.

    Stretches meet halfway between the points of different zones.
    """
    km, zones = path["profile"]["distance_km"], path["profile"]["zone"]
    stretches: list[tuple[int, float, float]] = []
    start = 0.0
    for zone, run in groupby(range(len(km)), key=lambda index: zones[index]):
        last = list(run)[-1]
        end = km[last] if last + 1 == len(km) else (km[last] + km[last + 1]) / 2
        stretches.append((int(zone), start, end))
        start = end
    return stretches


def _say(words: Words, key: str, **values: object) -> str:
    return text(f"paths.{key}", words.language, **values)


def _sight(sight: Mapping[str, Any], earth: str, words: Words) -> str:
    worst = sight["worst"]
    return _say(
        words,
        "sight_clear" if sight["line_of_sight"] else "sight_hidden",
        earth=_say(words, f"earth_{earth}"),
        radius=words.value("radius_km", round(sight["effective_earth_radius_km"])),
        percent=words.value("time_percent", round(sight["time_percent"], 1)),
        above=words.value("above_m", round(-worst["clearance_m"], 1)),
        ratio=words.number(worst["clearance_ratio"], 2),
        at=words.number(worst["distance_km"], 2),
        nu=words.number(sight["diffraction_parameter"], 2),
    )


def _coinciding(sight: Mapping[str, Any], names: Sequence[str]) -> Iterator[list[str]]:
    """Yield names of points, those at the same place together, in the order of the names."""
    left = list(names)
    while left:
        at = sight[left[0]]["distance_km"]
        group = [name for name in left if abs(sight[name]["distance_km"] - at) < _SAME_KM]
        yield group
        left = [name for name in left if name not in group]


def _joined(names: Sequence[str], words: Words) -> str:
    said = _say(words, f"point_{names[0]}")
    for name in names[1:]:
        said = _say(words, "and", first=said, second=_say(words, f"point_{name}"))
    return said


def _losses(path: Mapping[str, Any], words: Words) -> list[tuple[str, ...]]:
    rows = []
    for terms in zip(*(found["terms"] for found in path["predictions"]), strict=True):
        told = [term_row(term, words) for term in terms]
        values = (row["value"] for row in told)
        rows.append((told[0]["label"], *values, terms[0]["symbol"], told[0]["where"]))
    fields = (
        words.value("field_dbuvm", _rounded(found["field_strength_dbuvm"]))
        for found in path["predictions"]
    )
    return [*rows, (_say(words, "field"), *fields, "E", "P.1812, (70)")]


def _symbol(term: Mapping[str, Any]) -> str:
    """Return the symbol of a parameter; yes or no has none."""
    return "–" if term["name"] in NAMELESS else str(term["symbol"])


def _points(sight: Mapping[str, Any], earth: str, words: Words) -> Iterator[tuple[str, ...]]:
    for name in _ALL_POINTS:
        point = sight[name]
        if point is None:
            continue
        said = _say(words, f"point_{name}")
        yield (
            said[0].upper() + said[1:],
            _say(words, f"earth_{earth}"),
            words.number(point["distance_km"], 2),
            words.number(point["raised_height_m"], 1),
            words.number(point.get("elevation_mrad"), 2),
            words.number(point.get("clearance_m"), 1),
            words.number(point.get("clearance_ratio"), 2),
        )


def _profile(path: Mapping[str, Any], words: Words) -> tuple[list[tuple[str, ...]], str]:
    profile, sight = path["profile"], path["sight"]
    points = len(profile["distance_km"])
    shown = min(points, _MOST_ROWS)
    chosen = [round(step * (points - 1) / (shown - 1)) for step in range(shown)]
    columns = (
        profile["distance_km"],
        profile["terrain_height_m"],
        profile["clutter_height_m"],
        sight["median"]["earth_bulge_m"],
        sight["b0"]["earth_bulge_m"],
        sight["ray_height_m"],
        sight["fresnel_radius_m"],
    )
    rows = [
        (
            words.number(columns[0][index], 2),
            *(words.number(column[index], 1) for column in columns[1:]),
            _say(words, f"zone_{profile['zone'][index]}"),
        )
        for index in chosen
    ]
    return rows, _say(words, "profile_note", shown=shown, points=points)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
