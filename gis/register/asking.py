"""How a question becomes rows and rows become records."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, func, select

from gis.errors import NotFoundError
from gis.register.rows import Record, codec_of

__all__ = ["Asking"]

R = TypeVar("R", bound=Record)


class Asking(ABC):
    """Questions over a connection that a subclass provides."""

    @abstractmethod
    def _connected(self) -> AbstractContextManager[Connection]:
        """Return a connection inside a transaction."""

    def _list(
        self,
        record: type[R],
        where: Sequence[ColumnElement[bool]],
        *,
        limit: int | None = None,
        offset: int = 0,
        hidden: dict[str, ColumnElement[Any]] | None = None,
        order: Sequence[ColumnElement[Any]] = (),
    ) -> list[R]:
        codec = codec_of(record)
        columns = [(hidden or {}).get(name, codec.table.c[name]) for name in codec.columns]
        query = select(*columns).where(*where).order_by(*order, codec.table.c.id)
        if limit is not None:
            query = query.limit(limit)
        if offset:
            query = query.offset(offset)
        with self._connected() as connection:
            return [codec.from_row(row) for row in connection.execute(query).all()]

    def _one(
        self,
        record: type[R],
        record_id: str,
        where: Sequence[ColumnElement[bool]],
        *,
        hidden: dict[str, ColumnElement[Any]] | None = None,
    ) -> R:
        kept_in = codec_of(record).table
        found = self._list(record, [kept_in.c.id == record_id, *where], hidden=hidden)
        if not found:
            raise NotFoundError(f"errors.{kept_in.name}_unknown", id=record_id)
        return found[0]

    def _count(self, kept_in: Table, where: Sequence[ColumnElement[bool]]) -> int:
        with self._connected() as connection:
            query = select(func.count()).select_from(kept_in).where(*where)
            return int(connection.execute(query).scalar_one())
