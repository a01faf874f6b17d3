"""Tables whose numbers are the length of lists: what is counted stays with its number.

A row is a commune, an operator or a kind of case; each item stands in one row, so that the rows of
a column add up to its total. Only a line may lie in several communes: it counts in each, with its
length there, and once in the total. A share is one column by another, of the row and of the total
alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gis.errors import NotFoundError

__all__ = ["UNKNOWN", "Column", "Item", "Line", "Placed", "Table", "counted"]

UNKNOWN = ""
"""The row of what belongs to no known one."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is counted.

    Attributes
    ----------
    kind : str
        `structure`, `station`, `route`, `request` or the kind of a case of the desk.
    id, name : str
        Its identifier, and what it is called.
    amount : float
        What a column that sums takes of it.
    divided : bool
        Whether it is a part of what lies in several rows, and counts once for them all.
    """

    kind: str
    id: str
    name: str
    amount: float = 1.0
    divided: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """What is counted.

    Attributes
    ----------
    name : str
        Its name within the table.
    label : str
        Key of the sentence that heads it.
    part, whole : str
        Of a share in percent: the columns that it is of; empty for one that counts.
    sums : bool
        Whether it adds up amounts, with decimals, instead of counting.
    """

    name: str
    label: str
    part: str = ""
    whole: str = ""
    sums: bool = False

    @property
    def share(self) -> bool:
        """Whether it is a share."""
        return bool(self.whole)


@dataclass(frozen=True, slots=True)
class Placed:
    """An item, the row that it stands in, and the columns that count it."""

    item: Item
    row: str
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """A row.

    Attributes
    ----------
    id, name : str
        The commune, operator or kind; empty for what belongs to none.
    values : mapping of column to float or None
        The numbers; a share of nothing is None.
    """

    id: str
    name: str
    values: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes
    ----------
    name, by : str
        What it counts, and what its rows are: `commune`, `operator`, `kind`.
    columns : sequence of Column
        Its columns.
    lines : sequence of Line
        Its rows, by name; what belongs to none is the last.
    total : Line
        All rows together.
    placed : sequence of Placed
        What was counted.
    notes : sequence of str
        Keys of sentences that belong to it.
    """

    name: str
    by: str
    columns: Sequence[Column]
    lines: Sequence[Line]
    total: Line
    placed: Sequence[Placed] = field(repr=False)
    notes: Sequence[str] = ()

    @property
    def id(self) -> str:
        """Its name in addresses."""
        return f"{self.name}-{self.by}"

    def items(self, row: str | None, column: str) -> list[Item]:
        """Return what a number counts; `row` None is the total.

        Raises
        ------
        NotFoundError
            If there is no such row or column, or the column is a share.
        """
        counts = {one.name for one in self.columns if not one.share}
        if column not in counts or row not in {None, *(one.id for one in self.lines)}:
            raise NotFoundError("reports.cell_unknown", row=str(row)[:60], column=column[:60])
        found = [one for one in self.placed if row in (None, one.row) and column in one.columns]
        return [item for item, _ in _once(found)]


def counted(
    name: str,
    by: str,
    columns: Sequence[Column],
    rows: Mapping[str, str],
    placed: Iterable[Placed],
    *,
    notes: Sequence[str] = (),
) -> Table:
    """Return a table of what was placed.

    Parameters
    ----------
    name, by : str
        As of the table.
    columns : sequence of Column
        Its columns.
    rows : mapping of str to str
        The rows and their names, in their order; what stands in another row stands in the last.
    placed : iterable of Placed
        What is counted.
    notes : sequence of str, optional
        As of the table.
    """
    kept = [one if one.row in rows else Placed(one.item, UNKNOWN, one.columns) for one in placed]
    named = dict(rows)
    if any(one.row == UNKNOWN for one in kept):
        named.setdefault(UNKNOWN, "")
    sums = {row: dict.fromkeys((one.name for one in columns), 0.0) for row in named}
    all_of = dict.fromkeys((one.name for one in columns), 0.0)
    amounts = {one.name: one.sums for one in columns}
    for one in _once_a_row(kept):
        for column in one.columns & all_of.keys():
            sums[one.row][column] += one.item.amount if amounts[column] else 1.0
    for item, counting in _once(kept):
        for column in counting & all_of.keys():
            all_of[column] += item.amount if amounts[column] else 1.0
    lines = [Line(row, told, _values(columns, sums[row])) for row, told in named.items()]
    total = Line(UNKNOWN, "", _values(columns, all_of))
    return Table(name, by, tuple(columns), tuple(lines), total, tuple(kept), tuple(notes))


def _once(placed: Iterable[Placed]) -> list[tuple[Item, frozenset[str]]]:
    """Return each item once: what lies in several rows, as a line does, with all of it."""
    whole: list[tuple[Item, frozenset[str]]] = []
    parts: dict[tuple[str, str], int] = {}
    for one in placed:
        place = len(whole)
        if one.item.divided:
            place = parts.setdefault((one.item.kind, one.item.id), place)
        if place == len(whole):
            whole.append((one.item, one.columns))
        else:
            before, columns = whole[place]
            item = replace(before, amount=before.amount + one.item.amount)
            whole[place] = item, columns | one.columns
    return whole


def _once_a_row(placed: Iterable[Placed]) -> list[Placed]:
    """Return each item once in each row."""
    rows: dict[str, list[Placed]] = {}
    for one in placed:
        rows.setdefault(one.row, []).append(one)
    return [
        Placed(item, row, columns) for row, kept in rows.items() for item, columns in _once(kept)
    ]


def _values(columns: Sequence[Column], sums: Mapping[str, float]) -> dict[str, float | None]:
    return {
        one.name: _share(sums[one.part], sums[one.whole]) if one.share else sums[one.name]
        for one in columns
    }


def _share(part: float, whole: float) -> float | None:
    return 100.0 * part / whole if whole else None
