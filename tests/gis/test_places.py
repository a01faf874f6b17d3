"""Which commune a point lies in, and how far it is from an outline: as sure as the outline."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from shapely import LineString, MultiPolygon, box

from gis.administration import load_administration
from gis.errors import NotFoundError
from gis.places import CommuneFinder, boundary_facts, commune_at
from gis.register.records import Boundary, Provenance
from gis.register.store import Register
from propagation.compliance.records import Confidence
from tests.prepared import office_register

BEFORE, SINCE = date(2023, 7, 1), date(2025, 7, 1)
TAN_AN = (106.4151, 10.5351)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with office_register(tmp_path / "register.gpkg") as opened:
        yield opened


def outline(code: str, *, official: bool, uncertainty_m: float, geometry: object) -> Boundary:
    return Boundary(
        unit_code=code,
        geometry=MultiPolygon([geometry]),
        position_uncertainty_m=uncertainty_m,
        official=official,
        valid_from=SINCE,
        valid_to=None,
        provenance=Provenance(confidence=Confidence.VERIFIED, source="test"),
    )


def test_points_and_bounds_are_never_certain(register: Register) -> None:
    guess = commune_at(register, *TAN_AN, SINCE)
    assert guess.candidates[0].name == "Phường Long An"
    assert not guess.certain
    assert guess.approximate
    before = commune_at(register, *TAN_AN, BEFORE)
    assert "Phường 1" in {unit.name for unit in before.candidates}
    assert {unit.valid_to for unit in before.candidates} == {date(2025, 6, 30)}


def test_far_away_there_is_no_candidate(register: Register) -> None:
    guess = commune_at(register, 105.85, 21.03, SINCE)
    assert not guess.candidates
    assert not guess.certain


def test_an_official_outline_is_certain_away_from_its_edge(register: Register) -> None:
    here = outline(
        "27694", official=True, uncertainty_m=50, geometry=box(106.40, 10.52, 106.43, 10.55)
    )
    with register.write(author="test", reason="official") as writer:
        writer.replace_boundaries([here])
    guess = commune_at(register, *TAN_AN, SINCE)
    assert guess.certain
    assert [unit.code for unit in guess.candidates] == ["27694"]
    for longitude in (106.4302, 106.4298):  # 22 m outside, 22 m inside
        edge = commune_at(register, longitude, 10.535, SINCE)
        assert not edge.certain
        assert edge.candidates[0].code == "27694"
    assert not commune_at(register, *TAN_AN, BEFORE).certain


def test_an_outline_that_is_not_official_is_approximate(register: Register) -> None:
    here = outline(
        "27694", official=False, uncertainty_m=50, geometry=box(106.40, 10.52, 106.43, 10.55)
    )
    with register.write(author="test", reason="somebody's") as writer:
        writer.replace_boundaries([here])
    guess = commune_at(register, *TAN_AN, SINCE)
    assert not guess.certain
    assert guess.approximate


def test_distance_to_a_boundary_carries_its_uncertainty(register: Register) -> None:
    before = boundary_facts(register, "80", 106.30, 11.20, BEFORE)
    after = boundary_facts(register, "80", 106.30, 11.20, SINCE)
    assert (before.unit_name, after.unit_name) == ("Tỉnh Long An", "Tỉnh Tây Ninh")
    assert (before.inside, after.inside) == (False, True)
    assert before.position_uncertainty_m == 3100.0
    assert not before.official
    tan_an = boundary_facts(register, "80", *TAN_AN, SINCE)
    assert tan_an.inside
    assert tan_an.distance_to_boundary_m == pytest.approx(5349, abs=20)
    assert tan_an.certain
    near = boundary_facts(register, "80", 106.4151, 10.5351 - 0.03, SINCE)
    assert not near.certain


def test_distance_on_the_ellipsoid(register: Register) -> None:
    """A degree of latitude at 10.5 N is 110 608 m, one of longitude 109 464 m."""
    square = outline("80", official=True, uncertainty_m=1, geometry=box(106, 10, 107, 11))
    with register.write(author="test", reason="test") as writer:
        writer.replace_boundaries([square])
    south = boundary_facts(register, "80", 106.5, 10.1, SINCE)
    assert south.inside
    assert south.distance_to_boundary_m == pytest.approx(11_060.8, abs=2)
    west = boundary_facts(register, "80", 105.9, 10.5, SINCE)
    assert not west.inside
    assert west.distance_to_boundary_m == pytest.approx(10_946.4, abs=2)
    assert west.official


def test_no_outline_on_that_day(register: Register) -> None:
    with pytest.raises(NotFoundError, match="27694"):
        boundary_facts(register, "27694", *TAN_AN, SINCE)


def test_official_outlines_stay(register: Register) -> None:
    """Bringing the packaged units in again changes nothing, and least of all an official line."""
    square = outline("80", official=True, uncertainty_m=1, geometry=box(106, 10, 107, 11))
    with register.write(author="test", reason="official") as writer:
        writer.replace_boundaries([square])
    with register.write(author="test", reason="again") as writer:
        assert load_administration(writer) == (0, 0)
    kept = register.boundaries(codes=["80"], on=SINCE)
    assert [b.official for b in kept] == [True]
    assert replace(kept[0]).geometry.equals(square.geometry)


def test_the_likeliest_commune_is_the_first_candidate(register: Register) -> None:
    """The short way for many points agrees with the long one, inside outlines and outside."""
    with register.write(author="test", reason="test") as writer:
        writer.replace_boundaries(
            [
                outline(
                    code, official=True, uncertainty_m=50, geometry=box(west, 10.5, east, 10.6)
                )
                for code, west, east in (("27694", 106.38, 106.44), ("27712", 106.42, 106.48))
            ]
        )
    finder = CommuneFinder(register, SINCE)
    seen = set()
    places = [(106.35 + 0.16 * (n * 0.618 % 1), 10.47 + 0.15 * n / 60) for n in range(60)]
    assert finder.likeliest([]) == []
    for place, (found, official) in zip(places, finder.likeliest(places), strict=True):
        long = finder.at(*place)
        assert found == (long.candidates[0] if long.candidates else None)
        seen.add((None if found is None else found.code, official))
    assert {("27694", True), ("27712", True)} <= seen
    assert any(not official for _, official in seen)


def test_an_outline_that_is_not_official_names_a_commune_and_proves_nothing(
    register: Register,
) -> None:
    with register.write(author="test", reason="test") as writer:
        drawn = outline(
            "27694", official=False, uncertainty_m=50, geometry=box(106.38, 10.5, 106.44, 10.6)
        )
        writer.replace_boundaries([drawn])
    [(found, official)] = CommuneFinder(register, SINCE).likeliest([(106.41, 10.55)])
    assert found is not None
    assert (found.code, official) == ("27694", False)


def test_a_line_is_cut_at_the_outlines_and_its_shares_sum_to_all_of_it(
    register: Register,
) -> None:
    """Half of it in one commune, a quarter in the next, the rest where there is no outline."""
    finder = CommuneFinder(register, SINCE)
    other = next(unit.code for unit in finder.communes if unit.code != "27694")
    west = outline("27694", official=True, uncertainty_m=1, geometry=box(106.40, 10.5, 106.42, 11))
    east = outline(other, official=True, uncertainty_m=1, geometry=box(106.42, 10.5, 106.43, 11))
    with register.write(author="test", reason="official") as writer:
        writer.replace_boundaries([west, east])
    finder = CommuneFinder(register, SINCE)
    shares = finder.shares(LineString([(106.40, 10.6), (106.44, 10.6)]))
    assert sum(share for _, share, _ in shares) == pytest.approx(1.0)
    sure = {unit.code: share for unit, share, official in shares if unit and official}
    assert sure == {"27694": pytest.approx(0.5, abs=1e-6), other: pytest.approx(0.25, abs=1e-6)}
    inside = finder.shares(LineString([(106.405, 10.6), (106.415, 10.6)]))
    assert [(unit.code, share, sure) for unit, share, sure in inside if unit] == [
        ("27694", 1.0, True)
    ]
    edge = finder.shares(LineString([(106.42, 10.6), (106.42, 10.7)]))
    assert [share for _, share, _ in edge] == [1.0], "on the edge of two it belongs to one"
