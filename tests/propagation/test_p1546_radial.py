"""What a radial says of its paths is what each path's own profile says."""

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, PropagationError
from propagation.itu.p1546_path import profile_parameters
from propagation.itu.p1546_radial import radial_parameters
from propagation.profile import PathProfile

HEIGHTS = {"transmitter_height_above_ground_m": 60.0, "receiver_height_above_ground_m": 10.0}


def made(points: int, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    terrain = 100 + np.cumsum(rng.normal(0, 6, (3, points)), axis=1)
    zone = rng.choice(np.array([1, 3, 4], dtype=np.int8), (3, points))
    return terrain, zone


@pytest.mark.parametrize("step_km", [0.1, 0.25, 0.3, 1.0])
def test_every_receiver_is_its_own_profile(step_km: float) -> None:
    """To 40 km, past the 15 and 16 km at which heights and angles change."""
    terrain, zone = made(int(40 / step_km) + 1)
    found = radial_parameters(step_km, terrain, zone, **HEIGHTS)
    x = np.arange(terrain.shape[1]) * step_km
    assert all(np.isnan(values[:, 0]).all() for values in found)
    for k in range(1, x.size, max(1, x.size // 70)):
        part = slice(None, k + 1)
        path = PathProfile(
            x[part], terrain[:, part], np.zeros_like(terrain[:, part]), zone[:, part]
        )
        for name, values in profile_parameters(path, **HEIGHTS)._asdict().items():
            np.testing.assert_allclose(getattr(found, name)[:, k], values, rtol=0, atol=1e-9)


def test_beyond_a_void_nothing_is_known() -> None:
    terrain, zone = made(80)
    terrain[1, 30] = np.nan
    found = radial_parameters(0.25, terrain, zone, **HEIGHTS)
    for values in found:
        assert np.isnan(values[1, 30:]).all()
        assert not np.isnan(values[1, 1:30]).any()
        assert not np.isnan(values[0, 1:]).any()


def test_what_is_no_radial() -> None:
    terrain, zone = made(20)
    for step in (0.0, 1.5):
        with pytest.raises(OutOfRangeError, match="step_km"):
            radial_parameters(step, terrain, zone, **HEIGHTS)
    with pytest.raises(PropagationError, match="shape"):
        radial_parameters(0.25, terrain, zone[:, 1:], **HEIGHTS)
    with pytest.raises(PropagationError, match="zone"):
        radial_parameters(0.25, terrain, np.full_like(zone, 2), **HEIGHTS)
