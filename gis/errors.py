"""Errors of the spatial layer.

Each carries the key of a sentence and its values, so that whoever speaks to a person can say it
in that person's language; `str()` is English, for logs.

GisError
    NotFoundError              there is no such record
    ConflictError              somebody else changed or holds it
    FormatError                a file is not what it should be
    TerrainUnavailableError    no elevation where one is needed
    CurvesUnavailableError     no curves of Rec. ITU-R P.1546 where they are needed
    StorageError               the register cannot be kept where it was asked to be
    TooLongError               a question takes longer than it may
    CancelledError             the work was cancelled by a person
"""

import errno

from data.text import Language, Phrase, has, text

__all__ = [
    "CancelledError",
    "ConflictError",
    "CurvesUnavailableError",
    "FormatError",
    "GisError",
    "NotFoundError",
    "StorageError",
    "TerrainUnavailableError",
    "TooLongError",
    "system_reason",
]


def system_reason(error: OSError) -> str:
    """Return what the operating system answered, to be said in any language where we know it."""
    key = f"system.{errno.errorcode.get(error.errno or 0, '')}"
    return Phrase(key) if has(key) else error.strerror or type(error).__name__


class GisError(Exception):
    """Base of the spatial layer's errors.

    Attributes
    ----------
    key : str
        Key of the sentence, for example `errors.station_unknown`.
    values : dict
        Values of its placeholders.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)

    def __str__(self) -> str:
        """Say it in English."""
        return self.say(Language.EN)

    def say(self, language: Language | str) -> str:
        """Say it in a language."""
        return text(self.key, language, **self.values)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by key and values, so that the error crosses processes whole."""
        return _rebuild, (type(self), self.key, self.values)


def _rebuild(kind: type[GisError], key: str, values: dict[str, object]) -> GisError:
    return kind(key, **values)


class NotFoundError(GisError, LookupError):
    """There is no such record, or the caller may not know of it."""


class ConflictError(GisError):
    """Somebody else changed it, or it exists already."""


class FormatError(GisError, ValueError):
    """A file or a value is not what it should be."""


class TerrainUnavailableError(GisError):
    """There is no elevation where one is needed."""


class CurvesUnavailableError(GisError):
    """The installation has no copy of the curves of Rec. ITU-R P.1546, which may not ship."""


class StorageError(GisError):
    """The register cannot be kept where it was asked to be."""


class TooLongError(GisError):
    """A question took longer than it may, or the server that was asked is about to stop."""


class CancelledError(GisError):
    """The work was cancelled by a person."""
