"""The environment, read and set without loading the settings' library.

`api.settings` reads everything else; no other module reads the environment.
"""

import os
from pathlib import Path

from data.text import Language

__all__ = ["keep_kernels", "language_from_environment"]


def language_from_environment() -> Language:
    """Return the language named by PHUSONG_LANG, Vietnamese when it names none of ours."""
    wanted = os.environ.get("PHUSONG_LANG", "").strip().lower()[:2]
    return Language.EN if wanted == Language.EN.value else Language.VI


def keep_kernels(code: Path) -> None:
    """Have compiled kernels kept under PHUSONG_HOME where the folder of the code is not ours.

    Parameters
    ----------
    code : Path
        The folder of the code. Whoever set NUMBA_CACHE_DIR is obeyed.
    """
    home = os.environ.get("PHUSONG_HOME", "")
    if home and not os.access(code, os.W_OK):
        os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(home) / "cache" / "kernels"))
