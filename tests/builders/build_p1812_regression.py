"""Write what the implementation says of the made-up paths into tests/reference.

Run it only when the implementation meets the ITU validation set (`phusong validate`), and say in
the change log why numbers changed: the file is what keeps every loss term where it is on a
machine without that set.
"""

import csv
import tomllib
from pathlib import Path

import numpy as np

from propagation.itu.p1812 import PARAMETERS, TERMS, basic_transmission_loss
from propagation.profile import PathProfile, Polarization

REFERENCE = Path(__file__).parents[1] / "reference"


def main() -> None:
    paths = tomllib.loads((REFERENCE / "p1812_paths.toml").read_text(encoding="utf-8"))
    columns = {}
    for name, arguments in paths.items():
        distance, terrain, clutter, zone = np.array(arguments.pop("points"), dtype=float).T
        polarization = Polarization(arguments.pop("polarization", "horizontal"))
        profile = PathProfile(distance, terrain, clutter, zone.astype(np.int8))
        loss = basic_transmission_loss(profile, polarization=polarization, **arguments)
        columns[name] = {**loss.parameters(), **loss.terms()}
    with (REFERENCE / "p1812_regression.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["quantity", *columns])
        for quantity in (*PARAMETERS, *TERMS):
            values = (float(column[quantity]) for column in columns.values())
            writer.writerow([quantity, *(f"{value:.12g}" for value in values)])


if __name__ == "__main__":
    main()
