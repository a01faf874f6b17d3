"""Runs `tests.pictures.taking`; the folder of tests is found before any package of that name."""

import sys
import types
from pathlib import Path

ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests
    sys.path.insert(0, str(ROOT))
    from tests.pictures.taking import main

    sys.exit(main(sys.argv[1:]))
