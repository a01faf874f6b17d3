"""Measures the OGC API beside TiPg and pygeoapi: `tests.benchmarks.ogc.compare` says how.

The folder of tests is found before any package of that name.
"""

import signal
import sys
import types
from pathlib import Path

ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests
    sys.path.insert(0, str(ROOT))
    from tests.benchmarks.ogc.compare import main

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped
    sys.exit(main(sys.argv[1:]))
