"""What holds for a whole column: its decimal sign and its unit, or the question about them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gis.errors import FormatError
from gis.exchange.answers import ImportAnswers, Option, Question, QuestionKind
from gis.exchange.fields import FIELDS, PLACE, Dimension, range_of, unit_factor
from gis.exchange.headers import Column, Columns
from gis.exchange.numbers import (
    DecimalSign,
    column_sign,
    group,
    is_ambiguous,
    parse,
    series_parts,
    split_unit,
)
from gis.exchange.report import ImportKind
from gis.exchange.table import Table

__all__ = ["Conventions", "settle"]

_DEFAULT_UNIT = {
    Dimension.LENGTH: "m",
    Dimension.FREQUENCY: "MHz",
    Dimension.ANGLE: "°",
    Dimension.DECIBEL: "dB",
}
_NUMERIC = (*_DEFAULT_UNIT, Dimension.POWER)
_METRES = ("easting", "northing", "x", "y")
_POWER_UNITS = ("W", "kW", "dBW", "dBm")


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the numbers of a table are read.

    Attributes
    ----------
    signs : dict
        Decimal sign by field; None where nothing needs one.
    units : dict
        Unit by field.
    questions : tuple of Question
        What is open; a likely answer stands in `signs` and `units` meanwhile.
    """

    signs: dict[str, DecimalSign | None]
    units: dict[str, str]
    questions: tuple[Question, ...]


def settle(
    table: Table, columns: Columns, kind: ImportKind, answers: ImportAnswers
) -> Conventions:
    """Return the conventions of every column of numbers.

    Raises
    ------
    FormatError
        If an answered unit is none of the field's.
    """
    dimensions = {each.name: each.dimension for each in FIELDS[kind]}
    signs: dict[str, DecimalSign | None] = {}
    units: dict[str, str] = {}
    questions: list[Question] = []
    for name, column in columns.one.items():
        numeric = dimensions[name] in _NUMERIC
        if dimensions[name] is Dimension.SERIES:
            parts = [part for text in _texts(table, column) for part in series_parts(text)]
            signs[name] = _decided(name, column, parts, answers, questions)
        elif numeric or name in PLACE:
            signs[name] = _sign(table, column, answers, questions)
        if numeric:
            units[name] = _unit(table, column, dimensions[name], answers, questions)
    for name, spread in columns.azimuths.items():
        texts = [text for column in spread.values() for text in _texts(table, column)]
        signs[name] = _decided(name, next(iter(spread.values())), texts, answers, questions)
    return Conventions(signs, units, tuple(questions))


def _texts(table: Table, column: Column) -> Iterator[str]:
    for row in table.rows:
        cell = row.cells[column.index]
        if isinstance(cell, str) and cell and cell[-1:] not in "-—–":
            yield cell


def _sign(
    table: Table, column: Column, answers: ImportAnswers, questions: list[Question]
) -> DecimalSign | None:
    return _decided(column.field, column, list(_texts(table, column)), answers, questions)


def _decided(
    name: str,
    column: Column,
    texts: list[str],
    answers: ImportAnswers,
    questions: list[Question],
) -> DecimalSign | None:
    told = answers.decimal.get(name, answers.decimal.get("*"))
    if told is not None:
        return told
    proved = column_sign(texts)
    if proved is not None:
        return proved
    doubtful = [text for text in texts if is_ambiguous(text)]
    if not doubtful:
        return None
    only = _only_sane(name, doubtful)
    if only is not None:
        return only
    questions.append(_ask_sign(name, column, doubtful[0]))
    return DecimalSign.COMMA


def _only_sane(name: str, texts: Iterable[str]) -> DecimalSign | None:
    """Return the sign that alone gives places and carriers that exist."""
    if name in ("longitude", "latitude", "position"):
        return DecimalSign.POINT if "." in next(iter(texts)) else DecimalSign.COMMA
    if name == "frequency_mhz":
        limits = (10.0, 900.0)
    elif name in _METRES:
        limits = (100_000.0, 3_000_000.0)
    else:
        return None
    sane = [
        sign
        for sign in DecimalSign
        if all(
            (value := parse(split_unit(text)[0], sign)) is not None
            and limits[0] <= value <= limits[1]
            for text in texts
        )
    ]
    return sane[0] if len(sane) == 1 else None


def _ask_sign(name: str, column: Column, text: str) -> Question:
    number = split_unit(text)[0]
    whole, mark, part = group(number)
    options = tuple(
        Option(
            ((f"decimal.{name}", sign.value),),
            f"exchange.option.{'decimal' if sign.character == mark else 'thousands'}",
            {"value": number, "mark": mark, "whole": whole, "part": part},
        )
        for sign in DecimalSign
    )
    return Question(
        QuestionKind.DECIMAL,
        f"decimal.{name}",
        "exchange.question.decimal",
        {"field": column.header, "value": number},
        options,
        name,
    )


def _unit(
    table: Table,
    column: Column,
    dimension: Dimension,
    answers: ImportAnswers,
    questions: list[Question],
) -> str:
    told = answers.units.get(column.field)
    if told is not None:
        if unit_factor(dimension, told) is None:
            raise FormatError("exchange.answer_unknown", answer=f"unit.{column.field}", value=told)
        return told
    if column.unit:
        return column.unit
    if dimension in _DEFAULT_UNIT:
        return _DEFAULT_UNIT[dimension]
    if all(
        cell is None or (isinstance(cell, str) and (not cell or split_unit(cell)[1]))
        for row in table.rows
        for cell in (row.cells[column.index],)
    ):
        return _POWER_UNITS[0]
    options = tuple(
        Option(((f"unit.{column.field}", unit),), "exchange.option.unit", {"unit": unit})
        for unit in _POWER_UNITS
    )
    questions.append(
        Question(
            QuestionKind.UNIT,
            f"unit.{column.field}",
            "exchange.question.unit",
            {"field": column.header},
            options,
            column.field,
        )
    )
    limits = range_of(column.field)
    return "kW" if limits is not None and limits[1] <= 5000 else "W"
