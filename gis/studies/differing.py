"""What differs between two runs of a study: value by value, and finding by finding."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "FIELD_TOLERANCE_DB",
    "Difference",
    "FindingDifference",
    "finding_differences",
    "result_differences",
]

FIELD_TOLERANCE_DB = 0.01

_AREA_TOLERANCE = 1e-3
_LONGEST = 200

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same.

    Attributes
    ----------
    where : str
        File, or place inside the results: `stations/a/outcome`.
    recorded, again : str
        What the record says and what came out now.
    tolerated : bool
        Whether it stays within the tolerances.
    """

    where: str
    recorded: str
    again: str
    tolerated: bool


@dataclass(frozen=True, slots=True)
class FindingDifference:
    """One thing that is not the same in a finding.

    Attributes
    ----------
    station : str
        Name of the station.
    check, rule : str
        The check, and the identifier of the rule.
    what : str
        `finding` where only one run has it, else `outcome`, `reason`, `evidence/NAME` or another
        part of the finding.
    recorded, again : JSON value
        What the record says and what came out now; of a reason or a whole finding a dictionary
        with `reason` and `values`. None where there is nothing.
    tolerated : bool
        Whether it stays within the tolerances.
    """

    station: str
    check: str
    rule: str
    what: str
    recorded: Any
    again: Any
    tolerated: bool


def result_differences(recorded: Any, again: Any) -> list[Difference]:
    """Walk two JSON values; numbers may differ a little, everything else must be the same."""
    return [
        Difference(where, _shown(one), _shown(other), _close(one, other))
        for where, one, other in _walk(recorded, again)
    ]


def finding_differences(
    recorded: Sequence[Json], again: Sequence[Json]
) -> Iterator[FindingDifference]:
    """Compare the findings of stations, whatever their order.

    Parameters
    ----------
    recorded, again : sequence of mapping
        Rows of the results, each a station with its findings.
    """
    old = {row["station_id"]: row for row in recorded}
    new = {row["station_id"]: row for row in again}
    for station_id in {**old, **new}:
        rows = old.get(station_id, {}), new.get(station_id, {})
        name = str((rows[0] or rows[1])["name"])
        for one, other in _pairs(rows[0].get("findings", ()), rows[1].get("findings", ())):
            known = one or other or {}
            for what, first, second in _parts(one, other):
                yield FindingDifference(
                    name, known["check"], known["rule"]["id"], what, first, second,
                    _close(first, second),
                )  # fmt: skip


def _pairs(
    recorded: Sequence[Json], again: Sequence[Json]
) -> Iterator[tuple[Json | None, Json | None]]:
    """Pair findings of the same check, rule and counterpart: those of one reason first."""
    groups: dict[tuple[Any, ...], tuple[list[Json], list[Json]]] = defaultdict(lambda: ([], []))
    for side, findings in enumerate((recorded, again)):
        for one in findings:
            groups[one["check"], one["rule"]["id"], one["counterpart"]][side].append(one)
    for old, new in groups.values():
        left = []
        for one in old:
            same = next((other for other in new if other["reason"] == one["reason"]), None)
            if same is None:
                left.append(one)
            else:
                new.remove(same)
                yield one, same
        for place in range(max(len(left), len(new))):
            yield (
                left[place] if place < len(left) else None,
                new[place] if place < len(new) else None,
            )


def _parts(one: Json | None, other: Json | None) -> Iterator[tuple[str, Any, Any]]:
    if one is None or other is None:
        yield "finding", one and _sentence(one), other and _sentence(other)
        return
    if one["reason"] != other["reason"]:
        yield "reason", _sentence(one), _sentence(other)
    yield from _walk(_comparable(one, other), _comparable(other, one))


def _comparable(finding: Json, beside: Json) -> dict[str, Any]:
    """Return a finding with its evidence by name; sentences were compared where they differ."""
    parts = {name: value for name, value in finding.items() if name != "reason"}
    if finding["reason"] != beside["reason"]:
        del parts["values"]
    evidence: dict[str, Any] = {}
    for item in finding["evidence"]:
        parts_of = {key: value for key, value in item.items() if key not in ("name", "value")}
        name = str(item["name"])
        evidence[name] = item["value"]
        evidence |= {f"{name}/{key}": value for key, value in parts_of.items()}
    return {**parts, "evidence": evidence}


def _sentence(finding: Json) -> dict[str, Any]:
    return {"reason": finding["reason"], "values": dict(finding["values"])}


def _walk(recorded: Any, again: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(recorded, dict) and isinstance(again, dict):
        for name in sorted({*recorded, *again}):
            yield from _walk(recorded.get(name), again.get(name), f"{where}/{name}".lstrip("/"))
    elif isinstance(recorded, list) and isinstance(again, list) and len(recorded) == len(again):
        for number, (one, other) in enumerate(zip(recorded, again, strict=True)):
            yield from _walk(one, other, f"{where}/{number}".lstrip("/"))
    elif recorded != again:
        yield where, recorded, again


def _close(recorded: Any, again: Any) -> bool:
    """Return whether two numbers differ by no more than 0.01 (dB) or a thousandth (areas)."""
    numbers = [
        float(value)
        for value in (recorded, again)
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    if len(numbers) != 2:
        return False
    away = abs(numbers[0] - numbers[1])
    return away <= max(FIELD_TOLERANCE_DB + 1e-9, _AREA_TOLERANCE * abs(numbers[0]))


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    structured = isinstance(value, dict | list)
    written = json.dumps(value, ensure_ascii=False, sort_keys=True) if structured else str(value)
    return written if len(written) <= _LONGEST else f"{written[: _LONGEST - 3]}..."
