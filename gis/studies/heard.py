"""What is received at a place: the stations whose fields reach it, and who disturbs them there."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np

from gis.errors import FormatError
from gis.geodesy import distance_km
from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.rules import load_rule_pack
from gis.studies.asked import PathAsked
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter, missing_values
from gis.studies.method import method_title
from gis.studies.model import terrain_json
from gis.studies.point import area_at, field_at, known, towards
from gis.studies.unwanted import spacing_khz, unwanted_stations
from propagation.compliance.parameters import MINIMUM_FIELD, PROTECTION_RATIO
from propagation.interference.assessment import assess_interference
from propagation.interference.bs412 import (
    Reception,
    minimum_field_from_parameters,
    minimum_usable_field_strength_dbuvm,
    protection_from_parameters,
)

__all__ = ["WITHIN_KM", "heard_at", "rehearse"]

WITHIN_KM: Final = 200.0
"""How far stations are looked for whose fields may be received, or may disturb."""
_MOST_STATIONS: Final = 200
_BESIDE_DEG: Final = 0.1
_STEPS_CHANGE_DB: Final = 6.0  # what a field may gain by the finer steps of a single path

Fields = Mapping[str, Any]


def rehearse(context: StudyContext, *, on: date) -> bool:
    """Ask what is heard beside one station, so that what predicts is compiled, and kept so.

    Returns
    -------
    bool
        Whether there was a station to ask about.
    """
    for one in context.register.stations(SYSTEM, service=Service.FM, on=on):
        if not missing_values(one, flat=context.ground.flat):
            heard_at(one.longitude + _BESIDE_DEG, one.latitude, context, on=on)
            return True
    return False


def heard_at(
    longitude: float, latitude: float, context: StudyContext, *, on: date
) -> dict[str, Any]:
    """Return which stations reach a place, and by how much others leave them to be received.

    Sound broadcasting in VHF only, for which there are protection ratios of every spacing.

    Parameters
    ----------
    longitude, latitude : float
        The place, WGS 84 degrees.
    context : StudyContext
        Register and terrain.
    on : date
        The day whose stations and rules count.

    Returns
    -------
    dict
        `received` and `disturbed`, the strongest first: station, frequency, field for 50 % of
        time, minimum and usable field, margin, and in `dominant` who disturbs most;
        `area`, `minimums_dbuvm` of mono and stereo there, `model`, `terrain`; `not_assessed`
        names stations that lack what a prediction needs, `left_out` counts those beyond the
        nearest 200. JSON values.

    Raises
    ------
    GisError
        If the point is none, or the terrain has a void on a path.
    """
    if not (-180 <= longitude <= 180 and -80 <= latitude <= 80):
        raise FormatError("studies.wrong_point", longitude=longitude, latitude=latitude)
    near = _near(context.register.stations(SYSTEM, service=Service.FM, on=on), longitude, latitude)
    asked = PathAsked()
    lacking = {one.id: missing_values(one, flat=context.ground.flat) for one in near}
    sound = [one for one in near if not lacking[one.id]]
    emitters = {
        one.id: Emitter(one, context.ground, asked.settings, asked.method)
        for one in sound[:_MOST_STATIONS]
    }
    fields = {
        name: field_at(each, longitude, latitude, context) for name, each in emitters.items()
    }
    scene = _Scene(fields, longitude, latitude, context, on)
    rows = [row for one in sound[:_MOST_STATIONS] if (row := scene.row(one, sound)) is not None]
    rows.sort(key=lambda row: -row["field_dbuvm"])
    return {
        "longitude": longitude,
        "latitude": latitude,
        "received": [row for row in rows if row["served"]],
        "disturbed": [row for row in rows if row["interfered"]],
        "area": scene.area.value,
        "minimums_dbuvm": {one.value: scene.minimum_dbuvm(one) for one in Reception},
        "model": method_title(asked.method.to_json()),
        "terrain": terrain_json(context.ground),
        "within_km": WITHIN_KM,
        "synthetic": any(one.provenance.synthetic for one in near),
        "not_assessed": [
            {"station_id": one.id, "name": one.name, "missing": list(lacking[one.id])}
            for one in near
            if lacking[one.id]
        ],
        "left_out": max(0, len(sound) - _MOST_STATIONS),
    }


def _near(
    stations: Sequence[BroadcastStation], longitude: float, latitude: float
) -> list[BroadcastStation]:
    """Return the stations within reach, the nearest first."""
    away = {
        one.id: distance_km(longitude, latitude, one.longitude, one.latitude) for one in stations
    }
    within = [one for one in stations if away[one.id] <= WITHIN_KM]
    return sorted(within, key=lambda one: (away[one.id], one.id))


class _Scene:
    """Fields at one place, and the rules by which they are weighed."""

    def __init__(
        self, fields: Fields, longitude: float, latitude: float, context: StudyContext, on: date
    ) -> None:
        pack = load_rule_pack(on, own=context.home.rules)
        self._fields = fields
        self._place = (longitude, latitude)
        self._context = context
        self._flat = context.ground.flat
        self._table = protection_from_parameters(pack.rule(PROTECTION_RATIO).parameters)
        self._minimum = minimum_field_from_parameters(pack.rule(MINIMUM_FIELD).parameters)
        self.area = area_at(context, on, longitude, latitude, pack)

    def minimum_dbuvm(self, reception: str) -> float:
        """Return the field that is enough in these surroundings."""
        return minimum_usable_field_strength_dbuvm(reception, self.area, self._minimum)

    def row(
        self, station: BroadcastStation, stations: Sequence[BroadcastStation]
    ) -> dict[str, Any] | None:
        """Return what is to be said of a station, None where its field is below the minimum."""
        minimum = self.minimum_dbuvm(station.reception)
        if not self._fields[station.id][0] >= minimum - _STEPS_CHANGE_DB:
            return None
        field = self._finely(station)
        if not field >= minimum:
            return None
        found = unwanted_stations(
            station, stations, self._table, area_radius_km=WITHIN_KM, flat=self._flat
        )
        others = [one for one in found.stations if one.id in self._fields]
        unwanted = np.array([self._fields[one.id] for one in others]).reshape(-1, 2).T
        assessed = assess_interference(
            np.array([field]),
            unwanted[:1],
            unwanted[1:],
            [spacing_khz(station, one) for one in others],
            station.reception,
            minimum_field_dbuvm=minimum,
            table=self._table,
        )
        dominant = int(assessed.dominant_index[0])
        return {
            "station_id": station.id,
            "name": station.name,
            "frequency_mhz": station.frequency_mhz,
            "field_dbuvm": known(field),
            "minimum_dbuvm": minimum,
            "usable_dbuvm": known(assessed.usable_simplified_dbuvm[0]),
            "margin_db": known(assessed.margin_db[0]),
            "served": bool(assessed.served[0]),
            "interfered": bool(assessed.interfered[0]),
            "dominant": None if not others or dominant < 0 else self._dominant(others[dominant]),
        }

    def _finely(self, station: BroadcastStation) -> float:
        """Return the field at the steps at which the path to a point is explained."""
        emitter, _, _ = towards(station, *self._place, self._context, PathAsked())
        return float(field_at(emitter, *self._place, self._context)[0])

    def _dominant(self, other: BroadcastStation) -> dict[str, Any]:
        return {
            "station_id": other.id,
            "name": other.name,
            "frequency_mhz": other.frequency_mhz,
            "field_dbuvm": known(float(self._fields[other.id][0])),
        }
