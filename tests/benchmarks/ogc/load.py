"""A steady load on the OGC API: so many requests a second, whether or not they are answered.

Requests are due at fixed moments (open loop) and go out on the first of 64 connections that is
free; each is timed from the moment when it was due, so that a server that falls behind cannot hide
it. Of ten one is a write by staff: a structure is read with its ETag and changed with If-Match.
The others are pages of 100, single features, tiles where the server has them, and boxes in bulk.
Afterwards all connections ask without pause: the rate that is then reached is the saturation.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from api.identity import new_token
from gis.register.accounts import Access, Accounts
from gis.register.store import Register
from tests.benchmarks.ogc import servers
from tests.benchmarks.ogc.client import Connection, Told, ask_once
from tests.benchmarks.ogc.data import AREA, fill
from tests.benchmarks.ogc.processes import cpu_seconds, memory_megabytes
from tests.benchmarks.ogc.servers import ACCEPT, Server
from tests.postgres_server import programs, running

_TARGET_P95_MS: Final = 150.0
_MEMORY_PART: Final = 0.10
_MINUTE_S: Final = 60.0
_TILE: Final = "/ogc/collections/structures/tiles/WebMercatorQuad/12/1900/3258?f=mvt"
_MERGE: Final = "Content-Type: application/merge-patch+json\r\n"


@dataclass(slots=True)
class Load:
    """What the load showed, by the kind of request."""

    told: dict[str, Told] = field(default_factory=dict)
    memory_mb: dict[str, float] = field(default_factory=dict)

    def note(self, kind: str, seconds: float, wrong: str) -> None:
        """Note one answer."""
        one = self.told.setdefault(kind, Told())
        one.seconds.append(seconds)
        if wrong:
            one.errors.append(wrong)

    @property
    def reads(self) -> Told:
        """All that was read."""
        whole = Told()
        for kind, one in self.told.items():
            if kind != "write":
                whole.seconds += one.seconds
        return whole

    @property
    def errors(self) -> list[str]:
        """All that went wrong."""
        return [wrong for one in self.told.values() for wrong in one.errors]


class Asking:
    """Asks one request after another of the mix."""

    def __init__(self, server: Server, token: str, ids: list[str]) -> None:
        self._items = server.items
        self._staff = f"{ACCEPT}Authorization: Bearer {token}\r\n"
        self._ids = ids
        self._drawn = random.Random(7)
        self._free = count()
        self._reads = ["page-100"] * 4 + ["single"] * 4 + ["box in bulk"]
        self.tiles = ask_once(server.port, _TILE, ACCEPT).status in (200, 204)
        if self.tiles:
            self._reads += ["tile"] * 3

    def kind(self, number: int) -> str:
        """Return what the request of a number is."""
        return "write" if number % 10 == 9 else self._drawn.choice(self._reads)

    async def ask(self, connection: Connection, kind: str) -> str:
        """Ask one request; return what was wrong with the answer, else an empty text."""
        if kind == "write":
            return await self._write(connection)
        answer = await connection.ask(self._path(kind), headers=ACCEPT)
        sound = answer.status == 200 or (kind == "tile" and answer.status == 204)
        return "" if sound else f"{kind}: {answer.status} {answer.body[:200]!r}"

    async def _write(self, connection: Connection) -> str:
        """Change a structure that no other request is changing."""
        number = next(self._free)
        path = f"{self._items}/{self._ids[number % len(self._ids)]}"
        seen = await connection.ask(path, headers=self._staff)
        if seen.status != 200:
            return f"write, read: {seen.status} {seen.body[:200]!r}"
        body = json.dumps({"properties": {"height_m": 20.0 + number % 500 / 10}}).encode()
        headers = f"{self._staff}{_MERGE}If-Match: {seen.headers['etag']}\r\n"
        answer = await connection.ask(path, method="PATCH", headers=headers, body=body)
        return "" if answer.status == 200 else f"write: {answer.status} {answer.body[:200]!r}"

    def _path(self, kind: str) -> str:
        drawn = self._drawn
        if kind == "page-100":
            whole = min(50, len(self._ids) // 100)
            return f"{self._items}?limit=100&offset={100 * drawn.randrange(whole)}"
        if kind == "single":
            return f"{self._items}/{drawn.choice(self._ids)}"
        if kind == "tile":
            x, y = 3_254 + drawn.randrange(12), 1_920 + drawn.randrange(12)
            return f"/ogc/collections/structures/tiles/WebMercatorQuad/12/{y}/{x}?f=mvt"
        west, south, east, north = AREA
        left, low = drawn.uniform(west, east - 0.05), drawn.uniform(south, north - 0.05)
        box = f"{left:.4f},{low:.4f},{left + 0.05:.4f},{low + 0.05:.4f}"
        return f"{self._items.removesuffix('/items')}/bulk?f=geojsonseq&bbox={box}"


async def offer(
    server: Server, asking: Asking, *, per_s: float, connections: int, duration_s: float
) -> Load:
    """Offer requests at a steady rate and note memory after a minute and at the end."""
    load, due = Load(), asyncio.Queue[tuple[float, str] | None]()
    load.memory_mb["start"] = memory_megabytes(server.pid)

    async def go() -> None:
        with Connection(server.port) as connection:
            while (one := await due.get()) is not None:
                asked_at, kind = one
                try:
                    wrong = await asking.ask(connection, kind)
                except (OSError, EOFError, TimeoutError) as error:
                    wrong = f"{kind}: {error!r}"
                load.note(kind, time.perf_counter() - asked_at, wrong)

    workers = [asyncio.create_task(go()) for _ in range(connections)]
    began = time.perf_counter()
    for number in range(int(per_s * duration_s)):
        moment = began + number / per_s
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        due.put_nowait((moment, asking.kind(number)))
        if "minute 1" not in load.memory_mb and moment - began >= min(_MINUTE_S, duration_s / 2):
            load.memory_mb["minute 1"] = memory_megabytes(server.pid)
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    load.memory_mb["end"] = memory_megabytes(server.pid)
    ran_s = time.perf_counter() - began
    for one in load.told.values():
        one.ran_s = ran_s
    return load


async def saturate(server: Server, asking: Asking, connections: int, duration_s: float) -> Load:
    """Ask from every connection without pause."""
    load, numbers, end = Load(), count(), time.perf_counter() + duration_s
    began = time.perf_counter()

    async def go() -> None:
        with Connection(server.port) as connection:
            while time.perf_counter() < end:
                kind, asked_at = asking.kind(next(numbers)), time.perf_counter()
                wrong = await asking.ask(connection, kind)
                load.note(kind, time.perf_counter() - asked_at, wrong)

    await asyncio.gather(*(go() for _ in range(connections)))
    for one in load.told.values():
        one.ran_s = time.perf_counter() - began
    return load


def main(arguments: Sequence[str]) -> int:
    """Offer the load to a register in each database, and print what it showed."""
    parser = argparse.ArgumentParser(prog="load_ogc.py", description=__doc__)
    parser.add_argument("--databases", nargs="+", default=["geopackage", "postgis"])
    parser.add_argument("--count", type=int, default=30_000, help="structures")
    parser.add_argument("--per-s", type=float, default=100.0)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--saturate-s", type=float, default=20.0)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args(arguments)
    told = {}
    for database in chosen.databases:
        with _served(database, chosen.count) as (server, asking):
            told[database] = _run(server, asking, chosen)
        print(json.dumps({database: told[database]}, ensure_ascii=False, indent=1), flush=True)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(told, indent=1), "utf-8")
    return int(any(one["errors"] for one in told.values()))


def _run(server: Server, asking: Asking, chosen: argparse.Namespace) -> dict[str, Any]:
    asyncio.run(saturate(server, asking, 4, 2.0))  # what is loaded once is loaded
    before = cpu_seconds(server.pid)
    offered = {"per_s": chosen.per_s, "connections": chosen.connections}
    load = asyncio.run(offer(server, asking, **offered, duration_s=60.0 * chosen.minutes))
    busy = (cpu_seconds(server.pid) - before) / max(one.ran_s for one in load.told.values())
    full = asyncio.run(saturate(server, asking, chosen.connections, chosen.saturate_s))
    grown = load.memory_mb["end"] / load.memory_mb["minute 1"] - 1.0
    reads = load.reads
    return {
        "offered": {**offered, "minutes": chosen.minutes, "tiles": asking.tiles},
        "errors": len(load.errors),
        "first_errors": load.errors[:3],
        "reads_p50_ms": round(reads.percentile_ms(50), 1),
        "reads_p95_ms": round(reads.percentile_ms(95), 1),
        "by_kind": {kind: _told(one) for kind, one in sorted(load.told.items())},
        "memory_mb": {name: round(value, 1) for name, value in load.memory_mb.items()},
        "memory_grown_percent": round(100.0 * grown, 1),
        "server_cores": round(busy, 2),
        "saturation_per_s": round(sum(one.per_s for one in full.told.values()), 1),
        "saturation_errors": len(full.errors),
        "saturation_reads_p95_ms": round(full.reads.percentile_ms(95), 1),
        "met": not load.errors
        and reads.percentile_ms(95) < _TARGET_P95_MS
        and grown <= _MEMORY_PART,
    }


def _told(one: Told) -> dict[str, float]:
    return {
        "count": len(one.seconds),
        "p50_ms": round(one.percentile_ms(50), 1),
        "p95_ms": round(one.percentile_ms(95), 1),
    }


@contextmanager
def _served(database: str, structures: int) -> Iterator[tuple[Server, Asking]]:
    """Serve a register that one database keeps, with an account of staff that writes."""
    with TemporaryDirectory(prefix="load-ogc-") as name:
        home = Path(name) / "home"
        home.mkdir(mode=0o700)
        if database == "geopackage":
            with _serving(home, str(home / "register.gpkg"), "", structures) as found:
                yield found
            return
        binaries = programs()
        if binaries is None:
            raise SystemExit("PostgreSQL with PostGIS is not installed")
        with running(binaries) as server:
            url = server.url(server.database())
            address = url.render_as_string(hide_password=False)
            with _serving(home, address, address, structures) as found:
                yield found


@contextmanager
def _serving(
    home: Path, register: str, setting: str, structures: int
) -> Iterator[tuple[Server, Asking]]:
    with Register.open(register, create=True) as opened:
        fill(opened, structures, hidden=0.0)
        accounts = Accounts(opened)
        staff = accounts.add("bench", "staff")
        token, _ = new_token(accounts, staff.id, "bench", days=None, access=Access.WRITE)
    ids = [f"s{number:06}" for number in range(structures)]
    with servers.phusong("PhuSong", home.parent, home, setting) as server:
        yield server, Asking(server, token, ids)
