"""Which rules of a pack speak of a service, and what protects its stations by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gis.register.records import BroadcastStation, Service, StationClass
from gis.rules import RulePack
from propagation.compliance import parameters
from propagation.compliance.records import Rule
from propagation.compliance.standards import Standards
from propagation.interference.protection import Service as JudgedService

__all__ = ["ServiceRules", "rules_of", "standards_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRules:
    """The identifiers of a service's rules; None where none is known.

    Attributes
    ----------
    identity, erp : str
        Against the plan.
    identity_local, erp_local : str or None
        The same for stations that are neither national nor provincial.
    raster : str
        Of the carriers.
    site : str or None
        How far a station may stand off.
    ratio : str
        What protects a station on its own channel.
    minimum_field, adjacent, portable : str or None
        As `propagation.compliance.standards.Standards` has them.
    """

    identity: str
    erp: str
    raster: str
    ratio: str
    identity_local: str | None = None
    erp_local: str | None = None
    site: str | None = None
    minimum_field: str | None = None
    adjacent: str | None = None
    portable: str | None = None

    def of_rank(self, pack: RulePack, station: BroadcastStation) -> tuple[Rule, Rule]:
        """Return the rules of identity and of power for a station's rank.

        Annexes II and III of the FM plan list none below the province. Packs of somebody's own,
        and records of earlier studies, may hold one rule for all ranks.
        """
        return (
            _of_rank(pack, station, self.identity, self.identity_local),
            _of_rank(pack, station, self.erp, self.erp_local),
        )


_RULES: Final[Mapping[Service, ServiceRules]] = MappingProxyType(
    {
        Service.FM: ServiceRules(
            identity=parameters.PLAN_IDENTITY,
            identity_local=parameters.PLAN_IDENTITY_LOCAL,
            erp=parameters.PLAN_ERP,
            erp_local=parameters.PLAN_ERP_LOCAL,
            raster=parameters.RASTER,
            site=parameters.SITE_TOLERANCE,
            ratio=parameters.PROTECTION_RATIO,
            minimum_field=parameters.MINIMUM_FIELD,
        ),
        Service.TELEVISION: ServiceRules(
            identity=parameters.TV_PLAN_IDENTITY,
            erp=parameters.TV_PLAN_ERP,
            raster=parameters.TV_RASTER,
            ratio=parameters.TV_PROTECTION_RATIO,
            minimum_field=parameters.TV_MINIMUM_FIELD,
            adjacent=parameters.TV_PROTECTION_RATIO_ADJACENT,
            portable=parameters.TV_MINIMUM_FIELD_PORTABLE,
        ),
        Service.WIRELESS_PUBLIC_ADDRESS: ServiceRules(
            identity=parameters.PA_PLAN_IDENTITY,
            erp=parameters.PA_PLAN_ERP,
            raster=parameters.PA_RASTER,
            ratio=parameters.PA_PROTECTION_RATIO,
        ),
    }
)


def rules_of(service: Service) -> ServiceRules:
    """Return the identifiers of a service's rules."""
    return _RULES[service]


def standards_of(service: Service, pack: RulePack) -> Standards:
    """Return what protects the stations of a service by a pack.

    Raises
    ------
    NotFoundError
        If the pack holds none of its rules for the day judged.
    """
    rules = rules_of(service)
    return Standards.read(
        JudgedService(service.value),
        pack.rule(rules.ratio),
        _rule(pack, rules.minimum_field),
        adjacent=_rule(pack, rules.adjacent),
        portable=_rule(pack, rules.portable),
    )


def _of_rank(
    pack: RulePack, station: BroadcastStation, rule_id: str, local_id: str | None
) -> Rule:
    local = station.station_class is StationClass.OTHER and local_id in pack.rules
    return pack.rule(local_id if local and local_id else rule_id)


def _rule(pack: RulePack, rule_id: str | None) -> Rule | None:
    return None if rule_id is None else pack.rule(rule_id)
