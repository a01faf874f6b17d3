"""What the rows of a file let: judged by what stands when all of it was brought in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gis.exchange.cells import CellReader
from gis.exchange.report import Accepted, ImportRecord, Refused, RowState
from gis.exchange.sites import Sites
from gis.exchange.table import Row
from gis.register.lettings import most_on_a_day, overlapping, takes_no_more, together
from gis.register.structures import Contract

__all__ = ["Lettings"]


class Lettings:
    """Judges what contracts of a file let beside each other and beside the register.

    What a row changes does not hold its old place any longer, so two contracts may change places
    and one may end where the next begins, in any order of rows. A row that is refused leaves its
    contract where it was; rows that counted on its place are refused then too.

    Parameters
    ----------
    reader : CellReader
        Takes the problems.
    sites : Sites
        Levels and ducts with their places.
    stored : iterable of ImportRecord
        The contracts of the register.
    """

    def __init__(self, reader: CellReader, sites: Sites, stored: Iterable[ImportRecord]) -> None:
        self._reader = reader
        self._sites = sites
        self._stored = [one for one in stored if isinstance(one, Contract)]
        self._let: dict[tuple[str | None, str | None], list[Contract]] = {}
        self._at: dict[str, list[Contract]] = {}

    def refused(self, accepted: Sequence[Accepted], rows: Mapping[int, Row]) -> list[Refused]:
        """Return the rows, of those that could be taken alone, that let what is let.

        Parameters
        ----------
        accepted : sequence of Accepted
            In the order of the file.
        rows : mapping
            The rows of the file by number.
        """
        staying: dict[int, Refused] = {}
        while True:  # a contract that stays where it was may be in the way of an earlier row
            remaining = [one for one in accepted if one.row not in staying]
            found = {one.row: one for one in self._once(remaining, rows)}
            more = {one.row for one in remaining if one.state is RowState.CHANGED} & found.keys()
            if not more:
                return [*staying.values(), *found.values()]
            staying |= {row: found[row] for row in more}

    def _once(self, accepted: Sequence[Accepted], rows: Mapping[int, Row]) -> Iterator[Refused]:
        changed = {one.record.id for one in accepted if one.state is RowState.CHANGED}
        self._let, self._at = {}, {}
        for contract in self._stored:
            if contract.id not in changed:
                self._note(contract)
        for one in accepted:
            if one.state is RowState.UNCHANGED or not isinstance(one.record, Contract):
                continue
            row = rows[one.row]
            self._reader.begin(row)
            before = one.stored if isinstance(one.stored, Contract) else None
            if not (self._is_taken(one.record) or self._is_full(one.record, before)):
                self._note(one.record)
                continue
            if before is not None:
                self._note(before)
            yield Refused(row.number, row.cells, tuple(self._reader.problems))

    def _is_taken(self, record: Contract) -> bool:
        """Return whether what a contract lets is let already; the reader says by which."""
        beside = self._let.get(_place(record), [])
        for other in beside:
            if overlapping(record, other):
                begins, ends = other.valid_from, other.valid_to or "…"
                self._reader.refuse(
                    "slot", "slot_taken", number=other.number, begins=begins, ends=ends
                )
                return True
        places = self._places(record)
        if places is not None and most_on_a_day(record, beside) >= places:
            field = "level_id" if record.duct_id is None else "duct_id"
            self._reader.refuse(field, "places_taken", slots=places)
            return True
        return record.duct_id is not None and self._is_let_with_another(record, record.duct_id)

    def _is_full(self, record: Contract, before: Contract | None) -> bool:
        """Return whether every place of all levels of a structure is let already."""
        levels = self._sites.levels_of(record.structure_id or "")
        if not levels or takes_no_more(before, record):
            return False
        places = sum(level.slots for level in levels)
        if most_on_a_day(record, self._at.get(record.structure_id or "", [])) < places:
            return False
        self._reader.refuse("level_id", "structure_full", slots=places)
        return True

    def _is_let_with_another(self, record: Contract, duct_id: str) -> bool:
        """Return whether a duct around the duct of a contract, or within it, is let as well."""
        for duct in self._sites.nested(self._sites.ducts[duct_id]):
            for other in self._let.get((None, duct.id), []):
                if other.id != record.id and together(record, other):
                    self._reader.refuse(
                        "duct_id", "duct_let_with_another", other=duct.code, number=other.number
                    )
                    return True
        return False

    def _places(self, contract: Contract) -> int | None:
        """Return how many places there are where one is let; None where no level is named."""
        if contract.duct_id is not None:
            return self._sites.places_in(self._sites.ducts[contract.duct_id])
        levels = self._sites.levels_of(contract.structure_id or "")
        return next((one.slots for one in levels if one.id == contract.level_id), None)

    def _note(self, contract: Contract) -> None:
        if contract.level_id or contract.duct_id:
            self._let.setdefault(_place(contract), []).append(contract)
        if contract.structure_id is not None:
            self._at.setdefault(contract.structure_id, []).append(contract)


def _place(contract: Contract) -> tuple[str | None, str | None]:
    return contract.level_id, contract.duct_id
