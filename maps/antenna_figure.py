"""The two cuts of a station's antenna as it hangs: round drawings, and the same as numbers.

Each cut is drawn with its bearing and tilts: the horizontal one towards the horizon, north up; the
vertical one in the plane of the axis, the axis to the right, the sky up. The rings are decibels
below the station's power.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from markupsafe import escape
from numpy.typing import NDArray

from data.text import Language, number, text
from gis.register.antennas import Antenna, pattern_of
from maps.palette import BACKGROUND, STATION
from propagation.antenna_mounting import erp_towards_dbw

__all__ = ["CUTS", "Cut", "cut_rows", "cut_svg"]

Floats = NDArray[np.float64]
Cut = Literal["horizontal", "vertical"]
CUTS: tuple[Cut, ...] = ("horizontal", "vertical")

_WIDTH, _HEIGHT = 372, 320
_X, _Y = _WIDTH / 2, _HEIGHT / 2
_RADIUS = 122.0
_DEEPEST_DB = 40.0
_RINGS_DB = (0, 10, 20, 30)
_INK, _GRID = "#1b1b1b", "#c3c8bf"
_FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
_ROWS_DEG = {
    "horizontal": tuple(range(0, 360, 30)),
    "vertical": (90, 60, 30, 20, 10, 5, 3, 2, 1, 0, -1, -2, -3, -5, -10, -20, -30, -60, -90),
}


def cut_svg(
    antenna: Antenna, frequency_mhz: float, cut: Cut, language: Language | str = Language.VI
) -> str:
    """Return the drawing of a cut as SVG, with its title and a description in words.

    Parameters
    ----------
    antenna : Antenna
        The antenna.
    frequency_mhz : float
        The carrier.
    cut : {'horizontal', 'vertical'}
        Which cut.
    language : Language
        Language of the words.

    Raises
    ------
    FormatError
        If the pattern is not defined at the carrier.
    """
    angles: Floats = np.arange(0.0, 360.0, 0.5)
    below = _below_db(antenna, frequency_mhz, cut, angles)
    title = text(f"antennas.figure_{cut}", language)
    told = _told(cut, angles, below, language)
    name = f"antenna-{cut}"
    turned = angles if cut == "horizontal" else 90 - angles  # upwards from the right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" '
        f'lang="{Language(language)}" font-family="{_FONT}" font-size="15" fill="{_INK}">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(told)}</desc>'
        f"{''.join(_rings(cut, language))}{_line(turned, below)}"
        f"{''.join(_ring_words(language))}</svg>"
    )


def cut_rows(
    antenna: Antenna, frequency_mhz: float, cut: Cut, language: Language | str = Language.VI
) -> list[tuple[str, str]]:
    """Return directions of a cut and the attenuation there, as people read them.

    Parameters and errors as of `cut_svg`. The vertical cut is given in front of the antenna.
    """
    directions = _ROWS_DEG[cut]
    asked: Floats = np.array(directions, dtype=np.float64)
    below = _below_db(antenna, frequency_mhz, cut, asked)
    return [
        (f"{number(direction, language)}°", f"{number(value, language, 1)} dB")
        for direction, value in zip(directions, below.tolist(), strict=True)
    ]


def _below_db(antenna: Antenna, frequency_mhz: float, cut: Cut, angle_deg: Floats) -> Floats:
    """Return how far the power lies below the station's, at the angles of a cut.

    Azimuths from north, or elevations in front of the antenna, which above 90 and below -90
    degrees go on behind it.
    """
    azimuth, elevation = angle_deg, np.zeros(angle_deg.size)
    if cut == "vertical":
        turned = np.mod(angle_deg + 180, 360) - 180
        behind = np.abs(turned) > 90
        elevation = np.where(behind, np.copysign(180, turned) - turned, turned)
        azimuth = antenna.bearing_deg + np.where(behind, 180.0, 0.0)
    pattern = pattern_of(antenna, frequency_mhz)
    return -erp_towards_dbw(0.0, pattern, azimuth, elevation, antenna.mounting)


def _told(cut: Cut, angles: Floats, below: Floats, language: Language | str) -> str:
    """Return in a sentence where a cut is strongest and where it is weakest."""
    signed = np.where(angles > 180, angles - 360, angles) if cut == "vertical" else angles
    most, least = int(below.argmin()), int(below.argmax())
    return text(
        f"antennas.told_{cut}",
        language,
        strongest=float(signed[most]),
        least_db=round(float(below[most]), 1),
        weakest=float(signed[least]),
        most_db=round(float(below[least]), 1),
    )


def _rings(cut: Cut, language: Language | str) -> Iterator[str]:
    """Draw the rings, the two axes, and the names of the four directions."""
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    for ring in _RINGS_DB:
        fill = BACKGROUND if ring == 0 else "none"
        yield (
            f'<circle cx="{_X:g}" cy="{_Y:g}" r="{_away(ring):.1f}" '
            f'fill="{fill}" stroke="{_GRID}"/>'
        )
    left, right, top, bottom = _X - _RADIUS, _X + _RADIUS, _Y - _RADIUS, _Y + _RADIUS
    yield (
        f'<path d="M{left:g} {_Y:g}H{right:g}M{_X:g} {top:g}V{bottom:g}" '
        f'stroke="{_GRID}" fill="none"/>'
    )
    places = (
        (_X, top - 7, "middle"),
        (right + 6, _Y + 4.5, "start"),
        (_X, bottom + 18, "middle"),
        (left - 6, _Y + 4.5, "end"),
    )
    words = text(f"antennas.directions_{cut}", language).split("|")
    for (x, y, anchor), word in zip(places, words, strict=True):
        yield f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(word)}</text>'


def _ring_words(language: Language | str) -> Iterator[str]:
    """Write on each ring how many decibels it is, above the curve and with a halo."""
    for ring in _RINGS_DB:
        x = _X + _away(ring) * 0.7071 + 2
        y = _Y - _away(ring) * 0.7071 - 2
        said = number(-ring, language)
        yield (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="14" stroke="#fff" stroke-width="3" '
            f'paint-order="stroke">{said}{" dB" if ring == 0 else ""}</text>'
        )


def _line(angles: Floats, below: Floats) -> str:
    """Draw a pattern at angles clockwise from the top."""
    away = _RADIUS * np.clip(1 - below / _DEEPEST_DB, 0, 1)
    x = _X + away * np.sin(np.radians(angles))
    y = _Y - away * np.cos(np.radians(angles))
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
    return (
        f'<polygon points="{points}" fill="{STATION.colour}" fill-opacity="0.18" '
        f'stroke="{STATION.colour}" stroke-width="2" stroke-linejoin="round"/>'
    )


def _away(below_db: float) -> float:
    return _RADIUS * (1 - below_db / _DEEPEST_DB)
