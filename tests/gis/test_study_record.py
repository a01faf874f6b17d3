"""Records of studies: canonical, whole or not there, readable again."""

import json
import math
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from gis.errors import FormatError, NotFoundError
from gis.home import Home
from gis.register.records import BroadcastStation, PlanEntry
from gis.rules import load_rule_pack
from gis.studies.listing import list_studies
from gis.studies.record import (
    Study,
    canonical,
    damaged_files,
    file_path,
    load,
    save,
    study_id,
)
from gis.studies.snapshots import (
    geometry_from_hex,
    geometry_hex,
    record_from_json,
    record_to_json,
)
from propagation.compliance.records import Rule

INPUTS = {"b": 1.5, "a": {"name": "Đức Hòa", "values": [0.1, 1e-9]}}
ID = study_id("coverage", INPUTS)


def a_study() -> Study:
    return Study(ID, "coverage", INPUTS, {"area_km2": 12.5})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_one_text_for_one_value() -> None:
    again = {"a": {"values": [0.1, 1e-9], "name": "Đức Hòa"}, "b": 1.5}
    assert canonical(INPUTS) == canonical(again)
    assert "Đức Hòa".encode() in canonical(INPUTS)
    assert json.loads(canonical(INPUTS)) == INPUTS
    assert study_id("coverage", again) == ID
    assert study_id("coverage", {**INPUTS, "b": math.nextafter(1.5, 2)}) != ID


def test_nan_has_no_place_in_a_record() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_what_was_saved_is_loaded(home: Home) -> None:
    kept = save(a_study(), {"coverage.tif": b"raster", "contours.geojson": b"{}"}, home)
    assert load(ID, home) == kept
    assert file_path(kept, "coverage.tif", home).read_bytes() == b"raster"
    assert damaged_files(kept, home) == []
    assert [study.id for study in list_studies(home)] == [ID]
    assert list_studies(home, kind="compliance") == []


def test_same_study_gives_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        home = Home(tmp_path / name)
        save(a_study(), {"coverage.tif": b"raster"}, home)
        written.append((home.study(ID) / "study.json").read_bytes())
    assert written[0] == written[1]


def test_saving_again_changes_nothing_and_leaves_nothing(home: Home) -> None:
    save(a_study(), {"coverage.tif": b"raster"}, home)
    save(a_study(), {"coverage.tif": b"raster"}, home)
    assert [folder.name for folder in home.studies.iterdir()] == [ID]


def test_a_damaged_study_is_replaced(home: Home) -> None:
    kept = save(a_study(), {"coverage.tif": b"raster"}, home)
    (home.study(ID) / "coverage.tif").write_bytes(b"broken")
    assert damaged_files(kept, home) == ["coverage.tif"]
    save(a_study(), {"coverage.tif": b"raster"}, home)
    assert damaged_files(kept, home) == []
    assert [folder.name for folder in home.studies.iterdir()] == [ID]


def test_a_killed_save_leaves_no_study(home: Home, tmp_path: Path) -> None:
    """A process that dies in the middle of the files leaves nothing that is listed or loaded."""
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from gis.home import Home\n"
        "from gis.studies.record import Study, save\n"
        "class Deadly(dict):\n"
        "    def items(self):\n"
        "        yield 'coverage.tif', b'x'\n"
        "        if self.armed:\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "deadly = Deadly({'coverage.tif': b'x'})\n"
        "deadly.armed = False\n"
        "home = Home(Path(sys.argv[1]))\n"
        "import gis.studies.record as record\n"
        "sweep = record.sweep_unfinished\n"
        "def arm(home):\n"
        "    sweep(home)\n"
        "    deadly.armed = True\n"
        "record.sweep_unfinished = arm\n"
        f"save(Study({ID!r}, 'coverage', {INPUTS!r}), deadly, home)\n"
    )
    ended = subprocess.run(  # the script is the test's own
        [sys.executable, "-c", script, str(tmp_path)], check=False, cwd=Path(__file__).parents[2]
    )
    assert ended.returncode == -signal.SIGKILL
    left = [folder.name for folder in home.studies.iterdir()]
    assert len(left) == 1
    assert left[0].startswith(".unfinished-")
    assert (home.studies / left[0] / "coverage.tif").exists()
    assert list_studies(home) == []
    with pytest.raises(NotFoundError):
        load(ID, home)
    save(a_study(), {"coverage.tif": b"raster"}, home)
    assert (home.studies / left[0]).exists(), "it may belong to a process that still works"
    os.utime(home.studies / left[0], (0, 0))
    save(a_study(), {"coverage.tif": b"raster"}, home)
    assert [folder.name for folder in home.studies.iterdir()] == [ID]


@pytest.mark.parametrize(
    "name", ["../x.tif", "study.json", "summary.json", "a/b.tif", "A.tif", ".x.tif", "x"]
)
def test_file_names_stay_inside(home: Home, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        save(a_study(), {name: b""}, home)


@pytest.mark.parametrize("identifier", ["../../etc", "coverage-0", "coverage-" + "0" * 16, ""])
def test_unknown_studies_are_not_found(home: Home, identifier: str) -> None:
    save(a_study(), {}, home)
    with pytest.raises(NotFoundError):
        load(identifier, home)


def test_unknown_files_are_not_found(home: Home) -> None:
    kept = save(a_study(), {}, home)
    with pytest.raises(NotFoundError, match=r"study\.json"):
        file_path(kept, "study.json", home)


def test_a_damaged_record_says_so(home: Home) -> None:
    save(a_study(), {}, home)
    (home.study(ID) / "study.json").write_text('{"id": 1', encoding="utf-8")
    with pytest.raises(FormatError, match="damaged"):
        load(ID, home)


def test_records_come_back_whole(make_station, make_plan_entry, make_unit) -> None:
    station = make_station(
        attenuation_db=tuple(float(k) for k in range(36)),
        licence_from=date(2022, 1, 1),
        reception="mono",
    )
    station = record_from_json(BroadcastStation, record_to_json(station))
    written = json.loads(canonical(record_to_json(station)))
    assert record_from_json(BroadcastStation, written) == station
    assert station.reception.value == "mono"
    entry = make_plan_entry(valid_from=date(2023, 7, 1), polarization=None)
    assert record_from_json(PlanEntry, record_to_json(entry)) == entry
    unit = make_unit("1", 106.0, 10.0, bounds=(1.0, 2.0, 3.0, 4.0), merged_from=("a", "b"))
    assert record_from_json(type(unit), json.loads(canonical(record_to_json(unit)))) == unit


def test_rules_come_back_whole() -> None:
    for rule in load_rule_pack(date(2025, 8, 1)).rules.values():
        assert record_from_json(Rule, json.loads(canonical(record_to_json(rule)))) == rule


def test_outlines_come_back_whole(make_boundary) -> None:
    boundary = make_boundary("80", 106.0, 10.0, 107.0, 11.0)
    written = record_to_json(boundary)
    assert len(written["geometry"]) == 64
    assert geometry_from_hex(geometry_hex(boundary.geometry)).equals(boundary.geometry)


def test_a_damaged_snapshot_says_so() -> None:
    with pytest.raises(FormatError, match="BroadcastStation"):
        record_from_json(BroadcastStation, {"id": "a"})
    with pytest.raises(FormatError):
        record_from_json(BroadcastStation, {"service": "tram"})
