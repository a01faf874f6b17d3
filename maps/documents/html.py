"""A report as HTML: an article for a page's frame, what it concludes, or a page of its own."""

from collections.abc import Collection, Iterator, Sequence

from maps.documents.content import Block, Figure, Report, Table, block_kind
from maps.rendering import render

__all__ = ["report_article", "report_lead", "report_page", "report_style"]


def report_article(
    report: Report, *, titled: bool = True, opened: Collection[str] | None = None
) -> str:
    """Return a report as one `article` element, for a page that has its own frame.

    Parameters
    ----------
    report : Report
        The content.
    titled : bool
        Whether its title is the page's heading of the first level; else it is of the second.
    opened : collection of str, optional
        Fold the sections of an outcome, and open those of these; without it nothing is folded.
    """
    values = {"report": report, "kind": block_kind, "titled": titled, "opened": opened}
    return render("report_article.html", values)


def report_lead(report: Report) -> str:
    """Return what a report concludes, to stand at the head of a page that has the report below."""
    first = report.sections[0]
    values = {
        "report": report,
        "kind": block_kind,
        "heading": first.heading,
        "blocks": list(_leading(first.blocks)),
    }
    return render("report_lead.html", values)


def _leading(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield what stands before the first table."""
    for block in blocks:
        if isinstance(block, Table):
            return
        if not isinstance(block, Figure):
            yield block


def report_page(report: Report, *, nonce: str | None = None) -> str:
    """Return a report as a complete HTML page that needs no other file.

    Parameters
    ----------
    report : Report
        The content.
    nonce : str, optional
        Nonce of the page's content security policy for its one style element.
    """
    values = {"report": report, "kind": block_kind, "nonce": nonce, "titled": True, "opened": None}
    return render("report_page.html", values)


def report_style() -> str:
    """Return the style sheet of `report_article`, for whoever serves the frame."""
    return render("report.css", {})
