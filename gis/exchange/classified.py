"""Rows marked as a state secret: taken out before anything reads, quotes or keeps them.

Secrecy of the state (Luật Bảo vệ bí mật nhà nước 29/2018/QH14, Điều 8: tuyệt mật, tối mật, mật)
is not the confidentiality of this register, which hides an owner's record from others: a file that
holds such rows belongs in no such system. Only the number of the row is told. The table is looked
at as it was read, before its headers mean anything to an import, so that no answer hides a mark.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gis.errors import FormatError
from gis.exchange.answers import ImportAnswers
from gis.exchange.headers import index_of, read_header
from gis.exchange.marks import (
    CLASSIFICATION,
    CONFIDENTIAL,
    as_seen,
    bears_mark,
    is_open,
    is_secret,
    may_bear,
    names_of,
)
from gis.exchange.report import Problem
from gis.exchange.safety import Format
from gis.exchange.table import Formula, Row, Table, shown
from gis.names import nfc

__all__ = ["without_secrets"]

_ANY = ""
"""What a column is that is not one of secrecy."""
_WORDS = ("độ mật", "bí mật nhà nước")
"""A header with these words is one of secrecy, whatever stands around them."""


def without_secrets(table: Table, answers: ImportAnswers) -> tuple[Table, tuple[Problem, ...]]:
    """Return a table without the rows that are marked as a state secret, and what is told of them.

    Every column of secrecy must hold a word that says *no secret*, or nothing; every other word
    takes the row out. In all other columns only the marks of a state secret do.

    Parameters
    ----------
    table : Table
        As its format was read.
    answers : ImportAnswers
        May name a further column of secrecy; takes none away.

    Raises
    ------
    FormatError
        If the name of the file or of its layer, or what stands beside its table, marks all of it.
    """
    if any(map(bears_mark, (Path(table.file).stem, table.layer or "", *table.beside))):
        raise FormatError("exchange.file.state_secret", file=table.file)
    meant = _meant(table, answers)
    of_secrecy = [index for index, field in meant.items() if field != _ANY]
    kept: list[Row] = []
    told: list[Problem] = []
    for row in table.rows:
        looked_at = meant if may_bear("\n".join(map(shown, row.cells))) else of_secrecy
        marked = next((index for index in looked_at if _is_marked(row, index, meant[index])), None)
        if marked is None:
            kept.append(row)
        else:
            told.append(_problem(table, row, table.header[marked]))
    return replace(table, rows=kept), tuple(told)


def _meant(table: Table, answers: ImportAnswers) -> Mapping[int, str]:
    """Return what each column is: a field of secrecy, or any other; those of secrecy first."""
    found = {index: _field(header, table.format) for index, header in enumerate(table.header)}
    for name in (CONFIDENTIAL, CLASSIFICATION):
        told = index_of(answers.columns.get(name, ""), table.header)
        if 0 <= told < len(table.header) and found[told] != CLASSIFICATION:
            found[told] = name
    return dict(sorted(found.items(), key=lambda one: one[1] == _ANY))


def _field(header: str, format: Format) -> str:
    seen = as_seen(header)
    if any(words in nfc(seen).casefold() for words in _WORDS):
        return CLASSIFICATION
    readings = [words for words, _ in read_header(seen).readings]
    for name in (CLASSIFICATION, CONFIDENTIAL):
        if not names_of(name, cut=format is Format.SHAPEFILE).isdisjoint(readings):
            return name
    return _ANY


def _is_marked(row: Row, index: int, meant: str) -> bool:
    cell = row.cells[index]
    if meant == CLASSIFICATION:
        return not all(map(is_open, shown(cell).split(";")))
    if not isinstance(cell, str | Formula):
        return False
    words = shown(cell)
    return bears_mark(words) or (meant == CONFIDENTIAL and any(map(is_secret, words.split(";"))))


def _problem(table: Table, row: Row, header: str) -> Problem:
    return Problem(table.file, row.number, header, "", "exchange.problem.state_secret", {}, None)
