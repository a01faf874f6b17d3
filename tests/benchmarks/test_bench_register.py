"""How long a large import holds the register, and how fast a large register answers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import LineString

from gis.register.nearest import nearest_structures
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.routes import Route, RouteKind
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Structure, StructureKind
from propagation.compliance.records import Confidence

COUNT = 20_000
KNOWN = Provenance(confidence=Confidence.SYNTHETIC, source="dữ liệu mô phỏng")
OWNER = Organisation(id="a", name="A", kind=OrganisationKind.OPERATOR, provenance=KNOWN)


def _structure(number: int) -> Structure:
    return Structure(
        id=f"s{number:05}",
        code=f"T{number}",
        name=f"Cột Tân An {number}",
        kind=StructureKind.ANTENNA_MAST,
        owner_id="a",
        longitude=106.0 + number * 1e-5,
        latitude=10.5 + number * 1e-5,
        height_m=42.0,
        commune_name="Xã Bình Hoà",
        provenance=KNOWN,
    )


def test_add_structures(benchmark, tmp_path: Path) -> None:
    """Target: 20,000 structures with index and history under 3 s."""
    structures = [_structure(number) for number in range(COUNT)]
    names = (tmp_path / f"{number}.gpkg" for number in range(100))

    def opened() -> tuple[tuple[Register], dict[str, object]]:
        register = Register.open(next(names), create=True)
        with register.write(author="test", reason="owner") as w:
            w.add_organisations([OWNER])
        return (register,), {}

    def add(register: Register) -> Register:
        with register, register.write(author="test", reason="import") as w:
            w.add_structures(structures)
        return register

    register = benchmark.pedantic(add, setup=opened, rounds=2)
    with Register.open(register.path) as again:
        assert again.count_structures(SYSTEM, bbox=(106.0, 10.5, 106.1, 10.6)) == 10_001


STRUCTURES, ROUTES = 50_000, 20_000
ASKED = 200


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """50,000 structures and 20,000 lines over 120 km by 120 km, read once."""
    random = np.random.default_rng(1)
    places = random.uniform((105.9, 10.0), (107.0, 11.1), (STRUCTURES, 2)).round(6)
    structures = [
        replace(
            _structure(k), longitude=float(lon), latitude=float(lat), shareable=bool(k % 2),
        )
        for k, (lon, lat) in enumerate(places)
    ]  # fmt: skip
    lines = [
        Route(
            id=f"r{k:05}", code=f"R{k}", kind=RouteKind.DUCT, owner_id="a",
            from_id=structures[2 * k].id, to_id=structures[2 * k + 1].id,
            geometry=LineString([places[2 * k], places[2 * k + 1]]), provenance=KNOWN,
        )
        for k in range(ROUTES)
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("province") / "register.gpkg"
    with Register.open(path, create=True) as register:
        with register.write(author="test", reason="import") as w:
            w.add_organisations([OWNER])
            w.add_structures(structures)
            w.add_routes(lines)
        yield register


def _places() -> list[tuple[float, float]]:
    places = np.random.default_rng(2).uniform((106, 10.1), (106.9, 11), (ASKED, 2))
    return [(float(lon), float(lat)) for lon, lat in places]


def _note_p95(benchmark: Any) -> None:
    """Note what 95 of 100 questions, each about another place, stay below."""
    if benchmark.stats is not None:
        p95_s = float(np.percentile(benchmark.stats.stats.data, 95))
        benchmark.extra_info["p95_ms"] = round(1000 * p95_s, 1)


def test_a_box_of_some_500_structures(benchmark, province: Register) -> None:
    """Target: p95 under 20 ms."""
    half = 0.5 * (500 / STRUCTURES) ** 0.5 * 1.1
    places = _places()
    turn = iter(range(10**9))

    def ask() -> int:
        lon, lat = places[next(turn) % ASKED]
        box = (lon - half, lat - half, lon + half, lat + half)
        return len(province.structures(SYSTEM, bbox=box))

    assert 350 < benchmark.pedantic(ask, rounds=ASKED, warmup_rounds=2) < 650
    _note_p95(benchmark)


def test_the_ten_nearest_that_are_shared(benchmark, province: Register) -> None:
    """Target: p95 under 20 ms."""
    places = _places()
    turn = iter(range(10**9))

    def ask() -> int:
        lon, lat = places[next(turn) % ASKED]
        return len(nearest_structures(province, SYSTEM, lon, lat, 10, shareable=True))

    assert benchmark.pedantic(ask, rounds=ASKED, warmup_rounds=2) == 10
    _note_p95(benchmark)


def test_the_file_is_small_enough(province: Register, record_property: Any) -> None:
    """Target: under 200 MB, the history of the import included."""
    files = [province.path, province.path.with_name(province.path.name + "-wal")]
    megabytes = sum(file.stat().st_size for file in files if file.exists()) / 1e6
    record_property("megabytes", round(megabytes, 1))
    assert megabytes < 200
