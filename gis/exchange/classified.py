"""Rows marked as a state secret: taken out before anything reads, quotes or keeps them.

Secrecy of the state (Luật Bảo vệ bí mật nhà nước 29/2018/QH14, Điều 8: tuyệt mật, tối mật, mật)
is not the confidentiality of this register, which hides an owner's record from others: a file that
holds such rows belongs in no such system. Only the number of the row is told. The table is looked
at as it was read, before its headers mean anything to an import, so that no answer hides a mark.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from data.text import Language
from gis.errors import FormatError
from gis.exchange.answers import ImportAnswers
from gis.exchange.fields import tables, title
from gis.exchange.formats import dxf, kml
from gis.exchange.headers import index_of, read_header
from gis.exchange.report import Problem
from gis.exchange.safety import Format
from gis.exchange.table import Row, Table, shown
from gis.names import nfc, plain_key

__all__ = ["without_secrets"]

_CLASSIFICATION, _CONFIDENTIAL = "classification", "confidential"
_WORDED = {
    Format.KML: (kml.NAME, kml.DESCRIPTION),
    Format.KMZ: (kml.NAME, kml.DESCRIPTION),
    Format.DXF: (dxf.LAYER,),
}
"""Columns of a format that hold free words, where a stamp may stand."""
_FIELD_BYTES, _CUT_BYTES = 10, 2
_BETWEEN_CELLS = re.compile(r"</t[dh]>\s{0,99}<t[dh][^<>]{0,200}>", re.IGNORECASE)
_PARTS = re.compile(r"[\r\n;()\[\]<>|\N{EN DASH}\N{EM DASH}]| - ")


def without_secrets(table: Table, answers: ImportAnswers) -> tuple[Table, tuple[Problem, ...]]:
    """Return a table without the rows that are marked as a state secret, and what is told of them.

    Every column of secrecy must hold a word that says *no secret*, or nothing; every other word
    takes the row out. In a column of confidentiality, and in the names and descriptions of a
    drawing, only the marks of a state secret do.

    Parameters
    ----------
    table : Table
        As its format was read.
    answers : ImportAnswers
        May name a further column of secrecy; takes none away.

    Raises
    ------
    FormatError
        If the notes of the file, or the name of its layer, mark all of it.
    """
    if any(_bears_mark(note) for note in (*table.notes, table.layer or "")):
        raise FormatError("exchange.file.state_secret", file=table.file)
    looked_at = _looked_at(table, answers)
    if not looked_at:
        return table, ()
    kept: list[Row] = []
    told: list[Problem] = []
    for row in table.rows:
        marked = next((index for index in looked_at if _is_marked(row, index, looked_at)), None)
        if marked is None:
            kept.append(row)
        else:
            told.append(_problem(table, row, table.header[marked]))
    return replace(table, rows=kept), tuple(told)


def _looked_at(table: Table, answers: ImportAnswers) -> dict[int, str]:
    """Return what each column that may bear a mark is; nothing where it holds free words."""
    found = {
        index: "" for index, header in enumerate(table.header)
        if header in _WORDED.get(table.format, ())
    }  # fmt: skip
    for name in (_CONFIDENTIAL, _CLASSIFICATION):
        names = _names(name, cut=table.format is Format.SHAPEFILE)
        for index, header in enumerate(table.header):
            if any(words in names for words, _ in read_header(header).readings):
                found[index] = name
        told = index_of(answers.columns.get(name, ""), table.header)
        if 0 <= told < len(table.header) and found.get(told) != _CLASSIFICATION:
            found[told] = name
    return found


@cache
def _names(name: str, *, cut: bool) -> frozenset[str]:
    """Return the headers of a column of secrecy; those cut to the bytes of a dBASE name too."""
    words = tables()
    titles = {title(name, language) for language in Language}
    listed = {name, *titles, *words["common"].get(name, ()), *words["structures"].get(name, ())}
    if cut:
        long = {nfc(one).encode() for one in listed}
        listed |= {
            one[:_FIELD_BYTES].decode("utf-8", errors="ignore")
            for one in long
            if _FIELD_BYTES < len(one) <= _FIELD_BYTES + _CUT_BYTES or one == name.encode()
        }
    return frozenset(plain_key(one) for one in listed)


def _is_marked(row: Row, index: int, looked_at: Mapping[int, str]) -> bool:
    words = shown(row.cells[index])
    if looked_at[index] != _CLASSIFICATION:
        return _bears_mark(words)
    parts = [word for part in words.split(";") if (word := plain_key(part))]
    return any(word not in tables()["classification"]["open"] for word in parts)


def _bears_mark(text: str) -> bool:
    """Return whether a part of a text is nothing but a mark, or a stamp in capitals is in it."""
    words = nfc(text)
    if any(stamp in words for stamp in tables()["classification"]["stamps"]):
        return True
    return any(_is_mark(part) for part in _parts(words))


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a text; of `Độ mật: Mật` not the name of the field, which is no mark."""
    labels = _names(_CLASSIFICATION, cut=False) | _names(_CONFIDENTIAL, cut=False)
    for part in _PARTS.split(_BETWEEN_CELLS.sub(": ", text)):
        label, _, value = part.partition(":")
        if not value.strip() or plain_key(label) not in labels:
            yield label
        yield value


def _is_mark(text: str) -> bool:
    word = plain_key(text).removeprefix("do mat ").strip()
    return len(word) > 1 and word in tables()["classification"]["secret"]


def _problem(table: Table, row: Row, header: str) -> Problem:
    return Problem(table.file, row.number, header, "", "exchange.problem.state_secret", {}, None)
