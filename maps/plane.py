"""A small map in the plane around a place: north up, circles of equal distance, numbered marks."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import escape

from data.text import Language, number, text
from gis.geodesy import GEOD
from maps.palette import BACKGROUND, SHAPES, STATION

__all__ = ["INK", "Plane", "length_said", "polar"]

INK: Final = "#1b1b1b"

_SIDE: Final = 460
_EDGE: Final = 26.0
_GRID: Final = "#c3c8bf"
_FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
_MARK: Final = 9.0


def polar(at: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return azimuth in degrees and distance in metres of a place, longitudes first."""
    azimuth, _, metres = GEOD.inv(*at, *other)
    return float(azimuth) % 360.0, float(metres)


def length_said(metres: float, language: Language | str) -> str:
    """Return a length as people read it: metres, from a kilometre on kilometres."""
    if metres < 1000.0:
        return f"{number(metres, language)} m"
    return f"{number(metres / 1000.0, language)} km"


class Plane:
    """The plane around a place, so large that a distance fits.

    Parameters
    ----------
    radius_m : float
        The distance.
    language : Language
        Language of the words.
    """

    def __init__(self, radius_m: float, language: Language | str) -> None:
        self.radius_m = radius_m
        self._language = language
        self._scale = (_SIDE / 2 - _EDGE) / radius_m

    def at(self, azimuth_deg: float, distance_m: float) -> tuple[float, float]:
        """Return where a place lies on the drawing."""
        turned = math.radians(azimuth_deg)
        return (
            _SIDE / 2 + distance_m * self._scale * math.sin(turned),
            _SIDE / 2 - distance_m * self._scale * math.cos(turned),
        )

    def mark(
        self,
        place: int,
        azimuth_deg: float,
        distance_m: float,
        colour: str,
        *,
        filled: bool = True,
    ) -> str:
        """Return a mark with its number: a disc, or a ring where it is not filled."""
        x, y = self.at(azimuth_deg, distance_m)
        return self.symbol(x, y, str(place), colour, filled=filled)

    @staticmethod
    def symbol(x: float, y: float, words: str, colour: str, *, filled: bool) -> str:
        """Return a disc or a ring with words in it."""
        disc, edge, ink = (colour, "#fff", "#fff") if filled else ("#fff", colour, colour)
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_MARK:g}" fill="{disc}" stroke="{edge}"/>'
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="11" '
            f'font-weight="700" fill="{ink}">{escape(words)}</text>'
        )

    def line(self, ends: Sequence[tuple[float, float]], colour: str, width: float) -> str:
        """Return a line between two places, each its azimuth and distance."""
        (x1, y1), (x2, y2) = (self.at(*end) for end in ends)
        return (
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width:g}"/>'
        )

    def area(self, corners: Sequence[tuple[float, float]]) -> str:
        """Return an area between places, each its azimuth and distance."""
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(*one) for one in corners))
        return (
            f'<polygon points="{points}" fill="{STATION.colour}" fill-opacity=".08" '
            f'stroke="{STATION.colour}" stroke-dasharray="6 3"/>'
        )

    def drawing(
        self,
        name: str,
        title: str,
        told: str,
        marks: Sequence[str],
        keys: Sequence[str] = (),
        *,
        middle_marked: bool = True,
    ) -> str:
        """Return the map as SVG.

        Parameters
        ----------
        name : str
            What its title and description are found by.
        title, told : str
            The same, in words.
        marks : sequence of str
            What lies on it.
        keys : sequence of str
            What marks mean, each a group that is drawn at the origin; they stand below.
        middle_marked : bool
            Whether something stands in the middle.
        """
        high = _SIDE + 24 * len(keys)
        below = "".join(
            f'<g transform="translate(18 {_SIDE + 12 + 24 * row})">{key}</g>'
            for row, key in enumerate(keys)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {high}" '
            f'width="{_SIDE}" height="{high}" role="img" '
            f'aria-labelledby="{name}-title {name}-desc" '
            f'lang="{Language(self._language)}" font-family="{_FONT}" font-size="13" '
            f'fill="{INK}"><title id="{name}-title">{escape(title)}</title>'
            f'<desc id="{name}-desc">{escape(told)}</desc>'
            f'<rect width="{_SIDE}" height="{high}" fill="{BACKGROUND}"/>'
            f"{''.join(self._rings())}{''.join(marks)}"
            f"{self._middle() if middle_marked else ''}{below}</svg>"
        )

    @staticmethod
    def _middle() -> str:
        """Return the mark of what stands in the middle."""
        return (
            f'<path transform="translate({_SIDE / 2:g} {_SIDE / 2:g}) scale(8)" '
            f'd="{SHAPES[STATION.shape]}" fill="{STATION.colour}" stroke="#fff" '
            f'stroke-width=".2"/>'
        )

    def _rings(self) -> Iterator[str]:
        """Yield circles of equal distance with their lengths, and north."""
        middle = _SIDE / 2
        step = 10.0 ** math.floor(math.log10(self.radius_m))
        step = next(
            one for one in (step / 2, step, 2 * step, 5 * step) if self.radius_m / one <= 4
        )
        for place in range(1, int(self.radius_m / step) + 1):
            ring = place * step * self._scale
            told = length_said(place * step, self._language)
            yield (
                f'<circle cx="{middle:g}" cy="{middle:g}" r="{ring:.1f}" fill="none" '
                f'stroke="{_GRID}"/><text x="{middle + 3:.1f}" y="{middle + ring - 4:.1f}" '
                f'fill="#55605a">{escape(told)}</text>'
            )
        yield (
            f'<path d="M{middle:g} 6 l6 14 h-12 z" fill="{INK}"/>'
            f'<text x="{middle + 10:g}" y="19" font-weight="700">'
            f"{escape(text('planning.map_north', self._language))}</text>"
        )
