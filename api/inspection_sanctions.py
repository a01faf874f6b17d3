"""What acts that an inspection showed may cost, as its page, letters and programs are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from api.desk_view import DeskView
from api.sanction_view import behaviour_title, sanction_json
from api.service import service_of
from data.text import Language
from gis.desk.inspection_rules import found_of
from gis.desk.inspection_sanctions import guides
from gis.desk.registered import InspectedObject
from gis.register.records import BroadcastStation
from gis.sanctions import sanctions_in_use

__all__ = ["GuideRow", "guide_rows"]


@dataclass(frozen=True, slots=True)
class GuideRow:
    """An item that was shown not to be met, and what the decree of its day says.

    Attributes
    ----------
    what : str
        The object and the item.
    sanction : mapping
        `sanction_json` of the act.
    """

    what: str
    sanction: Mapping[str, Any]

    def json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"what": self.what, "sanction": self.sanction}


def guide_rows(
    request: Request, view: DeskView, objects: Sequence[InspectedObject], language: Language
) -> list[GuideRow]:
    """Return a guide for each item that a record or a measurement shows not to be met.

    Raises
    ------
    FormatError
        If somebody spoilt a rule file.
    """
    book = sanctions_in_use(service_of(request).home)
    names = {one.id: one.name for one in objects}
    licensed_w = {
        one.id: one.record.licence_power_w
        for one in objects
        if isinstance(one.record, BroadcastStation) and one.record.licence_power_w is not None
    }
    return [
        GuideRow(
            f"{names.get(one.found.object_id, one.found.object_id)}: "
            f"{one.found.item.title(language)}",
            sanction_json(
                one.sanction,
                behaviour_title(book, one.sanction.act.behaviour, language),
                language,
            ),
        )
        for one in guides(found_of(view.standing.events), licensed_w, book)
    ]
