"""The demonstration register: real names and rows, and a network that does not exist."""

from gis.demo.desk import load_demonstration_desk
from gis.demo.loading import DemonstrationCounts, load_demonstration
from gis.demo.records import Demonstration, demonstration

__all__ = [
    "Demonstration",
    "DemonstrationCounts",
    "demonstration",
    "load_demonstration",
    "load_demonstration_desk",
]
