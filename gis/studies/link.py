"""A line-of-sight link between two points: budget, clearance, rain, multipath, availability.

Rec. ITU-R P.530 with the gases of P.676 and the rain of P.838. A planning estimate: what is not
known (the rain rate, the refractivity of its digital maps) is asked for with its source, and what
rests on it is left out and named where it is not given.
"""

import math
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.geodesy import GEOD
from gis.studies.model import FieldSettings, default_settings, software_json, terrain_json
from gis.studies.point import profile_json, step_for
from gis.studies.predictors.base import Term, first_value
from gis.studies.remarks import remarks_json, source_remarks
from gis.studies.requests import Reader
from gis.studies.sight import CLEAR_SHARE, sight_json
from gis.terrain.ground import Ground, Remark
from gis.terrain.profiles import path_profile
from gis.terrain.source import flat_height_m
from propagation.errors import OutsideValidityWarning
from propagation.itu import p525, p530, p676, p838
from propagation.itu.p530_multipath import LinkEnds, MultipathClimate, multipath_outage
from propagation.itu.p530_rain import rain_attenuation, rain_outage_percent
from propagation.profile import PathProfile, Polarization

__all__ = ["LINK_INPUTS", "LINK_RANGES", "LinkAsked", "explain_link", "link_asked"]

Floats = NDArray[np.float64]

EDITION = f"{p530.EDITION}, {p676.EDITION}, {p838.EDITION}"

_LONGEST_KM, _SHORTEST_KM = 60.0, 0.05
_SHORT_KM = 5.0  # to here there is no multipath fading, P.530 section 2.3
_LOWEST_MHZ_KM = 15_000.0
_ZERO_C_K = 273.15
_PRESSURE_HPA = 1013.25
_WATER_VAPOUR_HPA = 216.7  # e = rho T / 216.7, Rec. ITU-R P.676, eq. (4)
_HEAVY_PERCENT = 1.0  # the highest percentage of time of the rain method
_RANGES: dict[str, tuple[float, float, float | None]] = {
    "from_longitude": (-180, 180, None),
    "from_latitude": (-80, 80, None),
    "from_height_m": (1, 1000, None),
    "to_longitude": (-180, 180, None),
    "to_latitude": (-80, 80, None),
    "to_height_m": (1, 1000, None),
    "frequency_mhz": (1000, 45_000, None),
    "transmitter_power_dbm": (-50, 100, None),
    "transmitter_gain_dbi": (-10, 70, None),
    "receiver_gain_dbi": (-10, 70, None),
    "other_losses_db": (0, 100, 0.0),
    "receiver_threshold_dbm": (-150, 0, None),
    "temperature_c": (-40, 50, 15.0),
    "water_vapour_density_g_per_m3": (0, 50, 7.5),
}
_OPTIONAL: dict[str, tuple[float, float]] = {
    "rain_rate_mm_per_h": (0, 300),
    "geoclimatic_factor_log10": (-10, 0),
    "refractivity_increase_nunits": (0, 1000),
}
_SOURCES = {
    "rain_source": ("rain_rate_mm_per_h",),
    "multipath_source": ("geoclimatic_factor_log10", "refractivity_increase_nunits"),
}
_LONGEST_SOURCE = 200
LINK_INPUTS = (*_RANGES, *_OPTIONAL, *_SOURCES, "polarization")
"""Inputs of a request about a link."""

LINK_RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {name: (low, high) for name, (low, high, _) in _RANGES.items()} | _OPTIONAL
)
"""Lowest and highest value of each number of a request about a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAsked:
    """A link.

    Attributes
    ----------
    from_longitude, from_latitude, to_longitude, to_latitude : float
        Both ends, WGS 84 degrees.
    from_height_m, to_height_m : float
        Heights of the antennas above ground.
    frequency_mhz : float
        1000 to 45 000.
    polarization : Polarization
        Horizontal or vertical.
    transmitter_power_dbm, transmitter_gain_dbi, receiver_gain_dbi : float
        Power at the antenna's port, and gains towards each other.
    other_losses_db : float
        Feeders, branching and whatever else is lost.
    receiver_threshold_dbm : float
        Level that the receiver needs.
    temperature_c, water_vapour_density_g_per_m3 : float
        Air along the link, at 1013.25 hPa in all; that of Rec. ITU-R P.835 unless said.
    rain_rate_mm_per_h : float or None
        R_0.01, exceeded for 0.01 % of an average year.
    geoclimatic_factor_log10, refractivity_increase_nunits : float or None
        log10 K and dN_75 of the digital maps of Rec. ITU-R P.530.
    rain_source, multipath_source : str
        Where these come from.
    """

    from_longitude: float
    from_latitude: float
    from_height_m: float
    to_longitude: float
    to_latitude: float
    to_height_m: float
    frequency_mhz: float
    polarization: Polarization
    transmitter_power_dbm: float
    transmitter_gain_dbi: float
    receiver_gain_dbi: float
    other_losses_db: float
    receiver_threshold_dbm: float
    temperature_c: float
    water_vapour_density_g_per_m3: float
    rain_rate_mm_per_h: float | None
    geoclimatic_factor_log10: float | None
    refractivity_increase_nunits: float | None
    rain_source: str
    multipath_source: str


def link_asked(request: Mapping[str, object]) -> LinkAsked:
    """Return the link that a request describes; LINK_INPUTS are its names.

    Raises
    ------
    FormatError
        If a value is missing, out of its range, or stands without its source.
    """
    reader = Reader(request, *LINK_INPUTS)
    values: dict[str, Any] = {}
    for name, (lower, upper, usual) in _RANGES.items():
        value = reader.number(name, lower, upper, usual)
        if value is None:
            raise FormatError("links.missing", name=name, lower=lower, upper=upper)
        values[name] = value
    for name, (lower, upper) in _OPTIONAL.items():
        values[name] = reader.number(name, lower, upper)
    values.update(_sources(reader, values))
    planes = (Polarization.HORIZONTAL.value, Polarization.VERTICAL.value)
    plane = reader.choice("polarization", planes, planes[0])
    return LinkAsked(**values, polarization=Polarization(plane))


def _sources(reader: Reader, values: Mapping[str, Any]) -> dict[str, str]:
    """Return where what is given comes from; what belongs together is given together."""
    found = {}
    for source, names in _SOURCES.items():
        given = [name for name in names if values[name] is not None]
        if given and len(given) < len(names):
            lacking = next(name for name in names if name not in given)
            raise FormatError("links.goes_with", name=lacking, other=given[0])
        if given and not reader.has(source):
            raise FormatError("links.without_source", name=source, value=given[0])
        found[source] = reader.word(source).strip()[:_LONGEST_SOURCE] if given else ""
    return found


def explain_link(asked: LinkAsked, ground: Ground) -> dict[str, Any]:
    """Return what a link can be expected to do, as JSON values.

    Parameters
    ----------
    asked : LinkAsked
        The link.
    ground : Ground
        Heights, land cover and zones along it.

    Returns
    -------
    dict
        Ends, distance, azimuth, `inputs`, profile and sight as of
        `gis.studies.point.explain_path`, `terms` of the budget, `rain` and `multipath` (each a
        list of terms, None where it is not assessed), `availability_percent` and `outage` in
        minutes a year (None where it is not assessed), `missing` names what would be needed.

    Raises
    ------
    GisError
        If the ends are too near or too far from each other, the frequency is too low for the
        distance, or the terrain has a void on the path.
    """
    azimuth, distance_km = _apart(asked)
    profile = _profile(asked, ground, distance_km)
    settings = default_settings()
    centre = np.array([(asked.from_latitude + asked.to_latitude) / 2])
    heights = (asked.from_height_m, asked.to_height_m)
    sight = sight_json(
        profile,
        centre,
        heights_above_ground_m=heights,
        lapse_rate_nunits_per_km=settings.lapse_rate_nunits_per_km,
        frequency_mhz=asked.frequency_mhz,
    )
    found = _assessed(asked, profile, sight["median"], distance_km)
    return {
        "start": {"longitude": asked.from_longitude, "latitude": asked.from_latitude},
        "longitude": asked.to_longitude,
        "latitude": asked.to_latitude,
        "frequency_mhz": asked.frequency_mhz,
        "distance_km": round(distance_km, 4),
        "azimuth_deg": round(azimuth, 3),
        "model": EDITION,
        "terrain": terrain_json(ground),
        "inputs": {"link": _told(asked), "air": _air(settings), "software": software_json()},
        "evidence": "prediction",
        "method": "p530",
        "profile": profile_json(profile, *heights),
        "sight": sight,
        **found.to_json(),
        "remarks": remarks_json([*source_remarks(ground), *found.remarks]),
    }


def _told(asked: LinkAsked) -> dict[str, Any]:
    return {**asdict(asked), "polarization": asked.polarization.value}


def _air(settings: FieldSettings) -> dict[str, float]:
    return {"lapse_rate_nunits_per_km": settings.lapse_rate_nunits_per_km}


def _apart(asked: LinkAsked) -> tuple[float, float]:
    """Return azimuth and distance of the far end."""
    azimuth, _, metres = GEOD.inv(
        asked.from_longitude, asked.from_latitude, asked.to_longitude, asked.to_latitude
    )
    distance_km = float(metres) / 1e3
    if not _SHORTEST_KM <= distance_km <= _LONGEST_KM:
        raise FormatError(
            "links.wrong_length",
            distance_km=round(distance_km, 3),
            lower=_SHORTEST_KM,
            upper=_LONGEST_KM,
        )
    lowest = _LOWEST_MHZ_KM / distance_km
    if distance_km > _SHORT_KM and asked.frequency_mhz < lowest:
        raise FormatError(
            "links.low_frequency",
            value=asked.frequency_mhz,
            distance_km=round(distance_km, 3),
            lower=math.ceil(lowest),
        )
    return float(azimuth) % 360.0, distance_km


def _profile(asked: LinkAsked, ground: Ground, distance_km: float) -> PathProfile:
    """Return the path, of shape (1, n)."""
    flat = flat_height_m(ground.elevation.identifier) if ground.flat else None
    found = path_profile(
        ground,
        (asked.from_longitude, asked.from_latitude),
        (asked.to_longitude, asked.to_latitude),
        step_km=step_for(ground, distance_km),
        transmitter_ground_height_m=flat,
    )
    return PathProfile(
        distance_km=found.distance_km,
        terrain_height_m=found.terrain_height_m[np.newaxis],
        clutter_height_m=found.clutter_height_m[np.newaxis],
        zone=found.zone[np.newaxis],
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found of a link."""

    terms: tuple[Term, ...]
    rain: tuple[Term, ...] | None
    multipath: tuple[Term, ...] | None
    availability_percent: float | None
    missing: tuple[str, ...]
    remarks: tuple[Remark, ...]

    def to_json(self) -> dict[str, Any]:
        available = self.availability_percent
        minutes = None if available is None else (100 - available) / 100 * 365.25 * 1440
        return {
            "terms": _json(self.terms),
            "rain": None if self.rain is None else _json(self.rain),
            "multipath": None if self.multipath is None else _json(self.multipath),
            "availability_percent": None if available is None else round(available, 6),
            "outage_minutes_per_year": None if minutes is None else round(minutes, 2),
            "missing": list(self.missing),
        }


def _json(terms: tuple[Term, ...]) -> list[dict[str, Any]]:
    return [{**term._asdict(), "value": float(f"{float(term.value):.7g}")} for term in terms]


def _assessed(
    asked: LinkAsked, profile: PathProfile, sight: Mapping[str, Any], distance_km: float
) -> _Found:
    """Return the budget, and where the link is in sight what rain and air take of it."""
    terms, margin_db = _budget(asked, distance_km, sight)
    if not sight["line_of_sight"]:
        return _Found(terms[:2], None, None, None, (), (("links.hidden", {}),))
    remarks: list[Remark] = []
    ratio = float(sight["worst"]["clearance_ratio"])
    if ratio < 1.0:
        key = "links.not_clear" if ratio < CLEAR_SHARE else "links.nearly_clear"
        remarks.append((key, {"ratio": round(ratio, 2)}))
    if margin_db <= 0:
        remarks.append(("links.no_margin", {"margin": round(margin_db, 1)}))
        return _Found(terms, None, None, None, (), tuple(remarks))
    rain, wet_percent, said = _rain(asked, profile, distance_km, margin_db)
    multipath, faded_percent = _multipath(asked, profile, distance_km, margin_db)
    missing = [] if rain else ["rain_rate_mm_per_h"]
    missing += [] if multipath else ["geoclimatic_factor_log10", "refractivity_increase_nunits"]
    remarks += said
    if missing:
        remarks.append(("links.not_assessed", {}))
    available = None
    if wet_percent is not None and faded_percent is not None:
        available = 100 - wet_percent - faded_percent
    return _Found(terms, rain, multipath, available, tuple(missing), tuple(remarks))


def _budget(
    asked: LinkAsked, distance_km: float, sight: Mapping[str, Any]
) -> tuple[tuple[Term, ...], float]:
    """Return the losses in clear air, level and margin."""
    frequency_mhz = asked.frequency_mhz
    temperature_k = asked.temperature_c + _ZERO_C_K
    vapour_hpa = asked.water_vapour_density_g_per_m3 * temperature_k / _WATER_VAPOUR_HPA
    gases = first_value(
        p676.specific_attenuation(
            frequency_mhz,
            dry_air_pressure_hpa=_PRESSURE_HPA - vapour_hpa,
            temperature_k=temperature_k,
            water_vapour_density_g_per_m3=asked.water_vapour_density_g_per_m3,
        ).total_db_per_km
    )
    free = first_value(p525.free_space_basic_transmission_loss_db(frequency_mhz, distance_km))
    loss = first_value(
        p530.clear_air_transmission_loss_db(
            frequency_mhz, distance_km, gaseous_attenuation_db_per_km=gases
        )
    )
    level = asked.transmitter_power_dbm + asked.transmitter_gain_dbi + asked.receiver_gain_dbi
    level -= asked.other_losses_db + loss
    margin = level - asked.receiver_threshold_dbm
    ratio = float(sight["worst"]["clearance_ratio"])
    return (
        Term("free_space_basic_transmission_loss_db", "L_bf", "P.525, (4)", free),
        Term("gaseous_attenuation_db", "A_a", "P.676, (1)", gases * distance_km),
        Term("clear_air_loss_db", "L", "P.530, section 2.1", loss),
        Term("received_level_dbm", "P_r", "–", level),
        Term("fade_margin_db", "M", "–", margin),
        Term("clearance_ratio", "h/F_1", "P.530, section 2.2.2", ratio),
    ), margin


def _rain(
    asked: LinkAsked, profile: PathProfile, distance_km: float, margin_db: float
) -> tuple[tuple[Term, ...] | None, float | None, list[Remark]]:
    """Return the attenuation by rain and the outage, None where the rain is not known."""
    if asked.rain_rate_mm_per_h is None:
        return None, None, []
    rise_m = _ends_m(asked, profile)[1] - _ends_m(asked, profile)[0]
    tilt = 0.0 if asked.polarization is Polarization.HORIZONTAL else 90.0
    drops = p838.rain_specific_attenuation(
        asked.frequency_mhz,
        asked.rain_rate_mm_per_h,
        polarization_tilt_deg=tilt,
        elevation_deg=math.degrees(math.atan2(rise_m, distance_km * 1e3)),
    )
    rate: dict[str, Any] = {
        "rain_rate_mm_per_h": asked.rain_rate_mm_per_h,
        "k": drops.k,
        "alpha": drops.alpha,
    }
    often, rare = (
        rain_attenuation(asked.frequency_mhz, distance_km, percent, **rate)
        for percent in (_HEAVY_PERCENT, 0.01)
    )
    terms = [
        Term("rain_coefficient_k", "k", "P.838, (4)", first_value(drops.k)),
        Term("rain_coefficient_alpha", "alpha", "P.838, (5)", first_value(drops.alpha)),
        Term("rain_specific_attenuation_db_per_km", "gamma_R", "P.838, (1)",
             first_value(rare.specific_attenuation_db_per_km)),
        Term("rain_path_factor", "r", "P.530, section 2.4.1", first_value(rare.path_factor)),
        Term("rain_attenuation_001_db", "A_0.01", "P.530, section 2.4.1",
             first_value(rare.attenuation_001_db)),
    ]  # fmt: skip
    if margin_db < first_value(often.attenuation_db):
        return tuple(terms), None, [("links.rain_beyond", {"percent": _HEAVY_PERCENT})]
    with warnings.catch_warnings(record=True) as bounds:
        warnings.simplefilter("always", OutsideValidityWarning)
        outage = first_value(
            rain_outage_percent(margin_db, rare.attenuation_001_db, asked.frequency_mhz)
        )
    said: list[Remark] = [("links.rain_bound", {"percent": outage})] if bounds else []
    terms.append(Term("rain_outage_percent", "p", "P.530, section 2.4.1", outage))
    return tuple(terms), outage, said


def _multipath(
    asked: LinkAsked, profile: PathProfile, distance_km: float, margin_db: float
) -> tuple[tuple[Term, ...] | None, float | None]:
    """Return the outage by multipath fading, None where the air is not known and matters."""
    lg_k, rise = asked.geoclimatic_factor_log10, asked.refractivity_increase_nunits
    if lg_k is None or rise is None:
        if distance_km > _SHORT_KM:
            return None, None
        lg_k, rise = 0.0, 0.0  # of no consequence: there is none on so short a path
    low_m, high_m = _ends_m(asked, profile)
    found = multipath_outage(
        margin_db,
        asked.frequency_mhz,
        distance_km,
        ends=LinkEnds(
            low_m,
            high_m,
            float(np.mean(profile.terrain_height_m)),
            (asked.from_latitude + asked.to_latitude) / 2,
        ),
        climate=MultipathClimate(10.0**lg_k, rise),
    )
    annual = first_value(found.annual_percent)
    return (
        Term("path_inclination_mrad", "|eps_p|", "P.530, section 2.3.1",
             first_value(found.path_inclination_mrad)),
        Term("multipath_occurrence_percent", "p_0", "P.530, section 2.3.1",
             first_value(found.occurrence_percent)),
        Term("worst_month_outage_percent", "p_w", "P.530, section 2.3.2",
             first_value(found.worst_month_percent)),
        Term("annual_multipath_outage_percent", "p", "P.530, section 2.3.4", annual),
    ), annual  # fmt: skip


def _ends_m(asked: LinkAsked, profile: PathProfile) -> tuple[float, float]:
    """Return the heights of both antennas above the sea."""
    terrain = profile.terrain_height_m[0]
    return float(terrain[0]) + asked.from_height_m, float(terrain[-1]) + asked.to_height_m
