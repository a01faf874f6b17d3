"""ZIP files from outside: what shows that one is damaged, told in one place.

Every way in which the library fails over a broken archive becomes one refusal, which the reader
words. Members are stored or deflated; what other methods take to unpack cannot be bounded.
"""

import errno
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gis.errors import FormatError

__all__ = ["opened_zip"]

_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # a version of the format that is none
    UnicodeDecodeError,  # a name that is not in the coding that it claims
)
_PLACES = frozenset({None, errno.EINVAL})  # a place before the file's begin, nothing of the disk's


@contextmanager
def opened_zip(path: Path, refusal: Callable[[str], FormatError]) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP for reading; damage met now or while it is read raises the refusal.

    Parameters
    ----------
    path : Path
        The file.
    refusal : callable
        Given what the library said, returns the error to raise.

    Raises
    ------
    FormatError
        The refusal; also where a member is neither stored nor deflated.
    OSError
        If the file or the disk cannot be read or written.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.compress_type not in _METHODS:
                    raise refusal(f"compression {member.compress_type}")
            yield archive
    except _DAMAGE as error:
        raise refusal(str(error)) from error
    except OSError as error:
        if error.errno not in _PLACES:
            raise
        raise refusal(str(error)) from error
