"""A cluster behind TLS: the same bytes, and nobody in without a certificate of its authority."""

import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from api.cli import main
from api.doctor import Health, Look, looks
from api.settings import Settings
from data.text import Language
from gis.errors import GisError
from gis.home import Home
from gis.jobs import cluster as clusters
from gis.jobs import scheduler as schedulers
from gis.jobs.cluster import DaskCluster
from gis.jobs.pool import start_workers
from gis.jobs.queue import Job, JobState, Queue
from gis.jobs.scheduler import Scheduler
from gis.studies.context import StudyContext
from gis.studies.runner import run
from gis.terrain.opening import GroundFiles, open_ground
from tests.gis.dask_certificates import Authority, Pair
from tests.gis.dask_cluster import DaskProcesses
from tests.prepared import demo_register

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

NETWORK: dict[str, Any] = {
    "bounds": [106.3, 10.5, 106.6, 10.8],
    "step_m": 500,
    "reach_km": 80,
    "on": "2026-11-01",
}
SHORT_S = 1.0
BOUND_S = 30.0
"""Much longer than any refusal takes, for a busy machine: what is looked for is no end at all."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder / "ours", "Authority of the cluster")


@pytest.fixture(scope="module")
def stranger(folder: Path) -> Authority:
    return Authority(folder / "theirs", "Another authority")


@pytest.fixture(scope="module")
def dask(folder: Path, authority: Authority) -> Iterator[DaskProcesses]:
    place = folder / "dask"
    place.mkdir()
    processes = DaskProcesses(place, authority)
    try:
        processes.add_workers(2)
        yield processes
    finally:
        processes.end()


@pytest.fixture(scope="module")
def pair(authority: Authority) -> Pair:
    return authority.pair("server")


@pytest.fixture(scope="module")
def place(dask: DaskProcesses, authority: Authority, pair: Pair) -> Scheduler:
    assert dask.address.startswith("tls://")
    return Scheduler(dask.address, authority.ca, pair.certificate, pair.key)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (clusters, schedulers):
        monkeypatch.setattr(module, "CONNECT_S", SHORT_S)


def refusal(scheduler: Scheduler) -> GisError:
    """Return why a cluster cannot be used, which is known soon."""
    began = time.monotonic()
    with closing(DaskCluster(scheduler)) as cluster, pytest.raises(GisError) as caught:
        cluster.client()
    assert time.monotonic() - began < BOUND_S
    return caught.value


def files_of(study_id: str, home: Home) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(home.study(study_id).iterdir())}


def ended(queue: Queue, job: Job) -> Job:
    deadline = time.monotonic() + 300
    while not queue.job(job.id).state.final:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return queue.job(job.id)


def test_a_study_over_tls_has_the_same_bytes_and_no_key_in_any_log(
    dask: DaskProcesses, place: Scheduler, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    home, here = Home(tmp_path / "home"), Home(tmp_path / "here")
    here.folder.mkdir()
    ground = GroundFiles()
    before = dask.tasks_done()
    with demo_register(home.register) as register:
        queue = Queue(register)
        job = queue.submit("network", NETWORK, requested_by="lan")
        with start_workers(home, 1, ground, scheduler=place):
            done = ended(queue, job)
        assert (done.state, done.error_key) == (JobState.DONE, None)
        assert done.study_id is not None
        context = StudyContext(register, here, open_ground(ground))
        assert run("network", NETWORK, context).id == done.study_id
    assert dask.tasks_done() > before + 1
    assert files_of(done.study_id, home) == files_of(done.study_id, here)
    with dask.client() as client:
        machines = list(client.scheduler_info()["workers"])
    assert len(machines) == 2
    assert all(one.startswith("tls://") for one in machines)
    assert place.key is not None
    logged = dask.log.read_text() + capfd.readouterr().err
    assert "tls://" in logged
    for secret in place.key.read_text().splitlines()[1:-1]:
        assert secret not in logged


def test_who_has_no_certificate_of_the_authority_is_refused(
    dask: DaskProcesses, place: Scheduler, authority: Authority, stranger: Authority
) -> None:
    theirs, old = stranger.pair("client"), authority.pair("old", days=-1)
    other = replace(place, certificate=theirs.certificate, key=theirs.key)
    assert (error := refusal(other)).key == "cluster.tls_refused"
    assert f"PHUSONG_SCHEDULER_CERT ({theirs.certificate})" in error.say(Language.VI)
    assert "unknown ca" in error.say(Language.EN)
    expired = replace(place, certificate=old.certificate, key=old.key)
    assert "expired" in (error := refusal(expired)).say(Language.EN)
    assert error.key == "cluster.tls_refused"
    assert (error := refusal(replace(place, ca=stranger.ca))).key == "cluster.tls_stranger"
    assert "PHUSONG_SCHEDULER_CA" in error.say(Language.VI)
    with dask.client() as client:
        parts = [dask.address, *client.scheduler_info()["workers"]]
    bare = ssl.create_default_context(cafile=authority.ca)
    bare.check_hostname = False
    for address in parts:
        host, port = address.removeprefix("tls://").split(":")
        with (
            socket.create_connection((host, int(port)), BOUND_S) as line,
            pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"),
            bare.wrap_socket(line) as wrapped,
        ):
            wrapped.recv(1)


@pytest.mark.usefixtures("_impatient")
def test_in_clear_and_tls_do_not_meet(
    dask: DaskProcesses, place: Scheduler, tmp_path: Path
) -> None:
    clear = dask.address.replace("tls://", "tcp://")
    assert (error := refusal(Scheduler(clear))).key == "cluster.tls_wanted"
    assert "PHUSONG_SCHEDULER_CERT" in error.say(Language.VI)
    with pytest.raises(OSError, match=r"."):
        Client(clear, timeout=SHORT_S, set_as_default=False)
    plain = DaskProcesses(tmp_path)
    try:
        tls = plain.address.replace("tcp://", "tls://")
        assert refusal(replace(place, address=tls)).key == "cluster.tls_clear"
    finally:
        plain.end()


def test_a_machine_of_the_cluster_is_not_its_scheduler(
    dask: DaskProcesses, place: Scheduler
) -> None:
    with dask.client() as client:
        machine = next(iter(client.scheduler_info()["workers"]))
    assert refusal(replace(place, address=machine)).key == "cluster.not_dask"


@contextmanager
def listening(words: bytes | None) -> Iterator[str]:
    """Listen as something that is no scheduler; without words it only takes the connection."""
    held: list[socket.socket] = []

    def greet() -> None:
        with suppress(OSError):
            while True:
                held.append(server.accept()[0])
                if words is not None:
                    with suppress(OSError):  # who has heard enough may be gone by now
                        held[-1].sendall(words)
                        held[-1].shutdown(socket.SHUT_WR)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for one in held:
                one.close()


@pytest.mark.usefixtures("_impatient")
def test_who_says_nothing_is_not_waited_for(authority: Authority, pair: Pair) -> None:
    with listening(None) as there:
        tls = Scheduler(f"tls://{there}", authority.ca, pair.certificate, pair.key)
        for scheduler in (Scheduler(f"tcp://{there}"), tls):
            assert (error := refusal(scheduler)).key == "cluster.not_dask"
            assert "PHUSONG_SCHEDULER" in error.say(Language.VI)


@pytest.mark.parametrize(
    ("words", "by_tcp", "by_tls"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not_dask", "tls_clear"),
        (b"", "not_dask", "tls_failed"),
    ],
)
def test_what_is_no_scheduler_is_told(
    authority: Authority, pair: Pair, words: bytes, by_tcp: str, by_tls: str
) -> None:
    with listening(words) as there:
        assert (error := refusal(Scheduler(f"tcp://{there}"))).key == f"cluster.{by_tcp}"
        assert "PHUSONG_SCHEDULER" in error.say(Language.VI)
        tls = Scheduler(f"tls://{there}", authority.ca, pair.certificate, pair.key)
        assert (error := refusal(tls)).key == f"cluster.{by_tls}"
        assert "PHUSONG_SCHEDULER" in error.say(Language.VI)


def _broken(folder: Path, authority: Authority, good: Scheduler) -> Iterator[tuple[Any, str, str]]:
    """Yield settings that cannot be used, what is said of them, and which setting is named."""
    in_clear, other = "tcp://127.0.0.1:9", authority.pair("other")
    locked = authority.pair("locked", password=b"a password")
    text, pipe = folder / "text.pem", folder / "pipe"
    text.write_text("nothing")
    os.mkfifo(pipe)
    ca, certificate, key = (f"PHUSONG_SCHEDULER_{name}" for name in ("CA", "CERT", "KEY"))
    yield replace(good, ca=None), "tls_missing", ca
    yield replace(good, certificate=None), "tls_missing", certificate
    yield replace(good, certificate=None, key=None), "tls_missing", f"{certificate}, {key}"
    yield replace(good, address=in_clear), "tls_unused", f"{ca}, {certificate}, {key}"
    yield replace(good, key=folder / "none"), "tls_unreadable", key
    yield replace(good, ca=folder), "tls_unreadable", ca
    yield replace(good, certificate=pipe), "tls_unreadable", certificate
    yield replace(good, ca=text), "tls_no_certificate", ca
    yield replace(good, certificate=good.key), "tls_no_certificate", certificate
    yield replace(good, key=good.certificate), "tls_no_key", key
    yield replace(good, key=other.key), "tls_unusable", f"{certificate}, {key}"
    yield replace(good, certificate=locked.certificate, key=locked.key), "tls_locked", key
    cut = folder / "cut.pem"
    cut.write_bytes(authority.ca.read_bytes()[:90])
    yield replace(good, ca=cut), "tls_unusable", ca


def test_files_that_cannot_be_used_name_their_setting_at_once(
    tmp_path: Path, authority: Authority, pair: Pair
) -> None:
    good = Scheduler("tls://127.0.0.1:9", authority.ca, pair.certificate, pair.key)
    for scheduler, key, setting in _broken(tmp_path, authority, good):
        error = refusal(scheduler)
        assert error.key == f"cluster.{key}"
        assert setting in error.say(Language.VI)
        assert setting in error.say(Language.EN)


def test_a_job_says_what_is_wrong(tmp_path: Path, authority: Authority, pair: Pair) -> None:
    home, none = Home(tmp_path / "home"), tmp_path / "none.key"
    place = Scheduler("tls://127.0.0.1:9", authority.ca, pair.certificate, none)
    with demo_register(home.register) as register:
        queue = Queue(register)
        job = queue.submit("network", NETWORK, requested_by="lan")
        with start_workers(home, 1, GroundFiles(), scheduler=place):
            failed = ended(queue, job)
    assert (failed.state, failed.error_key) == (JobState.FAILED, "cluster.tls_unreadable")
    begin = f"PHUSONG_SCHEDULER_KEY: không đọc được tệp {none} (không có tệp hoặc thư mục này)"
    assert (failed.say_error(Language.VI) or "").startswith(begin)
    assert "there is no such file" in (failed.say_error(Language.EN) or "")


@pytest.fixture
def examined(tmp_path: Path) -> Callable[..., dict[str, Look]]:
    """Have the doctor look at the settings of a cluster."""

    def look(**cluster: object) -> dict[str, Look]:
        settings = Settings(home=tmp_path, **cluster)  # type: ignore[arg-type]
        return {one.name: one for one in looks(settings, date(2026, 11, 1))}

    return look


def test_the_doctor_looks_at_certificates_and_the_cluster_behind_them(
    examined: Callable[..., dict[str, Look]], place: Scheduler, pair: Pair, tmp_path: Path
) -> None:
    files = {"scheduler_ca": place.ca, "scheduler_cert": place.certificate}
    given = {"scheduler": place.address, **files, "scheduler_key": place.key}
    found = examined(**given)
    keys = [found[name].key for name in ("cluster_wire", "cluster_key", "cluster")]
    assert keys == ["cluster_wire_tls", "cluster_key_good", "cluster_good"]
    assert found["cluster"].values == {"machines": 2}
    shown = tmp_path / "shown.key"
    shown.write_bytes(pair.key.read_bytes())
    shown.chmod(0o644)
    open_to_all = examined(**given | {"scheduler_key": shown})["cluster_key"]
    assert (open_to_all.key, open_to_all.health) == ("cluster_key_open", Health.BAD)
    half = examined(scheduler=place.address, **files)["cluster"]
    assert half.health is Health.BAD
    assert "PHUSONG_SCHEDULER_KEY" in half.say(Language.VI)
    assert "cluster_wire" not in examined(scheduler=place.address, **files)
    assert examined(**files)["cluster"].key == "cluster_idle"


@pytest.mark.usefixtures("_impatient")
def test_the_doctor_warns_of_a_cluster_in_clear_elsewhere(
    examined: Callable[..., dict[str, Look]],
) -> None:
    afar = examined(scheduler="tcp://cluster.invalid:8786")
    assert afar["cluster_wire"].health is Health.WARNING
    assert "tcp://cluster.invalid:8786" in afar["cluster_wire"].say(Language.VI)
    assert "tls://" in afar["cluster_wire"].say_mend(Language.VI)
    assert afar["cluster"].health is Health.BAD
    assert examined(scheduler="tcp://127.0.0.1:9")["cluster_wire"].key == "cluster_wire_local"


def test_a_key_that_was_typed_in_place_of_its_file_is_not_shown(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = pair.key.read_text()
    monkeypatch.setenv("PHUSONG_HOME", str(tmp_path))
    monkeypatch.setenv("PHUSONG_SCHEDULER_KEY", key)
    assert main(["doctor"]) == 2
    said = capsys.readouterr()
    assert "PHUSONG_SCHEDULER_KEY" in said.err
    with pytest.raises(ValueError, match="scheduler_key") as caught:
        Settings()
    for line in key.splitlines()[1:-1]:
        assert line[:16] not in said.err + said.out + str(caught.value)
