"""A server of its own process for the benchmarks that drive a browser."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["running"]

_SERVE = "import sys, api.cli; sys.exit(api.cli.main())"


@contextmanager
def running(home: str) -> Iterator[str]:
    """Yield the address of a server of a home folder that is filled already; it has no workers."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _SERVE, "serve", "--port", "0"],
        env={**os.environ, "PHUSONG_HOME": home, "PHUSONG_WORKERS": "0"},
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found[0]
                break
    finally:
        process.terminate()
        process.communicate(timeout=30)
