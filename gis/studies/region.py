"""What is known of the air over a region, and of its sea, as the models read it."""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from data import path

__all__ = ["region"]

_REGION = "southern_viet_nam"


@cache
def region() -> Mapping[str, Any]:
    """Return the radiometeorological values of the region."""
    table = tomllib.loads(path("tables/radiometeorology.toml").read_text("utf-8"))
    found: Mapping[str, Any] = table[_REGION]
    return found
