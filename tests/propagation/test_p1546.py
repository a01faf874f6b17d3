"""P.1546 as a whole: typed results over synthetic curves, the ranges, and the array contract.

The typed fields are this model's own, over the curves of tests/conftest.py. They stand because
the same code meets the published set (gis/validation/p1546.py), and agreed to 1e-8 dB with an
independent program, at 4,500 random points of the whole domain, when they were typed
(docs/references.md says where the two differ on purpose).
"""

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, OutsideValidityWarning, PropagationError
from propagation.itu.p1546 import PARAMETERS, TERMS, Surroundings, predict_field
from propagation.itu.p1546_curves import CURVE_DISTANCES_KM, CurveSet

BASE: dict[str, object] = {
    "distance_km": 30.0,
    "frequency_mhz": 98.0,
    "time_percent": 50.0,
    "effective_height_m": 75.0,
    "transmitter_height_above_ground_m": 60.0,
    "receiver_height_above_ground_m": 10.0,
}

TYPED: list[tuple[dict[str, object], float]] = [
    (dict(), 48.5999868),
    (
        dict(distance_km=27.0, effective_height_m=100.0, frequency_mhz=200.0, time_percent=4.0),
        55.8891293,
    ),
    (
        dict(distance_km=430.0, effective_height_m=450.0, frequency_mhz=1200.0, time_percent=20.0),
        0.3484223,
    ),
    (
        dict(
            distance_km=1000.0, effective_height_m=1200.0, frequency_mhz=2000.0, time_percent=10.0
        ),
        -8.5326000,
    ),
    (dict(distance_km=60.0, effective_height_m=2500.0, frequency_mhz=600.0), 64.0850196),
    (
        dict(distance_km=3.0, effective_height_m=3000.0, frequency_mhz=3900.0, time_percent=1.0),
        97.3551625,
    ),
    (dict(frequency_mhz=31.0, time_percent=2.0), 55.6541156),
    (dict(frequency_mhz=3400.0, effective_height_m=20.0), 37.5875107),
    (dict(effective_height_m=6.0, frequency_mhz=300.0), 37.0365513),
    (dict(effective_height_m=0.0, frequency_mhz=700.0), 34.9935196),
    (dict(effective_height_m=-30.0, frequency_mhz=1500.0, time_percent=7.0), 29.6226535),
    (
        dict(
            effective_height_m=-30.0,
            frequency_mhz=1500.0,
            transmitter_clearance_angle_deg=1.2,
            negative_height="from_clearance_angle",
        ),
        27.5083355,
    ),
    (dict(sea_fraction=1.0, time_percent=5.0), 59.2039827),
    (dict(sea_fraction=1.0, time_percent=5.0, warm_sea=True, distance_km=180.0), 34.4729149),
    (
        dict(sea_fraction=1.0, effective_height_m=4.0, frequency_mhz=800.0, distance_km=1.2),
        102.9621067,
    ),
    (
        dict(
            sea_fraction=1.0,
            effective_height_m=7.0,
            frequency_mhz=1800.0,
            distance_km=7.0,
            time_percent=12.0,
        ),
        78.4966040,
    ),
    (
        dict(
            sea_fraction=1.0,
            effective_height_m=7.0,
            frequency_mhz=1800.0,
            distance_km=45.0,
            time_percent=3.0,
        ),
        38.6871641,
    ),
    (dict(sea_fraction=1.0, effective_height_m=1.0, frequency_mhz=300.0), 41.1371860),
    (
        dict(
            sea_fraction=1.0,
            effective_height_m=200.0,
            frequency_mhz=40.0,
            distance_km=1.4,
            time_percent=2.0,
        ),
        104.4541781,
    ),
    (
        dict(
            sea_fraction=1.0,
            effective_height_m=200.0,
            frequency_mhz=40.0,
            distance_km=12.0,
            time_percent=2.0,
        ),
        80.0434438,
    ),
    (dict(sea_fraction=0.35, time_percent=1.0), 56.2267217),
    (
        dict(
            sea_fraction=0.8,
            time_percent=10.0,
            warm_sea=True,
            effective_height_m=-5.0,
            distance_km=90.0,
        ),
        27.3888553,
    ),
    (dict(receiver_clearance_angle_deg=2.5), 40.3839285),
    (
        dict(
            receiver_clearance_angle_deg=3.5,
            transmitter_clearance_angle_deg=-0.6,
            distance_km=400.0,
            time_percent=1.0,
        ),
        -5.7052161,
    ),
    (
        dict(
            receiver_clearance_angle_deg=0.0,
            transmitter_clearance_angle_deg=-0.3,
            distance_km=400.0,
            surface_refractivity_nunits=380.0,
        ),
        -0.2989909,
    ),
    (dict(surroundings=3, receiver_height_above_ground_m=4.0), 41.1955116),
    (dict(surroundings=4, receiver_height_above_ground_m=1.5, frequency_mhz=700.0), 24.6114651),
    (
        dict(
            surroundings=5,
            receiver_height_above_ground_m=25.0,
            effective_height_m=900.0,
            distance_km=2.0,
        ),
        100.8780703,
    ),
    (
        dict(surroundings=5, receiver_clutter_height_m=8.0, receiver_height_above_ground_m=6.0),
        44.4182297,
    ),
    (
        dict(
            surroundings=1,
            sea_fraction=1.0,
            receiver_height_above_ground_m=4.0,
            distance_km=2.5,
            effective_height_m=150.0,
        ),
        98.0316775,
    ),
    (
        dict(
            surroundings=1, sea_fraction=1.0, receiver_height_above_ground_m=4.0, distance_km=70.0
        ),
        29.9129689,
    ),
    (
        dict(
            transmitter_clutter_height_m=30.0,
            transmitter_height_above_ground_m=20.0,
            frequency_mhz=450.0,
        ),
        23.5437203,
    ),
    (dict(transmitter_clutter_height_m=10.0, transmitter_height_above_ground_m=11.0), 43.8975498),
    (
        dict(distance_km=1.5, transmitter_terrain_height_m=500.0, receiver_terrain_height_m=20.0),
        98.4226484,
    ),
    (dict(distance_km=0.3, effective_height_m=60.0), 115.2734298),
    (
        dict(distance_km=0.02, effective_height_m=60.0, receiver_height_above_ground_m=1.5),
        131.0768091,
    ),
    (dict(location_percent=95.0), 43.7033647),
    (dict(location_percent=10.0, prediction_resolution_m=None, surroundings=3), 61.4172743),
    (dict(location_percent=30.0, location_standard_deviation_db=5.5), 51.4819971),
    (
        dict(distance_km=5.0, effective_height_m=1200.0, receiver_height_above_ground_m=300.0),
        92.9106053,
    ),
    (
        dict(
            effective_height_m=3000.0,
            distance_km=3.0,
            frequency_mhz=600.0,
            receiver_height_above_ground_m=4.0,
        ),
        89.2268082,
    ),
    (
        dict(effective_height_m=75.0, location_percent=20.0, prediction_resolution_m=None),
        58.6974674,
    ),
    (
        dict(
            surroundings=4,
            location_percent=20.0,
            prediction_resolution_m=None,
            receiver_height_above_ground_m=6.0,
        ),
        45.2398437,
    ),
    (
        dict(
            surroundings=5,
            location_percent=20.0,
            prediction_resolution_m=None,
            receiver_height_above_ground_m=6.0,
        ),
        41.9594699,
    ),
]


def field(curves: CurveSet, **asked: object) -> np.ndarray:
    return predict_field(curves, **{**BASE, **asked}).field_strength_dbuvm  # type: ignore[arg-type]


@pytest.mark.parametrize(("asked", "expected"), TYPED, ids=lambda value: str(value)[:60])
def test_typed_fields(
    synthetic_curves: CurveSet, asked: dict[str, object], expected: float
) -> None:
    assert field(synthetic_curves, **asked) == pytest.approx(expected, abs=1e-6)


def test_typed_fields_as_one_batch(synthetic_curves: CurveSet) -> None:
    """Every kind of path side by side, each as alone."""
    plain = [(asked, expected) for asked, expected in TYPED if not _special(asked)]
    given = {key for asked, _ in plain for key in asked} | {*BASE}
    defaults = {**BASE, "sea_fraction": 0.0, "warm_sea": False, "surroundings": 2,
                "receiver_clutter_height_m": None, "transmitter_clutter_height_m": 0.0,
                "transmitter_terrain_height_m": 0.0, "receiver_terrain_height_m": 0.0,
                "location_percent": 50.0, "surface_refractivity_nunits": 325.0}  # fmt: skip
    usual = {1: 10.0, 2: 10.0, 3: 10.0, 4: 15.0, 5: 20.0}
    columns: dict[str, list[object]] = {key: [] for key in given}
    for asked, _ in plain:
        whole = {**defaults, **asked}
        if whole["receiver_clutter_height_m"] is None:
            whole["receiver_clutter_height_m"] = usual[whole["surroundings"]]
        for key in given:
            columns[key].append(whole[key])
    found = predict_field(
        synthetic_curves, **{key: np.array(values) for key, values in columns.items()}
    )
    np.testing.assert_allclose(
        found.field_strength_dbuvm, [expected for _, expected in plain], atol=1e-6
    )


def _special(asked: dict[str, object]) -> bool:
    return any("angle" in key or "deviation" in key or "resolution" in key for key in asked)


def test_tabulated_values_come_back(synthetic_curves: CurveSet) -> None:
    """At a nominal distance, height, frequency and time the curve is read, not interpolated."""
    for k, time in enumerate((1.0, 10.0, 50.0)):
        for j, frequency in enumerate((100.0, 600.0, 2000.0)):
            found = predict_field(
                synthetic_curves,
                **{**BASE, "distance_km": np.array(CURVE_DISTANCES_KM), "time_percent": time,
                   "frequency_mhz": frequency, "effective_height_m": 150.0},
            )  # fmt: skip
            expected = synthetic_curves.field_strength_dbuvm[0, k, j, :, 4]
            np.testing.assert_allclose(found.land_field_dbuvm, expected, atol=1e-12)


def test_interpolation_is_linear_in_logarithms(synthetic_curves: CurveSet) -> None:
    """The middle of two curves lies at the geometric mean of what they are drawn for."""
    table = synthetic_curves.field_strength_dbuvm[0]
    row = CURVE_DISTANCES_KM.index(30)
    near_50 = {"distance_km": 30.0, "effective_height_m": 75.0, "frequency_mhz": 100.0}
    for change, pair in (
        ({"distance_km": np.sqrt(30 * 35)}, table[2, 0, row : row + 2, 3]),
        ({"effective_height_m": np.sqrt(75 * 150)}, table[2, 0, row, 3:5]),
        ({"frequency_mhz": np.sqrt(100 * 600)}, table[2, :2, row, 3]),
    ):
        found = predict_field(synthetic_curves, **{**BASE, **near_50, **change})
        assert found.land_field_dbuvm == pytest.approx(np.mean(pair), abs=1e-10)


def test_the_steps_add_up(synthetic_curves: CurveSet) -> None:
    found = predict_field(
        synthetic_curves,
        **{**BASE, "sea_fraction": 0.4, "surroundings": Surroundings.URBAN,
           "receiver_height_above_ground_m": 4.0, "transmitter_clutter_height_m": 70.0,
           "receiver_terrain_height_m": 300.0, "receiver_clearance_angle_deg": 1.5,
           "transmitter_clearance_angle_deg": 0.2, "location_percent": 80.0},
    )  # fmt: skip
    assert {*found.terms(), *found.parameters()} == {*TERMS, *PARAMETERS}
    a = found.sea_interpolation
    mixed = (1 - a) * found.land_field_dbuvm + a * found.sea_field_dbuvm
    assert found.mixed_field_dbuvm == pytest.approx(mixed)
    v = 1 + (found.sea_field_dbuvm - found.land_field_dbuvm) / 40
    assert a == pytest.approx((1 - 0.6 ** (2 / 3)) ** v)
    total = (
        max(mixed + found.clearance_correction_db, found.scatter_field_dbuvm)
        + found.receiver_height_correction_db
        + found.transmitter_clutter_correction_db
        + found.slope_correction_db
        + found.location_correction_db
    )
    assert found.field_strength_dbuvm == pytest.approx(total)
    assert found.basic_transmission_loss_db == pytest.approx(
        139.3 - total + 20 * np.log10(98), abs=1e-9
    )
    assert np.isnan(found.short_path_field_dbuvm)


def test_the_field_never_exceeds_the_maximum(synthetic_curves: CurveSet) -> None:
    found = predict_field(
        synthetic_curves,
        **{**BASE, "distance_km": np.geomspace(0.01, 60, 200), "effective_height_m": 3000.0,
           "receiver_height_above_ground_m": 2000.0},
    )  # fmt: skip
    assert (found.field_strength_dbuvm <= found.maximum_field_dbuvm).all()
    free_space = 106.9 - 20 * np.log10(found.slope_distance_km)
    np.testing.assert_allclose(found.maximum_field_dbuvm, free_space)


def test_no_step_where_cases_meet(synthetic_curves: CurveSet) -> None:
    """Either side of 10 m, of 0, of 1 km, of a coast that begins, the field is the same."""
    for name, either_side, other in (
        ("effective_height_m", (10 - 1e-9, 10), {}),
        ("effective_height_m", (-1e-9, 0), {}),
        ("distance_km", (1 - 1e-9, 1), {}),
        ("distance_km", (0.04, 0.04 + 1e-9), {}),
        ("sea_fraction", (0, 1e-12), {}),
        ("sea_fraction", (1 - 1e-15, 1), {}),
        ("time_percent", (10 - 1e-9, 10), {}),
        ("frequency_mhz", (600 - 1e-7, 600), {"sea_fraction": 0.5}),
    ):
        both = field(synthetic_curves, **{**other, name: np.array(either_side)})
        assert np.ptp(both) < 4e-3, (name, both)  # 6.03 stands for J(0) = 6.033


def test_extrapolation_in_frequency_ends_at_the_maximum(synthetic_curves: CurveSet) -> None:
    """Where 2000 MHz is nearly free space and 600 MHz is not, 4000 MHz would be more."""
    values = synthetic_curves.field_strength_dbuvm.copy()
    free_space = 106.9 - 20 * np.log10(CURVE_DISTANCES_KM)[:, np.newaxis]
    values[0, :, 1], values[0, :, 2] = free_space - 3, free_space - 0.1
    found = predict_field(
        CurveSet(values, "synthetic, steep", synthetic=True),
        **{**BASE, "frequency_mhz": [2000.0, 4000.0]},
    )
    expected = [106.9 - 20 * np.log10(30) - 0.1, found.maximum_field_dbuvm[1]]
    np.testing.assert_allclose(found.land_field_dbuvm, expected, atol=1e-9)


def test_warm_and_cold_sea(synthetic_curves: CurveSet) -> None:
    warm = field(synthetic_curves, sea_fraction=1.0, warm_sea=[False, True], time_percent=10.0)
    assert warm[1] > warm[0] + 0.5
    same = field(synthetic_curves, sea_fraction=1.0, warm_sea=[False, True], time_percent=50.0)
    assert same[1] == same[0]


def test_broadcasting_and_blocks(synthetic_curves: CurveSet) -> None:
    """40,000 receivers are worked on in three blocks, and answer as one by one."""
    d = np.geomspace(0.05, 900, 200)[:, np.newaxis]
    h1 = np.linspace(-20, 2000, 200)
    together = predict_field(
        synthetic_curves, **{**BASE, "distance_km": d, "effective_height_m": h1}
    )
    assert together.field_strength_dbuvm.shape == (200, 200)
    for row, column in ((0, 0), (199, 199), (81, 3), (150, 120)):
        alone = predict_field(
            synthetic_curves,
            **{**BASE, "distance_km": d[row, 0], "effective_height_m": h1[column]},
        )
        for name, values in {**together.terms(), **together.parameters()}.items():
            one = {**alone.terms(), **alone.parameters()}[name]
            np.testing.assert_allclose(values[row, column], one, atol=1e-10, err_msg=name)


def test_not_a_number_stays_with_its_receiver(synthetic_curves: CurveSet) -> None:
    for name in (*BASE, "sea_fraction", "location_percent", "receiver_clutter_height_m",
                 "receiver_clearance_angle_deg", "transmitter_terrain_height_m",
                 "location_standard_deviation_db", "surface_refractivity_nunits"):  # fmt: skip
        usual = float(BASE.get(name, 1.0))  # type: ignore[arg-type]
        asked = {name: np.array([usual, np.nan])}
        found = predict_field(synthetic_curves, **{**BASE, **asked})  # type: ignore[arg-type]
        assert np.isnan(found.field_strength_dbuvm).tolist() == [False, True], name
        assert np.isnan(found.maximum_field_dbuvm).tolist() == [False, True], name


def test_the_field_alone_is_the_field_with_its_steps(synthetic_curves: CurveSet) -> None:
    asked = {**BASE, "distance_km": np.geomspace(0.1, 900, 40_000)}
    whole = predict_field(synthetic_curves, **asked)  # type: ignore[arg-type]
    alone = predict_field(synthetic_curves, **asked, with_steps=False)  # type: ignore[arg-type]
    np.testing.assert_array_equal(alone.field_strength_dbuvm, whole.field_strength_dbuvm)
    assert np.isnan(alone.maximum_field_dbuvm).all()


def test_nothing_in_nothing_out(synthetic_curves: CurveSet) -> None:
    assert field(synthetic_curves, distance_km=np.empty((0, 3))).shape == (0, 3)
    assert field(synthetic_curves, effective_height_m=[], sea_fraction=[]).shape == (0,)
    assert field(synthetic_curves).shape == ()


def test_arguments_are_not_modified(synthetic_curves: CurveSet) -> None:
    d = np.array([0.5, 20.0, 300.0])
    h1 = np.array([-5.0, 5.0, 4.0])
    d.flags.writeable = h1.flags.writeable = False
    assert field(synthetic_curves, distance_km=d, effective_height_m=h1, sea_fraction=1).all()


@pytest.mark.parametrize(
    ("name", "value", "range_said"),
    [
        ("distance_km", 0.0, "outside 0 to"),
        ("distance_km", 1000.1, "0 to 1000"),
        ("frequency_mhz", 29.9, "30 to 4000"),
        ("frequency_mhz", 4000.1, "30 to 4000"),
        ("time_percent", 0.9, "1 to 50"),
        ("time_percent", 50.1, "1 to 50"),
        ("location_percent", 99.5, "1 to 99"),
        ("effective_height_m", 3000.1, "to 3000"),
        ("transmitter_height_above_ground_m", 0.9, "1 to 3000"),
        ("receiver_height_above_ground_m", 0.9, "1 to 3000"),
        ("sea_fraction", 1.01, "0 to 1"),
        ("receiver_clearance_angle_deg", 91.0, "-90 to 90"),
        ("transmitter_clutter_height_m", -1.0, "0 to"),
        ("receiver_clutter_height_m", -1.0, "0 to"),
        ("location_standard_deviation_db", -1.0, "0 to"),
        ("prediction_resolution_m", 0.0, "0 to"),
        ("surface_refractivity_nunits", -1.0, "0 to"),
    ],
)
def test_ranges(synthetic_curves: CurveSet, name: str, value: float, range_said: str) -> None:
    with pytest.raises(OutOfRangeError, match=range_said) as caught:
        field(synthetic_curves, **{name: np.array([value])})
    assert caught.value.name == name
    assert "P.1546-6" in caught.value.source


def test_receivers_at_sea_stand_3_m_high(synthetic_curves: CurveSet) -> None:
    heights, around = np.array([2.0, 3.0]), np.array([2, 1])
    asked = {"receiver_height_above_ground_m": heights}
    field(synthetic_curves, **asked, surroundings=around)
    with pytest.raises(OutOfRangeError, match="at sea"):
        field(synthetic_curves, **asked, surroundings=1)


@pytest.mark.parametrize("value", [0, 6, 2.5, 300, np.nan])
def test_unknown_surroundings(synthetic_curves: CurveSet, value: float) -> None:
    with pytest.raises(PropagationError, match="2 rural"):
        field(synthetic_curves, surroundings=value)


def test_ways_to_correct_negative_heights(synthetic_curves: CurveSet) -> None:
    with pytest.raises(PropagationError, match="from_height, from_clearance_angle"):
        field(synthetic_curves, negative_height="other")
    with pytest.raises(PropagationError, match="needs transmitter_clearance_angle_deg"):
        field(synthetic_curves, negative_height="from_clearance_angle")


def test_unusual_squares_are_said(synthetic_curves: CurveSet) -> None:
    field(synthetic_curves, prediction_resolution_m=20.0)
    with pytest.warns(OutsideValidityWarning, match="50 to 1000 m"):
        field(synthetic_curves, prediction_resolution_m=20.0, location_percent=90.0)


def test_curves_of_another_shape_are_refused(synthetic_curves: CurveSet) -> None:
    values = synthetic_curves.field_strength_dbuvm
    with pytest.raises(PropagationError, match="must have the shape"):
        CurveSet(values[:2], "short")
    broken = values.copy()
    broken[0, 0, 0, 0, 0] = np.nan
    with pytest.raises(PropagationError, match="not a finite number"):
        CurveSet(broken, "broken")
