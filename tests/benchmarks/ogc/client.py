"""A client of plain sockets that is no bottleneck: connections stay, each asks one at a time."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

__all__ = ["Answer", "Connection", "Told", "ask_once", "closed_loop"]

_LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: status, headers in small letters, body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Told:
    """What a run saw: seconds that each answer took, how long it ran, what went wrong."""

    seconds: list[float] = field(default_factory=list)
    ran_s: float = 0.0
    errors: list[str] = field(default_factory=list)
    received_bytes: int = 0

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.ran_s if self.ran_s else 0.0

    def percentile_ms(self, part: float) -> float:
        """Return what so many per cent of the answers stayed below, in milliseconds."""
        ordered = sorted(self.seconds)
        if not ordered:
            return float("nan")
        return 1000.0 * ordered[min(len(ordered) - 1, int(len(ordered) * part / 100.0))]


class Connection:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, path: str, *, method: str = "GET", headers: str = "", body: bytes = b""
    ) -> Answer:
        """Ask and return the answer, opening the connection where it was closed.

        Parameters
        ----------
        path : str
            Path and query.
        method : str
            The method.
        headers : str
            Further headers, each with its end of line.
        body : bytes
            The body.
        """
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost:{self._port}\r\n{length}{headers}\r\n"
        writer.write(head.encode() + body)
        try:
            answer = await asyncio.wait_for(_answer(reader), _LONGEST_S)
        except BaseException:
            self.close()
            raise
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer

    def close(self) -> None:
        """Close it."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ", 2)[1])
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    if status in (204, 304):
        return Answer(status, headers, b"")
    if headers.get("transfer-encoding", "").lower() != "chunked":
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(status, headers, body)
    pieces = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return Answer(status, headers, b"".join(pieces))


async def closed_loop(
    port: int, paths: Iterator[str], connections: int, duration_s: float, headers: str
) -> Told:
    """Ask from so many connections, each as soon as it has its answer, for so long."""
    told = Told()
    began = time.perf_counter()
    end = began + duration_s

    async def go() -> None:
        with Connection(port) as connection:
            while time.perf_counter() < end:
                path, asked_at = next(paths), time.perf_counter()
                answer = await connection.ask(path, headers=headers)
                told.seconds.append(time.perf_counter() - asked_at)
                told.received_bytes += len(answer.body)
                if answer.status != 200:
                    told.errors.append(f"{answer.status} {path}")

    await asyncio.gather(*(go() for _ in range(connections)))
    told.ran_s = time.perf_counter() - began
    return told


def ask_once(port: int, path: str, headers: str) -> Answer:
    """Ask one question on a connection of its own."""

    async def go() -> Answer:
        with Connection(port) as connection:
            return await connection.ask(path, headers=headers)

    return asyncio.run(go())
