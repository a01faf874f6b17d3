"""A cluster of dask.distributed that computes the tiles of jobs, where an administrator named one.

The queue stays the one way: a worker of the queue has the job, hands its tiles to the cluster and
puts the results together in their order. What leaves is packed by `gis.jobs.parcels`. A task whose
machine dies is given to another by the scheduler. Every task compares the machine it runs on with
the one that asked: other versions, another processor would give other bytes, and are refused.
"""

import asyncio
import hashlib
import importlib.util
import platform
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError as Dropped
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from gis.errors import GisError
from gis.jobs.parcels import packed, unpacked
from gis.jobs.scheduler import CONNECT_S, Scheduler
from gis.studies.context import AFAR, Desk, Stage

if TYPE_CHECKING:
    from distributed import Client, Security

__all__ = ["DaskCluster", "cluster_at", "machine"]

PATIENCE_S = 30.0
"""How long a job waits for a machine while the cluster has none."""

_AHEAD = 4
_KEPT_ARRAYS = 16
_POLL_S = 0.1
_LOOK_S = 1.0
_LARGE_GRAPH = {"distributed.admin.large-graph-warning-threshold": "1TB"}
_OURS = ("propagation", "gis")
_LIBRARIES = ("numpy", "scipy", "numba")

Function = Callable[[Any, Any, Stage], Any]


@cache
def machine() -> Mapping[str, str]:
    """Return what decides the bytes of a result on this machine, by name."""
    from llvmlite import binding  # noqa: PLC0415 only where there is a cluster

    digest = hashlib.sha256()
    for package in _OURS:
        folder = Path(__file__).parents[2] / package
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.read_bytes())
    return {
        "PhuSong": f"{version('phusong')} ({digest.hexdigest()[:12]})",
        "Python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
        "CPU": f"{platform.machine()} {binding.get_host_cpu_name()}",
    }


# What runs on the machines of the cluster


def _keep(thing: Any) -> Any:
    """Return what is to be kept on the cluster; its scheduler can make it again."""
    return thing


class _Shelf:
    """What the last jobs share, unpacked once in each process of the cluster."""

    def __init__(self, most: int = 2) -> None:
        self._lock, self._most = threading.Lock(), most
        self._kept: OrderedDict[str, Any] = OrderedDict()

    def get(self, name: str, body: bytes, arrays: Sequence[NDArray[Any]]) -> Any:
        with self._lock:
            if name not in self._kept:
                self._kept[name] = unpacked(body, arrays)
                if len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(name)
            return self._kept[name]


_shelf = _Shelf()


def compare(asked_by: Mapping[str, str]) -> None:
    """Refuse to work on a machine that would give other bytes than the one that asked.

    Raises
    ------
    GisError
        If anything that decides them differs.
    """
    facts, name = machine(), platform.node()
    for what, here in asked_by.items():
        if facts.get(what) != here:
            there = facts.get(what, "-")
            raise GisError("cluster.differs", machine=name, what=what, here=here, there=there)


def do_task(
    asked_by: Mapping[str, str],
    function: Function,
    shared: tuple[str, bytes, Sequence[NDArray[Any]]],
    task: bytes,
) -> Any:
    """Do one task on a machine of the cluster.

    Raises
    ------
    GisError
        If the machine is not like the one that asked.
    """
    compare(asked_by)
    return function(_shelf.get(*shared), unpacked(task, ()), AFAR.stage(0.0, 1.0, ""))


# What runs beside the queue


class DaskCluster:
    """A scheduler that a job hands its tiles to; `cluster_at` makes one.

    Parameters
    ----------
    scheduler : Scheduler
        Where it is, and by what both sides know each other.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self.address = scheduler.address
        self._scheduler = scheduler
        self._client: Client | None = None
        self._arrays: OrderedDict[int, tuple[NDArray[Any], Any]] = OrderedDict()
        self._count = 0

    def close(self) -> None:
        """Leave the cluster; what was kept there goes."""
        self._arrays.clear()
        if self._client is not None:
            self._client.close(timeout=CONNECT_S)
            self._client = None

    def client(self) -> "Client":
        """Return the connection, made when it is first asked for.

        Raises
        ------
        GisError
            If dask.distributed is not installed, or the scheduler does not answer, is none, or
            does not let this server in.
        """
        if self._client is not None:
            return self._client
        if importlib.util.find_spec("distributed") is None:
            raise GisError("cluster.not_installed", address=self.address)
        self._scheduler.knock()
        import dask  # noqa: PLC0415 it takes a second to load
        from distributed import Client  # noqa: PLC0415

        dask.config.set(_LARGE_GRAPH)
        security = self._scheduler.security()
        try:
            if asyncio.run(self._kind(security)) != "Scheduler":
                raise GisError("cluster.not_dask", address=self.address)
            self._client = Client(
                self.address, timeout=CONNECT_S, set_as_default=False, security=security
            )
        except (OSError, ValueError, RuntimeError, TimeoutError) as error:
            detail = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise GisError("cluster.no_answer", address=self.address, detail=detail) from error
        return self._client

    async def _kind(self, security: "Security | None") -> str:
        """Return what part of a cluster listens; of a machine `Client` would never let go."""
        from distributed import rpc  # noqa: PLC0415

        asked_by = {} if security is None else security.get_connection_args("client")
        async with rpc(self.address, timeout=CONNECT_S, connection_args=asked_by) as there:
            told: Mapping[str, str] = await asyncio.wait_for(there.identity(), CONNECT_S)
            return told["type"]

    def machines(self) -> int:
        """Return how many processes the cluster has, every one of them like this one.

        Raises
        ------
        GisError
            If the scheduler does not answer, or one of them would give other bytes.
        """
        try:
            return len(self.client().run(compare, dict(machine())))
        except ImportError as error:
            raise self._without_us(error) from error

    def _without_us(self, error: Exception) -> GisError:
        return GisError("cluster.no_phusong", address=self.address, detail=str(error)[:200])

    @contextmanager
    def desk(
        self,
        function: Function,
        shared: object,
        tasks: Sequence[Any],
        check: Callable[[], None],
    ) -> Iterator[Desk]:
        """Open a desk for tasks, as `gis.studies.context.Cluster` has it.

        Raises
        ------
        GisError
            If the cluster cannot be used, has no machine, or a task cannot be done on it.
        """
        check()
        client = self.client()
        from distributed import KilledWorker  # noqa: PLC0415
        from distributed.comm import CommClosedError  # noqa: PLC0415

        watch = _Watch(client, self.address)
        cores = watch.await_cores(check)
        pool = client.get_executor(pure=False)
        parcel = packed(shared)
        self._count += 1
        there = (
            f"{client.id}-{self._count}",
            client.submit(_keep, parcel.body, pure=False),
            [self._kept(client, one) for one in parcel.arrays],
        )

        def hand_in(place: int) -> Future[Any]:
            task = packed(tasks[place], apart=False).body
            found: Future[Any] = pool.submit(do_task, machine(), function, there, task)
            return found

        try:
            yield Desk(hand_in, _AHEAD * cores, watch.look)
        except Dropped as error:
            raise GisError("cluster.lost", address=self.address) from error
        except KilledWorker as error:
            detail = str(error)[:200]
            raise GisError("cluster.killed", address=self.address, detail=detail) from error
        except ImportError as error:
            raise self._without_us(error) from error
        finally:
            with suppress(CommClosedError):
                pool.shutdown(wait=False)

    def _kept(self, client: "Client", array: NDArray[Any]) -> Any:
        """Return where the cluster keeps an array; the last ones are not sent again."""
        if id(array) not in self._arrays:
            self._arrays[id(array)] = (array, client.submit(_keep, array, pure=False))
            if len(self._arrays) > _KEPT_ARRAYS:
                self._arrays.popitem(last=False)
        self._arrays.move_to_end(id(array))
        return self._arrays[id(array)][1]


class _Watch:
    """Looks now and then whether the scheduler is there and has machines, without waiting."""

    def __init__(self, client: "Client", address: str) -> None:
        self._client, self._address = client, address
        self._asked: Future[Any] | None = None
        self._asked_at = time.monotonic()
        self._empty_since: float | None = None
        self.cores = 0

    def await_cores(self, check: Callable[[], None]) -> int:
        """Return how many tasks the cluster does at once, when it has a machine."""
        while not self.cores:
            check()
            self.look()
            time.sleep(_POLL_S)
        return self.cores

    def look(self) -> None:
        """Raise where nothing can come from the cluster any more.

        Raises
        ------
        GisError
            If the scheduler is gone, or had no machine for long.
        """
        now = time.monotonic()
        if self._asked is not None and self._asked.done():
            self._hear(self._asked, now)
            self._asked = None
        elif self._asked is None and (not self.cores or now - self._asked_at > _LOOK_S):
            question = self._client.scheduler.identity(n_workers=0)
            loop = self._client.loop.asyncio_loop
            self._asked, self._asked_at = asyncio.run_coroutine_threadsafe(question, loop), now
        if self._client.status != "running":
            raise GisError("cluster.lost", address=self._address)

    def _hear(self, answer: "Future[Any]", now: float) -> None:
        try:
            self.cores = int(answer.result()["total_threads"])
        except OSError as error:
            raise GisError("cluster.lost", address=self._address) from error
        if self.cores:
            self._empty_since = None
            return
        self._empty_since = now if self._empty_since is None else self._empty_since
        if now - self._empty_since > PATIENCE_S:
            raise GisError("cluster.no_machine", address=self._address, seconds=PATIENCE_S)


@contextmanager
def cluster_at(scheduler: Scheduler | None) -> Iterator[DaskCluster | None]:
    """Yield the cluster of a scheduler, left at the end; none without one."""
    if scheduler is None:
        yield None
        return
    cluster = DaskCluster(scheduler)
    try:
        yield cluster
    finally:
        cluster.close()
