"""Write what the terrain models of NTIA say of made-up paths into tests/reference.

Run it only when the implementation meets the published values (`phusong validate`), and say in
the change log why numbers changed: the files are what keeps every term where it is on a machine
without those values. The paths and questions are drawn from a seed and written beside the answers.
"""

import csv
from pathlib import Path

import numpy as np

from propagation.hata.extended import ExtendedHataLoss, Release, extended_hata_loss
from propagation.hata.okumura import Environment
from propagation.itm.prediction import area_loss, point_to_point_loss
from propagation.itm.records import (
    Conditions,
    ItmLoss,
    RadioClimate,
    Siting,
    TimeLocationSituation,
    VariabilityMode,
)

REFERENCE = Path(__file__).parents[1] / "reference"
RNG = np.random.default_rng(20261125)
POINTS = (12, 60, 131, 260, 301, 401)


def pick(*values):
    return values[RNG.integers(len(values))]


def uniform(lower, upper):
    return round(float(RNG.uniform(lower, upper)), 2)


def profiles():
    """Return plains, hills, a ridge, a coast, a plateau: heights in dm, in m."""
    made = {"plain": np.full(200, 3.0), "ramp": np.linspace(900, 20, 350)}
    for number, points in enumerate(POINTS):
        x = np.arange(points)
        z = 60.0 + 20 * number
        for period in (211, 97, 53, 23, 11):
            z = z + RNG.uniform(2, 14) * number * np.sin(2 * np.pi * (x / period + RNG.uniform()))
        made[f"hills_{points}"] = np.round(np.maximum(z, 0), 1)
    made["ridge"] = np.round(10 + 160 * np.exp(-(((np.arange(201) - 140) / 9) ** 2)), 1)
    made["coast"] = np.where(np.arange(240) > 150, 0.0, np.round(made["hills_260"][:240], 1))
    made["island"] = np.where(np.arange(320) < 110, 0.0, np.round(made["hills_401"][:320], 1))
    for name, at in (("peak", 70), ("far_peak", 220)):
        made[name] = np.where(np.arange(261) == at, 90.0, 20.0)
    return made


def conditions():
    return {
        "frequency_mhz": pick(25, 60, 98.5, 230, 650, 1800, 3500, 9000, 15000),
        "transmitter_height_above_ground_m": pick(0.8, 2, 10, 45, 150, 600),
        "receiver_height_above_ground_m": pick(0.7, 1.5, 3, 10, 30, 300),
        "surface_refractivity_nunits": pick(260, 301, 340, 380),
        "climate": str(pick(*RadioClimate)),
        "polarization": pick("horizontal", "vertical"),
        "relative_permittivity": pick(4, 15, 81),
        "conductivity_s_per_m": pick(0.001, 0.02, 5),
        "time_percent": pick(1, 10, 50, 90, 99.95),
        "location_percent": pick(5, 50, 80),
        "situation_percent": pick(0.05, 20, 50, 95),
        "variability_mode": str(pick(*VariabilityMode)),
        "with_location_variability": int(pick(0, 1, 1)),
        "with_situation_variability": int(pick(0, 1, 1)),
    }


def asked(row):
    """Return the conditions of a row; the test reads them the same way."""
    values = {name: row[name] for name in conditions() if not name.endswith("_percent")}
    shares = (row["time_percent"], row["location_percent"], row["situation_percent"])
    return Conditions(**values, statistics=TimeLocationSituation(*shares))


def itm_rows(made):
    for _ in range(160):
        name = pick(*made)
        row = {"terrain": name, "step_m": pick(30, 90, 250, 1000), **conditions()}
        yield row, point_to_point_loss(made[name], row["step_m"], asked(row))
    for _ in range(60):
        row = {
            "distance_km": pick(0.5, 4, 15, 40, 90, 250, 700, 2500),
            "terrain_irregularity_m": pick(0, 5, 30, 90, 300),
            "transmitter_siting": str(pick(*Siting)),
            "receiver_siting": str(pick(*Siting)),
            **conditions(),
        }
        siting = {key: row[key] for key in ("transmitter_siting", "receiver_siting")}
        yield (
            row,
            area_loss(row["distance_km"], row["terrain_irregularity_m"], asked(row), **siting),
        )


def ehata_rows(made):
    for _ in range(140):
        name = pick(*made, "peak", "far_peak", "ridge")
        row = {
            "terrain": name,
            "step_m": pick(30, 60, 100, 250),
            "frequency_mhz": uniform(1000, 4000),
            "base_height_m": pick(8, 35, 80, 190, 400),
            "mobile_height_m": pick(1.5, 3, 9, 25),
            "environment": str(pick(*Environment)),
            "location_percent": pick(5, 50, 95),
            "release": str(pick(*Release)),
        }
        numbers = {key: value for key, value in row.items() if key not in {"terrain", "step_m"}}
        yield row, extended_hata_loss(made[name], row["step_m"], **numbers)


def write(name, rows, record):
    answers = record.__slots__
    rows = list(rows)
    columns = list(dict.fromkeys(key for row, _ in rows for key in row))
    with (REFERENCE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*columns, *(f"answer_{answer}" for answer in answers)])
        for row, loss in rows:
            found = [f"{float(getattr(loss, answer)):.12g}" for answer in answers]
            writer.writerow([*(row.get(column, "") for column in columns), *found])


def main() -> None:
    made = profiles()
    with (REFERENCE / "terrain_profiles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for name, heights in made.items():
            writer.writerow([name, *(f"{height:.6g}" for height in heights)])
            made[name] = np.array([float(f"{height:.6g}") for height in heights])
    write("itm_regression.csv", itm_rows(made), ItmLoss)
    write("ehata_regression.csv", ehata_rows(made), ExtendedHataLoss)


if __name__ == "__main__":
    main()
