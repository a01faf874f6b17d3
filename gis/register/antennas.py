"""The antenna of two angles that a broadcast station may have, beside its 36 azimuths.

Predictions take the power in a direction from it; the 36 azimuths stay what the licence says, and
what compliance compares with the plan. A pattern is attenuation below the maximum, so the power of
the maximum is the station's own.
"""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from data.text import Language, Phrase, number, text
from gis.errors import FormatError
from propagation.antenna_3gpp import element_attenuation_db, sector_attenuation_db
from propagation.antenna_cuts import Cuts, cut_attenuation_db
from propagation.antenna_f1336 import (
    IMPROVED,
    TYPICAL,
    Omnidirectional,
    Sectoral,
    SideLobes,
    omnidirectional_gain_dbi,
    sectoral_gain_dbi,
)
from propagation.antenna_mounting import Mounting
from propagation.errors import OutOfRangeError

__all__ = [
    "CUT_VALUES",
    "MOUNTING",
    "PARAMETERS",
    "Antenna",
    "AntennaKind",
    "Pattern",
    "SideLobeQuality",
    "antenna_facts",
    "antenna_from_text",
    "antenna_to_text",
    "fits_carrier",
    "limits_of",
    "pattern_of",
    "wrong",
]

Floats = NDArray[np.float64]
Pattern = Callable[[Floats, Floats], Floats]
"""Attenuation below the maximum, dB, of azimuth and elevation as the antenna sees them."""

CUT_VALUES: Final = (36, 360)
"""How many values a cut may have, at equal steps."""


class AntennaKind(StrEnum):
    """How the pattern of an antenna is given."""

    CUTS = "cuts"
    F1336_OMNIDIRECTIONAL = "f1336_omnidirectional"
    F1336_SECTORAL = "f1336_sectoral"
    TR36942_SECTOR = "tr36942_sector"
    TR38901_ELEMENT = "tr38901_element"


class SideLobeQuality(StrEnum):
    """Which factors of side lobes Rec. ITU-R F.1336 takes."""

    TYPICAL = "typical"
    IMPROVED = "improved"


class _Parameter(NamedTuple):
    """What a kind asks: whether it must be there, and what stands where it is not."""

    required: bool = False
    usual: float | StrEnum | None = None


_NEEDED, _FREE = _Parameter(required=True), _Parameter()
_LOBES = {
    "side_lobes": _Parameter(usual=SideLobes.AVERAGE),
    "side_lobe_quality": _Parameter(usual=SideLobeQuality.TYPICAL),
}

PARAMETERS: Final[Mapping[AntennaKind, Mapping[str, _Parameter]]] = MappingProxyType(
    {
        AntennaKind.CUTS: {
            "horizontal_attenuation_db": _NEEDED,
            "vertical_attenuation_db": _FREE,
            "maximum_gain_dbi": _FREE,
        },
        AntennaKind.F1336_OMNIDIRECTIONAL: {
            "maximum_gain_dbi": _NEEDED,
            "vertical_beamwidth_deg": _FREE,
            **_LOBES,
        },
        AntennaKind.F1336_SECTORAL: {
            "maximum_gain_dbi": _NEEDED,
            "horizontal_beamwidth_deg": _NEEDED,
            "vertical_beamwidth_deg": _FREE,
            **_LOBES,
        },
        AntennaKind.TR36942_SECTOR: {
            "horizontal_beamwidth_deg": _Parameter(usual=65.0),
            "maximum_attenuation_db": _Parameter(usual=20.0),
        },
        AntennaKind.TR38901_ELEMENT: {
            "horizontal_beamwidth_deg": _Parameter(usual=65.0),
            "vertical_beamwidth_deg": _Parameter(usual=65.0),
            "maximum_attenuation_db": _Parameter(usual=30.0),
            "side_lobe_attenuation_db": _Parameter(usual=30.0),
        },
    }
)
"""What each kind asks beside its mounting."""

MOUNTING: Final = ("bearing_deg", "mechanical_downtilt_deg", "electrical_downtilt_deg")
"""How an antenna hangs, whatever its kind."""

_CUTS = ("horizontal_attenuation_db", "vertical_attenuation_db")
_LIMITS: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "bearing_deg": (0.0, 360.0),
        "mechanical_downtilt_deg": (-45.0, 45.0),
        "electrical_downtilt_deg": (-45.0, 45.0),
        "maximum_gain_dbi": (-20.0, 60.0),
        "horizontal_beamwidth_deg": (0.1, 359.9),
        "vertical_beamwidth_deg": (0.1, 179.9),
        "maximum_attenuation_db": (0.1, 80.0),
        "side_lobe_attenuation_db": (0.1, 80.0),
        "horizontal_attenuation_db": (0.0, 200.0),
        "vertical_attenuation_db": (0.0, 200.0),
    }
)
_LONGEST_NAME = 200
_WIDEST_BY_GAIN_DEG = 120.0  # F.1336-5, recommends 3.3: beyond, the vertical width must be given
_NOWHERE_DB = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Antenna:
    """A pattern of both angles, and how the antenna hangs.

    Attributes
    ----------
    kind : AntennaKind
        Two cuts, or a formula.
    name : str or None
        Make and model.
    bearing_deg : float
        Azimuth of its axis from true north, 0 to 360 degrees.
    mechanical_downtilt_deg, electrical_downtilt_deg : float
        Tilts, downwards, -45 to 45 degrees. A tilt with which cuts were measured is in them.
    maximum_gain_dbi : float or None
        Gain of the maximum. F.1336 shapes its pattern by it; no power is computed from it.
    horizontal_beamwidth_deg, vertical_beamwidth_deg : float or None
        Widths at 3 dB. F.1336 takes the vertical one from the gain where it is not given.
    side_lobes : SideLobes or None
        F.1336: peak or average.
    side_lobe_quality : SideLobeQuality or None
        F.1336: typical or improved.
    maximum_attenuation_db, side_lobe_attenuation_db : float or None
        3GPP: the most below the maximum, of the whole pattern and of the vertical cut.
    horizontal_attenuation_db : tuple of 36 or 360 floats
        Attenuation at equal steps of azimuth from the axis, clockwise; empty for a formula.
    vertical_attenuation_db : tuple of 36 or 360 floats
        Attenuation at equal steps of the angle below the horizon: 0 the axis, 90 degrees straight
        down; empty: the same at every elevation.

    Raises
    ------
    FormatError
        If a parameter is missing, out of range, or not one of its kind; field, value and what is
        expected are named.
    """

    kind: AntennaKind
    name: str | None = None
    bearing_deg: float = 0.0
    mechanical_downtilt_deg: float = 0.0
    electrical_downtilt_deg: float = 0.0
    maximum_gain_dbi: float | None = None
    horizontal_beamwidth_deg: float | None = None
    vertical_beamwidth_deg: float | None = None
    side_lobes: SideLobes | None = None
    side_lobe_quality: SideLobeQuality | None = None
    maximum_attenuation_db: float | None = None
    side_lobe_attenuation_db: float | None = None
    horizontal_attenuation_db: tuple[float, ...] = ()
    vertical_attenuation_db: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no such antenna; take the formula's own value where none is given."""
        asked = PARAMETERS[self.kind]
        for name, parameter in asked.items():
            if getattr(self, name) in (None, ()):
                if parameter.required:
                    raise wrong(name, None, Phrase("antennas.expected_needed"))
                if parameter.usual is not None:
                    object.__setattr__(self, name, parameter.usual)
        for one in fields(self):
            value = getattr(self, one.name)
            if value in (None, ()) or one.name in ("kind", "name"):
                continue
            if one.name not in asked and one.name not in MOUNTING:
                raise wrong(one.name, _short(value), Phrase("antennas.expected_nothing"))
            _require_limits(one.name, value)
        if self.name is not None:
            object.__setattr__(self, "name", unicodedata.normalize("NFC", self.name))
        _require_name(self.name)
        _require_shape(self)

    @property
    def mounting(self) -> Mounting:
        """How it hangs."""
        return Mounting(*(getattr(self, name) for name in MOUNTING))


def limits_of(name: str) -> tuple[float, float]:
    """Return the least and the largest value of a parameter."""
    return _LIMITS[name]


def wrong(name: str, value: object, expected: object) -> FormatError:
    """Return the error that names a field of an antenna, its value and what is expected."""
    return FormatError(
        "antennas.missing_parameter" if value is None else "antennas.wrong_parameter",
        name=name,
        field=Phrase(f"register.field.antenna_{name}"),
        value=value,
        expected=expected,
    )


def pattern_of(antenna: Antenna, frequency_mhz: float) -> Pattern:
    """Return the pattern of an antenna at a carrier.

    Parameters
    ----------
    antenna : Antenna
        The antenna.
    frequency_mhz : float
        The carrier; only Rec. ITU-R F.1336 depends on it, from 400 MHz on.

    Raises
    ------
    FormatError
        If the formula does not hold at the carrier, or for what it derives of the parameters.
    """
    try:
        return _PATTERNS[antenna.kind](antenna, frequency_mhz)
    except OutOfRangeError as error:
        own = error.name in _LIMITS
        key = f"antenna_{error.name}" if own else error.name
        raise FormatError(
            "antennas.outside_formula",
            name=error.name,
            field=Phrase(f"register.field.{key}"),
            value=error.value,
            lower=error.lower,
            upper=error.upper,
            source=error.source,
        ) from None


def fits_carrier(antenna: Antenna, frequency_mhz: float) -> bool:
    """Return whether the pattern of an antenna is defined at a carrier."""
    try:
        pattern_of(antenna, frequency_mhz)
    except FormatError:
        return False
    return True


def antenna_facts(antenna: Antenna, language: Language | str) -> list[tuple[str, str]]:
    """Return label and value, for people, of everything that is stated of an antenna.

    A cut is told by how many values it has, its largest one and the beginning of its hash.
    """
    told = []
    for one in fields(antenna):
        value = getattr(antenna, one.name)
        if value in (None, ()):
            continue
        label = text(f"register.field.antenna_{one.name}", language)
        told.append((label, _told(one.name, value, language)))
    return told


def _told(name: str, value: Any, language: Language | str) -> str:
    if isinstance(value, StrEnum):
        return text(f"register.antenna_{name}.{value.value}", language)
    if isinstance(value, tuple):
        digest = hashlib.sha256(np.array(value, dtype="<f8").tobytes()).hexdigest()[:8]
        return text(
            "antennas.cut_told", language, count=len(value), largest=max(value), digest=digest
        )
    return number(value, language) if isinstance(value, float | int) else str(value)


def antenna_to_text(antenna: Antenna) -> str:
    """Return an antenna as the register keeps it: JSON with what is stated."""
    stated = {one.name: getattr(antenna, one.name) for one in fields(antenna)}
    kept = {name: value for name, value in stated.items() if value not in (None, ())}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def antenna_from_text(kept: str) -> Antenna:
    """Return the antenna that `antenna_to_text` wrote."""
    values: dict[str, Any] = json.loads(kept)
    for name, kind in _ENUMERATIONS.items():
        if name in values:
            values[name] = kind(values[name])
    for name in _CUTS:
        values[name] = tuple(values.get(name, ()))
    return Antenna(**values)


_ENUMERATIONS: Mapping[str, type[StrEnum]] = {
    "kind": AntennaKind,
    "side_lobes": SideLobes,
    "side_lobe_quality": SideLobeQuality,
}


def _short(value: object) -> object:
    return len(value) if isinstance(value, tuple) else value


def _require_limits(name: str, value: object) -> None:
    if name not in _LIMITS:
        return
    numbers = np.atleast_1d(np.asarray(value, dtype=np.float64))
    lower, upper = _LIMITS[name]
    outside = ~((numbers >= lower) & (numbers <= upper))
    if outside.any():
        _refuse_range(name, float(numbers[outside][0]))


def _refuse_range(name: str, value: float) -> NoReturn:
    lower, upper = _LIMITS[name]
    raise wrong(name, value, f"{lower:g} … {upper:g}")


def _require_name(name: str | None) -> None:
    if name is not None and not (name.isprintable() and 0 < len(name) <= _LONGEST_NAME):
        raise wrong("name", name[:40], Phrase("antennas.expected_name"))


def _require_shape(antenna: Antenna) -> None:
    """Refuse cuts of another length or without a maximum, and a width that nothing gives."""
    cuts = [(name, getattr(antenna, name)) for name in _CUTS if getattr(antenna, name)]
    for name, values in cuts:
        if len(values) not in CUT_VALUES:
            raise wrong(name, len(values), Phrase("antennas.expected_cut"))
    if cuts and min(min(values) for _, values in cuts) > _NOWHERE_DB:
        raise wrong(cuts[0][0], min(cuts[0][1]), Phrase("antennas.expected_maximum"))
    wide = (antenna.horizontal_beamwidth_deg or 0.0) > _WIDEST_BY_GAIN_DEG
    if antenna.kind is AntennaKind.F1336_SECTORAL and wide and not antenna.vertical_beamwidth_deg:
        raise wrong("vertical_beamwidth_deg", None, Phrase("antennas.expected_wide"))


def _of_cuts(antenna: Antenna, _: float) -> Pattern:
    horizontal, vertical = (np.array(getattr(antenna, name), dtype=np.float64) for name in _CUTS)
    return partial(cut_attenuation_db, Cuts(horizontal, vertical if vertical.size else None))


def _omnidirectional(antenna: Antenna, frequency_mhz: float) -> Pattern:
    made = Omnidirectional(
        frequency_mhz,
        float(antenna.maximum_gain_dbi or 0.0),
        antenna.vertical_beamwidth_deg,
        *_lobes(antenna),
    )

    def attenuation_db(azimuth_deg: Floats, elevation_deg: Floats) -> Floats:
        below = made.maximum_gain_dbi - omnidirectional_gain_dbi(made, elevation_deg)
        return np.asarray(below + 0 * azimuth_deg)

    return attenuation_db


def _sectoral(antenna: Antenna, frequency_mhz: float) -> Pattern:
    made = Sectoral(
        frequency_mhz,
        float(antenna.maximum_gain_dbi or 0.0),
        float(antenna.horizontal_beamwidth_deg or 0.0),
        antenna.vertical_beamwidth_deg,
        *_lobes(antenna),
    )

    def attenuation_db(azimuth_deg: Floats, elevation_deg: Floats) -> Floats:
        gain = sectoral_gain_dbi(made, azimuth_deg, elevation_deg)
        return np.asarray(made.maximum_gain_dbi - gain)

    return attenuation_db


def _lobes(antenna: Antenna) -> tuple[SideLobes, Any]:
    improved = antenna.side_lobe_quality is SideLobeQuality.IMPROVED
    return antenna.side_lobes or SideLobes.AVERAGE, IMPROVED if improved else TYPICAL


def _sector(antenna: Antenna, _: float) -> Pattern:
    def attenuation_db(azimuth_deg: Floats, elevation_deg: Floats) -> Floats:
        found = sector_attenuation_db(
            azimuth_deg,
            beamwidth_deg=antenna.horizontal_beamwidth_deg or 0.0,
            maximum_attenuation_db=antenna.maximum_attenuation_db or 0.0,
        )
        return np.asarray(found + 0 * elevation_deg)

    return attenuation_db


def _element(antenna: Antenna, _: float) -> Pattern:
    return partial(
        element_attenuation_db,
        **{name: getattr(antenna, name) for name in PARAMETERS[AntennaKind.TR38901_ELEMENT]},
    )


_PATTERNS: Mapping[AntennaKind, Callable[[Antenna, float], Pattern]] = {
    AntennaKind.CUTS: _of_cuts,
    AntennaKind.F1336_OMNIDIRECTIONAL: _omnidirectional,
    AntennaKind.F1336_SECTORAL: _sectoral,
    AntennaKind.TR36942_SECTOR: _sector,
    AntennaKind.TR38901_ELEMENT: _element,
}
