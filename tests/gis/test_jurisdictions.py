"""Two departments as data, and nothing in code that names one."""

import re
from datetime import date
from pathlib import Path

import pytest

import gis
from gis.administration import packaged_boundaries, packaged_units
from gis.errors import NotFoundError
from gis.geodesy import is_known
from gis.jurisdictions import jurisdiction, jurisdiction_on, jurisdictions
from propagation.compliance.records import Confidence

ROOT = Path(gis.__file__).parents[1]


def test_two_ship() -> None:
    assert [(item.id, item.on) for item in jurisdictions()] == [
        ("long-an-2023", date(2023, 7, 1)),
        ("tay-ninh-2025", date(2025, 7, 1)),
    ]
    for item in jurisdictions():
        assert item.covers(item.on)
        assert item.confidence is not Confidence.SYNTHETIC
        assert all(is_known(epsg) for epsg in item.crs_epsg)


@pytest.mark.parametrize(
    ("day", "department"),
    [
        (date(2023, 7, 1), "Sở Thông tin và Truyền thông tỉnh Long An"),
        (date(2025, 6, 30), "Sở Thông tin và Truyền thông tỉnh Long An"),
        (date(2025, 7, 1), "Sở Khoa học và Công nghệ tỉnh Tây Ninh"),
        (date(2026, 11, 23), "Sở Khoa học và Công nghệ tỉnh Tây Ninh"),
    ],
)
def test_the_day_decides(day: date, department: str) -> None:
    assert jurisdiction_on(day).department() == department
    assert jurisdiction_on(day).department("en").startswith("Department of ")


def test_nobody_before_and_nobody_unknown() -> None:
    with pytest.raises(NotFoundError) as caught:
        jurisdiction_on(date(2023, 6, 30))
    assert caught.value.say("vi") == "Không có địa bàn quản lý nào có hiệu lực ngày 30/06/2023."
    with pytest.raises(NotFoundError, match="nowhere"):
        jurisdiction("nowhere")


@pytest.mark.parametrize("item", jurisdictions(), ids=lambda item: item.id)
def test_its_units_and_outlines_are_there(item: object) -> None:
    place = jurisdiction(item.id)  # type: ignore[attr-defined]

    def valid(since: date | None, until: date | None) -> bool:
        return (since is None or since <= place.on) and (until is None or place.on <= until)

    codes = {u.code for u in packaged_units() if valid(u.valid_from, u.valid_to)}
    drawn = {b.unit_code for b in packaged_boundaries() if valid(b.valid_from, b.valid_to)}
    assert {place.province_code, *place.neighbours} <= codes & drawn
    west, south, east, north = next(
        u.bounds
        for u in packaged_units()
        if u.code == place.province_code and valid(u.valid_from, u.valid_to)
    ) or (0, 0, 0, 0)
    assert west < place.longitude < east
    assert south < place.latitude < north
    assert west < place.seat_longitude < east


def test_a_department_may_bring_its_own(tmp_path: Path) -> None:
    text = (ROOT / "data" / "jurisdictions" / "long-an-2023.toml").read_text(encoding="utf-8")
    (tmp_path / "x.toml").write_text(
        text.replace('id = "long-an-2023"', 'id = "khac"').replace("2025-06-30", "2030-12-31"),
        encoding="utf-8",
    )
    assert jurisdiction_on(date(2030, 1, 1), tmp_path).id == "khac"


def test_no_code_names_a_place_or_a_year() -> None:
    """The words stand in data files; code gets them from there."""
    named = re.compile(r"""["'][^"'\n]*(Long An|Tây Ninh|long-an|tay-ninh)[^"'\n]*["']""")
    years = re.compile(r"""date\((2023|2025),""")
    found = []
    for package in ("propagation", "gis", "maps", "api"):
        for file in (ROOT / package).rglob("*.py"):
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                code = line.split("#")[0]
                if named.search(code) or years.search(code):
                    found.append(f"{file.relative_to(ROOT)}:{number}")
    assert not found
