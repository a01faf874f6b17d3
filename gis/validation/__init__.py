"""Checks of the models against published reference values, one Recommendation a module."""
