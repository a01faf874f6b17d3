"""What the demonstration is made of: a data file, and draws that depend on nothing but names."""

import hashlib
import tomllib
from collections.abc import Sequence
from functools import cache
from typing import Any

from data import path
from gis.register.records import Provenance
from propagation.compliance.records import Confidence

__all__ = ["Draws", "description", "synthetic"]


@cache
def description() -> dict[str, Any]:
    """Return the content of `samples/demonstration.toml`."""
    content: dict[str, Any] = tomllib.loads(
        path("samples/demonstration.toml").read_text(encoding="utf-8")
    )
    return content


def synthetic() -> Provenance:
    """Return the stamp of everything that does not exist."""
    return Provenance(confidence=Confidence.SYNTHETIC, source=str(description()["source"]))


class Draws:
    """Numbers that look drawn by lot, the same on every machine and in every order.

    Parameters
    ----------
    seed : int
        Seed of the demonstration.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fraction(self, *name: object) -> float:
        """Return a number from 0 to below 1 that belongs to a name."""
        said = "/".join(str(part) for part in (self._seed, *name))
        return int.from_bytes(hashlib.sha256(said.encode()).digest()[:6], "big") / 2**48

    def between(self, limits: Sequence[float], *name: object, decimals: int = 1) -> float:
        """Return a rounded number between two limits."""
        low, high = limits
        return round(low + (high - low) * self.fraction(*name), decimals)
