"""Fixtures that every test may use, the order of a run, and its last line: what was skipped.

A register is asked of `tests.prepared`, which copies one made before, and not made anew. A file's
tests run in one process, so what several of them need may be prepared once in the file
(`scope="module"`); a file that takes much longer than others stands in `LONGEST`.
"""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from xdist.scheduler import LoadFileScheduling

from api.environment import keep_kernels
from propagation.itu.p1546_curves import (
    CURVE_DISTANCES_KM,
    CURVE_HEIGHTS_M,
    CURVE_TIMES_PERCENT,
    CurveFamily,
    CurveSet,
)
from tests.postgres_server import PostgresServer, programs, running
from tests.prepared import Keeping

keep_kernels(Path(__file__).parents[1])
hypothesis.settings.register_profile("ours", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ours")  # the same examples each time, and no clock

LONGEST = (
    "tests/api/test_applications.py",
    "tests/test_bundle.py",
    "tests/api/test_cli_commands.py",
    "tests/api/test_server_process.py",
    "tests/faults/",
    "tests/browser/",
    "tests/api/test_hostile_values.py",
    "tests/gis/test_study_remedies.py",
    "tests/benchmarks/",
    "tests/api/test_imports.py",
    "tests/api/test_confidentiality.py",
    "tests/api/test_ogc_features.py",
    "tests/api/test_ogc_processes.py",
    "tests/api/test_description.py",
    "tests/gis/test_area_raster.py",
    "tests/gis/test_register_kill.py",
    "tests/test_story.py",
    "tests/gis/test_jobs_processes.py",
    "tests/test_check_same_bytes.py",
    "tests/gis/test_study_network.py",
    "tests/gis/test_exchange_hostile.py",
    "tests/propagation/area/test_radial.py",
    "tests/gis/test_register_history.py",
    "tests/api/test_works.py",
)
"""Folders and files that take longest, the longest first.

The first compile the kernels, so that no page in the browser waits for them.
"""

ON_BOTH = (
    "tests/api/test_grants.py",
    "tests/api/test_ogc_features.py",
    "tests/api/test_ogc_tiles.py",
    "tests/api/test_ogc_writes.py",
    "tests/api/test_query_limits.py",
    "tests/api/test_register_routes.py",
    "tests/api/test_structure_pages.py",
    "tests/gis/test_cases_store.py",
    "tests/gis/test_exchange_roads.py",
    "tests/gis/test_features_counts.py",
    "tests/gis/test_features_told.py",
    "tests/gis/test_jobs_queue.py",
    "tests/gis/test_planned_works.py",
    "tests/gis/test_register_accounts.py",
    "tests/gis/test_register_history.py",
    "tests/gis/test_register_infrastructure.py",
    "tests/gis/test_register_measurements.py",
    "tests/gis/test_register_nearest.py",
    "tests/gis/test_register_occupancy.py",
    "tests/gis/test_register_resting.py",
    "tests/gis/test_register_scopes.py",
    "tests/gis/test_register_store.py",
    "tests/gis/test_register_waiting.py",
    "tests/faults/test_stopping.py",
)
"""Files whose tests run on a GeoPackage and then on PostgreSQL with PostGIS.

A test in them that is of one of the two alone is marked `geopackage` or `postgis`. Any other test
is run on PostgreSQL by `PHUSONG_TEST_DATABASE=postgis`.
"""

_USUAL = os.environ.get("PHUSONG_TEST_DATABASE", "geopackage")

_IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published reference values and real data beside the project."""
    folder = Path(__file__).parents[2] / "shared"
    if not (folder / "reference").is_dir():
        pytest.skip("shared folder absent: published reference files are not part of the project")
    return folder


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Find a program of the system; without it the test is skipped, and in CI it fails."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None and _IN_CI:
            pytest.fail(f"{name} is not installed, and CI must not skip for want of a tool")
        if found is None:
            pytest.skip(f"{name} is not installed")
        return found

    return find


@pytest.fixture
def pdf_text(tool: Callable[[str], str], tmp_path: Path) -> Callable[[bytes], str]:
    """Read a PDF's text as a person copies it."""

    def read(content: bytes) -> str:
        file = tmp_path / "report.pdf"
        file.write_bytes(content)
        done = subprocess.run(
            [tool("pdftotext"), "-layout", str(file), "-"], capture_output=True, check=True
        )
        return done.stdout.decode("utf-8")

    return read


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start a private PostgreSQL server; without its programs as `tool` without one."""
    binaries = programs()
    if binaries is None and _IN_CI:
        pytest.fail("PostgreSQL with PostGIS is not installed, and CI must not skip it")
    if binaries is None:
        pytest.skip("PostgreSQL with PostGIS is not installed")
    with running(binaries) as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def kept_by(request: pytest.FixtureRequest) -> Iterator[str]:
    """Have the registers of `tests.prepared` kept in a GeoPackage, or in PostgreSQL."""
    name = getattr(request, "param", _USUAL)
    if name == "postgis":
        Keeping.server = request.getfixturevalue("postgres")
    yield name
    Keeping.server = None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some files on both databases."""
    every = ("geopackage", "postgis")
    only = [name for name in every if metafunc.definition.get_closest_marker(name)]
    if metafunc.definition.nodeid.startswith(ON_BOTH) or (only and _USUAL != "geopackage"):
        metafunc.parametrize("kept_by", only or every, indirect=True, scope="module")


@pytest.fixture(scope="session")
def synthetic_curves() -> CurveSet:
    """Curves that nobody measured, in the shape of those of Rec. ITU-R P.1546.

    They fall with the distance, rise with the height, and stay below the maximum field; nothing
    else of them is true.
    """
    d = np.array(CURVE_DISTANCES_KM, dtype=np.float64)[:, np.newaxis]
    h = np.array(CURVE_HEIGHTS_M)
    values = np.empty((3, 3, 3, d.size, h.size))
    for family in CurveFamily:
        for k, time in enumerate(CURVE_TIMES_PERCENT):
            warm = family if time != 50 else min(family, 1)
            enhanced = 2.38 * (1 - np.exp(-d / 8.94)) * np.log10(50 / time) * (family > 0)
            for j in range(3):
                steepness = 14 + 2.5 * j - 1.5 * (2 - k) - 2 * warm
                lost = steepness * np.log1p(d / (2 + j + h / 30)) + 20 / h
                values[family, k, j] = 106.9 - 20 * np.log10(d) + enhanced - lost
    return CurveSet(np.round(values, 4), "synthetic, for tests", synthetic=True)


def _turn(nodeid: str) -> int:
    return next((n for n, name in enumerate(LONGEST) if nodeid.startswith(name)), len(LONGEST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no process waits for another."""
    items.sort(key=lambda item: _turn(item.nodeid))


class _ByFile(LoadFileScheduling):
    """Gives each process whole files, in order, and all tests with the browser to one of them."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "browser" if file.startswith("tests/browser/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByFile:
    """Hand the tests out as `_ByFile` does, whatever `--dist` says."""
    return _ByFile(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Close with the number of skipped tests and the reasons."""
    reasons = Counter(
        str(
            report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        ).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
    )
    terminalreporter.write_line(f"skipped: {sum(reasons.values())}")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"  {count} x {reason}")
