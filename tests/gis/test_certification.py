"""Inspection of stations: who is in the list, what is due, and the files of the list."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from data.text import Language
from gis.certification import StationRow, base_station, certification_rows
from gis.certification_files import write_certification
from gis.errors import FormatError, NotFoundError
from gis.exchange.exporting import ExportFormat
from gis.register.records import (
    BroadcastStation,
    Organisation,
    OrganisationKind,
    Provenance,
    Service,
    StationClass,
)
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Installation, Structure, StructureKind
from gis.rules import load_rule_pack
from gis.structure_edits import add_paper
from gis.surroundings import Surroundings, import_surroundings, keep_surroundings
from propagation.compliance.certification import (
    BaseStationFacts,
    Listed,
    Listing,
    State,
    base_station_listed,
    broadcast_listed,
    state_of,
)
from propagation.compliance.facts_validity import DocumentFacts
from propagation.compliance.parameters import BASE_STATION, CERTIFICATE, number
from propagation.compliance.records import Confidence
from propagation.exposure import safety_distance_m

ON = date(2026, 11, 23)
RULES = load_rule_pack(ON).rules
HERE = Provenance(confidence=Confidence.SECONDARY, source="test")
MUST, NOT, UNKNOWN = Listed.MUST, Listed.NOT, Listed.UNKNOWN


@pytest.mark.parametrize(
    ("inhabited", "top", "lowest", "centre", "listed", "missing"),
    [
        (True, 10.0, 37.9, None, MUST, ()),
        (True, 10.0, 38.0, None, NOT, ()),  # exactly 28 m is not less than 28 m
        (False, None, None, None, NOT, ()),
        (None, None, None, None, UNKNOWN, ("inhabited", "building_top_m", "antenna_lowest_m")),
        (True, None, None, None, UNKNOWN, ("building_top_m", "antenna_lowest_m")),
        (True, None, 27.0, None, MUST, ()),  # no building is needed to be within 28 m of 27 m
        (True, None, None, 20.0, MUST, ()),
        (True, None, 28.0, None, UNKNOWN, ("building_top_m",)),  # 28 m above it is no less
        (True, None, None, 28.0, UNKNOWN, ("building_top_m", "antenna_lowest_m")),
        (True, 5.0, None, 40.0, UNKNOWN, ("antenna_lowest_m",)),
        (True, 5.0, 33.0, 34.0, NOT, ()),
        (None, 10.0, 20.0, None, UNKNOWN, ("inhabited",)),
        (None, 10.0, 50.0, None, NOT, ()),
    ],
)
def test_what_puts_a_base_station_in_the_list(
    *,
    inhabited: bool | None,
    top: float | None,
    lowest: float | None,
    centre: float | None,
    listed: Listed,
    missing: tuple[str, ...],
) -> None:
    facts = BaseStationFacts(
        inhabited=inhabited, building_top_m=top, antenna_lowest_m=lowest, antenna_centre_m=centre
    )
    found = base_station_listed(facts, RULES[BASE_STATION])
    assert (found.listed, found.missing) == (listed, missing)


def test_the_notice_of_an_end_begins_on_its_day() -> None:
    rule = RULES[CERTIFICATE]
    days = int(number(rule, "notice_days"))
    ends = DocumentFacts(number="1", valid_to=ON + timedelta(days=days))
    listed = Listing(MUST)
    assert state_of(listed, ends, rule, ON) is State.SOON
    assert state_of(listed, ends, rule, ON - timedelta(days=1)) is State.IN_FORCE


def test_the_power_of_broadcasting() -> None:
    rule = RULES[CERTIFICATE]
    assert broadcast_listed(150.0, rule).listed is MUST
    assert broadcast_listed(149.9, rule).listed is NOT
    assert broadcast_listed(None, rule).missing == ("transmitter_power_w",)


def station(name: str, power_w: float | None, **more: Any) -> BroadcastStation:
    return BroadcastStation(
        id=name, name=name, programme="=P", service=Service.FM, frequency_mhz=99.0,
        station_class=StationClass.OTHER, longitude=106.4, latitude=10.6,
        licence_power_w=power_w, provenance=HERE, **more,
    )  # fmt: skip


def hung(name: str, owner: str, structure: str = "cot", **more: Any) -> Installation:
    given = {"technology": "4G 1800", "height_above_ground_m": 40.0, **more}
    return Installation(
        id=name, structure_id=structure, organisation_id=owner, provenance=HERE, **given
    )


@pytest.fixture
def filled(register: Register) -> Register:
    operator = {"kind": OrganisationKind.OPERATOR, "provenance": HERE}
    mast = {"kind": StructureKind.ANTENNA_MAST, "owner_id": "A", "commune_name": "Bến Lức"}
    here = {"longitude": 106.4, "latitude": 10.6, "provenance": HERE}
    with register.write(author="t", reason="t") as writer:
        writer.add_organisations(
            Organisation(id=one, name=f"Nhà mạng {one}", **operator) for one in ("A", "B")
        )
        writer.add_structures(
            Structure(id=one, code=one, name=f"-{one}", **mast, **here)
            for one in ("cot", "cot2", "cot3")
        )
        writer.add_installations(
            [
                hung("1", "A", eirp_dbm=60.0, frequency_mhz=1850.0),
                hung("2", "B", height_above_ground_m=20.0, frequency_mhz=900.0),
                hung("3", "A", "cot2", eirp_dbm=60.0, frequency_mhz=1850.0),
                hung("4", "A", "cot3", technology="vi ba"),
            ]
        )
        writer.add_stations(
            [
                station("qua-han", 500.0, certificate_to=ON - timedelta(1)),
                station("hom-nay", 500.0, certificate_to=ON),
                station("con-lau", 500.0, certificate_to=ON + timedelta(91)),
                station("chua-ghi", 500.0),
                station("nho", 100.0),
                station("chua-biet", None),
            ]
        )
    return register


def rows_of(register: Register, on: date = ON) -> list[StationRow]:
    with register.snapshot() as now:
        return certification_rows(now, load_rule_pack(on).rules, on)


def states(register: Register, on: date = ON) -> dict[tuple[str, str | None], State]:
    return {(one.id, one.owner_id): one.state for one in rows_of(register, on)}


def test_every_station_has_its_state_and_the_urgent_come_first(filled: Register) -> None:
    found = states(filled)
    assert found == {
        ("qua-han", None): State.OVERDUE,
        ("chua-ghi", None): State.WANTED,
        ("hom-nay", None): State.SOON,
        ("cot", "A"): State.FACTS_MISSING,
        ("cot", "B"): State.FACTS_MISSING,
        ("cot2", "A"): State.FACTS_MISSING,
        ("chua-biet", None): State.FACTS_MISSING,
        ("con-lau", None): State.IN_FORCE,
        ("nho", None): State.NOT_NEEDED,
    }
    assert next(iter(found)) == ("qua-han", None)
    assert all(row.kind == "broadcast" for row in rows_of(filled, date(2020, 7, 1))[:1])
    assert rows_of(filled, date(2020, 5, 31)) == [], "no rule was in force"


def test_papers_of_a_structure_are_those_of_the_operator_that_they_name(filled: Register) -> None:
    def paper(structure: str, title: str, **more: Any) -> None:
        add_paper(
            filled, structure, {"title": title, **more}, scope=SYSTEM, author="t", reason="t"
        )

    paper(
        "cot", "Giấy chứng nhận kiểm định – Nhà mạng A", number="7", issued_on=date(2021, 11, 24)
    )
    paper("cot", "Bản công bố trạm gốc – Nhà mạng B")
    paper("cot2", "Giấy chứng nhận kiểm định", issued_on=date(2021, 11, 22))
    found = states(filled)
    assert found["cot", "A"] is State.SOON, "five years end on 24/11/2026"
    assert found["cot", "B"] is State.NOTICE
    assert found["cot2", "A"] is State.OVERDUE, "it is alone there"
    paper("cot2", "Giấy chứng nhận kiểm định", issued_on=date(2026, 11, 20))
    assert states(filled)["cot2", "A"] is State.IN_FORCE, "the newest counts"
    with pytest.raises(FormatError):
        paper("cot2", "x", issued_on=ON, valid_to=ON - timedelta(1))
    with pytest.raises(NotFoundError):
        paper("nowhere", "x")


def keep(register: Register, owner: str, **facts: Any) -> StationRow:
    """Keep what is around a station, and return where it stands then."""
    given = {"seen_on": ON, "source": "khảo sát", **facts}
    seen = record_digest(register.structure("cot", SYSTEM))
    keep_surroundings(
        register, ("cot", owner), Surroundings(**given), seen=seen, on=ON, author="lan"
    )
    with register.snapshot() as now:
        return base_station(now, RULES, ON, ("cot", owner))


def test_one_base_station_with_what_somebody_states(filled: Register) -> None:
    def one(owner: str, **facts: Any) -> StationRow:
        return keep(filled, owner, **facts)

    assert one("B", inhabited=True).state is State.WANTED, "its antenna hangs at 20 m"
    assert one("A", inhabited=True).listing.missing == ("building_top_m", "antenna_lowest_m")
    assert one("A", inhabited=False).state is State.NOTICE_WANTED
    assert one("A", building_top_m=5.0, antenna_lowest_m=39.0).state is State.NOTICE_WANTED
    with pytest.raises(NotFoundError):
        one("C")
    assert states(filled)["cot", "A"] is State.NOTICE_WANTED, "kept in the register"
    (change,) = filled.changes(table_name="structures", record_id="cot", limit=1)
    assert (change.author, change.reason) == ("lan", "khảo sát")


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"antenna_lowest_m": 40.5}, "certification.edge_above"),
        ({"building_top_m": -1.0}, "certification.wrong_height"),
        ({"seen_on": ON + timedelta(1)}, "certification.seen_later"),
        ({"source": " "}, "certification.source_needed"),
        ({"source": "anh Nam 0912 345 678"}, "points.personal_typed"),
    ],
)
def test_facts_that_cannot_be_are_not_kept(
    filled: Register, facts: dict[str, Any], key: str
) -> None:
    with pytest.raises(FormatError) as refused:
        keep(filled, "A", **facts)
    assert refused.value.key == key
    keep(filled, "A", inhabited=True)
    with pytest.raises(FormatError) as refused:
        keep(filled, "A", seen_on=ON - timedelta(1))
    assert refused.value.key == "certification.older_facts"


def test_the_lowest_antenna_is_known_where_every_height_is(filled: Register) -> None:
    with filled.write(author="t", reason="t") as writer:
        writer.add_installations([hung("1b", "A", height_above_ground_m=None)])
    row = keep(filled, "A", inhabited=True, building_top_m=5.0)
    assert row.facts.antenna_centre_m is None
    assert row.listing.missing == ("antenna_lowest_m",)
    assert keep(filled, "A", inhabited=True, building_top_m=5.0, antenna_lowest_m=33.0).state is (
        State.NOTICE_WANTED
    )
    assert keep(filled, "A", inhabited=True, building_top_m=5.1, antenna_lowest_m=33.0).state is (
        State.WANTED
    )


def test_of_papers_without_a_first_day_the_last_day_says_which_is_newest(
    filled: Register,
) -> None:
    for numbered, more in (
        ("cu", {"valid_to": ON + timedelta(400)}),
        ("moi", {"issued_on": ON - timedelta(1), "valid_to": ON + timedelta(300)}),
        ("xua", {"issued_on": date(2020, 1, 1), "valid_to": ON + timedelta(500)}),
    ):
        title = {"title": "Giấy chứng nhận kiểm định", "number": numbered}
        add_paper(filled, "cot2", title | more, scope=SYSTEM, author="t", reason="t")
    (row,) = [one for one in rows_of(filled) if one.id == "cot2"]
    assert row.certificate.number == "cu", "it has no first day, and ends last of those that count"


def test_a_table_of_many_stations_loses_no_good_row(filled: Register, tmp_path: Path) -> None:
    head = "Mã công trình,Mã doanh nghiệp,Có người sinh sống trong bán kính,"
    head += "Đỉnh công trình cao nhất (m),Mép dưới anten (m),Ngày khảo sát,Nguồn\n"
    rows = (
        "cot,A,có,9,39,2026-11-20,Biên bản 5",
        "cot,B,không,,,2026-11-20,Biên bản 5",
        "khong-co,A,có,9,39,2026-11-20,Biên bản 5",
        "cot2,A,có lẽ,9,39,2026-11-20,Biên bản 5",
        "cot2,A,có,9,39,,Biên bản 5",
        "cot2,A,có,9,39,2026-11-20,gọi 0912345678",
    )
    file = tmp_path / "facts.csv"
    file.write_text(head + "\n".join(rows), encoding="utf-8")
    found = import_surroundings(filled, file, on=ON, author="lan", reason="tệp")
    assert found.accepted == 2
    assert [(one.row, one.field) for one in found.refused] == [
        (4, "mã công trình"),
        (5, "có người sinh sống trong bán kính"),
        (6, "ngày khảo sát"),
        (7, "nguồn"),
    ]
    assert "0912345678" not in str([one.value for one in found.refused])
    after = states(filled)
    assert after["cot", "B"] is State.NOTICE_WANTED
    assert after["cot2", "A"] is State.FACTS_MISSING
    assert filled.structure("cot", SYSTEM).neighbours_source == "Biên bản 5"


def test_exposure_is_that_of_the_mast(filled: Register) -> None:
    row = next(one for one in rows_of(filled) if one.id == "cot")
    assert row.exposure.distance_m == pytest.approx(float(safety_distance_m(1000.0, 27.5, 1.6)))
    assert (row.exposure.antennas, row.exposure.unknown) == (1, 1)


def test_files_hold_no_formula(filled: Register, tmp_path: Path) -> None:
    rows, owners = rows_of(filled), {"A": "=Nhà mạng A", "B": "+B"}
    write: Callable[..., None] = write_certification
    write(rows, owners, ExportFormat.CSV, tmp_path / "a.csv", Language.VI)
    read = list(
        csv.reader((tmp_path / "a.csv").read_text("utf-8-sig").splitlines(), delimiter=";")
    )
    assert len(read) == len(rows) + 1
    assert not any(cell.startswith(("=", "+", "@")) for line in read for cell in line)
    assert "'-cot" in {line[2] for line in read}
    write(rows, owners, ExportFormat.XLSX, tmp_path / "a.xlsx", Language.EN)
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    cells = [cell for line in sheet.iter_rows() for cell in line]
    assert not any(cell.data_type == "f" for cell in cells)
    assert sheet["C1"].value == "Station"
    assert {"=Nhà mạng A", "=P"} <= {cell.value for cell in cells}
