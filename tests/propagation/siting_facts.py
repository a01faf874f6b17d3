"""A runway, a facility and a site that the tests of site planning begin with."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from data.text import Language, text
from gis.plans import named_plan
from gis.rules import load_rule_pack
from propagation.compliance.facts import TerrainFacts
from propagation.compliance.records import Confidence, Finding
from propagation.siting.facts import (
    FacilityFacts,
    Instrument,
    LicenceFacts,
    MastKind,
    RunwayFacts,
    SiteFacts,
    SupportFacts,
    ZoneFacts,
)

ON = date(2026, 8, 1)
RULES = dict(load_rule_pack(ON).rules)
BEFORE = dict(load_rule_pack(date(2026, 6, 30)).rules)

SITE = SiteFacts(
    name="Cột đề xuất", longitude=106.4, latitude=10.6, kind=MastKind.SELF_SUPPORTING,
    height_m=42.0, building_height_m=None, reach_m=None, transmits=True, ground_elevation_m=3.0,
    ground_stated=True, terrain=TerrainFacts(identifier="dem", flat=False), urban=False,
    province_code="80", source="đề nghị",
)  # fmt: skip
RUNWAY = RunwayFacts(
    id="r", name="Sân bay thử 09/27", group="III", instrument=Instrument.PRECISION,
    military=False, length_m=3000.0, elevations_m=(10.0, 12.0), aerodrome_elevation_m=12.0,
    strip_beyond_m=60.0, strip_width_m=280.0, clearways_m=(0.0, 150.0), x_m=0.0, y_m=0.0,
    source="AIP",
)  # fmt: skip
DVOR = FacilityFacts(
    id="d", name="DVOR thử", kind="dvor", elevation_m=5.0, distance_m=1000.0, source="AIP"
)
LICENCE = LicenceFacts(
    number="12/GP", kind="network", province_codes=("80",), valid_from=date(2020, 1, 1),
    valid_to=date(2030, 1, 1), source="đề nghị",
)  # fmt: skip
SUPPORT = SupportFacts(
    id="m", name="Cột có sẵn", owner="Sao Mai", distance_m=60.0, height_m=45.0, usable=True,
    standing=True, shareable=True, same_operator=False, source="Sao Mai",
    confidence=Confidence.VERIFIED,
)  # fmt: skip
ZONE = ZoneFacts(
    id="z", name="Vùng 1", kind="plan", inside=True, distance_m=100.0,
    mast_classes=("A2b",), source="quy hoạch",
)  # fmt: skip


def site(**changes: Any) -> SiteFacts:
    return replace(SITE, **changes)


def runway(**changes: Any) -> RunwayFacts:
    return replace(RUNWAY, **changes)


def said(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Say every sentence of the findings in both languages; return the findings."""
    every = tuple(findings)
    for finding in every:
        keys = [
            (finding.reason, finding.values),
            (finding.check.replace("siting.", "planning.check."), {}),
            *((key, finding.values) for key in finding.missing),
            *((f"planning.evidence.{item.name}", {}) for item in finding.evidence),
            *((f"compliance.reservation.{item}", {}) for item in finding.reservations),
        ]
        for key, told in keys:
            for language in Language:
                sentence = text(key, language, **named_plan(told, language))
                assert sentence
                assert "None" not in sentence
    return every
