"""Packaged reference tables and texts; imports nothing of ours."""

from pathlib import Path

__all__ = ["path"]

_ROOT = Path(__file__).parent


def path(name: str) -> Path:
    """Return the path of a packaged file.

    Parameters
    ----------
    name : str
        Path below this package with forward slashes, for example `rules/vn.toml`.

    Raises
    ------
    FileNotFoundError
        If the package holds no such file or folder.
    """
    found = _ROOT.joinpath(*name.split("/"))
    if not found.exists():
        raise FileNotFoundError(name)
    return found
