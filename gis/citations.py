"""Which rules a field of a form is asked for, and which a person means who types a clause."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Final

from data import path
from gis.rules import RulePack
from propagation.compliance.records import Rule

__all__ = ["cited", "cites", "fields_that_cite"]

_TABLE: Final = "tables/cited.toml"


@cache
def fields_that_cite() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the ids of rules by the name of a form and of its field.

    A case's form is its kind (`inspection`); that of a step has the step behind a point
    (`inspection.noticed`).
    """
    read = tomllib.loads(path(_TABLE).read_text(encoding="utf-8"))
    return {
        form: {name: tuple(ids) for name, ids in fields.items()} for form, fields in read.items()
    }


def cited(pack: RulePack, form: str, name: str) -> list[Rule]:
    """Return the rules in force that a field is asked for.

    Parameters
    ----------
    pack : RulePack
        The rules of a day.
    form, name : str
        Form and field; one that is asked for no rule has none.
    """
    ids = fields_that_cite().get(form, {}).get(name, ())
    return [pack.rules[one] for one in ids if one in pack.rules]


def cites(citation: str, word: str) -> bool:
    """Return whether a citation has a word, or the article, clause and point it is short for.

    Parameters
    ----------
    citation : str
        "điểm i khoản 1 điều 41", in the case of the word.
    word : str
        "41.1.i" and "41(1)(i)" are short for that.
    """
    if word in citation:
        return True
    parts = re.findall(r"\w+", word)
    short = word[:1].isdigit() and "/" not in word
    return short and set(parts) <= set(re.findall(r"\w+", citation))
