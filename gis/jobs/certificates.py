"""The files by which this server and a cluster know each other, looked into before use."""

import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from data.text import Phrase
from gis.errors import GisError, system_reason

__all__ = ["SETTINGS", "detail_of", "settings_of", "tls_context"]

SETTINGS: Final = {
    "ca": "PHUSONG_SCHEDULER_CA",
    "certificate": "PHUSONG_SCHEDULER_CERT",
    "key": "PHUSONG_SCHEDULER_KEY",
}
"""Where an administrator names each of the files."""

_MARKS: Final = {
    "ca": b"CERTIFICATE-----",
    "certificate": b"CERTIFICATE-----",
    "key": b"PRIVATE KEY-----",
}
_MOST_BYTES: Final = 2**20
_DETAIL_LENGTH: Final = 200


def settings_of(names: Iterable[str]) -> str:
    """Return the settings of files, as a list for a sentence."""
    return ", ".join(SETTINGS[name] for name in names)


def detail_of(error: ssl.SSLError) -> str:
    """Return what OpenSSL says of an error; nothing of a file's content is in it."""
    said = error.reason or str(error)
    return said.replace("_", " ").lower()[:_DETAIL_LENGTH]


def tls_context(files: Mapping[str, Path]) -> ssl.SSLContext:
    """Return what a connection is made with: both sides show a certificate of one authority.

    Hosts are not compared with names in certificates, as in all of dask.distributed.

    Parameters
    ----------
    files : mapping
        The three files, by the names in `SETTINGS`.

    Raises
    ------
    GisError
        If one of them cannot be read, holds something else, or needs a password.
    """
    for name, file in files.items():
        _look_into(name, file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    try:
        context.load_verify_locations(files["ca"])
    except ssl.SSLError as error:
        raise _unusable(("ca",), error) from error
    try:
        # Without this OpenSSL asks at the terminal, and waits.
        context.load_cert_chain(files["certificate"], files["key"], password=_refuse)
    except ssl.SSLError as error:
        raise _unusable(("certificate", "key"), error) from error
    return context


def _look_into(name: str, file: Path) -> None:
    try:
        if file.exists() and not file.is_file():
            raise _unreadable(name, file, Phrase("cluster.no_file"))
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES)
    except OSError as error:
        raise _unreadable(name, file, system_reason(error)) from error
    if _MARKS[name] not in content:
        key = "cluster.tls_no_key" if name == "key" else "cluster.tls_no_certificate"
        raise GisError(key, setting=SETTINGS[name], file=str(file))


def _unreadable(name: str, file: Path, reason: str) -> GisError:
    setting = SETTINGS[name]
    return GisError("cluster.tls_unreadable", setting=setting, file=str(file), reason=reason)


def _refuse() -> str:
    raise GisError("cluster.tls_locked", setting=SETTINGS["key"])


def _unusable(names: Iterable[str], error: ssl.SSLError) -> GisError:
    return GisError("cluster.tls_unusable", settings=settings_of(names), detail=detail_of(error))
