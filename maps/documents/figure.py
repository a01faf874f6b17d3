"""The map picture of a report: one SVG with the raster, contours, degrees and a scale.

Drawn in Web Mercator, as the map of the page is, from the study's own files; nothing is fetched.
"""

import math
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence

from data.text import Language, number
from maps.contour_lines import contour_dash
from maps.legend_parts import Swatch
from maps.palette import BACKGROUND, SHAPES, STATION, interferer_letter
from maps.study_legend import channels_layers, coverage_layers, mobile_layers, network_layers
from maps.views import (
    ChannelsView,
    CoverageView,
    Interferer,
    MobileView,
    NetworkView,
    Overlay,
)
from maps.words import Words

__all__ = [
    "channels_legend",
    "channels_svg",
    "coverage_legend",
    "coverage_svg",
    "mobile_legend",
    "mobile_svg",
    "network_legend",
    "network_svg",
    "swatch_svg",
]

_WIDTH = 600.0
_INK = "#1b1b1b"
_GRID = "#7a827c"
_KM_PER_DEGREE = 111.32
_STEPS_DEG = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
_STAR = 7.0
_LETTER = 8.0
_MAST = 5.0
_SCALE_SHARE = 0.25


class _Frame:
    """Where degrees lie in the picture.

    Parameters
    ----------
    overlay : Overlay
        The picture whose edges are those of the frame.
    """

    def __init__(self, overlay: Overlay) -> None:
        self.south, self.west, self.north, self.east = overlay.bounds
        self._per_deg = _WIDTH / (self.east - self.west)
        self._top = _mercator_deg(self.north)
        self.height = (self._top - _mercator_deg(self.south)) * self._per_deg

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return the place of a point, from the upper left."""
        x = (longitude - self.west) * self._per_deg
        return x, (self._top - _mercator_deg(latitude)) * self._per_deg

    @property
    def per_km(self) -> float:
        """Width of one kilometre in the middle."""
        middle = math.radians((self.south + self.north) / 2)
        return self._per_deg / (_KM_PER_DEGREE * math.cos(middle))


def coverage_svg(view: CoverageView, at: tuple[float, float], language: Language) -> str:
    """Return the picture of a coverage study.

    Parameters
    ----------
    view : CoverageView
        Its raster and contours.
    at : tuple of float
        Longitude and latitude of the station.
    language : Language
        Of the numbers.

    Raises
    ------
    ValueError
        If the view names its raster by an address.
    """
    frame = _Frame(view.field_strength)
    x, y = frame.at(*at)
    star = (
        f'<path transform="translate({x:.1f} {y:.1f}) scale({_STAR:g})" '
        f'd="{SHAPES[STATION.shape]}" fill="{STATION.colour}" stroke="#fff" stroke-width=".2"/>'
    )
    return _svg(frame, view.field_strength, [*_contours(frame, view.contours), star], language)


def network_svg(view: NetworkView, name: str, language: Language) -> str:
    """Return a picture of a network study, with the letters of the stations that serve most.

    The best servers are named inside their areas; the strongest field, at the masts.

    Parameters
    ----------
    view : NetworkView
        Its rasters and stations.
    name : str
        `strongest` or `server`.
    language : Language
        Of the numbers.

    Raises
    ------
    ValueError
        If the view names its raster by an address.
    """
    overlay = view.strongest if name == "strongest" else view.server
    frame = _Frame(overlay)
    draw = _masts if name == "strongest" else _letters
    return _svg(frame, overlay, draw(frame, view.servers), language)


def mobile_svg(view: MobileView, name: str, language: Language) -> str:
    """Return a picture of a mobile coverage, with the letters of the transmitters that serve most.

    The best servers are named inside their areas; the operators' picture, at the masts.

    Parameters
    ----------
    view : MobileView
        Its rasters and transmitters.
    name : str
        `server` or `operators`.
    language : Language
        Of the numbers.

    Raises
    ------
    ValueError
        If the view names its raster by an address.
    """
    overlay = view.server if name == "server" else view.operators
    frame = _Frame(overlay)
    draw = _letters if name == "server" else _masts
    return _svg(frame, overlay, draw(frame, view.servers), language)


def mobile_legend(view: MobileView, name: str, words: Words) -> tuple[Swatch, ...]:
    """Return the lines of the legend of a picture of a mobile coverage: the map's own."""
    layers = mobile_layers(view, words.language)
    return next(layer.legend for layer in layers if layer.id == f"mobile-{name}")


def channels_svg(view: ChannelsView, language: Language) -> str:
    """Return the picture of a search: how many channels pass at each place.

    Parameters
    ----------
    view : ChannelsView
        Its rasters.
    language : Language
        Of the numbers.

    Raises
    ------
    ValueError
        If the view names its raster by an address.
    """
    return _svg(_Frame(view.count), view.count, (), language)


def channels_legend(view: ChannelsView, words: Words) -> tuple[Swatch, ...]:
    """Return the lines of its legend: the map's own."""
    return next(channels_layers(view, words.language)).legend


def _svg(frame: _Frame, overlay: Overlay, parts: Iterable[str], language: Language) -> str:
    """Return a raster in its frame, with degrees below and a scale above what else is drawn."""
    if overlay.png is None:
        raise ValueError("only an embedded picture can be drawn on paper")
    picture = b64encode(overlay.png).decode()
    drawn = [
        f'<rect width="{_WIDTH:g}" height="{frame.height:.1f}" fill="{BACKGROUND}"/>',
        f'<image width="{_WIDTH:g}" height="{frame.height:.1f}" preserveAspectRatio="none" '
        f'xlink:href="data:image/png;base64,{picture}"/>',
        *_degrees(frame, language),
        *parts,
        *_scale(frame, language),
        f'<rect width="{_WIDTH:g}" height="{frame.height:.1f}" fill="none" stroke="{_INK}"/>',
    ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {_WIDTH:g} {frame.height:.1f}" font-family="Libertinus Serif" '
        f'font-size="11" fill="{_INK}">{"".join(drawn)}</svg>'
    )


def _letters(frame: _Frame, stations: Sequence[Interferer]) -> Iterator[str]:
    """Draw letters inside the areas that they are of, as many as have room."""
    turns = ((turn, at, one) for one in stations for turn, at in enumerate(one.letters_at))
    ordered = sorted(turns, key=lambda each: each[0])
    for x, y, one in _with_room(frame, [(at, one) for _, at, one in ordered]):
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_LETTER:g}" fill="#fff" stroke="{_INK}"/>'
            f'<text x="{x:.1f}" y="{y + 3.5:.1f}" text-anchor="middle">'
            f"{interferer_letter(one.rank)}</text>"
        )


def _masts(frame: _Frame, stations: Sequence[Interferer]) -> Iterator[str]:
    """Draw masts as the map draws stations, each with its letter beside it."""
    masts = [(one.mast_at, one) for one in stations if one.mast_at is not None]
    for x, y, one in _with_room(frame, masts):
        yield (
            f'<path transform="translate({x:.1f} {y:.1f}) scale({_MAST:g})" '
            f'd="{SHAPES[STATION.shape]}" fill="{STATION.colour}" stroke="#fff" '
            'stroke-width=".2"/>'
            f'<text x="{x + _LETTER:.1f}" y="{y + 3.5:.1f}" font-style="italic" '
            'paint-order="stroke" stroke="#fff" stroke-width="3">'
            f"{interferer_letter(one.rank)}</text>"
        )


def _with_room(
    frame: _Frame, wanted: Sequence[tuple[tuple[float, float], Interferer]]
) -> Iterator[tuple[float, float, Interferer]]:
    """Yield what stands apart from all before it, with its place on the paper."""
    taken: list[tuple[float, float]] = []
    for at, one in wanted:
        x, y = frame.at(*at)
        if all(math.hypot(x - left, y - top) >= 2 * _LETTER for left, top in taken):
            taken.append((x, y))
            yield x, y, one


def coverage_legend(view: CoverageView, words: Words) -> tuple[Swatch, ...]:
    """Return the lines of the legend: the map's own, and the station."""
    drawn = [swatch for layer in coverage_layers(view, words.language) for swatch in layer.legend]
    return (*drawn, Swatch(view.station_name, STATION.colour, path=SHAPES[STATION.shape]))


def network_legend(view: NetworkView, name: str, words: Words) -> tuple[Swatch, ...]:
    """Return the lines of the legend of a picture of a network: the map's own."""
    layers = network_layers(view, words.language)
    return next(layer.legend for layer in layers if layer.id == name)


def swatch_svg(swatch: Swatch) -> str:
    """Return the sign of one line of a legend: a line, a marker or a rectangle."""
    if swatch.dash is not None:
        sign = (
            f'<path d="M0 5H20" stroke="{swatch.colour}" stroke-width="1.4" '
            f'stroke-dasharray="{swatch.dash or "none"}"/>'
        )
    elif swatch.path is not None:
        place = 'transform="translate(10 5) scale(4.5)"'
        sign = f'<path {place} d="{swatch.path}" fill="{swatch.colour}"/>'
    else:
        sign = f'<rect width="20" height="10" fill="{swatch.colour}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10">{sign}</svg>'


def _mercator_deg(latitude: float) -> float:
    return math.degrees(math.asinh(math.tan(math.radians(latitude))))


def _degrees(frame: _Frame, language: Language) -> Iterator[str]:
    """Draw three to six meridians and as many parallels, each with its degrees."""
    span = frame.east - frame.west
    step = next((step for step in _STEPS_DEG if span / step <= 5), _STEPS_DEG[-1])
    for count in range(math.ceil(frame.west / step), math.floor(frame.east / step) + 1):
        x, _ = frame.at(count * step, frame.north)
        yield f'<path d="M{x:.1f} 0V{frame.height:.1f}" {_THIN}/>'
        yield f'<text x="{x + 3:.1f}" y="11">{number(count * step, language)}°</text>'
    for count in range(math.ceil(frame.south / step), math.floor(frame.north / step) + 1):
        _, y = frame.at(frame.west, count * step)
        yield f'<path d="M0 {y:.1f}H{_WIDTH:g}" {_THIN}/>'
        yield f'<text x="3" y="{y - 3:.1f}">{number(count * step, language)}°</text>'


_THIN = f'fill="none" stroke="{_GRID}" stroke-width=".5" stroke-opacity=".6"'


def _contours(frame: _Frame, contours: Mapping[str, object] | None) -> Iterator[str]:
    features = (contours or {}).get("features", ())
    for feature in features if isinstance(features, Sequence) else ():
        dash = contour_dash(feature["properties"]["level_dbuvm"])
        lines = [
            "M" + "L".join("{:.1f} {:.1f}".format(*frame.at(*point[:2])) for point in line)
            for line in feature["geometry"]["coordinates"]
        ]
        if lines:
            yield (
                f'<path d="{"".join(lines)}" fill="none" stroke="{_INK}" stroke-width="1.2" '
                f'stroke-dasharray="{dash or "none"}"/>'
            )


def _scale(frame: _Frame, language: Language) -> Iterator[str]:
    """Draw a bar of 1, 2 or 5 times a power of ten kilometres."""
    most = _WIDTH * _SCALE_SHARE / frame.per_km
    power = 10.0 ** math.floor(math.log10(most))
    length_km = max(step * power for step in (1, 2, 5) if step * power <= most)
    right, below = _WIDTH - 12, frame.height - 12
    left = right - length_km * frame.per_km
    yield (
        f'<rect x="{left - 6:.1f}" y="{below - 20:.1f}" width="{right - left + 12:.1f}" '
        'height="26" fill="#fff" fill-opacity=".8"/>'
    )
    yield f'<path d="M{left:.1f} {below - 5:.1f}v5H{right:g}v-5" fill="none" stroke="{_INK}"/>'
    yield (
        f'<text x="{(left + right) / 2:.1f}" y="{below - 5:.1f}" text-anchor="middle">'
        f"{number(length_km, language)} km</text>"
    )
