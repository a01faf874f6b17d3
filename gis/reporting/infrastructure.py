"""What the register counts on a day: structures, stations, mobile sites and lines, by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from gis.free_ducts import line_length_m
from gis.localities import commune_finder
from gis.mobile import generations_of
from gis.places import CommuneFinder
from gis.register.reading import Reader
from gis.register.records import AdministrativeUnit, BroadcastStation, Service
from gis.register.routes import Route
from gis.register.scopes import SYSTEM
from gis.register.structures import Installation, Lifecycle, Structure, StructureKind
from gis.reporting.tables import UNKNOWN, Column, Item, Placed, Table, counted
from propagation.mobile import Generation

__all__ = ["Holdings", "holdings", "infrastructure_tables"]

_STANDING: Final = frozenset({None, Lifecycle.IN_USE})
_SHARING: Final = (
    Column("open", "reports.column.open"),
    Column("shared", "reports.column.shared"),
    Column("rate", "reports.column.rate", part="shared", whole="all"),
)
_STATIONS: Final = (
    Column("all", "reports.column.all"),
    *(Column(one.value, f"register.service.{one.value}") for one in Service),
)
_SITES: Final = (
    Column("all", "reports.column.all"),
    *(Column(one.value, f"mobile.generation_{one.value}") for one in Generation),
)
_LINES: Final = (
    Column("all", "reports.column.all"),
    Column("length_km", "reports.column.length_km", sums=True),
    Column("fibre", "reports.column.fibre"),
    Column("fibre_km", "reports.column.fibre_km", sums=True),
)


_Located = BroadcastStation | Structure


@dataclass(slots=True)
class Holdings:
    """What stood on a day, and where.

    Attributes
    ----------
    communes, operators : dict
        Rows and their names, in the order of the names.
    structures : list of Structure
        Those in use.
    installations : list of Installation
        What hung on them.
    shared : set of str
        Structures on which somebody else than the owner hangs or has a contract.
    uncertain : int
        How many places rest on points and bounds of communes.
    synthetic : bool
        Whether any record is demonstration data.
    """

    communes: dict[str, str]
    operators: dict[str, str]
    structures: list[Structure]
    installations: list[Installation]
    shared: set[str]
    lines: list[tuple[Route, bool]]
    reader: Reader
    on: date
    finder: CommuneFinder
    uncertain: int = 0
    synthetic: bool = False
    _found: dict[tuple[type, str], str] = field(default_factory=dict)
    _shares: dict[str, list[tuple[str, float]]] = field(default_factory=dict)

    def commune(self, one: _Located) -> str:
        """Return the likeliest commune of a record's place, sought once."""
        if _name(one) not in self._found:
            self.locate([one])
        return self._found[_name(one)]

    def locate(self, records: Sequence[_Located]) -> None:
        """Seek the communes of many records at once."""
        found = self.finder.likeliest([(one.longitude, one.latitude) for one in records])
        for one, (commune, official) in zip(records, found, strict=True):
            self.uncertain += not official
            self._found[_name(one)] = _code_of(commune)

    def communes_of(self, line: Route) -> list[tuple[str, float]]:
        """Return the communes that a line runs through, each with its share of the length."""
        if line.id not in self._shares:
            found = self.finder.shares(line.geometry)
            self.uncertain += not all(official for _, _, official in found)
            self._shares[line.id] = [(_code_of(unit), share) for unit, share, _ in found]
        return self._shares[line.id]


def _name(one: _Located) -> tuple[type, str]:
    return type(one), one.id


def _code_of(unit: AdministrativeUnit | None) -> str:
    return UNKNOWN if unit is None else unit.code


def holdings(reader: Reader, on: date) -> Holdings:
    """Return what stood on a day, all of it: reports are the department's.

    Parameters
    ----------
    reader : Reader
        The register, as it is known now or as it was.
    on : date
        The day.
    """
    structures = [one for one in reader.structures(SYSTEM, on=on) if one.state in _STANDING]
    owners = {one.id: one.owner_id for one in structures}
    hung = [one for one in reader.installations(SYSTEM, on=on) if one.structure_id in owners]
    finder = commune_finder(reader, on)
    operators = {one.id: one.name for one in reader.organisations()}
    held = Holdings(
        communes=_sorted({one.code: one.name for one in finder.communes}),
        operators=_sorted(operators),
        structures=structures,
        installations=hung,
        shared=_shared(reader, on, owners, hung),
        lines=_lines(reader, on),
        reader=reader,
        on=on,
        finder=finder,
        synthetic=any(one.provenance.synthetic for one in structures),
    )
    held.locate(structures)
    return held


def _sorted(names: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda one: (one[1], one[0])))


def _shared(
    reader: Reader, on: date, owners: Mapping[str, str], hung: Sequence[Installation]
) -> set[str]:
    found = {one.structure_id for one in hung if one.organisation_id != owners[one.structure_id]}
    contracts = reader.contracts(SYSTEM, on=on)
    named = {one.level_id for one in contracts if one.level_id is not None}
    levels = {one.id: one.structure_id for one in reader.levels(SYSTEM, ids=named)}
    for contract in contracts:
        place = contract.structure_id or levels.get(contract.level_id or "")
        if place is not None and place in owners and contract.tenant_id != owners[place]:
            found.add(place)
    return found


def _lines(reader: Reader, on: date) -> list[tuple[Route, bool]]:
    """Return the lines of a day, each with whether a cable with fibres lies in it."""
    of_duct = {one.id: one.route_id for one in reader.ducts(SYSTEM)}
    lit = {of_duct.get(one.duct_id) for one in reader.cables(SYSTEM, on=on) if one.fibres}
    standing = (one for one in reader.routes(SYSTEM, on=on) if one.state in _STANDING)
    return [(one, one.id in lit) for one in standing]


def infrastructure_tables(held: Holdings) -> list[Table]:
    """Return the tables of what stood, each by commune and by operator."""
    kinds = {one.kind for one in held.structures}
    present = [one for one in StructureKind if one in kinds]
    columns = (
        Column("all", "reports.column.all"),
        *(Column(one.value, f"register.structure_kind.{one.value}") for one in present),
    )
    standing = list(_structures(held))
    return [
        *_both(held, "structures", columns, standing, ("reports.note.standing",)),
        *_both(held, "sharing", (columns[0], *_SHARING), standing, ("reports.note.shared",)),
        *_both(held, "stations", _STATIONS, list(_stations(held))),
        *_both(held, "sites", _SITES, list(_sites(held)), ("reports.note.site",)),
        *_both(held, "lines", _LINES, list(_routes(held)), ("reports.note.line",)),
    ]


_Gathered = tuple[Item, str, str, frozenset[str]]
"""An item, its commune, its operator, and the columns that count it."""


def _both(
    held: Holdings,
    name: str,
    columns: Sequence[Column],
    found: Sequence[_Gathered],
    notes: tuple[str, ...] = (),
) -> list[Table]:
    by_commune = [Placed(item, commune, counts) for item, commune, _, counts in found]
    by_operator = [Placed(item, operator, counts) for item, _, operator, counts in found]
    used = {one.row for one in by_operator}
    operators = {code: told for code, told in held.operators.items() if code in used}
    return [
        counted(name, "commune", columns, held.communes, by_commune, notes=notes),
        counted(name, "operator", columns, operators, by_operator, notes=notes),
    ]


def _structures(held: Holdings) -> Iterator[_Gathered]:
    for one in held.structures:
        counts = {"all", one.kind.value}
        counts |= {"open"} if one.shareable else set()
        counts |= {"shared"} if one.id in held.shared else set()
        commune = held.commune(one)
        item = Item("structure", one.id, f"{one.code} – {one.name}")
        yield item, commune, one.owner_id, frozenset(counts)


def _stations(held: Holdings) -> Iterator[_Gathered]:
    for one in held.reader.stations(SYSTEM, on=held.on):
        commune = held.commune(one)
        counts = frozenset({"all", one.service.value})
        yield Item("station", one.id, one.name), commune, one.organisation_id or UNKNOWN, counts


def _sites(held: Holdings) -> Iterator[_Gathered]:
    """Yield a site for each operator on each structure, with the generations that it has there."""
    found: dict[tuple[str, str], set[str]] = {}
    for one in held.installations:
        generations = {each.value for each in generations_of(one.technology)}
        if generations:
            found.setdefault((one.structure_id, one.organisation_id), set()).update(generations)
    places = {one.id: one for one in held.structures}
    for (structure_id, operator), generations in sorted(found.items()):
        place = places[structure_id]
        commune = held.commune(place)
        named = f"{place.code} – {held.operators.get(operator, operator)}"
        item = Item("structure", structure_id, named)
        yield item, commune, operator, frozenset({"all", *generations})


def _routes(held: Holdings) -> Iterator[_Gathered]:
    for one, lit in held.lines:
        length_m = line_length_m(one) if one.length_m is None else one.length_m
        counts = {"all", "length_km"} | ({"fibre", "fibre_km"} if lit else set())
        for commune, share in held.communes_of(one):
            item = Item("route", one.id, one.code, share * length_m / 1e3, divided=True)
            yield item, commune, one.owner_id, frozenset(counts)
