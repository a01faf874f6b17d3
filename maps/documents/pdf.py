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

from maps.documents.content import Figure, Report, block_kind

__all__ = ["figure_png", "report_pdf"]

_TEMPLATE = Path(__file__).with_name("report.typ")
_FIGURE = Path(__file__).with_name("figure.typ")
_FIGURE_PPI = 200


def report_pdf(report: Report) -> bytes:
    """Return a report as a tagged PDF (PDF/UA-1), with its language and title.

    Parameters
    ----------
    report : Report
        The content.
    """
    content = json.dumps(_plain(report), ensure_ascii=False)
    return typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"report": content},
        pdf_standards=["ua-1"],
        timestamp=0,
    )


def figure_png(figure: Figure) -> bytes:
    """Return a picture with its legend as PNG, for files that hold no SVG."""
    content = json.dumps(asdict(figure), ensure_ascii=False)
    return typst.compile(
        _FIGURE.read_bytes(),
        format="png",
        ppi=_FIGURE_PPI,
        ignore_system_fonts=True,
        sys_inputs={"figure": content},
    )


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
