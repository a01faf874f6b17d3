"""How long the two first things take that a person waits for."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

COMMANDS = {
    "python": [sys.executable, "-c", "pass"],
    "import_propagation": [sys.executable, "-c", "import propagation.itu.p1812"],
    "help": [sys.executable, "-c", "import sys, api.cli; sys.exit(api.cli.main(['--help']))"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_start(benchmark, name: str) -> None:
    """Targets: propagation under 0.3 s, help under 0.5 s; `python` is the interpreter alone."""
    done = benchmark(
        lambda: subprocess.run(COMMANDS[name], cwd=ROOT, capture_output=True, check=False)
    )
    assert done.returncode == 0, done.stderr


def test_studies_do_not_load_what_hardly_any_needs() -> None:
    """All of scipy's distributions take half a second, its solvers a fifth."""
    asked = "import sys, gis.studies.runner; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, check=True, text=True
    )
    loaded = done.stdout.split()
    assert "gis.studies.runner" in loaded
    assert not {"scipy.stats", "scipy.optimize"} & set(loaded)
