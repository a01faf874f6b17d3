"""What an import asks, and what was answered.

Every question has a key; `ImportAnswers.from_pairs({"crs": "9210"})` is the same answer from the
command line, a form or a program.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from data.text import Language, text
from gis.errors import FormatError
from gis.exchange.numbers import DecimalSign
from propagation.compliance.records import Confidence

__all__ = ["ImportAnswers", "Option", "Question", "QuestionKind"]

_YES_NO = {"yes": True, "no": False}


class QuestionKind(StrEnum):
    """What an import may ask."""

    CRS = "crs"
    DECIMAL = "decimal"
    UNIT = "unit"
    VALUE = "value"
    COLUMN = "column"
    LAYER = "layer"
    SWAPPED = "swapped"
    CENTRAL_MERIDIAN = "central_meridian"
    SHIFTED = "shifted"
    EIRP = "eirp"
    CONFIDENCE = "confidence"


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer.

    Attributes
    ----------
    answers : tuple of (str, str)
        The pairs for `ImportAnswers.from_pairs`.
    key, values
        The sentence that describes it.
    """

    answers: tuple[tuple[str, str], ...]
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: Language | str = Language.VI) -> str:
        """Say it in a language."""
        return text(self.key, language, **self.values)


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a file leaves open, for the whole file or a whole column.

    Attributes
    ----------
    kind : QuestionKind
        What is asked.
    answer : str
        The key under which an answer is given.
    key, values
        The sentence that asks.
    options : tuple of Option
        Possible answers; empty when a text is wanted.
    field : str or None
        The field concerned.
    """

    kind: QuestionKind
    answer: str
    key: str
    values: Mapping[str, object]
    options: tuple[Option, ...] = ()
    field: str | None = None

    def say(self, language: Language | str = Language.VI) -> str:
        """Ask it in a language."""
        return text(self.key, language, **self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAnswers:
    """What a person decided about a file.

    Attributes
    ----------
    crs : tuple of int
        EPSG codes that hold whatever the file says: of those in degrees the last holds, and of
        those in metres. One number will do.
    decimal : mapping
        Decimal sign by field; `*` for every column.
    units : mapping
        Unit by field, as in headers.
    values : mapping
        Text for all rows that have none of their own, by field: `owner_id`, `plan_id` ...
    columns : mapping
        Header, or number of the column from 1, by field; empty or `-` for none.
    eirp : mapping
        Whether a column of powers is e.i.r.p., by field; 2.15 dB are then taken off.
    layer : str or None
        Sheet or layer.
    swap : bool or None
        Whether longitude and latitude stand in each other's column throughout.
    confirmed : frozenset of str
        Doubts about the whole file that are settled: `shifted`, `central_meridian`.
    update : bool
        Whether rows that the register holds already change it; otherwise they are refused, unless
        they carry the record's own `id`.
    confidence : Confidence or None
        For rows without a label; the default is *secondary*.
    """

    crs: tuple[int, ...] | int = ()
    decimal: Mapping[str, DecimalSign] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    eirp: Mapping[str, bool] = field(default_factory=dict)
    layer: str | None = None
    swap: bool | None = None
    confirmed: frozenset[str] = frozenset()
    update: bool = False
    confidence: Confidence | None = None

    def __post_init__(self) -> None:
        """Take one code for a tuple of one."""
        if isinstance(self.crs, int):
            object.__setattr__(self, "crs", (self.crs,))

    @property
    def systems(self) -> tuple[int, ...]:
        """The codes of `crs`, always a tuple."""
        return (self.crs,) if isinstance(self.crs, int) else self.crs

    @classmethod
    def from_pairs(cls, pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> "ImportAnswers":
        """Return answers from texts by the keys that questions show.

        Parameters
        ----------
        pairs : mapping or iterable of pairs
            `crs` (codes parted by commas), `decimal.<field>` (`comma`, `point`), `unit.<field>`,
            `value.<field>`, `column.<field>`, `eirp.<field>` (`yes`, `no`), `layer`, `swap` and
            `update` (`yes`, `no`), `confirm` (doubts parted by commas), `confidence`.

        Raises
        ------
        FormatError
            If a key or a value is none of these.
        """
        given = list(pairs.items() if isinstance(pairs, Mapping) else pairs)
        answers = cls()
        for key, value in given:
            try:
                answers = answers._with(key, value.strip())
            except (KeyError, ValueError):
                raise FormatError("exchange.answer_unknown", answer=key, value=value) from None
        return answers

    def _with(self, key: str, value: str) -> "ImportAnswers":
        name, _, of = key.partition(".")
        if of:
            return self._with_one(name, of, value)
        if key == "crs":
            return replace(self, crs=self.systems + tuple(int(part) for part in _parts(value)))
        if key == "confirm":
            doubts = {QuestionKind(part).value for part in _parts(value)}
            return replace(self, confirmed=self.confirmed | doubts)
        if key in ("swap", "update"):
            yes = _YES_NO[value]
            return replace(self, swap=yes) if key == "swap" else replace(self, update=yes)
        if key == "layer":
            return replace(self, layer=value)
        return replace(self, confidence={"confidence": Confidence}[key](value))

    def _with_one(self, name: str, of: str, value: str) -> "ImportAnswers":
        if name == "decimal":
            return replace(self, decimal={**self.decimal, of: DecimalSign(value)})
        if name == "unit":
            return replace(self, units={**self.units, of: value})
        if name == "value":
            return replace(self, values={**self.values, of: value})
        if name == "eirp":
            return replace(self, eirp={**self.eirp, of: _YES_NO[value]})
        return replace(self, columns={**self.columns, {"column": of}[name]: value})


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
