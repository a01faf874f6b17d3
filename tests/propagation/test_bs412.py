"""Minimum fields and protection ratios of Rec. ITU-R BS.412-9 (recalled)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from propagation.errors import PropagationError
from propagation.interference.bs412 import (
    BS412_PROTECTION,
    Area,
    Persistence,
    ProtectionTable,
    Reception,
    minimum_field_from_parameters,
    minimum_usable_field_strength_dbuvm,
    protection_from_parameters,
    protection_ratio_db,
)

ROWS = [
    # spacing_khz, mono steady, mono trop., stereo steady, stereo trop. (regulations.md 1.2)
    (0, 36, 28, 45, 37),
    (25, 31, 27, 51, 43),
    (50, 24, 22, 51, 43),
    (75, 16, 16, 45, 37),
    (100, 12, 12, 33, 25),
    (125, 9.5, 9.5, 24.5, 18),
    (150, 8, 8, 18, 14),
    (175, 7, 7, 11, 10),
    (200, 6, 6, 7, 7),
    (225, 4.5, 4.5, 4.5, 4.5),
    (250, 2, 2, 2, 2),
    (275, -2, -2, -2, -2),
    (300, -7, -7, -7, -7),
    (325, -11.5, -11.5, -11.5, -11.5),
    (350, -15, -15, -15, -15),
    (375, -17.5, -17.5, -17.5, -17.5),
    (400, -20, -20, -20, -20),
]
COLUMNS = [(reception, persistence) for reception in Reception for persistence in Persistence]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} kHz")
def test_rows(row: tuple[float, ...]) -> None:
    for (reception, persistence), expected in zip(COLUMNS, row[1:], strict=True):
        assert protection_ratio_db(row[0], reception, persistence) == expected
        assert protection_ratio_db(-row[0], reception, persistence) == expected


def test_between_rows() -> None:
    # stereo steady, 100 kHz 33 dB and 125 kHz 24.5 dB: at 110 kHz 33 - 10/25 * 8.5 = 29.6
    assert protection_ratio_db(110, "stereo", "steady") == pytest.approx(29.6, abs=1e-12)
    # mono tropospheric, 0 kHz 28 dB and 25 kHz 27 dB: half way 27.5
    assert protection_ratio_db(12.5, "mono", "tropospheric") == pytest.approx(27.5, abs=1e-12)
    # 375 kHz -17.5 and 400 kHz -20: at 390 kHz -17.5 - 15/25 * 2.5 = -19
    assert protection_ratio_db(390, "stereo", "tropospheric") == pytest.approx(-19, abs=1e-12)


def test_nothing_beyond_the_last_row_but_the_intermediate_frequency() -> None:
    spacing = [400, 400.1, 500, 10_600, 10_650, 10_699, 10_700, -10_700, 10_749, 10_750, 10_800]
    ratio = protection_ratio_db(spacing, "stereo", "steady")
    none = -np.inf
    expected = [-20, none, none, none, none, -20, -20, -20, -20, none, none]
    np.testing.assert_array_equal(ratio, expected)


def test_binary_fractions_do_not_push_the_last_row_out() -> None:
    spacing_khz = (100.3 - 99.9) * 1000  # 399.99999999999 or 400.00000000001
    assert protection_ratio_db(spacing_khz, "mono", "steady") == pytest.approx(-20)
    spacing_khz = (97.3 - 96.9) * 1000
    assert protection_ratio_db(spacing_khz, "mono", "steady") == pytest.approx(-20)


def test_array_contract() -> None:
    spacing = np.array([[0.0, np.nan], [100.0, 999.0]])
    kept = spacing.copy()
    ratio = protection_ratio_db(spacing, "stereo", "steady")
    assert ratio.dtype == np.float64
    np.testing.assert_array_equal(ratio, [[45, np.nan], [33, -np.inf]])
    np.testing.assert_array_equal(spacing, kept)
    assert protection_ratio_db(np.empty((0, 3)), "mono", "steady").shape == (0, 3)
    with pytest.raises(ValueError, match="radio"):
        protection_ratio_db(0, "radio", "steady")


@given(st.floats(0, 400), st.floats(0, 400), st.sampled_from(list(Persistence)))
def test_mono_falls_with_spacing(first: float, second: float, persistence: Persistence) -> None:
    near, far = sorted((first, second))
    near_db = protection_ratio_db(near, Reception.MONO, persistence)
    assert near_db >= protection_ratio_db(far, Reception.MONO, persistence) - 1e-9


@given(st.floats(-12_000, 12_000), st.sampled_from(list(Reception)))
def test_tropospheric_never_asks_for_more(spacing: float, reception: Reception) -> None:
    steady = protection_ratio_db(spacing, reception, Persistence.STEADY)
    assert protection_ratio_db(spacing, reception, Persistence.TROPOSPHERIC) <= steady


def test_minimum_fields() -> None:
    expected = {"mono": (48, 60, 70), "stereo": (54, 66, 74)}
    for reception, fields in expected.items():
        for area, field in zip(Area, fields, strict=True):
            assert minimum_usable_field_strength_dbuvm(reception, area) == field


def parameters() -> dict[str, object]:
    table = BS412_PROTECTION
    columns = {f"{r}_{p}_db": table.ratio_db[r, p].tolist() for r, p in COLUMNS}
    return {
        "spacing_khz": table.spacing_khz.tolist(),
        **columns,
        "intermediate_frequency_khz": 10_700,
        "intermediate_frequency_tolerance_khz": 50,
        "intermediate_frequency_ratio_db": -20,
    }


def test_tables_can_be_replaced() -> None:
    given_ones = parameters()
    given_ones["stereo_steady_db"] = [50] * 17
    table = protection_from_parameters(given_ones)
    assert protection_ratio_db(110, "stereo", "steady", table) == 50
    assert protection_ratio_db(110, "mono", "steady", table) == pytest.approx(11)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mono_steady_db", [0, 100]),
        ("spacing_khz", [25.0 * i + 1 for i in range(17)]),
        ("spacing_khz", [0.0] * 17),
        ("spacing_khz", "0 25 50"),
        ("spacing_khz", []),
        ("stereo_steady_db", [1] * 16),
        ("stereo_steady_db", [1] * 16 + [float("nan")]),
        ("stereo_steady_db", [1] * 16 + ["1"]),
        ("stereo_steady_db", [1] * 16 + [True]),
        ("intermediate_frequency_khz", None),
        ("intermediate_frequency_ratio_db", float("inf")),
    ],
)
def test_bad_tables_are_refused(key: str, value: object) -> None:
    with pytest.raises(PropagationError, match=key):
        protection_from_parameters({**parameters(), key: value})


def test_a_table_lacks_a_column() -> None:
    with pytest.raises(PropagationError, match="mono_steady_db"):
        ProtectionTable(np.array([0.0, 1.0]), {})


def test_packaged_arrays_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        BS412_PROTECTION.spacing_khz[0] = 1


def test_minimum_field_parameters() -> None:
    given_ones = {f"{r}_{a}_dbuvm": 40 + i for i, r in enumerate(Reception) for a in Area}
    table = minimum_field_from_parameters(given_ones)
    assert minimum_usable_field_strength_dbuvm("stereo", "urban", table) == 41
    del given_ones["mono_urban_dbuvm"]
    with pytest.raises(PropagationError, match="mono_urban_dbuvm"):
        minimum_field_from_parameters(given_ones)
