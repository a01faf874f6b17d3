"""Recommendations of the ITU-R, one a module."""
