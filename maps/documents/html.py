"""A report as HTML: an article for a page's frame, or a page of its own."""

from maps.documents.content import Report, block_kind
from maps.rendering import render

__all__ = ["report_article", "report_page"]


def report_article(report: Report) -> str:
    """Return a report as one `article` element, for a page that has its own frame.

    Its title is the heading of the first level; the page brings none.
    """
    return render("report_article.html", {"report": report, "kind": block_kind})


def report_page(report: Report) -> str:
    """Return a report as a complete HTML page that needs no other file."""
    return render("report_page.html", {"report": report, "kind": block_kind})
