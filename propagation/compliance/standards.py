"""By what a station's reception is protected: its service's rules, bound to how it is received."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from propagation.compliance.facts import StationFacts
from propagation.compliance.plan_identity import same_name
from propagation.compliance.records import Rule
from propagation.errors import PropagationError
from propagation.interference.bs412 import (
    minimum_field_from_parameters,
    protection_from_parameters,
)
from propagation.interference.dvbt2 import (
    CHANNEL_WIDTH_MHZ,
    Mode,
    Reception,
    adjacent_from_parameters,
    carrier_to_noise_db,
    carrier_to_noise_from_parameters,
)
from propagation.interference.dvbt2_field import (
    building_from_parameters,
    receiver_from_parameters,
)
from propagation.interference.protection import (
    Protection,
    Service,
    SoundProtection,
    TelevisionProtection,
    has_ratio,
)

__all__ = ["Standards", "same_network"]

_SAME_CHANNEL_MHZ: Final = 0.001

_Reader = Callable[[StationFacts], Protection | None]


@dataclass(frozen=True, slots=True, eq=False)
class Standards:
    """The rules of one service that protect its stations, read once.

    Attributes
    ----------
    service : Service
        The service that they are of.
    ratio : Rule
        `fm.protection_ratio`, `tv.protection_ratio` or `pa.protection_ratio`.
    minimum_field : Rule or None
        `fm.minimum_field` or `tv.minimum_field`; None where none is known.
    adjacent, portable : Rule or None
        `tv.protection_ratio.adjacent` and `tv.minimum_field.portable`.
    protection : callable
        What protects a station's reception; None for a station of another service, for a service
        of which nothing is known, and for a television station whose mode is not known.
    """

    service: Service
    ratio: Rule
    minimum_field: Rule | None
    adjacent: Rule | None
    portable: Rule | None
    protection: _Reader
    _disturbs: dict[tuple[str, Mode | None, float], bool] = field(
        default_factory=dict, init=False, repr=False
    )

    @classmethod
    def read(
        cls,
        service: Service,
        ratio: Rule,
        minimum_field: Rule | None = None,
        *,
        adjacent: Rule | None = None,
        portable: Rule | None = None,
    ) -> "Standards":
        """Read the rules of a service.

        Raises
        ------
        ParameterError
            If a rule does not hold what it should.
        PropagationError
            If a rule that the service needs is not given.
        """
        if service is Service.FM:
            reader = _sound(ratio, _given(minimum_field))
        elif service is Service.TELEVISION:
            reader = _television(ratio, _given(adjacent), _given(minimum_field), _given(portable))
        else:
            reader = _nothing
        return cls(service, ratio, minimum_field, adjacent, portable, reader)

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross to another process as the rules, which are read again there."""
        rules = (self.service, self.ratio, self.minimum_field, self.adjacent, self.portable)
        return _read_again, rules

    def disturbs(self, wanted: StationFacts, spacing_khz: float) -> bool:
        """Return whether a station at a spacing counts at all against a wanted one.

        Of a television station whose mode is not known it is known too: the mode decides how much
        it is protected, not against which channels.
        """
        if wanted.service is not self.service:
            return False
        key = (wanted.reception, wanted.mode, spacing_khz)
        if key not in self._disturbs:
            self._disturbs[key] = self._may_disturb(wanted, spacing_khz)
        return self._disturbs[key]

    def _may_disturb(self, wanted: StationFacts, spacing_khz: float) -> bool:
        found = self.protection(wanted)
        if found is not None:
            return has_ratio(found, spacing_khz)
        within_khz = 3 * 1000 * CHANNEL_WIDTH_MHZ
        return self.service is Service.TELEVISION and abs(spacing_khz) < within_khz - 1e-6

    def ratio_rule(self, spacing_khz: float) -> Rule:
        """Return the rule that a ratio at a spacing stands on."""
        if self.adjacent is None or abs(spacing_khz) < 1000 * CHANNEL_WIDTH_MHZ - 1e-6:
            return self.ratio
        return self.adjacent

    def minimum_rule(self, wanted: StationFacts) -> Rule:
        """Return the rule that a station's minimum field stands on."""
        mode = wanted.mode
        inside = mode is not None and mode.reception is Reception.PORTABLE_INDOOR
        return _given(self.portable if inside else self.minimum_field)


def _read_again(
    service: Service,
    ratio: Rule,
    minimum_field: Rule | None,
    adjacent: Rule | None,
    portable: Rule | None,
) -> Standards:
    return Standards.read(service, ratio, minimum_field, adjacent=adjacent, portable=portable)


def same_network(first: StationFacts, second: StationFacts) -> bool:
    """Return whether two stations are transmitters of one single-frequency network.

    They are when they send the same programme, as recorded, on the same channel in the same mode
    with a guard interval on record: nothing else on record says so.
    """
    mode = first.mode
    return (
        mode is not None
        and mode.guard_interval is not None
        and mode == second.mode
        and first.service is second.service is Service.TELEVISION
        and abs(first.frequency_mhz - second.frequency_mhz) < _SAME_CHANNEL_MHZ
        and same_name(first.programme, second.programme)
    )


def _sound(ratio: Rule, minimum_field: Rule) -> _Reader:
    table = protection_from_parameters(ratio.parameters)
    minimum = minimum_field_from_parameters(minimum_field.parameters)
    return lambda one: (
        SoundProtection(one.reception, table, minimum) if one.service is Service.FM else None
    )


def _television(ratio: Rule, adjacent: Rule, fixed: Rule, portable: Rule) -> _Reader:
    ratios = carrier_to_noise_from_parameters(ratio.parameters)
    neighbours = adjacent_from_parameters(adjacent.parameters)
    receivers = {
        Reception.FIXED: receiver_from_parameters(fixed.parameters),
        Reception.PORTABLE_INDOOR: receiver_from_parameters(portable.parameters),
    }
    building = building_from_parameters(portable.parameters)

    def protection(one: StationFacts) -> Protection | None:
        if one.service is not Service.TELEVISION or one.mode is None:
            return None
        where = one.mode.reception
        return TelevisionProtection(
            frequency_mhz=one.frequency_mhz,
            carrier_to_noise_db=carrier_to_noise_db(one.mode, ratios),
            adjacent=neighbours,
            receiver=receivers[where],
            building=building if where is Reception.PORTABLE_INDOOR else None,
        )

    return protection


def _nothing(_: StationFacts) -> Protection | None:
    return None


def _given(rule: Rule | None) -> Rule:
    if rule is None:
        raise PropagationError("a rule that protects this service is not given")
    return rule
