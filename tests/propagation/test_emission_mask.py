"""What masks and spurious limits allow beside a channel, against numbers made by hand."""

import numpy as np
import pytest

from propagation.errors import PropagationError
from propagation.interference.emission_mask import EmissionMask

FM = EmissionMask((0.1, 0.2, 0.3, 0.4), (0.0, -80.0, -85.0, -85.0), 1.0, 70.0, 46.0, -30.0, 100.0)
TELEVISION = EmissionMask(
    (3.81, 4.2, 6.0, 12.0), (-32.8, -73.0, -85.0, -110.0), 4.0, 60.0, 46.0, -19.2, 100.0
)


def test_a_mask_is_integrated_over_the_channel_that_is_disturbed() -> None:
    # flat at -85 dB in 1 kHz: 25 kHz receive 10 lg 25 = 13.98 dB more
    assert FM.loss_db(0.35, 25.0, 30.0) == pytest.approx(85.0 - 13.98, abs=0.01)
    assert FM.loss_db(-0.35, 25.0, 30.0) == pytest.approx(85.0 - 13.98, abs=0.01)
    # 4.1 MHz: -32.8 - 40.2 x 0.29 / 0.39 = -62.69 dB in 4 kHz, 10 lg (25 / 4) = 7.96 dB; over
    # 25 kHz it falls by 2.58 dB, of which the mean of powers is 0.06 dB above the middle
    assert TELEVISION.loss_db(-4.1, 25.0, 40.0) == pytest.approx(62.69 - 7.96 - 0.06, abs=0.02)
    # from 0.3 MHz, -80 to -85 dB over the half below and -85 dB over the half above, 200 kHz wide
    slope = np.log(10) / 10 * 5
    half = (1 - np.exp(-slope)) / slope * 1e-8
    both = 0.5 * half + 0.5 * 10**-8.5
    assert FM.loss_db(0.3, 200.0, 30.0) == pytest.approx(
        -10 * np.log10(both) - 10 * np.log10(200.0), abs=0.02
    )
    assert FM.loss_db(0.0, 200.0, 30.0) == 0.0


def test_beyond_the_mask_the_spurious_limit_holds() -> None:
    assert FM.spurious_loss_db(40.0) == 70.0  # 10 kW: 70 dBc, and 1 mW is 70 dB below
    assert FM.spurious_loss_db(0.0) == 46.0  # 1 W: 46 + 10 lg 1
    assert FM.spurious_loss_db(50.0) == 80.0  # 100 kW: no more than 1 mW
    assert TELEVISION.spurious_loss_db(40.0) == 60.0
    assert FM.loss_db(3.3, 200.0, 40.0) == pytest.approx(70.0 - 3.01, abs=0.01)
    assert FM.loss_db(3.3, 25.0, 40.0) == pytest.approx(70.0 + 6.02, abs=0.01)
    with pytest.raises(PropagationError, match="level"):
        EmissionMask((0.1, 0.2), (0.0,), 1.0, 70.0, 46.0, -30.0, 100.0)
