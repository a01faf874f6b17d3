"""Where the scheduler of a cluster is, and whether it is one that lets this server in.

A connection is tried here first, by hand: dask.distributed waits for ever for the first words of
whoever listens, and says of a certificate that was refused only that the stream was closed.
"""

import ipaddress
import json
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from gis.errors import GisError, system_reason
from gis.jobs.certificates import SETTINGS, detail_of, settings_of, tls_context

if TYPE_CHECKING:
    from distributed import Security

__all__ = ["CONNECT_S", "Scheduler"]

CONNECT_S = 5.0
"""How long a scheduler may take to answer."""

_AGAIN_S = 0.1
_LENGTH_BYTES: Final = 8
_LONGEST_GREETING: Final = 2**16
_IN_CLEAR: Final = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})


@dataclass(frozen=True, slots=True)
class Scheduler:
    """A scheduler of dask.distributed.

    Attributes
    ----------
    address : str
        `tcp://host:port`, in clear, or `tls://host:port`.
    ca : Path or None
        PEM with the authority whose certificates are let in, on both sides; TLS needs it, and
        the next two.
    certificate, key : Path or None
        PEM with this server's certificate of that authority, and with its private key.
    """

    address: str
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def to_json(self) -> str:
        """Return the same as text, for another process; paths become absolute."""
        files = {name: str(file.absolute()) for name, file in self._files().items()}
        return json.dumps({"address": self.address} | files)

    @classmethod
    def from_json(cls, text: str) -> "Scheduler":
        """Return what `to_json` wrote."""
        read: dict[str, str] = json.loads(text)
        return cls(read.pop("address"), **{name: Path(file) for name, file in read.items()})

    @property
    def encrypted(self) -> bool:
        """Whether the connection is by TLS."""
        return self.address.startswith("tls://")

    @property
    def on_this_machine(self) -> bool:
        """Whether what is sent stays on this machine, as far as the address itself says."""
        host = self._place()[0]
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def security(self) -> "Security | None":
        """Return what dask.distributed connects by; its own settings where it is in clear."""
        if not self.encrypted:
            return None
        from distributed import Security  # noqa: PLC0415 only where there is a cluster

        return Security(
            require_encryption=True,
            tls_ca_file=str(self.ca),
            tls_client_cert=str(self.certificate),
            tls_client_key=str(self.key),
        )

    def knock(self) -> None:
        """Connect once, listen to the first words and leave, all within seconds.

        Raises
        ------
        GisError
            If the files cannot be used, nobody answers, one side does not let the other in, or
            what answers is no scheduler.
        """
        context = self._context()
        deadline = time.monotonic() + CONNECT_S
        try:
            self._listen(self._reach(deadline), context, deadline)
        except ssl.SSLError as error:
            raise self._refused(error) from error
        except TimeoutError as error:
            wanted = not self.encrypted and self._asks_for_tls()
            raise self._wrong("tls_wanted" if wanted else "not_dask") from error
        except OSError as error:
            key = "tls_failed" if self.encrypted else "no_answer"
            raise self._wrong(key, detail=system_reason(error)) from error

    def _files(self) -> dict[str, Path]:
        found = ((name, getattr(self, name)) for name in SETTINGS)
        return {name: file for name, file in found if file is not None}

    def _context(self) -> ssl.SSLContext | None:
        given = self._files()
        if not self.encrypted:
            if given:
                raise self._wrong("tls_unused", settings=settings_of(given))
            return None
        missing = [name for name in SETTINGS if name not in given]
        if missing:
            raise self._wrong("tls_missing", settings=settings_of(missing))
        return tls_context(given)

    def _place(self) -> tuple[str, int]:
        try:
            parts = urlsplit(self.address)
            return parts.hostname or "", parts.port or 0
        except ValueError as error:
            raise self._wrong("no_answer", detail=str(error)) from error

    def _reach(self, deadline: float) -> socket.socket:
        """Return a connection; one that is refused may be made a little later."""
        while True:
            left = deadline - time.monotonic()
            try:
                return socket.create_connection(self._place(), max(left, _AGAIN_S))
            except OSError as error:
                if left < 2 * _AGAIN_S:
                    detail = system_reason(error)
                    raise self._wrong("no_answer", detail=detail) from error
            time.sleep(_AGAIN_S)

    def _listen(self, line: socket.socket, context: ssl.SSLContext | None, end: float) -> None:
        """Hear how long the greeting is that a scheduler says unasked.

        By TLS 1.3 only now comes, in its place, that our certificate is refused.
        """
        heard = b""
        with line if context is None else context.wrap_socket(line) as heard_on:
            while len(heard) < _LENGTH_BYTES:
                heard_on.settimeout(max(end - time.monotonic(), _AGAIN_S))
                more = heard_on.recv(_LENGTH_BYTES - len(heard))
                if not more:
                    raise self._wrong("not_dask")
                heard += more
        if int.from_bytes(heard, "little") > _LONGEST_GREETING:
            raise self._wrong("not_dask")

    def _asks_for_tls(self) -> bool:
        """Return whether who listens shows a certificate; no authority is trusted here."""
        with suppress(OSError), self._reach(time.monotonic() + CONNECT_S) as line:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(line, server_hostname="-")
            except ssl.SSLCertVerificationError:
                return True
        return False

    def _refused(self, error: ssl.SSLError) -> GisError:
        if isinstance(error, ssl.SSLCertVerificationError):
            return self._wrong("tls_stranger", detail=error.verify_message, file=str(self.ca))
        reason, detail = error.reason or "", detail_of(error)
        if reason in _IN_CLEAR:
            return self._wrong("tls_clear")
        if "ALERT" in reason and ("CERT" in reason or "UNKNOWN_CA" in reason):
            return self._wrong("tls_refused", detail=detail, file=str(self.certificate))
        return self._wrong("tls_failed", detail=detail)

    def _wrong(self, key: str, **values: object) -> GisError:
        return GisError(f"cluster.{key}", address=self.address, **values)
