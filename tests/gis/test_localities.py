"""Commune and former district of a mast: on both sides of 2025-07-01, never surer than known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from shapely import MultiPolygon, box

from gis.demo import load_demonstration
from gis.localities import last_district_day, localities, locality_at
from gis.register.records import Boundary, Provenance
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from propagation.compliance.records import Confidence
from tests.prepared import demo_register

LAST, FIRST = date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """The demonstration that ships."""
    path = tmp_path_factory.mktemp("demo") / "register.gpkg"
    with demo_register(path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("mast", "district", "commune"),
    [
        ("mp-ben-luc-cot", "Huyện Bến Lức", "Xã Bến Lức"),
        ("mp-hau-nghia-cot", "Huyện Đức Hòa", "Xã Hậu Nghĩa"),
        ("mp-tan-thanh-cot", "Huyện Tân Thạnh", "Xã Tân Thạnh"),
        ("mp-vinh-hung-cot", "Huyện Vĩnh Hưng", "Xã Vĩnh Hưng"),
    ],
)
def test_the_old_district_and_the_new_commune_of_the_same_mast(
    demo: Register, mast: str, district: str, commune: str
) -> None:
    standing = demo.structure(mast, SYSTEM)
    place = (standing.longitude, standing.latitude)
    before, after = (locality_at(demo, *place, on) for on in (LAST, FIRST))
    assert before.district is not None
    assert before.province is not None
    assert (before.district.name, before.province.name) == (district, "Tỉnh Long An")
    assert after.districts == ()
    assert after.commune is not None
    assert after.province is not None
    assert (after.commune.name, after.province.name) == (commune, "Tỉnh Tây Ninh")
    now, then = localities(demo, *place, date(2026, 11, 1))
    assert then is not None
    assert then.on == LAST
    assert now.commune == after.commune
    assert then.district == before.district
    for one in (before, after, now, then):
        assert one.approximate, "only points and bounds of these communes are packaged"
        assert not one.certain


def test_communes_of_two_days_agree_for_nearly_every_structure(demo: Register) -> None:
    """The demonstration knows in which commune it put each structure."""
    structures = demo.structures(SYSTEM)[::10]
    right = agree = 0
    with demo.snapshot() as register:
        for one in structures:
            now, then = localities(register, one.longitude, one.latitude, FIRST)
            assert now.commune is not None
            assert then is not None
            assert then.commune is not None
            right += now.commune.name == one.commune_name
            agree += then.commune.code in (now.commune.code, *now.commune.merged_from)
    assert right >= 0.9 * len(structures)
    assert agree >= 0.9 * len(structures)


def test_on_a_day_of_districts_there_is_no_formerly(demo: Register) -> None:
    assert last_district_day(demo.units(), LAST) is None
    assert last_district_day(demo.units(), FIRST) == LAST
    assert localities(demo, 106.49, 10.63, LAST)[1] is None


def test_at_sea_nothing_is_guessed(demo: Register) -> None:
    now, then = localities(demo, 112.0, 10.0, FIRST)
    assert then is not None
    for one in (now, then):
        assert (one.commune, one.district, one.province) == (None, None, None)


def test_beyond_the_known_communes_the_province_is_by_its_outline(demo: Register) -> None:
    found = locality_at(demo, 105.95, 9.75, FIRST)
    assert found.communes == ()
    assert [unit.name for unit in found.provinces] in ([], ["Thành phố Cần Thơ"])


def test_an_official_outline_makes_it_certain(register: Register) -> None:
    load_demonstration(register)
    mast = register.structure("mp-ben-luc-cot", SYSTEM)
    code = next(unit.code for unit in register.units(on=FIRST) if unit.name == "Xã Bến Lức")
    around = box(
        mast.longitude - 0.05, mast.latitude - 0.05, mast.longitude + 0.05, mast.latitude + 0.05
    )
    drawn = Boundary(
        unit_code=code, geometry=MultiPolygon([around]), position_uncertainty_m=20.0,
        official=True, valid_from=FIRST, valid_to=None,
        provenance=Provenance(confidence=Confidence.VERIFIED, source="bản đồ"),
    )  # fmt: skip
    with register.write(author="lan", reason="ranh giới") as w:
        w.replace_boundaries([drawn])
    now, then = localities(register, mast.longitude, mast.latitude, FIRST)
    assert (now.certain, now.approximate) == (True, False)
    assert then is not None
    assert then.approximate
    with register.write(author="lan", reason="không chính thức") as w:
        w.replace_boundaries([replace(drawn, official=False)])
    assert locality_at(register, mast.longitude, mast.latitude, FIRST).approximate
