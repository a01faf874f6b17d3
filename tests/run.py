"""Runs a program of the tests: `python tests/run.py tests.fuzz.asking --role staff`.

The folder of tests is found before any package of that name that somebody installed.
"""

import sys
import types
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]

if __name__ == "__main__":
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests
    sys.path.insert(0, str(ROOT))
    sys.exit(import_module(sys.argv[1]).main(sys.argv[2:]))
