"""Write what the implementations say of the made-up paths into tests/reference.

Run it only when P.1812 and P.452 meet the ITU validation sets (`phusong validate`), and say in
the change log why numbers changed: the files are what keeps every loss term where it is on a
machine without those sets.
"""

import csv
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np

from propagation.itu import p452, p1812
from propagation.profile import PathProfile, Polarization

REFERENCE = Path(__file__).parents[1] / "reference"


def write(name: str, model: ModuleType) -> None:
    paths = tomllib.loads((REFERENCE / f"{name}_paths.toml").read_text(encoding="utf-8"))
    columns = {}
    for path, arguments in paths.items():
        distance, terrain, clutter, zone = np.array(arguments.pop("points"), dtype=float).T
        polarization = Polarization(arguments.pop("polarization", "horizontal"))
        profile = PathProfile(distance, terrain, clutter, zone.astype(np.int8))
        loss = model.basic_transmission_loss(profile, polarization=polarization, **arguments)
        columns[path] = {**loss.parameters(), **loss.terms()}
    with (REFERENCE / f"{name}_regression.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["quantity", *columns])
        for quantity in (*model.PARAMETERS, *model.TERMS):
            values = (float(column[quantity]) for column in columns.values())
            writer.writerow([quantity, *(f"{value:.12g}" for value in values)])


if __name__ == "__main__":
    write("p1812", p1812)
    write("p452", p452)
