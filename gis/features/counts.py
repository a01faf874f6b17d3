"""How many features a question finds, remembered as long as the register says the same.

What is remembered goes by the whole statement with every value in it, the caller's scope and the
day included, and by the sums over the register's content: whoever is told a remembered number
asked exactly what it answers.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, func, select

from gis.register.content import notes_of

__all__ = ["Counts"]

_MOST: Final = 4_096


class Counts:
    """Numbers of one server process, the longest unused forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, int] = OrderedDict()
        self._lock = threading.Lock()

    def count(
        self, connection: Connection, table: Table, where: Sequence[ColumnElement[bool]]
    ) -> int:
        """Return how many rows meet the conditions in the state that a connection sees."""
        statement = select(func.count()).select_from(table).where(*where)
        compiled = statement.compile(dialect=connection.dialect)
        notes = sorted(notes_of(connection).items())
        asked = repr((notes, str(compiled), sorted(compiled.params.items())))
        key = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).digest()
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
                return found
        found = int(connection.execute(statement).scalar_one())
        with self._lock:
            self._known[key] = found
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return found
