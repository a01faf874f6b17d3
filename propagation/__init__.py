"""Numbers only: arrays in, arrays out; no file, clock, network or global.

The array contract of every public model: numeric arguments are array-like and broadcast; the
result is float64 of the broadcast shape; NaN in gives NaN out; arguments are never modified; no
value is silently clipped.
"""
