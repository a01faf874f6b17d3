"""What holds for a whole column: its decimal sign and its unit, or the question about them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gis.errors import FormatError
from gis.exchange.answers import ImportAnswers, Option, Question, QuestionKind
from gis.exchange.fields import FIELDS, PLACE, Dimension, range_of, tables, unit_factor
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
from gis.names import plain_key

__all__ = ["Conventions", "ask_eirp", "settle"]

_DEFAULT_UNIT = {
    Dimension.LENGTH: "m",
    Dimension.FREQUENCY: "MHz",
    Dimension.ANGLE: "°",
    Dimension.DECIBEL: "dB",
    Dimension.COUNT: "người",
    Dimension.AREA: "m²",
    Dimension.MASS: "kg",
    Dimension.DURATION: "giờ",
    Dimension.MONEY: "đồng",
    Dimension.RESISTANCE: "Ω",
    Dimension.DIAMETER: "mm",
}
_NUMERIC = (*_DEFAULT_UNIT, Dimension.POWER, Dimension.FIELD_STRENGTH)
_WHOLE = ("population", "rent_asked_vnd", "rent_vnd", "amount_vnd", "fibres", "slots")
_METRES = ("easting", "northing", "x", "y")
_POWER_UNITS = ("W", "kW", "dBW", "dBm")
_FIELD_UNITS = ("dBµV/m", "dBµV", "dBm")


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the numbers of a table are read.

    Attributes
    ----------
    signs : dict
        Decimal sign by field; None where nothing needs one.
    units : dict
        Unit by field.
    isotropic : frozenset of str
        Fields whose powers are e.i.r.p.
    questions : tuple of Question
        What is open; a likely answer stands in `signs` and `units` meanwhile.
    """

    signs: dict[str, DecimalSign | None]
    units: dict[str, str]
    isotropic: frozenset[str]
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
        if name.startswith("erp_") and name not in answers.eirp and _says_eirp(column.header):
            questions.append(ask_eirp(name, column.header, "eirp_header"))
    for name, spread in columns.azimuths.items():
        texts = [text for column in spread.values() for text in _texts(table, column)]
        signs[name] = _decided(name, next(iter(spread.values())), texts, answers, questions)
    isotropic = frozenset(name for name, yes in answers.eirp.items() if yes)
    return Conventions(signs, units, isotropic, tuple(questions))


def _says_eirp(header: str) -> bool:
    """Return whether a header speaks of e.i.r.p., in Vietnamese or English."""
    words = f" {plain_key(header)} "
    return any(f" {word} " in words for word in tables()["eirp"]["words"])


def ask_eirp(name: str, header: str, sentence: str, **values: object) -> Question:
    """Return the question whether a column of powers is e.i.r.p., which is 2.15 dB above e.r.p."""
    options = tuple(
        Option(((f"eirp.{name}", answer),), f"exchange.option.eirp_{answer}")
        for answer in ("yes", "no")
    )
    return Question(
        QuestionKind.EIRP,
        f"eirp.{name}",
        f"exchange.question.{sentence}",
        {"field": header, **values},
        options,
        name,
    )


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
    if name in _WHOLE:
        whole = [sign for sign in DecimalSign if all(_is_whole(text, sign) for text in texts)]
        return whole[0] if len(whole) == 1 else None
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


def _is_whole(text: str, sign: DecimalSign) -> bool:
    value = parse(split_unit(text)[0], sign)
    return value is not None and value.is_integer()


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
    if dimension is Dimension.FIELD_STRENGTH:
        return _field_unit(table, column, questions)
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
    questions.append(_ask_unit(column, "unit", _POWER_UNITS))
    limits = range_of(column.field)
    return "kW" if limits is not None and limits[1] <= 5000 else "W"


def _field_unit(table: Table, column: Column, questions: list[Question]) -> str:
    """Return the unit of measured fields; volts per metre are asked about, as never usual."""
    written = {split_unit(text)[1] for text in _texts(table, column)} - {""}
    linear = next((unit for unit in (column.unit, *sorted(written)) if _is_linear(unit)), None)
    if linear is not None:
        questions.append(_ask_unit(column, "unit_linear", (_FIELD_UNITS[0], linear), unit=linear))
        return _FIELD_UNITS[0]
    if column.unit:
        return column.unit
    bare = any(
        isinstance(cell, int | float)
        or (isinstance(cell, str) and cell and not split_unit(cell)[1])
        for row in table.rows
        for cell in (row.cells[column.index],)
    )
    if bare:
        questions.append(_ask_unit(column, "unit", _FIELD_UNITS))
    return _FIELD_UNITS[0]


def _is_linear(unit: str) -> bool:
    found = unit_factor(Dimension.FIELD_STRENGTH, unit)
    return found is not None and not found[1]


def _ask_unit(column: Column, sentence: str, units: Iterable[str], **values: object) -> Question:
    options = tuple(
        Option(((f"unit.{column.field}", unit),), "exchange.option.unit", {"unit": unit})
        for unit in units
    )
    return Question(
        QuestionKind.UNIT,
        f"unit.{column.field}",
        f"exchange.question.{sentence}",
        {"field": column.header, **values},
        options,
        column.field,
    )
