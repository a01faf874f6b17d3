"""Questions to PostgreSQL from an event loop, which does other work while the server answers.

A thread that waits costs the interpreter more than the question itself: it gives its lock back and
takes it again several times, each time behind whatever the loop is at (docs/performance.md). Here
nobody waits in a thread. Only one question that is answered from one state by itself is asked so.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache, partial
from typing import Any, Final

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import Engine, Select
from sqlalchemy.sql.compiler import SQLCompiler

__all__ = ["Lane"]

_MOST: Final = 8
_WAIT_S: Final = 10.0
_Steps = Sequence[Callable[[Any], Any] | None]


class Lane:
    """Connections of one event loop to the database of an engine.

    Parameters
    ----------
    engine : Engine
        Whose database it is.
    settings : sequence of str
        Statements that every connection begins with.
    """

    def __init__(self, engine: Engine, settings: Sequence[str]) -> None:
        self.loop = asyncio.get_running_loop()
        self._settings = settings
        self._prepared = lru_cache(maxsize=256)(partial(_prepared, engine))
        _, named = engine.dialect.create_connect_args(engine.url)
        self._pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            kwargs={**named, "client_encoding": "UTF8", "autocommit": True},
            min_size=0,
            max_size=_MOST,
            timeout=_WAIT_S,
            configure=self._prepare,
            open=False,
        )

    async def ask(self, query: Select[Any], values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the rows that answer a question.

        Parameters
        ----------
        query : Select
            The question; what is asked again and again is the same object.
        values : mapping
            Values of its parameters.

        Raises
        ------
        psycopg.Error
            What the server or the way to it says.
        """
        compiled, steps = self._prepared(query)
        told = compiled.construct_params(dict(values))
        try:
            rows = await self._rows(compiled.string, told)
        except (PoolTimeout, psycopg.errors.QueryCanceled):
            raise
        except psycopg.OperationalError:
            await self._pool.check()  # a server that began anew has closed them all
            rows = await self._rows(compiled.string, told)
        return [
            tuple(one if step is None else step(one) for one, step in zip(row, steps, strict=True))
            for row in rows
        ]

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    async def _rows(self, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        async with self._connected() as connection:
            answer = await connection.execute(statement, values)
            return await answer.fetchall()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        if self._pool.closed:
            await self._pool.open()
        async with self._pool.connection() as connection:
            yield connection

    async def _prepare(self, connection: psycopg.AsyncConnection[Any]) -> None:
        for setting in self._settings:
            await connection.execute(setting)


def _prepared(engine: Engine, query: Select[Any]) -> tuple[SQLCompiler, _Steps]:
    compiled = query.compile(dialect=engine.dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 a question is one
    steps = [one.type.result_processor(engine.dialect, None) for one in query.selected_columns]
    return compiled, steps
