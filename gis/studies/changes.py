"""What could be changed about a finding, in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from data.text import Language, text

__all__ = ["change_said", "changes_to_export"]

Json = Mapping[str, Any]


def change_said(change: Json, language: Language | str) -> tuple[str, ...]:
    """Return the sentences of one change: what, how it was checked again, what newly objects.

    Where nothing was searched, who could do something.

    Parameters
    ----------
    change : mapping
        One of the `changes` of a finding, as a study keeps it.
    language : Language
        The language.
    """
    by_kind = {"erp": _erp, "height": _height, "channel": _channel, "advice": _advice}
    said = [by_kind[change["kind"]](change, language)]
    if change["re_checked"]:
        said.append(_again(change, language))
        if change["judged"] == "caused":
            said.append(text("remedies.again_caused", language))
        said.append(_beside(change, language))
    return tuple(said)


def changes_to_export(changes: Sequence[Json]) -> list[dict[str, Any]]:
    """Return the changes of a finding with their sentences in both languages."""
    return [
        {**change, **{one.value: " ".join(change_said(change, one)) for one in Language}}
        for change in changes
    ]


def _erp(change: Json, language: Language | str) -> str:
    values = change["values"]
    erp_w = 10 ** (values["erp_total_dbw"] / 10)
    given = {
        "reduction_db": max(one["reduction_db"] for one in values["sectors"]),
        "erp_w": round(erp_w, 0 if erp_w >= 100 else 2),
    }
    if not change["passes"]:
        return text("remedies.erp_none", language, **given)
    if values["all_round"]:
        return text("remedies.erp_round", language, **given)
    sectors = "; ".join(
        text(f"remedies.{'azimuth' if one['from_deg'] == one['to_deg'] else 'sector'}",
             language, **one)
        for one in values["sectors"]
    )  # fmt: skip
    return text("remedies.erp_sectors", language, **given, sectors=sectors)


def _height(change: Json, language: Language | str) -> str:
    if not change["re_checked"]:
        return text("remedies.height_floor", language, **change["values"])
    key = "height" if change["passes"] else "height_none"
    return text(f"remedies.{key}", language, **change["values"])


def _channel(change: Json, language: Language | str) -> str:
    if not change["re_checked"]:
        return text("remedies.channel_unknown", language)
    key = "channel" if change["passes"] else "channel_none"
    values = {**change["values"], "away_khz": abs(change["values"]["away_khz"])}
    return text(f"remedies.{key}", language, **values)


def _advice(change: Json, language: Language | str) -> str:
    """Say who could do something about a finding where the station cannot, or not alone."""
    values = {"names": text("remedies.others", language), **change["values"]}
    return text(f"remedies.by_{values['who']}", language, **values)


def _again(change: Json, language: Language | str) -> str:
    if change["outcome"] is None:
        return text("remedies.again_gone", language)
    outcome = text(f"compliance.outcome.{change['outcome']}", language)
    if change["margin_db"] is None:
        return text("remedies.again", language, outcome=outcome)
    margin_db = round(change["margin_db"], 2)
    return text("remedies.again_margin", language, outcome=outcome, margin_db=margin_db)


def _beside(change: Json, language: Language | str) -> str:
    counts = Counter(one["check"] for one in change["side_effects"])
    if not counts:
        return text("remedies.no_side_effect", language)
    checks = "; ".join(
        text("remedies.side_effect", language, count=count,
             check=text(f"compliance.check.{check}", language))
        for check, count in counts.items()
    )  # fmt: skip
    return text("remedies.side_effects", language, checks=checks)
