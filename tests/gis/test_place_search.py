"""What a person types to find a place: every form of coordinates, names of today and of before."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

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
    ],
)
def test_coordinates_in_any_form_and_order(register: Register, text: str) -> None:
    (found,) = find_places(register, PUBLIC, text, TODAY)
    assert found.kind is PlaceKind.COORDINATES
    assert (found.longitude, found.latitude) == pytest.approx((106.41, 10.54), abs=1e-9)


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
        assert stations, "stations of the town are found, after it"
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
