"""Headers recognised: which column holds which field, in which unit, in which datum."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from data.text import Language, Phrase
from gis.errors import FormatError
from gis.exchange.answers import ImportAnswers, Option, Question, QuestionKind
from gis.exchange.datum import Statement, stated
from gis.exchange.encoding import legacy_reading
from gis.exchange.fields import (
    FIELDS,
    PLACE,
    Dimension,
    Field,
    plain_field_unit,
    tables,
    title,
    title_key,
    unit_factor,
)
from gis.exchange.report import ImportKind
from gis.names import plain_key

__all__ = [
    "NO_COLUMN",
    "Column",
    "Columns",
    "Header",
    "field_of",
    "index_of",
    "map_columns",
    "read_header",
    "recognised",
]

_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_DATUM_WORDS = re.compile(
    r"\s*[-,/]?\s*(?:vn[-_ ]?2000|wgs[-_ ]?(?:19)?84|epsg|ktt|kinh tuyến trục|hệ)\b.*$",
    re.IGNORECASE,
)
_FIELD_UNIT = re.compile(
    r"(?<!\w)dB\s*\(?\s*[\u00b5\u03bcu]V\s*/\s*m\s*\)?|(?<!\w)dB\s*\(\s*[\u00b5\u03bcu]V\s*\)",
    re.IGNORECASE,
)
_FACTOR_UNIT = re.compile(
    r"(?<!\w)dB\s*\(\s*(?:1\s*/\s*m|m\s*-1|m\u207b\u00b9)\s*\)", re.IGNORECASE
)
_AZIMUTH = re.compile(r"(?P<words>.*?)\s*(?P<degrees>\d{1,3})(?: do| deg| degrees)?", re.ASCII)
_AZIMUTHS = range(0, 360, 10)
_BARE_AZIMUTHS_FROM = 30
_SHAPEFILE_NAME = 10
NO_COLUMN = "-"
"""The answer that no column of the file holds a field."""


@dataclass(frozen=True, slots=True)
class Header:
    """One header, taken apart.

    Attributes
    ----------
    text : str
        As it stands.
    readings : tuple of (str, str)
        The words it may mean, without marks, each with the unit left over; the fullest first.
    statement : Statement or None
        What it says of the coordinate system.
    """

    text: str
    readings: tuple[tuple[str, str], ...]
    statement: Statement | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is read.

    Attributes
    ----------
    field : str
        The field.
    index : int
        From 0.
    header : str
        As it stands.
    unit : str
        Its unit; empty when it says none.
    statement : Statement or None
        What it says of the coordinate system.
    """

    field: str
    index: int
    header: str
    unit: str = ""
    statement: Statement | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """How a table's columns are read.

    Attributes
    ----------
    one : dict
        The column of each field.
    azimuths : dict
        For a field spread over columns, the column of each azimuth in degrees.
    unmapped : tuple of str
        Headers that are not read.
    questions : tuple of Question
        Where two headers are one field, or none is one that every file of the kind needs.
    missing : tuple of str
        Fields that every file of the kind needs and no column holds; nothing can be judged then.
    """

    one: dict[str, Column]
    azimuths: dict[str, dict[int, Column]]
    unmapped: tuple[str, ...]
    questions: tuple[Question, ...] = field(default=())
    missing: tuple[str, ...] = ()

    def mapping(self) -> dict[str, str]:
        """Return the header of each field."""
        spread = {
            name: ", ".join(column.header for column in columns.values())
            for name, columns in self.azimuths.items()
        }
        return {name: column.header for name, column in self.one.items()} | spread


@lru_cache(maxsize=4096)
def read_header(header: str) -> Header:
    """Take a header apart into words, unit and datum."""
    whole = header
    header = _FIELD_UNIT.sub(lambda found: plain_field_unit(found[0]), header)
    header = _FACTOR_UNIT.sub("dB/m", header)
    inside = [piece for found in _BRACKETS.findall(header) for piece in re.split(r"[,;]", found)]
    statement = stated(header)
    bare = _BRACKETS.sub(" ", header)
    if statement is not None:
        bare = _DATUM_WORDS.sub("", bare)
    unit = next((piece.strip() for piece in inside if _is_unit(piece)), "")
    readings = [(plain_key(header), unit)]
    readings.append((plain_key(bare), unit))
    others = " ".join(piece for piece in inside if not _is_unit(piece))
    readings.append((plain_key(f"{bare} {others}"), unit))
    if not unit:
        shorter, _, last = re.sub(r"[_,;:/]+", " ", bare).strip().rpartition(" ")
        if shorter and _is_unit(last):
            readings.append((plain_key(shorter), last))
    return Header(whole, tuple(dict.fromkeys(readings)), statement)


def recognised(cells: Sequence[str], kind: ImportKind) -> int:
    """Return how many cells of a row are headers of this kind, each field counted once."""
    found = {match[0] for cell in cells if cell and (match := _match(cell, kind)) is not None}
    bare = sum(1 for cell in cells if _bare_azimuth(cell) is not None)
    return len(found) + (bare >= _BARE_AZIMUTHS_FROM and bool(_spread_fields(kind)))


def field_of(header: str, kind: ImportKind) -> str | None:
    """Return the field that a header names, or None."""
    found = _match(header, kind) if header else None
    return None if found is None else found[0]


def map_columns(
    file: str,
    headers: Sequence[str],
    kind: ImportKind,
    answers: ImportAnswers,
    *,
    has_points: bool,
) -> Columns:
    """Return how the columns of a table are read.

    Raises
    ------
    FormatError
        If the headers are those of another kind, or in an encoding from before Unicode; or an
        answer names a column that the file does not have, or that feeds another field too.
    """
    _refuse_legacy(file, headers)
    azimuths = _azimuths(headers, kind)
    spread = {column.index for columns in azimuths.values() for column in columns.values()}
    candidates: dict[str, list[tuple[int, Column]]] = {}
    for index, header in enumerate(headers):
        match = _match(header, kind) if header and index not in spread else None
        if match is not None:
            name, rank, unit = match
            found = Column(name, index, header, unit, read_header(header).statement)
            candidates.setdefault(name, []).append((rank, found))
    for name in azimuths:
        candidates.pop(name, None)
    one, questions = _chosen(candidates)
    _answered(one, headers, kind, answers)
    questions = [q for q in questions if q.field not in answers.columns]
    _one_kind_of_place(one, answers, has_points=has_points)
    missing = _missing(frozenset(one), kind, has_points=has_points)
    if missing and not answers.columns:
        _refuse_other_kind(file, headers, missing, kind, has_points=has_points)
    asked = {question.field for question in questions}
    questions += [_which_of_all(name, headers) for name in missing if name not in asked]
    used = {column.index for column in one.values()} | spread
    unmapped = tuple(h for i, h in enumerate(headers) if i not in used and h.strip())
    return Columns(one, azimuths, unmapped, tuple(questions), tuple(missing))


def _is_unit(piece: str) -> bool:
    dimensions = (
        Dimension.LENGTH,
        Dimension.FREQUENCY,
        Dimension.POWER,
        Dimension.FIELD_STRENGTH,
        Dimension.COUNT,
        Dimension.AREA,
        Dimension.MASS,
        Dimension.DURATION,
        Dimension.MONEY,
        Dimension.RESISTANCE,
        Dimension.DIAMETER,
        Dimension.DECIBEL,
    )
    degrees = plain_key(piece) in ("do", "deg", "degree", "degrees", "db") or piece.strip() == "°"
    return degrees or any(unit_factor(dimension, piece) is not None for dimension in dimensions)


@cache
def _vocabulary(kind: ImportKind) -> dict[str, tuple[str, int]]:
    """Return the field and the rank of each known header, in words without marks."""
    words = tables()
    listed = {**words["common"], **words["place"], **words[kind.value]}
    known: dict[str, tuple[str, int]] = {}
    names = [each.name for each in FIELDS[kind]]
    for name in names:
        known[plain_key(name)] = (name, 0)
    for name in names:
        for language in Language:
            readings = read_header(title(name, language)).readings
            for reading, _ in readings[1:2] or readings:
                known.setdefault(reading, (name, 1))
    for name in names:
        for rank, alias in enumerate(listed.get(name, ()), start=2):
            known.setdefault(plain_key(alias), (name, rank))
    for name in names:
        known.setdefault(plain_key(name[:_SHAPEFILE_NAME]), (name, 0))
    return known


@lru_cache(maxsize=8192)
def _match(header: str, kind: ImportKind) -> tuple[str, int, str] | None:
    """Return field, rank and unit of a header, or None."""
    known = _vocabulary(kind)
    dimensions = {each.name: each for each in FIELDS[kind]}
    for words, unit in read_header(header).readings:
        if words not in known:
            continue
        name, rank = known[words]
        own = dimensions[name]
        if rank == 0 and own.unit:
            return name, rank, own.unit
        if not unit or _fits(own, unit):
            return name, rank, unit
    return None


def _fits(own: Field, unit: str) -> bool:
    if own.dimension in (Dimension.PLACE, Dimension.SERIES):
        return True
    return unit_factor(own.dimension, unit) is not None


def _chosen(
    candidates: dict[str, list[tuple[int, Column]]],
) -> tuple[dict[str, Column], list[Question]]:
    one: dict[str, Column] = {}
    questions = []
    for name, found in candidates.items():
        best = min(rank for rank, _ in found)
        columns = [column for rank, column in found if rank == best]
        one[name] = columns[0]
        if len(columns) > 1:
            questions.append(_which(name, columns))
    return one, questions


def _which(name: str, columns: list[Column]) -> Question:
    options = tuple(
        Option(
            ((f"column.{name}", str(column.index + 1)),),
            "exchange.option.column",
            {"header": column.header, "number": str(column.index + 1)},
        )
        for column in columns
    )
    return Question(
        QuestionKind.COLUMN,
        f"column.{name}",
        "exchange.question.column",
        {"headers": "; ".join(column.header for column in columns)},
        options,
        name,
    )


def _which_of_all(name: str, headers: Sequence[str]) -> Question:
    """Ask which column of all holds a field that no header names."""
    options = tuple(
        Option(
            ((f"column.{name}", str(number)),),
            "exchange.option.column",
            {"header": header, "number": str(number)},
        )
        for number, header in enumerate(headers, start=1)
        if header.strip()
    )
    called = Phrase(title_key(name))
    return Question(
        QuestionKind.COLUMN,
        f"column.{name}",
        "exchange.question.column_missing",
        {"field": called},
        options,
        name,
    )


def _answered(
    one: dict[str, Column], headers: Sequence[str], kind: ImportKind, answers: ImportAnswers
) -> None:
    """Put the columns that a person chose in place of those found.

    Raises
    ------
    FormatError
        If a field is none of the kind, a column is none of the file, or one feeds two fields.
    """
    known = {each.name for each in FIELDS[kind]}
    taken: dict[int, str] = {}
    for name, wanted in answers.columns.items():
        if name not in known:
            raise FormatError("exchange.answer_unknown", answer=f"column.{name}", value=wanted)
        one.pop(name, None)
        if wanted in ("", NO_COLUMN):
            continue
        index = index_of(wanted, headers)
        if not 0 <= index < len(headers):
            raise FormatError(
                "exchange.column_unknown",
                field=Phrase(title_key(name)),
                value=wanted,
                count=len(headers),
            )
        if index in taken:
            raise FormatError(
                "exchange.column_twice",
                header=headers[index],
                field=Phrase(title_key(taken[index])),
                other=Phrase(title_key(name)),
            )
        taken[index] = name
        for other in [key for key, column in one.items() if column.index == index]:
            del one[other]
        header = read_header(headers[index])
        unit = header.readings[-1][1]
        one[name] = Column(name, index, headers[index], unit, header.statement)


def index_of(wanted: str, headers: Sequence[str]) -> int:
    """Return the column that an answer names by its number from 1 or its header; -1 for none."""
    if re.fullmatch(r"\d{1,6}", wanted, re.ASCII):
        return int(wanted) - 1
    keys = [plain_key(header) for header in headers]
    key = plain_key(wanted)
    return keys.index(key) if key and key in keys else -1


def _one_kind_of_place(
    one: dict[str, Column], answers: ImportAnswers, *, has_points: bool
) -> None:
    """Keep one way of saying where: geometry, what a person chose, degrees, metres, one cell."""
    ways = (("longitude", "latitude"), ("easting", "northing"), ("x", "y"), ("position",))
    complete = [way for way in ways if all(name in one for name in way)]
    complete.sort(key=lambda way: not any(name in answers.columns for name in way))
    keep: tuple[str, ...] = () if has_points or not complete else complete[0]
    for way in ways:
        for name in way:
            if name not in keep:
                one.pop(name, None)


def _refuse_other_kind(
    file: str,
    headers: Sequence[str],
    missing: Sequence[str],
    kind: ImportKind,
    *,
    has_points: bool,
) -> None:
    """Raise where the headers are all that a file of another kind needs."""
    other = next(
        (o for o in ImportKind if o is not kind and _speaks_of(headers, o, has_points)), None
    )
    if other is not None:
        raise FormatError(
            "exchange.file.other_kind",
            file=file,
            missing="; ".join(map(title, missing)),
            found="; ".join(header for header in headers if header),
            other=Phrase(f"exchange.layer.{other.value}"),
        )


def _missing(found: frozenset[str], kind: ImportKind, *, has_points: bool) -> list[str]:
    """Return the fields that every file of a kind needs and this one lacks."""
    missing = [
        each.name
        for each in FIELDS[kind]
        if each.required and not each.constant and each.name not in found
    ]
    placed = has_points or any(name in found for name in PLACE if name != "crs")
    if kind.placed and not placed:
        missing += ["longitude", "latitude"]
    if kind is ImportKind.ROADS and not (has_points or "geometry" in found):
        missing.append("geometry")
    return missing


def _speaks_of(headers: Sequence[str], kind: ImportKind, has_points: bool) -> bool:
    """Return whether the headers are all that a file of a kind needs, if it needs any."""
    if not any(each.required for each in FIELDS[kind]):
        return False
    found = frozenset(match[0] for header in headers if header and (match := _match(header, kind)))
    return not _missing(found, kind, has_points=has_points)


def _refuse_legacy(file: str, headers: Sequence[str]) -> None:
    for header in headers:
        legacy = legacy_reading(header)
        if legacy is not None:
            raise FormatError(
                "exchange.file.legacy_header",
                file=file,
                encoding=legacy.encoding,
                value=header,
                reading=legacy.reading,
            )


def _bare_azimuth(header: str) -> int | None:
    found = _AZIMUTH.fullmatch(plain_key(header)) if header else None
    if found is None or found["words"] or int(found["degrees"]) not in _AZIMUTHS:
        return None
    return int(found["degrees"])


def _spread_fields(kind: ImportKind) -> frozenset[str]:
    """Return the fields of a kind that may come in columns of one azimuth each."""
    return frozenset(each.name for each in FIELDS[kind] if each.dimension is Dimension.SERIES)


def _azimuths(headers: Sequence[str], kind: ImportKind) -> dict[str, dict[int, Column]]:
    """Return the columns of one azimuth each, by field."""
    known = _spread_fields(kind)
    prefixes = {
        plain_key(words): name
        for name, listed in tables()["azimuth"].items()
        for words in (name, *listed)
        if name in known
    }
    found: dict[str, dict[int, Column]] = {}
    bare: list[tuple[int, Column]] = []
    for index, header in enumerate(headers):
        match = _AZIMUTH.fullmatch(plain_key(header)) if header else None
        if match is None or int(match["degrees"]) not in _AZIMUTHS:
            continue
        name = prefixes.get(match["words"])
        if name is not None:
            column = Column(name, index, header)
            if match["words"]:
                found.setdefault(name, {}).setdefault(int(match["degrees"]), column)
            else:
                bare.append((int(match["degrees"]), column))
    if len(bare) >= _BARE_AZIMUTHS_FROM:
        for degrees, column in bare:
            found.setdefault(column.field, {}).setdefault(degrees, column)
    return found
