"""What a profile says about its path, at any frequency: horizons, smooth surfaces, roughness.

Rec. ITU-R P.1812-8 prints it in Attachment 1 to Annex 1, P.452-18 in Attachment 2 to Annex 1;
the equation numbers are those of the former.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.constants import EARTH_RADIUS_KM
from propagation.errors import PropagationError
from propagation.itu.path_bullington import (
    Interior,
    actual_parameter,
    grazing_parameter,
    smooth_parameter,
)
from propagation.itu.path_rows import as_rows, blocks, some_rows, spread
from propagation.profile import PathProfile

__all__ = ["B0_RADIUS_KM", "FEWEST_POINTS", "PathGeometry", "analyse"]

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

FEWEST_POINTS = 4
"""Points below which a profile is refused: both terminals and two between."""

B0_RADIUS_KM = 3 * EARTH_RADIUS_KM
"""Effective Earth radius exceeded for b0 % of time, eq. (7b)."""


class PathGeometry(NamedTuple):
    """The parameters of paths, in the Recommendation's symbols; arrays of one shape.

    Lengths in km, heights in m, angles in mrad. `hst_fit` and `hsr_fit` are the ends of the
    smooth surface before any correction, eqs (87) and (88). `slope_excess`, m/km, is by how much
    the steepest slope from the transmitter to the terrain exceeds that to the receiver. The four
    `nu_` are diffraction parameters for a wavelength of 1 m: of the actual (a) and of the smooth
    profile (s), for the median effective radius (50) and for that exceeded for b0 % of time (b).
    """

    d: Floats
    hts: Floats
    hrs: Floats
    dlt: Floats
    dlr: Floats
    theta_t: Floats
    theta_r: Floats
    transhorizon: Floats
    slope_excess: Floats
    hst_fit: Floats
    hsr_fit: Floats
    hst: Floats
    hsr: Floats
    hstd: Floats
    hsrd: Floats
    hte: Floats
    hre: Floats
    hm: Floats
    nu_a50: Floats
    nu_ab: Floats
    nu_s50: Floats
    nu_sb: Floats


class _Rows(NamedTuple):
    """A block of paths: distances, terrain and clutter (or none) by row; one value a row."""

    d: Floats
    h: Floats
    clutter: Floats | None
    htg: Floats
    hrg: Floats
    radius: Floats


class _Sight(NamedTuple):
    """Slopes over a flat Earth, m/km: from the terminals to the points, and to each other."""

    up: Floats
    down: Floats
    slope: Floats


class _Horizons(NamedTuple):
    """Horizons of the terminals; `first` and `last` are indices into the profile's points."""

    transhorizon: NDArray[np.bool_]
    slope_excess: Floats
    theta_t: Floats
    theta_r: Floats
    first: Indices
    last: Indices


def analyse(profile: PathProfile, htg: Floats, hrg: Floats, radius: Floats) -> PathGeometry:
    """Return the parameters of the paths of a profile.

    Parameters
    ----------
    profile : PathProfile
        Paths of shape (..., n).
    htg, hrg : ndarray
        Heights of the antennas above ground, m, broadcasting over (...).
    radius : ndarray
        Median effective Earth radius, km, broadcasting over (...).

    Returns
    -------
    PathGeometry
        Arrays of the broadcast shape.

    Raises
    ------
    PropagationError
        If a profile has too few points, distances that do not increase, or infinite heights.
    """
    points = profile.terrain_height_m.shape[-1]
    if points < FEWEST_POINTS:
        raise PropagationError(
            f"a profile of {points} points is too short: at least {FEWEST_POINTS} are needed, "
            "both terminals and two between (Rec. ITU-R P.1812-8, section 3.2)"
        )
    batch = profile.terrain_height_m.shape[:-1]
    shape = np.broadcast_shapes(batch, htg.shape, hrg.shape, radius.shape)
    done = [_analyse_rows(rows) for rows in _row_blocks(profile, shape, htg, hrg, radius)]
    parts = done[0] if len(done) == 1 else [np.concatenate(p) for p in zip(*done, strict=True)]
    return PathGeometry(*(values.reshape(shape) for values in parts))


def _row_blocks(profile: PathProfile, shape: tuple[int, ...], *ends: Floats) -> Iterator[_Rows]:
    d = as_rows(np.asarray(profile.distance_km, dtype=np.float64), shape)
    h = as_rows(np.asarray(profile.terrain_height_m, dtype=np.float64), shape)
    clutter = np.asarray(profile.clutter_height_m, dtype=np.float64)
    c = as_rows(clutter, shape) if clutter[..., 1:-1].any() else None
    if np.isinf(d).any() or np.isinf(h).any() or np.isinf(clutter).any():
        raise PropagationError("a profile holds an infinite distance or height")
    if not np.all(d[:, 1:] > d[:, :-1]) and not np.isnan(d).any():
        raise PropagationError("distance_km must increase from point to point")
    per_path = [spread(end, shape).reshape(-1) for end in ends]
    for block in blocks(per_path[0].size, h.shape[1]):
        yield _Rows(
            some_rows(d, block),
            some_rows(h, block),
            None if c is None else some_rows(c, block),
            *(some_rows(end, block) for end in per_path),
        )


def _analyse_rows(rows: _Rows) -> PathGeometry:
    d, h = rows.d, rows.h
    length = d[:, -1]
    ahead = d[:, 1:-1]
    behind = length[:, np.newaxis] - ahead
    points = Interior(length, ahead, behind, _fresnel(length, ahead, behind))
    hts, hrs = h[:, 0] + rows.htg, h[:, -1] + rows.hrg
    up = (h[:, 1:-1] - hts[:, np.newaxis]) / ahead
    down = (h[:, 1:-1] - hrs[:, np.newaxis]) / behind
    sight = _Sight(up, down, (hrs - hts) / length)
    curvature = 500 / rows.radius
    above_ray = (up - sight.slope[:, np.newaxis]) * ahead
    horizons = _horizons(points, sight, above_ray, curvature)
    hst_fit, hsr_fit = (spread(end, hts.shape) for end in _smooth_surface(d, h))
    hstd, hsrd = _diffraction_surface(rows, sight, above_ray, hst_fit, hsr_fit)
    hst, hsr = np.minimum(hst_fit, h[:, 0]), np.minimum(hsr_fit, h[:, -1])  # eq. (92)
    b0_curvature = np.full_like(curvature, 500 / B0_RADIUS_KM)
    if rows.clutter is not None:  # eq. (1c): clutter stands on every point but the terminals
        up = up + rows.clutter[:, 1:-1] / ahead
        down = down + rows.clutter[:, 1:-1] / behind
    return PathGeometry(
        d=spread(length, hts.shape),
        hts=hts,
        hrs=hrs,
        dlt=_at(d, horizons.first),
        dlr=length - _at(d, horizons.last),
        theta_t=horizons.theta_t,
        theta_r=horizons.theta_r,
        transhorizon=horizons.transhorizon.astype(np.float64),
        slope_excess=horizons.slope_excess,
        hst_fit=hst_fit,
        hsr_fit=hsr_fit,
        hst=hst,
        hsr=hsr,
        hstd=hstd,
        hsrd=hsrd,
        hte=hts - hst,  # eq. (94)
        hre=hrs - hsr,
        hm=_roughness(d, h, horizons, hst, hsr),
        nu_a50=actual_parameter(points, up, down, sight.slope, curvature),
        nu_ab=actual_parameter(points, up, down, sight.slope, b0_curvature),
        nu_s50=smooth_parameter(points, hts - hstd, hrs - hsrd, curvature),
        nu_sb=smooth_parameter(points, hts - hstd, hrs - hsrd, b0_curvature),
    )


def _fresnel(length: Floats, ahead: Floats, behind: Floats) -> Floats:
    return np.asarray(np.sqrt(0.002 * length[:, np.newaxis] / (ahead * behind)))


def _at(rows: Floats, index: Indices) -> Floats:
    """Take one value a row, from rows that all paths may share."""
    if rows.shape[0] == 1:
        return np.asarray(rows[0, index])
    return np.asarray(rows[np.arange(index.size), index])


def _smooth_surface(d: Floats, h: Floats) -> tuple[Floats, Floats]:
    """Return the ends of the straight line that fits the terrain, eqs (85) to (88)."""
    length = d[:, -1]
    step = d[:, 1:] - d[:, :-1]
    w1, w2 = np.zeros_like(d), np.zeros_like(d)
    w1[:, 1:] = step
    w1[:, :-1] += step
    w2[:, 1:] = step * (2 * d[:, 1:] + d[:, :-1])
    w2[:, :-1] += step * (d[:, 1:] + 2 * d[:, :-1])
    v1 = np.einsum("ij,ij->i", w1, h)
    v2 = np.einsum("ij,ij->i", w2, h)
    return (2 * v1 * length - v2) / length**2, (v2 - v1 * length) / length**2


def _diffraction_surface(
    rows: _Rows, sight: _Sight, above_ray: Floats, hst: Floats, hsr: Floats
) -> tuple[Floats, Floats]:
    """Return the ends of the smooth surface for the diffraction model, eqs (89) to (91)."""
    obstruction = above_ray.max(axis=1)
    toward_t = sight.up.max(axis=1) - sight.slope
    toward_r = sight.down.max(axis=1) + sight.slope
    hidden = obstruction > 0
    share = toward_t / np.where(hidden, toward_t + toward_r, 1.0)
    lowered_t = np.where(hidden, hst - obstruction * share, hst)
    lowered_r = np.where(hidden, hsr - obstruction * (1 - share), hsr)
    return np.minimum(lowered_t, rows.h[:, 0]), np.minimum(lowered_r, rows.h[:, -1])


def _horizons(points: Interior, sight: _Sight, above_ray: Floats, curvature: Floats) -> _Horizons:
    """Return the horizons of both terminals, eqs (76) to (83).

    Among equally high points the transmitter's horizon is the first, the receiver's the last,
    and so is the worst point of a path in sight.
    """
    bent = curvature[:, np.newaxis]
    seen_t = sight.up - bent * points.ahead
    first = seen_t.argmax(axis=1)
    highest_t = _at(seen_t, first)
    level = curvature * points.length
    transhorizon = highest_t > sight.slope - level
    last, highest_r = first.copy(), -sight.slope - level
    rows = np.flatnonzero(~transhorizon)
    if rows.size:
        some = points.of(rows)
        nu = grazing_parameter(some, some_rows(above_ray, rows), curvature[rows])
        first[rows] = last[rows] = _last_argmax(nu)
    rows = np.flatnonzero(transhorizon)
    if rows.size:
        seen_r = some_rows(sight.down, rows) - bent[rows] * points.of(rows).behind
        last[rows] = _last_argmax(seen_r)
        highest_r[rows] = _at(seen_r, last[rows])
    return _Horizons(
        transhorizon,
        highest_t + level - sight.slope,
        1000 * np.arctan(np.maximum(highest_t, sight.slope - level) / 1000),
        1000 * np.arctan(highest_r / 1000),
        first + 1,
        last + 1,
    )


def _last_argmax(values: Floats) -> Indices:
    return np.asarray(values.shape[1] - 1 - values[:, ::-1].argmax(axis=1), dtype=np.intp)


def _roughness(d: Floats, h: Floats, horizons: _Horizons, hst: Floats, hsr: Floats) -> Floats:
    """Return the terrain roughness between the horizons, eqs (93) and (95)."""
    slope = (hsr - hst) / d[:, -1]
    low, high = (
        np.minimum(horizons.first, horizons.last),
        np.maximum(horizons.first, horizons.last),
    )
    result = _at(h, low) - (hst + slope * _at(d, low))
    rows = np.flatnonzero(low < high)
    if rows.size:
        rough = some_rows(h, rows) - hst[rows, np.newaxis]
        rough = rough - slope[rows, np.newaxis] * some_rows(d, rows)
        index = np.arange(h.shape[1])
        outside = (index < low[rows, np.newaxis]) | (index > high[rows, np.newaxis])
        rough[outside] = -np.inf
        result[rows] = rough.max(axis=1)
    return result
