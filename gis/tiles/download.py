"""One file over HTTP, taken up again where a connection broke."""

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gis.errors import NotFoundError, TerrainUnavailableError

__all__ = ["MOST_BYTES", "download"]

MOST_BYTES = 2**28
"""No tile is larger."""

_ATTEMPTS = 4
_TIMEOUT_S = 30.0
_PAUSE_S = 0.5
_CHUNK = 2**16
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class _Part:
    """A file that is begun, and what the server said it is a part of."""

    path: Path

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    def begun(self) -> tuple[int, str]:
        """Return how many bytes are there and the server's word for their version."""
        try:
            validator = str(json.loads(self._note.read_text(encoding="utf-8"))["validator"])
            return self.path.stat().st_size, validator
        except (OSError, ValueError, KeyError, TypeError):
            return 0, ""

    def begin(self, validator: str) -> None:
        """Start over; without a word for the version there is nothing to come back to."""
        self.path.write_bytes(b"")
        self._note.write_text(json.dumps({"validator": validator}), encoding="utf-8")
        if not validator:
            self._note.unlink()

    def drop(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def finish(self) -> None:
        """Forget the note; the file is whole."""
        self._note.unlink(missing_ok=True)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to HTTP addresses only."""

    def redirect_request(  # noqa: PLR0917 the library's signature
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        if not newurl.lower().startswith(("http://", "https://")):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    """Return what speaks HTTP and nothing else."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


def download(
    address: str, part: Path, report: Callable[[int, int], None] = lambda _done, _total: None
) -> Path:
    """Bring a file to this machine whole, or as far as it goes.

    Parameters
    ----------
    address : str
        HTTP address.
    part : Path
        Where it goes; what is there from an earlier call is taken up again by a byte range, if
        the server still has the same version.
    report : callable
        Called with the bytes that are there and the bytes of the whole.

    Returns
    -------
    Path
        The part, now as long as the server said.

    Raises
    ------
    NotFoundError
        If the server has no such file.
    TerrainUnavailableError
        If it cannot be reached, breaks off again and again, refuses, or the file is too large;
        what has come so far is kept.
    """
    begun, reason, fruitless = _Part(part), "", 0
    while fruitless < _ATTEMPTS:
        before, _ = begun.begun()
        try:
            if _attempt(address, begun, report):
                begun.finish()
                return part
            reason = "connection closed"
        except urllib.error.HTTPError as error:
            _refused(address, error, begun)
            reason = f"HTTP {error.code}"
        except (OSError, http.client.HTTPException) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
        if begun.begun()[0] > before:
            fruitless = 0
            continue
        time.sleep(_PAUSE_S * 2**fruitless)
        fruitless += 1
    done, _ = begun.begun()
    raise TerrainUnavailableError(
        "terrain.fetch_broken", address=address, reason=reason[:200], bytes=done
    )


def _refused(address: str, error: urllib.error.HTTPError, begun: _Part) -> None:
    """Say what an answer without the file means; a range that is no more is asked for anew."""
    error.close()
    if error.code == http.client.NOT_FOUND:
        begun.drop()
        raise NotFoundError("terrain.fetch_absent", address=address) from error
    if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
        begun.drop()
    elif error.code < http.client.INTERNAL_SERVER_ERROR:
        raise TerrainUnavailableError(
            "terrain.fetch_broken", address=address, reason=f"HTTP {error.code}", bytes=0
        ) from error


def _attempt(address: str, begun: _Part, report: Callable[[int, int], None]) -> bool:
    """Go on with a file; return whether it is whole."""
    have, validator = begun.begun()
    request = urllib.request.Request(address, headers={"Accept-Encoding": "identity"})  # noqa: S310
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", validator)
    with _opener().open(request, timeout=_TIMEOUT_S) as response:
        have, total = _place(response, begun, have, address)
        if total > MOST_BYTES:
            begun.drop()
            raise TerrainUnavailableError(
                "terrain.fetch_too_large", address=address, bytes=total, limit=MOST_BYTES
            )
        with begun.path.open("ab") as out:
            while have < total and (chunk := response.read(min(_CHUNK, total - have))):
                out.write(chunk)
                have += len(chunk)
                report(have, total)
    return have == total


def _place(response: Any, begun: _Part, have: int, address: str) -> tuple[int, int]:
    """Return where the answer begins in the file, and how long the file is."""
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if response.status == http.client.PARTIAL_CONTENT and found and int(found[1]) == have:
        return have, int(found[3])
    length = response.headers.get("Content-Length", "")
    if response.status != http.client.OK or not length.isdigit():
        begun.drop()
        raise TerrainUnavailableError("terrain.fetch_no_length", address=address)
    etag = response.headers.get("ETag", "")
    weak = etag.startswith("W/")
    begun.begin((etag if etag and not weak else response.headers.get("Last-Modified")) or "")
    return 0, int(length)
