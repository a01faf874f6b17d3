"""What a person asked for, read strictly: nothing unknown, out of range or guessed."""

from collections.abc import Mapping
from datetime import date

from data.text import CONTROL
from gis.errors import FormatError

__all__ = ["Reader"]


class Reader:
    """Reads the inputs of a job; every failure names the input and what was expected.

    Parameters
    ----------
    inputs : mapping
        JSON values by name.
    *known : str
        Names that may occur.

    Raises
    ------
    FormatError
        If another name occurs.
    """

    def __init__(self, inputs: Mapping[str, object], *known: str) -> None:
        for name in inputs:
            if name not in known:
                raise FormatError(
                    "studies.unknown_input", name=str(name), expected=", ".join(sorted(known))
                )
        self._inputs = inputs

    def has(self, name: str) -> bool:
        """Return whether a value was given; null is none."""
        return self._inputs.get(name) is not None

    def word(self, name: str) -> str:
        """Return a text that is not empty and holds no control character."""
        value = self._inputs.get(name)
        if not isinstance(value, str) or not value.strip():
            raise FormatError("studies.wrong_text", name=name, value=_shown(value))
        if CONTROL.search(value):
            shown = CONTROL.sub("\ufffd", value)
            raise FormatError("studies.control_character", name=name, value=_shown(shown))
        return value

    def text(self, name: str) -> str:
        """Return a text of many lines."""
        value = self._inputs.get(name)
        if not isinstance(value, str) or not value.strip():
            raise FormatError("studies.wrong_text", name=name, value=_shown(value))
        return value

    def words(self, name: str, most: int) -> list[str] | None:
        """Return a list of texts, none of them empty, or None when none was given."""
        value = self._inputs.get(name)
        if value is None:
            return None
        found = value if isinstance(value, list | tuple) else ()
        words = [one for one in found if isinstance(one, str) and one.strip()]
        if not 0 < len(found) <= most or len(words) < len(found):
            raise FormatError("studies.wrong_list", name=name, value=_shown(value), most=most)
        return words

    def mapping(self, name: str) -> Mapping[str, object]:
        """Return values by name."""
        value = self._inputs.get(name)
        if not isinstance(value, Mapping):
            raise FormatError("studies.wrong_mapping", name=name, value=_shown(value))
        return value

    def items(self, name: str, most: int) -> list[Mapping[str, object]]:
        """Return a list of values by name."""
        value = self._inputs.get(name)
        found = value if isinstance(value, list | tuple) else ()
        items = [one for one in found if isinstance(one, Mapping)]
        if not 0 < len(found) <= most or len(items) < len(found):
            raise FormatError("studies.wrong_items", name=name, value=_shown(value), most=most)
        return items

    def numbers(self, name: str, count: int, lower: float, upper: float) -> tuple[float, ...]:
        """Return so many numbers of a closed range, or none where the list is empty."""
        value = self._inputs.get(name)
        found = value if isinstance(value, list | tuple) else (None,)
        numbers = [one for one in found if type(one) in {int, float} and lower <= one <= upper]
        if len(numbers) < len(found) or len(found) not in {0, count}:
            raise FormatError(
                "studies.wrong_numbers",
                name=name,
                value=_shown(value),
                count=count,
                lower=lower,
                upper=upper,
            )
        return tuple(float(one) for one in numbers)

    def bounds(self, name: str) -> tuple[float, float, float, float]:
        """Return west, south, east and north in degrees, west of and south of each other."""
        value = self._inputs.get(name)
        if isinstance(value, list | tuple) and len(value) == 4:
            numbers = [one for one in value if type(one) in {int, float}]
            if len(numbers) == 4:
                west, south, east, north = map(float, numbers)
                if -180 <= west < east <= 180 and -80 <= south < north <= 80:
                    return west, south, east, north
        raise FormatError("studies.wrong_bounds", name=name, value=_shown(value))

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of some words."""
        value = self._inputs.get(name)
        if value is None:
            return default
        if value not in choices:
            raise FormatError(
                "studies.wrong_choice", name=name, value=_shown(value), expected=", ".join(choices)
            )
        return str(value)

    def number(
        self, name: str, lower: float, upper: float, default: float | None = None
    ) -> float | None:
        """Return a number of a closed range, or the default when none was given."""
        value = self._inputs.get(name)
        if value is None:
            return default
        number = None if isinstance(value, bool) else value
        if not isinstance(number, int | float) or not lower <= number <= upper:
            raise FormatError(
                "studies.wrong_number", name=name, value=_said(value), lower=lower, upper=upper
            )
        return float(number)

    def day(self, name: str) -> date | None:
        """Return a date written as ISO 8601, or None when none was given."""
        value = self._inputs.get(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)  # type: ignore[arg-type]  # what is no text raises
        except (TypeError, ValueError) as error:
            raise FormatError("studies.wrong_date", name=name, value=_shown(value)) from error

    def flag(self, name: str, default: bool = False) -> bool:
        """Return yes or no."""
        value = self._inputs.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise FormatError("studies.wrong_flag", name=name, value=_shown(value))
        return value


def _said(value: object) -> object:
    """Return a number as it is, to be written as the language does; anything else as text."""
    plain = type(value) in {int, float} and abs(value) < 1e15  # type: ignore[arg-type]
    return value if plain else _shown(value)


def _shown(value: object) -> str:
    written = str(value)
    return written if len(written) <= 60 else f"{written[:57]}..."
