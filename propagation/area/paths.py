"""The paths to every receiver along radials, analysed in one sweep.

For what asks for more than P.1812's loss: each of its terms, or Rec. ITU-R P.452. The numbers are
those of `propagation.itu.analysed.analysed_paths` over the path of each receiver.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.area.desk import ENDS, RISE, RUNS, lay_out
from propagation.area.diffraction import smooth_bends
from propagation.area.radial import Radials, checked
from propagation.area.scans import transmitter_slopes, zone_runs
from propagation.area.table import BLOCK, OTHER, TIMED
from propagation.area.trace import (
    BEND_50,
    BEND_B,
    DCR,
    DCT,
    DLR,
    DLT,
    FEATURES,
    HM,
    HRC,
    HRE,
    HRS,
    HTC,
    HTE,
    OMEGA,
    PARAMETERS,
    SLOPE_R,
    SLOPE_T,
    STEP,
    D,
    distance_terms,
    trace,
)
from propagation.compiled import scan
from propagation.itu.analysed import AnalysedPaths
from propagation.itu.path_geometry import B0_RADIUS_KM, PathGeometry
from propagation.itu.path_zones import ZoneSections
from propagation.profile import RadioClimaticZone

__all__ = ["RadialPaths", "radial_paths"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

FIT_T, FIT_R, EXCESS, LAND, INLAND, SMOOTH_50, SMOOTH_B = range(FEATURES, FEATURES + 7)
_ROWS = FEATURES + 7


class RadialPaths(NamedTuple):
    """The paths to the receivers of radials.

    Attributes
    ----------
    radial, point : ndarray of int, shape (m,)
        On which radial each receiver stands, and at which of its points.
    centre_latitude_deg : ndarray, shape (m,)
        Latitude of the path's centre.
    paths : AnalysedPaths
        The paths, arrays of shape (m,).
    """

    radial: NDArray[np.intp]
    point: NDArray[np.intp]
    centre_latitude_deg: Floats
    paths: AnalysedPaths


def radial_paths(
    radials: Radials,
    transmitter_height_above_ground_m: float,
    receiver_height_above_ground_m: float,
    radius_km: float,
) -> RadialPaths:
    """Analyse the path to every receiver that is wanted and has no void before it.

    Parameters
    ----------
    radials : Radials
        As for `propagation.area.radial.radial_losses_db`.
    transmitter_height_above_ground_m, receiver_height_above_ground_m : float
        Heights of the antennas.
    radius_km : float
        Median effective Earth radius.

    Returns
    -------
    RadialPaths
        Receivers in the order of radials and points.

    Raises
    ------
    PropagationError
        If the radials cannot be walked.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8 (09/2025), Annex 1, Attachment 1.
    """
    h = radials.terrain_height_m
    x = checked(radials)
    found = np.full((_ROWS, *h.shape), np.nan)
    known = np.where(np.isnan(h).any(axis=1), np.isnan(h).argmax(axis=1), h.shape[1])
    _walk(
        x,
        h,
        h + radials.clutter_height_m,
        radials.zone,
        radials.first,
        known,
        (transmitter_height_above_ground_m, receiver_height_above_ground_m),
        (radius_km, B0_RADIUS_KM),
        found,
    )
    points = np.arange(h.shape[1])
    wanted = (points >= radials.first[:, np.newaxis]) & (points < known[:, np.newaxis])
    radial, point = np.nonzero(wanted)
    base, linear, square = radials.centre_latitude_deg[radial].T
    rows = found[:, radial, point]
    d = rows[D]
    paths = AnalysedPaths(
        geometry=_geometry(rows, h[radial, 0] + transmitter_height_above_ground_m),
        zones=ZoneSections(rows[OMEGA], rows[LAND], rows[INLAND], rows[DCT], rows[DCR]),
        radius_km=np.asarray(radius_km),
        receiver_height_above_ground_m=np.asarray(receiver_height_above_ground_m),
        receiver_clutter_height_m=radials.clutter_height_m[radial, point],
        receiver_at_sea=radials.zone[radial, point] == RadioClimaticZone.SEA,
        unknown=np.zeros_like(d),
    )
    return RadialPaths(radial, point, base + d * (linear + d * square), paths)


def _geometry(rows: Floats, hts: Floats) -> PathGeometry:
    """Return what the rows of receivers say, in the Recommendation's symbols."""
    theta_t, theta_r = (1000 * np.arctan(rows[row] / 1000) for row in (SLOPE_T, SLOPE_R))
    bends = (rows[row] for row in (BEND_50, BEND_B, SMOOTH_50, SMOOTH_B))
    nu_a50, nu_ab, nu_s50, nu_sb = (np.copysign(np.sqrt(abs(bend)), bend) for bend in bends)
    hrs = rows[HRS]
    return PathGeometry(
        d=rows[D],
        hts=hts,
        hrs=hrs,
        dlt=rows[DLT],
        dlr=rows[DLR],
        theta_t=theta_t,
        theta_r=theta_r,
        transhorizon=(rows[EXCESS] > 0).astype(np.float64),
        slope_excess=rows[EXCESS],
        hst_fit=rows[FIT_T],
        hsr_fit=rows[FIT_R],
        hst=hts - rows[HTE],
        hsr=hrs - rows[HRE],
        hstd=hts - rows[HTC],
        hsrd=hrs - rows[HRC],
        hte=rows[HTE],
        hre=rows[HRE],
        hm=rows[HM],
        nu_a50=nu_a50,
        nu_ab=nu_ab,
        nu_s50=nu_s50,
        nu_sb=nu_sb,
    )


@scan
def _walk(
    x: Floats,
    terrain: Floats,
    covered: Floats,
    zone: NDArray[np.int8],
    first: Indices,
    known: NDArray[np.intp],
    heights: tuple[float, float],
    radii: tuple[float, float],
    out: Floats,
) -> None:
    """Write the parameters of every receiver of some radials, shape (rows, radials, points)."""
    curvatures = (500.0 / radii[0], 500.0 / radii[1])
    desk = lay_out(x.size)
    block, work = np.empty(PARAMETERS * BLOCK), np.empty(TIMED * BLOCK)
    for r in range(terrain.shape[0]):
        count = known[r]
        if count <= first[r]:
            continue
        d, h = x[:count], terrain[r][:count]
        found = np.zeros((_ROWS, count))
        distance_terms(d, found)
        trace(
            d,
            h,
            covered[r][:count],
            zone[r][:count],
            first[r],
            heights,
            curvatures,
            (0.0, 0.0, 0.0),
            1e300,
            (1.0, 50.0),
            (True, False, True),
            desk,
            found,
        )
        _more(d, h, zone[r][:count], h[0] + heights[0], curvatures[0], desk, found)
        for k in range(count):
            for row in range(FEATURES + 5):
                out[row, r, k] = found[row, k]
        _smooth(found, first[r], x[1], radii, block, work, out[SMOOTH_50:, r])


@scan
def _more(
    x: Floats,
    h: Floats,
    zone: NDArray[np.int8],
    hts: float,
    curvature: float,
    desk: tuple[Floats, Indices, NDArray[np.bool_]],
    found: Floats,
) -> None:
    """Write what the losses of P.1812 alone have no need of."""
    numbers, points, _ = desk
    rise, runs = numbers[RISE], points[RUNS : RUNS + 5]
    transmitter_slopes(x, h, hts, curvature, rise, points[RUNS])
    for k in range(1, x.size):
        slope = (found[HRS, k] - hts) / x[k]
        found[EXCESS, k] = rise[k] + curvature * x[k] - slope
        found[FIT_T, k], found[FIT_R, k] = numbers[ENDS + 2, k], numbers[ENDS + 3, k]
    zone_runs(zone, runs)
    for k in range(1, x.size):
        found[LAND, k], found[INLAND, k] = runs[1, k] * x[1] / 2, runs[2, k] * x[1] / 2


@scan
def _smooth(
    found: Floats,
    first: int,
    step: float,
    radii: tuple[float, float],
    block: Floats,
    work: Floats,
    out: Floats,
) -> None:
    """Write the signed squares of nu at 1 m of the smooth profile, shape (2, points)."""
    count = found.shape[1]
    block[STEP * BLOCK : (STEP + 1) * BLOCK] = step
    for begin in range(first, count, BLOCK):
        size = min(BLOCK, count - begin)
        for row in (D, HTC, HRC):
            for i in range(BLOCK):
                block[row * BLOCK + i] = found[row, begin + min(i, size - 1)]
        for side in range(2):
            smooth_bends(block, radii[side], work)
            for i in range(size):
                out[side, begin + i] = work[OTHER * BLOCK + i]
