"""Minimum median field of DVB-T2: what a receiver needs, at enough of the places it may stand.

Noise of the receiver, ratio of its mode, effective area of its antenna, loss of its feeder
(regulations' symbols: Pn, C/N, Aa, Lf; Rec. ITU-R BT.2033-2, known from a secondary source):

    Pn = k T0 B + F,  Pmin = Pn + C/N,  phi = Pmin - Aa + Lf,  Emin = phi + 10 lg(120 pi) + 120
    Emed = Emin + Pmmn + mu sigma

Inside buildings the medians add and the deviations add as squares, as GE06 does for portable
reception: Emed = Emin + Pmmn + L_h + L_b + mu sqrt(sigma^2 + sigma_b^2). The loss of height L_h is
there only where the field is wanted at 10 m.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.constants import SPEED_OF_LIGHT_M_PER_S
from propagation.errors import ParameterError, require_range
from propagation.interference.bs412 import Area
from propagation.interference.readings import number
from propagation.itu.p2109 import Building, building_entry_loss_db

__all__ = [
    "BuildingEntry",
    "Receiver",
    "building_entry_p2109",
    "building_from_parameters",
    "location_correction_db",
    "minimum_field_strength_dbuvm",
    "minimum_median_field_strength_dbuvm",
    "receiver_from_parameters",
]

Floats = NDArray[np.float64]

_BOLTZMANN_J_PER_K: Final = 1.380649e-23
_REFERENCE_TEMPERATURE_K: Final = 290.0
_DIPOLE_GAIN: Final = 1.64
_DBUVM_OF_0_DBWM2: Final = 10 * math.log10(120 * math.pi) + 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A receiver and where it stands, as planning assumes it.

    Attributes
    ----------
    noise_figure_db, noise_bandwidth_mhz : float
        F and B.
    gain_dbd, feeder_loss_db : float
        Of its antenna over a half-wave dipole, and L_f.
    man_made_noise_db : mapping of Area to float
        P_mmn by the surroundings.
    location_percent : float
        Share of the locations of a small area that are to be served.
    location_deviation_db : float
        Standard deviation of the field over them, outdoors.
    height_loss_db : float
        L_h: what the field at 10 m is above that at the receiver; 0 for a roof antenna.
    """

    noise_figure_db: float
    noise_bandwidth_mhz: float
    gain_dbd: float
    feeder_loss_db: float
    man_made_noise_db: Mapping[Area, float]
    location_percent: float
    location_deviation_db: float
    height_loss_db: float = 0.0


@dataclass(frozen=True, slots=True)
class BuildingEntry:
    """Loss into a building: median over buildings and rooms, and its standard deviation."""

    median_db: float = 0.0
    deviation_db: float = 0.0


def receiver_from_parameters(parameters: Mapping[str, object]) -> Receiver:
    """Build a receiver from the parameters of a rule, which have its attributes' names.

    The noise of the surroundings is in `man_made_noise_<area>_db`.

    Raises
    ------
    ParameterError
        If one is missing, is no finite number, or the share of locations is not between 0 and
        100 %.
    """
    share = number(parameters, "location_percent")
    if not 0 < share < 100:
        raise ParameterError("location_percent", "share")
    return Receiver(
        noise_figure_db=number(parameters, "noise_figure_db"),
        noise_bandwidth_mhz=number(parameters, "noise_bandwidth_mhz"),
        gain_dbd=number(parameters, "gain_dbd"),
        feeder_loss_db=number(parameters, "feeder_loss_db"),
        man_made_noise_db={one: number(parameters, f"man_made_noise_{one}_db") for one in Area},
        location_percent=share,
        location_deviation_db=number(parameters, "location_deviation_db"),
        height_loss_db=number(parameters, "height_loss_db"),
    )


def building_from_parameters(parameters: Mapping[str, object]) -> Building:
    """Return the kind of building that the parameter `building` of a rule names.

    Raises
    ------
    ParameterError
        If it is missing or names none.
    """
    named = parameters.get("building")
    if named is None:
        raise ParameterError("building", "absent")
    if named not in tuple(Building):
        raise ParameterError("building", "building")
    return Building(str(named))


def minimum_field_strength_dbuvm(
    frequency_mhz: ArrayLike, carrier_to_noise_db: ArrayLike, receiver: Receiver
) -> Floats:
    """Return the least field that a receiver decodes at its antenna, E_min.

    Parameters
    ----------
    frequency_mhz : array_like
        Centre of the channel, above 0; broadcasts with the ratio.
    carrier_to_noise_db : array_like
        Least ratio of the mode.
    receiver : Receiver
        Noise, bandwidth, antenna and feeder.

    Returns
    -------
    ndarray of float64
        Field strength, dB(uV/m).

    Raises
    ------
    OutOfRangeError
        If a frequency is not above 0.
    """
    require_range("frequency_mhz", frequency_mhz, 0, np.inf, "E_min", inclusive=False)
    wavelength_m = SPEED_OF_LIGHT_M_PER_S / (1e6 * np.asarray(frequency_mhz, dtype=np.float64))
    aperture_db = receiver.gain_dbd + 10 * np.log10(
        _DIPOLE_GAIN * wavelength_m**2 / (4 * math.pi)
    )  # Aa
    thermal_w = _BOLTZMANN_J_PER_K * _REFERENCE_TEMPERATURE_K * 1e6 * receiver.noise_bandwidth_mhz
    noise_dbw = 10 * math.log10(thermal_w) + receiver.noise_figure_db  # Pn
    least_dbw = noise_dbw + np.asarray(carrier_to_noise_db, dtype=np.float64)  # Pmin
    density_dbwm2 = least_dbw - aperture_db + receiver.feeder_loss_db  # phi
    return np.asarray(density_dbwm2 + _DBUVM_OF_0_DBWM2)


def minimum_median_field_strength_dbuvm(
    frequency_mhz: ArrayLike,
    carrier_to_noise_db: ArrayLike,
    receiver: Receiver,
    *,
    area: str = Area.RURAL,
    building: BuildingEntry | None = None,
) -> Floats:
    """Return the median field at which the wanted share of locations is served, E_med.

    Parameters
    ----------
    frequency_mhz, carrier_to_noise_db : array_like
        As for the minimum field; they broadcast.
    receiver : Receiver
        The receiver and where it stands.
    area : Area
        Its surroundings.
    building : BuildingEntry, optional
        The loss into the building; none for reception outdoors.

    Returns
    -------
    ndarray of float64
        Field strength, dB(uV/m): 10 m above ground for a roof antenna, and for a portable
        receiver whose loss of height is given; otherwise at the receiver's height outdoors.
    """
    inside = building or BuildingEntry()
    spread = location_correction_db(
        receiver.location_percent, receiver.location_deviation_db, inside.deviation_db
    )
    above = receiver.man_made_noise_db[Area(area)] + receiver.height_loss_db + inside.median_db
    least = minimum_field_strength_dbuvm(frequency_mhz, carrier_to_noise_db, receiver)
    return np.asarray(least + above + spread)


def location_correction_db(location_percent: float, *deviations_db: float) -> float:
    """Return mu times the root of the sum of squared deviations.

    Parameters
    ----------
    location_percent : float
        Share of locations, between 0 and 100; mu is its normal quantile.
    *deviations_db : float
        Standard deviations of independent parts: of the field and the building entry, or of the
        wanted and the unwanted field.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - a third of a second, seldom wanted

    return float(ndtri(location_percent / 100)) * math.hypot(*deviations_db)


def building_entry_p2109(
    frequency_mhz: float, building: str, *, location_percent: float
) -> BuildingEntry:
    """Return the building entry of Rec. ITU-R P.2109 as a median and a deviation.

    Its distribution is not normal. The deviation is the one with which a normal distribution of
    the same median has the same loss at the wanted share: (L(p) - L(50 %)) / mu(p), so that
    without any spread outdoors the sum is P.2109's own loss at p. At 50 % it does not matter
    and is 0.

    Parameters
    ----------
    frequency_mhz : float
        80 to 100 000 MHz.
    building : Building
        How the building is made.
    location_percent : float
        Share of the places to be served, between 0 and 100.

    References
    ----------
    .. [P2109] Rec. ITU-R P.2109-2, section 3, eq. (1), of a horizontal path.
    """
    median, loss = building_entry_loss_db(frequency_mhz, [50.0, location_percent], building)
    quantile = location_correction_db(location_percent, 1.0)
    return BuildingEntry(float(median), float((loss - median) / quantile) if quantile else 0.0)
