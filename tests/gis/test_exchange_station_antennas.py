"""Antennas of two angles in files and forms: round trips, refusals with their place."""

import csv
from pathlib import Path

import pytest

from gis.errors import FormatError
from gis.exchange.answers import ImportAnswers
from gis.exchange.antennas import AntennaFile, msi_text
from gis.exchange.exporting import export
from gis.exchange.importing import commit, judge
from gis.exchange.report import RowState
from gis.exchange.station_antennas import antenna_asked
from gis.register.antennas import Antenna, AntennaKind
from gis.register.content import check_content
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from propagation.antenna_cuts import Cuts
from tests.prepared import empty_register

RIPPLE = tuple(round(n * 0.055, 3) for n in range(360))  # three decimals, and whole numbers
CUTS = Antenna(
    kind=AntennaKind.CUTS,
    name="Dipol 4 tầng",
    bearing_deg=30.25,
    mechanical_downtilt_deg=2.125,
    horizontal_attenuation_db=RIPPLE,
    vertical_attenuation_db=(0.0, *RIPPLE[1:]),
    maximum_gain_dbi=7.0,
)
SECTORAL = Antenna(
    kind=AntennaKind.F1336_SECTORAL, maximum_gain_dbi=15.0, horizontal_beamwidth_deg=65.0
)
ELEMENT = Antenna(kind=AntennaKind.TR38901_ELEMENT, electrical_downtilt_deg=4.0)


@pytest.fixture
def stations(register: Register, make_station) -> Register:
    with register.write(author="lan", reason="scene") as writer:
        writer.add_stations(
            [
                make_station("a", antenna=CUTS),
                make_station("b", frequency_mhz=506.0, service="television", antenna=SECTORAL),
                make_station("c", frequency_mhz=101.0, antenna=ELEMENT),
                make_station("d", frequency_mhz=102.0),
            ]
        )
    return register


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("format", ["gpkg", "geojson", "xlsx", "csv"])
def test_nothing_is_lost_on_the_way_out_and_back(
    stations: Register, tmp_path: Path, format: str, language: str
) -> None:
    (file,) = export(
        stations, SYSTEM, ["stations"], format, tmp_path / f"x.{format}", language=language
    )
    again = judge(file, kind="stations", register=stations)
    assert not again.questions
    assert not again.refused
    assert {row.state for row in again.accepted} == {RowState.UNCHANGED}
    with empty_register(tmp_path / "empty" / "register.gpkg") as empty:
        commit(judge(file, kind="stations", register=empty), empty, author="lan")
        back = {one.id: one.antenna for one in empty.stations(SYSTEM)}
    assert back == {"a": CUTS, "b": SECTORAL, "c": ELEMENT, "d": None}


def test_an_edit_is_a_difference_and_an_undo_takes_it_back(
    stations: Register, tmp_path: Path
) -> None:
    (file,) = export(stations, SYSTEM, ["stations"], "csv", tmp_path / "x.csv", language="en")
    text = (
        file.read_text(encoding="utf-8-sig")
        .replace("30.25", "45")
        .replace("TR 38.901, element", "TR 36.942, sector")
    )
    file.write_text(text, encoding="utf-8-sig")
    report = judge(file, kind="stations", register=stations)
    # the element's own widths are no parameters of the sector
    assert [problem.field for problem in report.problems] == [
        "Vertical beamwidth at 3 dB (degrees)"
    ]
    changed = [row for row in report.accepted if row.state is RowState.CHANGED]
    assert [row.record.id for row in changed] == ["a"]
    (change,) = changed[0].changes
    assert change.field == "antenna"
    assert "30.25" in change.say("en")
    assert "45" in change.say("vi")
    batch = commit(report, stations, author="lan")
    turned = stations.station("a", SYSTEM).antenna
    assert turned is not None
    assert turned.bearing_deg == 45.0
    assert turned.vertical_attenuation_db == CUTS.vertical_attenuation_db
    with stations.write(author="lan", reason="undo") as writer:
        writer.undo_batch(batch.id)
    assert stations.station("a", SYSTEM).antenna == CUTS


def test_an_antenna_that_an_import_gave_goes_with_its_undo(
    stations: Register, tmp_path: Path
) -> None:
    """Before it the history says nothing of an antenna; the row has none again."""
    (file,) = export(stations, SYSTEM, ["stations"], "csv", tmp_path / "x.csv", language="en")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    bare = next(row for row in rows if "d" in row.values())
    bare["Kind of antenna pattern of two angles"] = "tr38901_element"
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    batch = commit(judge(file, kind="stations", register=stations), stations, author="lan")
    assert stations.station("d", SYSTEM).antenna == Antenna(kind=AntennaKind.TR38901_ELEMENT)
    with stations.write(author="lan", reason="undo") as ledger:
        ledger.undo_batch(batch.id)
    assert stations.station("d", SYSTEM).antenna is None
    with stations.engine.connect() as connection:
        check_content(connection)


def test_a_file_without_the_columns_leaves_antennas_alone(
    stations: Register, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(
        "id,programme,frequency_mhz,longitude,latitude,crs,height_above_ground_m\n"
        "a,Chương trình a,100,106.4,10.6,WGS 84,75\n",
        encoding="utf-8",
    )
    report = judge(file, kind="stations", register=stations, answers=ImportAnswers(update=True))
    commit(report, stations, author="lan")
    assert stations.station("a", SYSTEM).antenna == CUTS
    assert stations.station("a", SYSTEM).height_above_ground_m == 75.0


@pytest.mark.parametrize(
    ("columns", "cells", "field", "words"),
    [
        ("antenna_bearing_deg", "30", "antenna_kind", "tr38901_element"),
        ("antenna_kind,antenna_bearing_deg", "tr38901_element,400", "antenna_bearing_deg", "360"),
        ("antenna_kind", "yagi", "antenna_kind", ""),
        ("antenna_kind", "cuts", "antenna_horizontal_attenuation_db", "needs"),
        (
            "antenna_kind,antenna_maximum_gain_dbi",
            "f1336_omnidirectional,8",
            "frequency_mhz",
            "400",
        ),
        ("antenna_kind,antenna_bearing_deg", "tr38901_element,north", "antenna_bearing_deg", ""),
        (
            "antenna_kind,antenna_horizontal_attenuation_db",
            "cuts,1;2;3;4;5;6;7;8;9;10;11;12",
            "antenna_horizontal_attenuation_db",
            "36 or 360",
        ),
    ],
)
def test_a_row_that_is_no_antenna_is_refused(
    register: Register, tmp_path: Path, *, columns: str, cells: str, field: str, words: str
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(
        f"id,programme,frequency_mhz,longitude,latitude,crs,{columns}\n"
        f"a,Chương trình a,100,106.4,10.6,WGS 84,{cells}\n",
        encoding="utf-8",
    )
    report = judge(file, kind="stations", register=register)
    (problem,) = report.problems
    assert problem.field == field
    assert problem.row == 2
    assert words in problem.expected("en")
    assert problem.say("vi") != problem.say("en")


# forms


def msi(**changes: object) -> bytes:
    values: dict[str, object] = {
        "name": "Yagi",
        "maximum_gain_dbi": 7.0,
        "cuts": Cuts(RIPPLE, RIPPLE),
    }
    return msi_text(AntennaFile(**{**values, **changes})).encode()


def test_a_form_with_a_file() -> None:
    asked = {"kind": "cuts", "bearing_deg": "30,5", "mechanical_downtilt_deg": "2"}
    made = antenna_asked(asked, 100.0, file=(msi(), "a.msi"))
    assert made.name == "Yagi"
    assert made.maximum_gain_dbi == 7.0
    assert made.bearing_deg == 30.5
    assert made.horizontal_attenuation_db == RIPPLE
    turned = antenna_asked({**asked, "bearing_deg": "90", "name": "Mới"}, 100.0, standing=made)
    assert turned.horizontal_attenuation_db == RIPPLE
    assert (turned.bearing_deg, turned.name) == (90.0, "Mới")


@pytest.mark.parametrize(
    ("asked", "file", "words"),
    [
        ({}, None, ("Kind", "cuts, f1336")),
        ({"kind": "horn"}, None, ("Kind", "horn", "cuts")),
        ({"kind": "cuts"}, None, ("Horizontal cut", "MSI antenna file")),
        ({"kind": "tr38901_element"}, (msi(), "a.msi"), ("Kind", "a.msi")),
        ({"kind": "tr38901_element", "bearing_deg": "1e"}, None, ("axis", "1e", "0 … 360")),
        ({"kind": "tr38901_element", "bearing_deg": "inf"}, None, ("axis", "0 … 360")),
        ({"kind": "tr38901_element", "bearing_deg": "3_0"}, None, ("axis", "3_0", "0 … 360")),
        ({"kind": "tr38901_element", "bearing_deg": "1,234.5"}, None, ("axis", "1,234.5")),
        ({"kind": "tr38901_element", "name": "x" * 201}, None, ("Name", "200")),
        ({"kind": "cuts"}, (b"\x00\x01" * 50, "a.msi"), ("a.msi",)),
        ({"kind": "cuts"}, (b"GAIN 3 dBi\n" * 2, "a.msi"), ("a.msi", "line 2", "GAIN")),
        ({"kind": "cuts"}, (b"x" * 300_000, "a.msi"), ("a.msi", "200 kB")),
        ({"kind": "cuts"}, (b"HORIZONTAL 360\n0 999\n", "a.msi"), ("line 2", "999", "0 … 200")),
        ({"kind": "cuts", "gain_unit": "dBx"}, (msi(), "a.msi"), ("dBx", "dBi, dBd")),
        ({"kind": "f1336_omnidirectional", "maximum_gain_dbi": "8"}, None, ("100", "400")),
    ],
)
def test_a_form_that_is_no_antenna(
    asked: dict[str, str], file: tuple[bytes, str] | None, words: tuple[str, ...]
) -> None:
    with pytest.raises(FormatError) as caught:
        antenna_asked(asked, 100.0, file=file)
    said = str(caught.value)
    assert all(word in said for word in words), said
    assert caught.value.say("vi") != said
