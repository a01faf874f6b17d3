"""Kills and a full disk at random under write load: `make faults`.

Two servers with their workers share one register and one home folder on a small file system, in a
mount namespace of their own. Programs write all the time and note what was acknowledged. After
each fault, and at the end, the register is compared with that.
"""

import argparse
import os
import signal
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
DATABASES = ("geopackage", "postgis")
_SIZE_MB = 400


def main(arguments: Sequence[str]) -> int:
    """Run the faults on the databases that are asked for, each in a namespace of its own."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--faults", type=int, default=100, metavar="N", help="on each database")
    parser.add_argument("--seed", type=int, default=20250701, metavar="N")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends too
    if given.inside is not None:
        from tests.faults.round import go_through

        return go_through(given.database[0], given.faults, given.seed, given.inside)
    codes = [_apart(name, given.faults, given.seed) for name in given.database or DATABASES]
    return max(codes)


def _apart(database: str, faults: int, seed: int) -> int:
    """Run inside a mount namespace with a small file system; nothing of it is left afterwards."""
    own = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    with TemporaryDirectory(prefix="phusong-faults-", dir="/tmp") as folder:
        mounted = Path(folder)
        mounted.chmod(0o755)
        mount = f"mount -t tmpfs -o size={_SIZE_MB}m,mode=755 tmpfs {mounted}"
        inside = ["--database", database, "--faults", str(faults), "--seed", str(seed)]
        command = ["unshare", *own, "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]
        command += [sys.executable, "-P", __file__, *inside, "--inside", str(mounted)]
        with Popen(command, cwd=ROOT) as process:
            try:
                return process.wait()
            finally:
                process.terminate()


if __name__ == "__main__":
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
