"""Elevation sources and the path profiles sampled from them."""
