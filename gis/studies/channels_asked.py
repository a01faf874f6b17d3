"""What a search for channels is asked, with what was not said filled in."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.jurisdictions import Jurisdiction
from gis.raster import Grid, grid_over
from gis.register.reading import Reader as RegisterReader
from gis.register.records import Boundary, BroadcastStation, Provenance, Reception, Service
from gis.register.records import StationClass as Rank
from gis.register.scopes import SYSTEM
from gis.rules import RulePack, load_rule_pack
from gis.studies.communes import pixels_of
from gis.studies.coverage import default_radius_km
from gis.studies.emitter import missing_values
from gis.studies.network_asked import away_km, province_outline
from gis.studies.parts import moment
from gis.studies.requests import Reader
from gis.studies.standards import rules_of
from gis.studies.unwanted import REACH_KM
from gis.terrain.ground import Ground
from propagation.compliance.parameters import number
from propagation.compliance.records import Confidence
from propagation.interference.bs412 import Area
from propagation.interference.channel_finder import channels_khz
from propagation.profile import Polarization

__all__ = [
    "HIGHEST_MHZ",
    "LOWEST_MHZ",
    "NAMES",
    "ChannelsAsked",
    "Wanted",
    "carriers_khz",
    "cells_of",
    "channels_asked",
]

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]

LOWEST_MHZ, HIGHEST_MHZ = 87.0, 107.9
"""Carriers of the band where nobody says: 210 channels of 100 kHz."""

_BAND_MHZ = (87.0, 108.0)
_STEP_M = 500.0
_SERVICE_KM = 10.0
_SERVED_PERCENT = 100.0
_RESERVE_DB = 1.0
_PROPOSALS = 3
_MOST_CELLS = 120_000
NAMES = (
    "erp_kw",
    "height_m",
    "lowest_mhz",
    "highest_mhz",
    "polarization",
    "reception",
    "area",
    "service_km",
    "served_percent",
    "reserve_db",
    "proposals",
    "bounds",
    "step_m",
    "jurisdiction",
    "on",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The transmitter that is looked for.

    Attributes
    ----------
    erp_kw, height_m : float
        Effective radiated power, all round, and height of the antenna above ground.
    lowest_mhz, highest_mhz : float
        Carriers that may be chosen, both ends included.
    polarization : Polarization
        Of the transmitter.
    reception : Reception
        How it is to be received.
    area : Area
        Surroundings whose minimum field it has to reach.
    service_km : float
        How far it has to serve.
    served_percent : float
        Share of the directions in which it has to.
    reserve_db : float
        What a margin has to keep for the differences of the method.
    proposals : int
        How many channels are looked at once more, by the check of a station.
    """

    erp_kw: float
    height_m: float
    lowest_mhz: float = LOWEST_MHZ
    highest_mhz: float = HIGHEST_MHZ
    polarization: Polarization = Polarization.VERTICAL
    reception: Reception = Reception.STEREO
    area: Area = Area.RURAL
    service_km: float = _SERVICE_KM
    served_percent: float = _SERVED_PERCENT
    reserve_db: float = _RESERVE_DB
    proposals: int = _PROPOSALS

    @property
    def erp_dbw(self) -> float:
        """Return the effective radiated power in dBW."""
        return 10 * math.log10(self.erp_kw * 1e3)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Wanted":
        """Return what `to_json` wrote."""
        named = {
            "polarization": Polarization(written["polarization"]),
            "reception": Reception(written["reception"]),
            "area": Area(written["area"]),
        }
        return cls(**{**written, **named})

    def station(
        self, longitude: float, latitude: float, frequency_mhz: float, **changes: Any
    ) -> BroadcastStation:
        """Return the transmitter at a place and on a channel."""
        values: dict[str, Any] = {
            "id": "channel-finder",
            "name": f"{frequency_mhz:g} MHz",
            "programme": "",
            "service": Service.FM,
            "station_class": Rank.OTHER,
            "frequency_mhz": frequency_mhz,
            "longitude": longitude,
            "latitude": latitude,
            "erp_total_dbw": self.erp_dbw,
            "polarization": self.polarization,
            "height_above_ground_m": self.height_m,
            "reception": self.reception,
            "provenance": Provenance(confidence=Confidence.DERIVED, source="phusong channels"),
        }
        return BroadcastStation(**{**values, **changes})


@dataclass(frozen=True, slots=True, eq=False)
class ChannelsAsked:
    """A search for channels.

    Attributes
    ----------
    place : Jurisdiction
        Whose study it is.
    on : date
        The day judged.
    wanted : Wanted
        The transmitter.
    pack : RulePack
        The rules in force that day.
    stations : tuple of BroadcastStation
        Stations in reach whose fields can be predicted, by identifier.
    not_assessed : tuple of (BroadcastStation, tuple of str)
        Those in reach that lack what a prediction needs, with the names of the values.
    boundary : Boundary or None
        The outline of the province; None where a rectangle was asked for.
    bounds : tuple of float
        West, south, east, north.
    step_m : float
        Side of a cell.
    """

    place: Jurisdiction
    on: date
    wanted: Wanted
    pack: RulePack
    stations: tuple[BroadcastStation, ...]
    not_assessed: tuple[tuple[BroadcastStation, tuple[str, ...]], ...]
    boundary: Boundary | None
    bounds: Bounds
    step_m: float


def channels_asked(
    request: Mapping[str, object], register: RegisterReader, ground: Ground, own_rules: Path | None
) -> ChannelsAsked:
    """Return what a request asks.

    Parameters
    ----------
    request : mapping
        `erp_kw` (0.001 to 1000) and `height_m` (1 to 3000); all else optional: `lowest_mhz` and
        `highest_mhz` (87 to 108), `polarization`, `reception`, `area`, `service_km` (1 to 60),
        `served_percent` (1 to 100), `reserve_db` (0 to 20), `proposals` (0 to 10), `bounds`
        (west, south, east, north; else the province), `step_m` (100 to 10000), `jurisdiction`,
        `on`.
    register : Reader
        The register at one moment.
    ground : Ground
        What the stations stand on.
    own_rules : Path or None
        Folder of the installation's own rules.

    Raises
    ------
    GisError
        If the request is not understood, no channel lies in the band, the province has no outline,
        or the grid would be too large.
    """
    reader = Reader(request, *NAMES)
    place, on = moment(reader)
    wanted, pack = _wanted(reader), load_rule_pack(on, own=own_rules)
    _require_channel(wanted, pack)
    boundary = None if reader.has("bounds") else province_outline(place, register, on)
    edges = boundary.geometry.bounds if boundary else reader.bounds("bounds")
    west, south, east, north = (round(float(edge), 9) for edge in edges)
    bounds = (west, south, east, north)
    step_m = _number(reader, "step_m", 100.0, 10_000.0, _STEP_M)
    _require_size(bounds, step_m, boundary)
    near = [
        one
        for one in sorted(
            register.stations(SYSTEM, service=Service.FM, on=on), key=lambda one: one.id
        )
        if away_km(one, bounds) <= default_radius_km(one) + REACH_KM
    ]
    lacking = {one.id: missing_values(one, flat=ground.flat) for one in near}
    return ChannelsAsked(
        place=place,
        on=on,
        wanted=wanted,
        pack=pack,
        stations=tuple(one for one in near if not lacking[one.id]),
        not_assessed=tuple((one, lacking[one.id]) for one in near if lacking[one.id]),
        boundary=boundary,
        bounds=bounds,
        step_m=step_m,
    )


def cells_of(grid: Grid, boundary: Boundary | None) -> NDArray[np.bool_]:
    """Return which cells of a grid may carry a transmitter: those of the province, else all."""
    pixels = pixels_of(boundary, grid)
    if pixels is None:
        return np.ones(grid.shape, dtype=np.bool_)
    inside = np.zeros(grid.shape, dtype=np.bool_)
    inside[pixels] = True
    return inside


def _wanted(reader: Reader) -> Wanted:
    for name in ("erp_kw", "height_m"):
        if not reader.has(name):
            raise FormatError("channels.without", name=name)
    lowest = _number(reader, "lowest_mhz", *_BAND_MHZ, LOWEST_MHZ)
    highest = _number(reader, "highest_mhz", *_BAND_MHZ, max(HIGHEST_MHZ, lowest))
    if highest < lowest:
        raise FormatError("studies.network_no_frequencies", lowest=lowest, highest=highest)
    choices = {
        name: reader.choice(name, tuple(one.value for one in kind), default.value)
        for name, kind, default in (
            ("polarization", Polarization, Polarization.VERTICAL),
            ("reception", Reception, Reception.STEREO),
            ("area", Area, Area.RURAL),
        )
    }
    proposals = _number(reader, "proposals", 0, 10, _PROPOSALS)
    if proposals != int(proposals):
        raise FormatError(
            "studies.wrong_number", name="proposals", value=proposals, lower=0, upper=10
        )
    return Wanted.from_json(
        {
            "erp_kw": _number(reader, "erp_kw", 0.001, 1000.0, 1.0),
            "height_m": _number(reader, "height_m", 1.0, 3000.0, 60.0),
            "lowest_mhz": lowest,
            "highest_mhz": highest,
            "service_km": _number(reader, "service_km", 1.0, 60.0, _SERVICE_KM),
            "served_percent": _number(reader, "served_percent", 1.0, 100.0, _SERVED_PERCENT),
            "reserve_db": _number(reader, "reserve_db", 0.0, 20.0, _RESERVE_DB),
            "proposals": int(proposals),
            **choices,
        }
    )


def _number(reader: Reader, name: str, lower: float, upper: float, default: float) -> float:
    found = reader.number(name, lower, upper, default)
    return default if found is None else found


def carriers_khz(wanted: Wanted, pack: RulePack) -> Floats:
    """Return the channels of a search: the multiples of the raster of the rules."""
    raster_khz = number(pack.rule(rules_of(Service.FM).raster), "raster_khz")
    return channels_khz(wanted.lowest_mhz, wanted.highest_mhz, raster_khz)


def _require_channel(wanted: Wanted, pack: RulePack) -> None:
    """Refuse a band in which no channel lies."""
    if not carriers_khz(wanted, pack).size:
        raise FormatError(
            "channels.no_channel",
            lowest=wanted.lowest_mhz,
            highest=wanted.highest_mhz,
            raster_khz=number(pack.rule(rules_of(Service.FM).raster), "raster_khz"),
        )


def _require_size(bounds: Bounds, step_m: float, boundary: Boundary | None) -> None:
    """Refuse a grid with too many cells, and one without any."""
    grid = grid_over(bounds, step_m)
    count = grid.width * grid.height
    if count <= 4 * _MOST_CELLS:
        count = int(np.count_nonzero(cells_of(grid, boundary)))
    if count > _MOST_CELLS:
        raise FormatError("channels.too_many_cells", step_m=step_m, cells=count, limit=_MOST_CELLS)
    if count == 0:
        raise FormatError("channels.no_cell", step_m=step_m)
