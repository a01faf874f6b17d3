"""The report of a study, as HTML, PDF and DOCX from the same content."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from data.text import Language
from gis.errors import FormatError, NotFoundError
from gis.studies.record import Study
from maps.documents.best_sites import best_sites_report
from maps.documents.channels import channels_report
from maps.documents.common import Source
from maps.documents.compliance import compliance_report
from maps.documents.content import Report, Section
from maps.documents.coverage import coverage_report
from maps.documents.docx import report_docx
from maps.documents.html import report_article, report_lead, report_page
from maps.documents.interference import interference_report
from maps.documents.mobile import mobile_report
from maps.documents.network import network_report
from maps.documents.pdf import report_pdf
from maps.documents.sharing import sharing_report
from maps.documents.site_planning import site_planning_report
from maps.documents.sources import brief_parts, source_report
from maps.views import Pictures
from maps.words import Words

__all__ = [
    "source_sections",
    "study_article",
    "study_docx",
    "study_html",
    "study_lead",
    "study_pdf",
    "study_report",
]

_BUILDERS: Mapping[str, Callable[[Source], Report]] = MappingProxyType(
    {
        "best_sites": best_sites_report,
        "channels": channels_report,
        "compliance": compliance_report,
        "coverage": coverage_report,
        "interference": interference_report,
        "interference_source": source_report,
        "mobile": mobile_report,
        "network": network_report,
        "sharing": sharing_report,
        "site_planning": site_planning_report,
    }
)


def study_report(
    study: Study,
    language: Language | str = Language.VI,
    *,
    view: Pictures | None = None,
    station_id: str | None = None,
) -> Report:
    """Return what the report of a study says.

    Parameters
    ----------
    study : Study
        A finished study.
    language : Language
        Language of the report.
    view : CoverageView, optional
        The pictures of a coverage, a network or a search, for a report that shows them.
    station_id : str, optional
        One station of a compliance study of many, to be reported in full.

    Raises
    ------
    FormatError
        If there is no report for this kind of study.
    NotFoundError
        If the study is not about the station.
    """
    builder = _BUILDERS.get(study.kind)
    if builder is None:
        raise FormatError("documents.no_report", kind=study.kind)
    if station_id is not None and study.kind != "compliance":
        raise NotFoundError("documents.no_station", study=study.id)
    return builder(Source(study, Words(language), view, station_id))


def source_sections(
    study: Study, language: Language | str = Language.VI, *, view: Pictures | None = None
) -> dict[str, Section]:
    """Return the parts of the report of a search for a source, by their names, in brief.

    Parameters
    ----------
    study : Study
        A finished search.
    language : Language
        Language of the words.
    view : SourceView, optional
        The map, for a document that shows it.
    """
    return brief_parts(Source(study, Words(language), view, None))


def study_html(
    study: Study,
    language: Language | str = Language.VI,
    *,
    nonce: str | None = None,
    station_id: str | None = None,
) -> str:
    """Return the report of a study as a complete HTML page that needs no other file."""
    return report_page(study_report(study, language, station_id=station_id), nonce=nonce)


def study_article(
    study: Study,
    language: Language | str = Language.VI,
    *,
    opened: Collection[str] | None = None,
) -> str:
    """Return the report of a study as an `article` element for a page's frame.

    Its title is a heading of the second level: the page has its own, and the conclusion, above.

    Sections of an outcome are folded but those `opened`; without it none is.

    The frame adds `maps.documents.html.report_style`.
    """
    return report_article(study_report(study, language), titled=False, opened=opened)


def study_lead(study: Study, language: Language | str = Language.VI) -> str:
    """Return what the report of a study concludes, with its stamps, for the head of its page."""
    return report_lead(study_report(study, language))


def study_pdf(
    study: Study,
    language: Language | str = Language.VI,
    *,
    view: Pictures | None = None,
    station_id: str | None = None,
) -> bytes:
    """Return the report of a study as a tagged PDF; the same study gives the same bytes."""
    return report_pdf(study_report(study, language, view=view, station_id=station_id))


def study_docx(
    study: Study,
    language: Language | str = Language.VI,
    *,
    view: Pictures | None = None,
    station_id: str | None = None,
) -> bytes:
    """Return the report of a study as DOCX; the same study gives the same bytes."""
    return report_docx(study_report(study, language, view=view, station_id=station_id))
