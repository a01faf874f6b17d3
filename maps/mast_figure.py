"""A structure from the side: its height, levels with free and taken places, what hangs on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from markupsafe import escape

from data.text import Language, number, text
from maps.palette import BACKGROUND
from maps.plane import INK

__all__ = ["Hung", "MastView", "Span", "mast_svg"]

_WIDTH, _HEIGHT = 340, 460
"""So narrow that on a telephone 390 px wide no letter is smaller than 11 px."""
_LEFT, _MIDDLE, _TOP, _GROUND = 44, 72, 24, 420
_LEVEL_X, _LEVEL_WIDTH = 90, 80
_NAMES_X: Final = 186
_FONT_SIZE: Final = 12
_LINE: Final = 15
_MOST_NAMES: Final = 22
_MOST_IN_TWO_LINES: Final = 12
_LONGEST: Final = 24
_FREE, _FULL, _GREY = "#1f7a4d", "#9c2f2f", "#8a9096"
_FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Span:
    """A level: heights above ground, and how many of its places are free."""

    from_m: float
    to_m: float
    slots: int
    free: int


@dataclass(frozen=True, slots=True)
class Hung:
    """Something on the structure, at its height above ground."""

    height_m: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MastView:
    """What the drawing shows.

    Attributes
    ----------
    name : str
        The structure.
    height_m : float
        Its own height.
    building_m : float
        Height of the building that it stands on, 0 on the ground.
    levels : sequence of Span
        Levels whose occupancy the caller may know.
    hung : sequence of Hung
        What the caller may see of what hangs there.
    """

    name: str
    height_m: float
    building_m: float
    levels: Sequence[Span]
    hung: Sequence[Hung]


def mast_svg(view: MastView, language: Language | str = Language.VI) -> str:
    """Return the drawing as SVG, with its title and a description in words.

    Parameters
    ----------
    view : MastView
        What it shows; heights are above ground.
    language : Language
        Language of the words.
    """
    top = max([view.height_m + view.building_m, *(one.to_m for one in view.levels)])
    top = max([top, *(one.height_m for one in view.hung)]) * 1.04
    scale = _Scale(top, Language(language))
    title = text("mast.title", language, name=view.name)
    parts = [
        *scale.ticks(),
        _body(view, scale),
        *(_level(one, scale) for one in view.levels),
        *_names(view.hung, scale),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'class="mast" role="img" aria-labelledby="mast-title mast-desc" '
        f'lang="{scale.language}" font-family="{_FONT}" font-size="{_FONT_SIZE}" fill="{INK}">'
        f'<title id="mast-title">{escape(title)}</title>'
        f'<desc id="mast-desc">{escape(_told(view, scale.language))}</desc>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{BACKGROUND}"/>{"".join(parts)}</svg>'
    )


class _Scale:
    """Heights as places on the drawing."""

    def __init__(self, top_m: float, language: Language) -> None:
        self._top_m = max(top_m, 1.0)
        self.language = language

    def y(self, height_m: float) -> float:
        return _GROUND - (_GROUND - _TOP) * height_m / self._top_m

    def ticks(self) -> Iterator[str]:
        """Yield the ground and heights in round metres."""
        ends = f'x1="{_LEFT}" y1="{_GROUND}" x2="{_WIDTH - 10}" y2="{_GROUND}"'
        yield f'<line {ends} stroke="{INK}"/>'
        step = next(one for one in (1, 2, 5, 10, 20, 50, 100, 200, 500) if self._top_m / one <= 8)
        for height in range(0, int(self._top_m) + 1, step):
            y = self.y(height)
            said = f"{number(height, self.language)} m"
            yield (
                f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_LEFT + 6}" y2="{y:.1f}" stroke="{INK}"/>'
                f'<text x="{_LEFT - 4}" y="{y + 4:.1f}" text-anchor="end">{escape(said)}</text>'
            )


def _body(view: MastView, scale: _Scale) -> str:
    """Return the structure, narrower towards its top, on its building where it has one."""
    roof, top = scale.y(view.building_m), scale.y(view.building_m + view.height_m)
    corners = f"{_MIDDLE - 12},{roof:.1f} {_MIDDLE + 12},{roof:.1f} {_MIDDLE + 3},{top:.1f}"
    mast = (
        f'<polygon points="{corners} {_MIDDLE - 3},{top:.1f}" fill="#fff" stroke="{INK}" '
        'stroke-width="1.5"/>'
    )
    if not view.building_m:
        return mast
    return (
        f'<rect x="{_MIDDLE - 30}" y="{roof:.1f}" width="60" height="{_GROUND - roof:.1f}" '
        f'fill="#dfe3e6" stroke="{_GREY}"/>{mast}'
    )


def _level(level: Span, scale: _Scale) -> str:
    """Return the band of a level: a box for each place, free ones filled with their colour."""
    top, bottom = scale.y(level.to_m), scale.y(level.from_m)
    colour = _FREE if level.free > 0 else _FULL
    key = "mast.free" if level.free > 0 else "mast.full"
    said = text(key, scale.language, free=max(level.free, 0), slots=level.slots)
    high = max(bottom - top - 2, _LINE)
    return (
        f'<rect x="{_LEVEL_X}" y="{top + 1:.1f}" width="{_LEVEL_WIDTH}" height="{high:.1f}" '
        f'fill="{colour}" fill-opacity=".12" stroke="{colour}"/>'
        f'<text x="{_LEVEL_X + _LEVEL_WIDTH / 2}" y="{top + 1 + high / 2 + 4:.1f}" '
        f'text-anchor="middle" fill="{colour}" font-weight="600">'
        f"{escape(said)}</text>"
    )


def _names(hung: Sequence[Hung], scale: _Scale) -> Iterator[str]:
    """Yield names beside their heights, apart from each other where they would meet."""
    shown = sorted(hung, key=lambda one: -one.height_m)[:_MOST_NAMES]
    most = 2 if len(shown) <= _MOST_IN_TWO_LINES else 1
    said = [f"{number(one.height_m, scale.language, 0)} m · {one.name}" for one in shown]
    lines = [_lines(one, most) for one in said]
    spread = _spread([scale.y(one.height_m) for one in shown], [len(one) for one in lines])
    for one, told, at in zip(shown, lines, spread, strict=True):
        y = scale.y(one.height_m)
        yield (
            f'<circle cx="{_MIDDLE}" cy="{y:.1f}" r="3.5" fill="#b3240b"/>'
            f'<polyline points="{_LEVEL_X + _LEVEL_WIDTH + 2},{y:.1f} {_NAMES_X - 3},{at:.1f}" '
            f'fill="none" stroke="{_GREY}"/>'
        )
        for place, words in enumerate(told):
            below = at + 4 + place * _LINE
            yield f'<text class="name" x="{_NAMES_X}" y="{below:.1f}">{escape(words)}</text>'


def _lines(said: str, most: int) -> list[str]:
    """Return a name in so many lines at most, cut where they do not hold it."""
    found = wrap(said, _LONGEST)
    if len(found) <= most:
        return found
    last = " ".join(found[most - 1 :])
    return [*found[: most - 1], f"{last[: _LONGEST - 1]}…"]


def _spread(wanted: Sequence[float], lines: Sequence[int]) -> list[float]:
    """Return places in the order of what is wanted, their lines apart, within the drawing."""
    placed: list[float] = []
    below = float(_TOP)
    for y, count in zip(wanted, lines, strict=True):
        placed.append(max(y, below))
        below = placed[-1] + count * _LINE
    over = below - _LINE - (_HEIGHT - 10) if placed else 0.0
    return [y - max(over, 0.0) for y in placed]


def _told(view: MastView, language: Language) -> str:
    """Return the same in words."""
    said = [text("mast.told_height", language, height=view.height_m, building=view.building_m)]
    said += [
        text(
            "mast.told_level",
            language,
            start=one.from_m,
            end=one.to_m,
            free=max(one.free, 0),
            slots=one.slots,
        )
        for one in view.levels
    ]
    said += [
        text("mast.told_hung", language, name=one.name, height=one.height_m) for one in view.hung
    ]
    return " ".join(said)
