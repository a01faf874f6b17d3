"""The Irregular Terrain Model: published values, kept values, limits, the array contract.

The published values are NTIA's: `area.csv` and the command-line examples of github.com/NTIA/itm
at 183ad95, and the test path of the original program (Crystal Palace to Mursley).
"""

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from propagation.errors import OutOfRangeError, PropagationError
from propagation.itm.prediction import area_loss, point_to_point_loss
from propagation.itm.records import (
    Conditions,
    ConfidenceReliability,
    ItmLoss,
    ItmWarning,
    PropagationMode,
    RadioClimate,
    Siting,
    TimeLocationSituation,
    VariabilityMode,
)

REFERENCE = Path(__file__).parents[1] / "reference"

MURSLEY = """
96 84 65 46 46 46 61 41 33 27 23 19 15 15 15 15 15 15 15 15 15 15 15 15 17 19 21 23 25 27 29 35
46 41 35 30 33 35 37 40 35 30 51 62 76 46 46 46 46 46 46 50 56 67 106 83 95 112 137 137 76 103 122
122 83 71 61 64 67 71 74 77 79 86 91 83 76 68 63 76 107 107 107 119 127 133 135 137 142 148 152
152 107 137 104 91 99 120 152 152 137 168 168 122 137 137 170 183 183 187 194 201 192 152 152 166
177 198 156 127 116 107 104 101 98 95 103 91 97 102 107 107 107 103 98 94 91 105 122 122 122 122
122 137 137 137 137 137 137 137 137 140 144 147 150 152 159
"""
# Points at each height from 1692 m on, one more at 1709 m.
DESERT = (2, 6, 9, 8, 6, 10, 10, 6, 7, 6, 8, 9, 8, 10, 9, 7, 8, 5, 8)


def conditions(**changes: object) -> Conditions:
    values: dict[str, object] = {
        "frequency_mhz": 98.5,
        "transmitter_height_above_ground_m": 60.0,
        "receiver_height_above_ground_m": 10.0,
        "surface_refractivity_nunits": 340.0,
        "climate": "equatorial",
    }
    return Conditions(**(values | changes))  # type: ignore[arg-type]


def hills(points: int = 300, seed: int = 0) -> NDArray[np.float64]:
    x = np.arange(points)
    waves = [(40, 97, 0.1), (25, 41, 0.5), (9, 13, 0.8)]
    return 80 + sum(a * np.sin(2 * np.pi * (x / p + s + seed / 7)) for a, p, s in waves)


# NTIA's area.csv: losses rounded to 0.1 dB.
AREA = [
    ("random", "random", 10, 1, 0, 16, 230, "horizontal", 4, 0, 87, 50, 50, 152.5),
    ("careful", "random", 3, 1.5, 10, 10, 450, "horizontal", 4, 1, 40, 28, 25, 133.0),
    ("very_careful", "careful", 15, 3, 5, 100, 980, "vertical", 3, 2, 92, 53, 97, 224.1),
    ("random", "careful", 3, 5, 20, 75, 3100, "vertical", 1, 3, 50, 80, 43, 205.1),
    ("careful", "very_careful", 1.5, 10, 45, 25, 8900, "vertical", 0, 0, 70, 99, 26, 156.0),
]


@pytest.mark.parametrize("row", AREA, ids=lambda row: f"{row[6]}MHz")
def test_published_area_losses(row: tuple) -> None:
    (
        siting1,
        siting2,
        h1,
        h2,
        dh,
        d,
        f,
        polarization,
        climate,
        mode,
        time,
        place,
        situation,
        loss,
    ) = row
    found = area_loss(
        d,
        dh,
        Conditions(
            frequency_mhz=f,
            transmitter_height_above_ground_m=h1,
            receiver_height_above_ground_m=h2,
            surface_refractivity_nunits=301,
            climate=list(RadioClimate)[climate],
            polarization=polarization,
            conductivity_s_per_m=0.008,
            statistics=TimeLocationSituation(time, place, situation),
            variability_mode=list(VariabilityMode)[mode],
        ),
        transmitter_siting=siting1,
        receiver_siting=siting2,
    )
    assert float(found.basic_transmission_loss_db) == pytest.approx(loss, abs=0.05)


def test_published_path_over_a_desert() -> None:
    """The command line's o_p2pcr_tbl.txt: confidence across, reliability down."""
    heights = [1692, 1692, 1693]
    heights = [*np.repeat(1692.0 + np.arange(len(DESERT)), DESERT), 1709.0]
    assert len(heights) == 143
    found = point_to_point_loss(
        heights,
        25.6,
        conditions(
            frequency_mhz=3500,
            transmitter_height_above_ground_m=15,
            receiver_height_above_ground_m=3,
            surface_refractivity_nunits=301,
            climate="continental_temperate",
            variability_mode="accidental",
            statistics=ConfidenceReliability([10, 60, 90], [[10], [65], [90]]),
        ),
    )
    printed = [[110.9, 117.2, 129.1], [110.9, 117.4, 129.2], [110.9, 117.5, 129.3]]
    np.testing.assert_allclose(found.basic_transmission_loss_db, printed, atol=0.05)
    assert found.terrain_irregularity_m[0, 0] == pytest.approx(3.2, abs=0.05)
    assert found.path_refractivity_nunits[0, 0] == pytest.approx(251.5, abs=0.05)
    assert found.transmitter_horizon_distance_km[0, 0] == pytest.approx(14.868, abs=5e-4)
    assert found.receiver_horizon_distance_km[0, 0] == pytest.approx(6.494, abs=5e-4)
    assert found.transmitter_horizon_elevation_mrad[0, 0] == pytest.approx(-1.949, abs=5e-4)
    assert found.free_space_basic_transmission_loss_db[0, 0] == pytest.approx(114.5, abs=0.05)


def test_published_losses_of_the_original_program() -> None:
    """From Crystal Palace to Mursley at 50 % confidence; printed to 0.1 dB by another program."""
    found = point_to_point_loss(
        [float(z) for z in MURSLEY.split()],
        77_800 / 156,
        conditions(
            frequency_mhz=[[41.5], [573.3]],
            transmitter_height_above_ground_m=[[143.9], [194.0]],
            receiver_height_above_ground_m=[[8.5], [9.1]],
            surface_refractivity_nunits=314,
            climate="continental_temperate",
            variability_mode="mobile",
            with_location_variability=False,
            statistics=ConfidenceReliability(50, [1, 10, 50, 90, 99]),
        ),
    )
    printed = [[128.6, 132.2, 135.8, 138.0, 139.7], [144.3, 150.9, 157.6, 161.6, 164.9]]
    np.testing.assert_allclose(found.basic_transmission_loss_db, printed, atol=0.15)


def terrain() -> dict[str, NDArray[np.float64]]:
    with (REFERENCE / "terrain_profiles.csv").open(encoding="utf-8", newline="") as file:
        return {name: np.array(cells, dtype=float) for name, *cells in csv.reader(file)}


def kept() -> list[dict[str, str]]:
    with (REFERENCE / "itm_regression.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ask(row: dict[str, str], profiles: dict[str, NDArray[np.float64]]) -> ItmLoss:
    names = {*Conditions.__dataclass_fields__} - {"statistics"}
    words = {"climate", "polarization", "variability_mode"}
    values = {name: row[name] if name in words else float(row[name]) for name in names}
    shares = (f"{share}_percent" for share in ("time", "location", "situation"))
    what = Conditions(
        **values,  # type: ignore[arg-type]
        statistics=TimeLocationSituation(*(float(row[share]) for share in shares)),
    )
    if row["terrain"]:
        return point_to_point_loss(profiles[row["terrain"]], float(row["step_m"]), what)
    return area_loss(
        float(row["distance_km"]),
        float(row["terrain_irregularity_m"]),
        what,
        transmitter_siting=row["transmitter_siting"],
        receiver_siting=row["receiver_siting"],
    )


def test_every_number_is_kept() -> None:
    """Values of the state that meets NTIA's; a change of any term by 0.01 dB is seen here.

    The deciles of the terrain are exact to 1.5e-9 of its deviation.
    """
    profiles = terrain()
    rows = kept()
    assert len(rows) == 220
    for number, row in enumerate(rows):
        loss = ask(row, profiles)
        for name in ItmLoss.__dataclass_fields__:
            np.testing.assert_allclose(
                getattr(loss, name),
                float(row[f"answer_{name}"]),
                rtol=1e-8,  # heights are whole numbers of 3e-9 of their deviation
                atol=1e-7,
                err_msg=f"row {number}: {name}",
            )


def test_what_is_kept_has_every_mode_and_warning() -> None:
    rows = kept()
    modes = {(int(row["answer_mode"]), bool(row["terrain"])) for row in rows}
    assert modes == {(mode, known) for mode in (1, 2, 3) for known in (True, False)}
    bits = {bit for row in rows for bit in ItmWarning if int(row["answer_warnings"]) & bit}
    assert bits == {*ItmWarning}
    assert {row["climate"] for row in rows} == {*RadioClimate}
    assert {row["variability_mode"] for row in rows} == {*VariabilityMode}
    assert {row["receiver_siting"] for row in rows} == {"", *Siting}


def test_a_batch_answers_as_its_paths_do() -> None:
    profiles = np.stack([hills(seed=k) for k in range(3)])
    frequencies = np.array([[60.0], [650.0]])
    batch = point_to_point_loss(profiles, 90, conditions(frequency_mhz=frequencies))
    assert batch.basic_transmission_loss_db.shape == (2, 3)
    for k, f in np.ndindex(3, 2):
        alone = point_to_point_loss(profiles[k], 90, conditions(frequency_mhz=frequencies[f, 0]))
        assert alone.basic_transmission_loss_db.shape == ()
        for name in ItmLoss.__dataclass_fields__:
            assert getattr(batch, name)[f, k] == getattr(alone, name)


def test_nan_stays_with_its_path() -> None:
    profiles = np.stack([hills(), hills()])
    profiles[1, 200] = np.nan
    before = profiles.copy()
    loss = point_to_point_loss(profiles, 90, conditions(frequency_mhz=[[98.5], [np.nan]]))
    np.testing.assert_array_equal(profiles, before)
    unknown = np.array([[False, True], [True, True]])
    for name in ItmLoss.__dataclass_fields__:
        values = getattr(loss, name)
        if values.dtype == np.float64:
            np.testing.assert_array_equal(np.isnan(values), unknown, err_msg=name)
    assert loss.mode[0, 0] == PropagationMode.LINE_OF_SIGHT
    assert (loss.mode[unknown] == PropagationMode.UNKNOWN).all()
    assert (loss.warnings[unknown] == 0).all()
    area = area_loss([10, np.nan], 30, conditions())
    assert np.isnan(area.basic_transmission_loss_db).tolist() == [False, True]


def test_empty_batches() -> None:
    loss = point_to_point_loss(np.empty((0, 20)), 90, conditions())
    assert loss.basic_transmission_loss_db.shape == (0,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frequency_mhz", 19.9),
        ("frequency_mhz", [100, 20_001]),
        ("transmitter_height_above_ground_m", 0.4),
        ("receiver_height_above_ground_m", 3001),
        ("surface_refractivity_nunits", 249),
        ("surface_refractivity_nunits", 401),
        ("relative_permittivity", 0.9),
        ("conductivity_s_per_m", 0),
    ],
)
def test_out_of_range(name: str, value: object) -> None:
    for ask_for in (
        lambda what: point_to_point_loss(hills(), 90, what),
        lambda what: area_loss(10, 30, what),
    ):
        with pytest.raises(OutOfRangeError) as caught:
            ask_for(conditions(**{name: value}))
        assert caught.value.name == name


@pytest.mark.parametrize("name", ["time_percent", "location_percent", "situation_percent"])
@pytest.mark.parametrize("value", [0, 100])
def test_percentages_out_of_range(name: str, value: float) -> None:
    with pytest.raises(OutOfRangeError, match=name):
        area_loss(10, 30, conditions(statistics=TimeLocationSituation(**{name: value})))


@pytest.mark.parametrize("name", ["confidence_percent", "reliability_percent"])
def test_confidence_out_of_range(name: str) -> None:
    with pytest.raises(OutOfRangeError, match=name):
        area_loss(10, 30, conditions(statistics=ConfidenceReliability(**{name: 100})))


def test_paths_out_of_range() -> None:
    with pytest.raises(OutOfRangeError, match="distance_km"):
        area_loss(0, 30, conditions())
    with pytest.raises(OutOfRangeError, match="terrain_irregularity_m"):
        area_loss(10, -1, conditions())
    with pytest.raises(OutOfRangeError, match="step_m"):
        point_to_point_loss(hills(), 0, conditions())
    with pytest.raises(OutOfRangeError, match="terrain_height_m"):
        point_to_point_loss(hills() + 9000, 90, conditions())
    with pytest.raises(PropagationError, match="3 points"):
        point_to_point_loss([1.0, 2.0], 90, conditions())
    with pytest.raises(OutOfRangeError, match="path_refractivity_nunits"):
        point_to_point_loss(hills() + 6000, 90, conditions(surface_refractivity_nunits=260))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("climate", "arctic"),
        ("variability_mode", "fixed"),
        ("polarization", "circular"),
        ("polarization", "mixed"),
    ],
)
def test_unknown_names(name: str, value: str) -> None:
    with pytest.raises(PropagationError, match=f"{value}|horizontal or vertical"):
        area_loss(10, 30, conditions(**{name: value}))


def test_reactive_ground() -> None:
    with pytest.raises(PropagationError, match="reactive"):
        area_loss(10, 30, conditions(relative_permittivity=1, polarization="horizontal"))


def test_reliability_is_time_and_confidence_situation() -> None:
    two = conditions(statistics=ConfidenceReliability(80, 10))
    three = conditions(statistics=TimeLocationSituation(10, 50, 80))
    found = [
        float(point_to_point_loss(hills(), 90, what).basic_transmission_loss_db)
        for what in (two, three)
    ]
    assert found[0] == found[1]


def test_more_time_and_more_confidence_mean_more_loss() -> None:
    shares = np.array([1, 10, 50, 90, 99])
    for statistics in (ConfidenceReliability(50, shares), ConfidenceReliability(shares, 50)):
        loss = point_to_point_loss(hills(), 90, conditions(statistics=statistics))
        assert (np.diff(loss.basic_transmission_loss_db) > 0).all()


def test_flat_ground_in_sight_is_free_space_at_the_median_and_nearly_so() -> None:
    """The model's own reference: no attenuation between high antennas a few km apart."""
    loss = point_to_point_loss(np.zeros(120), 30, conditions(frequency_mhz=5000))
    assert loss.reference_attenuation_db == 0
    assert loss.terrain_irregularity_m == 0
    assert loss.mode == PropagationMode.LINE_OF_SIGHT


@pytest.mark.parametrize(
    ("name", "near", "beyond", "bit"),
    [
        ("frequency_mhz", (40, 10_000), (39.99, 10_000.1), ItmWarning.FREQUENCY),
        (
            "transmitter_height_above_ground_m",
            (1, 1000),
            (0.999, 1000.1),
            ItmWarning.TRANSMITTER_HEIGHT,
        ),
        ("receiver_height_above_ground_m", (1, 1000), (0.999, 1000.1), ItmWarning.RECEIVER_HEIGHT),
    ],
)
def test_where_warnings_begin(
    name: str, near: tuple[float, ...], beyond: tuple[float, ...], bit: ItmWarning
) -> None:
    for values, expected in ((near, 0), (beyond, bit)):
        loss = area_loss(30, 30, conditions(**{name: values}))
        assert [int(warned) & bit for warned in loss.warnings] == [expected] * 2
