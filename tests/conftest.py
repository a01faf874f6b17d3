"""Fixtures that every test may use, and the last line of every run: what was skipped and why."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

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
