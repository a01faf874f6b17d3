"""Acts that visits to registration points found, as pages and programs are told of them."""

from collections.abc import Sequence
from typing import Any

from api.identity import Identity
from api.roles import may
from api.sanction_view import behaviour_title, sanction_json
from data.text import Language, text
from gis.point_sanctions import PointAct
from gis.sanctions import SanctionBook

__all__ = ["acts_json"]


def acts_json(
    acts: Sequence[PointAct], book: SanctionBook, identity: Identity, language: Language
) -> list[dict[str, Any]]:
    """Return acts with their counts; what they may cost only to who may open the sanctions.

    Parameters
    ----------
    acts : sequence of PointAct
        The acts.
    book : SanctionBook
        The rules of sanctions.
    identity : Identity
        The caller.
    language : Language
        Language of the words.
    """
    guided = may(identity.role, "GET", "/view/sanctions")
    told = []
    for one in acts:
        title = behaviour_title(book, one.behaviour, language)
        row: dict[str, Any] = {
            "behaviour": one.behaviour,
            "title": title,
            "count": one.count,
            "seen_on": one.seen_on.isoformat(),
            "what": text(f"points.act_{one.behaviour}", language, count=one.count),
        }
        if guided:
            row["sanction"] = sanction_json(one.sanction, title, language)
        told.append(row)
    return told
