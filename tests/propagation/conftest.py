"""Rules and facts that the tests of the checks share."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from data.text import Language, text
from propagation.compliance.facts import (
    BoundaryFacts,
    PlanFacts,
    StationFacts,
    TerrainFacts,
)
from propagation.compliance.records import Confidence, Finding, Rule
from propagation.interference.bs412 import BS412_MINIMUM_FIELD_DBUVM, BS412_PROTECTION

PARAMETERS: dict[str, dict[str, object]] = {
    "fm.plan.identity": {
        "frequency_min_mhz": 87.0,
        "frequency_max_mhz": 108.0,
        "frequency_tolerance_khz": 1.0,
        "table_complete": False,
    },
    "fm.plan.erp": {
        "erp_tolerance_db": 0.01,
        "height_tolerance_m": 0.5,
        "terrain_height_tolerance_m": 10.0,
    },
    "fm.raster": {"raster_khz": 100.0, "frequency_tolerance_khz": 0.5},
    "fm.site_tolerance": {
        "erp_threshold_w": 1000.0,
        "tolerance_at_or_above_km": 1.5,
        "tolerance_below_km": 5.0,
    },
    "fm.boundary_protection": {"classes": ["provincial"], "exempt_province_codes": ["79"]},
    "fm.protection_ratio": {
        "spacing_khz": BS412_PROTECTION.spacing_khz.tolist(),
        **{f"{r}_{p}_db": v.tolist() for (r, p), v in BS412_PROTECTION.ratio_db.items()},
        "intermediate_frequency_khz": 10_700,
        "intermediate_frequency_tolerance_khz": 50,
        "intermediate_frequency_ratio_db": -20,
    },
    "fm.minimum_field": {
        f"{r}_{a}_dbuvm": field for (r, a), field in BS412_MINIMUM_FIELD_DBUVM.items()
    },
    "audit.data": {
        "effective_height_tolerance_m": 15,
        "effective_height_tolerance_percent": 20,
        "national_erp_max_dbw": 53.0,
        "provincial_erp_max_dbw": 46.0,
        "other_erp_max_dbw": 30.0,
    },
}


@pytest.fixture(scope="session")
def rule() -> Callable[..., Rule]:
    """Make a rule that binds and is verified, unless said otherwise."""

    def make(
        rule_id: str, *, confidence: str = "verified", binding: bool = True, **parameters: object
    ) -> Rule:
        return Rule(
            id=rule_id,
            title_vi=f"Quy tắc {rule_id}",
            title_en=f"Rule {rule_id}",
            instrument="Thông tư thử",
            clause="Điều 1",
            valid_from=None,
            valid_to=None,
            confidence=Confidence(confidence),
            source="test",
            binding=binding,
            parameters={**PARAMETERS[rule_id], **parameters},
        )

    return make


@pytest.fixture(scope="session")
def station() -> Callable[..., StationFacts]:
    """Make a provincial stereo station of 2 kW on 96.9 MHz."""
    base = StationFacts(
        id="station-1",
        name="Đài PT-TH Long An",
        programme="Long An FM",
        station_class="provincial",
        frequency_mhz=96.9,
        longitude=106.4,
        latitude=10.54,
        erp_total_dbw=33.0103,
        height_above_ground_m=75.0,
        effective_height_max_m=75.0,
        province_code="80",
        source="giấy phép 12/GP",
    )
    return lambda **changes: replace(base, **changes)


@pytest.fixture(scope="session")
def plan() -> Callable[..., PlanFacts]:
    """Make the plan entry of that station."""
    base = PlanFacts(
        id="entry-1",
        plan_id="fm-tt37-2017",
        frequency_mhz=96.9,
        programme="Long An FM",
        site_name="Tân An",
        station_class="provincial",
        instrument="Thông tư 37/2017/TT-BTTTT",
        clause="Phụ lục III",
        erp_max_dbw=33.0103,
        antenna_height_m=75.0,
        effective_height_max_m=75.0,
        province_code="80",
        source="phụ lục III",
    )
    return lambda **changes: replace(base, **changes)


@pytest.fixture(scope="session")
def terrain() -> TerrainFacts:
    """Return real terrain."""
    return TerrainFacts(identifier="srtm sha256:00", flat=False)


@pytest.fixture(scope="session")
def flat() -> TerrainFacts:
    """Return no terrain."""
    return TerrainFacts(identifier="flat 2 m", flat=True)


@pytest.fixture(scope="session")
def boundary() -> Callable[..., BoundaryFacts]:
    """Make the relation of a point to an official boundary, 5 km outside it."""
    base = BoundaryFacts(
        unit_code="80",
        unit_name="Long An",
        inside=False,
        distance_to_boundary_m=5000.0,
        position_uncertainty_m=10.0,
        official=True,
    )
    return lambda **changes: replace(base, **changes)


@pytest.fixture(scope="session")
def said() -> Callable[[Iterable[Finding]], tuple[Finding, ...]]:
    """Say every sentence of the findings in both languages; return the findings."""

    def say(findings: Iterable[Finding]) -> tuple[Finding, ...]:
        found = tuple(findings)
        for finding in found:
            keys = [
                (finding.reason, finding.values),
                (f"compliance.check.{finding.check}", {}),
                (f"compliance.outcome.{finding.outcome}", {}),
                *((key, finding.values) for key in finding.missing),
                *((f"compliance.evidence.{item.name}", {}) for item in finding.evidence),
                *((f"compliance.evidence_kind.{item.kind}", {}) for item in finding.evidence),
                *((f"compliance.reservation.{item}", {}) for item in finding.reservations),
            ]
            if finding.measure is not None:
                assert {"longitude", "latitude", "height_m", "quantity"} <= set(finding.measure)
                keys.append((str(finding.measure["what"]), finding.measure))
            for key, values in keys:
                for language in Language:
                    sentence = text(key, language, **values)
                    assert sentence
                    assert "None" not in sentence
        return found

    return say
