"""Rows marked as a state secret: taken out before anything reads, quotes or keeps them.

Secrecy of the state (Luật Bảo vệ bí mật nhà nước 29/2018/QH14, Điều 8: tuyệt mật, tối mật, mật)
is not the confidentiality of this register, which hides an owner's record from others: a file that
holds such rows belongs in no such system. Only the number of the row is told.
"""

from dataclasses import replace

from gis.errors import FormatError
from gis.exchange.fields import tables
from gis.exchange.headers import Column, Columns
from gis.exchange.report import Problem, Refused
from gis.exchange.table import Cell, Row, Table, shown
from gis.names import plain_key

__all__ = ["without_secrets"]

_COLUMNS = ("classification", "confidential")


def without_secrets(table: Table, columns: Columns) -> tuple[Table, tuple[Refused, ...]]:
    """Return a table without the rows that are marked as a state secret, and their refusals.

    A column of secrecy must hold a word that says *no secret*, or nothing; every other word takes
    the row out. In a column of confidentiality only the marks of a state secret do.

    Raises
    ------
    FormatError
        If the notes of the file mark all of it.
    """
    secret = frozenset(tables()["classification"]["secret"])
    if any(_marks_all(note, secret) for note in table.notes):
        raise FormatError("exchange.file.state_secret", file=table.file)
    looked_at = [columns.one[name] for name in _COLUMNS if name in columns.one]
    if not looked_at:
        return table, ()
    kept: list[Row] = []
    refused: list[Refused] = []
    for row in table.rows:
        marked = next((one for one in looked_at if _is_secret(row, one, secret)), None)
        if marked is None:
            kept.append(row)
        else:
            refused.append(_refusal(table, row, marked))
    return replace(table, rows=kept), tuple(refused)


def _is_secret(row: Row, column: Column, secret: frozenset[str]) -> bool:
    word = plain_key(shown(row.cells[column.index]))
    if column.field == "classification":
        return bool(word) and word not in tables()["classification"]["open"]
    return word in secret and len(word) > 1


def _marks_all(note: str, secret: frozenset[str]) -> bool:
    """Return whether a note is nothing but the stamp of a secret document."""
    word = plain_key(note).removeprefix("do mat ").strip()
    return word in secret and len(word) > 1


def _refusal(table: Table, row: Row, column: Column) -> Refused:
    empty: tuple[Cell, ...] = (None,) * len(table.header)
    problem = Problem(
        table.file, row.number, column.header, "", "exchange.problem.state_secret", {}, None
    )
    return Refused(row.number, empty, (problem,))
