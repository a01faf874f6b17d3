"""The figure of a path: ground over both Earths, ray, Fresnel zone, edges; one SVG by itself.

The picture needs no style sheet and no script: it stands in a page, as a file, and on paper. A
narrow one is laid out anew, not scaled down. Letters stand above and below the drawing, never in
it, so that they cover nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import escape
from numpy.typing import NDArray

from data.text import Language, text
from gis.studies.sight import CLEAR_SHARE
from maps.palette import BACKGROUND, PATH
from maps.path_layout import Axes, nice_step, rows_of, spread, thinned, wrapped
from maps.path_words import (
    PathMark,
    path_description,
    path_marks,
    path_stamps,
    path_title,
    zone_stretches,
)
from maps.words import Words, shortened

__all__ = ["NARROW", "WIDE", "path_picture", "path_svg"]

Floats = NDArray[np.float64]

WIDE, NARROW = 960, 360
"""Widths that fit a page, or paper, and a telephone or the panel of a map."""

_INK = "#1b1b1b"
_GRID = "#d4d8d1"
_FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
_SIZE = 13
_LINE = 18
_SWATCH = 30
_MARK_GAP = 22.0
_TWO_COLUMNS = 700
_LOWER_SHARE = 0.35
_UPPER_SHARE = 0.8
_SMOOTH = 121
_MOST_STRETCHES = 3
_HATCHED = {1: "sea", 3: "coast", 4: "land"}


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """The curves of the figure at the points of the profile, raised heights in m."""

    km: Floats
    median: Floats
    b0: Floats
    clutter: Floats
    ray: Floats
    radius: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Figure:
    """What the parts of one figure share."""

    path: Mapping[str, Any]
    words: Words
    lines: _Lines
    axes: Axes
    marks: Sequence[PathMark]
    name: str

    def say(self, key: str, **values: object) -> str:
        return text(f"paths.{key}", self.words.language, **values)


def path_svg(
    path: Mapping[str, Any],
    language: Language | str = Language.VI,
    *,
    width: int = WIDE,
    synthetic: bool = False,
) -> str:
    """Return the figure of a path as SVG.

    Parameters
    ----------
    path : mapping
        Of `gis.studies.point.explain_path`, with a profile.
    language : Language
        Language of the words.
    width : int
        Width in pixels, at least `NARROW`; the height follows.
    synthetic : bool
        Whether the station is demonstration data; the figure is stamped then.

    Raises
    ------
    ValueError
        If the path is too short to have a profile, or the width too small.
    """
    if path["sight"] is None:
        raise ValueError("a path without a profile has no figure")
    if width < NARROW:
        raise ValueError(f"a figure is at least {NARROW} pixels wide, not {width}")
    words = Words(language)
    heading = [
        *((line, True) for line in wrapped(path_title(path, words), width - 8, _SIZE, bold=True)),
        *((stamp, False) for stamp in path_stamps(path, words, synthetic=synthetic)),
    ]
    lines, marks = _lines(path), path_marks(path, words)
    axes = _axes(lines, marks, width, _LINE * len(heading) + 2 * _LINE + 32)
    figure = _Figure(path, words, lines, axes, marks, f"path-{width}")
    below, key = _key(figure, width)
    parts = [
        _about(figure),
        _definitions(figure),
        f'<rect width="{width}" height="{below:.0f}" fill="#fff"/>',
        *_heading(heading),
        *_grid(figure),
        *_drawing(figure),
        *_masts(figure),
        *_mark_signs(figure),
        *_zones(figure),
        *key,
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {below:.0f}" '
        f'width="{width}" height="{below:.0f}" role="img" '
        f'aria-labelledby="{figure.name}-title {figure.name}-desc" lang="{words.language}" '
        f'font-family="{_FONT}" font-size="{_SIZE}" fill="{_INK}">{"".join(parts)}</svg>'
    )


def path_picture(
    path: Mapping[str, Any], language: Language, *, href: str | None, synthetic: bool
) -> dict[str, str | None]:
    """Return the figure for the panel of a map: picture, text alternative, link to its page.

    Parameters
    ----------
    path, language, synthetic
        As for `path_svg`.
    href : str or None
        Address of the page of this path, for whoever may open it.
    """
    words = Words(language)
    return {
        "svg": path_svg(path, language, width=NARROW, synthetic=synthetic),
        "alt": f"{path_title(path, words)}. {_told(path, words)}",
        "href": href,
        "link": text("paths.link", words.language),
    }


def _lines(path: Mapping[str, Any]) -> _Lines:
    profile, sight = path["profile"], path["sight"]
    terrain = np.asarray(profile["terrain_height_m"], dtype=np.float64)
    clutter = np.array(profile["clutter_height_m"], dtype=np.float64)
    clutter[[0, -1]] = 0.0  # none stands on the terminals (Rec. ITU-R P.1812-8, eq. (1c))
    return _Lines(
        km=np.asarray(profile["distance_km"], dtype=np.float64),
        median=terrain + sight["median"]["earth_bulge_m"],
        b0=terrain + sight["b0"]["earth_bulge_m"],
        clutter=clutter,
        ray=np.asarray(sight["ray_height_m"], dtype=np.float64),
        radius=np.asarray(sight["fresnel_radius_m"], dtype=np.float64),
    )


def _axes(lines: _Lines, marks: Sequence[PathMark], width: int, top: float) -> Axes:
    """Choose what heights are shown: all that stands, most of the Fresnel zone, near edges.

    A Fresnel zone that dips far below the ground, and a Bullington point far above everything,
    would flatten the rest; the key says what is cut.
    """
    ground = float(min(lines.median.min(), lines.b0.min()))
    high = float(max((lines.ray + lines.radius).max(), (lines.median + lines.clutter).max()))
    span = max(high - ground, 20.0)
    most = ground + (1 + _UPPER_SHARE) * span
    high = max([high, *(m.raised_height_m for m in marks if m.raised_height_m <= most)])
    low = max(float((lines.ray - lines.radius).min()), ground - _LOWER_SHARE * span)
    low, high = min(low, ground), max(high, ground + span)
    margin = 0.04 * (high - low)
    wide = width >= _TWO_COLUMNS
    left, right = (64.0, width - 16.0) if wide else (50.0, width - 12.0)
    return Axes(
        left=left,
        right=right,
        top=top,
        bottom=top + (340.0 if wide else 230.0),
        length_km=float(lines.km[-1]),
        low_m=low - margin,
        high_m=high + margin,
    )


def _about(figure: _Figure) -> str:
    title = escape(path_title(figure.path, figure.words))
    told = escape(_told(figure.path, figure.words))
    return (
        f'<title id="{figure.name}-title">{title}</title>'
        f'<desc id="{figure.name}-desc">{told}</desc>'
    )


def _told(path: Mapping[str, Any], words: Words) -> str:
    """Return in sentences what the figure shows."""
    marks = (f"{mark.number}: {mark.words}." for mark in path_marks(path, words))
    return " ".join([*path_description(path, words), *marks])


def _definitions(figure: _Figure) -> str:
    axes, name = figure.axes, figure.name
    hatches = {
        "sea": (PATH["zone_1"], '<path d="M0 6q2-4 4 0t4 0" fill="none" stroke="#fff"/>'),
        "coast": (PATH["zone_3"], '<circle cx="3" cy="3" r="1.5" fill="#fff"/>'),
        "land": (PATH["zone_4"], ""),
        "trees": ("none", f'<path d="M-1 9L9-1" stroke="{PATH["clutter"]}" stroke-width="2"/>'),
    }
    patterns = "".join(
        f'<pattern id="{name}-{kind}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{colour}"/>{sign}</pattern>'
        for kind, (colour, sign) in hatches.items()
    )
    return (
        f'<defs><clipPath id="{name}-plot"><rect x="{axes.left:g}" y="{axes.top:g}" '
        f'width="{axes.right - axes.left:g}" height="{axes.bottom - axes.top:g}"/></clipPath>'
        f"{patterns}</defs>"
    )


def _heading(lines: Sequence[tuple[str, bool]]) -> Iterator[str]:
    for number, (line, bold) in enumerate(lines):
        weight = ' font-weight="600"' if bold else ' font-style="italic"'
        yield f'<text x="4" y="{_LINE * (number + 1) - 4}"{weight}>{escape(line)}</text>'


def _grid(figure: _Figure) -> Iterator[str]:
    """Draw the frame, the ticks of both axes with their numbers, and the axes' names."""
    axes, words = figure.axes, figure.words
    wide = axes.right - axes.left >= _TWO_COLUMNS - 100
    yield (
        f'<rect x="{axes.left:g}" y="{axes.top:g}" width="{axes.right - axes.left:g}" '
        f'height="{axes.bottom - axes.top:g}" fill="{BACKGROUND}" stroke="{_INK}"/>'
    )
    for height in axes.heights(nice_step(axes.high_m - axes.low_m, 6)):
        y = axes.y(height)
        yield f'<path d="M{axes.left:g} {y:.1f}H{axes.right:g}" stroke="{_GRID}"/>'
        said = words.number(height)
        yield f'<text x="{axes.left - 5:g}" y="{y + 4.5:.1f}" text-anchor="end">{said}</text>'
    for distance in axes.distances(nice_step(axes.length_km, 10 if wide else 5)):
        x = axes.x(distance)
        yield f'<path d="M{x:.1f} {axes.bottom:g}v5" stroke="{_INK}"/>'
        said = words.number(distance)
        yield f'<text x="{x:.1f}" y="{axes.bottom + 19:g}" text-anchor="middle">{said}</text>'
    name = escape(figure.say("axis_height"))
    soft = f'font-size="12" fill="{PATH["ground_edge"]}"'
    yield f'<text x="4" y="{axes.top - 50:g}" {soft}>{name}</text>'
    middle, name = (axes.left + axes.right) / 2, escape(figure.say("axis_distance"))
    yield f'<text x="{middle:g}" y="{axes.bottom + 38:g}" text-anchor="middle">{name}</text>'


def _drawing(figure: _Figure) -> Iterator[str]:
    """Draw the curves, the lowest first."""
    axes, lines = figure.axes, figure.lines
    zone, inner = _ellipse(figure, 1.0), _ellipse(figure, CLEAR_SHARE)
    base = np.full_like(lines.km, axes.low_m)
    ground = _band(axes, lines.km, base, lines.median)
    yield f'<g clip-path="url(#{figure.name}-plot)">'
    yield f'<path d="{zone}" fill="{PATH["fresnel_fill"]}" fill-opacity=".35"/>'
    yield f'<path d="{ground}" {_stroke("ground_edge", 1.4, fill="ground")}/>'
    if lines.clutter.any():
        trees = _band(axes, lines.km, lines.median, lines.median + lines.clutter)
        fill = f'fill="url(#{figure.name}-trees)"'
        yield f'<path d="{trees}" {fill} stroke="{PATH["clutter"]}" stroke-width="1"/>'
    yield f'<path d="{_line(axes, lines.km, lines.b0)}" {_stroke("b0", 1.8, "7 4")}/>'
    yield f'<path d="{zone}" {_stroke("fresnel", 1.2)}/>'
    yield f'<path d="{inner}" {_stroke("fresnel", 1.2, "2 3")}/>'
    yield from _tangents(figure)
    yield f'<path d="{_line(axes, lines.km, lines.ray)}" {_stroke("ray", 2)}/>'
    yield "</g>"


def _stroke(colour: str, width: float, dash: str = "none", *, fill: str | None = None) -> str:
    inside = "none" if fill is None else PATH[fill]
    return (
        f'fill="{inside}" stroke="{PATH[colour]}" stroke-width="{width:g}" '
        f'stroke-dasharray="{dash}"'
    )


def _line(axes: Axes, km: Floats, heights: Floats) -> str:
    x, y = axes.x(km), axes.y(heights)
    kept = thinned(x, y)
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x[kept], y[kept], strict=True))


def _band(axes: Axes, km: Floats, lower: Floats, upper: Floats) -> str:
    return f"{_line(axes, km, upper)}L{_line(axes, km[::-1], lower[::-1])[1:]}Z"


def _ellipse(figure: _Figure, share: float) -> str:
    """Return the first Fresnel zone, or a share of it, smoother than the profile's steps."""
    axes, lines = figure.axes, figure.lines
    length, middle = lines.km[-1], lines.km.size // 2
    scale = lines.radius[middle] / np.sqrt(lines.km[middle] * (length - lines.km[middle]))
    along = 0.5 * length * (1 - np.cos(np.linspace(0.0, np.pi, _SMOOTH)))
    ray = lines.ray[0] + (lines.ray[-1] - lines.ray[0]) * along / length
    radius = share * scale * np.sqrt(np.maximum(along * (length - along), 0.0))
    return _band(axes, along, ray - radius, ray + radius)


def _tangents(figure: _Figure) -> Iterator[str]:
    """Draw the two rays over the edges, where the path is hidden in the median."""
    axes, lines = figure.axes, figure.lines
    point = figure.path["sight"]["median"]["bullington_point"]
    if point is None:
        return
    top = f"{axes.x(point['distance_km']):.1f} {axes.y(point['raised_height_m']):.1f}"
    ends = [f"{axes.x(lines.km[end]):.1f} {axes.y(lines.ray[end]):.1f}" for end in (0, -1)]
    yield f'<path d="M{ends[0]}L{top}L{ends[1]}" {_stroke("tangent", 1.2, "9 3 2 3")}/>'


def _masts(figure: _Figure) -> Iterator[str]:
    """Draw the masts, and say above the drawing how high the antennas stand."""
    axes, lines = figure.axes, figure.lines
    profile = figure.path["profile"]
    for end, who, anchor in ((0, "transmitter", "start"), (-1, "receiver", "end")):
        x = axes.x(lines.km[end])
        foot, top = axes.y(lines.median[end]), axes.y(lines.ray[end])
        yield f'<path d="M{x:.1f} {foot:.1f}V{top:.1f}" stroke="{_INK}" stroke-width="3"/>'
        yield f'<circle cx="{x:.1f}" cy="{top:.1f}" r="4" fill="{PATH["ray"]}" stroke="#fff"/>'
        height = figure.words.value("height_m", profile[f"{who}_height_above_ground_m"])
        said = escape(figure.say(f"mast_{who}", height=height))
        yield (
            f'<text x="{x:.1f}" y="{axes.top - 32:g}" text-anchor="{anchor}" '
            f'fill="{PATH["ray"]}" font-weight="600">{said}</text>'
        )


def _mark_signs(figure: _Figure) -> Iterator[str]:
    """Draw each mark at its place, and its number above the drawing with a line between."""
    axes = figure.axes
    places = [axes.x(mark.distance_km) for mark in figure.marks]
    labels = spread(places, _MARK_GAP, axes.left + 10, axes.right - 10)
    lane = axes.top - 15
    for mark, x, label in zip(figure.marks, places, labels, strict=True):
        y = max(axes.y(mark.raised_height_m), axes.top)
        yield (
            f'<path d="M{label:.1f} {lane + 9:.1f}L{x:.1f} {y:.1f}" fill="none" '
            f'stroke="{_INK}" stroke-width=".7"/>'
        )
        yield _sign(mark.earth, x, y)
        yield _numbered(mark, label, lane)


def _sign(earth: str, x: float, y: float) -> str:
    if earth == "median":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{_INK}" stroke="#fff"/>'
    return (
        f'<path d="M{x:.1f} {y - 8:.1f}l8 8l-8 8l-8-8Z" fill="none" stroke="{PATH["b0"]}" '
        'stroke-width="2"/>'
    )


def _numbered(mark: PathMark, x: float, y: float) -> str:
    """Return the number of a mark: on black for the median, in a frame for b0."""
    filled = mark.earth == "median"
    box = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="{_INK}"/>'
        if filled
        else f'<rect x="{x - 8.5:.1f}" y="{y - 8.5:.1f}" width="17" height="17" fill="#fff" '
        f'stroke="{PATH["b0"]}" stroke-width="1.6"/>'
    )
    colour = "#fff" if filled else PATH["b0"]
    return (
        f'{box}<text x="{x:.1f}" y="{y + 4.3:.1f}" text-anchor="middle" font-size="12" '
        f'font-weight="700" fill="{colour}">{mark.number}</text>'
    )


def _zones(figure: _Figure) -> Iterator[str]:
    """Draw the radio-climatic zones as a strip below the axis."""
    axes = figure.axes
    y = axes.bottom + 46
    for zone, first, last in zone_stretches(figure.path):
        x, end = axes.x(first), axes.x(last)
        yield (
            f'<rect x="{x:.1f}" y="{y:g}" width="{end - x:.1f}" height="12" '
            f'fill="url(#{figure.name}-{_HATCHED[zone]})" stroke="{_INK}" stroke-width=".7"/>'
        )


def _key(figure: _Figure, width: int) -> tuple[float, list[str]]:
    """Return the height of the whole figure, and its key: what every sign means."""
    entries = [
        *_key_lines(figure),
        *((_numbered(mark, 12, -4.5), _mark_words(figure, mark)) for mark in figure.marks),
        *_key_zones(figure),
    ]
    columns = 2 if width >= _TWO_COLUMNS else 1
    room = width / columns - _SWATCH - 16
    placed = rows_of([len(wrapped(said, room, _SIZE)) for _, said in entries], columns)
    top = figure.axes.bottom + 84
    drawn = []
    for (sign, said), (column, row) in zip(entries, placed, strict=True):
        x, y = 4 + column * width / columns, top + row * _LINE
        words = "".join(
            f'<tspan x="{_SWATCH}" dy="{_LINE if number else 0}">{escape(line)}</tspan>'
            for number, line in enumerate(wrapped(said, room, _SIZE))
        )
        drawn.append(f'<g transform="translate({x:g} {y:g})">{sign}<text>{words}</text></g>')
    heights = [row + len(wrapped(e[1], room, _SIZE)) for e, (_, row) in
               zip(entries, placed, strict=True)]  # fmt: skip
    foot = top + max(heights) * _LINE + 4
    for number, line in enumerate(_source(figure, width)):
        y = foot + number * _LINE
        drawn.append(f'<text x="4" y="{y:g}" font-size="12">{escape(line)}</text>')
        below = y
    return below + 8, drawn


def _source(figure: _Figure, width: int) -> list[str]:
    terrain = shortened(figure.words.source(figure.path["terrain"]["identifier"]))
    said = figure.say("source", model=figure.path["model"])
    return wrapped(f"{said} {figure.say('ground', terrain=terrain)}", width - 8, _SIZE)


def _key_lines(figure: _Figure) -> Iterator[tuple[str, str]]:
    path, words, lines = figure.path, figure.words, figure.lines
    radius = {
        name: words.value("radius_km", round(path["sight"][name]["effective_earth_radius_km"]))
        for name in ("median", "b0")
    }
    percent = words.value("time_percent", round(path["sight"]["b0"]["time_percent"], 1))
    box = '<rect x="0" y="-10" width="22" height="11" '
    rule = '<path d="M0-4.5H22" '
    yield (
        f"{box}{_stroke('ground_edge', 1.4, fill='ground')}/>",
        figure.say("key_terrain", radius=radius["median"]),
    )
    yield (
        f"{rule}{_stroke('b0', 1.8, '7 4')}/>",
        figure.say("key_b0", radius=radius["b0"], percent=percent),
    )
    if lines.clutter.any():
        height = words.value("height_m", round(float(lines.clutter.max()), 1))
        yield (
            f'{box}fill="url(#{figure.name}-trees)" stroke="{PATH["clutter"]}"/>',
            figure.say("key_clutter", height=height),
        )
    yield f"{rule}{_stroke('ray', 2)}/>", figure.say("key_ray")
    most = words.value("radius_m", round(float(lines.radius.max()), 1))
    fresnel = figure.say("key_fresnel", radius=most)
    if float((lines.ray - lines.radius).min()) < figure.axes.low_m:
        fresnel = figure.say("key_cut", what=fresnel)
    yield (
        f'{box}fill="{PATH["fresnel_fill"]}" fill-opacity=".35" stroke="{PATH["fresnel"]}"/>',
        fresnel,
    )
    yield f"{rule}{_stroke('fresnel', 1.2, '2 3')}/>", figure.say("key_clear")
    if path["sight"]["median"]["bullington_point"] is not None:
        yield f"{rule}{_stroke('tangent', 1.2, '9 3 2 3')}/>", figure.say("key_tangents")


def _key_zones(figure: _Figure) -> Iterator[tuple[str, str]]:
    """Yield the zones that the path crosses, each with its stretches."""
    stretches = zone_stretches(figure.path)
    for code, kind in _HATCHED.items():
        own = [(first, last) for zone, first, last in stretches if zone == code]
        if own:
            sign = (
                f'<rect x="0" y="-10" width="22" height="11" stroke="{_INK}" stroke-width=".7" '
                f'fill="url(#{figure.name}-{kind})"/>'
            )
            yield sign, _stretches(figure, code, own)


def _stretches(figure: _Figure, code: int, own: Sequence[tuple[float, float]]) -> str:
    """Say where a zone lies; of more stretches than a line has room for, how long they are."""
    number, zone = figure.words.number, figure.say(f"zone_{code}")
    if len(own) > _MOST_STRETCHES:
        length = round(sum(last - first for first, last in own), 1)
        return figure.say("zone_many", zone=zone, length=number(length), stretches=len(own))
    places = (
        figure.say("stretch", first=number(round(first, 1)), last=number(round(last, 1)))
        for first, last in own
    )
    return figure.say("zone_at", zone=zone, places="; ".join(places))


def _mark_words(figure: _Figure, mark: PathMark) -> str:
    if mark.raised_height_m <= figure.axes.high_m:
        return mark.words
    return figure.say("mark_above", mark=mark.words)
