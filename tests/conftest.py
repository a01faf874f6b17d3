"""Fixtures that every test may use, and the last line of every run: what was skipped and why."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from api.environment import keep_kernels
from propagation.itu.p1546_curves import (
    CURVE_DISTANCES_KM,
    CURVE_HEIGHTS_M,
    CURVE_TIMES_PERCENT,
    CurveFamily,
    CurveSet,
)

keep_kernels(Path(__file__).parents[1])
hypothesis.settings.register_profile("ours", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ours")  # the same examples each time, and no clock

_IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published reference values and real data beside the project."""
    folder = Path(__file__).parents[2] / "shared"
    if not (folder / "reference").is_dir():
        pytest.skip("shared folder absent: published reference files are not part of the project")
    return folder


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Find a program of the system; without it the test is skipped, and in CI it fails."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None and _IN_CI:
            pytest.fail(f"{name} is not installed, and CI must not skip for want of a tool")
        if found is None:
            pytest.skip(f"{name} is not installed")
        return found

    return find


@pytest.fixture(scope="session")
def synthetic_curves() -> CurveSet:
    """Curves that nobody measured, in the shape of those of Rec. ITU-R P.1546.

    They fall with the distance, rise with the height, and stay below the maximum field; nothing
    else of them is true.
    """
    d = np.array(CURVE_DISTANCES_KM, dtype=np.float64)[:, np.newaxis]
    h = np.array(CURVE_HEIGHTS_M)
    values = np.empty((3, 3, 3, d.size, h.size))
    for family in CurveFamily:
        for k, time in enumerate(CURVE_TIMES_PERCENT):
            warm = family if time != 50 else min(family, 1)
            enhanced = 2.38 * (1 - np.exp(-d / 8.94)) * np.log10(50 / time) * (family > 0)
            for j in range(3):
                steepness = 14 + 2.5 * j - 1.5 * (2 - k) - 2 * warm
                lost = steepness * np.log1p(d / (2 + j + h / 30)) + 20 / h
                values[family, k, j] = 106.9 - 20 * np.log10(d) + enhanced - lost
    return CurveSet(np.round(values, 4), "synthetic, for tests", synthetic=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Close with the number of skipped tests and the reasons."""
    reasons = Counter(
        str(
            report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        ).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
    )
    terminalreporter.write_line(f"skipped: {sum(reasons.values())}")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"  {count} x {reason}")
