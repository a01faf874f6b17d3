"""The nuisance field: the larger of the steady and the tropospheric one."""

import numpy as np
import pytest

from propagation.errors import OutOfRangeError
from propagation.interference.bs412 import protection_from_parameters
from propagation.interference.nuisance import nuisance_field_dbuvm


def test_steady_governs() -> None:
    # co-channel stereo: 30 + 45 = 75 steady, 35 + 37 = 72 tropospheric
    found = nuisance_field_dbuvm(30, 35, 0, "stereo")
    assert (found.steady_dbuvm, found.tropospheric_dbuvm) == (75, 72)
    assert found.governing_dbuvm == 75
    assert not found.tropospheric_governs


def test_tropospheric_governs() -> None:
    # co-channel stereo: 10 + 45 = 55 steady, 25 + 37 = 62 tropospheric
    found = nuisance_field_dbuvm(10, 25, 0, "stereo")
    assert found.governing_dbuvm == 62
    assert found.tropospheric_governs


def test_discrimination_takes_off_both() -> None:
    found = nuisance_field_dbuvm([30, 30], [35, 35], 0, "stereo", [0, 12])
    np.testing.assert_array_equal(found.steady_dbuvm, [75, 63])
    np.testing.assert_array_equal(found.tropospheric_dbuvm, [72, 60])


def test_broadcast_nan_and_no_contribution() -> None:
    steady = np.array([[30.0], [np.nan]])
    found = nuisance_field_dbuvm(steady, 35.0, [0.0, 500.0], "mono")
    assert found.governing_dbuvm.shape == (2, 2)
    # co-channel mono: 30 + 36 = 66 against 35 + 28 = 63
    np.testing.assert_array_equal(found.governing_dbuvm, [[66, -np.inf], [np.nan, np.nan]])
    assert found.tropospheric_dbuvm.shape == (2, 2)


def test_negative_discrimination_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="discrimination_db"):
        nuisance_field_dbuvm(30, 35, 0, "stereo", -1)


def test_another_table() -> None:
    flat = protection_from_parameters(
        {
            "spacing_khz": [0, 100],
            **{
                f"{reception}_{persistence}_db": [10, 0]
                for reception in ("mono", "stereo")
                for persistence in ("steady", "tropospheric")
            },
            "intermediate_frequency_khz": 10_700,
            "intermediate_frequency_tolerance_khz": 50,
            "intermediate_frequency_ratio_db": -20,
        }
    )
    assert nuisance_field_dbuvm(30, 20, 50, "stereo", table=flat).governing_dbuvm == 35
