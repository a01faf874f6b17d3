"""What a study judged as a map shows it: a proposed site or one station, and what findings name.

Nothing is looked up: all of it stands in the study's record. What the register has near comes
from the register, as far as whoever looks may see it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from data.text import Language, text
from gis.geodesy import destination
from gis.register.records import Provenance
from gis.studies.record import Study
from maps.findings import check_title, gravity
from maps.palette import JUDGED
from maps.plane import length_said, polar
from maps.rows import Kind, Row, of_study
from maps.site_figure import site_view
from maps.views import JudgedMapView, RegisterView
from maps.words import Words
from propagation.compliance.records import Confidence

__all__ = [
    "CIRCLE_DASH",
    "LAYER_DASHES",
    "judged_bounds",
    "judged_name",
    "judged_numbers",
    "judged_rows",
    "judged_shapes",
    "judges_one_place",
    "looked_km",
    "named_stations",
    "with_distances",
    "worst_points",
]

LAYER_DASHES: Final = {"worst": "", "served": "7 4"}
"""Line pattern from the mast to a worst point, and from the station that is received there."""

CIRCLE_DASH: Final = "2 5"

_PREFIX: Final = "judged-"
"""What ids of kinds begin with, so that none is a kind of structure too."""

_MOST_POINTS: Final = 40
_LEAST_M: Final = 1_500.0
_BEYOND: Final = 1.15
_FARTHEST_M: Final = 60_000.0
_CIRCLE_DEG: Final = 5.0
_ROUNDED_M: Final = 1_000.0


def judges_one_place(study: Study) -> bool:
    """Return whether a study judges a proposed site, or one station alone."""
    return study.kind == "site_planning" or len(study.inputs.get("judged", ())) == 1


def judged_name(study: Study) -> str:
    """Return what the one thing is called that a study judges."""
    return str(_mast(study)["name"])


def worst_points(study: Study) -> tuple[Mapping[str, Any], ...]:
    """Return the findings of one station that name the place to measure at, the gravest first."""
    if study.kind != "compliance":
        return ()
    found = [
        one
        for one in study.results["stations"][0]["findings"]
        if (one["measure"] or {}).get("latitude") is not None
        and one["measure"].get("longitude") is not None
    ]
    return tuple(sorted(found, key=gravity)[:_MOST_POINTS])


def named_stations(study: Study) -> set[str]:
    """Return the stations that the map shows as objects of the study itself."""
    if study.kind != "compliance":
        return set()
    others = {one["counterpart"] for one in worst_points(study) if one["counterpart"]}
    return {study.results["stations"][0]["station_id"], *others}


def judged_bounds(study: Study) -> tuple[float, float, float, float]:
    """Return south, west, north, east of the mast and of what its findings name near it."""
    mast = _mast(study)
    at = (mast["longitude"], mast["latitude"])
    if study.kind == "site_planning":
        looked_m = 1e3 * (looked_km(study) or 0.0)
        far_m = max([_LEAST_M, looked_m, *(one.distance_m for one in site_view(study).marks)])
    else:
        places = [one["measure"] for one in worst_points(study)]
        away = [polar(at, (one["longitude"], one["latitude"]))[1] for one in places]
        far_m = max([_LEAST_M, *(one for one in away if one <= _FARTHEST_M)])
    sides = destination(*at, np.array([0.0, 90.0, 180.0, 270.0]), _BEYOND * far_m / 1e3)
    return (
        float(np.min(sides[1])),
        float(np.min(sides[0])),
        float(np.max(sides[1])),
        float(np.max(sides[0])),
    )


def looked_km(study: Study) -> float | None:
    """Return the radius of the circle in which a study says what its antennas would cover."""
    return float(study.inputs["coverage"]["radius_km"]) if study.results.get("coverage") else None


def _mast(study: Study) -> Mapping[str, Any]:
    """Return name, longitude and latitude of what is judged."""
    if study.kind == "site_planning":
        asked: Mapping[str, Any] = study.inputs["asked"]
        return asked
    station: Mapping[str, Any] = study.results["stations"][0]
    return station


# --- objects ---


def judged_rows(view: RegisterView, language: Language) -> Iterator[Row]:
    """Yield the objects of a study: the mast, what stands near or is protected, worst points."""
    if view.judged is not None:
        yield from _Objects(view.judged, language).rows()


class _Objects:
    """The objects of one study in one language."""

    def __init__(self, judged: JudgedMapView, language: Language) -> None:
        self._study, self._language = judged.study, language
        self._words = Words(language)
        self._mast = _mast(self._study)
        self._kinds = {
            name: Kind(f"{_PREFIX}{name}", _say(f"kind_{name}", language), "judged", symbol)
            for name, symbol in JUDGED.items()
        }

    def rows(self) -> Iterator[Row]:
        """Yield them."""
        if self._study.kind == "site_planning":
            yield self._proposed()
            yield from self._around()
        else:
            yield self._station()
            yield from self._protected()
            yield from self._points()

    def _proposed(self) -> Row:
        inputs, words = self._study.inputs, self._words
        asked = inputs["asked"]
        told = {
            "verdict": words.outcome(self._study.results["outcome"]),
            "height": words.value("height_m", asked["height_m"]),
            "ground": words.value("height_m", inputs["ground_elevation_m"]),
        }
        name = asked["name"] or _say("kind_mast", self._language)
        stated = _say("stated", self._language)
        return self._row("mast", asked, name, stated, told, place=inputs["commune"] or "")

    def _around(self) -> Iterator[Row]:
        inputs = self._study.inputs
        at = (self._mast["longitude"], self._mast["latitude"])
        rows = (*inputs["supports"], *inputs["facilities"], *inputs["runways"])
        known = {row["id"]: row for row in rows}
        for number, mark in enumerate(site_view(self._study).marks, start=1):
            record = known[mark.id]
            longitude, latitude = destination(*at, mark.azimuth_deg, mark.distance_m / 1e3)
            place = {"longitude": float(longitude), "latitude": float(latitude)}
            told = self._surfaces(mark.id)
            if mark.kind == "support":
                told = {"height": self._words.value("height_m", record["height_m"])}
            yield self._row(
                mark.kind,
                place,
                f"{number}. {mark.name}",
                _provenance(record.get("provenance", record)),
                told,
                owner=str(record.get("owner", "")),
            )

    def _surfaces(self, runway_id: str) -> dict[str, str]:
        """Return the surfaces of a runway that the site lies under, and what reaches into one."""
        words = self._words
        found = [one for one in self._study.results["surfaces"] if one["runway_id"] == runway_id]
        told = (
            _say(
                "surface_over" if one["penetration_m"] > 0 else "surface_free",
                self._language,
                surface=words.sentence(f"planning.surface.{one['surface']}"),
                allowed=words.number(one["allowed_height_m"], 1),
                over=words.number(one["penetration_m"], 1),
            )
            for one in found
        )
        return {"surfaces": "; ".join(told)}

    def _station(self) -> Row:
        row, words = self._study.results["stations"][0], self._words
        record = self._records()[row["station_id"]]
        told = {
            "verdict": words.outcome(row["outcome"]),
            "frequency": words.value("frequency_mhz", row["frequency_mhz"]),
            "height": words.value("height_m", record["height_above_ground_m"]),
        }
        place = record["commune_name"] or ""
        return self._row("mast", row, row["name"], _provenance(record), told, place=place)

    def _protected(self) -> Iterator[Row]:
        """Yield the stations that the findings with a worst point name, each once."""
        records, words = self._records(), self._words
        named = dict.fromkeys(one["counterpart"] for one in worst_points(self._study))
        for record in (records[one] for one in named if one in records):
            told = {"frequency": words.value("frequency_mhz", record["frequency_mhz"])}
            origin = _provenance(record)
            yield self._row("protected", record, record["name"], origin, told)

    def _points(self) -> Iterator[Row]:
        records, words = self._records(), self._words
        for number, one in enumerate(worst_points(self._study), start=1):
            told = {"verdict": words.outcome(one["outcome"])}
            if one["margin_db"] is not None:
                told["margin"] = f"{words.number(one['margin_db'], 1)} dB"
            other = records.get(one["counterpart"])
            if other is not None:
                told["between"] = other["name"]
            title = f"{number}. {check_title(one['check'], words)}"
            predicted = _say("predicted", self._language)
            yield self._row("worst", one["measure"], title, predicted, told)

    def _records(self) -> dict[str, Mapping[str, Any]]:
        return {one["id"]: one for one in self._study.inputs["stations"]}

    def _row(
        self,
        kind: str,
        at: Mapping[str, Any],
        name: str,
        origin: Provenance | str,
        told: Mapping[str, str],
        **more: str,
    ) -> Row:
        details = (
            (_say(f"label_{label}", self._language), value) for label, value in told.items()
        )
        return of_study(self._kinds[kind], at, name, origin, details, **more)


def _say(key: str, language: Language, **values: object) -> str:
    return text(f"studies.map_{key}", language, **values)


def _provenance(record: Mapping[str, Any]) -> Provenance:
    """Return where a record is known from: it says so itself, or in a part of its own."""
    told = record.get("provenance", record)
    return Provenance(confidence=Confidence(told["confidence"]), source=told["source"])


def with_distances(rows: Iterable[Row], view: RegisterView, language: Language) -> Iterator[Row]:
    """Yield rows with how far each lies from the mast that is judged, and in which direction."""
    mast = None if view.judged is None else _mast(view.judged.study)
    for row in rows:
        if mast is None or row.kind.id == f"{_PREFIX}mast":
            yield row
            continue
        at = (mast["longitude"], mast["latitude"])
        towards, away_m = polar(at, (row.longitude, row.latitude))
        exact = -2 if away_m >= _ROUNDED_M else 0
        length = length_said(round(away_m, exact), language)
        told = _say("away", language, length=length, towards=round(towards) % 360)
        label = _say("label_away", language)
        yield replace(row, details=(*row.details, (label, told)))


# --- lines and numbers ---


def judged_shapes(judged: JudgedMapView) -> Iterator[dict[str, object]]:
    """Yield the lines of a study, as the page's script draws them."""
    study = judged.study
    mast = _mast(study)
    if study.kind == "site_planning":
        near = {one.id for one in site_view(study).marks}
        for row in (one for one in study.inputs["runways"] if one["id"] in near):
            ends = [(row[f"{end}longitude"], row[f"{end}latitude"]) for end in ("", "end_")]
            yield _shape("runways", ends, JUDGED["runway"].colour, "")
        if judged.looked_km is not None:
            east, north = destination(
                mast["longitude"],
                mast["latitude"],
                np.arange(0.0, 360.0 + _CIRCLE_DEG, _CIRCLE_DEG),
                judged.looked_km,
            )
            ring = list(zip(east.tolist(), north.tolist(), strict=True))
            yield _shape("looked", ring, JUDGED["mast"].colour, CIRCLE_DASH)
        return
    stations = {one["id"]: one for one in study.inputs["stations"]}
    for one in worst_points(study):
        point = (one["measure"]["longitude"], one["measure"]["latitude"])
        colour = JUDGED["worst"].colour
        yield _shape("worst", [_at(mast), point], colour, LAYER_DASHES["worst"])
        if one["counterpart"] in stations:
            other = _at(stations[one["counterpart"]])
            colour = JUDGED["protected"].colour
            yield _shape("worst", [other, point], colour, LAYER_DASHES["served"])


def _at(record: Mapping[str, Any]) -> tuple[float, float]:
    return record["longitude"], record["latitude"]


def _shape(
    layer: str, line: Iterable[tuple[float, float]], colour: str, dash: str
) -> dict[str, object]:
    places = [[round(x, 5), round(y, 5)] for x, y in line]
    return {"layer": layer, "line": places, "colour": colour, "dash": dash}


def judged_numbers(judged: JudgedMapView, language: Language) -> list[dict[str, object]]:
    """Return the numbers of the worst points, and where they stand, several at one together."""
    found: dict[tuple[float, float], list[str]] = {}
    for row in _Objects(judged, language).rows():
        number, _, _ = row.name.partition(". ")
        if row.kind.id == f"{_PREFIX}worst":
            found.setdefault((row.longitude, row.latitude), []).append(number)
    return [
        {"layer": "numbers", "letter": ",\u00a0".join(numbers), "at": list(at)}
        for at, numbers in found.items()
    ]
