"""Plan, licence, record and measurement side by side: what differs is marked, never judged."""

import csv
import io
import math
from datetime import UTC, date, datetime

import pytest

from gis import plan_rows as module
from gis.names import name_key
from gis.plan_rows import PlanRow, plan_rows, plan_rows_csv
from gis.register.records import (
    BroadcastStation,
    Measurement,
    MeasurementKind,
    PlanEntry,
    Polarization,
    Provenance,
    Service,
)
from gis.register.scopes import SYSTEM
from propagation.compliance.records import Confidence
from tests.prepared import demo_register

ON = date(2025, 8, 1)
SOURCE = Provenance(confidence=Confidence.SECONDARY, source="t")


def measurement(**changed: object) -> Measurement:
    values: dict[str, object] = {
        "id": "m1",
        "frequency_mhz": 98.0,
        "longitude": 106.4,
        "latitude": 10.6,
        "measured_at": datetime(2025, 7, 1, 3, tzinfo=UTC),
        "field_strength_dbuvm": 66.0,
        "height_above_ground_m": 10.0,
        "kind": MeasurementKind.FIXED,
        "provenance": SOURCE,
    }
    return Measurement(**{**values, **changed})


def test_the_rows_of_the_demonstration(tmp_path) -> None:
    """One station is planted with 300 W too much; all others stand as planned."""
    with demo_register(tmp_path / "register.gpkg") as register, register.snapshot() as reader:
        rows = plan_rows(reader, SYSTEM, Service.FM, ON)
    differing = {row.station.id: items_of(row) for row in rows if row.differences}
    assert set(differing) == {"mp-duc-hoa"}
    erp = differing["mp-duc-hoa"]["erp_total_dbw"]
    assert erp.difference == pytest.approx(10 * math.log10(1.3), abs=0.001)
    assert [row.station.name for row in rows] == sorted(
        (row.station.name for row in rows), key=name_key
    )


def items_of(row: PlanRow) -> dict[str, object]:
    return {item.name: item for item in row.items}


def test_a_station_as_planned_differs_nowhere(make_station, make_plan_entry) -> None:
    station = make_station(plan_entry_id="q-a")
    row = _row(station, make_plan_entry(), [])
    assert row.differences == 0
    assert row.measurements == 0
    assert row.measured_at is None


def test_each_difference_is_told_with_its_size(make_station, make_plan_entry) -> None:
    """1 dB more power, 5 m lower, 0.01 degree of latitude = 1.106 km away, other polarisation."""
    entry: PlanEntry = make_plan_entry(
        erp_max_dbw=30.0, antenna_height_m=50.0, polarization=Polarization.HORIZONTAL
    )
    station: BroadcastStation = make_station(
        plan_entry_id="q-a",
        programme="Khác hẳn",
        frequency_mhz=entry.frequency_mhz + 0.1,
        erp_total_dbw=31.0,
        height_above_ground_m=45.0,
        polarization=Polarization.VERTICAL,
        longitude=entry.longitude,
        latitude=entry.latitude + 0.01,
        licence_power_w=650.0,
    )
    items = items_of(_row(station, entry, []))
    differing = {name for name, item in items.items() if item.differs}
    assert differing == {
        "programme",
        "frequency_mhz",
        "site_name",
        "erp_total_dbw",
        "height_above_ground_m",
        "polarization",
    }
    assert items["erp_total_dbw"].difference == pytest.approx(1.0)
    assert items["height_above_ground_m"].difference == pytest.approx(-5.0)
    assert items["frequency_mhz"].difference == pytest.approx(0.1)
    assert items["site_name"].difference == pytest.approx(1.106, abs=0.001)
    assert items["power_kw"].licence == pytest.approx(0.65)
    assert {items[name].check for name in ("frequency_mhz", "erp_total_dbw")} == {
        "plan_identity",
        "erp_and_height",
    }


def test_spelling_is_no_difference_and_nothing_is_none(make_station, make_plan_entry) -> None:
    station = make_station(programme="Thời sự  HOÀ bình", height_above_ground_m=None)
    items = items_of(_row(station, make_plan_entry(programme="thời sự Hòa Bình"), []))
    assert not items["programme"].differs
    assert items["height_above_ground_m"].difference is None
    assert not items["height_above_ground_m"].differs
    bare = items_of(_row(station, None, []))
    assert not any(item.differs for item in bare.values())


def test_the_newest_measurement_tells_the_carrier(make_station, make_plan_entry) -> None:
    old = measurement(id="m0", frequency_mhz=97.9, measured_at=datetime(2024, 1, 1, tzinfo=UTC))
    new = measurement(frequency_mhz=98.1)
    row = _row(make_station(), make_plan_entry(), [new, old])
    assert row.measurements == 2
    assert row.measured_at == new.measured_at
    assert items_of(row)["frequency_mhz"].measured == 98.1


def _row(station, entry, measured) -> PlanRow:
    return module._row(station, entry, measured)


def test_csv_has_a_line_for_each_station_and_no_formula(make_station, make_plan_entry) -> None:
    station = make_station(name="=1+1", plan_entry_id="q-a", erp_total_dbw=31.0)
    row = _row(station, make_plan_entry(erp_max_dbw=30.0), [measurement()])
    written = plan_rows_csv([row], "en").removeprefix("\ufeff")
    head, line = list(csv.reader(io.StringIO(written)))
    assert len(head) == len(line)
    cells = dict(zip(head, line, strict=True))
    assert cells["Station"] == "'=1+1"
    assert cells["ERP (dBW): Plan"] == "30"
    assert cells["ERP (dBW): Record"] == "31"
    assert cells["ERP (dBW): Difference"] == "1"
    assert cells["ERP (dBW): Differs"] == "yes"
    assert cells["Measurements"] == "1"
    assert plan_rows_csv([row], "vi").splitlines()[0].count(";") == len(head) - 1


def test_a_number_stays_a_number_in_csv(make_station, make_plan_entry) -> None:
    station = make_station(erp_total_dbw=27.0, programme="-3")
    row = _row(station, make_plan_entry(erp_max_dbw=30.0), [])
    head, line = list(csv.reader(io.StringIO(plan_rows_csv([row], "en").removeprefix("\ufeff"))))
    cells = dict(zip(head, line, strict=True))
    assert cells["ERP (dBW): Difference"] == "-3"
    assert cells["Programme: Record"] == "'-3"
