"""The points that decide a path: pencil and paper, then what must hold of any path."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from propagation.errors import OutOfRangeError, PropagationError
from propagation.geometry import fresnel_radius_m
from propagation.itu.path_edges import PathEdges, path_edges, ray_height_m
from propagation.itu.path_geometry import B0_RADIUS_KM, analyse
from propagation.profile import PathProfile

FLAT_EARTH_KM = np.inf
MEDIAN_KM = 8494.667  # k = 4/3


def edges(
    distance: list[float],
    height: list[float],
    ends: tuple[float, float] = (10.0, 10.0),
    *,
    radius: float = FLAT_EARTH_KM,
    frequency: float = 100.0,
) -> PathEdges:
    return path_edges(
        distance,
        height,
        transmitter_height_above_sea_m=ends[0],
        receiver_height_above_sea_m=ends[1],
        effective_radius_km=radius,
        frequency_mhz=frequency,
    )


def test_two_hills_by_hand() -> None:
    """Hills of 60 m at 5 km and 110 m at 15 km of 20 km, antennas at 10 m.

    Slopes: up 10 m/km to the first and 6.67 to the second; down 20 m/km to the second, 3.33 to
    the first. The rays 10 + 10 d and 10 + 20 (20 - d) meet at d = 40/3 km, 143.33 m high. F1 there
    is sqrt(2.998 m x 13333 m x 6667 m / 20000 m) = 115.43 m, so nu = sqrt(2) x 133.33 / 115.43.
    """
    found = edges([0, 5, 10, 15, 20], [0, 60, 0, 110, 0])
    assert not found.line_of_sight
    assert (found.transmitter_edge, found.receiver_edge) == (1, 3)
    assert found.transmitter_edge_elevation_mrad == pytest.approx(9.99967, abs=1e-5)
    assert found.receiver_edge_elevation_mrad == pytest.approx(19.99733, abs=1e-5)
    assert found.bullington_distance_km == pytest.approx(13.33333, abs=1e-5)
    assert found.bullington_height_m == pytest.approx(143.3333, abs=1e-4)
    assert found.diffraction_parameter == pytest.approx(1.6335, abs=5e-4)
    assert found.worst == 3
    assert found.worst_clearance_m == pytest.approx(-100)
    # F1 at 15 km: sqrt(2.998 x 15000 x 5000 / 20000) = 106.03 m
    assert found.worst_clearance_ratio == pytest.approx(-0.9431, abs=1e-4)


def test_the_bulge_of_both_earths_by_hand() -> None:
    """40 km over k = 4/3: 500 x 20 x 20 / 8494.667 = 23.54 m in the middle; over 3 a, 10.46 m.

    Antennas of 15 m over the sea: hidden from each other in the median, in sight at b0.
    """
    d, sea = [0.0, 10.0, 20.0, 30.0, 40.0], [0.0] * 5
    median = edges(d, sea, (15.0, 15.0), radius=MEDIAN_KM)
    np.testing.assert_allclose(median.earth_bulge_m, [0, 17.658, 23.544, 17.658, 0], atol=1e-3)
    assert not median.line_of_sight
    assert median.worst_clearance_m == pytest.approx(15 - 23.544, abs=1e-3)
    rare = edges(d, sea, (15.0, 15.0), radius=B0_RADIUS_KM)
    assert rare.earth_bulge_m[2] == pytest.approx(10.464, abs=1e-3)
    assert rare.line_of_sight
    assert np.isnan(rare.bullington_distance_km)
    assert rare.worst == 2
    # F1 in the middle: sqrt(2.998 x 20000 x 20000 / 40000) = 173.15 m
    assert rare.worst_clearance_ratio == pytest.approx((15 - 10.464) / 173.15, abs=1e-5)


def test_the_horizon_of_a_smooth_sea_dips() -> None:
    """From 100 m the sea is steepest near sqrt(2 a h) = 41.2 km, -2 h / 41.2 km = -4.85 mrad."""
    d = np.linspace(0, 80, 801)
    found = edges(d.tolist(), [0.0] * 801, (100.0, 10.0), radius=MEDIAN_KM)
    assert d[found.transmitter_edge] == pytest.approx(41.2, abs=0.1)
    assert found.transmitter_edge_elevation_mrad == pytest.approx(-4.852, abs=1e-3)


def test_of_equal_edges_the_outermost_counts() -> None:
    found = edges([0, 5, 10, 15, 20], [0, 10, 10, 10, 0])
    assert (found.transmitter_edge, found.receiver_edge) == (1, 3)
    assert found.diffraction_parameter == pytest.approx(0, abs=1e-12)
    assert found.bullington_height_m == pytest.approx(10)
    assert not found.line_of_sight, "eq. (14): a path that grazes is not in sight"


@pytest.mark.parametrize(
    ("distance", "height", "words"),
    [
        ([0, 1], [0, 0], "at least 3 points"),
        ([0, 1, 2], [0, 0, 0, 0], "shape"),
        ([0, 1, 2], [0, np.nan, 0], "not known"),
        ([0, 2, 2], [0, 0, 0], "increase"),
        ([1, 2, 3], [0, 0, 0], "increase from 0"),
    ],
)
def test_what_is_no_profile_is_refused(distance: list, height: list, words: str) -> None:
    with pytest.raises(PropagationError, match=words):
        edges(distance, height)


def test_no_radius_and_no_frequency_are_refused() -> None:
    with pytest.raises(PropagationError, match="positive, not 0"):
        edges([0, 1, 2], [0, 0, 0], radius=0)
    with pytest.raises(OutOfRangeError):
        edges([0, 1, 2], [0, 0, 0], frequency=0)


PATHS = st.integers(4, 60).flatmap(
    lambda n: st.tuples(
        arrays(np.float64, n - 1, elements=st.floats(0.05, 3)),
        arrays(np.float64, n, elements=st.floats(0, 800)),
        st.tuples(st.floats(1, 300), st.floats(1, 300)),
        st.sampled_from([MEDIAN_KM, B0_RADIUS_KM]),
        st.floats(30, 3000),
    )
)


@given(PATHS)
def test_what_holds_of_every_path(drawn: tuple) -> None:
    """The edges are the steepest points; Bullington's point lies on both tangents."""
    steps, terrain, (htg, hrg), radius, frequency = drawn
    d = np.concatenate([[0.0], np.cumsum(steps)])
    assume(d[-1] >= 0.25)
    hts, hrs = terrain[0] + htg, terrain[-1] + hrg
    found = edges(d.tolist(), terrain.tolist(), (hts, hrs), radius=radius, frequency=frequency)
    raised = terrain + found.earth_bulge_m
    tolerance = 1e-9 * max(1.0, np.abs(raised).max() / steps.min())
    up, down = (raised[1:-1] - hts) / d[1:-1], (raised[1:-1] - hrs) / (d[-1] - d[1:-1])
    assert up[found.transmitter_edge - 1] == up.max()
    assert down[found.receiver_edge - 1] >= down.max() - tolerance
    ray = ray_height_m(d, hts, hrs)
    share = (ray - raised)[1:-1] / fresnel_radius_m(d, d[-1] - d, frequency)[1:-1]
    assert found.worst_clearance_ratio == pytest.approx(share.min(), rel=1e-9, abs=1e-9)
    if found.line_of_sight:
        assert share.min() > 0
        assert found.diffraction_parameter == pytest.approx(-np.sqrt(2) * share.min())
        return
    at, top = found.bullington_distance_km, found.bullington_height_m
    assert d[found.transmitter_edge] <= at + tolerance
    assert at <= d[found.receiver_edge] + tolerance
    assert top == pytest.approx(hts + up.max() * at, rel=1e-9, abs=tolerance)
    assert top == pytest.approx(hrs + down.max() * (d[-1] - at), rel=1e-6, abs=1e-3)
    roof = np.minimum(hts + up.max() * d, hrs + down.max() * (d[-1] - d))
    assert (raised <= roof + 1e-6)[1:-1].all(), "no point stands above the two rays"


@given(PATHS)
def test_the_model_says_the_same(drawn: tuple) -> None:
    """nu and both horizons are those with which the losses are computed."""
    steps, terrain, (htg, hrg), _, frequency = drawn
    d = np.concatenate([[0.0], np.cumsum(steps)])
    profile = PathProfile(d, terrain, np.zeros(d.size), np.full(d.size, 4, dtype=np.int8))
    model = analyse(profile, np.asarray(htg), np.asarray(hrg), np.asarray(MEDIAN_KM))
    ends = (terrain[0] + htg, terrain[-1] + hrg)
    for radius, nu in ((MEDIAN_KM, model.nu_a50), (B0_RADIUS_KM, model.nu_ab)):
        found = edges(d.tolist(), terrain.tolist(), ends, radius=radius, frequency=frequency)
        scaled = float(nu) / np.sqrt(299.792458 / frequency)
        assert found.diffraction_parameter == pytest.approx(scaled, rel=1e-6, abs=1e-6)
    if model.transhorizon:
        median = edges(d.tolist(), terrain.tolist(), ends, radius=MEDIAN_KM)
        assert median.transmitter_edge_elevation_mrad == pytest.approx(float(model.theta_t))
        assert median.receiver_edge_elevation_mrad == pytest.approx(float(model.theta_r))
