"""Packaged units and outlines: complete, dated, never official, and as uncertain as they say."""

import csv
import re
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from gis.administration import COMMUNES, packaged_boundaries, packaged_units
from gis.names import name_key
from gis.register.records import AdministrativeUnit, UnitKind
from propagation.compliance.records import Confidence

BEFORE, SINCE = date(2025, 6, 30), date(2025, 7, 1)
UNITS = packaged_units()
OLD_LONG_AN = {
    "794": 13, "795": 8, "796": 12, "797": 10, "798": 7, "799": 13, "800": 11, "801": 11,
    "802": 20, "803": 14, "804": 12, "805": 10, "806": 17, "807": 15, "808": 13,
}  # fmt: skip
OLD_TAY_NINH = {"703", "705", "706", "707", "708", "709", "710", "711", "712"}


def on(day: date, *kinds: UnitKind) -> list[AdministrativeUnit]:
    return [
        unit
        for unit in UNITS
        if unit.kind in kinds
        and (unit.valid_from is None or unit.valid_from <= day)
        and (unit.valid_to is None or day <= unit.valid_to)
    ]


def test_ninety_six_communes() -> None:
    """regulations.md 8.1 and 8.3: 14 wards and 82 communes, 60 with codes of Long An."""
    communes = on(SINCE, *COMMUNES)
    assert len(communes) == 96
    assert sum(unit.kind is UnitKind.WARD for unit in communes) == 14
    assert sum(unit.kind is UnitKind.COMMUNE for unit in communes) == 82
    assert {unit.parent_code for unit in communes} == {"80"}
    former = [unit for unit in communes if "25459" <= unit.code <= "25732"]
    assert len(former) == 36
    assert all("27694" <= unit.code <= "28243" for unit in communes if unit not in former)


def test_districts_end_with_the_merger() -> None:
    """regulations.md 8.2, with the number of communes of each on 2025-03-01."""
    districts = on(BEFORE, UnitKind.DISTRICT, UnitKind.TOWN, UnitKind.CITY)
    assert {unit.code for unit in districts} == set(OLD_LONG_AN) | OLD_TAY_NINH
    assert not on(SINCE, UnitKind.DISTRICT, UnitKind.TOWN, UnitKind.CITY, UnitKind.TOWNSHIP)
    communes = on(BEFORE, *COMMUNES)
    for code, count in OLD_LONG_AN.items():
        assert sum(unit.parent_code == code for unit in communes) == count, code
    assert len(communes) == 280


def test_one_code_names_two_provinces_in_turn() -> None:
    provinces = (UnitKind.PROVINCE, UnitKind.CITY_PROVINCE)
    assert {unit.code: unit.name for unit in on(BEFORE, *provinces)}["80"] == "Tỉnh Long An"
    assert {unit.code: unit.name for unit in on(SINCE, *provinces)} == {
        "75": "Tỉnh Đồng Nai",
        "79": "Thành phố Hồ Chí Minh",
        "80": "Tỉnh Tây Ninh",
        "82": "Tỉnh Đồng Tháp",
    }


def test_every_old_commune_went_somewhere() -> None:
    old = {unit.code: unit for unit in on(BEFORE, *COMMUNES)}
    new = on(SINCE, *COMMUNES)
    merged = [code for unit in new for code in unit.merged_from]
    assert set(merged) == set(old)
    assert all(unit.code in unit.merged_from for unit in new)


def test_the_packages_two_errors_are_put_right() -> None:
    """Wards called Phường 4 stood in both cities; each went to its own city's ward."""
    new = {unit.code: unit for unit in on(SINCE, *COMMUNES)}
    tan_ninh, long_an = new["25459"], new["27694"]
    assert "27691" not in tan_ninh.merged_from
    assert "27691" in long_an.merged_from
    bounds = [unit.bounds for unit in (tan_ninh, long_an)]
    assert all(b is not None and b[3] - b[1] < 0.2 for b in bounds)


def test_points_lie_in_their_bounds() -> None:
    for unit in UNITS:
        assert unit.bounds is not None
        west, south, east, north = unit.bounds
        assert west <= (unit.longitude or 0) <= east, unit.name
        assert south <= (unit.latitude or 0) <= north, unit.name
        assert unit.provenance.confidence in (Confidence.SECONDARY, Confidence.DERIVED)


def test_outlines_are_of_provinces_and_never_official() -> None:
    """No outline of a commune or district exists in the package: none may be constructed."""
    boundaries = packaged_boundaries()
    provinces = {
        (unit.code, unit.valid_from)
        for unit in UNITS
        if unit.kind in (UnitKind.PROVINCE, UnitKind.CITY_PROVINCE)
    }
    assert {(b.unit_code, b.valid_from) for b in boundaries} == provinces
    for boundary in boundaries:
        assert not boundary.official
        assert boundary.geometry.is_valid
        assert 2500 <= boundary.position_uncertainty_m <= 3500


def test_the_merged_outline_is_the_union() -> None:
    outlines = {(b.unit_code, b.valid_from): b.geometry for b in packaged_boundaries()}
    both = shapely.union(outlines["80", None], outlines["72", None])
    assert shapely.equals(outlines["80", SINCE], both)
    assert shapely.get_num_coordinates(outlines["80", None]) == 151


def test_names_are_those_of_the_list(shared: Path) -> None:
    """regulations.md 8.3 lists the 96 with their codes."""
    text = (shared / "regulations.md").read_text(encoding="utf-8")
    text = text.split("### 8.3")[1].split("### 8.4")[0]
    table = "\n".join(line for line in text.splitlines() if line.startswith(("| 72 ", "| 80 ")))
    listed = dict(re.findall(r"(\d{5}) ([^;|]+?)(?= *[;|])", table))
    ours = {unit.code: unit.name for unit in on(SINCE, *COMMUNES)}
    assert len(listed) == 96
    assert {c: name_key(n) for c, n in listed.items()} == {c: name_key(n) for c, n in ours.items()}


def test_mergers_are_those_of_another_source(shared: Path) -> None:
    old = {unit.code: unit for unit in on(BEFORE, *COMMUNES)}
    new = {unit.code: unit for unit in on(SINCE, *COMMUNES)}
    numbers = {"phường iv": "phường 4", "thủ thừa": "thị trấn thủ thừa"}
    with (shared / "data" / "admin" / "tayninh_2025_merged_from.csv").open(encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    assert len(rows) == 96
    for row in rows:
        said = (re.sub(r"\(.*?\)", "", part) for part in row["merged_from"].split(","))
        theirs = {numbers.get(part.strip().lower(), part) for part in said}
        ours = {old[code].name for code in new[row["ward_code"]].merged_from}
        assert {name_key(n) for n in theirs} == {name_key(n) for n in ours}, row["name"]


def test_points_lie_in_the_real_communes(shared: Path) -> None:
    frame = pyogrio.read_dataframe(
        shared / "data" / "admin" / "tayninh_communes_2025_simplified.geojson"
    ).set_index("code")
    new = {unit.code: unit for unit in on(SINCE, *COMMUNES)}
    for code, unit in new.items():
        assert frame.geometry[code].contains(shapely.Point(unit.longitude, unit.latitude))


@pytest.mark.parametrize(("code", "since"), [("80", None), ("72", None), ("80", SINCE)])
def test_uncertainty_is_measured(shared: Path, code: str, since: date | None) -> None:
    """The larger directed 95 % distance to the real outline, rounded up to 100 m, is shipped."""
    frame = pyogrio.read_dataframe(
        shared / "data" / "admin" / "tayninh_communes_2025_simplified.geojson"
    )
    former = frame["code"].astype(int) < 27694
    kept = np.ones(len(frame), bool) if since else (former if code == "72" else ~former)
    real = shapely.union_all(frame.geometry[kept].to_numpy())
    ours = next(b for b in packaged_boundaries() if (b.unit_code, b.valid_from) == (code, since))
    first, second = _outer_line(ours.geometry), _outer_line(real)
    p95 = max(
        float(np.percentile(shapely.distance(_every_100_m(a), b), 95))
        for a, b in ((first, second), (second, first))
    )
    assert p95 <= ours.position_uncertainty_m < p95 + 100.0


def _outer_line(area: shapely.Geometry) -> shapely.Geometry:
    metres = Transformer.from_crs(4326, 32648, always_xy=True)
    flat = shapely.transform(area, lambda xy: np.column_stack(metres.transform(*xy.T)))
    parts = [part for part in shapely.get_parts(flat) if part.area > 1e6]
    return shapely.union_all([shapely.get_exterior_ring(part) for part in parts])


def _every_100_m(line: shapely.Geometry) -> np.ndarray:
    rings = shapely.get_parts(shapely.line_merge(line))
    return np.concatenate(
        [shapely.line_interpolate_point(r, np.arange(0, r.length, 100.0)) for r in rings]
    )
