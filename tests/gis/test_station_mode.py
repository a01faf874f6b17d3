"""The DVB-T2 mode of a television station: in files, in records, and to the checks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gis.exchange.exporting import export
from gis.exchange.importing import commit, judge
from gis.exchange.report import RowState
from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.rule_facts import station_facts
from gis.studies.snapshots import record_from_json, record_to_json
from propagation.errors import PropagationError
from propagation.interference.dvbt2 import mode_from_text
from propagation.interference.protection import Service as JudgedService
from tests.prepared import empty_register

MakeStation = Callable[..., BroadcastStation]
HEADERS = ("Tên đài", "Chương trình", "Nghiệp vụ", "Tần số (MHz)", "Kinh độ (WGS 84)", "Vĩ độ",
           "Chế độ DVB-T2")  # fmt: skip
MODE = "256qam-2/3-rice-32k-1/16"


@pytest.mark.parametrize("format", ["gpkg", "csv"])
def test_out_and_back(
    register: Register, make_station: MakeStation, tmp_path: Path, format: str
) -> None:
    given = make_station("a", service="television", frequency_mhz=506.0, mode=MODE)
    with register.write(author="lan", reason="scene") as writer:
        writer.add_stations([given, make_station("b")])
    (file,) = export(register, SYSTEM, ["stations"], format, tmp_path / f"x.{format}")
    again = judge(file, kind="stations", register=register)
    assert {row.state for row in again.accepted} == {RowState.UNCHANGED}
    with empty_register(tmp_path / "empty" / "register.gpkg") as empty:
        commit(judge(file, kind="stations", register=empty), empty, author="lan")
        assert {one.id: one.mode for one in empty.stations(SYSTEM)} == {"a": MODE, "b": None}


def test_as_people_write_it(register: Register, tmp_path: Path) -> None:
    file = tmp_path / "tv.csv"
    rows = [
        ("Đài 1", "VTV", "truyền hình", "506", "106,42", "10,62", "256QAM-2/3-Rice"),
        ("Đài 2", "VTV", "truyền hình", "514", "106,42", "10,62", "256QAM 2/3"),
        ("Đài 3", "FM", "fm", "96,9", "106,42", "10,62", "256qam-2/3"),
    ]
    file.write_text("\n".join(";".join(row) for row in (HEADERS, *rows)), encoding="utf-8")
    report = judge(file, kind="stations", register=register)
    (accepted,) = report.accepted
    assert accepted.record.mode == "256qam-2/3-rice"
    problems = [problem.key for row in report.refused for problem in row.problems]
    assert problems == ["exchange.problem.mode", "exchange.problem.mode_of_television_only"]


def test_records_without_one_stay_the_same_bytes(make_station: MakeStation) -> None:
    assert "mode" not in record_to_json(make_station("a"))
    given = make_station("a", service=Service.TELEVISION, mode=MODE)
    assert record_from_json(BroadcastStation, record_to_json(given)) == given


def test_the_checks_read_it(make_station: MakeStation) -> None:
    facts = station_facts(make_station("a", service=Service.TELEVISION, mode=MODE))
    assert facts.mode == mode_from_text(MODE)
    assert facts.service is JudgedService.TELEVISION
    assert station_facts(make_station("a")).mode is None
    with pytest.raises(PropagationError, match="mode = PAL"):
        station_facts(make_station("a", mode="PAL"))


def test_services_are_those_of_the_register() -> None:
    assert [one.value for one in JudgedService] == [one.value for one in Service]
