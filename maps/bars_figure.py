"""Horizontal bars with their numbers: a drawing that paper and pages share."""

from collections.abc import Sequence
from typing import Final

from markupsafe import escape

from data.text import Language, number, text
from maps.palette import STATION

__all__ = ["Bar", "bars_svg"]

Bar = tuple[str, float]
"""What a bar is of, and how long it is."""

_WIDTH: Final = 690
_LABEL: Final = 300
_ROOM: Final = 310
_ROW: Final = 22
_TOP: Final = 8
_INK: Final = "#1b1b1b"
_FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
_LONGEST: Final = 44


def bars_svg(
    name: str,
    title: str,
    bars: Sequence[Bar],
    language: Language | str = Language.VI,
    *,
    decimals: int = 0,
    unit: str = "",
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
    """
    most = max((value for _, value in bars), default=0.0) or 1.0
    height = 2 * _TOP + _ROW * max(len(bars), 1)
    told = [f"{label}: {number(value, language, decimals)}{unit}" for label, value in bars]
    drawn = [
        _bar(place, label, value / most, f"{number(value, language, decimals)}{unit}")
        for place, (label, value) in enumerate(bars)
    ]
    said = "; ".join(told) or text("reports.none", language)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" lang="{Language(language)}" '
        f'font-family="{_FONT}" font-size="13" fill="{_INK}">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(said)}</desc>{"".join(drawn)}</svg>'
    )


def _bar(place: int, label: str, share: float, told: str) -> str:
    y = _TOP + _ROW * place
    short = label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
    width = round(_ROOM * share, 1)
    return (
        f'<text x="{_LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(short)}</text>'
        f'<rect x="{_LABEL}" y="{y + 3}" width="{width}" height="{_ROW - 6}" '
        f'fill="{STATION.colour}"/>'
        f'<text x="{_LABEL + width + 6:.1f}" y="{y + 15}">{escape(told)}</text>'
    )
