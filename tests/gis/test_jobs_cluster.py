"""A cluster of dask.distributed under the queue: the same bytes, whoever dies on the way."""

import pickle
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from data.text import Language
from gis.errors import GisError, TerrainUnavailableError
from gis.home import Home
from gis.jobs import cluster as clusters
from gis.jobs.cluster import DaskCluster, cluster_at
from gis.jobs.parcels import packed, unpacked
from gis.jobs.pool import start_workers
from gis.jobs.queue import Job, JobState, Queue
from gis.jobs.scheduler import Scheduler
from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.studies.context import StudyContext
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.opening import GroundFiles, open_ground
from tests.gis.dask_cluster import DaskProcesses
from tests.prepared import demo_register

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

DAY = "2026-11-01"
WEST, NORTH, CELL, SIDE = 105.5, 11.4, 0.00125, 1200
LONG: dict[str, Any] = {"bounds": [105.9, 10.2, 106.9, 11.0], "step_m": 250, "reach_km": 80}
"""A network that takes seconds of processor, so that something can happen on the way."""

SHORT: dict[str, dict[str, Any]] = {
    "coverage": {"radius_km": 60.0, "step_m": 200.0},
    "compliance": {},
    "network": {"bounds": [106.3, 10.5, 106.6, 10.8], "step_m": 500, "reach_km": 80},
    "mobile": {"bounds": [106.35, 10.45, 106.5, 10.6], "step_m": 500, "reach_km": 8},
    "sharing": {
        "longitude": 106.4,
        "latitude": 10.55,
        "within_km": 5,
        "radius_km": 3,
        "frequency_mhz": 900,
        "erp_dbw": 20,
        "minimum_dbuvm": 60,
    },
    "channels": {
        "bounds": [106.3, 10.5, 106.4, 10.6],
        "step_m": 2000,
        "lowest_mhz": 95.0,
        "highest_mhz": 96.0,
        "erp_kw": 1,
        "height_m": 60,
        "service_km": 8,
        "proposals": 0,
    },
}


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    processes = DaskProcesses(tmp_path_factory.mktemp("dask"))
    try:
        processes.add_workers(2)
        yield processes
    finally:
        processes.end()


@pytest.fixture(scope="module")
def hills(tmp_path_factory: pytest.TempPathFactory) -> GroundFiles:
    """Rough hills over the province, in a file that only this process reads."""
    centres = np.arange(SIDE) + 0.5
    lon, lat = np.meshgrid(WEST + CELL * centres, NORTH - CELL * centres)
    rough = np.random.default_rng(1).uniform(0.0, 5.0, lon.shape)
    heights = 60.0 * np.sin(90.0 * lon) * np.cos(70.0 * lat) + 60.0 + rough
    file = tmp_path_factory.mktemp("secret-folder") / "dem.tif"
    profile = {"driver": "GTiff", "dtype": "float32", "crs": "EPSG:4326", "count": 1}
    place = Affine(CELL, 0.0, WEST, 0.0, -CELL, NORTH)
    with rasterio.open(file, "w", height=SIDE, width=SIDE, transform=place, **profile) as dataset:
        dataset.write(heights.astype(np.float32), 1)
    return GroundFiles(terrain=(file,))


@pytest.fixture(scope="module")
def ground(hills: GroundFiles) -> Ground:
    return open_ground(hills)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    path = tmp_path_factory.mktemp("register") / "register.gpkg"
    with demo_register(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def station(register: Register) -> BroadcastStation:
    values = ("ground_height_m", "erp_total_dbw", "height_above_ground_m")
    return next(
        one
        for one in register.stations(SYSTEM)
        if one.service is Service.FM and None not in [getattr(one, name) for name in values]
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def queue(home: Home) -> Iterator[Queue]:
    with demo_register(home.register) as register:
        yield Queue(register)


def until(condition: Callable[[], bool], seconds: float = 300.0) -> float:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds
        time.sleep(0.02)
    return time.monotonic() - started


def files_of(study_id: str, home: Home) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(home.study(study_id).iterdir())}


@pytest.fixture
def done(
    register: Register, ground: Ground, station: BroadcastStation, tmp_path: Path
) -> Callable[[str, DaskCluster | None], dict[str, bytes]]:
    """Run a study of a kind, here or on a cluster, and return its files."""

    def run_it(kind: str, cluster: DaskCluster | None) -> dict[str, bytes]:
        of_a_station = kind in {"coverage", "compliance"}
        asked = SHORT[kind] | ({"station_id": station.id} if of_a_station else {"on": DAY})
        home = Home(tmp_path / ("here" if cluster is None else "afar"))
        home.folder.mkdir()
        context = StudyContext(
            register=register, home=home, ground=ground, workers=2, cluster=cluster
        )
        return files_of(run(kind, asked, context).id, home)

    return run_it


@pytest.mark.parametrize("kind", SHORT)
def test_a_cluster_gives_the_same_bytes(
    dask: DaskProcesses, done: Callable[[str, DaskCluster | None], dict[str, bytes]], kind: str
) -> None:
    before = dask.tasks_done()
    with cluster_at(dask.place) as cluster:
        afar = done(kind, cluster)
    assert dask.tasks_done() > before + 1
    assert afar == done(kind, None)


def test_a_job_outlives_a_worker_of_the_cluster_and_differs_in_no_byte(
    dask: DaskProcesses, hills: GroundFiles, queue: Queue, home: Home, tmp_path: Path
) -> None:
    job = queue.submit("network", LONG, requested_by="lan")
    with start_workers(home, 1, hills, threads=2, scheduler=dask.place):
        until(lambda: queue.job(job.id).progress > 0.15)
        assert queue.job(job.id).progress < 0.8
        dask.kill_worker()
        until(lambda: queue.job(job.id).state.final)
    dask.add_workers(1)
    done = queue.job(job.id)
    assert (done.state, done.attempts, done.error_key) == (JobState.DONE, 1, None)
    assert done.study_id is not None
    elsewhere = Home(tmp_path / "here")
    with Register.open(home.register) as register:
        context = StudyContext(register, elsewhere, open_ground(hills), workers=2)
        assert run("network", LONG, context).id == done.study_id
    assert files_of(done.study_id, home) == files_of(done.study_id, elsewhere)


def test_a_cancel_is_heard_within_seconds_and_frees_the_cluster(
    dask: DaskProcesses, hills: GroundFiles, queue: Queue, home: Home
) -> None:
    job = queue.submit("network", LONG, requested_by="lan")
    with start_workers(home, 1, hills, threads=2, scheduler=dask.place):
        until(lambda: queue.job(job.id).progress > 0.05)
        queue.cancel(job.id)
        assert until(lambda: queue.job(job.id).state.final) < 3.0
    assert queue.job(job.id).state is JobState.CANCELLED

    def left(dask_scheduler: Any) -> int:
        return len(dask_scheduler.tasks)

    with dask.client() as client:
        until(lambda: client.run_on_scheduler(left) == 0, 30.0)


def test_a_scheduler_that_is_not_there_fails_the_job_and_says_so(
    hills: GroundFiles, queue: Queue, home: Home
) -> None:
    job = queue.submit("network", SHORT["network"], requested_by="lan")
    with start_workers(home, 1, hills, scheduler=Scheduler("tcp://127.0.0.1:9")):
        until(lambda: queue.job(job.id).state.final)
    failed: Job = queue.job(job.id)
    assert (failed.state, failed.error_key) == (JobState.FAILED, "cluster.no_answer")
    assert "tcp://127.0.0.1:9 không trả lời" in (failed.say_error(Language.VI) or "")
    assert "tcp://127.0.0.1:9 does not answer" in (failed.say_error(Language.EN) or "")


def spread_over(place: Scheduler, tasks: int = 4) -> list[float]:
    """Do some tasks on a cluster."""
    with cluster_at(place) as cluster:
        context = StudyContext(None, None, None, cluster=cluster)  # type: ignore[arg-type]
        stage = context.stage(0.0, 1.0, "studies.progress_gather")
        done = stage.spread(np.ldexp, 1.0, range(tasks))  # type: ignore[arg-type]
        return [float(value) for _, value in done]


def test_machines_that_would_give_other_bytes_are_refused(
    dask: DaskProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {**clusters.machine(), "numpy": "1.0"}
    monkeypatch.setattr(clusters, "machine", lambda: other)
    with pytest.raises(GisError) as caught:
        spread_over(dask.place)
    assert caught.value.key == "cluster.differs"
    assert (caught.value.values["what"], caught.value.values["here"]) == ("numpy", "1.0")
    assert "numpy: ở đây 1.0" in caught.value.say(Language.VI)
    with closing(DaskCluster(dask.place)) as cluster, pytest.raises(GisError) as seen:
        cluster.machines()
    assert seen.value.key == "cluster.differs"


def test_a_cluster_without_machines_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "PATIENCE_S", 0.5)
    empty = DaskProcesses(tmp_path)
    try:
        with pytest.raises(GisError) as caught:
            spread_over(empty.place)
    finally:
        empty.end()
    assert caught.value.key == "cluster.no_machine"


def test_what_leaves_is_numbers_and_never_a_path_or_a_register(
    register: Register, ground: Ground, hills: GroundFiles
) -> None:
    held = ground.holding((106.3, 10.4, 106.6, 10.7))
    parcel = packed(held)
    assert b"secret-folder" not in parcel.body
    assert str(hills.terrain[0].parent).encode() not in parcel.body
    there: Ground = unpacked(parcel.body, parcel.arrays)
    lon, lat = np.array([106.4, 106.5]), np.array([10.5, 10.6])
    assert there.at(lon, lat).terrain_height_m.tolist() == (
        ground.at(lon, lat).terrain_height_m.tolist()
    )
    (window,), (same,) = (one.windows(106.45, 10.55, 5.0).elevation for one in (there, held))
    np.testing.assert_array_equal(window.cells, same.cells)
    with pytest.raises(TerrainUnavailableError, match="did not reach"):
        there.at(lon + 0.5, lat)
    for kept in (register, Home(Path())):
        with pytest.raises(pickle.PicklingError):
            packed({"context": kept})


def test_ground_that_was_not_held_is_refused_there(ground: Ground) -> None:
    parcel = packed(ground)
    there: Ground = unpacked(parcel.body, parcel.arrays)
    with pytest.raises(TerrainUnavailableError):
        there.windows(106.45, 10.55, 5.0)
