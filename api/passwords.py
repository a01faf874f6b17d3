"""Passwords: argon2id hashes, never more than a few at a time, and the same time for strangers."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gis.errors import FormatError

__all__ = ["LONGEST_PASSWORD", "SHORTEST_PASSWORD", "hash_password", "is_password"]

SHORTEST_PASSWORD = 12
"""Fewest characters of a password."""

LONGEST_PASSWORD = 1000
"""Most characters of a password."""

_HASHER = PasswordHasher()  # argon2id with the second recommendation of RFC 9106, section 4
_AT_A_TIME = threading.BoundedSemaphore(2)  # 64 MiB each: sign-ins must not use up the memory


def hash_password(password: str) -> str:
    """Return what is kept of a password: its argon2id hash.

    Raises
    ------
    FormatError
        If it is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise FormatError("pages.password_length", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    with _AT_A_TIME:
        return _HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Return whether a password is the one whose hash was kept.

    Without a hash (no such account, or none set) a hash of nothing is checked, so that the answer
    takes as long as any other.
    """
    with _AT_A_TIME:
        try:
            _HASHER.verify(kept or _of_nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


@cache
def _of_nobody() -> str:
    return _HASHER.hash("")
