"""What `make` says on a machine where something is missing: one line with what to install."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRETENDER = '#!/bin/sh\ncase "$*" in *{without}*) exit 1;; esac\nexec {python} "$@"\n'


def setup(make: str, python: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [make, "setup", f"PYTHON={python}", f"VENV={folder / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("without", "wanted"),
    [
        ("version_info", "Python 3.11 or newer"),
        ("ensurepip", "apt install python3-venv"),
    ],
)
def test_a_python_that_will_not_do_is_one_line(
    tmp_path: Path, tool: Callable[[str], str], without: str, wanted: str
) -> None:
    python = tmp_path / "python3"
    python.write_text(PRETENDER.format(without=without, python=sys.executable), encoding="utf-8")
    python.chmod(0o755)
    done = setup(tool("make"), python, tmp_path)
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert wanted in said[0]
    assert "apt install" in said[0]
    assert not (tmp_path / "venv").exists()


def test_no_python_at_all_is_one_line(tmp_path: Path, tool: Callable[[str], str]) -> None:
    done = setup(tool("make"), tmp_path / "nothing", tmp_path)
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert "apt install python3" in said[0]
