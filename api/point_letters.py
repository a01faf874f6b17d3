"""The record of a visit to a registration point: counts and what was concluded, to be signed."""

from typing import Final

from api.sanction_view import behaviour_title
from data.text import Language, text, when
from gis.errors import NotFoundError
from gis.point_sanctions import acts_found
from gis.register.points import MISMATCHES, PointVisit, RegistrationPoint
from gis.register.reading import Reader
from gis.register.scopes import SYSTEM
from gis.sanctions import SanctionBook
from maps.documents.content import Block, Bullets, Facts, Paragraph
from maps.documents.letter import Letter
from maps.documents.letter_head import office_letter

__all__ = ["visit_record"]

_VI: Final = Language.VI
_COUNTS: Final = ("sampled", "mismatched", *MISMATCHES)


def visit_record(reader: Reader, point_id: str, visit_id: str, book: SanctionBook) -> Letter:
    """Return the record of a visit, to be completed and signed.

    Parameters
    ----------
    reader : Reader
        The register.
    point_id, visit_id : str
        Which visit.
    book : SanctionBook
        What acts may cost.

    Raises
    ------
    NotFoundError
        If there is no such visit to that point.
    """
    point = reader.point(point_id, SYSTEM)
    visit = next(
        (one for one in reader.visits(SYSTEM, point_id=point_id) if one.id == visit_id), None
    )
    if visit is None:
        raise NotFoundError("points.visit_unknown", id=visit_id[:60])
    operator = reader.organisation(point.operator_id).name
    basis = visit.basis or "…………"
    return office_letter(
        visit.visited_on,
        "BB",
        kind=text("points.record_kind", _VI),
        subject=text("points.record_subject", _VI, name=point.name, operator=operator),
        grounds=(text("points.record_ground", _VI, basis=basis),),
        addressees=(),
        blocks=[*_seen(point, visit, operator), *_acts(visit, book), *_end(visit)],
        recipients=(operator, text("points.record_team", _VI), text("points.record_kept", _VI)),
        signers=(text("points.record_sign_point", _VI), text("points.record_sign_team", _VI)),
        stamps=(text("documents.stamp_synthetic", _VI),) if point.provenance.synthetic else (),
        checks=(text("points.record_check", _VI),),
        checks_title=text("desk.letter_checks", _VI),
    )


def _seen(point: RegistrationPoint, visit: PointVisit, operator: str) -> list[Block]:
    place = ", ".join(filter(None, (point.address, point.commune_name))) or "…………"
    told = {
        "visited_on": when(visit.visited_on, _VI),
        "team": visit.team or "…………",
        "operator_id": operator,
        "name": point.name,
        "address": place,
        **{name: str(getattr(visit, name)) for name in _COUNTS},
        "point_breach": text(f"exchange.flag.{'yes' if visit.point_breach else 'no'}", _VI),
    }
    rows = tuple((text(f"register.field.{name}", _VI), (value,)) for name, value in told.items())
    return [Facts(rows)]


def _acts(visit: PointVisit, book: SanctionBook) -> list[Block]:
    found = acts_found([visit], book)
    if not found:
        return []
    lines = tuple(behaviour_title(book, one.behaviour, _VI) for one in found)
    return [Paragraph(text("points.record_acts", _VI)), Bullets(lines)]


def _end(visit: PointVisit) -> list[Block]:
    said = visit.conclusion or "…………"
    return [
        Paragraph(text("points.record_conclusion", _VI, conclusion=said)),
        Paragraph(text("points.record_opinion", _VI)),
        Paragraph(text("points.record_end", _VI)),
    ]
