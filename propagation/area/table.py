"""The tables that a block of receivers is worked on in: how long their rows are, and whose."""

__all__ = ["BLOCK", "TIMED", "Medium"]

BLOCK = 256
"""Receivers that are worked on together; a constant, so that rows provably lie apart."""

Medium = tuple[float, float, float]
"""Frequency in GHz, its cube root, and what eq. (29) makes of land."""

TIMED = 28
"""Rows of the table of a block. Those from 16 on only pass values on within a step."""

LBFS, FOCUS, LG_B0, RARE, LD_50, LD_B, FJ, FK = range(8)
DUCT, LG_BETA, GAMMA, ALONG, SCATTER, B0, DRY, LOC = range(8, 16)
ROOT_T, ROOT_R, OVER, RISE, WITHIN, D1, WEIGHT, LOG2_ROOT = range(16, 24)
FIRST, OTHER, HEIGHT, LBULLA = range(24, TIMED)
THETA_T, THETA_R, LOG2_B0, LMINBAP, LB0P, LBC = range(16, 22)
