"""Cells of OpenCelliD (CSV): not structures, only where a cell was heard, and how well.

A cell is kept as other telecom, never shareable, its name saying that the place is estimated and
to how many metres; the data are under CC BY-SA 4.0, which every record says in its source.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from data.text import Language, text
from gis.exchange.table import Cell, Row, Table, shown

__all__ = ["cells", "is_cells"]

_NEEDED = ("radio", "mcc", "net", "area", "cell", "lon", "lat", "range")
_HEADER = ("code", "name", "kind", "shareable", "longitude", "latitude", "crs", "source", "note")


def is_cells(header: Sequence[str]) -> bool:
    """Return whether the headers are those of OpenCelliD."""
    return set(_NEEDED) <= {name.casefold() for name in header}


def cells(table: Table) -> Table:
    """Return the cells as rows with the register's fields."""
    return replace(table, header=_HEADER, rows=list(_rows(table)))


def _rows(table: Table) -> Iterator[Row]:
    names = [name.casefold() for name in table.header]
    for row in table.rows:
        values = {name: shown(cell) for name, cell in zip(names, row.cells, strict=True)}
        yield row._replace(cells=_cells(values))


def _cells(values: dict[str, str]) -> tuple[Cell, ...]:
    number = "-".join(values[name] for name in ("mcc", "net", "area", "cell"))
    radio, metres = values["radio"], values["range"]
    called = text(
        "exchange.cell_name", Language.VI, radio=radio, number=number, range=metres or "?"
    )
    heard = values.get("samples")
    return (
        f"cell-{radio.casefold()}-{number}",
        called,
        "other_telecom",
        "no",
        values["lon"],
        values["lat"],
        "EPSG:4326",
        "OpenCelliD, CC BY-SA 4.0",
        f"samples={heard}" if heard else None,
    )
