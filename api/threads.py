"""Threads that answer what may wait: a database, a file, a long sum.

Starlette hands each such request to a thread through anyio, whose changes cost 42 to 60
microseconds of the interpreter's time a request; those of the event loop itself cost 16 to 18
(docs/performance.md).
"""

import asyncio
import functools
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

__all__ = ["provide_threads", "threaded"]

_AT_ONCE: Final = 40
"""As many as Starlette has by default."""


def provide_threads() -> None:
    """Give the running event loop its threads."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="request"))


def threaded(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return an endpoint that runs in a thread, unless it waits by itself."""
    if inspect.iscoroutinefunction(endpoint):
        return endpoint

    @functools.wraps(endpoint)
    async def run(**named: Any) -> Any:
        return await asyncio.to_thread(endpoint, **named)

    return run
