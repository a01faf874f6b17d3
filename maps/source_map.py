"""A search for a source as a map shows it: objects with their words, lines, numbers, extent."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from data.text import Language, text
from gis.geodesy import destination, distance_km
from gis.register.records import Provenance
from gis.studies.record import Study
from maps.palette import SOURCE
from maps.rows import Kind, Row, of_study
from maps.source_words import (
    MOST_ROWS,
    OUTSIDE,
    measurement_title,
    measurement_value,
    named,
    say,
    share,
)
from maps.views import RegisterView, SourceMapView
from maps.words import Words
from propagation.compliance.records import Confidence

__all__ = [
    "ELLIPSE_DASH",
    "RAYS",
    "source_bounds",
    "source_numbers",
    "source_rows",
    "source_shapes",
]

RAYS: Final = {"straight": "", "turned": "9 4", "as_read": "1 5"}
"""Line pattern of a bearing: as read, turned by 180 degrees, and how that one was read."""

ELLIPSE_DASH: Final = "6 3"

_NEAR_KM: Final = 60.0
_MARGIN_DEG: Final = 0.03
_BEYOND: Final = 1.25
_LEAST_KM: Final = 25.0
_FARTHEST_KM: Final = 150.0
_LONGEST_NUMBERS: Final = 4


def source_bounds(study: Study) -> tuple[float, float, float, float]:
    """Return south, west, north, east of all that lies near the receiver or was observed."""
    asked, results, observed = study.inputs["asked"], study.results, study.inputs["observed"]
    at = (asked["longitude"], asked["latitude"])
    found = [*results["candidates"][:MOST_ROWS], *_fixed(results), *_proposed(results)]
    near = [
        one for one in found if distance_km(*at, one["longitude"], one["latitude"]) <= _NEAR_KM
    ]
    every = [asked, *near, *observed["bearings"], *observed["levels"]]
    longitudes, latitudes = ([one[name] for one in every] for name in ("longitude", "latitude"))
    return (
        min(latitudes) - _MARGIN_DEG,
        min(longitudes) - _MARGIN_DEG,
        max(latitudes) + _MARGIN_DEG,
        max(longitudes) + _MARGIN_DEG,
    )


def _fixed(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    fixed = results["fix"]
    return [fixed] if fixed is not None and fixed["reason"] is None else []


def _proposed(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [] if results["next"] is None else list(results["next"]["points"])


# --- objects ---


def source_rows(view: RegisterView, language: Language) -> Iterator[Row]:
    """Yield the objects of a search: receiver, candidates, what was observed, what next."""
    if view.source is not None:
        yield from _Objects(view.source, view.organisations, language).rows()


class _Objects:
    """The objects of one search in one language."""

    def __init__(
        self, source: SourceMapView, organisations: Mapping[str, str], language: Language
    ) -> None:
        self._source, self._organisations = source, organisations
        self._words = Words(language)
        self._names = {key: one["name"] for key, one in source.stations.items()}
        self._kinds = {
            name: Kind(name, text(f"sources.kind_{name}", language), "source", symbol)
            for name, symbol in SOURCE.items()
        }

    def rows(self) -> Iterator[Row]:
        """Yield them."""
        source, words = self._source, self._words
        asked, results = source.asked, source.results
        stated = say(words, "origin_stated")
        mhz = words.value("frequency_mhz", asked["frequency_mhz"])
        told = {"frequency": mhz, "height": words.value("height_m", asked["receiver_height_m"])}
        yield self._row("victim", asked, say(words, "kind_victim"), stated, told)
        for rank, one in enumerate(results["candidates"][:MOST_ROWS], start=1):
            yield self._candidate(rank, one)
        yield from self._observed(stated)
        predicted = say(words, "origin_predicted")
        for one in _fixed(results):
            axes = (one[f"semi_{name}_km"] for name in ("major", "minor"))
            sides = " × ".join(words.number(axis, 2) for axis in axes)
            told = {"ellipse": f"{sides} km"}
            yield self._row("fix", one, say(words, "kind_fix"), predicted, told)
        for place, one in enumerate(_proposed(results), start=1):
            told = {
                "bits": words.number(one["bits"], 3),
                "first": measurement_value(one, "first", words),
                "second": measurement_value(one, "second", words),
            }
            title = measurement_title(place, one, words)
            yield self._row("next", one, title, predicted, told)

    def _candidate(self, rank: int, one: Mapping[str, Any]) -> Row:
        words = self._words
        title = f"{rank}. {named(one, self._names, words)}"
        told = {"probability": share(one["probability"], words)}
        if one["key"] == OUTSIDE:
            origin = say(words, "origin_predicted")
            return self._row("outside", one, title, origin, told)
        told |= {
            "emission": words.value("emission_mhz", one["emission_mhz"]),
            "excess": words.value("excess_db", one["excess_db"]),
            "away": f"{words.number(one['distance_km'], 1)} km / "
            f"{words.number(one['azimuth_deg'], 0)}°",
        }
        records = [self._source.stations[key] for key in one["stations"]]
        owners = {self._organisations.get(each["organisation_id"] or "", "") for each in records}
        return self._row(
            "candidate",
            one,
            title,
            _provenance(records),
            told,
            owner="; ".join(sorted(owners - {""})),
        )

    def _observed(self, stated: str) -> Iterator[Row]:
        words, source = self._words, self._source
        for one, remark in _judged(source):
            told = {
                "bearing": words.value("bearing_deg", one["bearing_deg"]),
                "error": words.value("error_deg", one["error_deg"]),
                "remark": say(words, remark) if remark else "",
            }
            yield self._row("bearing", one, one["station"], stated, told)
        for one in source.observed["levels"]:
            below = "< " if one["kind"] == "below" else ""
            level = f"{below}{words.number(one['value_dbuvm'], 1)}"
            told = {"level": f"{level} dB(µV/m)"}
            yield self._row("level", one, one["name"], stated, told)

    def _row(
        self,
        kind: str,
        at: Mapping[str, Any],
        name: str,
        origin: Provenance | str,
        told: Mapping[str, str],
        **more: str,
    ) -> Row:
        details = ((say(self._words, f"map_{label}"), value) for label, value in told.items())
        return of_study(self._kinds[kind], at, name, origin, details, **more)


def _provenance(records: list[Mapping[str, Any]]) -> Provenance:
    """Return where the stations of a candidate are known from: the first that is simulated."""
    every = [one["provenance"] for one in records]
    told = next((one for one in every if one["confidence"] == Confidence.SYNTHETIC), every[0])
    return Provenance(confidence=Confidence(told["confidence"]), source=told["source"])


# --- lines and numbers ---


def _judged(source: SourceMapView) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield each bearing with what the fix says of it, as the key of a sentence."""
    fixed = source.results["fix"] or {}
    turned = fixed.get("reversed", ())
    seen = source.observed["bearings"]
    told = fixed.get("bearings") or [{"outlier": False}] * len(seen)
    for one, judged in zip(seen, told, strict=True):
        remark = "fix_row_reversed" if one["station"] in turned else ""
        yield one, "fix_outlier" if judged["outlier"] else remark


def source_shapes(source: SourceMapView) -> Iterator[dict[str, object]]:
    """Yield the lines of bearings and the ellipse, as the page's script draws them."""
    colour = SOURCE["bearing"].colour
    turned = (source.results["fix"] or {}).get("reversed", ())
    for one in source.observed["bearings"]:
        reach_km = _reach_km(source, one)
        ways = {"straight": one["bearing_deg"]}
        if one["station"] in turned:
            ways = {"turned": one["bearing_deg"] + 180.0, "as_read": one["bearing_deg"]}
        for name, angle in ways.items():
            length = reach_km / 2 if name == "as_read" else reach_km
            end = destination(one["longitude"], one["latitude"], angle % 360.0, length)
            line = [[one["longitude"], one["latitude"]], [float(end[0]), float(end[1])]]
            yield _shape("bearings", line, colour, RAYS[name])
    for fixed in _fixed(source.results):
        ring = [*fixed["ellipse"], fixed["ellipse"][0]]
        yield _shape("ellipse", ring, SOURCE["fix"].colour, ELLIPSE_DASH)


def _shape(layer: str, line: list[list[float]], colour: str, dash: str) -> dict[str, object]:
    places = [[round(x, 5), round(y, 5)] for x, y in line]
    return {"layer": layer, "line": places, "colour": colour, "dash": dash}


def _reach_km(source: SourceMapView, bearing: Mapping[str, Any]) -> float:
    """Return how far a bearing is drawn: beyond the receiver and the fix."""
    ends = [source.asked, *_fixed(source.results)]
    here = (bearing["longitude"], bearing["latitude"])
    far = max(float(distance_km(*here, one["longitude"], one["latitude"])) for one in ends)
    return min(max(_BEYOND * far, _LEAST_KM), _FARTHEST_KM)


def source_numbers(source: SourceMapView) -> list[dict[str, object]]:
    """Return the ranks of the table and where they stand, several at one place together."""
    ranks: dict[tuple[float, float], list[int]] = {}
    for rank, one in enumerate(source.results["candidates"][:MOST_ROWS], start=1):
        ranks.setdefault((one["longitude"], one["latitude"]), []).append(rank)
    return [
        {"layer": "numbers", "letter": _together(found), "at": list(at)}
        for at, found in ranks.items()
    ]


def _together(ranks: list[int]) -> str:
    shown = ", ".join(str(one) for one in ranks[:_LONGEST_NUMBERS])
    return f"{shown}…" if len(ranks) > _LONGEST_NUMBERS else shown
