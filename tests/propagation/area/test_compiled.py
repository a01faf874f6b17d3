"""Where compiled kernels are kept, tried where nothing can be written."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

USE = """
import os
from pathlib import Path
from api.environment import keep_kernels
keep_kernels(Path({root!r}))
import numpy as np
from propagation.area.scans import smooth_surface
fit = np.zeros((2, 4))
smooth_surface(np.arange(4.0), np.ones(4), fit[0], fit[1])
print("fit", fit[0, 3])
home = os.environ.get("PHUSONG_HOME")
print("kept", len(list(Path(home).rglob("*.nbi"))) if home else 0)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="mount namespaces of Linux")


@pytest.fixture
def where_nothing_is_writable(
    tool: Callable[[str], str], tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the code with every file system read-only, but for one new one at `home`."""

    def run(home: bool) -> subprocess.CompletedProcess[str]:
        writable = f"mount -t tmpfs tmpfs {shlex.quote(str(tmp_path))} && " if home else ""
        python = shlex.join([sys.executable, "-c", USE.format(root=str(ROOT))])
        return subprocess.run(
            [
                tool("unshare"),
                *([] if os.geteuid() == 0 else ["--map-root-user"]),
                "--mount",
                "sh",
                "-c",
                f"mount -o remount,bind,ro / && {writable}exec {python}",
            ],
            cwd=ROOT,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/proc"}
            | ({"PHUSONG_HOME": str(tmp_path)} if home else {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def test_nowhere_to_keep_them_is_a_warning(
    where_nothing_is_writable: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = where_nothing_is_writable(home=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("fit 1.0\n")
    assert "KernelCacheWarning" in done.stderr


def test_they_are_kept_at_home_when_the_code_is_not_ours(
    where_nothing_is_writable: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = where_nothing_is_writable(home=True)
    assert done.returncode == 0, done.stderr
    assert "KernelCacheWarning" not in done.stderr
    assert int(done.stdout.split()[-1]) >= 1
