"""What a register of many sites costs: made of a seed, measured, and gone afterwards.

    python tests/benchmarks/scale.py --sizes 10000 30000 100000

Nothing in it exists, and every record says so. Each size runs in a process of its own, so that its
memory is its own. Times are seconds of processor, the best of a few: they hold on a busy machine
too. For each measure the last column is the power of the number of sites with which it grows, from
the smallest size to the largest. `docs/scale.md` tells what was found.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from starlette.testclient import TestClient

from api.app import create_app
from api.identity import new_token
from api.settings import Settings
from gis.administration import load_administration
from gis.duplicates import duplicates
from gis.exchange.exporting import export
from gis.exchange.importing import commit, judge
from gis.home import Home
from gis.jurisdictions import jurisdiction_on
from gis.plan_bench import PlanBench
from gis.quality import quality
from gis.register.accounts import Access
from gis.register.nearest import nearest_structures
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import AttachmentLevel, Installation, Structure, StructureKind
from gis.studies import sharing
from gis.studies.context import StudyContext
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from propagation.compliance.records import Confidence

DAY = date(2026, 11, 1)
MADE = Provenance(confidence=Confidence.SYNTHETIC, source="dữ liệu mô phỏng / made, not real")
OWNERS = ("a", "b", "c")
BOX = (106.0, 10.1, 107.0, 11.1)
"""110 km by 110 km, a large province, whatever the number of sites."""

ASKED_SHARING = {
    "longitude": 106.45, "latitude": 10.55, "within_km": 3, "radius_km": 3, "frequency_mhz": 900,
    "erp_dbw": 20, "minimum_dbuvm": 60, "on": DAY.isoformat(),
}  # fmt: skip
ASKED_MOBILE = {
    "bounds": [106.43, 10.53, 106.47, 10.57], "step_m": 100, "reach_km": 3, "on": DAY.isoformat(),
}  # fmt: skip
SECTORS = (0.0, 120.0, 240.0)
CHUNK = 10_000
HEADERS = "Mã trạm;Tên trạm;Loại;Chủ sở hữu;Kinh độ (WGS 84);Vĩ độ;Chiều cao (m);Xã;Dùng chung"


def places(count: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(BOX[:2], BOX[2:], (count, 2)).round(6)


def owner_of(number: int) -> str:
    return OWNERS[number % len(OWNERS)]


def structure(number: int, place: np.ndarray) -> Structure:
    return Structure(
        id=f"s{number:06d}", code=f"T{number:06d}", name=f"Cột mô phỏng {number}",
        kind=StructureKind.ANTENNA_MAST, owner_id=owner_of(number), longitude=float(place[0]),
        latitude=float(place[1]), height_m=42.0, ground_height_m=2.0, shareable=True,
        commune_name="Xã Bình Hoà", wind_area_limit_m2=6.0, load_limit_kg=500.0, provenance=MADE,
    )  # fmt: skip


def level(number: int) -> AttachmentLevel:
    return AttachmentLevel(
        id=f"l{number:06d}", structure_id=f"s{number:06d}", height_from_m=28.0, height_to_m=36.0,
        slots=3, provenance=MADE,
    )  # fmt: skip


def sectors(number: int) -> Iterator[Installation]:
    for turn, azimuth in enumerate(SECTORS):
        yield Installation(
            id=f"i{number:06d}-{turn}", structure_id=f"s{number:06d}",
            organisation_id=owner_of(number), technology="4G LTE 1800", frequency_mhz=1842.5,
            height_above_ground_m=38.0, azimuth_deg=azimuth, eirp_dbm=60.0, confidential=False,
            provenance=MADE,
        )  # fmt: skip


def fill(register: Register, count: int) -> None:
    """Write the sites, their levels and their sectors, ten thousand sites at a time."""
    where = places(count)
    with register.write(author="scale", reason="scale") as writer:
        load_administration(writer)
        kind = OrganisationKind.OPERATOR
        writer.add_organisations(
            [Organisation(id=one, name=one.upper(), kind=kind, provenance=MADE) for one in OWNERS]
        )
    for first in range(0, count, CHUNK):
        numbers = range(first, min(first + CHUNK, count))
        with register.write(author="scale", reason="scale") as writer:
            writer.add_structures([structure(n, where[n]) for n in numbers])
            writer.add_levels([level(n) for n in numbers])
            writer.add_installations([one for n in numbers for one in sectors(n)])


def seconds(act: Callable[[], object], times: int = 1) -> float:
    """Return the seconds of processor that something takes at best."""
    found = []
    for _ in range(times):
        begun = time.process_time()
        act()
        found.append(time.process_time() - begun)
    return min(found)


def peak_mb() -> float:
    """Return the most memory that this process has held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return round(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def megabytes(folder: Path, name: str) -> float:
    return round(sum(file.stat().st_size for file in folder.glob(f"{name}*")) / 1e6, 1)


class Scale:
    """The measures of one size, in the order in which they are taken."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.count = folder, count
        self.found: dict[str, float] = {"sites": count}

    def take(self, name: str, act: Callable[[], object], times: int = 1) -> None:
        self.found[name] = round(seconds(act, times), 4)
        self.found[f"{name}, peak MB"] = peak_mb()
        print(f"  {name}: {self.found[name]} s, {peak_mb()} MB", file=sys.stderr, flush=True)

    def of_register(self) -> None:
        home = self.folder / "home"
        home.mkdir()
        with Register.open(home / "register.gpkg", create=True) as register:
            self.take("write the register", lambda: fill(register, self.count))
        self.found["file, MB"] = megabytes(home, "register.gpkg")
        with Register.open(home / "register.gpkg") as register:
            self.of_questions(register)
            self.of_lists(register)
            self.of_studies(register, Home(home))
        self.of_pages(home)

    def of_questions(self, register: Register) -> None:
        half = 0.5 * (500 / self.count) ** 0.5
        spots = iter(places(1000).tolist())

        def box() -> None:
            lon, lat = next(spots)
            register.structures(SYSTEM, bbox=(lon - half, lat - half, lon + half, lat + half))

        self.take("box of 500 sites", box, 50)
        self.take(
            "ten nearest", lambda: nearest_structures(register, SYSTEM, *next(spots), 10), 50
        )
        self.take("count all", lambda: register.count_structures(SYSTEM, on=DAY), 5)
        self.take("find by a word", lambda: register.structures(SYSTEM, text="999", limit=50), 5)

    def of_lists(self, register: Register) -> None:
        province = jurisdiction_on(DAY)
        with register.snapshot() as reader:
            self.take("read all structures", lambda: reader.structures(SYSTEM, on=DAY))
            self.take("quality of all owners", lambda: quality(reader, province, DAY))
            self.take("duplicates", lambda: duplicates(reader, DAY))
        for ending in ("gpkg", "csv", "xlsx"):
            file = self.folder / f"out.{ending}"
            self.take(
                f"export structures, {ending}",
                lambda ending=ending, file=file: export(
                    register, SYSTEM, ["structures"], ending, file
                ),
            )

    def of_studies(self, register: Register, home: Home) -> None:
        context = StudyContext(register, home, Ground(FlatTerrain()), workers=1)

        def share() -> None:
            with register.snapshot() as reader:
                gathered = sharing.gather(ASKED_SHARING, reader, context)
            sharing.compute(gathered, context)

        self.take("sharing search within 3 km", share, 2)
        begun = time.process_time()
        study = run("mobile", ASKED_MOBILE, context)
        used = time.process_time() - begun
        sites = study.results["computation"]["sites"]
        self.found["mobile coverage: sites in reach"] = sites
        self.found["mobile coverage, ms a site"] = round(1000 * used / sites, 2)

    def of_pages(self, home: Path) -> None:
        app = create_app(Settings(home=home, workers=0))
        with TestClient(app) as client:
            client.get("/healthz")
            service = app.state.service
            account = service.accounts.add("scale", "staff", password_hash="-")
            secret, _ = new_token(
                service.accounts, account.id, "scale", days=1, access=Access.READ
            )
            signed = {"authorization": f"Bearer {secret}"}

            def get(url: str, **headers: str) -> None:
                answer = client.get(url, headers={**signed, **headers})
                assert answer.status_code == 200, (url, answer.status_code, answer.text[:200])

            deep = self.count - 200
            self.take("items page, first 100", lambda: get("/structures?limit=100"), 5)
            self.take(
                "items page, last 100", lambda: get(f"/structures?limit=100&offset={deep}"), 5
            )
            self.take("quality by the API", lambda: get("/quality"))

    def of_import(self) -> None:
        file = self.folder / "sites.csv"
        rows = [HEADERS] + [
            f"T{n:06d};Cột mô phỏng {n};Cột ăng ten;A;{lon};{lat};42,5;Xã Mỹ Quý;có"
            for n, (lon, lat) in enumerate(places(self.count).tolist())
        ]
        file.write_text("\n".join(rows), encoding="utf-8")
        with Register.open(self.folder / "import.gpkg", create=True) as register:
            with register.write(author="scale", reason="scale") as writer:
                load_administration(writer)
                writer.add_organisations(
                    [
                        Organisation(
                            id="a", name="A", kind=OrganisationKind.OPERATOR, provenance=MADE
                        )
                    ]
                )
            report: Any = None

            def look() -> None:
                nonlocal report
                report = judge(file, kind="structures", register=register)

            self.take("import: judge", look)
            self.take("import: write", lambda: commit(report, register, author="scale"))
            self.found["import: rows kept"] = register.count_structures(SYSTEM)


def of_plan(stations: int) -> dict[str, float]:
    """Return what a check of a plan costs a station, on one thread."""
    with PlanBench.made(stations, 400.0, "fractal", 1) as bench:
        bench.check(bench.stations[0].id)  # kernels
        used = seconds(bench.check)
        return {"stations": stations, "s a station": round(used / stations, 3), "MB": peak_mb()}


def one(count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="phusong-scale-") as name:
        scale = Scale(Path(name), count)
        scale.of_register()
    return scale.found


def imported(count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="phusong-scale-") as name:
        scale = Scale(Path(name), count)
        scale.of_import()
    return scale.found


PARTS: dict[str, Callable[[int], dict[str, float]]] = {
    "register": one, "import": imported, "plan": of_plan,
}  # fmt: skip


def apart(part: str, count: int) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--part", part, "--sizes", str(count)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, env=ENV
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


def table(found: list[dict[str, float]], key: str) -> Iterator[str]:
    """Yield a table in Markdown: a row for each measure, a column for each size."""
    sizes = [one[key] for one in found]
    yield "| measure | " + " | ".join(f"{size:,.0f}" for size in sizes) + " | grows as |"
    yield "|---" * (len(sizes) + 2) + "|"
    for name in found[0]:
        values = [one.get(name, math.nan) for one in found]
        if name == key:
            continue
        grows = ""
        if len(found) > 1 and values[0] > 0 and values[-1] > 0:
            power = math.log(values[-1] / values[0]) / math.log(sizes[-1] / sizes[0])
            grows = f"n^{power:.2f}"
        yield f"| {name} | " + " | ".join(f"{value:g}" for value in values) + f" | {grows} |"


@contextmanager
def said(what: str) -> Iterator[None]:
    begun = time.monotonic()
    print(f"{what} ...", file=sys.stderr, flush=True)
    yield
    print(f"{what}: {time.monotonic() - begun:.0f} s by the clock", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--stations", type=int, nargs="+", default=[25, 50])
    parser.add_argument("--part", choices=PARTS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(PARTS[given.part](given.sizes[0])))
        return
    for part, key, sizes in (
        ("register", "sites", given.sizes),
        ("import", "sites", given.sizes),
        ("plan", "stations", given.stations),
    ):
        found = []
        for size in sizes:
            with said(f"{part} {size}"):
                found.append(apart(part, size))
        print(*table(found, key), "", sep="\n", flush=True)


if __name__ == "__main__":
    main()
