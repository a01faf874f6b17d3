"""Planning standards of FM sound broadcasting: minimum field and protection ratios.

Rec. ITU-R BS.412-9, maximum deviation of +-75 kHz, receiving antenna 10 m above ground, wanted
field at 50 % of locations and 50 % of time. **The numbers of this module are recalled with high
confidence (R-H), not read in the Recommendation**, so whatever rests on them says so. Every
function takes the tables as an argument: an administrator who holds the official table replaces
them as data (rules `fm.protection_ratio` and `fm.minimum_field`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import ParameterError
from propagation.interference.readings import number, numbers

__all__ = [
    "BS412_MINIMUM_FIELD_DBUVM",
    "BS412_PROTECTION",
    "EDITION",
    "Area",
    "MinimumField",
    "Persistence",
    "ProtectionTable",
    "Reception",
    "minimum_field_from_parameters",
    "minimum_usable_field_strength_dbuvm",
    "protection_from_parameters",
    "protection_ratio_db",
]

Floats = NDArray[np.float64]

EDITION: Final = "ITU-R BS.412-9"
"""Recommendation and edition, recalled."""


class Reception(StrEnum):
    """How an emission is received."""

    MONO = "mono"
    STEREO = "stereo"


class Area(StrEnum):
    """Surroundings of the receiver, by their man-made noise."""

    RURAL = "rural"
    URBAN = "urban"
    LARGE_CITY = "large_city"


class Persistence(StrEnum):
    """How long an unwanted field lasts: steady E(50,50), tropospheric E(50,1)."""

    STEADY = "steady"
    TROPOSPHERIC = "tropospheric"


MinimumField = Mapping[tuple[Reception, Area], float]
"""Minimum usable field strength in dB(uV/m) for each reception and area."""

BS412_MINIMUM_FIELD_DBUVM: Final[MinimumField] = MappingProxyType(
    {
        (Reception.MONO, Area.RURAL): 48.0,
        (Reception.MONO, Area.URBAN): 60.0,
        (Reception.MONO, Area.LARGE_CITY): 70.0,
        (Reception.STEREO, Area.RURAL): 54.0,
        (Reception.STEREO, Area.URBAN): 66.0,
        (Reception.STEREO, Area.LARGE_CITY): 74.0,
    }
)
"""Minimum usable field strength, dB(uV/m) at 10 m. Rec. ITU-R BS.412-9, recalled (R-H)."""


@dataclass(frozen=True, slots=True, eq=False)
class ProtectionTable:
    """Protection ratios by the distance between the carriers.

    Attributes
    ----------
    spacing_khz : ndarray, shape (n,)
        Distance between the carriers, increasing from 0.
    ratio_db : mapping of (Reception, Persistence) to ndarray, shape (n,)
        Least ratio of the wanted to the unwanted field at each spacing.
    intermediate_frequency_khz : float
        Spacing at which a receiver of common intermediate frequency answers once more.
    intermediate_frequency_tolerance_khz : float
        How far from that spacing the answer is still counted: half the channel raster.
    intermediate_frequency_ratio_db : float
        Protection ratio there.

    Raises
    ------
    ParameterError
        If a column is missing or of another length, the spacings do not increase from 0, or a
        number is not finite.
    """

    spacing_khz: Floats
    ratio_db: Mapping[tuple[Reception, Persistence], Floats]
    intermediate_frequency_khz: float = 10_700.0
    intermediate_frequency_tolerance_khz: float = 50.0
    intermediate_frequency_ratio_db: float = -20.0

    def __post_init__(self) -> None:
        """Refuse a table that cannot be interpolated."""
        spacing = self.spacing_khz
        if spacing.ndim != 1 or spacing.size == 0 or spacing[0] != 0:
            raise ParameterError("spacing_khz", "starts_at_zero")
        if not np.all(np.diff(spacing) > 0) or not np.all(np.isfinite(spacing)):
            raise ParameterError("spacing_khz", "increasing")
        for reception in Reception:
            for persistence in Persistence:
                column = self.ratio_db.get((reception, persistence))
                if column is None or column.shape != spacing.shape:
                    raise ParameterError(f"{reception}_{persistence}_db", "length")
                if not np.all(np.isfinite(column)):
                    raise ParameterError(f"{reception}_{persistence}_db", "numbers")


def _frozen(values: Sequence[float] | Floats) -> Floats:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


# Rec. ITU-R BS.412-9, recalled (R-H); from 225 kHz on all four columns agree.
_FAR: Final = (4.5, 2.0, -2.0, -7.0, -11.5, -15.0, -17.5, -20.0)
_COLUMNS: Final = {
    (Reception.MONO, Persistence.STEADY): (36.0, 31.0, 24.0, 16.0, 12.0, 9.5, 8.0, 7.0, 6.0),
    (Reception.MONO, Persistence.TROPOSPHERIC): (28.0, 27.0, 22.0, 16.0, 12.0, 9.5, 8.0, 7.0, 6.0),
    (Reception.STEREO, Persistence.STEADY): (45.0, 51.0, 51.0, 45.0, 33.0, 24.5, 18.0, 11.0, 7.0),
    (Reception.STEREO, Persistence.TROPOSPHERIC): (
        *(37.0, 43.0, 43.0, 37.0, 25.0),
        *(18.0, 14.0, 10.0, 7.0),
    ),
}

BS412_PROTECTION: Final = ProtectionTable(
    spacing_khz=_frozen([25.0 * row for row in range(17)]),
    ratio_db=MappingProxyType({k: _frozen([*near, *_FAR]) for k, near in _COLUMNS.items()}),
)
"""Protection ratios for +-75 kHz deviation. Rec. ITU-R BS.412-9, recalled (R-H)."""


def minimum_usable_field_strength_dbuvm(
    reception: str, area: str, table: MinimumField = BS412_MINIMUM_FIELD_DBUVM
) -> float:
    """Return the smallest field that serves a receiver where only noise disturbs it.

    Parameters
    ----------
    reception : Reception
        Mono or stereo.
    area : Area
        Rural, urban or large city.
    table : mapping
        Minimum fields to use in place of those of Rec. ITU-R BS.412-9.

    Returns
    -------
    float
        Field strength in dB(uV/m), 10 m above ground, 50 % of locations and of time.
    """
    return table[Reception(reception), Area(area)]


def protection_ratio_db(
    spacing_khz: ArrayLike,
    reception: str,
    persistence: str,
    table: ProtectionTable = BS412_PROTECTION,
) -> Floats:
    """Return the protection ratio at a distance between the carriers.

    Between the rows of the table the ratio is interpolated linearly (Rec. ITU-R BS.412-9).
    Beyond its last row there is no contribution, which is minus infinity, except at the
    intermediate frequency.

    Parameters
    ----------
    spacing_khz : array_like
        Unwanted minus wanted carrier, either sign.
    reception : Reception
        How the wanted emission is received.
    persistence : Persistence
        Steady or tropospheric interference.
    table : ProtectionTable
        Ratios to use in place of those of Rec. ITU-R BS.412-9.

    Returns
    -------
    ndarray
        Ratio in dB of the shape of the spacing; -inf is no contribution; NaN for NaN.
    """
    spacing = np.abs(np.asarray(spacing_khz, dtype=np.float64))
    column = table.ratio_db[Reception(reception), Persistence(persistence)]
    ratio = np.interp(spacing, table.spacing_khz, column)
    # carriers are multiples of the raster: a difference of floats must not fall off the last row
    ratio = np.where(spacing > table.spacing_khz[-1] + 1e-6, -np.inf, ratio)
    image = np.abs(spacing - table.intermediate_frequency_khz)
    at_image = image < table.intermediate_frequency_tolerance_khz
    return np.asarray(np.where(at_image, table.intermediate_frequency_ratio_db, ratio))


def protection_from_parameters(parameters: Mapping[str, object]) -> ProtectionTable:
    """Build the protection ratios from the parameters of a rule.

    Parameters
    ----------
    parameters : mapping
        Lists `spacing_khz`, `mono_steady_db`, `mono_tropospheric_db`, `stereo_steady_db`,
        `stereo_tropospheric_db`; numbers `intermediate_frequency_khz`,
        `intermediate_frequency_tolerance_khz`, `intermediate_frequency_ratio_db`.

    Raises
    ------
    ParameterError
        If one is missing, is not what it should be, or the table cannot be interpolated.
    """
    columns = {
        (reception, persistence): _frozen(numbers(parameters, f"{reception}_{persistence}_db"))
        for reception in Reception
        for persistence in Persistence
    }
    return ProtectionTable(
        spacing_khz=_frozen(numbers(parameters, "spacing_khz")),
        ratio_db=MappingProxyType(columns),
        intermediate_frequency_khz=number(parameters, "intermediate_frequency_khz"),
        intermediate_frequency_tolerance_khz=number(
            parameters, "intermediate_frequency_tolerance_khz"
        ),
        intermediate_frequency_ratio_db=number(parameters, "intermediate_frequency_ratio_db"),
    )


def minimum_field_from_parameters(parameters: Mapping[str, object]) -> MinimumField:
    """Build the minimum usable fields from the parameters of a rule.

    Parameters
    ----------
    parameters : mapping
        Numbers `<reception>_<area>_dbuvm`, for example `stereo_rural_dbuvm`.

    Raises
    ------
    ParameterError
        If one is missing or is no finite number.
    """
    return MappingProxyType(
        {
            (reception, area): number(parameters, f"{reception}_{area}_dbuvm")
            for reception in Reception
            for area in Area
        }
    )
