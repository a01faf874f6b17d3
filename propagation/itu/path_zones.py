"""Land, sea and coast along a path.

Rec. ITU-R P.1812-8, sections 3.3 to 3.6, and P.452-18, section 3.2.1; equation numbers of the
former.

A point of the profile stands for the path to half-way to its neighbours; the zones are those
stretches.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range
from propagation.itu.path_rows import as_rows, blocks, some_rows, spread
from propagation.profile import PathProfile, RadioClimaticZone

__all__ = [
    "FAR_FROM_COAST_KM",
    "ZoneSections",
    "ducting_incidence_percent",
    "inland_influence",
    "with_coasts",
    "zone_sections",
]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

FAR_FROM_COAST_KM = 500.0
"""Distance to the coast that stands for "no coast on the path" (section 3.4)."""


class ZoneSections(NamedTuple):
    """How zones share a path: arrays of the shape of the batch of profiles.

    Attributes
    ----------
    omega : ndarray
        Fraction of the path over sea.
    dtm, dlm : ndarray
        Longest continuous section over land (inland and coastal) and over inland, km.
    dct, dcr : ndarray
        Distance over land from the transmitter and from the receiver to the sea, km.
    """

    omega: Floats
    dtm: Floats
    dlm: Floats
    dct: Floats
    dcr: Floats


def zone_sections(profile: PathProfile) -> ZoneSections:
    """Return the sections of paths over land and sea.

    Parameters
    ----------
    profile : PathProfile
        Paths of shape (..., n).

    Returns
    -------
    ZoneSections
        Arrays of the broadcast shape of the profile's distances and zones without the last axis.

    Raises
    ------
    PropagationError
        If a zone is none of RadioClimaticZone's codes.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, sections 3.3, 3.4, 3.6 and 4.1.
    """
    zone = np.asarray(profile.zone)
    distance = np.asarray(profile.distance_km, dtype=np.float64)
    length = distance[..., -1]
    if np.all(zone == RadioClimaticZone.INLAND):
        far = np.full(length.shape, FAR_FROM_COAST_KM)
        return ZoneSections(np.zeros(length.shape), length, length, far, far)
    if not np.isin(zone, [code.value for code in RadioClimaticZone]).all():
        raise PropagationError("zone holds codes other than 1 (sea), 3 (coastal land), 4 (inland)")
    shape = np.broadcast_shapes(distance.shape[:-1], zone.shape[:-1])
    d, z = as_rows(distance, shape), as_rows(zone, shape)
    paths = int(np.prod(shape))
    parts = [_sections(some_rows(d, b), some_rows(z, b)) for b in blocks(paths, d.shape[1])]
    joined = (np.concatenate(p) for p in zip(*parts, strict=True))
    return ZoneSections(*(spread(v, (paths,)).reshape(shape) for v in joined))


def _sections(d: Floats, zone: NDArray[np.int8]) -> ZoneSections:
    half = np.diff(d, axis=1) / 2
    width = np.zeros_like(d)
    width[:, :-1] = half
    width[:, 1:] += half
    sea = zone == RadioClimaticZone.SEA
    length = d[:, -1]
    wet = np.where(sea, width, 0.0).sum(axis=1)
    return ZoneSections(
        omega=np.where(sea.all(axis=1), 1.0, wet / length),
        dtm=_longest(length, width, ~sea),
        dlm=_longest(length, width, zone == RadioClimaticZone.INLAND),
        dct=_to_first(d, half, sea),
        dcr=_to_first((length[:, np.newaxis] - d)[:, ::-1], half[:, ::-1], sea[:, ::-1]),
    )


def _longest(length: Floats, width: Floats, inside: Booleans) -> Floats:
    """Return the longest run of points inside, in km; exactly the path's where all are."""
    end = np.cumsum(width, axis=1)
    begin = np.maximum.accumulate(np.where(inside, 0.0, end), axis=1)
    longest = np.where(inside, end - begin, 0.0).max(axis=1)
    return np.where(inside.all(axis=1), length, longest)


def _to_first(d: Floats, half: Floats, sea: Booleans) -> Floats:
    """Return the distance to the shore before the first point of sea."""
    shore = d.copy()
    shore[:, 1:] -= half
    return np.asarray(np.where(sea, shore, FAR_FROM_COAST_KM).min(axis=1))


def with_coasts(
    zones: ZoneSections,
    transmitter_km: ArrayLike | None,
    receiver_km: ArrayLike | None,
    source: str,
) -> ZoneSections:
    """Return sections with the distances to the coast that are given, km.

    Raises
    ------
    OutOfRangeError
        If a distance is negative.
    """
    given = {
        "transmitter_coast_distance_km": ("dct", transmitter_km),
        "receiver_coast_distance_km": ("dcr", receiver_km),
    }
    for name, (field, distance_km) in given.items():
        if distance_km is not None:
            distance = np.asarray(distance_km, dtype=np.float64)
            require_range(name, distance, 0, np.inf, source)
            zones = zones._replace(**{field: distance})
    return zones


def ducting_incidence_percent(latitude_deg: Floats, dtm: Floats, dlm: Floats) -> Floats:
    """Return b0, the time in which refractivity falls by more than 100 N-units in 100 m.

    Parameters
    ----------
    latitude_deg : ndarray
        Latitude of the path's centre, degrees.
    dtm, dlm : ndarray
        Longest continuous land and inland sections, km.

    Returns
    -------
    ndarray
        b0, per cent of time.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, section 3.6, eqs (2) to (5).
    """
    phi = np.abs(latitude_deg)
    tau = inland_influence(dlm)
    mu1 = (10 ** (-dtm / (16 - 6.6 * tau)) + 10 ** (-5 * (0.496 + 0.354 * tau))) ** 0.2  # (2)
    mu1 = np.minimum(mu1, 1)
    polar = phi > 70
    mu4 = mu1 ** np.where(polar, 0.3, -0.935 + 0.0176 * phi)  # eq. (4)
    base = np.where(polar, 4.17, 10 ** (-0.015 * phi + 1.67))
    return np.asarray(base * mu1 * mu4)  # eq. (5)


def inland_influence(dlm: Floats) -> Floats:
    """Return tau, eq. (3)."""
    return np.asarray(1 - np.exp(-4.12e-4 * dlm**2.41))
