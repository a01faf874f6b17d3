"""Horizontal bars with their numbers: a drawing that paper and pages share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import escape

from data.text import Language, number, text
from maps.palette import SERIES

__all__ = ["Bar", "bars_svg"]

Bar = tuple[str, float]
"""What a bar is of, and how long it is."""

_TOP: Final = 8
_INK: Final = "#1b1b1b"
_FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where bars and their labels stand: beside each other, or a label above its bar."""

    width: int
    row: int
    bar_x: int
    room: int
    longest: int
    above: bool


_WIDE: Final = _Layout(width=690, row=22, bar_x=300, room=310, longest=44, above=False)
_NARROW: Final = _Layout(width=340, row=38, bar_x=4, room=250, longest=44, above=True)


def bars_svg(
    name: str,
    title: str,
    bars: Sequence[Bar],
    language: Language | str = Language.VI,
    *,
    decimals: int = 0,
    unit: str = "",
    narrow: bool = False,
) -> str:
    """Return bars as SVG, with the title and every number in words for who does not see them.

    Parameters
    ----------
    name : str
        A name that no other drawing of the page has.
    title : str
        What is drawn.
    bars : sequence of Bar
        From above; lengths are not negative.
    language : Language
        Language of the numbers.
    decimals : int
        Digits behind the sign.
    unit : str
        What stands behind each number.
    narrow : bool
        Whether it is for a telephone.
    """
    most = max((value for _, value in bars), default=0.0) or 1.0
    layout = _NARROW if narrow else _WIDE
    height = 2 * _TOP + layout.row * max(len(bars), 1)
    told = [f"{label}: {number(value, language, decimals)}{unit}" for label, value in bars]
    drawn = [
        _bar(layout, place, label, value / most, f"{number(value, language, decimals)}{unit}")
        for place, (label, value) in enumerate(bars)
    ]
    said = "; ".join(told) or text("reports.none", language)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width} {height}" '
        f'width="{layout.width}" height="{height}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" lang="{Language(language)}" '
        f'font-family="{_FONT}" font-size="13" fill="{_INK}">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(said)}</desc>{"".join(drawn)}</svg>'
    )


def _bar(layout: _Layout, place: int, label: str, share: float, told: str) -> str:
    top = _TOP + layout.row * place
    short = label if len(label) <= layout.longest else f"{label[: layout.longest - 1]}…"
    width = round(layout.room * share, 1)
    label_x, anchor = (layout.bar_x, "start") if layout.above else (layout.bar_x - 8, "end")
    y = top + 16 if layout.above else top
    return (
        f'<text x="{label_x}" y="{top + 15}" text-anchor="{anchor}">{escape(short)}</text>'
        f'<rect x="{layout.bar_x}" y="{y + 3}" width="{width}" height="16" '
        f'fill="{SERIES}"/>'
        f'<text x="{layout.bar_x + width + 6:.1f}" y="{y + 15}">{escape(told)}</text>'
    )
