"""The rows of a map's table twin: every object on the map, as words and numbers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache, lru_cache

from data.text import Language, number, text
from gis.register.records import BroadcastStation, Provenance, UnitKind
from gis.register.structures import Structure
from gis.studies.ended import Ended
from maps.judged_map import judged_rows, with_distances
from maps.palette import COMMUNE, DISTRICT, SHAPES, STATION, STRUCTURES
from maps.rows import Kind, Row, present
from maps.source_map import source_rows
from maps.views import RegisterView
from maps.words import watts
from maps.work_layer import work_rows
from propagation.compliance.records import Confidence

__all__ = ["Table", "build_table", "in_watts"]

_BY_CODE = frozenset(kind.value for kind in STRUCTURES)
"""Kinds whose objects owner and code name, so that twenty thousand rows need not say their ids."""
_ENDED = " *"  # leads from the number to the sentence about the papers
_PROVINCES = frozenset({UnitKind.PROVINCE, UnitKind.CITY_PROVINCE})
_DISTRICTS = frozenset({UnitKind.DISTRICT, UnitKind.TOWN, UnitKind.CITY})


class Table:
    """Rows in a compact form: repeated texts stand once and are named by position.

    Attributes
    ----------
    kinds : list of Kind
        Those that occur, in the order of the legend.
    rows : list of Row
        What a search found or a study judged, then stations, planned works, structures, units.
    """

    def __init__(self, rows: Sequence[Row], language: Language) -> None:
        self.rows = rows
        self.language = language
        order: dict[str, Kind] = {}
        for row in rows:
            order.setdefault(row.kind.id, row.kind)
        known = {kind.value: position for position, kind in enumerate(STRUCTURES)}
        self.kinds = sorted(order.values(), key=lambda kind: known.get(kind.id, len(known)))
        self._counts = Counter(row.kind.id for row in rows)

    def count(self, kind: Kind) -> int:
        """Return how many objects are of a kind."""
        return self._counts[kind.id]

    def to_json(self) -> dict[str, object]:
        """Return the table for the page's script."""
        owners, places, sources, details = _Index(), _Index(), _Index(), _Index()
        kinds = {kind.id: position for position, kind in enumerate(self.kinds)}
        rows = [
            [
                kinds[row.kind.id],
                row.name,
                row.code,
                owners.position(row.owner),
                round(row.longitude, 6),
                round(row.latitude, 6),
                places.position(row.place),
                sources.position((_source(row.provenance, self.language), row.synthetic)),
                [details.position(detail) for detail in row.details],
                *([] if row.kind.id in _BY_CODE else [row.id]),
            ]
            for row in self.rows
        ]
        return {
            "kinds": [
                {
                    "id": kind.id,
                    "label": kind.label,
                    "group": kind.group,
                    "colour": kind.symbol.colour,
                    "path": SHAPES[kind.symbol.shape],
                }
                for kind in self.kinds
            ],
            "owners": owners.values,
            "places": places.values,
            "sources": sources.values,
            "details": details.values,
            "rows": rows,
        }


class _Index:
    """Values in the order of their first appearance."""

    def __init__(self) -> None:
        self._positions: dict[object, int] = {}

    def position(self, value: object) -> int:
        return self._positions.setdefault(value, len(self._positions))

    @property
    def values(self) -> list[object]:
        return list(self._positions)


def build_table(view: RegisterView, language: Language) -> Table:
    """Return the table twin of a map.

    Parameters
    ----------
    view : RegisterView
        What the map shows.
    language : Language
        Language of labels and numbers.
    """
    rows = (
        *source_rows(view, language),
        *judged_rows(view, language),
        *_stations(view, language),
        *work_rows(view, language),
        *_structures(view, language),
        *_units(view, language),
    )
    return Table(list(with_distances(rows, view, language)), language)


def in_watts(power_dbw: float, language: Language) -> str:
    """Return a power in dBW as watts or kilowatts, with the dBW beside."""
    return f"{watts(power_dbw, language)} ({number(power_dbw, language, 1)} dBW)"


def _structures(view: RegisterView, language: Language) -> Iterable[Row]:
    kinds = {
        kind: Kind(
            kind.value,
            text(f"register.structure_kind.{kind.value}", language),
            "structures",
            symbol,
        )
        for kind, symbol in STRUCTURES.items()
    }
    for structure in view.structures:
        yield Row(
            kinds[structure.kind],
            structure.id,
            structure.name or structure.code,
            structure.code,
            view.organisations.get(structure.owner_id, structure.owner_id),
            structure.longitude,
            structure.latitude,
            ", ".join(filter(None, (structure.address, structure.commune_name))),
            structure.provenance,
            _structure_details(structure, language),
        )


def _structure_details(structure: Structure, language: Language) -> tuple[tuple[str, str], ...]:
    return present(
        language,
        height=_with_unit("metres", structure.height_m, language),
        ground=_with_unit("metres", structure.ground_height_m, language),
        shareable=_yes_or_no(structure.shareable, language),
    )


@lru_cache(maxsize=8)
def _yes_or_no(value: bool | None, language: Language) -> str | None:
    if value is None:
        return None
    return text("maps.value_yes" if value else "maps.value_no", language)


def _stations(view: RegisterView, language: Language) -> Iterable[Row]:
    for station in view.stations:
        service = station.service.value
        yield Row(
            Kind(service, text(f"register.service.{service}", language), "stations", STATION),
            station.id,
            station.name,
            station.licence_number or "",
            view.organisations.get(station.organisation_id or "", station.organisation_id or ""),
            station.longitude,
            station.latitude,
            station.commune_name or "",
            station.provenance,
            (
                *_station_details(station, view.ended.get(station.id), language),
                *_later_licence(station, view.on, language),
            ),
        )


def _station_details(
    station: BroadcastStation, ended: Ended | None, language: Language
) -> tuple[tuple[str, str], ...]:
    erp = station.erp_total_dbw
    mark = "" if ended is None else _ENDED
    said = None if ended is None else text(ended.key, language, last_day=ended.last_day)
    return present(
        language,
        frequency=f"{_with_unit('megahertz', station.frequency_mhz, language)}{mark}",
        licence=None if said is None else f"{mark.strip()} {said}",
        programme=station.programme,
        channel=station.channel,
        erp=None if erp is None else in_watts(erp, language),
        antenna_height=_with_unit("metres", station.height_above_ground_m, language),
        ground=_with_unit("metres", station.ground_height_m, language),
    )


def _later_licence(
    station: BroadcastStation, on: date, language: Language
) -> tuple[tuple[str, str], ...]:
    first_day = station.licence_from
    if first_day is None or first_day <= on:
        return ()
    return present(
        language, licence_begins=text("maps.licence_begins", language, first_day=first_day)
    )


def _units(view: RegisterView, language: Language) -> Iterable[Row]:
    kinds = {
        level: Kind(level, text(f"maps.kind_{level}", language), "units", symbol)
        for level, symbol in (("district", DISTRICT), ("commune", COMMUNE))
    }
    parents = {unit.code: unit.name for unit in view.units}
    for unit in view.units:
        if unit.longitude is None or unit.latitude is None or unit.kind in _PROVINCES:
            continue
        yield Row(
            kinds["district" if unit.kind in _DISTRICTS else "commune"],
            unit.code,
            unit.name,
            unit.code,
            "",
            unit.longitude,
            unit.latitude,
            parents.get(unit.parent_code or "", ""),
            unit.provenance,
            present(language, area=_with_unit("square_kilometres", unit.area_km2, language)),
        )


@lru_cache(maxsize=8192)
def _with_unit(unit: str, value: float | None, language: Language) -> str | None:
    """Return a value as people read it; thousands of structures share some hundred heights."""
    return None if value is None else text(f"maps.value_{unit}", language, value=value)


def _source(provenance: Provenance | str, language: Language) -> str:
    if isinstance(provenance, str):
        return provenance
    if provenance.synthetic:
        return _confidence(None, language)
    return f"{provenance.source} ({_confidence(provenance.confidence, language)})"


@cache
def _confidence(confidence: Confidence | None, language: Language) -> str:
    """Return how well something is known; None is demonstration data."""
    if confidence is None:
        return text("maps.stamp_synthetic", language)
    return text(f"register.confidence.{confidence.value}", language)
