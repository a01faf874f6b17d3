"""The environment, read and set without loading the settings' library.

`api.settings` reads everything else; no other module reads the environment.
"""

import hashlib
import os
from pathlib import Path

from data.text import Language

__all__ = ["keep_kernels", "kernels_lack", "language_from_environment"]


def language_from_environment() -> Language:
    """Return the language named by PHUSONG_LANG, Vietnamese when it names none of ours."""
    wanted = os.environ.get("PHUSONG_LANG", "").strip().lower()[:2]
    return Language.EN if wanted == Language.EN.value else Language.VI


def kernels_lack() -> bool:
    """Return whether kernels are kept, and none is yet: this state of the sources is new here."""
    kept = os.environ.get("NUMBA_CACHE_DIR")
    return kept is not None and next(Path(kept).rglob("*.nbi"), None) is None


def keep_kernels(code: Path) -> None:
    """Have compiled kernels kept apart for each state of the sources that they come from.

    They are kept beside the code, or under PHUSONG_HOME where the folder of the code is not ours.

    Parameters
    ----------
    code : Path
        The folder of the code. Whoever set NUMBA_CACHE_DIR is obeyed.
    """
    home = os.environ.get("PHUSONG_HOME", "")
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    if os.access(code / "propagation", os.W_OK):
        base = code / "propagation" / "__pycache__"
    elif home:
        base = Path(home) / "cache"
    else:
        return
    digest = hashlib.sha256()
    for package in ("propagation", "gis"):
        for file in sorted((code / package).rglob("*.py")):
            digest.update(file.read_bytes())
    os.environ["NUMBA_CACHE_DIR"] = str(base / "kernels" / digest.hexdigest()[:16])
