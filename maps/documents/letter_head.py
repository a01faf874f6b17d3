"""A document of the department of a day, with its head by NĐ 30/2020."""

from datetime import date
from typing import Any

from data.text import text
from gis.jurisdictions import jurisdiction_on
from maps.documents.letter import Letter

__all__ = ["office_letter"]


def office_letter(day: date, symbol: str, **parts: Any) -> Letter:
    """Return a draft of the department's own.

    Parameters
    ----------
    day : date
        The day on which it is drawn up; the body above and the department are those of it.
    symbol : str
        Abbreviation of its kind, which stands in its number.
    **parts
        Of `Letter`: its kind, subject, grounds, addressees, blocks, recipients and signers.
    """
    jurisdiction = jurisdiction_on(day)
    province = jurisdiction.name("vi")
    return Letter(
        superior=text("desk.superior", "vi", province=province.upper().replace(" ", "\u00a0")),
        issuer=jurisdiction.department("vi").removesuffix(f" {province}").upper(),
        number=text("desk.letter_number", "vi", symbol=f"{symbol}-"),
        place_day=text(
            "desk.letter_day", "vi", place=province.split(" ", 1)[-1], year=str(day.year)
        ),
        draft=text("desk.letter_draft", "vi"),
        **parts,
    )
