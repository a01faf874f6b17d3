"""A report as PDF, set by typst from a template that gets the content as data.

No word of a report is ever part of the template's source: it goes in as JSON and comes out as
text, so that `#eval(...)` in a station's name is eight letters and two brackets. The fonts are
those inside the compiler, the document carries no date, so the same report gives the same bytes.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from data.text import text
from gis.errors import FormatError
from maps.documents.content import Figure, Report, block_kind
from maps.documents.glyphs import REPLACEMENT, printable

__all__ = ["compiled", "figure_png", "report_pdf"]

_TEMPLATE = Path(__file__).with_name("report.typ")
_FIGURE = Path(__file__).with_name("figure.typ")
_FIGURE_PPI = 200


def report_pdf(report: Report) -> bytes:
    """Return a report as a tagged PDF (PDF/UA-1), with its language and title.

    A character that the fonts lack is replaced, and a stamp says so and where it can be read.

    Parameters
    ----------
    report : Report
        The content.

    Raises
    ------
    FormatError
        If the compiler refuses the report.
    """
    content, lost = printable(_plain(report))
    if lost:
        stamp = text("documents.stamp_unprintable", report.language, sign=REPLACEMENT)
        content["stamps"] = [*content["stamps"], stamp]
    return compiled(_TEMPLATE, "report", content, format="pdf", pdf_standards=["ua-1"])


def figure_png(figure: Figure) -> bytes:
    """Return a picture with its legend as PNG, for files that hold no SVG.

    Raises
    ------
    FormatError
        If the compiler refuses the picture.
    """
    content, _ = printable(asdict(figure))
    return compiled(_FIGURE, "figure", content, format="png", ppi=_FIGURE_PPI)


def compiled(template: Path, name: str, content: Any, **how: Any) -> bytes:
    """Return what a template of this folder makes of content.

    Raises
    ------
    FormatError
        If the compiler refuses it.
    """
    written = json.dumps(content, ensure_ascii=False)
    try:
        compiled: bytes = typst.compile(
            template.read_bytes(),
            ignore_system_fonts=True,
            sys_inputs={name: written},
            timestamp=0,
            **how,
        )
    except typst.TypstError as error:
        raise FormatError(f"documents.{name}_not_printable", reason=error.message[:200]) from error
    return compiled


def _plain(report: Report) -> dict[str, Any]:
    return {
        **asdict(report),
        "sections": [
            {
                "heading": section.heading,
                "blocks": [
                    {"block": block_kind(block), **_block(asdict(block))}
                    for block in section.blocks
                ],
            }
            for section in report.sections
        ],
    }


def _block(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in values.items()
    }
