"""Registration points of the demonstration, none of which exists, and visits to some of them."""

from collections.abc import Sequence
from datetime import date, timedelta

from gis.demo.description import Draws, description, synthetic
from gis.register.points import PointKind, PointState, PointVisit, RegistrationPoint
from gis.register.records import Organisation, OrganisationKind
from gis.register.structures import Structure

__all__ = ["points", "visits"]

_OF_EACH = 3
_SPREAD_DEG = 0.01
_VISITED = 0.5
_KINDS = (PointKind.OWN, PointKind.AUTHORISED, PointKind.AUTHORISED)


def _since() -> date:
    return date(int(description()["network"]["last_year"]), 1, 1)


def points(
    organisations: Sequence[Organisation], standing: Sequence[Structure]
) -> tuple[RegistrationPoint, ...]:
    """Return an application and a few fixed points of every operator, near its structures."""
    found: list[RegistrationPoint] = []
    for operator in organisations:
        own = [one for one in standing if one.owner_id == operator.id and not one.confidential]
        if operator.kind is OrganisationKind.OPERATOR and own:
            found += _of_operator(operator, own)
    return tuple(found)


def _of_operator(operator: Organisation, own: Sequence[Structure]) -> list[RegistrationPoint]:
    draws = Draws(description()["seed"])
    app = RegistrationPoint(
        id=f"dk-{operator.id}-app",
        code="APP",
        name=f"Ứng dụng của {operator.name}",
        kind=PointKind.APP,
        operator_id=operator.id,
        valid_from=_since(),
        provenance=synthetic(),
    )
    found = [app]
    for number, kind in zip(range(1, _OF_EACH + 1), _KINDS, strict=True):
        beside = own[int(draws.fraction(operator.id, number, "place") * len(own))]
        authorised = kind is PointKind.AUTHORISED
        found.append(
            RegistrationPoint(
                id=f"dk-{operator.id}-{number}",
                code=f"DK-{number:02d}",
                name=f"{'Đại lý' if authorised else 'Cửa hàng'} mô phỏng {number}",
                kind=kind,
                operator_id=operator.id,
                address=f"Số {10 * number} đường Mô Phỏng",
                commune_name=beside.commune_name,
                longitude=round(
                    beside.longitude + _SPREAD_DEG * draws.fraction(operator.id, number, "x"), 6
                ),
                latitude=round(
                    beside.latitude + _SPREAD_DEG * draws.fraction(operator.id, number, "y"), 6
                ),
                enterprise="Công ty Mô phỏng" if authorised else None,
                contract_number=f"{number:02d}/HĐ-MP" if authorised else None,
                contract_from=_since() if authorised else None,
                state=PointState.SUSPENDED if number == _OF_EACH else PointState.ACTIVE,
                valid_from=_since(),
                provenance=synthetic(),
            )
        )
    return found


def visits(registered: Sequence[RegistrationPoint]) -> tuple[PointVisit, ...]:
    """Return a visit to about half of the fixed points, as counts only."""
    draws = Draws(description()["seed"])
    found = []
    for one in registered:
        fixed = one.kind is not None and one.kind.fixed
        if not fixed or draws.fraction(one.id, "visited") >= _VISITED:
            continue
        sampled = 20 + int(30 * draws.fraction(one.id, "sampled"))
        mismatched = int(sampled * draws.fraction(one.id, "mismatched") / 4)
        found.append(
            PointVisit(
                id=f"kt-{one.id}",
                point_id=one.id,
                visited_on=_since() + timedelta(days=90),
                team="Đoàn kiểm tra mô phỏng",
                sampled=sampled,
                mismatched=mismatched,
                mismatched_face=mismatched,
                conclusion="Dữ liệu mô phỏng",
            )
        )
    return tuple(found)
