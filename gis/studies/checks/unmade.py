"""Checks of which nothing is known for a service: each says so, and what is missing."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from gis.register.records import BroadcastStation, Service
from gis.studies.checks.scene import Scene
from propagation.compliance.conclusions import not_assessable, of_station
from propagation.compliance.parameters import PA_RECEPTION, TV_RECEPTION
from propagation.compliance.records import Finding

__all__ = ["unmade"]

_SPOKEN: Final[Mapping[Service, tuple[str, str]]] = MappingProxyType(
    {
        Service.TELEVISION: (TV_RECEPTION, "television"),
        Service.WIRELESS_PUBLIC_ADDRESS: (PA_RECEPTION, "public_address"),
    }
)
"""The rule that says that nothing is known, and the catalogue of its sentences."""


def unmade(scene: Scene, station: BroadcastStation, checks: Iterable[str]) -> tuple[Finding, ...]:
    """Return a finding for each check that has no method or limit for a station's service.

    None where the rules of the day do not speak of it: those of studies kept earlier.
    """
    rule_id, catalogue = _SPOKEN[station.service]
    rule = scene.pack.rules.get(rule_id)
    if rule is None:
        return ()
    facts = scene.neighbourhood.facts(station)
    return tuple(
        not_assessable(
            check,
            rule,
            f"{catalogue}.reason.{check}_unruled",
            (f"{catalogue}.missing.reception_rule",),
            evidence=(of_station(facts, "frequency_mhz", facts.frequency_mhz),),
            values={"frequency_mhz": facts.frequency_mhz},
        )
        for check in checks
    )
