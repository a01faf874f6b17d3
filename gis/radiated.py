"""What a broadcasting station radiates on level ground: in all, and by azimuth."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.register.antennas import Antenna, fits_carrier, pattern_of
from gis.register.records import BroadcastStation
from propagation.antenna import horizontal_attenuation_db
from propagation.antenna_mounting import erp_towards_dbw
from propagation.compliance.facts import AZIMUTHS, all_components_dbw

__all__ = ["antenna_model", "antenna_pattern_db", "erp_all_dbw", "level_erp_dbw"]

Floats = NDArray[np.float64]

_DECIMALS = 3


def erp_all_dbw(station: BroadcastStation) -> float | None:
    """Return the effective radiated power of both polarisations together, None where unknown."""
    return all_components_dbw(
        station.erp_total_dbw, station.erp_horizontal_dbw, station.erp_vertical_dbw
    )


def antenna_pattern_db(station: BroadcastStation) -> tuple[float, ...]:
    """Return what a station's antenna of two angles takes off at the horizon.

    Returns
    -------
    tuple of 36 floats
        At 0, 10 ... 350 degrees from true north, elevation 0; empty where the station has no such
        antenna, or one whose formula does not hold at its carrier.
    """
    antenna = station.antenna
    if antenna is None or not fits_carrier(antenna, station.frequency_mhz):
        return ()
    return _at_the_horizon_db(antenna, station.frequency_mhz)


def antenna_model(station: BroadcastStation) -> str:
    """Return what is said of a pattern that was computed from a station's antenna."""
    antenna = station.antenna
    return "" if antenna is None else f"antenna {antenna.name or antenna.kind.value}, 0°"


def level_erp_dbw(station: BroadcastStation, azimuth_deg: ArrayLike) -> Floats | None:
    """Return the power that a station radiates towards azimuths, at the horizon.

    As predictions take it: by the antenna of two angles where there is one, else by the 36
    azimuths of the record, where there are some.

    Parameters
    ----------
    station : BroadcastStation
        The station.
    azimuth_deg : array_like
        From true north.

    Returns
    -------
    ndarray or None
        dBW, of the shape of the azimuths; None where the power is not on record.
    """
    power = erp_all_dbw(station)
    if power is None:
        return None
    towards = np.asarray(azimuth_deg, dtype=np.float64)
    antenna = station.antenna
    if antenna is not None and fits_carrier(antenna, station.frequency_mhz):
        pattern = pattern_of(antenna, station.frequency_mhz)
        return erp_towards_dbw(power, pattern, towards, np.zeros(towards.shape), antenna.mounting)
    if station.attenuation_db:
        return np.asarray(power - horizontal_attenuation_db(station.attenuation_db, towards))
    return np.full(towards.shape, power)


@lru_cache(maxsize=256)
def _at_the_horizon_db(antenna: Antenna, frequency_mhz: float) -> tuple[float, ...]:
    azimuths = np.arange(AZIMUTHS) * (360.0 / AZIMUTHS)
    pattern = pattern_of(antenna, frequency_mhz)
    power = erp_towards_dbw(0.0, pattern, azimuths, np.zeros(AZIMUTHS), antenna.mounting)
    return tuple(max(round(float(-one), _DECIMALS), 0.0) for one in power)
