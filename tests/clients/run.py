"""Runs `tests.clients.reading`; the folder of tests is found before any package of that name.

python tests/clients/run.py FOLDER

FOLDER is where npm installed @camptocamp/ogc-client; `make clients` does both.
"""

import sys
import types
from pathlib import Path

ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests
    sys.path.insert(0, str(ROOT))
    from tests.clients.reading import main

    sys.exit(main(Path(sys.argv[1]).resolve()))
