"""The OGC API beside TiPg (PostGIS) and pygeoapi (GeoPackage): same rows, machine, questions.

Every server has one process. In rounds each is asked each question in turn, from so many
connections that stay open; of a server's rounds the best counts, as whatever else runs on the
machine only takes away. Beside requests a second stands the processor time of a request, of the
server and of the database together: other work on the machine does not change it by much.

pygeoapi needs a Python whose SQLite loads extensions, and Debian's libsqlite3-mod-spatialite.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from gis.features.collections import COLLECTIONS
from gis.features.reading import Asked, FeatureReader
from gis.register.scopes import PUBLIC
from gis.register.store import Register
from tests.benchmarks.ogc import servers
from tests.benchmarks.ogc.client import Told, ask_once, closed_loop
from tests.benchmarks.ogc.data import fill, write_geopackage, write_table
from tests.benchmarks.ogc.processes import cpu_seconds
from tests.benchmarks.ogc.questions import QUESTIONS, Question
from tests.benchmarks.ogc.servers import ACCEPT, Server
from tests.postgres_server import programs, running

_PEERS: Final = {"PhuSong, PostGIS": "TiPg", "PhuSong, GeoPackage": "pygeoapi"}
_TARGETS: Final = {"TiPg": 2.0, "pygeoapi": 5.0}
_USED: Final = {
    "tipg": ("tipg", "uvicorn", "uvloop", "httptools", "asyncpg"),
    "pygeoapi": ("pygeoapi", "gunicorn", "gevent", "flask"),
}
_WARM_S: Final = 0.5


@dataclass(slots=True)
class Measured:
    """What one server showed with one question."""

    rounds: list[Told] = field(default_factory=list)
    cpu_s: float = 0.0

    @property
    def best(self) -> Told:
        """The round with the most answers a second."""
        return max(self.rounds, key=lambda told: told.per_s)

    @property
    def cpu_ms(self) -> float:
        """Processor time of a request, of all rounds."""
        return 1000.0 * self.cpu_s / max(1, sum(len(told.seconds) for told in self.rounds))

    def told(self) -> dict[str, Any]:
        """Return what is written of it."""
        best = self.best
        return {
            "per_s": round(best.per_s, 1),
            "p50_ms": round(best.percentile_ms(50), 1),
            "p95_ms": round(best.percentile_ms(95), 1),
            "cpu_ms": round(self.cpu_ms, 2),
            "errors": sum(len(told.errors) for told in self.rounds),
        }


def main(arguments: Sequence[str]) -> int:
    """Measure, print the table, write the JSON."""
    chosen = _chosen(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="compare-ogc-")))
        folder.chmod(0o755)
        started, database, ids = _start(stack, folder, chosen)
        told = {"machine": _machine(), "versions": _versions(chosen), "count": chosen.count}
        print(json.dumps(told, ensure_ascii=False))
        questions = [one for one in QUESTIONS if one.name in chosen.questions]
        for question in questions:
            _agree(started, question, ids)
        measured = _measure(started, database, questions, ids, chosen)
    table = [
        {"question": name, "connections": connections, "server": server, **one.told()}
        for (name, connections, server), one in measured.items()
    ]
    print(_printed(table))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps({**told, "table": table}, indent=1), "utf-8")
    return 0


def _chosen(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="compare_ogc.py", description=__doc__)
    parser.add_argument("--count", type=int, default=30_000, help="structures")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of a question in a round")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    names = [one.name for one in QUESTIONS]
    parser.add_argument("--questions", nargs="+", choices=names, default=names)
    parser.add_argument("--without", nargs="*", choices=("tipg", "pygeoapi"), default=[])
    parser.add_argument(
        "--environments", type=Path, default=Path("build/compare-ogc"), help="kept between runs"
    )
    parser.add_argument("--json", type=Path)
    return parser.parse_args(arguments)


def _start(
    stack: ExitStack, folder: Path, chosen: argparse.Namespace
) -> tuple[list[Server], int, list[str]]:
    """Start every server on the same rows; return them, PostgreSQL's process, the ids to ask."""
    binaries = programs()
    if binaries is None:
        raise SystemExit("PostgreSQL with PostGIS is not installed")
    server = stack.enter_context(running(binaries))
    home, other_home = folder / "home", folder / "home-postgis"
    home.mkdir(mode=0o700)
    other_home.mkdir(mode=0o700)
    table, database = server.url(server.database()), server.url(server.database())
    with Register.open(home / "register.gpkg", create=True) as register:
        fill(register, chosen.count)
        write_geopackage(register, folder / "made.gpkg")
        write_table(register, table)
        reader = FeatureReader(register, PUBLIC)
        ids = [one.id for one in reader.each(COLLECTIONS["structures"], Asked())]
    with Register.open(database, create=True) as register:
        fill(register, chosen.count)
    with server.connect(database) as connection:
        connection.execute("VACUUM ANALYZE")
    address = database.render_as_string(hide_password=False)
    found = [
        stack.enter_context(servers.phusong("PhuSong, GeoPackage", folder, home)),
        stack.enter_context(servers.phusong("PhuSong, PostGIS", folder, other_home, address)),
    ]
    if "tipg" not in chosen.without:
        place = servers.environment(chosen.environments.absolute(), "tipg")
        found.append(stack.enter_context(servers.tipg(folder, place, table)))
    if "pygeoapi" not in chosen.without:
        place = servers.environment(chosen.environments.absolute(), "pygeoapi")
        data = folder / "made.gpkg"
        found.append(stack.enter_context(servers.pygeoapi(folder, place, data)))
    postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    return found, postmaster, ids


def _machine() -> dict[str, Any]:
    load = os.getloadavg()[0]
    cores = os.cpu_count()
    return {"processor": platform.processor(), "cores": cores, "load_before": round(load, 1)}


def _versions(chosen: argparse.Namespace) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name, packages in _USED.items():
        if name not in chosen.without:
            place = servers.environment(chosen.environments.absolute(), name)
            found |= servers.versions(place, packages)
    return found


def _agree(started: Sequence[Server], question: Question, ids: list[str]) -> None:
    """Refuse to measure servers that answer differently: how many, which, and how many in all."""
    said = {}
    for server in started:
        path = next(_paths(server, question, ids))
        answer = ask_once(server.port, path, ACCEPT)
        body = json.loads(answer.body)
        features = body.get("features", [body])
        said[server.name] = ([one["id"] for one in features], body.get("numberMatched"))
        if answer.status != 200:
            raise SystemExit(f"{server.name}: {answer.status} {path}")
    numbers = {one for _, one in said.values() if one is not None}
    lists = {tuple(one) for one, _ in said.values()}
    if len(numbers) > 1 or len(lists) > 1:
        raise SystemExit(f"{question.name}: answers differ: {said}")
    counted = ", ".join(name for name, (_, one) in said.items() if one is not None) or "nobody"
    features = len(next(iter(lists)))
    print(f"{question.name}: {features} same features of each; all counted by: {counted}")


def _paths(server: Server, question: Question, ids: list[str]) -> Iterator[str]:
    for below, query in question.asked(ids):
        said = "&".join(part for part in (query, server.also) if part)
        yield f"{server.items}{below}{'?' + said if said else ''}"


def _measure(
    started: Sequence[Server],
    database: int,
    questions: Sequence[Question],
    ids: list[str],
    chosen: argparse.Namespace,
) -> dict[tuple[str, int, str], Measured]:
    found: dict[tuple[str, int, str], Measured] = {}
    for number in range(chosen.rounds):
        for question in questions:
            for connections in chosen.connections:
                for server in started:
                    key = (question.name, connections, server.name)
                    one = found.setdefault(key, Measured())
                    paths = _paths(server, question, ids)
                    asyncio.run(closed_loop(server.port, paths, connections, _WARM_S, ACCEPT))
                    before = cpu_seconds(server.pid, database)
                    told = asyncio.run(
                        closed_loop(server.port, paths, connections, chosen.seconds, ACCEPT)
                    )
                    one.cpu_s += cpu_seconds(server.pid, database) - before
                    one.rounds.append(told)
        print(f"round {number + 1} of {chosen.rounds}", file=sys.stderr, flush=True)
    return found


def _printed(table: Sequence[dict[str, Any]]) -> str:
    """Return the table as Markdown, each server of ours with its ratio to its peer."""
    by_key = {(row["question"], row["connections"], row["server"]): row for row in table}
    lines = [
        "| question | connections | server | requests/s | p50 ms | p95 ms | CPU ms a request"
        " | times the peer's requests/s | times less CPU |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in table:
        peer_name = _PEERS.get(row["server"], "")
        peer = by_key.get((row["question"], row["connections"], peer_name))
        ratios = ["", ""]
        if peer is not None:
            times = row["per_s"] / max(peer["per_s"], 0.01)
            met = times >= _TARGETS[peer_name] and row["p95_ms"] <= peer["p95_ms"]
            ratios = [
                f"{times:.1f} ({peer_name}{'' if met else ', **missed**'})",
                f"{peer['cpu_ms'] / max(row['cpu_ms'], 0.001):.1f}",
            ]
        names = ("question", "connections", "server", "per_s", "p50_ms", "p95_ms", "cpu_ms")
        lines.append("| " + " | ".join([*(str(row[name]) for name in names), *ratios]) + " |")
    errors = sum(row["errors"] for row in table)
    return "\n".join([*lines, "", f"answers other than 200: {errors}"])
