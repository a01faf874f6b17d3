"""`phusong path`: every loss term between a transmitter and a point."""

import argparse
from datetime import date

from api.cli import options
from api.cli.frame import DONE, Command, Output, Parser
from api.cli.work import named_station, studying
from gis.register.scopes import SYSTEM
from gis.studies.emitter_points import transmitter_at
from gis.studies.point import explain_path

__all__ = ["COMMANDS"]
