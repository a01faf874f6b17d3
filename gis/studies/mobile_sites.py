"""The transmitters of mobile networks in the register, as predictions read them.

An installation with an azimuth radiates as a sector of 65 degrees (3GPP TR 36.942), one without it
alike all round; tilts are not on record, so none is applied. Its e.i.r.p. is taken for the power
of the whole carrier in the sector's axis.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from data.text import Phrase
from gis.errors import FormatError
from gis.mobile import band_of, generations_of
from gis.raster import Grid
from gis.register.antennas import Antenna, AntennaKind
from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation, Service, StationClass
from gis.register.structures import Installation, Lifecycle, Structure
from gis.studies.emitter import Emitter, missing_values
from gis.studies.mobile_asked import MobileAsked
from gis.studies.network_asked import away_km
from gis.studies.predictors.base import Limits
from gis.studies.predictors.p1812 import P1812
from gis.terrain.ground import Ground
from propagation.profile import Polarization
from propagation.units import dbw_from_dbm, erp_db_from_eirp_db

__all__ = [
    "TIME_PERCENTS",
    "LeftOut",
    "MobileSites",
    "bounds_around",
    "erp_dbw_of",
    "in_use",
    "mobile_sites",
    "transmitters_of",
]

Bounds = tuple[float, float, float, float]

TIME_PERCENTS: Final = (50.0,)
"""Mobile service is asked for at half of the time."""

_NEEDED: Final = ("frequency_mhz", "eirp_dbm", "height_above_ground_m")
_MOST: Final = 5000
_SPARE_DEG: Final = 0.05
_MOST_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An installation that cannot be predicted.

    Attributes
    ----------
    id, name : str
        The installation, and what people call it.
    organisation_id : str
        Whose it is.
    missing : tuple of str
        Names of the values that are not on record, or outside what the model covers.
    """

    id: str
    name: str
    organisation_id: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MobileSites:
    """What goes into a study of mobile coverage.

    Attributes
    ----------
    stations : tuple of BroadcastStation
        The transmitters, those of one operator on one structure after each other.
    left_out : tuple of LeftOut
        Installations in reach that cannot be predicted.
    operators : tuple of (str, str)
        Identifier and name of the operators that were asked for, else of those of both, by name.
    confidential : bool
        Whether any of them, or the structure that it hangs on, is confidential.
    """

    stations: tuple[BroadcastStation, ...]
    left_out: tuple[LeftOut, ...]
    operators: tuple[tuple[str, str], ...]
    confidential: bool


def mobile_sites(asked: MobileAsked, register: RegisterReader, ground: Ground) -> MobileSites:
    """Return the transmitters that a study asks for, of what its scope may see.

    Parameters
    ----------
    asked : MobileAsked
        The study.
    register : Reader
        The register at one moment.
    ground : Ground
        What the transmitters stand on.

    Raises
    ------
    GisError
        If there is none, none can be predicted, there are too many, or the model does not cover
        what is asked.
    """
    standing = {one.id: one for one in register.structures(asked.scope)}
    wanted = _wanted(asked, register.installations(asked.scope, on=asked.on))
    near = list(_near(asked, wanted, standing))
    stations, left_out = transmitters_of(
        near, flat=ground.flat, limits=asked.method.predictor.limits
    )
    _require(asked, len(near), stations, left_out)
    Emitter(stations[0], ground, asked.settings, asked.method).emission(TIME_PERCENTS)
    for station in stations:
        Emitter(station, ground, asked.settings, asked.method)
    return MobileSites(
        stations=tuple(stations),
        left_out=tuple(left_out),
        operators=_operators(
            register, asked.operators or (one.organisation_id for one, _ in near)
        ),
        confidential=any(
            one.confidential or (structure is not None and structure.confidential)
            for one, structure in near
        ),
    )


def transmitters_of(
    near: Iterable[tuple[Installation, Structure | None]],
    *,
    flat: bool,
    limits: Limits = P1812.limits,
) -> tuple[list[BroadcastStation], list[LeftOut]]:
    """Return installations as transmitters, and those that cannot be predicted.

    Parameters
    ----------
    near : iterable of (Installation, Structure or None)
        Installations with what they hang on; None where that is not seen.
    flat : bool
        Whether the terrain is flat, so that a ground height has to be on record.
    limits : Limits
        What the model covers.

    Returns
    -------
    list of BroadcastStation
        In the order of their operators and structures.
    list of LeftOut
        In the order of their identifiers.
    """
    stations, left_out = [], []
    for one, structure in near:
        missing = _absent(one, structure)
        station = None if missing or structure is None else _station(one, structure)
        if station is not None:
            missing = missing_values(station, flat=flat, limits=limits)
        if missing or station is None:
            named = _name(one, structure)
            left_out.append(LeftOut(one.id, named, one.organisation_id, missing))
        else:
            stations.append(station)
    stations.sort(key=lambda one: (one.organisation_id or "", one.structure_id or "", one.id))
    return stations, sorted(left_out, key=lambda one: one.id)


def bounds_around(grid: Grid, stations: Iterable[BroadcastStation]) -> Bounds:
    """Return the rectangle within which the paths of transmitters to a grid run."""
    west, south, east, north = grid.bounds
    places = [(one.longitude, one.latitude) for one in stations]
    lon = [west, east, *(place[0] for place in places)]
    lat = [south, north, *(place[1] for place in places)]
    return (
        min(lon) - _SPARE_DEG,
        min(lat) - _SPARE_DEG,
        max(lon) + _SPARE_DEG,
        max(lat) + _SPARE_DEG,
    )


def _wanted(asked: MobileAsked, found: Iterable[Installation]) -> Iterator[Installation]:
    """Yield those of the generation, band and operators; one without a frequency has any band."""
    for one in found:
        if asked.operators is not None and one.organisation_id not in asked.operators:
            continue
        if asked.technology not in generations_of(one.technology):
            continue
        if asked.band is None or band_of(one.frequency_mhz) in {asked.band, None}:
            yield one


def _near(
    asked: MobileAsked, wanted: Iterable[Installation], standing: Mapping[str, Structure]
) -> Iterator[tuple[Installation, Structure | None]]:
    """Yield those in reach that stand on the day; with None where the structure is not seen."""
    bounds = asked.grid.bounds
    for one in wanted:
        structure = standing.get(one.structure_id)
        if structure is None:
            yield one, None
        elif in_use(structure, asked.on) and away_km(structure, bounds) <= asked.reach_km:
            yield one, structure


def in_use(structure: Structure, on: date) -> bool:
    """Return whether a structure is in use on a day."""
    begun = structure.valid_from is None or structure.valid_from <= on
    ended = structure.valid_to is not None and structure.valid_to < on
    return begun and not ended and structure.state in {None, Lifecycle.IN_USE}


def _absent(one: Installation, structure: Structure | None) -> tuple[str, ...]:
    names = [name for name in _NEEDED if getattr(one, name) is None]
    return (*names, *(("structure_id",) if structure is None else ()))


def _station(one: Installation, structure: Structure) -> BroadcastStation:
    """Return an installation as a transmitter; its values are there."""
    sector = None
    if one.azimuth_deg is not None:
        sector = Antenna(kind=AntennaKind.TR36942_SECTOR, bearing_deg=one.azimuth_deg)
    return BroadcastStation(
        id=one.id,
        name=_name(one, structure),
        programme="",
        service=Service.FM,
        station_class=StationClass.OTHER,
        organisation_id=one.organisation_id,
        structure_id=one.structure_id,
        frequency_mhz=one.frequency_mhz or 0.0,
        longitude=structure.longitude,
        latitude=structure.latitude,
        erp_total_dbw=erp_dbw_of(one.eirp_dbm or 0.0),
        polarization=Polarization.VERTICAL,
        height_above_ground_m=one.height_above_ground_m,
        ground_height_m=structure.ground_height_m,
        antenna=sector,
        provenance=_provenance(one, structure),
    )


def erp_dbw_of(eirp_dbm: float) -> float:
    """Return an effective radiated power, dBW, of an e.i.r.p. on record."""
    return round(float(erp_db_from_eirp_db(dbw_from_dbm(eirp_dbm))), _MOST_DECIMALS)


def _provenance(one: Installation, structure: Structure) -> Any:
    """Return where a transmitter's values came from: simulated where a part of them is."""
    simulated = structure.provenance.synthetic and not one.provenance.synthetic
    return replace(structure.provenance if simulated else one.provenance, batch_id=None, row=None)


def _name(one: Installation, structure: Structure | None) -> str:
    parts = [one.id if structure is None else structure.name, one.technology]
    if one.azimuth_deg is not None:
        parts.append(f"{one.azimuth_deg:g}°")
    return " · ".join(parts)


def _operators(
    register: RegisterReader, identifiers: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    names = {one.id: one.name for one in register.organisations()}
    found = {(name, names.get(name, name)) for name in identifiers}
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))


def _require(
    asked: MobileAsked,
    count: int,
    stations: Sequence[BroadcastStation],
    left_out: Sequence[LeftOut],
) -> None:
    """Refuse a study without a transmitter that can be predicted, or with too many."""
    told = {"technology": asked.technology.value.upper(), "reach_km": asked.reach_km}
    if count == 0:
        raise FormatError("mobile.no_transmitter", **told)
    if not stations:
        names = sorted({name for one in left_out for name in one.missing})
        missing = Phrase(f"register.field.{names[0]}")
        raise FormatError("mobile.none_complete", count=count, missing=missing, **told)
    if len(stations) > _MOST:
        raise FormatError("mobile.too_many", count=len(stations), limit=_MOST, **told)
