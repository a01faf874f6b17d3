"""What a person types to find a place: every form of coordinates, names of today and of before."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from pyproj import Transformer

from gis.names import commune_key, plain_key
from gis.place_search import PlaceKind, find_places
from gis.register.scopes import PUBLIC, SYSTEM
from gis.register.store import Register
from tests.prepared import demo_register

TODAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    with demo_register(tmp_path_factory.mktemp("search") / "register.gpkg") as opened:
        yield opened


@pytest.mark.parametrize(
    "text",
    [
        "10,54 106,41",
        "106.41, 10.54",
        "10°32'24\"N 106°24'36\"E",
        "106E2436 10N3224",
        "10.54;106.41",
        "vĩ độ 10°32'24\" Bắc, kinh độ 106°24'36\" Đông",
        "Kinh độ: 106,41 - Vĩ độ: 10,54",
        "vĩ độ 10 độ 32 phút 24 giây bắc kinh độ 106 độ 24 phút 36 giây đông",
        "lat 10.54 lng 106.41",
    ],
)
def test_coordinates_in_any_form_and_order(register: Register, text: str) -> None:
    (found,) = find_places(register, PUBLIC, text, TODAY)
    assert found.kind is PlaceKind.COORDINATES
    assert (found.longitude, found.latitude) == pytest.approx((106.41, 10.54), abs=1e-9)


_LONG_AN, _TAY_NINH = "VN-2000 / 105°45′, 3°", "VN-2000 / 105°30′, 3°"
_UTM, _UTM_WGS = "VN-2000 / 105°00′, 6°", "WGS 84 / 105°00′, 6°"


@pytest.mark.parametrize(
    ("text", "systems"),
    [
        ("1165454 571000", [_LONG_AN, _TAY_NINH, _UTM_WGS, _UTM]),
        ("571000; 1165454", [_LONG_AN, _TAY_NINH, _UTM_WGS, _UTM]),
        ("X = 1.165.454,0  Y = 571.000,0", [_LONG_AN, _TAY_NINH, _UTM_WGS, _UTM]),
        ("571000 mE 1165454 mN, VN-2000, KTT 105°45'", [_LONG_AN]),
        ("1165454 571000 105°30'", [_TAY_NINH]),
        ("48P 654000 1165000", [_UTM_WGS, _UTM]),
        ("VN-2000 UTM 48N 654000 1165000", [_UTM]),
        ("EPSG:9210 571000 1165454", [_LONG_AN]),
        ("1165454 950000", []),
        ("khu 571000 số 1165454", []),
    ],
)
def test_metres_of_a_grid_name_the_system_they_were_read_in(
    register: Register, text: str, systems: list[str]
) -> None:
    """Every grid of the province that places the point there, against pyproj; either order."""
    found = find_places(register, PUBLIC, text, TODAY)
    assert [(one.within or "").partition(" (")[0] for one in found] == systems
    for one in found:
        epsg = int((one.within or "").partition("EPSG:")[2].rstrip(")"))
        east, north = (654_000, 1_165_000) if "654000" in text else (571_000, 1_165_454)
        to_degrees = Transformer.from_crs(epsg, 4326, always_xy=True)
        assert (one.longitude, one.latitude) == pytest.approx(
            to_degrees.transform(east, north), abs=2e-5
        )


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2024, 1, 1)])
def test_metres_are_read_by_the_grids_of_the_day(register: Register, day: date) -> None:
    found = find_places(register, PUBLIC, "1165454 571000", day)
    systems = [(one.within or "").partition(" (")[0] for one in found]
    assert _TAY_NINH not in systems
    assert (_LONG_AN in systems) is (day.year == 2024)


@pytest.mark.parametrize(
    ("text", "first", "all_of"),
    [
        ("FM 90,5", "Truyền thanh mô phỏng Khánh Hậu", {"station"}),
        ("88.9 FM", "Truyền thanh mô phỏng Bến Lức", {"station"}),
        ("tần số 88,9 MHz", "Truyền thanh mô phỏng Bến Lức", {"station"}),
        ("bến lức fm", "Truyền thanh mô phỏng Bến Lức", {"station"}),
        ("đài Bến Lức", "Truyền thanh mô phỏng Bến Lức", {"station"}),
        ("thị xã Tân An", "Phường Tân An", {"unit", "former_unit"}),
        ("Tháp Bến Lức", "Cột ăng ten Bến Lức 71", {"structure"}),
        ("Hòa Thành", "Phường Hòa Thành", {"unit", "former_unit"}),
        ("ben lu", "Truyền thanh mô phỏng Bến Lức", set(PlaceKind) - {"coordinates"}),
    ],
)
def test_a_word_for_a_kind_is_borne_by_what_is_of_that_kind(
    register: Register, text: str, first: str, all_of: set[str]
) -> None:
    """Whole words hide parts of words: no Biên Hòa nor Thạnh Hóa under Hòa Thành."""
    found = find_places(register, PUBLIC, text, TODAY)
    assert found[0].name == first
    assert {one.kind for one in found} == all_of
    assert not any("Biên" in one.name or "Thạnh Hóa" in one.name for one in found)


@pytest.mark.parametrize("text", ["fm", "MHz đài", "FM 45,5", "bến lức 90,5"])
def test_a_kind_alone_and_a_frequency_that_is_not_there_find_nothing(
    register: Register, text: str
) -> None:
    assert find_places(register, PUBLIC, text, TODAY) == []


def test_letters_say_which_is_which_also_outside_the_country(register: Register) -> None:
    (found,) = find_places(register, PUBLIC, "48°51'24\"N 2°21'07\"E", TODAY)
    assert (found.longitude, found.latitude) == pytest.approx((2.351944, 48.856667), abs=1e-6)
    assert find_places(register, PUBLIC, "48.85 2.35", TODAY) == []


@pytest.mark.parametrize("text", ["Tân An", "tan an", "TÂN AN", "phường tân an"])
def test_a_commune_of_today_with_and_without_marks(register: Register, text: str) -> None:
    units = [one for one in find_places(register, PUBLIC, text, TODAY) if one.kind == "unit"]
    assert (units[0].name, units[0].within) == ("Phường Tân An", "Tỉnh Tây Ninh")


@pytest.mark.parametrize("text", ["Tân An", "tan an", "TÂN AN", "Phường Tân An"])
def test_what_has_the_typed_name_comes_before_what_contains_it(
    register: Register, text: str
) -> None:
    """Stations came first, so that a ward stood under every station named after its town."""
    found = find_places(register, PUBLIC, text, TODAY)
    assert (found[0].kind, found[0].name) == (PlaceKind.UNIT, "Phường Tân An")
    exact = [commune_key(one.name) == "tân an" and one.kind != "station" for one in found]
    if text != "Phường Tân An":
        stations = [number for number, one in enumerate(found) if one.kind is PlaceKind.STATION]
        assert stations, "the station of the town is found, after it"
        assert sum(exact) > 1, "the town of before too"
        assert max(number for number, one in enumerate(exact) if one) < min(stations)


def test_a_station_and_a_structure_named_exactly_so_come_first(register: Register) -> None:
    station = register.stations(PUBLIC, on=TODAY)[0]
    assert find_places(register, PUBLIC, station.name.upper(), TODAY)[0].id == station.id
    names = Counter(one.name for one in register.structures(PUBLIC))
    one = next(one for one in register.structures(PUBLIC) if one.name and names[one.name] == 1)
    assert find_places(register, PUBLIC, plain_key(one.name or ""), TODAY)[0].id == one.id


def test_a_former_commune_says_what_it_is_part_of_now(register: Register) -> None:
    found = find_places(register, PUBLIC, "thị trấn bến lức", TODAY)
    (former,) = [one for one in found if one.kind is PlaceKind.FORMER_UNIT]
    assert (former.within, former.until, former.now) == (
        "Huyện Bến Lức",
        date(2025, 6, 30),
        ("Xã Bến Lức",),
    )
    before = find_places(register, PUBLIC, "thị trấn bến lức", date(2024, 1, 1))
    assert [one.kind for one in before if one.name == former.name] == [PlaceKind.UNIT]


@pytest.mark.parametrize("text", ["96,9", "96.9", "96.9 MHz", "96.9mhz"])
def test_a_frequency_finds_its_stations_the_nearest_first(register: Register, text: str) -> None:
    first = find_places(register, PUBLIC, text, TODAY)[0]
    assert (first.kind, first.id, first.frequency_mhz) == (PlaceKind.STATION, "mp-tan-an", 96.9)


def test_a_structure_that_a_caller_may_not_see_is_not_found(register: Register) -> None:
    hidden = next(one for one in register.structures(SYSTEM) if one.confidential)
    for text in (hidden.code, hidden.name or hidden.code):
        seen = {one.id for one in find_places(register, SYSTEM, text, TODAY)}
        told = {one.id for one in find_places(register, PUBLIC, text, TODAY)}
        assert hidden.id in seen
        assert hidden.id not in told


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "'", "zzzzzz", "\\", "99999", "1e9", "MHz"])
def test_what_means_nothing_finds_nothing(register: Register, text: str) -> None:
    assert find_places(register, PUBLIC, text, TODAY) == []
