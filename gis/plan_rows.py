"""Plan, licence, record and measurement of each station side by side, with where they differ.

A difference is told, not judged: whether it is within what a rule allows is the business of the
check that the item names.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from data.text import Language, number, text, when
from gis.exchange.writing import csv_text
from gis.measurements import measurements_of
from gis.names import name_key
from gis.register.reading import Reader
from gis.register.records import BroadcastStation, Measurement, PlanEntry, Service
from gis.register.scopes import Scope
from gis.studies.plan_match import plan_entry_of, site_distance_km

__all__ = ["SOURCES", "Item", "PlanRow", "plan_rows", "plan_rows_csv"]

Value = str | float | None

SOURCES: Final = ("plan", "licence", "record", "measured")
"""The columns of every item."""

_ROUNDING: Final = 1e-6
_SAME_PLACE_KM: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One characteristic of a station by each source.

    Attributes
    ----------
    name : str
        Which, with its unit.
    check : str
        The check of the catalogue that judges it.
    plan, licence, record, measured : str, float or None
        Its value; None where that source states none.
    difference : float or None
        Record minus plan, in the unit of the name; of a site the distance in km.
    differs : bool
        Whether record and plan both state it, and not the same.
    """

    name: str
    check: str
    plan: Value = None
    licence: Value = None
    record: Value = None
    measured: Value = None
    difference: float | None = None
    differs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A station with its line in the plan and what was measured of it.

    Attributes
    ----------
    station : BroadcastStation
        The record.
    entry : PlanEntry or None
        Its line in the plan.
    items : tuple of Item
        Programme, frequency, site, powers, heights, polarisation.
    measurements : int
        How many measurements of the station as it stands are on record.
    measured_at : datetime or None
        The newest of them.
    """

    station: BroadcastStation
    entry: PlanEntry | None
    items: tuple[Item, ...]
    measurements: int
    measured_at: datetime | None

    @property
    def differences(self) -> int:
        """How many characteristics differ from the plan."""
        return sum(item.differs for item in self.items)


def plan_rows(register: Reader, scope: Scope, service: Service, on: date) -> list[PlanRow]:
    """Return every station of a service on a day, by name.

    Parameters
    ----------
    register : Reader
        The register at one moment.
    scope : Scope
        Who asks.
    service : Service
        Which plan.
    on : date
        The day.
    """
    stations = register.stations(scope, service=service, on=on)
    entries = register.plan_entries(on=on)
    rows = [
        _row(
            one,
            plan_entry_of(one, entries, on),
            measurements_of(register, one, scope, on).measurements,
        )
        for one in stations
    ]
    return sorted(rows, key=lambda row: (name_key(row.station.name), row.station.id))


def _row(
    station: BroadcastStation, entry: PlanEntry | None, measured: Sequence[Measurement]
) -> PlanRow:
    newest = max(measured, key=lambda one: one.measured_at, default=None)
    return PlanRow(
        station=station,
        entry=entry,
        items=tuple(_items(station, entry, newest)),
        measurements=len(measured),
        measured_at=None if newest is None else newest.measured_at,
    )


def _items(
    station: BroadcastStation, entry: PlanEntry | None, newest: Measurement | None
) -> Iterable[Item]:
    yield _named(
        "programme", "plan_identity", None if entry is None else entry.programme, station.programme
    )
    yield _compared(
        "frequency_mhz",
        "plan_identity",
        None if entry is None else entry.frequency_mhz,
        station.frequency_mhz,
        licence=station.licence_frequency_mhz,
        measured=None if newest is None else newest.frequency_mhz,
    )
    yield _site(station, entry)
    yield _compared(
        "erp_total_dbw",
        "erp_and_height",
        None if entry is None else entry.erp_max_dbw,
        station.erp_total_dbw,
        licence=station.licence_erp_total_dbw,
    )
    # the power that a plan prints may be the transmitter's or radiated: told, not compared
    yield Item(
        name="power_kw",
        check="erp_and_height",
        plan=None if entry is None else entry.power_max_kw,
        licence=None if station.licence_power_w is None else station.licence_power_w / 1e3,
    )
    yield _compared(
        "height_above_ground_m",
        "erp_and_height",
        None if entry is None else entry.antenna_height_m,
        station.height_above_ground_m,
        licence=station.licence_height_above_ground_m,
    )
    yield _compared(
        "effective_height_max_m",
        "erp_and_height",
        None if entry is None else entry.effective_height_max_m,
        station.effective_height_max_m,
    )
    planned = None if entry is None or entry.polarization is None else entry.polarization.value
    licensed = station.licence_polarization
    yield _named(
        "polarization",
        "erp_and_height",
        planned,
        station.polarization.value,
        licence=None if licensed is None else licensed.value,
    )


def _compared(
    name: str,
    check: str,
    plan: float | None,
    record: float | None,
    *,
    licence: float | None = None,
    measured: float | None = None,
) -> Item:
    difference = None if plan is None or record is None else record - plan
    return Item(
        name=name,
        check=check,
        plan=plan,
        licence=licence,
        record=record,
        measured=measured,
        difference=difference,
        differs=difference is not None and abs(difference) > _ROUNDING,
    )


def _named(
    name: str, check: str, plan: str | None, record: str | None, licence: str | None = None
) -> Item:
    differs = bool(plan and record) and name_key(str(plan)) != name_key(str(record))
    return Item(name=name, check=check, plan=plan, licence=licence, record=record, differs=differs)


def _site(station: BroadcastStation, entry: PlanEntry | None) -> Item:
    away = site_distance_km(station, entry)
    return Item(
        name="site_name",
        check="plan_identity",
        plan=None if entry is None else entry.site_name,
        licence=_licensed_site(station),
        record=station.commune_name,
        difference=away,
        differs=away is not None and away > _SAME_PLACE_KM,
    )


def _licensed_site(station: BroadcastStation) -> str | None:
    place = (station.licence_latitude, station.licence_longitude)
    if place[0] is None or place[1] is None:
        return None
    return f"{place[0]:.5f}, {place[1]:.5f}"


def plan_rows_csv(rows: Sequence[PlanRow], language: Language | str) -> str:
    """Return the rows as CSV: a line for each station, a column for each item and source."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";" if language == Language.VI else ",")
    writer.writerow(_heads(rows, language))
    for row in rows:
        names = (
            row.station.id,
            row.station.name,
            "" if row.entry is None else row.entry.plan_id,
        )
        cells = [csv_text(name) for name in names]
        for item in row.items:
            values = [getattr(item, source) for source in SOURCES]
            cells += [_written(value, language) for value in (*values, item.difference)]
            cells.append(text(f"plan_rows.differs_{str(item.differs).lower()}", language))
        cells += [
            number(row.measurements, language),
            "" if row.measured_at is None else when(row.measured_at, language),
        ]
        writer.writerow(cells)
    return "\ufeff" + stream.getvalue()


def _heads(rows: Sequence[PlanRow], language: Language | str) -> list[str]:
    heads = [text(f"plan_rows.{name}", language) for name in ("id", "station", "entry")]
    for item in rows[0].items if rows else ():
        label = text(f"plan_rows.item.{item.name}", language)
        heads += [
            f"{label}: {text(f'plan_rows.{column}', language)}"
            for column in (*SOURCES, "difference", "differs")
        ]
    return heads + [text(f"plan_rows.{name}", language) for name in ("measurements", "newest")]


def _written(value: Value, language: Language | str) -> str:
    if value is None:
        return ""
    return csv_text(value) if isinstance(value, str) else number(value, language)
