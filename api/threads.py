"""Threads that answer what may wait: a database, a file, a long sum.

Starlette hands each such request to a thread through anyio, whose changes cost 42 to 60
microseconds of the interpreter's time a request; those of the standard library's executor cost 16
to 18 (docs/performance.md).
"""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Final, ParamSpec, TypeVar

__all__ = ["in_thread", "threaded"]

P = ParamSpec("P")
R = TypeVar("R")

_AT_ONCE: Final = 40
"""As many as Starlette has by default."""
_POOL: Final = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="request")


def in_thread(step: Callable[P, R], *args: P.args, **named: P.kwargs) -> Awaitable[R]:
    """Return what a function returns, run in a thread that sees the caller's context."""
    context = copy_context()
    run = functools.partial(context.run, step, *args, **named)
    return asyncio.get_running_loop().run_in_executor(_POOL, run)


def threaded(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return an endpoint that runs in a thread, unless it waits by itself."""
    if inspect.iscoroutinefunction(endpoint):
        return endpoint

    @functools.wraps(endpoint)
    async def run(**named: Any) -> Any:
        return await in_thread(endpoint, **named)

    return run
